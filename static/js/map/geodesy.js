// How long is a line on the ground, and how large an area? On the ellipsoid of CGCS2000, along geodesics. Pure.

/** @typedef {GeoJSON.Position} Position degrees, east before north */

const A_M = 6378137;
const F = 1 / 298.257222101;
const B_M = A_M * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const SECOND_E2 = E2 / (1 - E2);
const TRIES = 100;
const CLOSE_ENOUGH = 1e-13;
// Points and weights of Gauss and Legendre on -1 … 1.
const NODES = /** @type {const} */ ([
  [0, 0.5688888888888889],
  [0.5384693101056831, 0.4786286704993665],
  [-0.5384693101056831, 0.4786286704993665],
  [0.906179845938664, 0.2369268850561891],
  [-0.906179845938664, 0.2369268850561891],
]);
const LONGEST_STEP = 0.02;

export const M2_PER_MU = 2000 / 3;
export const M2_PER_HA = 10_000;

/** Metres along a line. @param {Position[]} line */
export function lengthOf(line) {
  return sum(line.slice(1).map((to, i) => distance(line[i], to)));
}

/** Square metres inside a ring, whichever way it runs; it need not be closed. @param {Position[]} ring */
export function ringArea(ring) {
  if (ring.length < 3) return 0;
  const level = authalic(Math.sin(radians(ring[0][1])));
  return Math.abs(sum(ring.map((from, i) => strip(from, ring[(i + 1) % ring.length], level))));
}

/** Metres between two places. @param {Position} from @param {Position} to */
export function distance(from, to) {
  return geodesic(from, to)?.length_m ?? 0;
}

/**
 * What a shape amounts to: square metres of its areas without their holes, metres of its lines.
 * @param {GeoJSON.Geometry} geometry
 * @returns {{area_m2: number, length_m: number}}
 */
export function sizeOf(geometry) {
  return { area_m2: sum(polygons(geometry).map(polygonArea)), length_m: sum(lines(geometry).map(lengthOf)) };
}

/** @param {Position[][]} rings */
function polygonArea([outer, ...holes]) {
  return ringArea(outer) - sum(holes.map(ringArea));
}

/** @param {GeoJSON.Geometry} geometry @returns {Position[][][]} */
function polygons(geometry) {
  if (geometry.type === "Polygon") return [geometry.coordinates];
  if (geometry.type === "MultiPolygon") return geometry.coordinates;
  return geometry.type === "GeometryCollection" ? geometry.geometries.flatMap(polygons) : [];
}

/** @param {GeoJSON.Geometry} geometry @returns {Position[][]} */
function lines(geometry) {
  if (geometry.type === "LineString") return [geometry.coordinates];
  if (geometry.type === "MultiLineString") return geometry.coordinates;
  return geometry.type === "GeometryCollection" ? geometry.geometries.flatMap(lines) : [];
}

// The area between a geodesic and the parallel of `level`, as seen along the meridians; north of it and eastwards
// it counts positive. dλ/dσ = sinα0 · √(1 − e²cos²β) / cos²β on Bessel's sphere, and nothing is left out.
/** @param {Position} from @param {Position} to @param {number} level */
function strip(from, to, level) {
  const line = geodesic(from, to);
  if (!line) return 0;
  const { sinAlpha0, sigma, start } = line;
  const cosAlpha0 = Math.sqrt(1 - sinAlpha0 * sinAlpha0);
  return integral(start, start + sigma, (at) => {
    const sinBeta = cosAlpha0 * Math.sin(at);
    const cosBeta2 = 1 - sinBeta * sinBeta;
    const east = (sinAlpha0 * Math.sqrt(1 - E2 * cosBeta2)) / cosBeta2;
    return (authalic(sinBeta / Math.sqrt(1 - E2 * cosBeta2)) - level) * east;
  });
}

// Square metres between the equator and a parallel, for one radian of longitude.
/** @param {number} sinPhi */
function authalic(sinPhi) {
  return (B_M * B_M * (sinPhi / (1 - E2 * sinPhi * sinPhi) + Math.atanh(E * sinPhi) / E)) / 2;
}

/** @param {number} from @param {number} to @param {(at: number) => number} value */
function integral(from, to, value) {
  const steps = Math.max(1, Math.ceil(Math.abs(to - from) / LONGEST_STEP));
  const half = (to - from) / steps / 2;
  const middles = Array.from({ length: steps }, (_, i) => from + half * (2 * i + 1));
  return half * sum(middles.map((at) => sum(NODES.map(([x, weight]) => weight * value(at + half * x)))));
}

/**
 * The geodesic between two places, after Vincenty: its length, and where it runs on Bessel's sphere.
 * @param {Position} from @param {Position} to
 */
function geodesic([lon1, lat1], [lon2, lat2]) {
  const difference = radians(lon2 - lon1);
  const [beta1, beta2] = [reduced(lat1), reduced(lat2)];
  let omega = difference;
  let arc = greatCircle(beta1, beta2, omega);
  for (let i = 0; arc && i < TRIES; i++) {
    const next = difference + correction(arc);
    const settled = Math.abs(next - omega) < CLOSE_ENOUGH;
    omega = next;
    arc = greatCircle(beta1, beta2, omega);
    if (settled) break;
  }
  return arc && { ...arc, length_m: metres(arc) };
}

/** @param {{sin: number, cos: number}} beta1 @param {{sin: number, cos: number}} beta2 @param {number} omega */
function greatCircle(beta1, beta2, omega) {
  const across = beta2.cos * Math.sin(omega);
  const upward = beta1.cos * beta2.sin - beta1.sin * beta2.cos * Math.cos(omega);
  const sinSigma = Math.hypot(across, upward);
  if (sinSigma === 0) return null;
  const cosSigma = beta1.sin * beta2.sin + beta1.cos * beta2.cos * Math.cos(omega);
  const sinAlpha0 = (beta1.cos * across) / sinSigma;
  const start = Math.atan2(beta1.sin, (beta1.cos * upward) / sinSigma);
  return { sinAlpha0, start, sigma: Math.atan2(sinSigma, cosSigma) };
}

// How much farther the longitude goes round on the sphere than on the ellipsoid.
/** @param {{sinAlpha0: number, start: number, sigma: number}} arc */
function correction({ sinAlpha0, start, sigma }) {
  const cos2 = 1 - sinAlpha0 * sinAlpha0;
  return integral(start, start + sigma, (at) => {
    const cosBeta2 = 1 - cos2 * Math.sin(at) ** 2;
    return (sinAlpha0 * (1 - Math.sqrt(1 - E2 * cosBeta2))) / cosBeta2;
  });
}

/** @param {{sinAlpha0: number, start: number, sigma: number}} arc */
function metres({ sinAlpha0, start, sigma }) {
  const k2 = SECOND_E2 * (1 - sinAlpha0 * sinAlpha0);
  return B_M * integral(start, start + sigma, (at) => Math.sqrt(1 + k2 * Math.sin(at) ** 2));
}

// Parametric latitude.
/** @param {number} lat */
function reduced(lat) {
  const [y, x] = [(1 - F) * Math.sin(radians(lat)), Math.cos(radians(lat))];
  const length = Math.hypot(x, y);
  return { sin: y / length, cos: x / length };
}

/** @param {number} degrees */
function radians(degrees) {
  return (degrees * Math.PI) / 180;
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, each) => total + each, 0);
}
