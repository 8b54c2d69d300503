// For which project is a parcel held? On its card: who holds it until when, and how it is held or let go.
import { html } from "app/dom.js";
import { ask } from "app/edit/ask.js";

/** Emits "changed" {uid, title, act}, "say" {text}. */
export class Holding extends EventTarget {
  /** What a ranking was made for. @type {string} */
  project = "";

  /** @param {import("app/api.js").Server} server @param {HTMLDialogElement} dialog */
  constructor(server, dialog) {
    super();
    this.server = server;
    this.dialog = dialog;
  }

  /** Buttons of the card. @param {Api.Feature} feature @returns {import("app/panel/card.js").Action[]} */
  actionsFor(feature) {
    const { hold } = feature.card;
    if (!hold?.may || hold.now?.state === "held") return [];
    return [{ words: "意向锁定…", more: true, act: () => this.hold(feature) }];
  }

  /** What the card says of it. @param {Api.Feature} feature */
  sectionFor(feature) {
    const { hold } = feature.card;
    if (!hold?.now) return null;
    const { state, state_words, project, unit, until, by } = hold.now;
    const told = [unit, `至 ${until}`, by && `${by}锁定`].filter(Boolean).join(" · ");
    const buttons = html`<p class="ways">
      <button class="button" type="button" @click=${() => this.hold(feature)}>${state === "held" ? "续期" : "重新锁定"}</button>
      <button class="button" type="button" @click=${() => this.release(feature)}>${state === "held" ? "解除锁定" : "清除记录"}</button>
    </p>`;
    return html`<section class="hold ${state}" aria-label="意向锁定">
      <p><b>${state_words}</b>：${project}</p>
      <p class="quiet">${told}</p>
      ${hold.may && buttons}
    </section>`;
  }

  /** @param {Api.Feature} feature */
  async hold(feature) {
    const now = feature.card.hold?.now;
    const days = feature.card.hold?.days ?? 0;
    const project = field("意向项目", now?.project ?? this.project, 100);
    const unit = field("意向单位", now?.unit ?? "", 100);
    const until = field("锁定至", "", 10, `不填为 ${days} 天；如 2026-12-31`);
    const answer = await ask(this.dialog, {
      title: `意向锁定“${feature.properties.name}”`,
      text: "锁定期内，其他项目找地时不再列出此地块；到期自动解除，记录留在历史中。",
      body: html`<div class="hold-fields">${[project, unit, until].map(({ label }) => label)}</div>`,
      answers: [
        { answer: "hold", words: "锁定", first: true },
        { answer: "", words: "取消" },
      ],
    });
    if (answer !== "hold") return;
    const wanted = {
      project: project.input.value.trim(),
      unit: unit.input.value.trim(),
      until: until.input.value.trim(),
    };
    await this.#do(feature, "意向锁定", () =>
      this.server.hold(feature.id, feature.edit?.version ?? 0, wanted),
    );
  }

  /** @param {Api.Feature} feature */
  release(feature) {
    return this.#do(feature, "解除意向锁定", () =>
      this.server.release(feature.id, feature.edit?.version ?? 0),
    );
  }

  /** @param {Api.Feature} feature @param {string} title @param {() => Promise<Api.Feature>} act */
  async #do(feature, title, act) {
    try {
      const saved = await act();
      this.dispatchEvent(new CustomEvent("changed", { detail: { uid: feature.id, title, act: saved.act } }));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      this.dispatchEvent(new CustomEvent("say", { detail: { text: message } }));
    }
  }
}

/** @param {string} words @param {string} value @param {number} longest @param {string} [hint] */
function field(words, value, longest, hint = "") {
  const input = /** @type {HTMLInputElement} */ (
    html`<input type="text" autocomplete="off" maxlength="${longest}" placeholder="${hint}">`
  );
  input.value = value;
  return { input, label: html`<label>${words}${input}</label>` };
}
