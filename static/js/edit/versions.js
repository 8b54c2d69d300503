// Which shape did a feature have after each step of its history? Pure.

/** @typedef {{geometry: GeoJSON.Geometry | null, look: "old" | "new"}} Shown */

/**
 * A step tells the shape before it; what stood after it is told by the next step that moved it, or is that of now.
 * @param {Api.HistoryStep[]} history the latest first @param {number} i @param {GeoJSON.Geometry | null} now
 */
export function shapeAfter(history, i, now) {
  const later = history.slice(0, i).reverse();
  return later.find(({ shape }) => shape)?.shape?.geometry ?? now;
}

/** How it was dashed, what became of it drawn through. @param {Api.HistoryStep} step @param {GeoJSON.Geometry | null} after @returns {Shown[]} */
export function overlay({ shape }, after) {
  const became = /** @type {Shown} */ ({ geometry: after, look: "new" });
  return shape ? [{ geometry: shape.geometry, look: "old" }, became] : [became];
}
