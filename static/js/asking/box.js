// 问一问 in the search box: a question instead of a name, with what can be asked while it is typed.
import { overtaken } from "app/api.js";
import { fill, html, later } from "app/dom.js";
import { unfoldUnder } from "app/panel/under.js";

const WAIT_MS = 160;
const PREFIX = /^[?？]|^问(?!题)/;
const PLACEHOLDER = "问一问：界湖街道闲置满两年的有几宗多少亩";

/**
 * Takes the search box over while its mode is on; the search does not hear of it then.
 * Emits "ask" {question}.
 */
export class QuestionBox extends EventTarget {
  #on = false;
  #active = -1;
  /** @type {string[]} */
  #offered = [];
  /** @type {AbortController | null} */
  #asking = null;

  /**
   * @param {{input: HTMLInputElement, list: HTMLElement, clear: HTMLElement, button: HTMLElement}} parts
   * @param {(typed: string, signal: AbortSignal) => Promise<Api.Questions>} offer
   */
  constructor({ input, list, clear, button }, offer) {
    super();
    this.input = input;
    this.list = list;
    this.clear = clear;
    this.button = button;
    this.offer = offer;
    this.placeholder = input.placeholder;
    this.#listen();
  }

  /** The box in this mode, ready to type. */
  open() {
    this.#turn(true);
    this.input.focus();
    this.input.select();
    this.#find();
  }

  /** @param {string} question what was asked elsewhere */
  show(question) {
    this.#turn(true);
    this.input.value = question;
    this.clear.hidden = !question;
  }

  #listen() {
    const soon = later(WAIT_MS, () => this.#on && this.#find());
    const heard = (/** @type {Event} */ event) => {
      if (!this.#on && PREFIX.test(this.input.value)) this.#turn(true);
      if (!this.#on) return;
      this.input.value = this.input.value.replace(PREFIX, "");
      event.stopImmediatePropagation();
      this.clear.hidden = !this.input.value;
      // What was offered belongs to other words.
      this.#offered = [];
      this.#point(-1);
      soon();
    };
    this.input.addEventListener("input", heard, true);
    this.input.addEventListener("compositionend", heard, true);
    this.input.addEventListener("keydown", (event) => this.#key(event), true);
    this.input.addEventListener(
      "focus",
      (event) => {
        if (!this.#on) return;
        event.stopImmediatePropagation();
        this.#find();
      },
      true,
    );
    this.clear.addEventListener(
      "click",
      (event) => {
        if (!this.#on) return;
        event.stopImmediatePropagation();
        this.#empty();
      },
      true,
    );
    this.button.addEventListener("click", () => (this.#on ? this.#leave() : this.open()));
  }

  /** @param {boolean} on */
  #turn(on) {
    this.#on = on;
    this.button.setAttribute("aria-pressed", String(on));
    this.input.placeholder = on ? PLACEHOLDER : this.placeholder;
    this.input.setAttribute("aria-label", on ? "问一问" : "搜索");
    document.body.toggleAttribute("data-question", on);
    if (!on) this.#close();
  }

  #leave() {
    this.#turn(false);
    this.input.value = "";
    this.clear.hidden = true;
    this.input.focus();
  }

  #empty() {
    this.input.value = "";
    this.clear.hidden = true;
    this.input.focus();
    this.#find();
  }

  #close() {
    this.#asking?.abort();
    this.list.hidden = true;
    this.#point(-1);
    this.input.setAttribute("aria-expanded", "false");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.#on || event.isComposing || event.keyCode === 229) return;
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowDown: () => this.#point(Math.min(this.#active + 1, this.#offered.length - 1)),
      ArrowUp: () => this.#point(Math.max(this.#active - 1, -1)),
      Enter: () => this.#enter(),
      Escape: () => this.#escape(),
    };
    const act = acts[event.key];
    event.stopImmediatePropagation();
    if (!act) return;
    event.preventDefault();
    act();
  }

  #enter() {
    const question = this.#offered[this.#active] ?? this.input.value.trim();
    if (question) this.#ask(question);
    else this.#find();
  }

  #escape() {
    if (!this.list.hidden) this.#close();
    else if (this.input.value) this.#empty();
    else this.#leave();
  }

  /** @param {string} question */
  #ask(question) {
    this.input.value = question;
    this.clear.hidden = false;
    this.#close();
    this.input.blur();
    this.dispatchEvent(new CustomEvent("ask", { detail: { question } }));
  }

  async #find() {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const typed = this.input.value.trim();
    try {
      const offered = await this.offer(typed, signal);
      // Whoever has asked already looks at the answer.
      const types = this.#on && document.activeElement === this.input;
      if (!signal.aborted && types) this.#present(typed, offered);
    } catch (error) {
      if (overtaken(error)) return;
      fill(this.list, html`<p class="none" role="status">${/** @type {Error} */ (error).message}</p>`);
      this.#unfold();
    }
  }

  /** @param {string} typed @param {Api.Questions} offered */
  #present(typed, { completions, prepared }) {
    this.#offered = [];
    this.#active = -1;
    fill(this.list, typed ? this.#completed(completions) : this.#chosen(prepared));
    this.#unfold();
  }

  /** @param {string[]} completions */
  #completed(completions) {
    const options = completions.map((question) => this.#option(question));
    const hint = html`<p class="none">按回车提问${options.length ? "，或选一句：" : "。"}</p>`;
    return [hint, ...options];
  }

  /** @param {{group: string, question: string}[]} prepared */
  #chosen(prepared) {
    /** @type {Map<string, string[]>} */
    const groups = new Map();
    for (const { group, question } of prepared) groups.set(group, [...(groups.get(group) ?? []), question]);
    return [...groups].map(([title, questions]) => {
      const options = questions.map((question) => this.#option(question));
      return html`<div role="group" aria-label="${title}"><p class="group-title" aria-hidden="true">${title}</p>
        <div class="asked-chips">${options}</div></div>`;
    });
  }

  /** @param {string} question */
  #option(question) {
    const at = this.#offered.push(question) - 1;
    return html`<div role="option" id="question_${at}" aria-selected="false" @click=${() => this.#ask(question)}>${question}</div>`;
  }

  #unfold() {
    unfoldUnder(this.list, this.input);
    this.list.scrollTop = 0;
  }

  /** @param {number} at */
  #point(at) {
    this.#active = at;
    for (const option of this.list.querySelectorAll("[role=option]")) {
      const chosen = option.id === `question_${at}`;
      option.setAttribute("aria-selected", String(chosen));
      if (chosen) option.scrollIntoView({ block: "nearest" });
    }
    if (at < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `question_${at}`);
  }
}
