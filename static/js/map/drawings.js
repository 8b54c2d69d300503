// Drawings over the map: their tiles, how strongly they show, and a curtain to draw back from them.

/** @typedef {Api.Drawing} Drawing */

const PANE = "drawings";
const ABOVE_MAP = "440";
const STEP = 0.02;
const LARGE_STEP = 0.1;
const FARTHEST_ZOOM = 24;

/** Emits "curtain" {share} when the curtain is moved; null: there is none. */
export class DrawnOver extends EventTarget {
  /** @type {Map<string, L.TileLayer>} */
  #layers = new Map();
  /** How much of the width shows drawings, from the left; null: all of it. @type {number | null} */
  #share = null;

  /** @param {L.Map} map */
  constructor(map) {
    super();
    this.map = map;
    this.pane = map.getPane(PANE) ?? map.createPane(PANE);
    this.pane.style.zIndex = ABOVE_MAP;
    this.pane.style.pointerEvents = "none";
    this.rod = this.#rod();
    map.on("move zoom zoomend viewreset resize", () => this.#clip());
  }

  /** These drawings, each with its opacity, and no others. @param {{drawing: Drawing, opacity: number}[]} shown */
  show(shown) {
    const wanted = new Set(shown.map(({ drawing }) => drawing.uid));
    for (const [uid, layer] of this.#layers) {
      if (wanted.has(uid)) continue;
      layer.remove();
      this.#layers.delete(uid);
    }
    for (const { drawing, opacity } of shown) this.#layer(drawing).setOpacity(opacity);
  }

  /** @param {Drawing} drawing */
  go({ bounds: [west, south, east, north] }) {
    this.map.fitBounds([
      [south, west],
      [north, east],
    ]);
  }

  /** Hang the curtain in the middle, or take it away. @param {boolean} on */
  setCurtain(on) {
    if (on === (this.#share !== null)) return;
    this.#move(on ? 0.5 : null);
    if (on) this.rod.focus();
  }

  /** What is to be seen of them. @param {CanvasRenderingContext2D} ink one unit is one CSS pixel of the map's container */
  copyTo(ink) {
    const { left, top, width, height } = this.map.getContainer().getBoundingClientRect();
    ink.save();
    ink.beginPath();
    ink.rect(0, 0, width * (this.#share ?? 1), height);
    ink.clip();
    for (const layer of this.#layers.values()) {
      ink.globalAlpha = layer.options.opacity ?? 1;
      for (const tile of layer.getContainer()?.querySelectorAll("img") ?? []) {
        const box = tile.getBoundingClientRect();
        if (tile.complete && tile.naturalWidth)
          ink.drawImage(tile, box.left - left, box.top - top, box.width, box.height);
      }
    }
    ink.restore();
  }

  /** @param {Drawing} drawing */
  #layer({ uid, url, min_zoom, max_zoom, bounds }) {
    const there = this.#layers.get(uid);
    if (there) return there;
    const [west, south, east, north] = bounds;
    const layer = L.tileLayer(url, {
      pane: PANE,
      minNativeZoom: min_zoom,
      maxNativeZoom: max_zoom,
      maxZoom: FARTHEST_ZOOM,
      bounds: L.latLngBounds([south, west], [north, east]),
    });
    this.#layers.set(uid, layer.addTo(this.map));
    return layer;
  }

  // --- the curtain -------------------------------------------------------------------------------------

  #rod() {
    const rod = document.createElement("div");
    rod.className = "curtain";
    rod.hidden = true;
    rod.tabIndex = 0;
    for (const [name, value] of Object.entries({
      role: "slider",
      "aria-label": "卷帘：左边是图纸，右边是地图，用左右方向键移动",
      "aria-orientation": "horizontal",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
    }))
      rod.setAttribute(name, value);
    rod.append(Object.assign(document.createElement("span"), { textContent: "◂▸" }));
    rod.addEventListener("pointerdown", (event) => this.#grab(event));
    rod.addEventListener("keydown", (event) => this.#step(event));
    L.DomEvent.disableClickPropagation(rod);
    this.map.getContainer().append(rod);
    return rod;
  }

  /** @param {PointerEvent} down */
  #grab(down) {
    down.preventDefault();
    this.rod.focus();
    this.rod.setPointerCapture(down.pointerId);
    const box = this.map.getContainer().getBoundingClientRect();
    const follow = (/** @type {PointerEvent} */ { clientX }) => this.#move((clientX - box.left) / box.width);
    this.rod.addEventListener("pointermove", follow);
    const let_go = () => this.rod.removeEventListener("pointermove", follow);
    for (const name of ["pointerup", "pointercancel"])
      this.rod.addEventListener(name, let_go, { once: true });
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const now = this.#share ?? 0.5;
    const next = { ArrowLeft: now - step, ArrowRight: now + step, Home: 0, End: 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#move(next);
  }

  /** @param {number | null} share */
  #move(share) {
    this.#share = share === null ? null : Math.min(Math.max(share, 0), 1);
    this.rod.hidden = this.#share === null;
    this.#clip();
    this.dispatchEvent(new CustomEvent("curtain", { detail: { share: this.#share } }));
  }

  // The pane has no size of its own and moves with the map, so the corners are those of the container in it.
  #clip() {
    if (this.#share === null) {
      this.pane.style.clipPath = "";
      return;
    }
    const size = this.map.getSize();
    const [from, to] = [
      this.map.containerPointToLayerPoint([0, 0]),
      this.map.containerPointToLayerPoint([size.x * this.#share, size.y]),
    ];
    const corners = [
      [from.x, from.y],
      [to.x, from.y],
      [to.x, to.y],
      [from.x, to.y],
    ];
    this.pane.style.clipPath = `polygon(${corners.map(([x, y]) => `${x}px ${y}px`).join(",")})`;
    this.rod.style.left = `${this.#share * 100}%`;
    this.rod.setAttribute("aria-valuenow", String(Math.round(this.#share * 100)));
  }
}
