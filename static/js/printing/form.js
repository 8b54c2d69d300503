// What shall the sheet be like? The fields of the print panel; what cannot go together is not offered.
import { fill, html } from "app/dom.js";
import { segments } from "app/panel/segments.js";
import { keep, remembered, scaleIn, scaleWords } from "app/printing/layout.js";

/** @typedef {{value: string, title: string}} Choice */

const [LEAST_SCALE, MOST_SCALE] = [100, 2_000_000];
const OTHER = "other";
const LARGE_TURN = 15;
const WIDEST_OVERLAP = 30;

/** Emits "changed" {frame: boolean} whether the frame on the map is another; "view" when it shall fit the view. */
export class PrintForm extends EventTarget {
  /** @param {Api.PrintChoices} facts @param {string} title what stands there at first @param {string} usual what the sheet is called when nothing stands there */
  constructor(facts, title, usual) {
    super();
    this.facts = facts;
    this.layout = remembered(facts);
    this.title = title;
    this.usual = usual;
    this.scale = this.layout.scale ?? 0;
    this.turn = 0;
    this.rows = 1;
    this.columns = 1;
    this.overlap = 5;
    this.isPublic = false;
    this.number = "";
    this.final = false;
    this.free = false;
    this.element = html`<div class="print-form"></div>`;
    this.draw();
  }

  get paper() {
    return /** @type {Api.PrintPaper} */ (this.facts.papers.find(({ key }) => key === this.layout.paper));
  }

  /** The part of the sheet that the map fills. */
  get map_mm() {
    return this.paper[this.layout.orientation].map_mm;
  }

  /** Why it cannot be printed so; empty when it can. */
  get trouble() {
    if (!(this.scale >= LEAST_SCALE && this.scale <= MOST_SCALE))
      return `比例尺应为 ${LEAST_SCALE} 到 ${MOST_SCALE.toLocaleString()} 之间的分母，例如 10000、5万。`;
    if (this.rows * this.columns > this.facts.most_sheets)
      return `${this.rows} 行 ${this.columns} 列共 ${this.rows * this.columns} 幅，一次最多 ${this.facts.most_sheets} 幅。请减少行列。`;
    if (this.isSeries && this.layout.form === "png") return "分幅图册是一个 PDF 文件。请把格式改为 PDF。";
    return "";
  }

  get isSeries() {
    return this.rows * this.columns > 1;
  }

  /** What the server is asked for, but for where and what. */
  get wanted() {
    const { paper, orientation, grid, legend, form, unit } = this.layout;
    const { scale, turn, rows, columns, overlap, title, isPublic } = this;
    return {
      ...{ paper, orientation, grid, legend, form, unit, scale, turn, rows, columns, overlap, title },
      public: isPublic,
      review_number: isPublic ? this.number : undefined,
      final: isPublic && this.final && Boolean(this.number),
    };
  }

  keep() {
    keep({ ...this.layout, scale: this.layout.scale === null ? null : this.scale });
  }

  /** The frame was changed on the map. @param {{scale: number, turn: number}} laid */
  follow({ scale, turn }) {
    if (scale !== this.scale) this.layout.scale = scale;
    if (scale === this.scale && turn === this.turn) return;
    this.scale = scale;
    this.turn = Math.round(turn * 10) / 10;
    this.draw();
  }

  /** @param {number} scale what fits the view */
  fit(scale) {
    this.scale = scale;
    this.free = false;
    this.draw();
  }

  draw() {
    const name = /** @type {HTMLInputElement | null} */ (document.activeElement)?.name;
    const within = this.element.contains(document.activeElement);
    fill(
      this.element,
      this.#title(),
      segments(
        "纸张",
        "print_paper",
        this.facts.papers.map(({ key }) => ({ value: key, title: key })),
        this.layout.paper,
        this.#lay("paper"),
      ),
      segments(
        "方向",
        "print_orientation",
        entries(this.facts.orientations),
        this.layout.orientation,
        this.#lay("orientation"),
      ),
      this.#scale(),
      this.#turn(),
      this.#series(),
      this.#details(),
      this.#readers(),
      this.isPublic && this.#public(),
    );
    if (name && within) this.#focus(name);
  }

  #title() {
    return text("图名", "title", this.title, `不填时为“${this.usual}”`, (value) => {
      this.title = value;
    });
  }

  #scale() {
    const { scales } = this.facts;
    const listed = scales.includes(this.scale) && !this.free;
    const choices = [
      ...scales.map((each) => ({ value: String(each), title: scaleWords(each) })),
      { value: OTHER, title: "其他…" },
    ];
    const choose = (/** @type {string} */ value) => {
      this.free = value === OTHER;
      if (!this.free) this.layout.scale = this.scale = Number(value);
      this.#changed(true);
      if (this.free) this.#focus("free_scale");
    };
    const options = choices.map(
      ({ value, title }) =>
        html`<option value="${value}" selected=${value === (listed ? String(this.scale) : OTHER)}>${title}</option>`,
    );
    const free = /** @type {HTMLInputElement} */ (
      html`<input type="text" name="free_scale" class="short" inputmode="text" autocomplete="off" aria-label="比例尺分母" placeholder="如 2500、8万" value="${this.scale ? String(this.scale) : ""}">`
    );
    free.addEventListener("change", () => {
      this.scale = scaleIn(free.value);
      if (this.scale > 0) this.layout.scale = this.scale;
      this.#typed();
    });
    return html`<div class="field"><label class="label" for="print_scale">比例尺</label><span class="entry print-row">
      <select id="print_scale" name="scale" @change=${(/** @type {any} */ { target }) => choose(target.value)}>${options}</select>
      ${!listed && free}
      <button class="button small" type="button" title="改为视野正好放下的比例尺" @click=${() => this.#fitView()}>按视野</button>
    </span></div>`;
  }

  #fitView() {
    this.layout.scale = null;
    this.dispatchEvent(new CustomEvent("view"));
  }

  #turn() {
    const box = /** @type {HTMLInputElement} */ (
      html`<input type="number" name="turn" class="short" min="-180" max="180" step="1" aria-label="旋转角（度）" value="${this.turn}">`
    );
    const upright = html`<button class="button small" type="button" hidden=${!this.turn} @click=${() => set(0)}>回正</button>`;
    const set = (/** @type {number} */ turn) => {
      this.turn = Number.isFinite(turn) ? ((((turn + 180) % 360) + 360) % 360) - 180 : 0;
      box.value = String(this.turn);
      upright.hidden = !this.turn;
      this.#typed();
    };
    box.addEventListener("change", () => set(Number(box.value)));
    const by = (/** @type {number} */ turn) => () => set(this.turn + turn);
    return html`<div class="field"><span class="label">旋转</span><span class="entry print-row">
      <button class="button small" type="button" aria-label="向左转 15 度" title="向左转 15°" @click=${by(-LARGE_TURN)}>↺</button>
      ${box}<span class="quiet">度</span>
      <button class="button small" type="button" aria-label="向右转 15 度" title="向右转 15°" @click=${by(LARGE_TURN)}>↻</button>
      ${upright}
    </span></div>`;
  }

  #series() {
    const count = (/** @type {"rows" | "columns"} */ part, /** @type {string} */ words) => {
      const box = /** @type {HTMLInputElement} */ (
        html`<input type="number" name="${part}" class="short" min="1" max="${this.facts.most_sheets}" step="1" aria-label="${words}" value="${this[part]}">`
      );
      box.addEventListener("change", () => {
        this[part] = Math.min(Math.max(Math.round(Number(box.value)) || 1, 1), this.facts.most_sheets);
        box.value = String(this[part]);
        overlap.hidden = !this.isSeries;
        if (this.isSeries) this.#bind();
        this.#typed();
      });
      return box;
    };
    const overlap = this.#overlap();
    return html`<div class="field"><span class="label">分幅</span><span class="entry print-row">
      ${count("rows", "行数")}<span class="quiet">行</span>${count("columns", "列数")}<span class="quiet">列</span>
      ${overlap}
    </span></div>`;
  }

  #overlap() {
    const box = /** @type {HTMLInputElement} */ (
      html`<input type="number" name="overlap" class="short" min="0" max="${WIDEST_OVERLAP}" step="1" aria-label="相邻图幅的重叠（%）" value="${this.overlap}">`
    );
    box.addEventListener("change", () => {
      this.overlap = Math.min(Math.max(Number(box.value) || 0, 0), WIDEST_OVERLAP);
      box.value = String(this.overlap);
      this.#typed();
    });
    return html`<span class="print-row" hidden=${!this.isSeries}><span class="quiet">重叠</span>${box}<span class="quiet">%</span></span>`;
  }

  #details() {
    const legend = /** @type {HTMLInputElement} */ (html`<input type="checkbox" name="legend">`);
    legend.checked = this.layout.legend;
    legend.addEventListener("change", () => {
      this.layout.legend = legend.checked;
    });
    const grids = entries(this.facts.grids).map(
      ({ value, title }) =>
        html`<option value="${value}" selected=${value === this.layout.grid}>${title}</option>`,
    );
    const forms = this.facts.forms.map((key) => ({ value: key, title: key.toUpperCase() }));
    return html`<div class="print-details">
      ${
        !this.isPublic &&
        html`<label class="field"><span class="label">坐标网</span><span class="entry"><select name="grid" @change=${(/** @type {any} */ { target }) => this.#quietly("grid", target.value)}>${grids}</select></span></label>`
      }
      <label class="field"><span class="label">图例</span><span class="entry print-check">${legend}<span>图上有的才列出</span></span></label>
      ${segments("格式", "print_form", forms, this.layout.form, this.#lay("form"))}
      ${text("制图单位", "unit", this.layout.unit, "印在图的右下", (value) => this.#quietly("unit", value))}
    </div>`;
  }

  #readers() {
    const choices = [
      { value: "internal", title: "内部使用" },
      { value: "public", title: "对外公开" },
    ];
    return segments("用途", "print_readers", choices, this.isPublic ? "public" : "internal", (value) => {
      this.isPublic = value === "public";
      this.#changed(false);
    });
  }

  #public() {
    const final = /** @type {HTMLInputElement} */ (html`<input type="checkbox" name="final">`);
    const settle = () => {
      final.disabled = !this.number;
      if (!this.number) this.final = false;
      final.checked = this.final;
    };
    final.addEventListener("change", () => {
      this.final = final.checked;
    });
    const number = text(
      "审图号",
      "review_number",
      this.number,
      "没有就不填，如 鲁SG（2024）001号",
      (value) => {
        this.number = value.trim();
        settle();
      },
    );
    settle();
    const { grid_m } = this.facts;
    return html`<div class="export-public">
      <p class="help">只印公开的图形，不注坐标${grid_m > 0 && `，坐标取整到 ${grid_m} 米格网`}；没有审图号的注明“未定稿”。</p>
      ${number}
      <label class="field"><span class="label"></span><span class="entry print-check">${final}<span>定稿（须有审图号）</span></span></label>
    </div>`;
  }

  /** @param {"paper" | "orientation" | "form"} part @returns {(value: string) => void} */
  #lay(part) {
    return (value) => {
      this.layout = { ...this.layout, [part]: value };
      this.#changed(part !== "form");
    };
  }

  /** @param {"grid" | "unit"} part @param {string} value */
  #quietly(part, value) {
    this.layout[part] = value;
  }

  // A series is one PDF.
  #bind() {
    this.layout.form = "pdf";
    const box = this.element.querySelector("input[name=print_form][value=pdf]");
    if (box) /** @type {HTMLInputElement} */ (box).checked = true;
  }

  // What stands there is left alone: the next field may already have been touched.
  #typed() {
    this.dispatchEvent(new CustomEvent("changed", { detail: { frame: true } }));
  }

  /** @param {boolean} frame */
  #changed(frame) {
    this.draw();
    this.dispatchEvent(new CustomEvent("changed", { detail: { frame } }));
  }

  /** What was drawn anew keeps the place of the keyboard. @param {string} name */
  #focus(name) {
    const boxes = /** @type {HTMLInputElement[]} */ ([...this.element.querySelectorAll("input, select")]);
    boxes.find((box) => box.name === name && (box.type !== "radio" || box.checked))?.focus();
  }
}

/** @param {Record<string, string>} table @returns {Choice[]} */
function entries(table) {
  return Object.entries(table).map(([value, title]) => ({ value, title }));
}

/** @param {string} label @param {string} name @param {string} value @param {string} hint @param {(value: string) => void} act */
function text(label, name, value, hint, act) {
  const box = /** @type {HTMLInputElement} */ (
    html`<input type="text" name="${name}" maxlength="60" autocomplete="off" placeholder="${hint}" value="${value}">`
  );
  box.addEventListener("input", () => act(box.value));
  return html`<label class="field"><span class="label">${label}</span><span class="entry">${box}</span></label>`;
}
