// Which meridians and parallels lie faintly around the county?

const AROUND_DEGREES = 3;

/**
 * Lines of a graticule around these bounds.
 * @param {readonly [west: number, south: number, east: number, north: number]} bounds
 * @param {number} [step] degrees
 * @returns {GeoJSON.Feature<GeoJSON.MultiLineString>}
 */
export function graticule([west, south, east, north], step = 0.1) {
  const [left, right] = [west - AROUND_DEGREES, east + AROUND_DEGREES];
  const [bottom, top] = [south - AROUND_DEGREES, north + AROUND_DEGREES];
  const upright = multiples(left, right, step).map((lon) => [
    [lon, bottom],
    [lon, top],
  ]);
  const level = multiples(bottom, top, step).map((lat) => [
    [left, lat],
    [right, lat],
  ]);
  return {
    type: "Feature",
    properties: {},
    geometry: { type: "MultiLineString", coordinates: [...upright, ...level] },
  };
}

/** @param {number} from @param {number} to @param {number} step */
function multiples(from, to, step) {
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toFixed(6)));
}
