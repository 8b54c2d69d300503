// How far is it, and what lies near?

const METRES_PER_DEGREE = 111_195;

/** @typedef {{lon: number, lat: number}} Place */

/** Metres between two places of one county. @param {Place} a @param {Place} b */
export function metres(a, b) {
  const flat = Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180);
  return Math.hypot((a.lon - b.lon) * flat, a.lat - b.lat) * METRES_PER_DEGREE;
}

/** Degrees of longitude that are so many metres wide here. @param {number} distance_m @param {number} lat */
export function degreesWide(distance_m, lat) {
  return distance_m / METRES_PER_DEGREE / Math.cos((lat * Math.PI) / 180);
}

/** Puts what lies within so many metres of a group's middle into it. @template {Place} T @param {T[]} things @param {number} within_m @returns {T[][]} */
export function groups(things, within_m) {
  /** @type {T[][]} */
  const found = [];
  for (const thing of things) {
    const group = found.find((each) => metres(middle(each), thing) <= within_m);
    if (group) group.push(thing);
    else found.push([thing]);
  }
  return found;
}

/** @param {Place[]} places @returns {Place} */
export function middle(places) {
  const sum = places.reduce((all, { lon, lat }) => ({ lon: all.lon + lon, lat: all.lat + lat }), {
    lon: 0,
    lat: 0,
  });
  return { lon: sum.lon / places.length, lat: sum.lat / places.length };
}
