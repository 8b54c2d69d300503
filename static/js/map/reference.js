// The features of one layer in view, as plain outlines to compare a drawing with.
import { SEAL } from "app/ink.js";

const PANE = "reference";
const ON_TOP = "430";
const LINE = { color: SEAL, weight: 1.6, fillOpacity: 0.05, opacity: 0.9 };

export class Reference {
  /** @type {L.GeoJSON | null} */
  #drawn = null;

  /** @param {L.Map} map */
  constructor(map) {
    this.map = map;
    const pane = map.getPane(PANE) ?? map.createPane(PANE);
    pane.style.zIndex = ON_TOP;
    pane.style.pointerEvents = "none";
  }

  /** West, south, east, north of what is seen. @returns {[number, number, number, number]} */
  get bounds() {
    const box = this.map.getBounds();
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  }

  /** @param {any} features GeoJSON, or null for none */
  show(features) {
    this.#drawn?.remove();
    this.#drawn = features
      ? L.geoJSON(features, {
          pane: PANE,
          style: () => LINE,
          pointToLayer: (_, at) => L.circleMarker(at, { ...LINE, pane: PANE, radius: 4 }),
          interactive: false,
        }).addTo(this.map)
      : null;
  }
}
