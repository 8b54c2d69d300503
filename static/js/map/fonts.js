// Which font does a label use, and how wide is it? Says when fonts have arrived and widths have changed.

/** @typedef {{size: number, weight?: number, face?: "hei" | "song" | "digits", italic?: boolean}} Type */

const FALLBACK = { "--hei": "sans-serif", "--song": "serif" };

/** Emits "loaded" when a web font has arrived. */
export class Fonts extends EventTarget {
  /** @type {Map<string, number>} */
  #widths = new Map();
  #ink = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

  constructor() {
    super();
    const hei = family("--hei");
    this.families = { hei, song: family("--song"), digits: `Arial, ${hei}` };
    document.fonts.addEventListener("loadingdone", () => {
      this.#widths.clear();
      this.dispatchEvent(new Event("loaded"));
    });
  }

  /** @param {Type} type @returns {string} as canvas and CSS want it */
  css({ size, weight = 400, face = "hei", italic = false }) {
    return `${italic ? "italic " : ""}${weight} ${size}px ${this.families[face]}`;
  }

  /** @param {string} text @param {Type} type */
  width(text, type) {
    const font = this.css(type);
    const key = `${font}|${text}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      this.#ink.font = font;
      width = this.#ink.measureText(text).width;
      this.#widths.set(key, width);
    }
    return width;
  }
}

/** @param {"--hei" | "--song"} name */
function family(name) {
  const declared = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return declared || FALLBACK[name];
}
