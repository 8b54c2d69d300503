// What waits for a second person, and what is decided about it?
import { fill, html } from "app/dom.js";
import { ask } from "app/edit/ask.js";
import { moment } from "app/edit/past.js";

/**
 * @typedef {import("app/api.js").ApiError} ApiError
 * @typedef {{decision: "approve" | "return" | "merge", reason?: string, into?: string}} Decision
 */

const SORTS = /** @type {const} */ ([
  ["pending", "待审核的标点"],
  ["proposals", "待复核的权属与期限"],
  ["returned", "退回给我的"],
]);

/** The list behind 待审核. Emits "open" {uid, uids, bounds}, "counted" {total}. */
export class Tray extends EventTarget {
  /**
   * @param {HTMLElement} element @param {HTMLElement | null} button absent for who neither reviews nor marks
   * @param {import("app/api.js").Server} server @param {string | null} bin address of the recycle bin, for who may use it
   */
  constructor(element, button, server, bin = null) {
    super();
    this.bin = bin;
    this.element = element;
    this.button = button;
    this.server = server;
    button?.addEventListener("click", () => this.turn());
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
      button?.focus();
    });
  }

  /** How much waits, without opening anything. */
  async count() {
    if (!this.button) return;
    const told = await this.server.review().catch(() => null);
    if (told) this.#mark(told.counts.total);
  }

  async turn() {
    if (!this.element.hidden) return this.close();
    this.element.hidden = false;
    this.button?.setAttribute("aria-expanded", "true");
    fill(this.element, html`<p class="none">正在读取…</p>`);
    try {
      this.#show(await this.server.review());
    } catch (error) {
      fill(this.element, html`<p class="none" role="alert">${/** @type {Error} */ (error).message}</p>`);
    }
    this.element.querySelector("button")?.focus({ preventScroll: true });
  }

  close() {
    this.element.hidden = true;
    this.button?.setAttribute("aria-expanded", "false");
  }

  /** @param {Api.InTray} told */
  #show(told) {
    this.#mark(told.counts.total);
    const groups = SORTS.map(([key, title]) => this.#group(title, told[key]));
    const empty = html`<p class="none">没有等待处理的内容。</p>`;
    const bin = this.bin && html`<p class="bin"><a href="${this.bin}">回收站：恢复已删除的图形</a></p>`;
    fill(this.element, html`<h2>待办</h2>`, told.counts.total ? groups : empty, bin);
  }

  /** @param {number} total */
  #mark(total) {
    const badge = this.button?.querySelector(".badge");
    if (badge) badge.textContent = total ? String(total) : "";
    this.button?.setAttribute("aria-label", total ? `待审核 ${total} 项` : "待审核，没有待办");
  }

  /** @param {string} title @param {Api.TrayItem[]} items */
  #group(title, items) {
    if (!items.length) return null;
    const uids = items.map(({ uid }) => uid);
    const rows = items.map(
      (item) => html`<li><button type="button" @click=${() => this.#open(item, uids)}>
        <span class="name">${item.name}</span><small>${[item.kind, item.town].filter(Boolean).join(" · ")}</small>
        <small>${item.who ?? item.by ?? ""} ${moment(item.at)}</small>
        ${item.reason && html`<span class="why">“${item.reason}”</span>`}
      </button></li>`,
    );
    return html`<section><h3>${title}（${items.length}）</h3><ul>${rows}</ul></section>`;
  }

  /** @param {Api.TrayItem} item @param {string[]} uids */
  #open({ uid, bounds }, uids) {
    this.close();
    this.dispatchEvent(new CustomEvent("open", { detail: { uid, uids, bounds } }));
  }
}

/** Decides on the card. Emits "decided" {uid, words, act}, "merging" {feature}. */
export class Reviewing extends EventTarget {
  /** @param {import("app/api.js").Server} server @param {HTMLDialogElement} dialog */
  constructor(server, dialog) {
    super();
    this.server = server;
    this.dialog = dialog;
  }

  /** What the card says above its facts. @param {Api.Feature} feature */
  sectionsFor(feature) {
    return [this.#review(feature), this.#proposal(feature)];
  }

  /** @param {Api.Feature} feature @param {Decision} decision @param {string} words */
  async decide(feature, decision, words) {
    try {
      const { id, uid, act } = await this.server.decide(feature.id, decision);
      this.dispatchEvent(new CustomEvent("decided", { detail: { uid: id ?? uid, words, act } }));
    } catch (error) {
      this.dispatchEvent(
        new CustomEvent("say", { detail: { text: /** @type {ApiError} */ (error).message } }),
      );
    }
  }

  /** A click on the map may miss: what goes into what is said before it is done. @param {Api.Feature} feature @param {Api.Feature} into */
  async merge(feature, into) {
    const [from, to] = [feature.properties.name, into.properties.name];
    const sure = await ask(this.dialog, {
      title: `把“${from}”并入“${to}”？`,
      text: `“${to}”的内容保留，空缺处由“${from}”补上，照片一并移过去。“${from}”不再单独出现。`,
      answers: [
        { answer: "yes", words: "并入", first: true },
        { answer: "", words: "取消" },
      ],
    });
    if (sure === "yes") await this.decide(feature, { decision: "merge", into: into.id }, `已并入“${to}”。`);
  }

  /** @param {Api.Feature} feature */
  #review(feature) {
    const { review, edit } = feature;
    if (!review) return null;
    const decides = review.state === "pending" && !review.own && edit?.may.includes("review");
    const words =
      review.state === "pending"
        ? `${review.who} ${moment(review.at)} 提交`
        : `${review.by ?? ""} 退回：“${review.reason ?? ""}”`;
    const next = review.state === "returned" && review.own && html`<p>改好后保存，即重新提交。</p>`;
    return html`<section class="review ${review.state}" aria-label="${review.title}">
      <p><b>${review.title}</b> ${words}</p>${next}
      ${decides && this.#buttons(feature, true)}
    </section>`;
  }

  /** @param {Api.Feature} feature */
  #proposal(feature) {
    const { proposal, edit } = feature;
    if (!proposal) return null;
    const rows = proposal.fields.map(
      ({ label, unit, old, new: now }) =>
        html`<div><dt>${label}</dt><dd><s>${withUnit(old, unit)}</s><span aria-label="改为"> → </span><b>${withUnit(now, unit)}</b></dd></div>`,
    );
    const decides = !proposal.own && edit?.may.includes("review");
    const back = () =>
      this.decide(feature, { decision: "return", reason: "提出人撤回" }, "已撤回您提出的修改。");
    return html`<section class="review pending" aria-label="待复核">
      <p><b>${proposal.title}</b> ${proposal.who} ${moment(proposal.at)} 提出，须另一人复核后生效${proposal.reason && `：“${proposal.reason}”`}</p>
      <dl class="changes">${rows}</dl>
      ${decides && this.#buttons(feature, false)}
      ${proposal.own && html`<div class="review-acts"><button class="button" type="button" @click=${back}>撤回</button></div>`}
    </section>`;
  }

  /** @param {Api.Feature} feature @param {boolean} mark a whole feature, not single fields */
  #buttons(feature, mark) {
    const name = feature.properties.name;
    const approve = () => this.decide(feature, { decision: "approve" }, `已通过“${name}”。`);
    const merge = () => this.dispatchEvent(new CustomEvent("merging", { detail: { feature } }));
    return html`<div class="review-acts">
      <button class="button first" type="button" @click=${approve}>通过</button>
      <button class="button" type="button" @click=${() => this.#return(feature)}>退回…</button>
      ${mark && html`<button class="button" type="button" @click=${merge}>合并到…</button>`}
    </div>`;
  }

  /** Asks again as long as no reason is given. @param {Api.Feature} feature @param {string} [problem] */
  async #return(feature, problem = "") {
    const why = /** @type {HTMLTextAreaElement} */ (
      html`<textarea rows="3" maxlength="300" aria-label="退回的原因" aria-required="true"></textarea>`
    );
    const answer = await ask(this.dialog, {
      title: `退回“${feature.properties.name}”`,
      text: problem || "请写明该改什么，提交的人会看到。",
      body: why,
      answers: [
        { answer: "return", words: "退回", first: true },
        { answer: "", words: "取消" },
      ],
    });
    const reason = why.value.trim();
    if (answer !== "return") return;
    if (!reason) await this.#return(feature, "还没有写原因。请写明该改什么，提交的人才知道怎么改。");
    else await this.decide(feature, { decision: "return", reason }, `已退回“${feature.properties.name}”。`);
  }
}

/** @param {string | null} value @param {string} unit */
function withUnit(value, unit) {
  return value === null ? "未提供" : unit ? `${value} ${unit}` : value;
}
