// What draws symbols and names? One canvas in a Leaflet pane, above whatever draws fills and lines.

import { arrange } from "app/map/arrange.js";
import { Emphasis } from "app/map/emphasis.js";
import { paintLights } from "app/map/lights.js";
import { paintDonut, paintGlyphs, paintLeader, paintMarker } from "app/map/paint.js";
import { holds } from "app/map/place.js";
import { paintRing, paintShape, shapeIsSeen } from "app/map/ring.js";
import { quietPane } from "app/map/sheet.js";

/**
 * @typedef {import("app/map/arrange.js").Placed} Placed
 * @typedef {import("app/map/recipes.js").LabelPoint} LabelPoint
 * @typedef {import("app/map/recipes.js").OverlayRecipe} OverlayRecipe
 * @typedef {import("app/map/fonts.js").Fonts} Fonts
 * @typedef {import("app/map/place.js").Spot} Spot
 * @typedef {import("app/map/place.js").Box} Box
 * @typedef {{layer: string, id: number | string, geometry: GeoJSON.Geometry, label?: string}} Selection label: the words beside it on the map
 */

const PANE = "symbols";
const MARGIN_PX = 110;
// Points of tiles are rounded to a fraction of this.
const NEAR_PX = 2;

export class Symbols {
  /** @type {LabelPoint[]} */
  #points = [];
  /** @type {Map<string, number>} */
  #opacity = new Map();
  #emphasis = new Emphasis();
  /** @type {import("app/map/names.js").Told | undefined} */
  #told;
  /** @type {Selection | null} */
  #selection = null;
  /** @type {{layer: string, id: number} | null} */
  #hidden = null;
  #frame = 0;
  #lights = false;
  /** @type {import("app/map/crowding.js").Words[]} */
  #words = [];
  #drawn = { zoom: 0, corner: L.latLng(0, 0) };
  #stays = false;
  /** @type {Placed[]} */
  placed = [];
  /** How long arranging and painting took, the last time. */
  took_ms = 0;

  /**
   * @param {L.Map} map
   * @param {Record<string, OverlayRecipe>} recipes
   * @param {Record<string, string[]>} classes
   * @param {Fonts} fonts
   * @param {string} [side] what the name of its pane ends with, where another lies beside it
   */
  constructor(map, recipes, classes, fonts, side = "") {
    /** So many pixels at the left are covered for good: nothing is named there. */
    this.covered = 0;
    this.map = map;
    this.recipes = recipes;
    this.classes = classes;
    this.fonts = fonts;
    this.pane = quietPane(map, PANE + side, 450);
    this.canvas = addCanvas(this.pane);
    this.ink = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.ears = {
      moveend: () => this.draw(),
      resize: () => this.draw(),
      zoomanim: (/** @type {L.ZoomAnimEvent} */ event) => this.#follow(event.zoom, event.center),
      zoom: () => this.#follow(map.getZoom(), map.getCenter()),
    };
    map.on(this.ears);
    this.redraw = () => this.drawSoon();
    fonts.addEventListener("loaded", this.redraw);
  }

  /** Takes it off the map for good. */
  remove() {
    cancelAnimationFrame(this.#frame);
    this.map.off(this.ears);
    this.fonts.removeEventListener("loaded", this.redraw);
    this.canvas.remove();
  }

  /** @param {LabelPoint[]} points */
  setPoints(points) {
    this.#points = points;
    this.draw();
  }

  /** @param {string} layer @param {number} factor */
  setOpacity(layer, factor) {
    this.#opacity.set(layer, factor);
    this.drawSoon();
  }

  /** What the view is about, and which places carry a figure. @param {Emphasis} emphasis @param {import("app/map/names.js").Told} [told] */
  setEmphasis(emphasis, told) {
    this.#emphasis = emphasis;
    this.#told = told;
    this.drawSoon();
  }

  /** Whether supervised projects show their lights. @param {boolean} on */
  setLights(on) {
    this.#lights = on;
    this.drawSoon();
  }

  /** What others write above the map: nothing of ours is named under it. @param {import("app/map/crowding.js").Words[]} words */
  setWords(words) {
    this.#words = words;
    this.drawSoon();
  }

  /** @param {Selection | null} selection */
  setSelection(selection) {
    this.#selection = selection;
    this.draw();
  }

  /** @param {{layer: string, id: number} | null} ref */
  setHidden(ref) {
    this.#hidden = ref;
    this.draw();
  }

  /** What is under a place of the container, what is in front first. @param {Spot} spot @param {number} tolerance @returns {Placed[]} */
  at(spot, tolerance) {
    return this.placed.filter(({ box }) => holds(box, spot, tolerance)).reverse();
  }

  drawSoon() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.draw());
  }

  /** What stands there stays, whatever is asked for, until it is let go. */
  wait() {
    this.#stays = true;
  }

  letGo() {
    this.#stays = false;
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#stays) return;
    const started = performance.now();
    this.#fit();
    this.placed = arrange(this.#scene());
    this.paint(this.ink);
    this.took_ms = performance.now() - started;
  }

  /** What was painted last. @param {CanvasRenderingContext2D} ink one unit is one CSS pixel of the container */
  still(ink) {
    const { x, y } = this.map.getSize().add([2 * MARGIN_PX, 2 * MARGIN_PX]);
    ink.drawImage(this.canvas, -MARGIN_PX, -MARGIN_PX, x, y);
  }

  /** Paints what is placed; one unit is one CSS pixel of the container. @param {CanvasRenderingContext2D} ink */
  paint(ink) {
    this.#paintSelectedShape(ink);
    // No leader cuts through a symbol or a name: it comes out from under what stands at its beginning.
    for (const thing of this.placed) {
      ink.globalAlpha = this.#strength(thing);
      if (thing.kind === "marker") paintOwnLeader(ink, thing);
    }
    for (const thing of this.placed) {
      ink.globalAlpha = this.#strength(thing);
      if (thing.kind === "marker") this.#paintMarker(ink, thing);
      else if (thing.kind === "donut") paintDonut(ink, thing.spot, thing, this.fonts);
      else this.#paintLabel(ink, thing);
    }
    ink.globalAlpha = 1;
    if (this.#lights) paintLights(ink, this.placed, this.fonts);
  }

  /** @param {import("app/map/arrange.js").Placed} thing */
  #strength({ layer, symbol = "" }) {
    return (this.#opacity.get(layer) ?? 1) * this.#emphasis.of(layer, symbol);
  }

  /** @param {CanvasRenderingContext2D} ink @param {import("app/map/arrange.js").PlacedMarker} thing */
  #paintMarker(ink, thing) {
    paintMarker(ink, thing.spot, thing.marker, thing, this.fonts);
    if (thing.selected) paintRing(ink, thing);
  }

  /** @param {CanvasRenderingContext2D} ink @param {import("app/map/arrange.js").PlacedLabel} thing */
  #paintLabel(ink, { glyphs, type, color, halo }) {
    ink.font = this.fonts.css(type);
    paintGlyphs(ink, glyphs, { color, size: type.size, halo });
  }

  /** @param {CanvasRenderingContext2D} ink */
  #paintSelectedShape(ink) {
    if (!this.#selection) return;
    const { geometry } = this.#selection;
    const toScreen = (/** @type {GeoJSON.Position} */ [lon, lat]) =>
      this.map.latLngToContainerPoint([lat, lon]);
    const stands = this.placed.some((thing) => thing.kind === "marker" && thing.selected);
    if (shapeIsSeen(geometry, toScreen) || !stands) paintShape(ink, geometry, toScreen);
  }

  /** @returns {import("app/map/arrange.js").Scene} */
  #scene() {
    const { x, y } = this.map.getSize();
    return {
      points: this.#points.filter(({ layer, id }) => id !== this.#hidden?.id || layer !== this.#hidden.layer),
      recipes: this.recipes,
      classes: this.classes,
      zoom: this.map.getZoom(),
      view: [this.covered, 0, x, y],
      room: [-MARGIN_PX, -MARGIN_PX, x + MARGIN_PX, y + MARGIN_PX],
      toScreen: ({ lon, lat }) => this.map.latLngToContainerPoint([lat, lon]),
      width: (text, type) => this.fonts.width(text, type),
      selected: this.#selected(),
      emphasis: this.#emphasis,
      told: this.#told,
      lights: this.#lights,
      words: this.#words.map((words) => this.#boxOf(words)),
    };
  }

  /** @param {import("app/map/crowding.js").Words} words @returns {Box} */
  #boxOf({ lon, lat, box: [left, top, right, bottom] }) {
    const { x, y } = this.map.latLngToContainerPoint([lat, lon]);
    return [x + left, y + top, x + right, y + bottom];
  }

  // A selection knows its uid, points know their number: shape and name tell which point is meant.
  #selected() {
    if (!this.#selection) return null;
    const { layer, id, geometry, label } = this.#selection;
    if (typeof id === "number") return { layer, id };
    const bounds = L.geoJSON(geometry).getBounds();
    const middle = bounds.getCenter();
    /** @type {Box} */
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const near = NEAR_PX * (360 / 256 / 2 ** this.map.getZoom());
    const [nearest] = this.#points
      .filter((point) => point.layer === layer && (!label || point.properties.label === label))
      .filter((point) => holds(box, { x: point.lon, y: point.lat }, near))
      .sort((one, other) => distance(one, middle) - distance(other, middle));
    return nearest ? { layer, id: nearest.id } : null;
  }

  // The canvas is a little larger than the view, so that a pan does not show its edge at once.
  #fit() {
    const { canvas, map } = this;
    const size = map.getSize().add([2 * MARGIN_PX, 2 * MARGIN_PX]);
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(size.x * ratio), Math.round(size.y * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    const corner = map.containerPointToLayerPoint([-MARGIN_PX, -MARGIN_PX]);
    L.DomUtil.setTransform(canvas, corner, 1);
    this.#drawn = { zoom: map.getZoom(), corner: map.layerPointToLatLng(corner) };
    this.ink.setTransform(1, 0, 0, 1, 0, 0);
    this.ink.clearRect(0, 0, width, height);
    this.ink.setTransform(ratio, 0, 0, ratio, MARGIN_PX * ratio, MARGIN_PX * ratio);
  }

  // While the zoom changes, the picture is stretched; it is arranged anew where the zoom ends.
  /** @param {number} zoom @param {L.LatLng} center */
  #follow(zoom, center) {
    if (this.#stays) return;
    const map = /** @type {any} */ (this.map);
    const corner = map._latLngToNewLayerPoint(this.#drawn.corner, zoom, center);
    L.DomUtil.setTransform(this.canvas, corner, this.map.getZoomScale(zoom, this.#drawn.zoom));
  }
}

/** @param {CanvasRenderingContext2D} ink @param {import("app/map/arrange.js").PlacedMarker} thing */
function paintOwnLeader(ink, { from, spot, marker }) {
  if (from) paintLeader(ink, from, spot, marker.edge, marker.shape === "square" ? 2 : 3);
}

/** @param {HTMLElement} pane */
function addCanvas(pane) {
  const canvas = /** @type {HTMLCanvasElement} */ (L.DomUtil.create("canvas", "leaflet-zoom-animated", pane));
  canvas.style.position = "absolute";
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}

/** @param {LabelPoint} point @param {L.LatLng} place */
function distance({ lon, lat }, place) {
  return Math.hypot(lon - place.lng, lat - place.lat);
}
