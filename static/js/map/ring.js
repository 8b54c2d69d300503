// How is the chosen feature marked? A brand ring with white around it, on its symbol or along its shape.

import { BRAND, PAPER } from "app/ink.js";
import { addRoundBox } from "app/map/paint.js";

/**
 * @typedef {CanvasRenderingContext2D} Ink
 * @typedef {import("app/map/arrange.js").PlacedMarker} PlacedMarker
 * @typedef {(position: GeoJSON.Position) => {x: number, y: number}} ToScreen
 */

const RING_PX = 3;
const WHITE_PX = 2;
const ROAD_PX = 9;
const SMALLEST_PX = 22;
const ROUND = new Set(["dot", "circle", "pentagon", "triangle"]);

/** @param {Ink} ink @param {PlacedMarker} thing */
export function paintRing(ink, { spot, size, marker, box }) {
  const reach = size / 2 + 3;
  ink.beginPath();
  if (marker.shape === "diamond") addDiamond(ink, spot, reach + 2);
  else if (ROUND.has(marker.shape)) ink.arc(spot.x, spot.y, reach, 0, 2 * Math.PI);
  else
    addRoundBox(ink, box[0] - 3, box[1] - 3, size + 6, size + 6, marker.shape === "seal" ? size * 0.3 : 2.5);
  strokeRing(ink);
}

/** Rings that run along a real shape; a line keeps its own colour between them. @param {Ink} ink @param {GeoJSON.Geometry} geometry @param {ToScreen} toScreen */
export function paintShape(ink, geometry, toScreen) {
  ink.beginPath();
  ink.lineJoin = ink.lineCap = "round";
  trace(ink, geometry, toScreen);
  if (isLine(geometry)) strokeAround(ink);
  else strokeRing(ink);
}

/** Is the shape large enough on the screen to carry a ring of its own? @param {GeoJSON.Geometry} geometry @param {ToScreen} toScreen */
export function shapeIsSeen(geometry, toScreen) {
  const bounds = L.geoJSON(geometry).getBounds();
  const [from, to] = [bounds.getNorthWest(), bounds.getSouthEast()].map(({ lng, lat }) =>
    toScreen([lng, lat]),
  );
  return Math.max(to.x - from.x, to.y - from.y) > SMALLEST_PX;
}

/** @param {Ink} ink */
function strokeRing(ink) {
  ink.strokeStyle = PAPER;
  ink.lineWidth = RING_PX + 2 * WHITE_PX;
  ink.stroke();
  ink.strokeStyle = BRAND;
  ink.lineWidth = RING_PX;
  ink.stroke();
}

/** @param {Ink} ink */
function strokeAround(ink) {
  for (const [color, width] of /** @type {const} */ ([
    [PAPER, ROAD_PX + 2 * (RING_PX + WHITE_PX)],
    [BRAND, ROAD_PX + 2 * RING_PX],
  ])) {
    ink.strokeStyle = color;
    ink.lineWidth = width;
    ink.stroke();
  }
  ink.globalCompositeOperation = "destination-out";
  ink.lineWidth = ROAD_PX;
  ink.stroke();
  ink.globalCompositeOperation = "source-over";
}

/** @param {GeoJSON.Geometry} geometry */
function isLine(geometry) {
  return geometry.type === "LineString" || geometry.type === "MultiLineString";
}

/** @param {Ink} ink @param {GeoJSON.Geometry} geometry @param {ToScreen} toScreen */
function trace(ink, geometry, toScreen) {
  if (geometry.type === "Point") addPoint(ink, toScreen(geometry.coordinates));
  else if (geometry.type === "MultiPoint")
    for (const each of geometry.coordinates) addPoint(ink, toScreen(each));
  else if (geometry.type === "LineString") addPath(ink, geometry.coordinates, toScreen);
  else if (geometry.type === "MultiLineString")
    for (const each of geometry.coordinates) addPath(ink, each, toScreen);
  else if (geometry.type === "Polygon") for (const each of geometry.coordinates) addPath(ink, each, toScreen);
  else if (geometry.type === "MultiPolygon")
    for (const each of geometry.coordinates.flat()) addPath(ink, each, toScreen);
  else for (const each of geometry.geometries) trace(ink, each, toScreen);
}

/** @param {Ink} ink @param {GeoJSON.Position[]} positions @param {ToScreen} toScreen */
function addPath(ink, positions, toScreen) {
  for (const [i, position] of positions.entries()) {
    const { x, y } = toScreen(position);
    if (i) ink.lineTo(x, y);
    else ink.moveTo(x, y);
  }
}

/** @param {Ink} ink @param {{x: number, y: number}} spot */
function addPoint(ink, { x, y }) {
  ink.moveTo(x + 9, y);
  ink.arc(x, y, 9, 0, 2 * Math.PI);
}

/** @param {Ink} ink @param {{x: number, y: number}} spot @param {number} reach */
function addDiamond(ink, { x, y }, reach) {
  ink.moveTo(x, y - reach);
  ink.lineTo(x + reach, y);
  ink.lineTo(x, y + reach);
  ink.lineTo(x - reach, y);
  ink.closePath();
}
