// In which order do layers stand? Rows of a form are dragged by their grips; dropping one sends the form.

for (const form of document.querySelectorAll("form[data-order]")) {
  enable(/** @type {HTMLFormElement} */ (form));
}

/** @param {HTMLFormElement} form */
function enable(form) {
  /** @type {HTMLElement | null} */
  let dragged = null;
  for (const grip of form.querySelectorAll(".grip")) {
    const row = /** @type {HTMLElement} */ (grip.closest(".item"));
    grip.addEventListener("pointerdown", () => {
      row.draggable = true;
    });
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      row.classList.add("dragged");
      event.dataTransfer?.setData("text/plain", row.dataset.key ?? "");
    });
    row.addEventListener("dragend", () => {
      row.draggable = false;
      row.classList.remove("dragged");
      dragged = null;
      if (isMoved(form)) form.requestSubmit();
    });
  }
  form.addEventListener("dragover", (event) => {
    const over = event.target instanceof Element ? event.target.closest(".item") : null;
    if (!dragged) return;
    event.preventDefault();
    if (over && over !== dragged && form.contains(over)) place(dragged, over, event.clientY);
  });
}

/** @param {HTMLFormElement} form */
function isMoved(form) {
  const data = new FormData(form);
  return data.getAll("key").join() !== data.getAll("was").join();
}

/** @param {HTMLElement} row @param {Element} over @param {number} y */
function place(row, over, y) {
  const { top, height } = over.getBoundingClientRect();
  if (y < top + height / 2) over.before(row);
  else over.after(row);
}
