// Where is it? Finds by name, code, village and initials, and opens what was chosen.
import { overtaken } from "app/api.js";
import { fill, html, later } from "app/dom.js";
import { unfoldUnder } from "app/panel/under.js";

const WAIT_MS = 180;

/**
 * A combobox and its list. Emits "open" {hit, results}, "found" {count}, "leave".
 */
export class Search extends EventTarget {
  /** @type {Api.Hit[]} */
  #results = [];
  #active = -1;
  #asked = "";
  #finding = Promise.resolve();
  /** @type {AbortController | null} */
  #asking = null;

  /**
   * @param {{input: HTMLInputElement, list: HTMLElement, clear: HTMLElement}} parts
   * @param {(words: string, signal: AbortSignal) => Promise<{results: Api.Hit[]}>} ask
   */
  constructor({ input, list, clear }, ask) {
    super();
    this.input = input;
    this.list = list;
    this.clear = clear;
    this.ask = ask;
    /** @type {import("app/panel/signs.js").Signs | null} */
    this.signs = null;
    this.#listen();
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  close() {
    this.list.hidden = true;
    this.#point(-1);
    this.input.setAttribute("aria-expanded", "false");
  }

  #listen() {
    const soon = later(WAIT_MS, () => this.#find());
    this.input.addEventListener("input", () => {
      this.clear.hidden = !this.input.value;
      soon();
    });
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("focus", () => this.#results.length && this.#unfold());
    this.clear.addEventListener("click", () => this.#empty());
    document.addEventListener("pointerdown", (event) => {
      const at = /** @type {Node} */ (event.target);
      if (!this.list.contains(at) && !this.input.parentElement?.contains(at)) this.close();
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // Enter and arrows belong to the input method while it composes.
    if (event.isComposing || event.keyCode === 229) return;
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowDown: () => this.#point(Math.min(this.#active + 1, this.#results.length - 1)),
      ArrowUp: () => this.#point(Math.max(this.#active - 1, 0)),
      Enter: () => this.#enter(),
      Escape: () => this.#escape(),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  async #enter() {
    await this.#find();
    const hit = this.#results[Math.max(this.#active, 0)];
    if (hit) this.#open(hit);
  }

  #escape() {
    if (!this.list.hidden) this.close();
    else if (this.input.value) this.#empty();
    else this.dispatchEvent(new CustomEvent("leave"));
  }

  #empty() {
    this.input.value = "";
    this.clear.hidden = true;
    this.#find();
    this.input.focus();
  }

  // The same words are asked once, however often typing and Enter ask for them.
  #find() {
    const words = this.input.value.trim();
    if (words === this.#asked) return this.#finding;
    this.#asking?.abort();
    this.#asking = new AbortController();
    this.#asked = words;
    this.#results = [];
    this.#finding = words ? this.#answer(words, this.#asking.signal) : Promise.resolve(this.close());
    return this.#finding;
  }

  /** @param {string} words @param {AbortSignal} signal */
  async #answer(words, signal) {
    try {
      const { results } = await this.ask(words, signal);
      this.#present(words, results);
    } catch (error) {
      if (overtaken(error)) return;
      this.#say(/** @type {Error} */ (error).message);
      this.#asked = "";
    }
  }

  /** @param {string} words @param {Api.Hit[]} results */
  #present(words, results) {
    const groups = grouped(results);
    this.#results = groups.flatMap(([, hits]) => hits);
    if (!results.length) {
      this.#say(`没有找到“${words}”。可以试试地块编号、村名，或拼音首字母（竹泉村：zqc）。`);
      return;
    }
    fill(
      this.list,
      groups.map(([title, hits]) => this.#group(title, hits)),
    );
    this.#unfold();
    this.#point(-1);
    this.dispatchEvent(new CustomEvent("found", { detail: { count: results.length } }));
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.#results = [];
    fill(this.list, html`<p class="none" role="status">${sentence}</p>`);
    this.#unfold();
  }

  #unfold() {
    unfoldUnder(this.list, this.input);
  }

  /** @param {string} title @param {Api.Hit[]} hits */
  #group(title, hits) {
    const options = hits.map((hit) => this.#option(hit));
    return html`<div role="group" aria-label="${title}"><p class="group-title" aria-hidden="true">${title}</p>${options}</div>`;
  }

  /** @param {Api.Hit} hit */
  #option(hit) {
    const at = this.#results.indexOf(hit);
    return html`<div role="option" id="hit_${at}" aria-selected="false" @click=${() => this.#open(hit)}>
      <span class="sign" aria-hidden="true">${this.signs?.swatch(hit.layer, hit.symbol)}</span>
      <span class="name">${hit.name}</span><span class="place">${hit.place}</span>
    </div>`;
  }

  /** @param {number} at */
  #point(at) {
    this.#active = at;
    for (const option of this.list.querySelectorAll("[role=option]")) {
      const chosen = option.id === `hit_${at}`;
      option.setAttribute("aria-selected", String(chosen));
      if (chosen) option.scrollIntoView({ block: "nearest" });
    }
    if (at < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `hit_${at}`);
  }

  /** @param {Api.Hit} hit */
  #open(hit) {
    this.close();
    this.input.blur();
    this.dispatchEvent(new CustomEvent("open", { detail: { hit, results: this.#results } }));
  }
}

// The best hit's layer stands first; within a layer the server's order holds.
/** @param {Api.Hit[]} results @returns {[string, Api.Hit[]][]} */
function grouped(results) {
  /** @type {Map<string, Api.Hit[]>} */
  const groups = new Map();
  for (const hit of results) {
    groups.set(hit.layer_title, [...(groups.get(hit.layer_title) ?? []), hit]);
  }
  return [...groups];
}
