// Which rows does the legend of a layer have, and what do they add up to? Pure.
import { amount, whole } from "app/panel/words.js";

const BOUNDARIES = "admin_area";

/**
 * Classes of one title (the four tints of towns) are one row; what is not on the map needs no row.
 * @param {Api.Layer} layer
 * @returns {Api.SymbolTotals[]}
 */
export function legendOf({ classes }) {
  return classes
    .filter(({ legend }) => legend)
    .map((row) => ({ ...row, ...sum(classes.filter(({ title }) => title === row.title)) }))
    .filter(({ count }) => count);
}

/**
 * Counties and their towns cover the same ground twice: their areas are not added.
 * @param {Api.Layer} layer
 * @returns {Api.Totals}
 */
export function totalsOf(layer) {
  return layer.kind === BOUNDARIES ? { count: layer.count, area_mu: null, length_km: null } : layer;
}

/**
 * Adding up different kinds would count planned roads and standing ones as one thing: the first kind counts.
 * @param {Api.Group} group
 * @param {Api.Layer[]} layers
 */
export function groupTotal(group, layers) {
  if (group.word === "层") return { value: String(layers.length), unit: group.word };
  const totals = sum(layers.filter(({ kind }) => kind === layers[0].kind));
  const much = group.total === "count" ? null : amount(totals);
  return much ?? { value: whole(totals.count), unit: layers[0].measure_word };
}

/** @param {Api.Layer[]} layers @returns {Api.Bounds | null} */
export function boundsOf(layers) {
  const all = layers.flatMap(({ bounds }) => (bounds ? [bounds] : []));
  if (!all.length) return null;
  const [west, south, east, north] = [0, 1, 2, 3].map((i) => all.map((bounds) => bounds[i]));
  return [Math.min(...west), Math.min(...south), Math.max(...east), Math.max(...north)];
}

/** @param {Api.Totals[]} all @returns {Api.Totals} */
function sum(all) {
  const total = (/** @type {keyof Api.Totals} */ what) =>
    all.reduce((so_far, each) => so_far + (each[what] ?? 0), 0);
  return { count: total("count"), area_mu: total("area_mu"), length_km: total("length_km") };
}
