// Which photo stands beside a scene? One of those that were attached to features, or a new one attached to a feature first.

import { fill, html, later } from "app/dom.js";
import { newUid } from "app/edit/uid.js";

const TAKEN = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic";
const WAIT_MS = 250;
const MOST_FEATURES = 6;

/** @typedef {{uid: string, name: string, feature: string, thumb: string, public: boolean}} Photo */

export class PhotoPicker {
  #trouble = html`<p class="problem" role="alert"></p>`;
  #photos = html`<ul class="photos-offered"></ul>`;
  #features = html`<ul class="features-found"></ul>`;
  /** @type {(uid: string) => void} */
  #act = () => {};

  /** @param {HTMLDialogElement} dialog @param {import("app/api.js").Server} server */
  constructor(dialog, server) {
    this.dialog = dialog;
    this.server = server;
  }

  /** @param {(uid: string) => void} act with the photo that was chosen */
  async open(act) {
    this.#act = act;
    const look = later(WAIT_MS, () => this.#look());
    const find = later(WAIT_MS, () => this.#find());
    this.words = /** @type {HTMLInputElement} */ (
      html`<input type="search" maxlength="40" placeholder="对象或照片的名称" aria-label="找照片" @input=${look}>`
    );
    this.place = /** @type {HTMLInputElement} */ (
      html`<input type="search" maxlength="40" placeholder="例如：竹泉村" aria-label="照片属于哪个对象" @input=${find}>`
    );
    fill(
      this.dialog,
      html`<h2>选一张照片</h2>`,
      this.words,
      this.#photos,
      html`<details class="upload"><summary>上传新照片</summary><p class="help">照片总是属于图上的一个对象。先找到它，再选文件。</p>${this.place}${this.#features}</details>`,
      this.#trouble,
      html`<div class="buttons"><button type="button" class="button" @click=${() => this.dialog.close()}>取消</button></div>`,
    );
    fill(this.#features);
    this.dialog.showModal();
    await this.#look();
  }

  async #look() {
    await this.#tell(async () => {
      const { photos } = await this.server.photos(this.words?.value.trim() ?? "");
      fill(
        this.#photos,
        photos.length ? photos.map((each) => this.#photo(each)) : html`<li class="empty">没有找到照片。</li>`,
      );
    });
  }

  /** @param {Photo} photo */
  #photo({ uid, name, feature, thumb, public: isPublic }) {
    return html`<li><button type="button" title="${name}" @click=${() => this.#choose(uid)}><img src="${thumb}" alt="${name}" width="120" height="90" loading="lazy"><span>${feature}</span>${!isPublic && html`<i>内部</i>`}</button></li>`;
  }

  async #find() {
    const words = this.place?.value.trim() ?? "";
    if (!words) return fill(this.#features);
    await this.#tell(async () => {
      const { results } = await this.server.search(words, new AbortController().signal);
      fill(
        this.#features,
        results.slice(0, MOST_FEATURES).map((hit) => this.#feature(hit)),
      );
    });
  }

  /** @param {{uid: string, name: string}} hit */
  #feature({ uid, name }) {
    const file = /** @type {HTMLInputElement} */ (html`<input type="file" accept="${TAKEN}" hidden>`);
    file.addEventListener("change", () => file.files?.[0] && this.#upload(uid, file.files[0]));
    return html`<li><span>${name}</span>${file}<button type="button" class="button plain" @click=${() => file.click()}>选文件上传</button></li>`;
  }

  /** @param {string} feature @param {File} file */
  async #upload(feature, file) {
    await this.#tell(async () => {
      const uid = newUid();
      await this.server.attach(feature, [{ blob: file, facts: { uid, name: file.name } }]);
      this.#choose(uid);
    });
  }

  /** @param {string} uid */
  #choose(uid) {
    this.dialog.close();
    this.#act(uid);
  }

  /** @param {() => Promise<void>} act */
  async #tell(act) {
    this.#trouble.textContent = "";
    try {
      await act();
    } catch (error) {
      this.#trouble.textContent = /** @type {Error} */ (error).message;
    }
  }
}
