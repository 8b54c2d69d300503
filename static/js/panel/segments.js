// How does a person choose one of a few that stand side by side?
import { html } from "app/dom.js";

/** @param {string} label @param {string} name @param {{title: string, value: string}[]} choices @param {string} value @param {(value: string) => void} act */
export function segments(label, name, choices, value, act) {
  const parts = choices.map((each) => {
    const box = /** @type {HTMLInputElement} */ (
      html`<input type="radio" name="${name}" value="${each.value}">`
    );
    box.checked = each.value === value;
    box.addEventListener("change", () => act(each.value));
    return html`<label>${box}<span>${each.title}</span></label>`;
  });
  return html`<div class="field" role="radiogroup" aria-label="${label}"><span class="label">${label}</span><span class="entry"><span class="segments">${parts}</span></span></div>`;
}
