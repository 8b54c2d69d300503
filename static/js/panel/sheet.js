// How high does the sheet stand on a phone? Three heights; dragging, a tap or an arrow key changes it.

const HEIGHTS = ["low", "middle", "high"];
const TAP_PX = 6;

/** Emits "height" {height}. */
export class Sheet extends EventTarget {
  #from = 0;
  #dragged = 0;

  /** @param {HTMLElement} element @param {HTMLElement} handle */
  constructor(element, handle) {
    super();
    this.element = element;
    this.handle = handle;
    handle.addEventListener("pointerdown", (event) => this.#grip(event));
    handle.addEventListener("pointermove", (event) => this.#drag(event));
    handle.addEventListener("pointerup", () => this.#drop());
    handle.addEventListener("pointercancel", () => this.#drop());
    handle.addEventListener("keydown", (event) => this.#key(event));
    this.set("middle");
  }

  get height() {
    return document.body.dataset.sheet ?? "middle";
  }

  /** @param {string} height */
  set(height) {
    document.body.dataset.sheet = height;
    this.handle.setAttribute("aria-expanded", String(height !== "low"));
    this.dispatchEvent(new CustomEvent("height", { detail: { height } }));
  }

  /** @param {number} by */
  step(by) {
    const at = HEIGHTS.indexOf(this.height) + by;
    this.set(HEIGHTS[Math.max(0, Math.min(at, HEIGHTS.length - 1))]);
  }

  /** @param {PointerEvent} event */
  #grip(event) {
    this.handle.setPointerCapture(event.pointerId);
    this.#from = event.clientY;
    this.#dragged = 0;
    this.element.classList.add("dragged");
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (!this.handle.hasPointerCapture(event.pointerId)) return;
    this.#dragged = event.clientY - this.#from;
    this.element.style.setProperty("--drag", `${-this.#dragged}px`);
  }

  #drop() {
    if (!this.element.classList.contains("dragged")) return;
    this.element.classList.remove("dragged");
    this.element.style.removeProperty("--drag");
    if (Math.abs(this.#dragged) < TAP_PX) this.set(this.height === "middle" ? "high" : "middle");
    else this.step(this.#dragged < 0 ? 1 : -1);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "ArrowUp") this.step(1);
    if (event.key === "ArrowDown") this.step(-1);
    if (event.key === "Enter" || event.key === " ") this.set(this.height === "middle" ? "high" : "middle");
  }
}
