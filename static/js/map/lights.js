// How does a supervised project show its light on the map? A disc with its character at the symbol, or before the name of a line.
import { AMBER, GREEN, GREY, INK, PAPER, RED } from "app/ink.js";

/** @type {Record<string, {word: string, color: string, text: string}>} */
const LIGHTS = {
  red: { word: "红", color: RED, text: PAPER },
  yellow: { word: "黄", color: AMBER, text: INK },
  green: { word: "绿", color: GREEN, text: PAPER },
  grey: { word: "灰", color: GREY, text: PAPER },
};
const RADIUS_PX = 7.5;
const EDGE_PX = 1.5;
/** So wide is a light with its edge. */
export const LIGHT_PX = 2 * (RADIUS_PX + EDGE_PX);
const WORD_PX = 10;

/**
 * @param {CanvasRenderingContext2D} ink
 * @param {import("app/map/arrange.js").Placed[]} placed
 * @param {import("app/map/fonts.js").Fonts} fonts
 */
export function paintLights(ink, placed, fonts) {
  ink.font = fonts.css({ size: WORD_PX, weight: 700, face: "hei" });
  ink.textAlign = "center";
  ink.textBaseline = "middle";
  for (const thing of placed) {
    const light = "light" in thing && thing.light ? LIGHTS[thing.light] : null;
    if (light) paintLight(ink, placeOf(thing), light);
  }
}

/** @param {import("app/map/arrange.js").Placed} thing */
function placeOf({ kind, box }) {
  if (kind === "marker") return besideSymbol(box);
  const [west, north, , south] = box;
  return { x: west - RADIUS_PX - 1, y: (north + south) / 2 };
}

/** The middle of the light at the upper right corner of a symbol. @param {import("app/map/place.js").Box} symbol */
export function besideSymbol([, north, east]) {
  return { x: east + 3, y: north - 3 };
}

/** @param {CanvasRenderingContext2D} ink @param {{x: number, y: number}} spot @param {{word: string, color: string, text: string}} light */
function paintLight(ink, { x, y }, { word, color, text }) {
  ink.fillStyle = PAPER;
  ink.beginPath();
  ink.arc(x, y, RADIUS_PX + EDGE_PX, 0, 2 * Math.PI);
  ink.fill();
  ink.fillStyle = color;
  ink.beginPath();
  ink.arc(x, y, RADIUS_PX, 0, 2 * Math.PI);
  ink.fill();
  ink.fillStyle = text;
  ink.fillText(word, x, y + 0.5);
}
