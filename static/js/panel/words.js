// How are numbers said to a person? Units always, thousands apart, no more digits than can be meant.

const WHOLE = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 0 });
const TENTH = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 1, minimumFractionDigits: 1 });

/** @param {number} value */
export function whole(value) {
  return WHOLE.format(value);
}

/** An area of less than ten 亩 keeps a digit. @param {number} mu */
export function mu(mu) {
  return mu > 0 && mu < 10 ? TENTH.format(mu) : WHOLE.format(mu);
}

/** @param {number} km */
export function km(km) {
  return TENTH.format(km);
}

/**
 * How much is it, in the unit that counts for it?
 * @param {Api.Totals} totals
 * @returns {{value: string, unit: string} | null}
 */
export function amount({ area_mu, length_km }) {
  if (area_mu) return { value: mu(area_mu), unit: "亩" };
  if (length_km) return { value: km(length_km), unit: "公里" };
  return null;
}

/**
 * 22 宗 · 1,741 亩
 * @param {Api.Totals} totals
 * @param {string} measure_word
 */
export function countAndAmount(totals, measure_word) {
  const much = amount(totals);
  const many = `${whole(totals.count)} ${measure_word}`;
  return much ? `${many} · ${much.value} ${much.unit}` : many;
}

/** 118.4612°E @param {number} lon */
export function east(lon) {
  return `${Math.abs(lon).toFixed(4)}°${lon < 0 ? "W" : "E"}`;
}

/** @param {number} lat */
export function north(lat) {
  return `${Math.abs(lat).toFixed(4)}°${lat < 0 ? "S" : "N"}`;
}

/** 118°27′40.3″ @param {number} degrees */
export function minutesAndSeconds(degrees) {
  const tenths = Math.round(Math.abs(degrees) * 36000);
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  const minutes = String(Math.floor(tenths / 600) % 60).padStart(2, "0");
  return `${Math.floor(tenths / 36000)}°${minutes}′${seconds}″`;
}

/** 1:21万, 1:8,000 @param {number} denominator */
export function scale(denominator) {
  if (denominator >= 100_000) return `${whole(denominator / 10_000)}万`;
  if (denominator >= 10_000) return `${Number((denominator / 10_000).toFixed(1))}万`;
  return whole(Number(denominator.toPrecision(2)));
}

/**
 * What a person typed as a scale: 1:5万, 50000, 1：2.5万, 8,000.
 * @param {string} text
 * @returns {number | null} the denominator
 */
export function scaleFrom(text) {
  const typed = /^(?:1\s*[:：/])?\s*([\d,，.]+)\s*(万)?$/.exec(text.trim());
  if (!typed) return null;
  const denominator = Number(typed[1].replace(/[,，]/g, "")) * (typed[2] ? 10_000 : 1);
  return denominator >= 100 && denominator <= 50_000_000 ? denominator : null;
}
