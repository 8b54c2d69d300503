// How does one view give way to the next without a gap? What stood there lies over the map, glides to where it belongs
// in the new view, and fades as soon as that is drawn.

const GLIDE_MS = 240;
const FADE_MS = 140;
/** So long is the new view waited for. */
const PATIENCE_MS = 2500;
const ABOVE_MAP = "450";

export class Cover {
  /** @type {HTMLCanvasElement | null} */
  #sheet = null;
  #zoom = 0;
  #corner = L.latLng(0, 0);

  /** @param {L.Map} map */
  constructor(map) {
    this.map = map;
  }

  /** Does the old view still lie there? */
  get isOn() {
    return this.#sheet !== null;
  }

  /** Before the map changes. @param {(ink: CanvasRenderingContext2D) => void} paint what is seen now; one unit is one CSS pixel of the container */
  lay(paint) {
    const sheet = document.createElement("canvas");
    const { x, y } = this.map.getSize();
    const ratio = window.devicePixelRatio || 1;
    Object.assign(sheet, { width: Math.round(x * ratio), height: Math.round(y * ratio) });
    Object.assign(sheet.style, { position: "absolute", top: "0", left: "0", zIndex: ABOVE_MAP });
    Object.assign(sheet.style, { width: `${x}px`, height: `${y}px`, pointerEvents: "none" });
    sheet.style.transformOrigin = "0 0";
    sheet.setAttribute("aria-hidden", "true");
    const ink = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
    ink.scale(ratio, ratio);
    paint(ink);
    this.#sheet?.remove();
    this.#sheet = sheet;
    this.#zoom = this.map.getZoom();
    this.#corner = this.map.containerPointToLatLng([0, 0]);
    this.map.getContainer().append(sheet);
  }

  /** After it has changed. @param {() => boolean} isDrawn does the new view stand? */
  async lift(isDrawn) {
    const sheet = this.#sheet;
    if (!sheet) return;
    this.#glide(sheet);
    await standing(() => isDrawn() || sheet !== this.#sheet);
    if (sheet !== this.#sheet) return;
    await sheet.animate([{ opacity: 1 }, { opacity: 0 }], { duration: FADE_MS, fill: "forwards" }).finished;
    sheet.remove();
    if (sheet === this.#sheet) this.#sheet = null;
  }

  /** @param {HTMLCanvasElement} sheet */
  #glide(sheet) {
    const { x, y } = this.map.latLngToContainerPoint(this.#corner);
    const scale = this.map.getZoomScale(this.map.getZoom(), this.#zoom);
    if (Math.hypot(x, y) < 1 && Math.abs(scale - 1) < 0.001) return;
    const there = `translate(${x}px, ${y}px) scale(${scale})`;
    const way = [{ transform: "none" }, { transform: there }];
    sheet.animate(way, { duration: GLIDE_MS, easing: "ease-in-out", fill: "forwards" });
  }
}

// Not before the frame in which the change itself is seen.
/** @param {() => boolean} holds @returns {Promise<void>} */
function standing(holds) {
  const until = performance.now() + PATIENCE_MS;
  return new Promise((resolve) => {
    const look = () => {
      if (holds() || performance.now() > until) resolve();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(() => requestAnimationFrame(look));
  });
}
