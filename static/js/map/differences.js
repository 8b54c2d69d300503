// How does an import show on the map before it is done? Outlines as they are and as they would be, each sort with its mark.
import { BRAND, INK_3, PAPER, RED } from "app/ink.js";
import { reach } from "app/map/touch.js";

const PANE = "differences";
const LEVEL = "608";
const MARKS_PANE = "difference_marks";
const MARKS_LEVEL = "625";
const POINT_PX = 8;
/** Marks of one sort nearer than this are one mark with a number; those of two sorts stand side by side. */
const APART_PX = { x: 34, y: 24 };
const ASIDE = [
  [0, 0],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
];
const MOST_MARKS = 160;
const CHOSEN_WEIGHT = 3;

/** @typedef {Api.DifferenceSort | "problem"} Sort */
/** @typedef {Api.ShownDifference | Api.DoubtfulRow} Thing */
/** @typedef {{sort: Sort, lat: number, lng: number, thing: Thing}} Spot */
/** @typedef {{things: Thing[]}} Touched what is under a place: one, or all that a mark with a number stands for */

/** @type {Record<"before" | "after" | "removed", L.PathOptions>} */
const LOOKS = {
  before: { color: INK_3, weight: 2.5, dashArray: "7 5", fill: false },
  after: { color: BRAND, weight: 2.5, fillOpacity: 0.12 },
  removed: { color: RED, weight: 2.5, dashArray: "2 5", fillOpacity: 0.1 },
};
/** What is seen first where marks meet. @type {Sort[]} */
export const SORTS = ["problem", "changed", "new", "removed"];
/** @type {Record<Sort, string>} */
export const SIGNS = { problem: "!", removed: "×", changed: "△", new: "＋" };

export class DifferencesOver {
  /** @type {L.LayerGroup | null} */
  #drawn = null;

  /** @type {L.LayerGroup | null} */
  #chosen = null;

  /** @type {Spot[]} */
  #spots = [];

  /** @type {{place: L.Point, things: Thing[]}[]} */
  #marked = [];

  /** @type {Api.ShownDifference[]} */
  #shapes = [];

  /** @type {WeakMap<GeoJSON.Geometry, L.LatLngBounds>} */
  #bounds = new WeakMap();

  /** @type {L.Renderer | null} */
  #renderer = null;

  /** @param {L.Map} map */
  constructor(map) {
    this.map = map;
    this.marks = L.layerGroup().addTo(map);
    for (const [name, level] of [
      [PANE, LEVEL],
      [MARKS_PANE, MARKS_LEVEL],
    ]) {
      const pane = map.getPane(name) ?? map.createPane(name);
      pane.style.zIndex = level;
      pane.style.pointerEvents = "none";
    }
    map.on("moveend", () => this.#mark());
  }

  /** These and no others. @param {Api.ShownDifference[]} shapes @param {Api.DoubtfulRow[]} problems */
  show(shapes, problems) {
    this.clear();
    this.#renderer ??= L.canvas({ pane: PANE, padding: 0.3 });
    const drawn = shapes.flatMap((each) => this.#outlines(each));
    this.#drawn = L.layerGroup(drawn).addTo(this.map);
    this.#spots = [...shapes.map(spotOf), ...problems.map(spotOfRow)];
    this.#shapes = shapes;
    this.#mark();
  }

  /** What is under a place of the map: marks, then outlines, then the smallest area. @param {L.Point} spot @param {number} tolerance @returns {Touched | null} */
  at(spot, tolerance) {
    const here = this.map.containerPointToLayerPoint(spot);
    const mark = this.#marked.find(({ place }) => isOn(place, here, tolerance));
    if (mark) return { things: mark.things };
    const shape = this.#outlineAt(spot, tolerance);
    return shape && { things: [shape] };
  }

  /** @param {L.Point} spot @param {number} tolerance */
  #outlineAt(spot, tolerance) {
    const around = tolerance + POINT_PX;
    const near = this.#shapes.map((shape) => ({ shape, ...this.#reach(shape, spot, around) }));
    const edges = near.filter(({ edge }) => edge <= tolerance).sort((one, other) => one.edge - other.edge);
    const areas = near.filter(({ inside }) => inside).sort((one, other) => one.size - other.size);
    return (edges[0] ?? areas[0])?.shape ?? null;
  }

  /** @param {Api.ShownDifference} shape @param {L.Point} spot @param {number} around */
  #reach({ before, after }, spot, around) {
    const found = { edge: Number.POSITIVE_INFINITY, inside: false, size: Number.POSITIVE_INFINITY };
    for (const geometry of [before, after]) {
      const box = geometry && this.#boxOf(geometry);
      if (!geometry || !box?.isNear(spot, around)) continue;
      const { edge, inside } = reach(geometry, spot, ([lng, lat]) =>
        this.map.latLngToContainerPoint([lat, lng]),
      );
      const isPoint = geometry.type.endsWith("Point");
      found.edge = Math.min(found.edge, isPoint ? Math.max(edge - POINT_PX, 0) : edge);
      found.inside ||= inside;
      if (inside) found.size = Math.min(found.size, box.size);
    }
    return found;
  }

  /** @param {GeoJSON.Geometry} geometry */
  #boxOf(geometry) {
    const bounds = this.#bounds.get(geometry) ?? L.geoJSON(geometry).getBounds();
    this.#bounds.set(geometry, bounds);
    const [low, high] = [bounds.getSouthWest(), bounds.getNorthEast()].map((place) =>
      this.map.latLngToContainerPoint(place),
    );
    return {
      size: (high.x - low.x) * (low.y - high.y),
      isNear: (/** @type {L.Point} */ { x, y }, /** @type {number} */ around) =>
        x >= low.x - around && x <= high.x + around && y <= low.y + around && y >= high.y - around,
    };
  }

  /** Let one of them stand out. @param {Api.ShownDifference | null} shape */
  choose(shape) {
    this.#chosen?.remove();
    this.#chosen = shape && L.layerGroup(this.#outlines(shape, CHOSEN_WEIGHT)).addTo(this.map);
  }

  clear() {
    this.choose(null);
    this.#drawn?.remove();
    this.#drawn = null;
    this.#spots = [];
    this.#shapes = [];
    this.#marked = [];
    this.marks.clearLayers();
  }

  /** @param {Api.ShownDifference} each @param {number} [more] pixels that lines are wider */
  #outlines({ sort, before, after }, more = 0) {
    if (sort === "removed") return this.#shape(before, LOOKS.removed, more);
    // What keeps its shape has one outline only.
    if (sort === "changed" && !after) return this.#shape(before, LOOKS.after, more);
    return [...this.#shape(before, LOOKS.before, more), ...this.#shape(after, LOOKS.after, more)];
  }

  /** White below, so that a thin line stands out. @param {GeoJSON.Geometry | undefined} geometry @param {L.PathOptions} look @param {number} more */
  #shape(geometry, look, more) {
    if (!geometry) return [];
    const weight = (look.weight ?? 2) + more;
    const casing = { color: PAPER, weight: weight + 3, opacity: 0.85, fill: false };
    return [casing, { ...look, weight, fillColor: look.color }].map((style) => this.#layer(geometry, style));
  }

  /** @param {GeoJSON.Geometry} geometry @param {L.PathOptions} style */
  #layer(geometry, style) {
    const options = { ...style, pane: PANE, renderer: this.#renderer, interactive: false, pmIgnore: true };
    return L.geoJSON(
      geometry,
      /** @type {any} */ ({
        ...options,
        style: options,
        pointToLayer: (/** @type {unknown} */ _, /** @type {L.LatLng} */ place) =>
          L.circleMarker(place, /** @type {any} */ ({ ...options, radius: POINT_PX })),
      }),
    );
  }

  // Only what is in sight has marks; those of one sort that would lie on one another are one with a number.
  #mark() {
    this.marks.clearLayers();
    this.#marked = [];
    if (!this.#spots.length) return;
    const bounds = this.map.getBounds();
    const seen = this.#spots.filter(({ lat, lng }) => bounds.contains([lat, lng]));
    /** @type {L.Point[]} */
    const taken = [];
    for (const mark of SORTS.flatMap((sort) => this.#together(seen, sort)).slice(0, MOST_MARKS)) {
      const place = freeFrom(mark.place, taken);
      taken.push(place);
      this.#marked.push({ place, things: mark.things });
      markerAt(this.map.layerPointToLatLng(place), mark.sort, mark.things.length).addTo(this.marks);
    }
  }

  /** @param {Spot[]} spots @param {Sort} sort */
  #together(spots, sort) {
    /** @type {{sort: Sort, place: L.Point, things: Thing[]}[]} */
    const marks = [];
    for (const spot of spots) {
      if (spot.sort !== sort) continue;
      const place = this.map.latLngToLayerPoint([spot.lat, spot.lng]);
      const near = marks.find((mark) => meet(mark.place, place));
      if (near) near.things.push(spot.thing);
      else marks.push({ sort, place, things: [spot.thing] });
    }
    return marks;
  }
}

/** Beside its place, where another mark stands already. @param {L.Point} place @param {L.Point[]} taken */
function freeFrom(place, taken) {
  const places = ASIDE.map(([x, y]) => L.point(place.x + x * APART_PX.x, place.y + y * APART_PX.y));
  return places.find((each) => !taken.some((other) => meet(each, other))) ?? place;
}

/** @param {L.Point} one @param {L.Point} other */
function meet(one, other) {
  return Math.abs(one.x - other.x) < APART_PX.x && Math.abs(one.y - other.y) < APART_PX.y;
}

/** @param {L.LatLng} place @param {Sort} sort @param {number} count */
function markerAt(place, sort, count) {
  const text = count > 1 ? `${SIGNS[sort]} ${count.toLocaleString("zh-CN")}` : SIGNS[sort];
  const words = Object.assign(document.createElement("span"), { textContent: text });
  const icon = L.divIcon({ className: `difference-mark ${sort}`, html: words, iconSize: [0, 0] });
  return L.marker(place, { icon, pane: MARKS_PANE, interactive: false, keyboard: false });
}

/** @param {L.Point} place of a mark @param {L.Point} spot @param {number} tolerance */
function isOn(place, spot, tolerance) {
  const [x, y] = [APART_PX.x / 2 + tolerance, APART_PX.y / 2 + tolerance];
  return Math.abs(place.x - spot.x) <= x && Math.abs(place.y - spot.y) <= y;
}

/** @param {Api.ShownDifference} thing @returns {Spot} */
function spotOf(thing) {
  const { lat, lng } = L.geoJSON(thing.after ?? thing.before)
    .getBounds()
    .getCenter();
  return { sort: thing.sort, lat, lng, thing };
}

/** @param {Api.DoubtfulRow} thing @returns {Spot} */
function spotOfRow(thing) {
  const [lng, lat] = thing.spot;
  return { sort: "problem", lat, lng, thing };
}
