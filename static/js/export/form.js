// What is to be exported, and how? The form of the export dialog; what cannot go together is not offered.
import { fill, html } from "app/dom.js";
import { NoticeForm } from "app/export/notice.js";
import { segments } from "app/panel/segments.js";

/**
 * @typedef {{layers: Api.Layer[], layer: string, uids: string[], bbox: Api.Bounds | null, shown: string[], filters: Record<string, string>}} Offer
 * @typedef {{title: string, value: string}} Choice
 */

const SEVERAL = "*";
const ENCODINGS = /** @type {Record<string, string>} */ ({ gbk: "GBK", "utf-8": "UTF-8" });
const REMEMBERED = "export_form";

/** Emits "changed". */
export class ExportForm extends EventTarget {
  /** @param {Api.ExportChoices} facts @param {Offer} offer */
  constructor(facts, offer) {
    super();
    this.facts = facts;
    this.offer = offer;
    this.layer = offer.layer;
    this.scope = offer.uids.length ? "chosen" : offer.filters[offer.layer] ? "filter" : "all";
    this.form = this.#remembered;
    this.readers = "internal";
    this.zone = "";
    this.far = false;
    this.encoding = "";
    this.profile = facts.profiles[0].key;
    this.number = "";
    this.final = false;
    this.notice = new NoticeForm(facts);
    this.element = html`<div class="export-form"></div>`;
    this.draw();
  }

  /** What the server is asked for. */
  get wanted() {
    const several = this.layer === SEVERAL;
    const { uids, bbox, filters } = this.offer;
    return {
      layers: several ? this.#shown.map(({ key }) => key) : [this.layer],
      form: this.form,
      uids: !several && this.scope === "chosen" ? uids : undefined,
      bbox: !several && this.scope === "view" ? (bbox ?? undefined) : undefined,
      // What is in view is what the filter leaves on the map.
      filter: !several && ["filter", "view"].includes(this.scope) ? filters[this.layer] : undefined,
      zone: this.zone ? Number(this.zone) : undefined,
      far: this.far || undefined,
      profile: this.form === "txt" ? this.profile : undefined,
      encoding: this.encoding || undefined,
      public: this.isPublic,
      review_number: this.isPublic ? this.number : undefined,
      final: this.isPublic && this.final,
      notice: this.format.notice ? this.notice.told : undefined,
    };
  }

  get isPublic() {
    return this.readers === "public";
  }

  get format() {
    return /** @type {Api.ExportFormat} */ (this.facts.formats.find(({ key }) => key === this.form));
  }

  /** Remembers the format for the next time. */
  keep() {
    try {
      localStorage.setItem(REMEMBERED, this.form);
    } catch {
      // A browser that keeps nothing asks again.
    }
  }

  draw() {
    this.#settle();
    const of_public = this.isPublic && this.#public();
    fill(this.element, this.#what(), this.#readers(), of_public, this.#formats(), this.#details());
  }

  get #shown() {
    return this.offer.layers.filter(({ key }) => this.offer.shown.includes(key));
  }

  get #remembered() {
    const kept = localStorage.getItem(REMEMBERED);
    return (
      this.facts.formats.find(({ key, internal }) => internal && key === kept)?.key ??
      this.facts.formats[0].key
    );
  }

  get #offered() {
    return this.facts.formats.filter(
      (each) => (this.isPublic ? each.public : each.internal) && (this.layer !== SEVERAL || each.several),
    );
  }

  // What was chosen before may not go with what was chosen now.
  #settle() {
    if (!this.#offered.some(({ key }) => key === this.form)) this.form = this.#offered[0].key;
    if (this.format.coordinates === "degrees") this.zone = "";
    if (!this.format.encodings.includes(this.encoding)) this.encoding = "";
    if (!this.#scopes.some(({ value }) => value === this.scope)) this.scope = "all";
  }

  get #scopes() {
    const { uids, layer, layers, bbox, filters } = this.offer;
    const word = layers.find(({ key }) => key === this.layer)?.measure_word ?? "个";
    return [
      { value: "all", title: "全部" },
      ...(filters[this.layer] ? [{ value: "filter", title: "符合当前筛选" }] : []),
      ...(bbox ? [{ value: "view", title: filters[this.layer] ? "视野内（含筛选）" : "视野内" }] : []),
      ...(uids.length && layer === this.layer
        ? [{ value: "chosen", title: `所选 ${uids.length} ${word}` }]
        : []),
    ];
  }

  #what() {
    const several = this.#shown.length > 1;
    const titles = [
      ...this.offer.layers.map(({ key, title, count }) => ({ value: key, title: `${title}（${count}）` })),
      ...(several ? [{ value: SEVERAL, title: `图上打开的 ${this.#shown.length} 个图层` }] : []),
    ];
    const scope =
      this.layer !== SEVERAL &&
      segments("范围", "export_scope", this.#scopes, this.scope, this.#set("scope"));
    return html`<div class="export-what">${select("图层", titles, this.layer, this.#set("layer"))}${scope}</div>`;
  }

  #readers() {
    const choices = [
      { value: "internal", title: "内部使用" },
      { value: "public", title: "对外公开" },
    ];
    return segments("用途", "export_readers", choices, this.readers, this.#set("readers"));
  }

  #public() {
    const { grid_m } = this.facts;
    const number = /** @type {HTMLInputElement} */ (
      html`<input type="text" maxlength="40" placeholder="没有就不填，如 鲁SG（2024）001号" value="${this.number}">`
    );
    number.addEventListener("input", () => {
      this.number = number.value.trim();
      final.disabled = !this.number;
      if (!this.number) final.checked = this.final = false;
    });
    const final = /** @type {HTMLInputElement} */ (html`<input type="checkbox">`);
    final.checked = this.final;
    final.disabled = !this.number;
    final.addEventListener("change", () => {
      this.final = final.checked;
    });
    return html`<div class="export-public">
      <p class="help">只含公开的图形和字段${grid_m > 0 && `，坐标取整到 ${grid_m} 米格网`}；未填审图号的注明“未定稿”。</p>
      <label class="field"><span class="label">审图号</span><span class="entry">${number}</span></label>
      <label class="export-final">${final}<span>定稿（须有审图号）</span></label>
    </div>`;
  }

  #formats() {
    const cards = this.#offered.map(({ key, title, hint }) => {
      const box = /** @type {HTMLInputElement} */ (
        html`<input type="radio" name="export_form" value="${key}">`
      );
      box.checked = key === this.form;
      box.addEventListener("change", () => this.#set("form")(key));
      return html`<label class="export-format">${box}<span><b>${title}</b><small>${hint}</small></span></label>`;
    });
    return html`<fieldset class="export-formats"><legend>格式</legend>${cards}</fieldset>`;
  }

  #details() {
    const { coordinates, encodings } = this.format;
    const rows = [
      coordinates !== "degrees" &&
        this.form !== "xlsx" &&
        select("坐标", this.#zones(coordinates === "plane"), this.zone, this.#set("zone")),
      this.form === "txt" &&
        select(
          "写法",
          this.facts.profiles.map(({ key, title }) => ({ value: key, title })),
          this.profile,
          this.#set("profile"),
        ),
      encodings.length > 0 &&
        this.form !== "txt" &&
        select("文字编码", this.#encodings(), this.encoding, this.#set("encoding")),
    ];
    return html`<div class="export-details">${rows}${this.format.notice && this.notice.element}</div>`;
  }

  /** @param {boolean} plane */
  #zones(plane) {
    const keys = this.layer === SEVERAL ? this.#shown.map(({ key }) => key) : [this.layer];
    const zones = [...new Set(keys.flatMap((key) => this.facts.zones[key] ?? []))].sort();
    return [
      { value: "", title: plane ? "所在的带（跨带时询问）" : "经纬度（CGCS2000）" },
      ...zones.map((zone) => ({ value: String(zone), title: `第 ${zone} 带（中央经线 ${zone * 3}°）` })),
    ];
  }

  #encodings() {
    const [usual, ...others] = this.format.encodings;
    return [
      { value: "", title: `${ENCODINGS[usual]}（常用）` },
      ...others.map((each) => ({ value: each, title: ENCODINGS[each] })),
    ];
  }

  /** @param {"layer" | "scope" | "readers" | "form" | "zone" | "profile" | "encoding"} part @returns {(value: string) => void} */
  #set(part) {
    return (value) => {
      this[part] = value;
      this.far = false;
      const name = /** @type {HTMLInputElement | null} */ (document.activeElement)?.name;
      this.draw();
      this.#focus(name);
      this.dispatchEvent(new CustomEvent("changed"));
    };
  }

  // What was drawn anew keeps the place of the keyboard.
  /** @param {string | undefined} name */
  #focus(name) {
    if (!name) return;
    const boxes = /** @type {HTMLInputElement[]} */ ([...this.element.querySelectorAll("input, select")]);
    boxes.find((box) => box.name === name && (box.type !== "radio" || box.checked))?.focus();
  }
}

/** @param {string} label @param {Choice[]} choices @param {string} value @param {(value: string) => void} act */
function select(label, choices, value, act) {
  const options = choices.map(
    (each) => html`<option value="${each.value}" selected=${each.value === value}>${each.title}</option>`,
  );
  const change = (/** @type {Event} */ event) => act(/** @type {HTMLSelectElement} */ (event.target).value);
  return html`<label class="field"><span class="label">${label}</span><span class="entry"><select name="${label}" autofocus=${label === "图层"} @change=${change}>${options}</select></span></label>`;
}
