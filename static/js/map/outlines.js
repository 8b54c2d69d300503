// How are other editions of a shape laid over the map? Dashed outlines: as it was, as somebody else drew it.
import { BRAND, INK_3, PAPER, SEAL } from "app/ink.js";

/** @typedef {"old" | "new" | "theirs" | "chosen"} Look */

const PANE = "outlines";
const LEVEL = "610";
/** @type {Record<Look, L.PathOptions>} */
const LOOKS = {
  old: { color: INK_3, weight: 2.5, dashArray: "7 5", fillOpacity: 0.05 },
  new: { color: BRAND, weight: 3, fillOpacity: 0.08 },
  theirs: { color: SEAL, weight: 3, dashArray: "7 5", fillOpacity: 0.06 },
  chosen: { color: BRAND, weight: 3, fillOpacity: 0.16 },
};
const POINT_PX = 9;

export class Outlines {
  /** @type {L.LayerGroup | null} */
  #drawn = null;

  /** @param {L.Map} map */
  constructor(map) {
    this.map = map;
    const pane = map.getPane(PANE) ?? map.createPane(PANE);
    pane.style.zIndex = LEVEL;
    pane.style.pointerEvents = "none";
  }

  /** These and no others. @param {{geometry: GeoJSON.Geometry | null, look: Look}[]} shapes */
  show(shapes) {
    this.clear();
    const drawn = shapes.flatMap(({ geometry, look }) => (geometry ? layersOf(geometry, look) : []));
    this.#drawn = L.layerGroup(drawn).addTo(this.map);
  }

  clear() {
    this.#drawn?.remove();
    this.#drawn = null;
  }
}

// White below, so that a thin line stands out from whatever lies under it.
/** @param {GeoJSON.Geometry} geometry @param {Look} look */
function layersOf(geometry, look) {
  const casing = { color: PAPER, weight: (LOOKS[look].weight ?? 3) + 3, fill: false };
  return [casing, { ...LOOKS[look], fillColor: LOOKS[look].color }].map((style) => layerOf(geometry, style));
}

/** @param {GeoJSON.Geometry} geometry @param {L.PathOptions} style */
function layerOf(geometry, style) {
  const options = { ...style, pane: PANE, interactive: false, pmIgnore: true };
  return L.geoJSON(
    geometry,
    /** @type {any} */ ({
      ...options,
      style: options,
      pointToLayer: (/** @type {unknown} */ _, /** @type {L.LatLng} */ place) =>
        L.circleMarker(place, { ...options, radius: POINT_PX }),
    }),
  );
}

/** West, south, east, north of several shapes together. @param {(GeoJSON.Geometry | null)[]} shapes @returns {[number, number, number, number] | null} */
export function boundsOf(shapes) {
  const bounds = L.latLngBounds([]);
  for (const shape of shapes) if (shape) bounds.extend(L.geoJSON(shape).getBounds());
  if (!bounds.isValid()) return null;
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
}
