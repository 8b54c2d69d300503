// How does the page ask a person to decide? One dialog; the answer is a promise.
import { fill, html } from "app/dom.js";

/** @typedef {{answer: string, words: string, first?: boolean}} Answer */

/**
 * @param {HTMLDialogElement} dialog
 * @param {{title: string, text?: string, body?: Node | null, answers: Answer[]}} question
 * @returns {Promise<string>} the answer; empty when it was left with Esc
 */
export function ask(dialog, { title, text = "", body = null, answers }) {
  const buttons = answers.map(
    ({ answer, words, first }) =>
      html`<button class="button ${first && "first"}" value="${answer}">${words}</button>`,
  );
  fill(
    dialog,
    html`<form method="dialog" novalidate>
      <h2>${title}</h2>
      ${text && html`<p>${text}</p>`} ${body}
      <div class="buttons">${buttons}</div>
    </form>`,
  );
  dialog.setAttribute("aria-label", title);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
