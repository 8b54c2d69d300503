// Which layers are filtered, by what? Asks the server what each filter says and how the map draws it.
import { overtaken } from "app/api.js";

/** @typedef {import("app/api.js").Server} Server */

/**
 * Emits "change" {layer, told} when what passes of a layer has changed (told: null for everything), then "changed";
 * "refused" {layer, text, message} when a filter cannot be.
 */
export class Filters extends EventTarget {
  /** @type {Map<string, Api.Filtered>} */
  #told = new Map();
  /** @type {Map<string, AbortController>} */
  #asking = new Map();

  /** @param {Server} server */
  constructor(server) {
    super();
    this.server = server;
  }

  /** What stands, by layer. @returns {Record<string, string>} */
  get texts() {
    return Object.fromEntries([...this.#told].map(([layer, { filter }]) => [layer, filter]));
  }

  /** @param {string | null | undefined} layer @returns {Api.Filtered | null} */
  of(layer) {
    return this.#told.get(layer ?? "") ?? null;
  }

  /** @param {string} layer */
  textOf(layer) {
    return this.of(layer)?.filter ?? "";
  }

  get all() {
    return [...this.#told.values()];
  }

  /** Another filter for a layer; an empty one takes it away. @param {string} layer @param {string} text @returns {Promise<boolean>} whether it stands now */
  async set(layer, text) {
    this.#asking.get(layer)?.abort();
    const asking = new AbortController();
    this.#asking.set(layer, asking);
    if (!text) {
      if (this.#told.delete(layer)) this.#tell(layer, null);
      return true;
    }
    try {
      const told = await this.server.filter(layer, text, asking.signal);
      this.#told.set(layer, told);
      this.#tell(layer, told);
      return true;
    } catch (error) {
      if (overtaken(error)) return false;
      const { message } = /** @type {Error} */ (error);
      this.dispatchEvent(new CustomEvent("refused", { detail: { layer, text, message } }));
      return false;
    }
  }

  /** Exactly these filters. @param {Record<string, string>} texts by layer */
  async show(texts) {
    const gone = Object.keys(this.texts).filter((layer) => !texts[layer]);
    const other = Object.entries(texts).filter(([layer, text]) => this.textOf(layer) !== text);
    await Promise.all([
      ...gone.map((layer) => this.set(layer, "")),
      ...other.map((each) => this.set(...each)),
    ]);
  }

  /** The data have changed: the same filters may find something else. */
  renew() {
    return Promise.all(Object.entries(this.texts).map((each) => this.set(...each)));
  }

  /** @param {string} layer @param {Api.Filtered | null} told */
  #tell(layer, told) {
    this.dispatchEvent(new CustomEvent("change", { detail: { layer, told } }));
    this.dispatchEvent(new CustomEvent("changed"));
  }
}
