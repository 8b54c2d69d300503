// Drawings over the map: their tiles, how strongly they show, and a curtain to draw back from them.

import { clipPane, MAP_MOVES, Rod } from "app/map/rod.js";

/** @typedef {Api.Drawing} Drawing */

const PANE = "drawings";
const ABOVE_MAP = "440";
const FARTHEST_ZOOM = 24;

/** Emits "curtain" {share} when the curtain is moved; null: there is none. */
export class DrawnOver extends EventTarget {
  /** @type {Map<string, L.TileLayer>} */
  #layers = new Map();

  /** @param {L.Map} map */
  constructor(map) {
    super();
    this.map = map;
    this.pane = map.getPane(PANE) ?? map.createPane(PANE);
    this.pane.style.zIndex = ABOVE_MAP;
    this.pane.style.pointerEvents = "none";
    this.curtain = new Rod(map, "卷帘：左边是图纸，右边是地图，用左右方向键移动");
    this.curtain.addEventListener("share", () => this.#moved());
    map.on(MAP_MOVES, () => this.#clip());
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

  /** How strongly each of them shows, by uid, the lowest first. @returns {Record<string, number>} */
  get laid() {
    return Object.fromEntries([...this.#layers].map(([uid, layer]) => [uid, layer.options.opacity ?? 1]));
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
    if (on !== (this.curtain.share !== null)) this.curtain.hang(on ? 0.5 : null, on);
  }

  /** What is to be seen of them. @param {CanvasRenderingContext2D} ink one unit is one CSS pixel of the map's container */
  copyTo(ink) {
    const { left, top, width, height } = this.map.getContainer().getBoundingClientRect();
    ink.save();
    ink.beginPath();
    ink.rect(0, 0, width * (this.curtain.share ?? 1), height);
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

  #moved() {
    this.#clip();
    this.dispatchEvent(new CustomEvent("curtain", { detail: { share: this.curtain.share } }));
  }

  #clip() {
    clipPane(this.map, this.pane, 0, this.curtain.share ?? 1);
  }
}
