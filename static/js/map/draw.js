// How does a person draw a shape, or change one? Vertices, holes, dragging, snapping, and every step back.

import { SEAL } from "app/ink.js";
import { sizeWords } from "app/map/amounts.js";
import { sizeOf } from "app/map/geodesy.js";
import { ready } from "app/map/geoman.js";
import { Steps } from "app/map/steps.js";
import { Tag } from "app/map/tag.js";

/**
 * @typedef {"point" | "line" | "polygon" | "rectangle"} Sort
 * @typedef {"draw" | "vertices" | "drag" | "cut" | "part" | "split"} Mode
 * @typedef {L.Marker | L.Polyline | L.Polygon} Drawn
 * @typedef {{geometry: GeoJSON.Geometry | null, mode: Mode, words: string, canUndo: boolean, canRedo: boolean}} State
 */

const PANE = "drawing";
const NEIGHBOURS = "neighbours";
// Under the vertices, above symbols and names.
const LEVEL = "550";
const STYLE = { color: SEAL, weight: 2.5, fillColor: SEAL, fillOpacity: 0.12 };
const TOOL = /** @type {const} */ ({
  point: "Marker",
  line: "Line",
  polygon: "Polygon",
  rectangle: "Rectangle",
});
const HOLDS = "pm:edit pm:dragend";
const MOVES = "pm:markerdrag pm:drag pm:change";

/**
 * One shape at a time. Emits "changed" {State} with every step and while something is dragged,
 * "split" {line} when a cut through the shape was drawn, "refused" {message}.
 */
export class ShapeEditor extends EventTarget {
  /** @type {Steps<GeoJSON.Geometry | null>} */
  #steps = new Steps();
  /** @type {Drawn | null} */
  #drawn = null;
  /** @type {L.GeoJSON | null} */
  #neighbours = null;
  /** @type {L.Polyline | null} */
  #working = null;
  /** @type {L.LatLng[]} */
  #takenBack = [];
  /** @type {Mode} */
  mode = "vertices";
  /** @type {Sort} */
  sort = "polygon";
  snaps = true;
  isOn = false;

  /** @param {L.Map} map @param {import("app/map/geoman.js").Files} files */
  constructor(map, files) {
    super();
    this.map = map;
    this.files = files;
    this.tag = new Tag(map, "drawn");
    for (const [name, level] of [
      [PANE, LEVEL],
      [NEIGHBOURS, "100"],
    ])
      (map.getPane(name) ?? map.createPane(name)).style.zIndex = level;
    const hidden = /** @type {HTMLElement} */ (map.getPane(NEIGHBOURS));
    Object.assign(hidden.style, { visibility: "hidden", pointerEvents: "none" });
  }

  /** Is a shape being drawn click by click? */
  get isDrawing() {
    return this.isOn && !["vertices", "drag"].includes(this.mode);
  }

  /** @returns {GeoJSON.Geometry | null} */
  get geometry() {
    return this.#steps.now ?? null;
  }

  /** @param {Sort} sort @param {GeoJSON.Geometry | null} geometry null: it is to be drawn */
  async begin(sort, geometry) {
    await ready(this.map, this.files);
    this.end();
    this.isOn = true;
    this.sort = sort;
    this.#steps = new Steps(geometry);
    this.map.doubleClickZoom.disable();
    this.map.on("pm:create", this.#created);
    this.map.on("pm:cut", this.#wasCut);
    this.map.on("pm:drawstart", this.#started);
    this.map.on("mousemove", this.#moved);
    this.#show();
    this.setMode(geometry ? "vertices" : "draw");
  }

  end() {
    if (!this.isOn) return;
    this.#rest();
    this.isOn = false;
    this.map.off("pm:create", this.#created);
    this.map.off("pm:cut", this.#wasCut);
    this.map.off("pm:drawstart", this.#started);
    this.map.off("mousemove", this.#moved);
    this.map.doubleClickZoom.enable();
    this.#drawn?.remove();
    this.#neighbours?.remove();
    this.#drawn = this.#neighbours = null;
    this.tag.clear();
  }

  /** What vertices snap to, unseen; a vertex on its way snaps to them too. @param {GeoJSON.Feature[]} features */
  snapTo(features) {
    this.#neighbours?.remove();
    const options = { pane: NEIGHBOURS, interactive: false, snapIgnore: false };
    const point = (/** @type {unknown} */ _, /** @type {L.LatLng} */ place) => L.circleMarker(place, options);
    const all = /** @type {GeoJSON.FeatureCollection} */ ({ type: "FeatureCollection", features });
    this.#neighbours = L.geoJSON(all, /** @type {any} */ ({ ...options, pointToLayer: point })).addTo(
      this.map,
    );
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.#rest();
    this.mode = mode;
    const options = { snappable: this.snaps, tooltips: false, cursorMarker: true };
    const look = {
      templineStyle: STYLE,
      hintlineStyle: { ...STYLE, dashArray: "5 5" },
      pathOptions: { ...STYLE, pane: PANE },
    };
    const { pm } = this.map;
    if (mode === "vertices")
      this.#pm?.enable({ ...options, removeVertexOn: "contextmenu", limitMarkersToCount: 400 });
    else if (mode === "drag") this.#pm?.enableLayerDrag();
    else if (mode === "cut")
      pm.enableDraw("Cut", /** @type {any} */ ({ ...options, ...look, layersToCut: [this.#drawn] }));
    else if (mode === "split") pm.enableDraw("Line", { ...options, ...look });
    else
      pm.enableDraw(
        TOOL[this.sort],
        /** @type {any} */ ({ ...options, ...look, markerStyle: { icon: pin() }, continueDrawing: false }),
      );
    this.#tell();
  }

  /** @param {boolean} snaps */
  setSnaps(snaps) {
    this.snaps = snaps;
    if (this.isOn) this.setMode(this.mode);
  }

  /** Another shape instead, as one step. @param {GeoJSON.Geometry} geometry */
  put(geometry) {
    this.#steps.add(geometry);
    this.#show();
    this.setMode("vertices");
  }

  undo() {
    if (this.#working?.getLatLngs().length) return this.#takeBack();
    this.#steps.undo();
    this.#show();
    this.setMode(this.geometry ? "vertices" : "draw");
  }

  redo() {
    if (this.#working && this.#takenBack.length) return this.#giveBack();
    this.#steps.redo();
    this.#show();
    this.setMode(this.geometry ? "vertices" : "draw");
  }

  /** Ends what is drawn click by click, as a double click would. */
  finish() {
    const tool = /** @type {any} */ (this.map.pm.Draw)[this.map.pm.Draw.getActiveShape()];
    if (this.#working && tool?._finishShape) tool._finishShape();
  }

  /** Gives up what is being drawn click by click; what was there before stays. */
  giveUp() {
    this.setMode(this.geometry ? "vertices" : "draw");
  }

  get #pm() {
    return /** @type {any} */ (this.#drawn)?.pm;
  }

  // The library's events carry more than Leaflet's types know.
  /** @param {any} event */
  #created = ({ layer }) => {
    const drawn = geometryOf(layer);
    layer.remove();
    if (this.mode === "split") return this.#split(/** @type {GeoJSON.LineString} */ (drawn));
    const whole = this.mode === "part" && this.geometry ? joined(this.geometry, drawn) : drawn;
    if (whole) this.put(whole);
  };

  /** @param {any} event */
  #wasCut = ({ layer }) => {
    const left = layer.toGeoJSON(false);
    layer.remove();
    const geometry = left.type === "FeatureCollection" ? collected(left.features) : left.geometry;
    if (geometry) return this.put(geometry);
    this.#show();
    this.setMode("vertices");
    this.#emit("refused", { message: "不能把整个图形都裁掉。要删除它，请用“删除”。" });
  };

  /** @param {any} event */
  #started = ({ workingLayer }) => {
    this.#takenBack = [];
    const byPoints = workingLayer instanceof L.Polyline && !(workingLayer instanceof L.Rectangle);
    this.#working = byPoints ? workingLayer : null;
    workingLayer.on("pm:vertexadded pm:vertexremoved", () => this.#tell());
  };

  /** @param {L.LeafletMouseEvent} event */
  #moved = ({ latlng }) => {
    const points = /** @type {L.LatLng[]} */ (this.#working?.getLatLngs() ?? []);
    if (points.length) this.#label(draft(this.#sketches(), [...points, latlng]), latlng);
  };

  /** @param {GeoJSON.LineString} line */
  #split(line) {
    this.setMode("vertices");
    this.#emit("split", { line });
  }

  #sketches() {
    return this.mode === "split" ? "line" : this.mode === "draw" ? this.sort : "polygon";
  }

  #takeBack() {
    const tool = this.#tool();
    const points = /** @type {L.LatLng[]} */ (this.#working?.getLatLngs());
    this.#takenBack.push(points[points.length - 1]);
    const kept = this.#takenBack;
    if (points.length > 1) tool._removeLastVertex();
    else this.setMode(this.mode);
    this.#takenBack = kept;
    this.#tell();
  }

  #giveBack() {
    const latlng = this.#takenBack.pop();
    const kept = this.#takenBack;
    this.#tool()._hintMarker.setLatLng(latlng);
    this.#tool()._createVertex({ latlng });
    this.#takenBack = kept;
    this.#tell();
  }

  /** @returns {any} */
  #tool() {
    const draw = /** @type {any} */ (this.map.pm.Draw);
    return draw[draw.getActiveShape()];
  }

  #rest() {
    if (!this.isOn) return;
    this.map.pm.disableDraw();
    this.#working = null;
    this.#pm?.disable();
    this.#pm?.disableLayerDrag?.();
  }

  #show() {
    if (this.#drawn) this.#pm?.disable();
    this.#drawn?.remove();
    this.#drawn = this.geometry ? layerOf(this.geometry) : null;
    this.#drawn?.addTo(this.map);
    this.#drawn?.on(HOLDS, () => this.#hold());
    this.#drawn?.on(MOVES, () => this.#live());
  }

  #hold() {
    if (!this.#drawn) return;
    const geometry = geometryOf(this.#drawn);
    if (JSON.stringify(geometry) !== JSON.stringify(this.geometry)) this.#steps.add(geometry);
    this.#tell();
  }

  #live() {
    if (this.#drawn) this.#label(geometryOf(this.#drawn));
  }

  /** @param {GeoJSON.Geometry | null} geometry @param {L.LatLng} [place] */
  #label(geometry, place) {
    const words = geometry ? sizeWords(sizeOf(geometry)) : "";
    const where = place ?? (this.#drawn && words ? middleOf(this.#drawn) : null);
    if (where) this.tag.write(where, words);
    else this.tag.clear();
    return words;
  }

  #tell() {
    const words = this.#label(this.geometry);
    const drawing = this.#working?.getLatLngs().length ?? 0;
    this.#emit("changed", {
      geometry: this.geometry,
      mode: this.mode,
      words,
      canUndo: drawing > 0 || this.#steps.canUndo,
      canRedo: this.#takenBack.length > 0 || this.#steps.canRedo,
    });
  }

  /** @param {string} name @param {object} detail */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function pin() {
  return L.divIcon({ className: "drawn-point", iconSize: [18, 18] });
}

/** @param {GeoJSON.Geometry} geometry @returns {Drawn} */
function layerOf(geometry) {
  const options = /** @type {any} */ ({
    ...STYLE,
    pane: PANE,
    pmIgnore: false,
    snapIgnore: false,
    icon: pin(),
  });
  const group = L.geoJSON(
    geometry,
    /** @type {any} */ ({
      ...options,
      pointToLayer: (/** @type {unknown} */ _, /** @type {L.LatLng} */ place) =>
        L.marker(place, { ...options, pane: "markerPane" }),
    }),
  );
  return /** @type {Drawn} */ (group.getLayers()[0]);
}

// Leaflet would round to a decimetre.
/** @param {Drawn} layer @returns {GeoJSON.Geometry} */
function geometryOf(layer) {
  return /** @type {any} */ (layer).toGeoJSON(false).geometry;
}

// Above an area, or the words would hide it.
/** @param {Drawn} layer */
function middleOf(layer) {
  if (layer instanceof L.Marker) return layer.getLatLng();
  if (!(layer instanceof L.Polygon)) return middlePoint(layer);
  const bounds = layer.getBounds();
  return L.latLng(bounds.getNorth(), bounds.getCenter().lng);
}

/** @param {L.Polyline} line */
function middlePoint(line) {
  const points = /** @type {L.LatLng[]} */ (line.getLatLngs().flat(3));
  return points[Math.floor(points.length / 2)] ?? line.getBounds().getCenter();
}

/** @param {Sort} sort @param {L.LatLng[]} points @returns {GeoJSON.Geometry} */
function draft(sort, points) {
  const path = points.map(({ lng, lat }) => [lng, lat]);
  if (sort === "polygon" && path.length > 2) return { type: "Polygon", coordinates: [[...path, path[0]]] };
  return { type: "LineString", coordinates: path };
}

/** Both as one shape of several parts. @param {GeoJSON.Geometry} one @param {GeoJSON.Geometry} other */
function joined(one, other) {
  return collected([one, other].map((geometry) => ({ type: "Feature", properties: {}, geometry })));
}

/** @param {GeoJSON.Feature[]} features @returns {GeoJSON.Geometry | null} */
function collected(features) {
  const parts = features.flatMap(({ geometry }) => partsOf(geometry));
  if (parts.length < 2) return parts[0] ?? null;
  const type = /** @type {"MultiPolygon"} */ (`Multi${parts[0].type}`);
  return { type, coordinates: parts.map(({ coordinates }) => /** @type {any} */ (coordinates)) };
}

/** @param {GeoJSON.Geometry} geometry @returns {(GeoJSON.Polygon | GeoJSON.LineString | GeoJSON.Point)[]} */
function partsOf(geometry) {
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(partsOf);
  if (!geometry.type.startsWith("Multi")) return [/** @type {GeoJSON.Polygon} */ (geometry)];
  const type = /** @type {"Polygon"} */ (geometry.type.slice(5));
  return /** @type {any} */ (geometry).coordinates.map((/** @type {any} */ coordinates) => ({
    type,
    coordinates,
  }));
}
