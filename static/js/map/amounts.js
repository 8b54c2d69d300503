// How is a length or an area on the ground said to a planner? 米 or 公里, 亩 and 公顷. Pure.

import { M2_PER_HA, M2_PER_MU } from "app/map/geodesy.js";

const TWO = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const ONE = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const FAR_M = 1000;

/** 356.2 米, 3.42 公里 @param {number} length_m */
export function lengthWords(length_m) {
  return length_m < FAR_M ? `${ONE.format(length_m)} 米` : `${TWO.format(length_m / FAR_M)} 公里`;
}

/** 86.42 亩 @param {number} area_m2 */
export function muWords(area_m2) {
  return `${TWO.format(area_m2 / M2_PER_MU)} 亩`;
}

/** 5.76 公顷 @param {number} area_m2 */
export function hectareWords(area_m2) {
  return `${TWO.format(area_m2 / M2_PER_HA)} 公顷`;
}

/** What a shape amounts to, empty for a point. @param {{area_m2: number, length_m: number}} size */
export function sizeWords({ area_m2, length_m }) {
  if (area_m2) return muWords(area_m2);
  return length_m ? lengthWords(length_m) : "";
}
