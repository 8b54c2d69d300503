// How much of the map is covered by panels that are open?

const PHONE = matchMedia("(max-width: 760px)");
const AROUND_PHONE = 16;
const DRAWER = 312;
const PRINTING_SHARE = 0.52;
const STRIP = 108;
const YEARS = 76;
const YEARS_ON_PHONE = 110;

/** @returns {{top: number, right: number, bottom: number, left: number}} pixels */
export function padding() {
  const { card, filtering, charts, printing, travel, differences, times, table, sheet, strip } =
    document.body.dataset;
  const tools = strip === undefined ? 0 : STRIP;
  if (PHONE.matches) {
    const years = times === undefined ? 0 : YEARS_ON_PHONE;
    const low = sheet === "low" ? 112 : 330;
    const bottom = printing === undefined ? low : innerHeight * PRINTING_SHARE;
    return { top: 64 + Math.max(tools, years), right: AROUND_PHONE, bottom, left: AROUND_PHONE };
  }
  const right = [card, filtering, charts, printing, travel, differences].every((open) => open === undefined)
    ? 64
    : 412;
  const below = (table === undefined ? 0 : DRAWER) + (times === undefined ? 0 : YEARS);
  return { top: 84 + tools, right, bottom: 66 + below, left: 348 };
}

/**
 * The part of these bounds that no panel covers. A county is small enough for a flat share of degrees.
 * @param {Api.Bounds} bounds of the whole window
 * @returns {Api.Bounds}
 */
export function inSight([west, south, east, north]) {
  const { top, right, bottom, left } = padding();
  const [across, upward] = [(east - west) / innerWidth, (north - south) / innerHeight];
  return [west + left * across, south + bottom * upward, east - right * across, north - top * upward];
}

/** @param {Api.Bounds} one @param {Api.Bounds} other */
export function meet([west, south, east, north], other) {
  return west <= other[2] && south <= other[3] && east >= other[0] && north >= other[1];
}
