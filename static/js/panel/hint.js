// What is this under the pointer? Its name, beside it.

const ASIDE_PX = 14;

/** @param {HTMLElement} element @param {{feature: {name?: string} | null, x: number, y: number}} hover */
export function showHint(element, { feature, x, y }) {
  const name = feature?.name ?? "";
  element.hidden = !name;
  element.textContent = name;
  if (!name) return;
  const { offsetWidth, offsetHeight } = element;
  const left = x + ASIDE_PX + offsetWidth > innerWidth ? x - ASIDE_PX - offsetWidth : x + ASIDE_PX;
  element.style.transform = `translate(${left}px, ${Math.max(8, y - offsetHeight - ASIDE_PX / 2)}px)`;
}
