// How does a canvas lie on the Leaflet map, a little larger than the view, and follow when the map moves?

/** One canvas in a pane of its own kind; whoever paints on it fits it first. */
export class Sheet {
  #drawn = { zoom: 0, corner: L.latLng(0, 0) };
  /** Whether the picture stays as it is, wherever the map goes, until it is painted anew. */
  stays = false;

  /** @param {L.Map} map @param {HTMLElement} pane @param {number} margin pixels beyond the view on each side */
  constructor(map, pane, margin) {
    this.map = map;
    this.margin = margin;
    this.canvas = addCanvas(pane);
    // In the processor's memory: where this is needed no graphics card is worth asking, and to imitate one takes twice as long.
    const kept = { willReadFrequently: true };
    this.ink = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", kept));
    this.ears = {
      zoomanim: (/** @type {L.ZoomAnimEvent} */ event) => this.#follow(event.zoom, event.center),
      zoom: () => this.#follow(map.getZoom(), map.getCenter()),
    };
    map.on(this.ears);
  }

  remove() {
    this.map.off(this.ears);
    this.canvas.remove();
  }

  /** Empties the canvas and lays it over the view of now; one unit is one CSS pixel from its corner. */
  fit() {
    const { canvas, map, margin } = this;
    this.stays = false;
    const size = map.getSize().add([2 * margin, 2 * margin]);
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(size.x * ratio), Math.round(size.y * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    const corner = map.containerPointToLayerPoint([-margin, -margin]);
    L.DomUtil.setTransform(canvas, corner, 1);
    this.#drawn = { zoom: map.getZoom(), corner: map.layerPointToLatLng(corner) };
    this.ink.setTransform(1, 0, 0, 1, 0, 0);
    this.ink.clearRect(0, 0, width, height);
    this.ink.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /** Where the canvas begins, in pixels of the world at the map's zoom. */
  origin() {
    const { map, margin } = this;
    return map.containerPointToLayerPoint([-margin, -margin]).add(map.getPixelOrigin());
  }

  // While the zoom changes, the picture is stretched; it is painted anew where the zoom ends.
  /** @param {number} zoom @param {L.LatLng} center */
  #follow(zoom, center) {
    if (this.stays) return;
    const map = /** @type {any} */ (this.map);
    const corner = map._latLngToNewLayerPoint(this.#drawn.corner, zoom, center);
    L.DomUtil.setTransform(this.canvas, corner, this.map.getZoomScale(zoom, this.#drawn.zoom));
  }
}

/** A pane that takes no clicks. @param {L.Map} map @param {string} name @param {number} level */
export function quietPane(map, name, level) {
  const pane = map.getPane(name) ?? map.createPane(name);
  pane.style.zIndex = String(level);
  pane.style.pointerEvents = "none";
  return pane;
}

/** @param {HTMLElement} pane */
function addCanvas(pane) {
  const canvas = /** @type {HTMLCanvasElement} */ (L.DomUtil.create("canvas", "leaflet-zoom-animated", pane));
  canvas.style.position = "absolute";
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}
