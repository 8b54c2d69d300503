// How is a shape given by numbers instead of clicks? Degrees, one place in a line. Pure.

/**
 * @typedef {import("app/map/draw.js").Sort} Sort
 */

const LEAST = { point: 1, line: 2, polygon: 3, rectangle: 3 };
const NUMBER = /-?\d+(?:\.\d+)?/g;

/** The outline of a shape as text; null where it has several parts or holes. @param {GeoJSON.Geometry | null} geometry */
export function textOf(geometry) {
  if (!geometry) return "";
  if (geometry.type === "Point") return line(geometry.coordinates);
  if (geometry.type === "LineString") return geometry.coordinates.map(line).join("\n");
  if (geometry.type !== "Polygon" || geometry.coordinates.length > 1) return null;
  return geometry.coordinates[0].slice(0, -1).map(line).join("\n");
}

/** @param {Sort} sort @param {string} text @returns {{geometry: GeoJSON.Geometry} | {problem: string}} */
export function shapeOf(sort, text) {
  const rows = text.split("\n").filter((row) => row.trim());
  const places = rows.map((row) => (row.match(NUMBER) ?? []).map(Number));
  const wrong = places.findIndex(([lon, lat, more]) => more !== undefined || !isPlace(lon, lat));
  if (wrong >= 0)
    return {
      problem: `第 ${wrong + 1} 行“${rows[wrong].trim()}”应为“经度, 纬度”两个度数，如 118.4561, 35.5501。`,
    };
  if (places.length < LEAST[sort])
    return { problem: `至少需要 ${LEAST[sort]} 行坐标，现在有 ${places.length} 行。` };
  return { geometry: geometryOf(sort, places) };
}

/** @param {Sort} sort @param {GeoJSON.Position[]} places @returns {GeoJSON.Geometry} */
function geometryOf(sort, places) {
  if (sort === "point") return { type: "Point", coordinates: places[0] };
  if (sort === "line") return { type: "LineString", coordinates: places };
  return { type: "Polygon", coordinates: [[...places, places[0]]] };
}

/** @param {number | undefined} lon @param {number | undefined} lat */
function isPlace(lon, lat) {
  return lon !== undefined && lat !== undefined && Math.abs(lon) <= 180 && Math.abs(lat) <= 90 && lon > lat;
}

/** @param {GeoJSON.Position} place */
function line([lon, lat]) {
  return `${lon}, ${lat}`;
}
