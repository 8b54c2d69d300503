// One site being marked: which photos, where, of which type? Nothing has to be typed.
import { byId, fill, html } from "app/dom.js";
import { newUid } from "app/edit/uid.js";
import { readExif } from "app/mark/exif.js";
import { shrink, thumbnail } from "app/mark/shrink.js";
import { positionWords, shortType, when } from "app/mark/words.js";

/**
 * @typedef {import("app/mark/queue.js").Mark} Mark
 * @typedef {import("app/mark/queue.js").Photo} Photo
 * @typedef {{lon: number, lat: number, accuracy_m: number | null, source: string}} Position
 * @typedef {{uid: string, name: string, distance_m: number, may_attach: boolean}} Neighbour
 */

const FRESH_MS = 10 * 60_000;

/** Emits "position" {position}, "draft", "shoot", "submit" {target}. */
export class MarkForm extends EventTarget {
  /** @type {Photo[]} */
  photos = [];
  /** @type {Map<string, import("app/mark/exif.js").Told>} */
  #told = new Map();
  /** @type {Map<string, string>} */
  #urls = new Map();
  /** @type {{lon: number, lat: number, accuracy_m: number} | null} */
  #fix = null;
  /** @type {{lon: number, lat: number} | null} */
  #hand = null;
  /** @type {string | null} a person's own choice */
  #wanted = null;
  #refusal = "";
  #busy = 0;
  /** @type {Neighbour[]} */
  #near = [];
  /** @type {Blob | null} */
  #thumb = null;

  /** @param {Api.Marking} state */
  constructor(state) {
    super();
    this.state = state;
    this.uid = newUid();
    this.type = "";
    byId("form").addEventListener("submit", (event) => this.#submit(event));
    byId("use_photo").addEventListener("click", () => this.#want("exif"));
    byId("use_gps").addEventListener("click", () => this.#want("gps"));
  }

  /** A new, empty one. @param {string} type last used */
  begin(type) {
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.uid = newUid();
    this.photos = [];
    this.type = type;
    this.made_at = Date.now();
    this.#told.clear();
    this.#urls.clear();
    this.#hand = this.#wanted = this.#thumb = null;
    this.#near = [];
    input("name").value = "";
    this.show();
  }

  /** One that was interrupted. @param {Mark} mark @param {Photo[]} photos */
  resume(mark, photos) {
    this.begin(mark.type);
    this.uid = mark.uid;
    this.made_at = mark.made_at;
    this.photos = photos;
    this.#thumb = mark.thumb;
    input("name").value = String(mark.properties.said_name ?? "");
    for (const { uid, facts } of photos) this.#told.set(uid, facts);
    if (mark.source === "hand" && mark.lon !== null && mark.lat !== null)
      this.#hand = { lon: mark.lon, lat: mark.lat };
    this.show();
  }

  /** @param {File[]} files */
  async add(files) {
    this.#busy += 1;
    this.show();
    try {
      for (const file of files) await this.#addOne(file);
    } finally {
      this.#busy -= 1;
      this.show();
      this.dispatchEvent(new Event("draft"));
    }
  }

  /** @param {{lon: number, lat: number, accuracy_m: number}} fix */
  placeByDevice(fix) {
    this.#fix = fix;
    this.#refusal = "";
    this.show();
  }

  /** @param {string} sentence */
  refusePlace(sentence) {
    this.#refusal = sentence;
    this.show();
  }

  /** @param {{lon: number, lat: number}} place */
  placeByHand({ lon, lat }) {
    this.#hand = { lon, lat };
    this.#wanted = "hand";
    this.show();
  }

  /** @param {Neighbour[]} near */
  warn(near) {
    this.#near = near;
    this.show();
  }

  /** @returns {Position | null} */
  get position() {
    const [exif, gps, hand] = [this.#byPhoto(), this.#byDevice(), this.#byHand()];
    if (this.#wanted === "hand") return hand;
    if (this.#wanted === "exif" && exif) return exif;
    if (this.#wanted === "gps" && gps) return gps;
    return hand ?? (this.#photoIsOld() || !gps ? (exif ?? gps) : gps);
  }

  /** The mark as the queue keeps it. @param {"draft" | "waiting"} state @param {Mark["owner"]} owner @param {string | null} [target] @returns {Mark} */
  mark(state, owner, target = null) {
    const { position, type } = this;
    const said = input("name").value.trim();
    const title = this.state.types.find(({ value }) => value === type)?.title ?? "";
    const name = said || `${shortType(title) || "景点"} ${when(this.made_at ?? Date.now())}`;
    const words = position && positionWords(this.state.sources[position.source], position.accuracy_m);
    return {
      uid: this.uid,
      owner,
      target,
      layer: this.state.layer,
      name,
      type,
      lon: position?.lon ?? null,
      lat: position?.lat ?? null,
      accuracy_m: position?.accuracy_m ?? null,
      source: position?.source ?? null,
      properties:
        state === "draft"
          ? { said_name: said }
          : {
              ...this.state.always,
              name,
              [this.state.field]: type,
              accuracy: words ?? "",
              position_source: position?.source,
            },
      made_at: this.made_at ?? Date.now(),
      state,
      record_sent: false,
      photos: this.photos.length,
      photos_sent: 0,
      error: "",
      tries: 0,
      next_at: 0,
      thumb: this.#thumb,
    };
  }

  /** The photos with what is known of where and when; the device's own fix where EXIF is silent. @returns {Photo[]} */
  get sealed() {
    const { position } = this;
    return this.photos.map((photo) => {
      const { lon, lat, accuracy_m, source } = position ?? {};
      const own = photo.facts.lon !== undefined || !position;
      const facts = own
        ? photo.facts
        : { ...photo.facts, lon, lat, position_source: source, ...(accuracy_m && { accuracy_m }) };
      return { ...photo, mark: this.uid, facts };
    });
  }

  show() {
    this.#showShots();
    this.#showTypes();
    this.#showPlace();
    this.#showNear();
    button("submit").disabled = this.#why() !== "";
    button("submit").textContent = this.#busy ? "正在压缩照片…" : "提交";
  }

  /** @param {File} file */
  async #addOne(file) {
    const told = readExif(await file.arrayBuffer());
    const { limits } = this.state;
    const blob = await shrink(file, { px: limits.photo_px, kb: limits.photo_kb });
    this.#thumb ??= await thumbnail(blob);
    const { device, ...facts } = told;
    const uid = newUid();
    const source = facts.lon === undefined ? {} : { position_source: "exif" };
    const taken_at = facts.taken_at ?? new Date(file.lastModified || Date.now()).toISOString();
    this.#told.set(uid, told);
    this.photos.push({
      uid,
      mark: this.uid,
      blob,
      facts: { uid, name: file.name || "照片.jpg", ...facts, ...source, taken_at },
      error: "",
    });
    this.show();
  }

  /** @param {string} uid */
  #drop(uid) {
    this.photos = this.photos.filter((photo) => photo.uid !== uid);
    this.#told.delete(uid);
    this.dispatchEvent(new CustomEvent("dropped", { detail: { uid } }));
    this.show();
  }

  /** @returns {Position | null} */
  #byPhoto() {
    const told = [...this.#told.values()].find(({ lon }) => lon !== undefined);
    if (told?.lon === undefined || told.lat === undefined) return null;
    return { lon: told.lon, lat: told.lat, accuracy_m: told.accuracy_m ?? null, source: "exif" };
  }

  /** @returns {Position | null} */
  #byDevice() {
    return this.#fix && { ...this.#fix, source: "gps" };
  }

  /** @returns {Position | null} */
  #byHand() {
    return this.#hand && { ...this.#hand, accuracy_m: null, source: "hand" };
  }

  // What was taken just now was taken here; what comes from the gallery was taken where it says.
  #photoIsOld() {
    const told = [...this.#told.values()].find(({ lon }) => lon !== undefined);
    return Boolean(told?.taken_at && Date.now() - Date.parse(told.taken_at) > FRESH_MS);
  }

  /** @param {string} source */
  #want(source) {
    this.#wanted = source;
    this.#hand = null;
    this.show();
    this.dispatchEvent(new Event("draft"));
  }

  /** Why it cannot be submitted yet; empty when it can. */
  #why() {
    const { position } = this;
    if (this.#busy) return "正在压缩照片";
    if (!position) return this.#refusal || "正在定位，也可以在图上点一下指定位置";
    if (this.#isVague(position)) {
      const most = this.state.limits.accuracy_m;
      return `精度 ±${Math.round(position.accuracy_m ?? 0)} 米，超过 ${most} 米。请到开阔处稍等，或在图上拖动标记`;
    }
    return this.type ? "" : "请选择类型";
  }

  /** @param {Position} position */
  #isVague({ source, accuracy_m }) {
    return source !== "hand" && accuracy_m !== null && accuracy_m > this.state.limits.accuracy_m;
  }

  #showShots() {
    const shots = this.photos.map(({ uid, blob }, i) => {
      const url = this.#urls.get(uid) ?? URL.createObjectURL(blob);
      this.#urls.set(uid, url);
      return html`<figure class="shot"><img src="${url}" alt="第 ${i + 1} 张照片"><button type="button" aria-label="去掉第 ${i + 1} 张照片" @click=${() => this.#drop(uid)}>×</button></figure>`;
    });
    const more = html`<button class="more-shots" type="button" @click=${() => this.dispatchEvent(new Event("shoot"))}>＋<small>再拍一张</small></button>`;
    const working = this.#busy ? html`<span class="shot working" role="status">处理中…</span>` : null;
    fill(byId("shots"), shots, working, more);
  }

  #showTypes() {
    const chips = this.state.types.map(
      ({ value, title }) =>
        html`<button type="button" role="radio" class="type" aria-checked="${value === this.type ? "true" : "false"}" data-type="${value}" @click=${() => this.#choose(value)}>${shortType(title)}</button>`,
    );
    fill(byId("types"), chips);
  }

  /** @param {string} value */
  #choose(value) {
    this.type = value;
    this.show();
    this.dispatchEvent(new Event("draft"));
  }

  #showPlace() {
    const { position } = this;
    const why = this.#why();
    const words = position ? positionWords(this.state.sources[position.source], position.accuracy_m) : "";
    const shown = position && !this.#isVague(position) ? `${words}，可拖动校正` : why;
    byId("place_words").textContent = shown;
    byId("place_words").dataset.tone = position && !this.#isVague(position) ? "good" : "wait";
    byId("use_photo").hidden = !this.#byPhoto() || position?.source === "exif";
    byId("use_gps").hidden = !this.#fix || position?.source === "gps";
    const said = position && `${position.lon.toFixed(7)},${position.lat.toFixed(7)}`;
    if (said === this.#said) return;
    this.#said = said;
    this.dispatchEvent(new CustomEvent("position", { detail: { position } }));
  }

  /** @type {string | null} */
  #said = null;

  #showNear() {
    const box = byId("near");
    const [nearest] = this.#near;
    box.hidden = !nearest;
    byId("form").classList.toggle("has-near", Boolean(nearest));
    if (!nearest) return;
    const names = this.#near
      .map(({ name, distance_m }) => `${name}（${Math.round(distance_m)} 米）`)
      .join("、");
    const fill_in = nearest.may_attach
      ? html`<button type="button" class="big second" @click=${() => this.#ready(nearest.uid)}>补充照片到它</button>`
      : null;
    fill(
      box,
      html`<p>${this.state.limits.near_m} 米内已有：${names}</p>`,
      html`<div class="big-buttons">${fill_in}<button type="button" class="big" @click=${() => this.#ready(null)}>仍要新建</button></div>`,
    );
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    if (!this.#near.length) this.#ready(null);
  }

  /** @param {string | null} target */
  #ready(target) {
    const why = this.#why();
    if (why) byId("place_words").textContent = why;
    else this.dispatchEvent(new CustomEvent("submit", { detail: { target } }));
  }
}

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/** @param {string} id */
function button(id) {
  return /** @type {HTMLButtonElement} */ (byId(id));
}
