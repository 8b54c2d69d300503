// Which layers are on, and how strongly are they drawn?

/**
 * Emits "change" {layer, on, opacity} for every layer that changed, then one "changed".
 */
export class Shown extends EventTarget {
  /** @type {Map<string, {on: boolean, opacity: number, base: boolean, ground: boolean}>} */
  #layers = new Map();
  /** @type {{layer: string, before: string[]} | null} */
  #only = null;

  /** @param {Api.Layer[]} layers @param {string[] | null} on @param {Record<string, number>} opacity */
  start(layers, on, opacity) {
    this.#layers.clear();
    for (const { key, group, geometry, on: proposed } of layers) {
      const state = { on: on?.includes(key) ?? proposed, opacity: opacity[key] ?? 1, base: group === BASE };
      this.#layers.set(key, { ...state, ground: group === BASE && geometry === "polygon" });
    }
  }

  get keys() {
    return [...this.#layers].filter(([, { on }]) => on).map(([key]) => key);
  }

  /** The layer that is seen alone, if 只看 is in force. */
  get only() {
    return this.#only?.layer ?? null;
  }

  /** Only what differs from fully drawn. @returns {Record<string, number>} */
  get faint() {
    const faint = [...this.#layers].filter(([, { opacity }]) => opacity < 1);
    return Object.fromEntries(faint.map(([key, { opacity }]) => [key, opacity]));
  }

  /** @param {string} layer */
  isOn(layer) {
    return this.#layers.get(layer)?.on ?? false;
  }

  /** Does everything else lie on it? @param {string} layer */
  isGround(layer) {
    return this.#layers.get(layer)?.ground ?? false;
  }

  /** @param {string} layer */
  opacityOf(layer) {
    return this.#layers.get(layer)?.opacity ?? 1;
  }

  /** @param {string[]} layers @param {boolean} on */
  toggle(layers, on) {
    this.#only = null;
    this.#change(layers, { on });
  }

  /** @param {string[]} layers @param {number} opacity */
  fade(layers, opacity) {
    this.#change(layers, { opacity });
  }

  /** @param {string[]} on */
  show(on) {
    this.#only = null;
    this.#set(on);
  }

  /**
   * These alone, on their ground; once more brings back what was on before.
   * @param {string} name what 只看 was pressed on
   * @param {string[]} layers
   */
  toggleOnly(name, layers) {
    if (this.#only?.layer === name) {
      this.show(this.#only.before);
      return;
    }
    const before = this.#only?.before ?? this.keys;
    const base = this.keys.filter((key) => this.#layers.get(key)?.base);
    this.#only = { layer: name, before };
    this.#set([...layers, ...base]);
  }

  /** @param {Record<string, number>} opacity what is not named is fully drawn */
  restoreOpacity(opacity) {
    for (const key of this.#layers.keys()) this.#apply([key], { opacity: opacity[key] ?? 1 });
    this.dispatchEvent(new CustomEvent("changed"));
  }

  /** @param {string[]} on */
  #set(on) {
    for (const key of this.#layers.keys()) this.#apply([key], { on: on.includes(key) });
    this.dispatchEvent(new CustomEvent("changed"));
  }

  /** @param {string[]} keys @param {{on?: boolean, opacity?: number}} change */
  #change(keys, change) {
    this.#apply(keys, change);
    this.dispatchEvent(new CustomEvent("changed"));
  }

  /** @param {string[]} keys @param {{on?: boolean, opacity?: number}} change */
  #apply(keys, change) {
    for (const key of keys) {
      const layer = this.#layers.get(key);
      if (!layer) continue;
      const { on, opacity } = { ...layer, ...change };
      if (on === layer.on && opacity === layer.opacity) continue;
      Object.assign(layer, change);
      this.dispatchEvent(new CustomEvent("change", { detail: { layer: key, on, opacity } }));
    }
  }
}

// The group of 底图: what everything else lies on stays when one layer is seen alone.
const BASE = "base";
