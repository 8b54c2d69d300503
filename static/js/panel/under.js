// Where does a list of offers unfold? Under the field in which the words are typed, wherever the bar has put it.

/** @param {HTMLElement} list @param {HTMLElement} field */
export function unfoldUnder(list, field) {
  const box = field.closest(".search") ?? field;
  list.style.setProperty("--under-field", `${Math.round(box.getBoundingClientRect().left)}px`);
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
}
