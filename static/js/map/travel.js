// How do new roads show on the map? Roads and places by the minutes they gain, and how far one gets before and after.
import { BRAND, GAIN_1, GAIN_2, GAIN_3, GAIN_4, GAIN_5, NEW_ROAD, PAPER, REACH_BEFORE } from "app/ink.js";
import { crowded, wordsOf } from "app/map/crowding.js";

/** @typedef {"gain" | "before" | "after" | "both"} Look */

const PANE = "travel";
const LEVEL = "405";
const MARKS_PANE = "travel_marks";
const MARKS_LEVEL = "460";
/** Wider and darker with each class of minutes: colour is not the only carrier. */
const GAINS = [
  { from: 1, color: GAIN_1, weight: 4 },
  { from: 3, color: GAIN_2, weight: 5 },
  { from: 5, color: GAIN_3, weight: 6.5 },
  { from: 10, color: GAIN_4, weight: 8 },
  { from: 20, color: GAIN_5, weight: 10 },
];
const NEW = NEW_ROAD;
const BEFORE = REACH_BEFORE;
const AFTER = BRAND;
/** From near to far: paler, and dashed ever more loosely. */
const DASHES = ["", "10 4", "6 5", "2 5"];
const FILLS = [0.34, 0.25, 0.17, 0.1];

const WORDS_PX = { x: 66, y: 24 };
const LEAST_GAIN = 0.5;

export const GAIN_CLASSES = GAINS;
export const COLORS = { NEW, BEFORE, AFTER };

export class TravelOver {
  /** @type {L.LayerGroup | null} */
  #drawn = null;

  /** Words on the map, the most important first. @type {L.Marker[]} */
  #marks = [];

  /** @param {L.Map} map @param {(words: import("app/map/crowding.js").Words[]) => void} keepFree */
  constructor(map, keepFree) {
    this.map = map;
    this.keepFree = keepFree;
    map.on("zoomend", () => this.#part());
    for (const [name, level] of [
      [PANE, LEVEL],
      [MARKS_PANE, MARKS_LEVEL],
    ]) {
      const pane = map.getPane(name) ?? map.createPane(name);
      pane.style.zIndex = level;
      pane.style.pointerEvents = "none";
    }
  }

  /** @param {Api.Travel["result"]} result @param {Look} look @param {number} minutes which area is compared */
  show(result, look, minutes) {
    this.clear();
    const layers = look === "gain" ? gains(result) : bands(result, look, minutes);
    this.#marks = look === "gain" ? [...hubs(result), ...marks(result)] : hubs(result);
    this.#drawn = L.layerGroup([...layers, ...this.#marks]).addTo(this.map);
    this.#part();
  }

  clear() {
    this.#drawn?.remove();
    this.#drawn = null;
    this.#marks = [];
    this.keepFree([]);
  }

  // Words never cover one another: who gains less waits for a closer zoom.
  #part() {
    for (const [marker, hides] of crowded(this.map, this.#marks, WORDS_PX)) {
      const element = marker.getElement();
      if (element) element.hidden = hides;
    }
    this.keepFree(wordsOf(this.map, this.#marks));
  }
}

/** @param {Api.Travel["result"]} result */
function gains({ lines }) {
  const drawn = lines.flatMap(({ geometry, gain_from, new: isNew }) => {
    const look = GAINS.find(({ from }) => from === gain_from) ?? GAINS[0];
    const casing = { color: PAPER, weight: (isNew ? 5 : look.weight) + 4, opacity: 0.9 };
    const style = isNew
      ? { color: NEW, weight: 5, dashArray: "12 5" }
      : { color: look.color, weight: look.weight };
    return [shape(geometry, casing), shape(geometry, style)];
  });
  return drawn;
}

/** @param {Api.Travel["result"]} result */
function marks({ sites, towns }) {
  const gaining = [...sites, ...towns].filter(
    ({ gain, before, after }) => (gain ?? 0) >= LEAST_GAIN || (before === null && after !== null),
  );
  return gaining.sort((one, other) => (other.gain ?? 1e9) - (one.gain ?? 1e9)).map(mark);
}

/** @param {Api.Travel["result"]} result @param {Look} look @param {number} minutes */
function bands({ bands: found }, look, minutes) {
  if (look === "both") {
    const band = found.find((each) => each.minutes === minutes) ?? found[0];
    return [
      shape(band.after, { color: AFTER, weight: 3, fillColor: AFTER, fillOpacity: 0.2 }),
      shape(band.before, { color: PAPER, weight: 5, fillOpacity: 0 }),
      shape(band.before, {
        color: BEFORE,
        weight: 2.5,
        dashArray: "8 5",
        fillColor: BEFORE,
        fillOpacity: 0.16,
      }),
    ];
  }
  const color = look === "before" ? BEFORE : AFTER;
  return found
    .map((band, at) => {
      const dashArray = DASHES[at] || undefined;
      return shape(band[/** @type {"before" | "after"} */ (look)], {
        color,
        weight: 2,
        dashArray,
        fillColor: color,
        fillOpacity: FILLS[at],
      });
    })
    .reverse();
}

/** @param {Api.Travel["result"]} result */
function hubs({ hub }) {
  return hub.places.map(({ lon, lat, name }) => pin(lon, lat, "travel-hub", `◎ ${name}`));
}

/** @param {Api.Reached} place */
function mark({ lon, lat, before, gain }) {
  const words = before === null ? "通达" : `▼ ${Math.round(gain ?? 0)} 分`;
  return pin(lon, lat, "travel-gain", words);
}

/** @param {number} lon @param {number} lat @param {string} className @param {string} text */
function pin(lon, lat, className, text) {
  const words = Object.assign(document.createElement("span"), { textContent: text });
  const icon = L.divIcon({ className, html: words, iconSize: [0, 0] });
  return L.marker([lat, lon], { icon, pane: MARKS_PANE, interactive: false, keyboard: false });
}

/** @param {GeoJSON.Geometry} geometry @param {L.PathOptions} style */
function shape(geometry, style) {
  const options = {
    fillOpacity: 0,
    ...style,
    lineCap: /** @type {"butt"} */ ("butt"),
    pane: PANE,
    interactive: false,
    pmIgnore: true,
  };
  return L.geoJSON(geometry, /** @type {any} */ ({ ...options, style: options }));
}
