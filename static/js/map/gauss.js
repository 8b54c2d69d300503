// Where does a place lie in a 3° zone of Gauss and Krüger on the ellipsoid of CGCS2000? Metres, degrees, both ways. Pure.

const A_M = 6378137;
const F = 1 / 298.257222101;
const N = F / (2 - F);
const E = Math.sqrt(F * (2 - F));
const EAST_M = 500_000;
const WIDTH = 3;
// L. Krüger, Konforme Abbildung des Erdellipsoids in der Ebene, 1912: series in the third flattening.
const RADIUS_M = (A_M / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const FORTH = [
  N / 2 - (2 * N ** 2) / 3 + (5 * N ** 3) / 16,
  (13 * N ** 2) / 48 - (3 * N ** 3) / 5,
  (61 * N ** 3) / 240,
];
const BACK = [N / 2 - (2 * N ** 2) / 3 + (37 * N ** 3) / 96, N ** 2 / 48 + N ** 3 / 15, (17 * N ** 3) / 480];

/** The zone of a place. @param {number} lon */
export function zoneOf(lon) {
  return Math.floor((lon + WIDTH / 2) / WIDTH);
}

/** East without the number of the zone, and north. @param {{lon: number, lat: number}} place @param {number} zone @returns {[east: number, north: number]} */
export function toPlane({ lon, lat }, zone) {
  const [l, b] = [radians(lon - zone * WIDTH), radians(lat)];
  const t = Math.sinh(Math.atanh(Math.sin(b)) - E * Math.atanh(E * Math.sin(b)));
  const xi = Math.atan2(t, Math.cos(l));
  const eta = Math.atanh(Math.sin(l) / Math.sqrt(1 + t * t));
  let [x, y] = [xi, eta];
  FORTH.forEach((factor, i) => {
    const k = 2 * (i + 1);
    x += factor * Math.sin(k * xi) * Math.cosh(k * eta);
    y += factor * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  return [EAST_M + RADIUS_M * y, RADIUS_M * x];
}

/** @param {[east: number, north: number]} metres @param {number} zone @returns {{lon: number, lat: number}} */
export function toDegrees([east, north], zone) {
  const [x, y] = [north / RADIUS_M, (east - EAST_M) / RADIUS_M];
  let [xi, eta] = [x, y];
  BACK.forEach((factor, i) => {
    const k = 2 * (i + 1);
    xi -= factor * Math.sin(k * x) * Math.cosh(k * y);
    eta -= factor * Math.cos(k * x) * Math.sinh(k * y);
  });
  const conformal = Math.asin(Math.sin(xi) / Math.cosh(eta));
  return {
    lon: zone * WIDTH + degrees(Math.atan2(Math.sinh(eta), Math.cos(xi))),
    lat: degrees(geographic(conformal)),
  };
}

// The conformal latitude turned back, by iteration to far below a millimetre.
/** @param {number} conformal */
function geographic(conformal) {
  const level = Math.atanh(Math.sin(conformal));
  let sine = Math.sin(conformal);
  for (let turn = 0; turn < 6; turn++) sine = Math.tanh(level + E * Math.atanh(E * sine));
  return Math.asin(sine);
}

/** @param {number} angle */
function radians(angle) {
  return (angle * Math.PI) / 180;
}

/** @param {number} angle */
function degrees(angle) {
  return (angle * 180) / Math.PI;
}
