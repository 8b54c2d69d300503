// What is a view about, and how faint is the rest? The same answer for fills, lines, symbols and names. Pure.

/** So strong is what a scene is not about. */
export const FAINT = 0.42;

/** @typedef {Record<string, string[]>} Subject classes by layer; an empty list is all of the layer */

export class Emphasis {
  /** @param {Subject | null} [subject] null: everything is drawn alike @param {Iterable<string>} [ground] layers that are never faint */
  constructor(subject = null, ground = []) {
    this.subject = subject && Object.keys(subject).length ? subject : null;
    this.ground = new Set(ground);
  }

  /** @param {string} layer @param {string} symbol class of a feature @returns {number} 1, or how faint */
  of(layer, symbol) {
    if (!this.subject || this.ground.has(layer)) return 1;
    const classes = this.subject[layer];
    return classes && (classes.length === 0 || classes.includes(symbol)) ? 1 : FAINT;
  }

  /** Does the view name it as its subject? @param {string} layer @param {string} symbol */
  isAbout(layer, symbol) {
    return Boolean(this.subject?.[layer]) && this.holds(layer, symbol);
  }

  /** Is it not fainter than anything else? @param {string} layer @param {string} symbol */
  holds(layer, symbol) {
    return this.of(layer, symbol) === 1;
  }
}
