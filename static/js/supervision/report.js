// Which rows of the monthly report go out? Those that somebody touched.

for (const row of document.querySelectorAll(".reports fieldset")) {
  const tick = /** @type {HTMLInputElement} */ (row.querySelector('input[type="checkbox"]'));
  row.addEventListener("input", ({ target }) => {
    if (target !== tick) tick.checked = true;
  });
}
