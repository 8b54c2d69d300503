// Which fields has a layer of the county's own? The editor writes one declaration into the form.
import { choicesOf } from "app/admin/choices.js";
import { lookOf } from "app/admin/look.js";
import { byId, fill, html } from "app/dom.js";

/**
 * @typedef {{code?: string, title: string, retired?: boolean}} Choice
 * @typedef {object} Field
 * @property {string} [key]
 * @property {string} [temp] names it until it has a key
 * @property {string} title
 * @property {string} sort
 * @property {string} [unit]
 * @property {string} [help]
 * @property {boolean} [required]
 * @property {string} [visibility]
 * @property {boolean} [filterable]
 * @property {boolean} [card]
 * @property {boolean} [listed]
 * @property {boolean} [retired]
 * @property {Choice[]} [choices]
 *
 * @typedef {object} Declaration
 * @property {string} geometry
 * @property {string} [word]
 * @property {Field[]} fields
 * @property {string} [color_by]
 * @property {string} [label_by]
 * @property {Record<string, string>} [look]
 *
 * @typedef {object} Words
 * @property {[string, string][]} sorts
 * @property {[string, string][]} geometries
 * @property {[string, string][]} visibilities
 * @property {[string, string, string][]} colors
 * @property {[string, string][]} widths
 * @property {[string, string][]} dashes
 * @property {[string, string][]} fills
 * @property {[string, string][]} markers
 * @property {number} most_fields
 * @property {number} most_choices
 * @property {{title: number, help: number, unit: number, choice: number}} longest
 */

const CHOOSING = new Set(["choice", "choices"]);
const MEASURED = new Set(["whole", "decimal"]);

/** @type {Words} */
const words = JSON.parse(byId("words").textContent ?? "{}");
/** @type {boolean} */
const inUse = JSON.parse(byId("in_use").textContent ?? "false");
const kept = /** @type {HTMLInputElement} */ (byId("declaration"));
/** @type {Declaration} */
const declaration = JSON.parse(kept.value);
const kind = /** @type {HTMLSelectElement | null} */ (document.getElementById("kind"));

/** @param {string} [focus] id of what shall have the focus afterwards */
function show(focus) {
  const add = () => {
    const temp = `t${Math.random().toString(36).slice(2, 10)}`;
    declaration.fields.push({ temp, title: "", sort: "text", card: true, listed: true });
    show(`title_${declaration.fields.length - 1}`);
  };
  const full = declaration.fields.length >= words.most_fields;
  fill(
    byId("editor"),
    lookOf(declaration, words, inUse, show),
    html`<ol class="own-fields">${declaration.fields.map(fieldOf)}</ol>`,
    html`<button class="button plain" type="button" id="add_field" disabled=${full} @click=${add}>添加字段</button>`,
  );
  keep();
  if (focus) document.getElementById(focus)?.focus();
}

/** @param {Field} field @param {number} at */
function fieldOf(field, at) {
  return html`<li class="own-field ${field.retired ? "retired" : ""}">
    <fieldset>
      <legend>字段 ${at + 1}${field.retired && "（已停用，数据保留）"}</legend>
      <div class="cells">
        ${input(field, at, "title", "名称", words.longest.title)}
        ${select(field, at, "sort", "类型", words.sorts, inUse && Boolean(field.key))}
        ${MEASURED.has(field.sort) && input(field, at, "unit", "单位", words.longest.unit)}
        ${select(field, at, "visibility", "谁能看", words.visibilities, false)}
        ${input(field, at, "help", "填写说明", words.longest.help)}
      </div>
      ${CHOOSING.has(field.sort) && choicesOf(field, at, words, inUse, show, keep)}
      <div class="foot">
        <div class="ticks">
          ${tick(field, "required", "必填", false)} ${tick(field, "filterable", "可筛选", false)}
          ${tick(field, "card", "显示在卡片", true)} ${tick(field, "listed", "显示在表格", true)}
        </div>
        <div class="row-acts">${buttonsOf(field, at)}</div>
      </div>
    </fieldset>
  </li>`;
}

/** @param {Field} field @param {number} at */
function buttonsOf(field, at) {
  const name = field.title || `字段 ${at + 1}`;
  const move = (/** @type {number} */ by) => () => {
    declaration.fields.splice(at + by, 0, ...declaration.fields.splice(at, 1));
    show(`${by < 0 ? "up" : "down"}_${at + by}`);
  };
  const retire = () => {
    field.retired = !field.retired;
    show(`retire_${at}`);
  };
  const drop = () => {
    declaration.fields.splice(at, 1);
    show("add_field");
  };
  // What may hold values is never dropped.
  const end =
    inUse && field.key
      ? html`<button class="button plain small" type="button" id="${`retire_${at}`}" aria-label="${`${field.retired ? "启用" : "停用"}“${name}”`}" @click=${retire}>${field.retired ? "启用" : "停用"}</button>`
      : html`<button class="button plain small" type="button" aria-label="${`删去“${name}”`}" @click=${drop}>删去</button>`;
  return [
    html`<button class="button plain small" type="button" id="${`up_${at}`}" disabled=${at === 0} aria-label="${`“${name}”上移`}" @click=${move(-1)}>↑</button>`,
    html`<button class="button plain small" type="button" id="${`down_${at}`}" disabled=${at === declaration.fields.length - 1} aria-label="${`“${name}”下移`}" @click=${move(1)}>↓</button>`,
    end,
  ];
}

/** @param {Field} field @param {number} at @param {"title" | "unit" | "help"} key @param {string} label @param {number} longest */
function input(field, at, key, label, longest) {
  const typed = (/** @type {Event} */ event) => {
    field[key] = /** @type {HTMLInputElement} */ (event.target).value;
    keep();
  };
  // The lists of fields that colour and label follow when the name is finished.
  const finished = () => key === "title" && refresh();
  return html`<label class="${key}">${label}
    <input id="${`${key}_${at}`}" value="${field[key] ?? ""}" maxlength="${longest}" required=${key === "title"} autocomplete="off" @input=${typed} @change=${finished}>
  </label>`;
}

/** @param {Field} field @param {number} at @param {"sort" | "visibility"} key @param {string} label @param {[string, string][]} offered @param {boolean} fixed */
function select(field, at, key, label, offered, fixed) {
  const chosen = (/** @type {Event} */ event) => {
    field[key] = /** @type {HTMLSelectElement} */ (event.target).value;
    if (CHOOSING.has(field.sort) && !field.choices?.length) field.choices = [{ title: "" }];
    show(`${key}_${at}`);
  };
  const options = offered.map(
    ([value, word]) =>
      html`<option value="${value}" selected=${value === (field[key] ?? "public")}>${word}</option>`,
  );
  return html`<label>${label}
    <select id="${`${key}_${at}`}" disabled=${fixed} title="${fixed ? "已有数据，类型不能再改；可停用后另加字段" : ""}" @change=${chosen}>${options}</select>
  </label>`;
}

/** @param {Field} field @param {"required" | "filterable" | "card" | "listed"} key @param {string} label @param {boolean} usual */
function tick(field, key, label, usual) {
  const ticked = (/** @type {Event} */ event) => {
    field[key] = /** @type {HTMLInputElement} */ (event.target).checked;
    keep();
  };
  return html`<label class="tick"><input type="checkbox" checked=${field[key] ?? usual} @change=${ticked}>${label}</label>`;
}

function refresh() {
  byId("editor")
    .querySelector(".look")
    ?.replaceWith(lookOf(declaration, words, inUse, show));
}

function keep() {
  kept.value = JSON.stringify(declaration);
}

function follow() {
  const own = !kind || kind.value === "custom_layer";
  byId("own").hidden = !own;
  for (const each of document.querySelectorAll("#layer_form [data-kind]")) colorable(each);
  // What is not sent need not be filled in.
  for (const each of byId("editor").querySelectorAll("input")) each.disabled = !own;
}

/** Only the list of the chosen kind is shown and sent. @param {Element} label */
function colorable(label) {
  const { dataset } = /** @type {HTMLElement} */ (label);
  const off = dataset.kind !== kind?.value;
  label.toggleAttribute("hidden", off);
  label.querySelector("select")?.toggleAttribute("disabled", off);
}

show();
kind?.addEventListener("change", follow);
follow();
