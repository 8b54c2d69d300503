// What is urgent today? A few lines at the foot of the layer panel; each leads to its list.
import { fill, html } from "app/dom.js";
import { whole } from "app/panel/words.js";

const WAITING = "waiting";

export class Today {
  /** @param {HTMLElement} element @param {() => Promise<Api.Today>} ask */
  constructor(element, ask) {
    this.element = element;
    this.ask = ask;
  }

  /** Nothing urgent, or no answer: no panel. */
  async show() {
    const { rows } = await this.ask().catch(() => ({ rows: [] }));
    this.element.hidden = rows.length === 0;
    if (rows.length) fill(this.element, html`<h2>今日要紧</h2>`, html`<ul>${rows.map(line)}</ul>`);
  }
}

/** @param {Api.Urgent} row */
function line({ key, title, count, measure_word, tone, url }) {
  const mark = html`<i aria-hidden="true"></i>`;
  mark.classList.add(tone);
  const link = html`<a>${mark}<span>${title}</span><b>${whole(count)} ${measure_word}</b></a>`;
  link.setAttribute("href", url);
  if (key === WAITING) link.addEventListener("click", openTray);
  return html`<li>${link}</li>`;
}

// What waits is listed on this page already. Later, for a click outside the list closes it.
/** @param {Event} event */
function openTray(event) {
  event.preventDefault();
  setTimeout(() => document.getElementById("review")?.click());
}
