// How large is the ground on the screen? Zoom, 1:N and the bar, at 96 CSS pixels per inch.

const METRES_PER_PIXEL_AT_ZOOM_0 = (2 * Math.PI * 6378137) / 256;
const METRES_PER_CSS_PIXEL = 0.0254 / 96;

/** @param {number} zoom Leaflet's @param {number} lat */
export function metresPerPixel(zoom, lat) {
  return (METRES_PER_PIXEL_AT_ZOOM_0 * Math.cos((lat * Math.PI) / 180)) / 2 ** zoom;
}

/** N of 1:N. @param {number} zoom @param {number} lat */
export function scaleOf(zoom, lat) {
  return metresPerPixel(zoom, lat) / METRES_PER_CSS_PIXEL;
}

/** @param {number} scale N of 1:N @param {number} lat @returns {number} zoom */
export function zoomOf(scale, lat) {
  return Math.log2(metresPerPixel(0, lat) / (scale * METRES_PER_CSS_PIXEL));
}

/**
 * @typedef {{px: number, values: [zero: number, half: number, full: number], unit: "米" | "公里"}} Bar
 *
 * The longest bar of a round length that is not wider than `room_px`.
 * @param {number} zoom @param {number} lat @param {number} [room_px]
 * @returns {Bar}
 */
export function scaleBar(zoom, lat, room_px = 100) {
  const per_pixel = metresPerPixel(zoom, lat);
  const metres = roundBelow(per_pixel * room_px);
  const inKilometres = metres >= 1000;
  const full = inKilometres ? metres / 1000 : metres;
  return { px: metres / per_pixel, values: [0, full / 2, full], unit: inKilometres ? "公里" : "米" };
}

// 1, 2 or 5 times a power of ten.
/** @param {number} value */
function roundBelow(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [5, 2, 1].find((each) => each * power <= value) ?? 1;
  return step * power;
}
