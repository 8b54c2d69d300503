// How far is it, how large is that? Clicks on the map, measured on the ellipsoid while they are made.

import { PAPER, SEAL } from "app/ink.js";
import { hectareWords, lengthWords, muWords, sizeWords } from "app/map/amounts.js";
import { lengthOf, ringArea } from "app/map/geodesy.js";
import { Tag } from "app/map/tag.js";

/**
 * @typedef {"length" | "area"} What
 * @typedef {{what: What, points: number, length_m: number, area_m2: number, words: string, done: boolean}} Measured
 */

const PANE = "measure";
const LEVEL = "640";
const SAME_PX = 6;
const LINE = { color: SEAL, weight: 2.5, interactive: false, pane: PANE, pmIgnore: true };
const CASING = { ...LINE, color: PAPER, weight: 5.5 };

/** Measures while it is on. Emits "measured" {Measured} whenever the numbers change. */
export class Measure extends EventTarget {
  /** @type {L.LatLng[]} */
  #points = [];
  /** @type {L.LatLng | null} */
  #pointer = null;
  /** @type {L.LayerGroup | null} */
  #drawn = null;
  #done = false;
  /** @type {What} */
  what = "length";

  /** @param {L.Map} map */
  constructor(map) {
    super();
    this.map = map;
    const pane = map.getPane(PANE) ?? map.createPane(PANE);
    pane.style.zIndex = LEVEL;
    pane.style.pointerEvents = "none";
    this.tag = new Tag(map, "measure");
  }

  get isOn() {
    return this.#drawn !== null;
  }

  /** @param {What} what */
  start(what) {
    this.stop();
    this.what = what;
    this.#drawn = L.layerGroup().addTo(this.map);
    this.map.doubleClickZoom.disable();
    this.map.on(this.#ears);
    this.#draw();
  }

  stop() {
    if (!this.isOn) return;
    this.map.off(this.#ears);
    this.map.doubleClickZoom.enable();
    this.#drawn?.remove();
    this.#drawn = null;
    this.#clear();
  }

  again() {
    this.#clear();
    this.#draw();
  }

  undo() {
    this.#done = false;
    this.#points.pop();
    this.#draw();
  }

  /** No further point follows the pointer; the next click begins anew. */
  finish() {
    this.#done = this.#points.length > 1;
    this.#pointer = null;
    this.#draw();
  }

  /** @returns {Measured} */
  get measured() {
    const path = this.#path().map(({ lng, lat }) => [lng, lat]);
    const closed = this.what === "area" && path.length > 2;
    const length_m = lengthOf(closed ? [...path, path[0]] : path);
    const area_m2 = closed ? ringArea(path) : 0;
    const words = wordsOf(this.what, length_m, area_m2);
    return { what: this.what, points: this.#points.length, length_m, area_m2, words, done: this.#done };
  }

  #ears = {
    click: (/** @type {L.LeafletMouseEvent} */ event) => this.#add(event.latlng),
    dblclick: () => this.finish(),
    mousemove: (/** @type {L.LeafletMouseEvent} */ event) => this.#follow(event.latlng),
  };

  #clear() {
    this.#points = [];
    this.#pointer = null;
    this.#done = false;
    this.tag.clear();
  }

  /** @param {L.LatLng} place */
  #add(place) {
    if (this.#done) this.#clear();
    const last = this.#points[this.#points.length - 1];
    if (last && this.#isSame(place, last)) return;
    this.#points.push(place);
    this.#draw();
  }

  // The second click of a double click adds nothing.
  /** @param {L.LatLng} one @param {L.LatLng} other */
  #isSame(one, other) {
    const [a, b] = [one, other].map((place) => this.map.latLngToContainerPoint(place));
    return a.distanceTo(b) < SAME_PX;
  }

  /** @param {L.LatLng} place */
  #follow(place) {
    if (this.#done || !this.#points.length) return;
    this.#pointer = place;
    this.#draw();
  }

  #path() {
    return this.#pointer ? [...this.#points, this.#pointer] : this.#points;
  }

  #draw() {
    const path = this.#path();
    this.#drawn?.clearLayers();
    if (this.what === "area" && path.length > 2) this.#put(L.polygon(path, { ...LINE, stroke: false }));
    const outline = this.what === "area" && path.length > 2 ? [...path, path[0]] : path;
    this.#put(L.polyline(outline, CASING));
    this.#put(L.polyline(outline, LINE));
    for (const point of this.#points) this.#put(dot(point));
    const { measured } = this;
    if (path.length)
      this.tag.write(
        path[path.length - 1],
        sizeWords(this.what === "area" ? { ...measured, length_m: 0 } : measured),
      );
    this.dispatchEvent(new CustomEvent("measured", { detail: measured }));
  }

  /** @param {L.Layer} layer */
  #put(layer) {
    this.#drawn?.addLayer(layer);
  }
}

/** @param {L.LatLng} place */
function dot(place) {
  const style = { ...LINE, radius: 4.5, weight: 2, fillColor: PAPER, fillOpacity: 1 };
  return L.circleMarker(place, style);
}

/** @param {What} what @param {number} length_m @param {number} area_m2 */
function wordsOf(what, length_m, area_m2) {
  if (what === "length" || !area_m2) return length_m ? lengthWords(length_m) : "";
  return `${muWords(area_m2)} · ${hectareWords(area_m2)} · 周长 ${lengthWords(length_m)}`;
}
