// What does the review sheet of many photos ask and show: devices, photos without a place, types, one row for each site?
import { byId, fill, html } from "app/dom.js";
import { shortType } from "app/mark/words.js";

/** @typedef {import("app/bulk/photos.js").Shots} Shots @typedef {import("app/bulk/photos.js").Shot} Shot @typedef {import("app/bulk/photos.js").Site} Site */

const DATUMS = /** @type {[string, string][]} */ ([
  ["wgs84", "GPS 原值（多数手机）"],
  ["gcj02", "火星坐标，改正后用"],
]);

/** Emits "datum" {device, datum}, "all" {type}, "site" {uid, type?, name?}, "drop" {uid}, "chosen" {shots}, "look" {site}. */
export class Sheet extends EventTarget {
  /** @type {Map<string, string>} */
  #urls = new Map();
  /** @type {Set<string>} */
  chosen = new Set();

  /** @param {Shots} shots @param {Api.Marking} state */
  show(shots, state) {
    const { sites, placeless } = shots;
    fill(
      byId("questions"),
      [...shots.devices].map(([device, count]) => this.#question(device, count, shots)),
    );
    this.#showTray(placeless);
    fill(
      byId("types"),
      state.types.map((type) => this.#type(type, shots.type)),
    );
    fill(
      byId("sites"),
      sites.map((site, i) => this.#site(site, i + 1, state)),
    );
    byId("summary").textContent =
      `${sites.length} 处，${shots.all.length - placeless.length} 张照片${placeless.length ? `；还有 ${placeless.length} 张没有位置` : ""}`;
  }

  /** @param {string} device @param {number} count @param {Shots} shots */
  #question(device, count, shots) {
    const now = shots.datums.get(device);
    const choices = DATUMS.map(
      ([datum, words]) =>
        html`<button type="button" class="datum" aria-pressed="${now === datum ? "true" : "false"}" @click=${() => this.#say("datum", { device, datum })}>${words}</button>`,
    );
    return html`<div class="question" data-open="${now ? null : "true"}"><p><b>${device}</b> 的 ${count} 张照片，位置是哪一种？</p><div class="choices">${choices}</div></div>`;
  }

  /** @param {Shot[]} placeless */
  #showTray(placeless) {
    const tray = byId("tray");
    tray.hidden = !placeless.length;
    for (const uid of this.chosen) if (!placeless.some((shot) => shot.uid === uid)) this.chosen.delete(uid);
    const all = html`<button type="button" class="plain handle-all" draggable="true" title="拖到图上，全部放在同一处">全部拖到一处</button>`;
    all.addEventListener("dragstart", (event) =>
      carry(
        event,
        placeless.map(({ uid }) => uid),
      ),
    );
    fill(
      tray,
      html`<div class="tray-head"><p>${placeless.length} 张没有位置：拖到图上，或点选后点地图</p>${placeless.length > 1 ? all : null}</div>`,
      html`<ul class="shots-row">${placeless.map((shot) => html`<li>${this.#loose(shot)}</li>`)}</ul>`,
    );
  }

  /** @param {Shot} shot */
  #loose(shot) {
    const pressed = this.chosen.has(shot.uid);
    const face = html`<button type="button" class="shot-face" draggable="true" aria-pressed="${pressed ? "true" : "false"}" aria-label="${shot.file.name}，没有位置" @click=${() => this.#choose(shot)}>${this.#picture(shot)}</button>`;
    face.addEventListener("dragstart", (event) => {
      const together = this.chosen.has(shot.uid) ? [...this.chosen] : [shot.uid];
      carry(event, together);
    });
    return face;
  }

  /** @param {Shot} shot */
  #choose(shot) {
    if (!this.chosen.delete(shot.uid)) this.chosen.add(shot.uid);
    this.#say("chosen", { shots: [...this.chosen] });
  }

  /** @param {{value: string, title: string}} type @param {string} now */
  #type({ value, title }, now) {
    return html`<button type="button" class="type" aria-pressed="${value === now ? "true" : "false"}" data-type="${value}" @click=${() => this.#say("all", { type: value })}>${shortType(title)}</button>`;
  }

  /** @param {Site} site @param {number} number @param {Api.Marking} state */
  #site(site, number, state) {
    const select = /** @type {HTMLSelectElement} */ (
      html`<select aria-label="第 ${number} 处的类型"></select>`
    );
    select.append(
      new Option("请选择类型", ""),
      ...state.types.map(({ value, title }) => new Option(shortType(title), value)),
    );
    select.value = site.type;
    select.addEventListener("change", () => this.#say("site", { uid: site.uid, type: select.value }));
    const name = /** @type {HTMLInputElement} */ (
      html`<input type="text" maxlength="60" placeholder="名称（可不填）" aria-label="第 ${number} 处的名称" value="${site.name}">`
    );
    name.addEventListener("change", () => this.#say("site", { uid: site.uid, name: name.value }));
    const shots = site.shots.map(
      (shot) =>
        html`<li class="shot-item">${this.#picture(shot)}<button type="button" aria-label="不要 ${shot.file.name}" @click=${() => this.#say("drop", { uid: shot.uid })}>×</button></li>`,
    );
    return html`<li class="site" data-missing="${site.type ? null : "true"}"><button type="button" class="number" aria-label="在图上看第 ${number} 处" @click=${() => this.#say("look", { site })}>${number}</button><div class="site-body"><div class="site-line">${name}${select}</div><ul class="shots-row">${shots}</ul><small>${state.sources[site.source]} · ${site.shots.length} 张</small></div></li>`;
  }

  /** @param {Shot} shot */
  #picture({ uid, thumb, file }) {
    if (!thumb)
      return html`<span class="no-picture">${file.name.split(".").pop()?.toUpperCase() ?? "照片"}</span>`;
    const url = this.#urls.get(uid) ?? URL.createObjectURL(thumb);
    this.#urls.set(uid, url);
    return html`<img src="${url}" alt="" width="64" height="64" draggable="false">`;
  }

  /** @param {string} name @param {object} detail */
  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {DragEvent} event @param {string[]} uids */
function carry(event, uids) {
  event.dataTransfer?.setData("text/plain", uids.join(" "));
}
