// The handle of a curtain over the map: mouse, finger and arrow keys draw it from side to side.

const STEP = 0.02;
const LARGE_STEP = 0.1;

/** Emits "share" {share} when it is moved: how much of the width lies left of it; null: it hangs nowhere. */
export class Rod extends EventTarget {
  /** @type {number | null} */
  #share = null;

  /** @param {L.Map} map @param {string} words what a person who cannot see it is told */
  constructor(map, words) {
    super();
    this.map = map;
    this.element = this.#made(words);
  }

  get share() {
    return this.#share;
  }

  /** @param {number | null} share @param {boolean} [focus] */
  hang(share, focus = false) {
    this.#share = share === null ? null : Math.min(Math.max(share, 0), 1);
    this.element.hidden = this.#share === null;
    if (this.#share !== null) {
      this.element.style.left = `${this.#share * 100}%`;
      this.element.setAttribute("aria-valuenow", String(Math.round(this.#share * 100)));
      if (focus) this.element.focus();
    }
    this.dispatchEvent(new CustomEvent("share", { detail: { share: this.#share } }));
  }

  /** What lies left and right of it, in words beside it. @param {string} left @param {string} right */
  tell(left, right) {
    const tags = [left, right].map((text) =>
      Object.assign(document.createElement("b"), { textContent: text }),
    );
    this.element.replaceChildren(...(left || right ? tags : []), this.handle);
  }

  handle = Object.assign(document.createElement("span"), { textContent: "◂▸" });

  /** @param {string} words */
  #made(words) {
    const rod = document.createElement("div");
    rod.className = "curtain";
    rod.hidden = true;
    rod.tabIndex = 0;
    for (const [name, value] of Object.entries({
      role: "slider",
      "aria-label": words,
      "aria-orientation": "horizontal",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
    }))
      rod.setAttribute(name, value);
    rod.append(this.handle);
    rod.addEventListener("pointerdown", (event) => this.#grab(event));
    rod.addEventListener("keydown", (event) => this.#step(event));
    L.DomEvent.disableClickPropagation(rod);
    this.map.getContainer().append(rod);
    return rod;
  }

  /** @param {PointerEvent} down */
  #grab(down) {
    const rod = this.element;
    down.preventDefault();
    rod.focus();
    rod.setPointerCapture(down.pointerId);
    const box = this.map.getContainer().getBoundingClientRect();
    const follow = (/** @type {PointerEvent} */ { clientX }) => this.hang((clientX - box.left) / box.width);
    rod.addEventListener("pointermove", follow);
    const let_go = () => rod.removeEventListener("pointermove", follow);
    for (const name of ["pointerup", "pointercancel"]) rod.addEventListener(name, let_go, { once: true });
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const now = this.#share ?? 0.5;
    const next = { ArrowLeft: now - step, ArrowRight: now + step, Home: 0, End: 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.hang(next);
  }
}

/**
 * Shows only a part of a pane: from one share of the map's width to another. A pane has no size of its own and moves
 * with the map, so the corners are those of the container in it; to be done anew whenever the map moves.
 * @param {L.Map} map @param {HTMLElement} pane @param {number} from @param {number} to
 */
export function clipPane(map, pane, from, to) {
  if (from === 0 && to === 1) {
    pane.style.clipPath = "";
    return;
  }
  const { x, y } = map.getSize();
  const [upper, lower] = [
    map.containerPointToLayerPoint([x * from, 0]),
    map.containerPointToLayerPoint([x * to, y]),
  ];
  const corners = [
    [upper.x, upper.y],
    [lower.x, upper.y],
    [lower.x, lower.y],
    [upper.x, lower.y],
  ];
  pane.style.clipPath = `polygon(${corners.map((corner) => corner.map((at) => `${at}px`).join(" ")).join(",")})`;
}

export const MAP_MOVES = "move zoom zoomend viewreset resize";
