// How is a layer of the county's own drawn? Shape, colour, line, fill, marker, and which field colours and labels.
import { html } from "app/dom.js";

/** @typedef {import("app/admin/fields.js").Declaration} Declaration */

/**
 * @param {Declaration} declaration
 * @param {import("app/admin/fields.js").Words} words
 * @param {boolean} inUse
 * @param {(focus?: string) => void} show
 */
export function lookOf(declaration, words, inUse, show) {
  declaration.look ??= {};
  const { look } = declaration;
  const { geometry } = declaration;
  /** @param {string} key @param {string} label @param {string[][]} offered @param {string} usual */
  const part = (key, label, offered, usual) =>
    chooser(`look_${key}`, label, offered, look[key] ?? usual, (value) => {
      look[key] = value;
      show(`look_${key}`);
    });
  const by = fields(declaration, (field) => field.sort === "choice");
  const color = words.colors.find(([name]) => name === (look.color ?? "indigo"))?.[2] ?? "";
  const swatch = html`<i class="swatch" aria-hidden="true"></i>`;
  swatch.style.background = color;
  return html`<div class="look fields wide-ones">
    ${chooser(
      "geometry",
      "图形类型",
      words.geometries,
      geometry,
      (value) => {
        declaration.geometry = value;
        show("geometry");
      },
      inUse,
    )}
    ${word(declaration, show)}
    ${chooser("color_by", "着色", [["", "单一颜色"], ...by], declaration.color_by ?? "", (value) => {
      declaration.color_by = value;
      show("color_by");
    })}
    ${part("color", declaration.color_by ? "从哪种颜色起" : "颜色", words.colors, "indigo")}
    ${geometry !== "point" && part("width", "线宽", words.widths, "middle")}
    ${geometry !== "point" && part("dash", "线型", words.dashes, "solid")}
    ${geometry === "polygon" && part("fill", "填充", words.fills, "tint")}
    ${geometry === "point" && part("marker", "符号", words.markers, "pentagon")}
    ${chooser(
      "label_by",
      "图上文字",
      [["", "名称"], ...fields(declaration, () => true)],
      declaration.label_by ?? "",
      (value) => {
        declaration.label_by = value;
        show("label_by");
      },
    )}
    <p class="sample-look">${swatch}<small>按字段着色时，各选项依次用不同的颜色，并配不同的图案、线型或文字。</small></p>
  </div>`;
}

// A field that is not saved yet has no key: the declaration speaks of it by a word of our own.
/** @param {Declaration} declaration @param {(field: import("app/admin/fields.js").Field) => boolean} fits */
function fields(declaration, fits) {
  return declaration.fields
    .filter((field) => !field.retired && (field.visibility ?? "public") === "public" && fits(field))
    .filter((field) => field.title)
    .map((field) => [field.key ?? field.temp ?? "", field.title]);
}

/** @param {Declaration} declaration @param {(focus?: string) => void} show */
function word(declaration, show) {
  const typed = (/** @type {Event} */ event) => {
    declaration.word = /** @type {HTMLInputElement} */ (event.target).value;
    show();
  };
  return html`<label>量词
    <input id="word" value="${declaration.word ?? "个"}" maxlength="4" size="4" @change=${typed}>
  </label>`;
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string[][]} offered
 * @param {string} chosen
 * @param {(value: string) => void} choose
 * @param {boolean} [fixed]
 */
function chooser(id, label, offered, chosen, choose, fixed = false) {
  const options = offered.map(
    ([value, title]) => html`<option value="${value}" selected=${value === chosen}>${title}</option>`,
  );
  const changed = (/** @type {Event} */ event) =>
    choose(/** @type {HTMLSelectElement} */ (event.target).value);
  return html`<label>${label}
    <select id="${id}" disabled=${fixed} @change=${changed}>${options}</select>
  </label>`;
}
