// What was typed and drawn, and is not saved yet? Kept in this browser, for each account apart.

/**
 * @typedef {object} Draft
 * @property {string} ref  uid of the feature, made here for a new one
 * @property {boolean} isNew
 * @property {string} layer
 * @property {string} title
 * @property {number} version  it started from
 * @property {Record<string, string>} typed
 * @property {GeoJSON.Geometry | null} geometry  null: as it was
 * @property {import("app/map/draw.js").Sort | null} sort
 * @property {string} at
 */

const PREFIX = "webmap.draft";
const LONGEST_DAYS = 30;

export class Drafts {
  /** @param {string} account @param {Storage | null} [storage] */
  constructor(account, storage = storageOf()) {
    this.storage = storage;
    this.prefix = `${PREFIX}.${account}.`;
  }

  /** @returns {Draft[]} the latest first */
  all() {
    const keys = Object.keys(this.storage ?? {}).filter((key) => key.startsWith(this.prefix));
    const drafts = keys.flatMap((key) => this.#read(key) ?? []);
    return drafts.filter(isRecent).sort((one, other) => other.at.localeCompare(one.at));
  }

  /** @param {string} ref @returns {Draft | null} */
  of(ref) {
    return this.#read(this.prefix + ref);
  }

  /** @param {Draft} draft @returns {boolean} kept? A full or forbidden store is no reason to stop anybody. */
  keep(draft) {
    try {
      this.storage?.setItem(this.prefix + draft.ref, JSON.stringify(draft));
      return this.storage !== null;
    } catch {
      return false;
    }
  }

  /** @param {string} ref */
  drop(ref) {
    this.storage?.removeItem(this.prefix + ref);
  }

  /** @param {string} key @returns {Draft | null} */
  #read(key) {
    try {
      return JSON.parse(this.storage?.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }
}

/** @param {Draft} draft */
function isRecent({ at }) {
  return Date.now() - Date.parse(at) < LONGEST_DAYS * 86_400_000;
}

function storageOf() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
