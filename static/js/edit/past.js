// What happened to this feature: who changed which fields and where the boundary ran, and how is it taken back?
import { fill, html } from "app/dom.js";
import { overlay, shapeAfter } from "app/edit/versions.js";

const CONTESTED = 409;

/** The timeline in the card's place. Emits "shapes" {shapes}, "undone" {uid, said, gone}, "close", "say" {text}. */
export class Past extends EventTarget {
  /** @type {Api.History | null} */
  #told = null;
  /** @type {GeoJSON.Geometry | null} */
  #now = null;
  #at = 0;
  #shown = false;

  /** @param {HTMLElement} element @param {import("app/api.js").Server} server */
  constructor(element, server) {
    super();
    this.element = element;
    this.server = server;
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  get isOpen() {
    return this.#shown;
  }

  /** @param {Api.Feature} feature */
  async open(feature) {
    const told = await this.server.history(feature.id);
    this.#told = told;
    this.#now = feature.geometry;
    this.#shown = true;
    this.mayUndo = feature.edit?.may.includes("edit") ?? false;
    document.body.dataset.past = "";
    this.element.hidden = false;
    this.#present();
    this.#choose(0);
    this.element.focus({ preventScroll: true });
  }

  close() {
    if (!this.#shown) return;
    this.#shown = false;
    this.element.hidden = true;
    this.element.replaceChildren();
    delete document.body.dataset.past;
    this.#emit("close");
  }

  #present() {
    const { name, history, version } = /** @type {Api.History} */ (this.#told);
    const items = history.map((step, i) => this.#item(step, i));
    fill(
      this.element,
      html`<div class="card-bar"><button class="close" type="button" aria-label="关闭历史" title="关闭（Esc）" @click=${() => this.close()}>×</button></div>`,
      html`<div class="past">
        <header class="card-head">
          <p class="tags"><b class="state">历史</b><span>共 ${history.length} 次，现在是第 ${version} 版</span></p>
          <h2>${name}</h2>
        </header>
        ${history.length > 1 && this.#slider(history.length)}
        <div class="card-body"><ol class="timeline">${items}</ol></div>
        <div class="buttons"><button class="button first" type="button" @click=${() => this.close()}>返回详情</button></div>
      </div>`,
    );
  }

  /** @param {number} count */
  #slider(count) {
    const slider = /** @type {HTMLInputElement} */ (
      html`<input type="range" min="0" max="${count - 1}" step="1" value="${count - 1}" aria-label="看哪一版的图形">`
    );
    slider.addEventListener("input", () => this.#choose(count - 1 - Number(slider.value)));
    return html`<div class="versions"><span>最早</span>${slider}<span>现在</span></div>`;
  }

  /** @param {Api.HistoryStep} step @param {number} i */
  #item(step, i) {
    const { title, who, at, reason, version, undone, photos, originals } = step;
    const choose = () => this.#choose(i);
    return html`<li class="${undone && "undone"}" data-step="${String(i)}">
      <button class="step-head" type="button" aria-pressed="false" @click=${choose}>
        <b>${title}</b>${undone && html`<i>已撤销</i>`}${version !== null && html`<span>第 ${version} 版</span>`}
      </button>
      <p class="step-who">${who} · ${moment(at)}</p>
      ${reason && version !== null && html`<p class="step-why">“${reason}”</p>`}
      ${originals.map(({ name, url }) => html`<p class="step-who"><a href="${url}" download>下载导入的原始文件${originals.length > 1 && ` ${name}`}</a></p>`)}
      ${changesOf(step)}
      ${photosOf(photos)}
      ${this.#mayTakeBack(step, i) && this.#undoing(step)}
    </li>`;
  }

  /** @param {Api.HistoryStep} step @param {number} i */
  #mayTakeBack({ undone, created, version, photos }, i) {
    if (version === null) return !undone && photos.some(({ restorable }) => restorable);
    if (!this.mayUndo || undone) return false;
    const { history } = /** @type {Api.History} */ (this.#told);
    return !created || history.slice(0, i).every((later) => later.version === null);
  }

  // Two clicks: the first asks why, the second does it.
  /** @param {Api.HistoryStep} step */
  #undoing(step) {
    const place = html`<div class="step-undo"></div>`;
    const many = step.count > 1 ? `（共 ${step.count} 个图形）` : "";
    const restores = step.version === null;
    const words = restores ? "恢复" : many ? "撤销这一批" : "撤销此次修改";
    const begin = html`<button class="link" type="button">${words}${many}</button>`;
    const why = /** @type {HTMLInputElement} */ (
      html`<input type="text" maxlength="200" placeholder="原因（可不填）" aria-label="${restores ? "恢复" : "撤销"}的原因">`
    );
    const sure = html`<button class="button first" type="button">确认${restores ? "恢复" : "撤销"}${many}</button>`;
    const no = html`<button class="button" type="button">${restores ? "不恢复" : "不撤销"}</button>`;
    begin.addEventListener("click", () => {
      fill(place, why, sure, no);
      sure.focus();
    });
    no.addEventListener("click", () => fill(place, begin));
    sure.addEventListener("click", () => this.#undo(step, why.value, place));
    fill(place, begin);
    return place;
  }

  /** @param {Api.HistoryStep} step @param {string} reason @param {Element} place @param {"all"} [despite] */
  async #undo(step, reason, place, despite) {
    try {
      await this.server.undo(step.act, { reason: reason || undefined, despite });
      const { uid } = /** @type {Api.History} */ (this.#told);
      this.close();
      const said = step.version === null ? `已恢复“${namesOf(step)}”。` : `已撤销“${step.title}”。`;
      this.#emit("undone", { uid, said, gone: step.created });
    } catch (error) {
      const { message, status, details } = /** @type {import("app/api.js").ApiError} */ (error);
      const all = () => this.#undo(step, reason, place, "all");
      const way =
        status === CONTESTED &&
        details.despite?.includes("all") &&
        html`<button class="button" type="button" @click=${all}>连同后来的修改一起撤销</button>`;
      fill(place, html`<p class="problem" role="alert">${message}</p>`, way);
    }
  }

  /** @param {number} i */
  #choose(i) {
    const { history } = /** @type {Api.History} */ (this.#told);
    this.#at = i;
    for (const item of this.element.querySelectorAll("[data-step]")) {
      const chosen = item.getAttribute("data-step") === String(i);
      item.classList.toggle("chosen", chosen);
      item.querySelector(".step-head")?.setAttribute("aria-pressed", String(chosen));
      if (chosen) item.scrollIntoView({ block: "nearest" });
    }
    const slider = /** @type {HTMLInputElement | null} */ (this.element.querySelector(".versions input"));
    if (slider) slider.value = String(history.length - 1 - i);
    this.#emit("shapes", { shapes: overlay(history[i], shapeAfter(history, i, this.#now)) });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const count = this.#told?.history.length ?? 0;
    const writes = event.target instanceof HTMLInputElement;
    if (event.key === "Escape") this.close();
    else if (by && !writes) this.#choose(Math.max(0, Math.min(count - 1, this.#at + by)));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} name @param {object} [detail] */
  #emit(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {Api.HistoryStep} step */
function changesOf({ changes, shape }) {
  if (!changes.length && !shape) return null;
  const rows = changes.map(
    ({ label, old, new: now, unit }) =>
      html`<div><dt>${label}</dt><dd><s>${said(old, unit)}</s><span aria-label="改为"> → </span><b>${said(now, unit)}</b></dd></div>`,
  );
  return html`<dl class="changes">${rows}${shape && shapeRow(shape)}</dl>`;
}

/** @param {Api.HistoryStep["photos"]} photos */
function photosOf(photos) {
  const rows = photos.map(({ name, title }) => html`<div><dt>${title}附件</dt><dd><b>${name}</b></dd></div>`);
  return photos.length ? html`<dl class="changes">${rows}</dl>` : null;
}

/** @param {NonNullable<Api.HistoryStep["shape"]>} shape */
function shapeRow({ old, new: now, unit, difference }) {
  const more = difference ? `${difference > 0 ? "+" : "−"}${Math.abs(difference)} ${unit}` : "大小未变";
  const sizes = old === null || now === null ? "已移动" : `${old} → ${now} ${unit}（${more}）`;
  return html`<div><dt>图形</dt><dd><b>${sizes}</b></dd></div>`;
}

/** @param {Api.HistoryStep} step */
function namesOf({ photos }) {
  return photos.map(({ name }) => name).join("、");
}

/** @param {string | null} value @param {string} unit */
function said(value, unit) {
  return value === null ? "未提供" : unit ? `${value} ${unit}` : value;
}

/** @param {string} at */
export function moment(at) {
  return new Date(at).toLocaleString("zh-CN", {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}
