// Which feature is open, and which one comes next?
import { overtaken } from "app/api.js";

/**
 * Loads features into the card. Emits "opened" {feature}, "closed".
 */
export class Reader extends EventTarget {
  /** @type {(string | number)[]} */
  #list = [];
  #at = 0;
  /** @type {AbortController | null} */
  #asking = null;
  /** @type {Api.Feature | null} */
  feature = null;

  /**
   * @param {import("app/panel/card.js").Card} card
   * @param {(ref: string | number, signal: AbortSignal) => Promise<Api.Feature>} ask
   */
  constructor(card, ask) {
    super();
    this.card = card;
    this.ask = ask;
    /** Whoever is at work on something may not lose it by a click beside it. @type {() => boolean} */
    this.mayLeave = () => true;
    card.addEventListener("close", () => this.close());
    card.addEventListener("retry", () => this.#load());
    card.addEventListener("step", (event) => this.step(/** @type {CustomEvent} */ (event).detail.by));
  }

  /** @param {string | number} ref @param {(string | number)[]} [list] what ← and → walk through */
  open(ref, list = [ref]) {
    if (!this.mayLeave()) return Promise.resolve();
    this.#list = list;
    this.#at = Math.max(0, list.indexOf(ref));
    return this.#load();
  }

  /** @param {number} by */
  step(by) {
    if (!this.card.isOpen || this.#list.length < 2) return;
    this.#at = (this.#at + by + this.#list.length) % this.#list.length;
    this.#load();
  }

  close() {
    if (!this.card.isOpen || !this.mayLeave()) return;
    this.#asking?.abort();
    this.feature = null;
    this.card.close();
    this.dispatchEvent(new CustomEvent("closed"));
  }

  /** The same feature as it is now. */
  reload() {
    return this.card.isOpen && this.mayLeave() ? this.#load() : Promise.resolve();
  }

  async #load() {
    this.#asking?.abort();
    this.#asking = new AbortController();
    this.card.wait();
    this.dispatchEvent(new CustomEvent("opening"));
    try {
      const feature = await this.ask(this.#list[this.#at], this.#asking.signal);
      this.feature = feature;
      this.card.show(feature);
      this.dispatchEvent(new CustomEvent("opened", { detail: { feature } }));
    } catch (error) {
      if (overtaken(error)) return;
      this.#explain(/** @type {import("app/api.js").ApiError} */ (error));
    }
    this.card.place(this.#at, this.#list.length);
  }

  /** @param {import("app/api.js").ApiError} error */
  #explain({ message, status }) {
    const gone = status === 404 || status === 403;
    this.card.fail(gone ? "已删除或无权查看。" : message, !gone);
  }
}
