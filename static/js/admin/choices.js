// Which words does a field offer? One line each; words may change, what is stored stays.
import { html } from "app/dom.js";

/**
 * @param {import("app/admin/fields.js").Field} field
 * @param {number} at
 * @param {import("app/admin/fields.js").Words} words
 * @param {boolean} inUse
 * @param {(focus?: string) => void} show
 * @param {() => void} keep
 */
export function choicesOf(field, at, words, inUse, show, keep) {
  field.choices ??= [];
  const { choices } = field;
  const add = () => {
    choices.push({ title: "" });
    show(`choice_${at}_${choices.length - 1}`);
  };
  const rows = choices.map((choice, i) => {
    const id = `choice_${at}_${i}`;
    const typed = (/** @type {Event} */ event) => {
      choice.title = /** @type {HTMLInputElement} */ (event.target).value;
      keep();
    };
    const next = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      add();
    };
    const end = () => {
      if (inUse && choice.code) choice.retired = !choice.retired;
      else choices.splice(i, 1);
      show(`add_${at}`);
    };
    const word = inUse && choice.code ? (choice.retired ? "启用" : "停用") : "删去";
    return html`<li class="${choice.retired ? "retired" : ""}">
      <input id="${id}" value="${choice.title}" maxlength="${words.longest.choice}" aria-label="${`选项 ${i + 1}`}" required autocomplete="off" @input=${typed} @keydown=${next}>
      <button class="button plain small" type="button" aria-label="${`${word}选项“${choice.title}”`}" @click=${end}>${word}</button>
    </li>`;
  });
  const full = choices.length >= words.most_choices;
  return html`<div class="choices">
    <p>选项 <small>改动文字不影响已填的数据；停用后不再提供选择。</small></p>
    <ol>${rows}</ol>
    <button class="button plain small" type="button" id="${`add_${at}`}" disabled=${full} @click=${add}>添加选项</button>
  </div>`;
}
