// How far is a place of the screen from a shape? In pixels; inside an area it is none.

/** @typedef {{x: number, y: number}} Spot */

/** @param {GeoJSON.Geometry} geometry @param {Spot} spot @param {(place: GeoJSON.Position) => Spot} at where a place is on the screen @returns {{edge: number, inside: boolean}} */
export function reach(geometry, spot, at) {
  const found = { edge: Number.POSITIVE_INFINITY, inside: false };
  for (const line of linesOf(geometry)) {
    const places = line.map(at);
    if (places.length === 1) found.edge = Math.min(found.edge, distance(places[0], spot));
    for (let i = 1; i < places.length; i += 1) {
      found.edge = Math.min(found.edge, fromSegment(places[i - 1], places[i], spot));
    }
    // Even and odd: a ring within a ring is a hole.
    if (geometry.type.endsWith("Polygon") && isWithin(places, spot)) found.inside = !found.inside;
  }
  return found;
}

/** @param {GeoJSON.Geometry} geometry @returns {GeoJSON.Position[][]} */
function linesOf(geometry) {
  switch (geometry.type) {
    case "Point":
      return [[geometry.coordinates]];
    case "MultiPoint":
      return geometry.coordinates.map((place) => [place]);
    case "LineString":
      return [geometry.coordinates];
    case "MultiPolygon":
      return geometry.coordinates.flat();
    case "GeometryCollection":
      return geometry.geometries.flatMap(linesOf);
    default:
      return geometry.coordinates;
  }
}

/** @param {Spot} one @param {Spot} other */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/** @param {Spot} from @param {Spot} to @param {Spot} spot */
function fromSegment(from, to, spot) {
  const [x, y] = [to.x - from.x, to.y - from.y];
  const length = x * x + y * y;
  const share = length ? ((spot.x - from.x) * x + (spot.y - from.y) * y) / length : 0;
  const held = Math.min(Math.max(share, 0), 1);
  return distance({ x: from.x + held * x, y: from.y + held * y }, spot);
}

/** @param {Spot[]} ring @param {Spot} spot */
function isWithin(ring, { x, y }) {
  let within = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [one, other] = [ring[i], ring[j]];
    if (one.y > y === other.y > y) continue;
    if (x < ((other.x - one.x) * (y - one.y)) / (other.y - one.y) + one.x) within = !within;
  }
  return within;
}
