// Which filters did this person keep on this machine?

/** @typedef {{name: string, layer: string, filter: string}} Saved */

const PLACE = "filters of ";
const MOST = 30;

export class SavedFilters {
  /** @param {string} person */
  constructor(person) {
    this.place = PLACE + person;
  }

  /** @returns {Saved[]} */
  get all() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.place) ?? "[]");
      return Array.isArray(kept) ? kept.filter(isSaved) : [];
    } catch {
      return [];
    }
  }

  /** @param {string} layer */
  of(layer) {
    return this.all.filter((each) => each.layer === layer);
  }

  /** One of the same name gives way. @param {Saved} saved @returns {boolean} false: the browser keeps nothing */
  add(saved) {
    const others = this.all.filter(({ name, layer }) => name !== saved.name || layer !== saved.layer);
    return this.#keep([saved, ...others].slice(0, MOST));
  }

  /** @param {Saved} saved */
  remove({ name, layer }) {
    this.#keep(this.all.filter((each) => each.name !== name || each.layer !== layer));
  }

  /** @param {Saved[]} all */
  #keep(all) {
    try {
      localStorage.setItem(this.place, JSON.stringify(all));
      return true;
    } catch {
      return false;
    }
  }
}

/** @param {any} each */
function isSaved(each) {
  return [each?.name, each?.layer, each?.filter].every((part) => typeof part === "string");
}
