// Which sites did this person mark lately, on this device and before, and what became of each?
import { fill, html } from "app/dom.js";
import { decided, fate, when } from "app/mark/words.js";

/** @typedef {import("app/mark/queue.js").Mark} Mark */
/** @typedef {{uid: string, title: string, at: number, words: string, tone: string, thumb: Blob | string | null, mark: Mark | null}} Row */

/** Emits "open" {mark}: a person wants to do something about it. */
export class MarkList extends EventTarget {
  /** @type {Map<string, string>} */
  #urls = new Map();

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
  }

  /** @param {Mark[]} marks @param {Api.OwnMark[]} known @param {(mark: Mark) => boolean} isOwn */
  show(marks, known, isOwn) {
    const rows = [...here(marks, known, isOwn), ...there(marks, known)].sort((a, b) => b.at - a.at);
    fill(this.element, rows.length ? rows.map((row) => this.#row(row)) : empty());
  }

  /** @param {Row} row */
  #row(row) {
    const { mark } = row;
    const acts = mark && mark.state !== "sent";
    const body = html`<span class="mark-words"><b>${row.title}</b><span class="fate" data-tone="${row.tone}">${row.words}</span><small>${when(row.at)}</small></span>`;
    const picture = html`<span class="mark-picture">${this.#picture(row)}</span>`;
    return acts
      ? html`<li><button type="button" class="mark" @click=${() => this.#open(mark)}>${picture}${body}</button></li>`
      : html`<li><div class="mark">${picture}${body}</div></li>`;
  }

  /** @param {Row} row */
  #picture({ uid, thumb }) {
    if (!thumb) return "";
    const url = typeof thumb === "string" ? thumb : (this.#urls.get(uid) ?? URL.createObjectURL(thumb));
    this.#urls.set(uid, url);
    return html`<img src="${url}" alt="" width="56" height="56" loading="lazy">`;
  }

  /** @param {Mark} mark */
  #open(mark) {
    this.dispatchEvent(new CustomEvent("open", { detail: { mark } }));
  }
}

/** @param {Mark[]} marks @param {Api.OwnMark[]} known @param {(mark: Mark) => boolean} isOwn @returns {Row[]} */
function here(marks, known, isOwn) {
  const by_uid = new Map(known.map((each) => [each.uid, each]));
  return marks
    .filter(({ state }) => state !== "draft")
    .map((mark) => ({
      uid: mark.uid,
      title: mark.name,
      at: mark.made_at,
      thumb: mark.thumb,
      mark,
      ...fate(mark, by_uid.get(mark.uid), isOwn(mark)),
    }));
}

/** Marked on another device, or before this one was emptied. @param {Mark[]} marks @param {Api.OwnMark[]} known @returns {Row[]} */
function there(marks, known) {
  const held = new Set(marks.map(({ uid }) => uid));
  return known
    .filter(({ uid }) => !held.has(uid))
    .map((each) => ({
      uid: each.uid,
      title: each.name,
      at: Date.parse(each.at),
      thumb: each.thumb,
      mark: null,
      ...decided(each),
    }));
}

function empty() {
  return html`<li class="nothing">还没有标点。到现场拍一张照片，选一下类型，提交就好。没有信号也能拍，有网时自动上传。</li>`;
}
