// What will a view need that is still to come? Where it will lie once its bounds are fitted, and its tiles.

/**
 * @typedef {{minX: number, minY: number, maxX: number, maxY: number}} Frame in pixels of the world
 * @typedef {{zoom: number, frame: Frame}} Coming zoom: Leaflet's; frame: what the container will show
 * @typedef {{z: number, x: number, y: number}} Place
 * @typedef {{top: number, right: number, bottom: number, left: number}} Room what panels cover
 */

/** @param {L.Map} map @param {L.LatLngBounds} bounds @param {Room} room @param {number} closest @returns {Coming} as after `fitBounds` */
export function fitted(map, bounds, { top, right, bottom, left }, closest) {
  const zoom = Math.min(closest, map.getBoundsZoom(bounds, false, L.point(left + right, top + bottom)));
  const corners = [bounds.getSouthWest(), bounds.getNorthEast()].map((corner) => map.project(corner, zoom));
  const middle = corners[0].add(corners[1]).divideBy(2);
  const { x, y } = map.getSize();
  const [minX, minY] = [middle.x - (left + x - right) / 2, middle.y - (top + y - bottom) / 2];
  return { zoom, frame: { minX, minY, maxX: minX + x, maxY: minY + y } };
}

/** @param {Frame} frame @param {number} across pixels @param {number} [down] @returns {Frame} */
export function widened({ minX, minY, maxX, maxY }, across, down = across) {
  return { minX: minX - across, minY: minY - down, maxX: maxX + across, maxY: maxY + down };
}

/** @param {Frame} one @param {Frame} other @returns {Frame} what lies in both; nothing covers one that is turned inside out */
export function common(one, other) {
  return {
    minX: Math.max(one.minX, other.minX),
    minY: Math.max(one.minY, other.minY),
    maxX: Math.min(one.maxX, other.maxX),
    maxY: Math.min(one.maxY, other.maxY),
  };
}

/** The tiles that cover a frame, at the levels of detail of GL. @param {number} zoom Leaflet's @param {Frame} frame @param {{minzoom: number, maxzoom: number}} levels @returns {Place[]} */
export function placesIn(zoom, frame, { minzoom, maxzoom }) {
  const z = Math.max(minzoom, Math.min(maxzoom, Math.floor(zoom - 1)));
  const side = sideOf(zoom, z);
  const most = 2 ** z - 1;
  return range(frame.minX, frame.maxX, side, most).flatMap((x) =>
    range(frame.minY, frame.maxY, side, most).map((y) => ({ z, x, y })),
  );
}

/** Pixels that a tile of level z is wide. @param {number} zoom @param {number} z */
export function sideOf(zoom, z) {
  return 256 * 2 ** (zoom - z);
}

/** @param {number} from @param {number} to @param {number} side @param {number} most */
function range(from, to, side, most) {
  const first = Math.max(0, Math.floor(from / side));
  const last = Math.min(most, Math.floor(to / side));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}
