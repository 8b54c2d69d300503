// Which photos and documents belong to a feature? Thumbnails, a viewer, then and now side by side, upload.
import { byId, fill, html } from "app/dom.js";
import { newUid } from "app/edit/uid.js";

const TAKEN = "image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf,.heic";
const DOCUMENT = "application/pdf";
const MEGABYTE = 1024 * 1024;
const VIEWER = "photo_viewer";

/** Emits "changed" {count}, "removed" {name, act}, "failed" {message}. Put `strip.element` where it should stand. */
export class PhotoStrip extends EventTarget {
  /** @type {Api.Attachments | null} */
  #told = null;
  #uid = "";
  #busy = 0;
  #trouble = "";

  /** @param {Pick<import("app/api.js").Server, "attachments" | "attach" | "changeAttachment" | "removeAttachment">} server */
  constructor(server) {
    super();
    this.server = server;
    this.element = html`<section class="photo-strip" aria-label="照片与文件" hidden></section>`;
  }

  /** Those of another feature; an older answer is dropped. @param {string} uid */
  async show(uid) {
    this.#uid = uid;
    this.#told = null;
    this.#trouble = "";
    this.element.hidden = true;
    try {
      const told = await this.server.attachments(uid);
      if (this.#uid === uid) this.#learn(told);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {Api.Attachments} told */
  #learn(told) {
    this.#told = told;
    this.#draw();
    this.dispatchEvent(new CustomEvent("changed", { detail: { count: told.attachments.length } }));
  }

  #draw() {
    const { attachments, may_attach } = this.#told ?? { attachments: [], may_attach: false };
    this.element.hidden = !attachments.length && !may_attach;
    const pair = pairOf(attachments);
    fill(
      this.element,
      html`<h3>照片与文件 <small>${attachments.length || ""}</small></h3>`,
      html`<ul>${may_attach ? this.#adding() : null}${attachments.map((each, i) => html`<li>${this.#thumb(each, i)}</li>`)}</ul>`,
      pair
        ? html`<button type="button" class="strip-act" @click=${() => this.#compare(pair)}>原貌与现状对比</button>`
        : null,
      this.#trouble ? html`<p class="strip-trouble" role="alert">${this.#trouble}</p>` : null,
    );
  }

  /** @param {Api.Attachment} each @param {number} i */
  #thumb(each, i) {
    const mark = each.role ? html`<i>${this.#told?.roles[each.role] ?? ""}</i>` : null;
    const face = each.urls.thumb
      ? html`<img src="${each.urls.thumb}" alt="" loading="lazy" width="84" height="84">`
      : html`<b class="document">PDF<small>${each.name}</small></b>`;
    return html`<button type="button" class="thumb" aria-label="打开 ${each.name}" @click=${() => this.#open(i)}>${face}${mark}</button>`;
  }

  #adding() {
    const file = html`<input type="file" class="strip-file" accept="${TAKEN}" multiple tabindex="-1" aria-hidden="true">`;
    const input = /** @type {HTMLInputElement} */ (file);
    input.addEventListener("change", () => this.#add([...(input.files ?? [])]));
    const words = this.#busy ? `上传中 ${this.#busy}` : "添加";
    return html`<li>${file}<button type="button" class="thumb add" aria-label="添加照片或 PDF" @click=${() => input.click()}><span>＋</span><small>${words}</small></button></li>`;
  }

  /** One request for each file, so that one that is refused holds up no other. @param {File[]} files */
  async #add(files) {
    const uid = this.#uid;
    this.#busy = files.length;
    this.#trouble = "";
    for (const file of files) {
      this.#draw();
      const facts = { uid: newUid(), name: file.name };
      try {
        const told = await this.server.attach(uid, [{ blob: file, facts }]);
        if (this.#uid === uid) this.#learn(told);
      } catch (error) {
        this.#fail(error);
      }
      this.#busy -= 1;
    }
    this.#draw();
  }

  /** @param {number} i */
  #open(i) {
    const each = this.#told?.attachments[i];
    const dialog = viewer();
    if (!each) return dialog.close();
    const step = (/** @type {number} */ by) => () =>
      this.#open((i + by + (this.#told?.attachments.length ?? 1)) % (this.#told?.attachments.length ?? 1));
    const many = (this.#told?.attachments.length ?? 0) > 1;
    const body =
      each.media_type === DOCUMENT
        ? html`<p class="document-note">${each.name}<br>PDF 文件不在网页里打开，请下载后查看。</p>`
        : html`<img src="${each.urls.shown}" alt="${each.name}">`;
    fill(
      dialog,
      html`<div class="viewer-stage">${body}${many ? html`<button type="button" class="viewer-step back" aria-label="上一张" @click=${step(-1)}>‹</button>` : null}${many ? html`<button type="button" class="viewer-step on" aria-label="下一张" @click=${step(1)}>›</button>` : null}</div>`,
      html`<div class="viewer-foot"><p>${factsOf(each)}</p><div class="viewer-acts">${this.#acts(each, i)}<button type="button" @click=${() => dialog.close()}>关闭</button></div></div>`,
    );
    if (!dialog.open) dialog.showModal();
    return undefined;
  }

  /** @param {Api.Attachment} each @param {number} i */
  #acts(each, i) {
    const { original, shown } = each.urls;
    const file = each.media_type === DOCUMENT ? shown : original;
    const saved = file
      ? html`<a href="${file}" download>${each.media_type === DOCUMENT ? "下载" : "下载原件"}</a>`
      : null;
    if (!each.may_change) return saved;
    const roles = each.media_type === DOCUMENT ? [] : ["then", "now"];
    const marks = roles.map(
      (role) =>
        html`<button type="button" aria-pressed="${each.role === role ? "true" : "false"}" @click=${() => this.#mark(each, i, each.role === role ? null : role)}>${this.#told?.roles[role] ?? role}</button>`,
    );
    return [
      ...marks,
      saved,
      html`<button type="button" class="remove" @click=${() => this.#remove(each)}>删除</button>`,
    ];
  }

  /** @param {Api.Attachment} each @param {number} i @param {string | null} role */
  async #mark(each, i, role) {
    try {
      this.#learn(await this.server.changeAttachment(each.uid, { role }));
      this.#open(i);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {Api.Attachment} each */
  #remove(each) {
    const dialog = viewer();
    const yes = async () => {
      dialog.close();
      try {
        const told = await this.server.removeAttachment(each.uid);
        this.#learn(told);
        this.dispatchEvent(new CustomEvent("removed", { detail: { name: each.name, act: told.act } }));
      } catch (error) {
        this.#fail(error);
      }
    };
    fill(
      dialog,
      html`<div class="viewer-foot"><p><b>删除“${each.name}”？</b><br>页面上不再显示。删除后可以马上撤销，以后可从“历史”恢复；原件仍留存备查。</p><div class="viewer-acts"><button type="button" class="remove" @click=${yes}>删除</button><button type="button" @click=${() => dialog.close()}>不，返回</button></div></div>`,
    );
  }

  /** @param {[Api.Attachment, Api.Attachment]} pair */
  #compare([then, now]) {
    const dialog = viewer();
    const slider = /** @type {HTMLInputElement} */ (
      html`<input type="range" min="0" max="100" value="50" aria-label="左右拖动，对比原貌与现状">`
    );
    const stage = html`<div class="compare"><img src="${now.urls.shown}" alt="现状"><img class="then" src="${then.urls.shown}" alt="原貌"><span class="left">原貌 ${dayOf(then)}</span><span class="right">现状 ${dayOf(now)}</span>${slider}</div>`;
    slider.addEventListener("input", () => stage.style.setProperty("--cut", `${slider.value}%`));
    fill(
      dialog,
      stage,
      html`<div class="viewer-foot"><p>左右拖动，对比原貌与现状</p><div class="viewer-acts"><button type="button" @click=${() => dialog.close()}>关闭</button></div></div>`,
    );
    dialog.showModal();
    slider.focus();
  }

  /** @param {unknown} error */
  #fail(error) {
    const message = /** @type {Error} */ (error).message;
    this.dispatchEvent(new CustomEvent("failed", { detail: { message } }));
    this.#trouble = message;
    this.#draw();
  }
}

/** The earliest 原貌 and the latest 现状. @param {Api.Attachment[]} attachments @returns {[Api.Attachment, Api.Attachment] | null} */
function pairOf(attachments) {
  const then = attachments.find(({ role }) => role === "then");
  const now = attachments.filter(({ role }) => role === "now").pop();
  return then && now ? [then, now] : null;
}

/** @param {Api.Attachment} each */
function factsOf({ name, taken_at, heading, position_words, accuracy_m, who, bytes, media_type }) {
  const parts = [
    taken_at
      ? `拍摄于 ${new Date(taken_at).toLocaleString("zh-CN", { dateStyle: "medium", timeStyle: "short" })}`
      : name,
    heading === null ? "" : `朝向 ${Math.round(heading)}°`,
    position_words ? `${position_words}${accuracy_m ? ` ±${Math.round(accuracy_m)} 米` : ""}` : "",
    who ? `${who} 上传` : "",
    media_type === DOCUMENT ? `${(bytes / MEGABYTE).toFixed(1)} MB` : "",
  ];
  return parts.filter(Boolean).join(" · ");
}

/** @param {Api.Attachment} each */
function dayOf({ taken_at }) {
  return taken_at ? new Date(taken_at).toLocaleDateString("zh-CN") : "";
}

/** One for the page, made when it is first needed. @returns {HTMLDialogElement} */
function viewer() {
  if (!document.getElementById(VIEWER)) {
    document.body.append(html`<dialog id="photo_viewer" class="photo-viewer" aria-label="照片"></dialog>`);
  }
  return /** @type {HTMLDialogElement} */ (byId(VIEWER));
}
