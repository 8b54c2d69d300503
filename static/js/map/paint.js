// How is each symbol drawn? Painters on a canvas, for the map and for the legend alike.

import { INK, INK_2, PAPER } from "app/ink.js";
import { patternTile } from "app/map/patterns.js";
import { BADGE_PX, SHIELD_PX, shieldWidth } from "app/map/recipes.js";

/**
 * @typedef {CanvasRenderingContext2D} Ink
 * @typedef {import("app/map/recipes.js").Marker} Marker
 * @typedef {import("app/map/recipes.js").Swatch} Swatch
 * @typedef {import("app/map/recipes.js").Pattern} Pattern
 * @typedef {import("app/map/fonts.js").Fonts} Fonts
 * @typedef {{x: number, y: number}} Spot
 * @typedef {{size: number, text?: string, hollow?: boolean}} Look
 */

const HALO = "rgba(255, 255, 255, 0.92)";

/**
 * @param {Ink} ink
 * @param {Spot} spot
 * @param {Marker} marker
 * @param {Look} look
 * @param {Fonts} fonts
 */
export function paintMarker(ink, spot, marker, look, fonts) {
  if (marker.shape === "square") paintSquare(ink, spot, marker, look.size);
  else if (marker.shape === "diamond") paintDiamond(ink, spot, marker, look.size);
  else if (marker.shape === "seal") paintSeal(ink, spot, marker, look, fonts);
  else if (marker.shape === "dot") paintDot(ink, spot, marker, look.size);
  else if (marker.shape === "shield") paintShield(ink, spot, marker, look, fonts);
  else paintBadge(ink, spot, marker, look, fonts);
}

/** @param {Ink} ink @param {Spot} spot @param {Marker} marker @param {number} size */
export function paintSquare(ink, { x, y }, marker, size) {
  const half = size / 2;
  fillBox(ink, x - half - 1.5, y - half - 1.5, size + 3, 2.5, PAPER);
  const edge = marker.hollow ? Math.min(2, size / 5) : 1.1;
  fillBox(ink, x - half, y - half, size, 1.5, marker.fill);
  ink.strokeStyle = marker.edge;
  ink.lineWidth = edge;
  ink.beginPath();
  addRoundBox(ink, x - half + edge / 2, y - half + edge / 2, size - edge, size - edge, 1.2);
  ink.stroke();
  paintMark(ink, { x, y }, marker.mark ?? "", size);
}

/** @param {Ink} ink @param {Spot} spot @param {"" | "x" | "dash" | "dot"} mark @param {number} size */
function paintMark(ink, { x, y }, mark, size) {
  const reach = size * 0.24;
  ink.strokeStyle = ink.fillStyle = PAPER;
  ink.lineWidth = size < 9 ? 1.2 : 1.5;
  ink.beginPath();
  if (mark === "dot") {
    ink.arc(x, y, Math.max(1.3, size * 0.16), 0, 2 * Math.PI);
    ink.fill();
    return;
  }
  ink.moveTo(x - reach, mark === "x" ? y - reach : y);
  ink.lineTo(x + reach, mark === "x" ? y + reach : y);
  if (mark === "x") {
    ink.moveTo(x + reach, y - reach);
    ink.lineTo(x - reach, y + reach);
  }
  if (mark) ink.stroke();
}

/** @param {Ink} ink @param {Spot} spot @param {Marker} marker @param {number} size */
function paintDiamond(ink, { x, y }, marker, size) {
  const reach = size / 2;
  ink.beginPath();
  ink.moveTo(x, y - reach);
  ink.lineTo(x + reach, y);
  ink.lineTo(x, y + reach);
  ink.lineTo(x - reach, y);
  ink.closePath();
  ink.lineJoin = "round";
  stroke(ink, PAPER, 4);
  ink.fillStyle = marker.hollow ? PAPER : marker.fill;
  ink.fill();
  stroke(ink, marker.edge, 1.1);
}

/** @param {Ink} ink @param {Spot} spot @param {Marker} marker @param {Look} look @param {Fonts} fonts */
function paintSeal(ink, { x, y }, marker, { size, text = "", hollow = marker.hollow }, fonts) {
  const half = size / 2;
  fillBox(ink, x - half - 1, y - half - 1, size + 2, size * 0.26, PAPER);
  fillBox(ink, x - half, y - half, size, size * 0.24, hollow ? PAPER : marker.edge);
  if (hollow) {
    ink.beginPath();
    addRoundBox(ink, x - half + 1, y - half + 1, size - 2, size - 2, size * 0.2);
    stroke(ink, marker.edge, size > 20 ? 2 : 1.5);
  }
  paintCharacter(ink, { x, y }, text, size, hollow ? marker.edge : PAPER, fonts);
}

// Chinese characters in 宋 on seals, in 黑 on the small badges; grades like 4A in Arial.
/** @param {Ink} ink @param {Spot} spot @param {string} text @param {number} size @param {string} color @param {Fonts} fonts @param {"hei" | "song"} [face] */
function paintCharacter(ink, { x, y }, text, size, color, fonts, face = "song") {
  const latin = /^[\x20-\x7e]*$/.test(text);
  ink.font = latin
    ? fonts.css({ size: size * 0.5, weight: 700, face: "digits" })
    : fonts.css({ size: size * (face === "song" ? 0.58 : 0.62), weight: 700, face });
  paintCentred(ink, { x, y: y + (latin ? size * 0.18 : size * 0.21) }, text, color);
}

/** @param {Ink} ink @param {Spot} spot @param {Marker} marker @param {number} size */
function paintDot(ink, { x, y }, marker, size) {
  ink.beginPath();
  ink.arc(x, y, size / 2 - 0.9, 0, 2 * Math.PI);
  ink.fillStyle = marker.fill;
  ink.fill();
  stroke(ink, marker.edge, 1.8);
}

/** @param {Ink} ink @param {Spot} spot @param {Marker} marker @param {Look} look @param {Fonts} fonts */
function paintShield(ink, { x, y }, marker, { size, text = "" }, fonts) {
  const width = shieldWidth(text.length) * (size / SHIELD_PX);
  const [left, top] = [x - width / 2, y - size / 2];
  ink.beginPath();
  addRoundBox(ink, left - 1.5, top - 1.5, width + 3, size + 3, 5);
  ink.fillStyle = PAPER;
  ink.fill();
  ink.beginPath();
  addRoundBox(ink, left, top, width, size, 4);
  ink.fillStyle = marker.fill;
  ink.fill();
  if (marker.fill.toUpperCase() === PAPER) stroke(ink, marker.edge, 1);
  ink.font = fonts.css({ size: size * 0.7, weight: 700, face: "digits" });
  paintCentred(ink, { x, y: y + size * 0.25 }, text, marker.edge);
}

const CORNERS = { hexagon: 6, pentagon: 5, triangle: 3 };

// 产业 is a hexagon, 公共服务 a circle, layers of the county's own the others, each with one character.
/** @param {Ink} ink @param {Spot} spot @param {Marker} marker @param {Look} look @param {Fonts} fonts */
function paintBadge(ink, { x, y }, marker, { size, text = "", hollow = marker.hollow }, fonts) {
  ink.beginPath();
  const corners = CORNERS[/** @type {keyof typeof CORNERS} */ (marker.shape)];
  // What stands on an edge has its corner on top, and a triangle is small for its height.
  const from = corners === 6 ? 0 : -Math.PI / 2;
  const reach = (size / 2) * (corners === 3 ? 1.3 : corners === 5 ? 1.1 : 1);
  if (!corners) ink.arc(x, y, size / 2, 0, 2 * Math.PI);
  else for (let i = 0; i < corners; i++) addCorner(ink, { x, y }, reach, from + (i * 2 * Math.PI) / corners);
  ink.closePath();
  ink.lineJoin = "round";
  stroke(ink, PAPER, 3);
  ink.fillStyle = hollow ? PAPER : marker.fill;
  ink.fill();
  stroke(ink, marker.edge, hollow ? 1.8 : 1.1);
  const letter = corners === 3 ? size * 0.8 : size;
  paintCharacter(ink, { x, y }, text, letter, hollow ? marker.edge : PAPER, fonts, "hei");
}

/** @param {Ink} ink @param {Spot} spot @param {number} radius @param {number} angle */
function addCorner(ink, { x, y }, radius, angle) {
  ink.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
}

/**
 * Shares of a whole as a ring, with two lines of words inside.
 * @param {Ink} ink
 * @param {Spot} spot
 * @param {{shares: {color: string, count: number}[], count: number, word: string, area_mu: number}} donut
 * @param {Fonts} fonts
 */
export function paintDonut(ink, spot, donut, fonts) {
  const { x, y } = spot;
  ink.beginPath();
  ink.arc(x, y, 35.5, 0, 2 * Math.PI);
  ink.fillStyle = PAPER;
  ink.fill();
  ink.lineCap = "butt";
  paintShares(ink, spot, donut);
  paintCount(ink, { x, y: y + 2 }, countWords(donut.count), donut.word, fonts);
  const area = areaWords(donut.area_mu);
  ink.font = fonts.css(AREA_TYPES.find((type) => fonts.width(area, type) <= HOLE_PX) ?? AREA_TYPES[1]);
  paintCentred(ink, { x, y: y + 14.5 }, area, INK_2);
}

// How wide the hole of a ring is where the area stands.
const HOLE_PX = 39;
const AREA_TYPES = /** @type {const} */ ([
  { size: 12, face: "digits" },
  { size: 11, face: "digits" },
]);

// A ring has room for four figures.
/** @param {number} area_mu */
function areaWords(area_mu) {
  if (area_mu >= 9999.5) return `${(area_mu / 10_000).toFixed(1)}万亩`;
  return `${Math.round(area_mu).toLocaleString("en-US")}亩`;
}

/** Short enough for the hole of a donut. @param {number} count */
function countWords(count) {
  return count < 10_000 ? String(count) : `${(count / 10_000).toFixed(1)}万`;
}

/** @param {Ink} ink @param {Spot} spot @param {{shares: {color: string, count: number}[], count: number}} donut */
function paintShares(ink, { x, y }, { shares, count }) {
  const gap = shares.length > 1 ? 0.017 : 0;
  let from = -Math.PI / 2;
  for (const share of shares) {
    const to = from + (2 * Math.PI * share.count) / count;
    ink.beginPath();
    ink.arc(x, y, 29, from + gap, Math.max(to - gap, from + gap + 0.01));
    stroke(ink, share.color, 9);
    from = to;
  }
}

/** @param {Ink} ink @param {Spot} spot @param {string} count @param {string} word @param {Fonts} fonts */
function paintCount(ink, { x, y }, count, word, fonts) {
  const figure = /** @type {const} */ ({ size: count.length > 3 ? 14 : 17, weight: 700, face: "digits" });
  const unit = /** @type {const} */ ({ size: 12, weight: 700 });
  const width = fonts.width(count, figure);
  const left = x - (width + 1 + fonts.width(word, unit)) / 2;
  ink.textAlign = "left";
  ink.textBaseline = "alphabetic";
  ink.fillStyle = INK;
  ink.font = fonts.css(figure);
  ink.fillText(count, left, y);
  ink.font = fonts.css(unit);
  ink.fillText(word, left + width + 1, y - 0.5);
}

/**
 * Glyphs, each with its own middle; halos first, so that none cuts into its neighbour.
 * @param {Ink} ink
 * @param {{text: string, x: number, y: number}[]} glyphs
 * @param {{color: string, size: number, halo: number}} look
 */
export function paintGlyphs(ink, glyphs, { color, size, halo }) {
  ink.textAlign = "center";
  ink.textBaseline = "alphabetic";
  ink.lineJoin = "round";
  const drop = size * 0.36;
  if (halo) {
    ink.strokeStyle = HALO;
    ink.lineWidth = halo;
    for (const { text, x, y } of glyphs) ink.strokeText(text, x, y + drop);
  }
  ink.fillStyle = color;
  for (const { text, x, y } of glyphs) ink.fillText(text, x, y + drop);
}

/** From where a symbol really stands to where there was room. @param {Ink} ink @param {Spot} from @param {Spot} to @param {string} color @param {number} dot radius */
export function paintLeader(ink, from, to, color, dot) {
  ink.beginPath();
  ink.moveTo(from.x, from.y);
  ink.lineTo(to.x, to.y);
  ink.lineCap = "round";
  stroke(ink, HALO, 3.6);
  stroke(ink, color, 1.6);
  ink.beginPath();
  ink.arc(from.x, from.y, dot, 0, 2 * Math.PI);
  ink.fillStyle = color;
  stroke(ink, PAPER, 1.5);
  ink.fill();
}

/** @param {Ink} ink @param {string} color @param {number} width */
function stroke(ink, color, width) {
  ink.strokeStyle = color;
  ink.lineWidth = width;
  ink.stroke();
}

/** @param {Ink} ink @param {number} left @param {number} top @param {number} size @param {number} radius @param {string} color */
function fillBox(ink, left, top, size, radius, color) {
  ink.beginPath();
  addRoundBox(ink, left, top, size, size, radius);
  ink.fillStyle = color;
  ink.fill();
}

// Path2D.roundRect is younger than the browsers of many offices.
/** @param {Ink} ink @param {number} left @param {number} top @param {number} width @param {number} height @param {number} radius */
export function addRoundBox(ink, left, top, width, height, radius) {
  const [right, bottom] = [left + width, top + height];
  ink.moveTo(left + radius, top);
  ink.arcTo(right, top, right, bottom, radius);
  ink.arcTo(right, bottom, left, bottom, radius);
  ink.arcTo(left, bottom, left, top, radius);
  ink.arcTo(left, top, right, top, radius);
  ink.closePath();
}

/** @param {Ink} ink @param {Spot} spot the middle of the base line @param {string} text @param {string} color */
function paintCentred(ink, { x, y }, text, color) {
  ink.textAlign = "center";
  ink.textBaseline = "alphabetic";
  ink.fillStyle = color;
  ink.fillText(text, x, y);
}

const SWATCH_SIZES = {
  seal: 18,
  diamond: 16,
  shield: 14,
  square: 12.5,
  dot: 9,
  hexagon: 16,
  pentagon: 16,
  triangle: 14,
  circle: 16,
};
// A dashed line shows at least so much of its rhythm.
const PERIODS = 2.4;
const SWATCH_WORDS = { seal: "景", shield: "S" };

/**
 * The symbol of one legend row, in the middle of `width` by `height`.
 * @param {Ink} ink
 * @param {Swatch} swatch
 * @param {{width: number, height: number}} room
 * @param {Record<string, Pattern>} patterns
 * @param {Fonts} fonts
 */
export function paintSwatch(ink, swatch, room, patterns, fonts) {
  const middle = { x: room.width / 2, y: room.height / 2 };
  const { marker, lines, fills } = swatch;
  if (marker && marker.shape !== "shield") {
    const text = marker.text || (marker.shape === "seal" ? SWATCH_WORDS.seal : "");
    paintMarker(ink, middle, marker, { size: SWATCH_SIZES[marker.shape], text }, fonts);
  } else if (fills.length) paintPatch(ink, swatch, room, patterns);
  else for (const line of lines) paintLine(ink, line, room);
}

/** @param {Ink} ink @param {Swatch} swatch @param {{width: number, height: number}} room @param {Record<string, Pattern>} patterns */
function paintPatch(ink, { fills, lines }, { width, height }, patterns) {
  const ratio = window.devicePixelRatio || 1;
  ink.beginPath();
  ink.rect(1.5, height / 2 - 6, width - 3, 12);
  for (const { color, opacity = 1, pattern } of fills) {
    ink.save();
    ink.globalAlpha = opacity;
    ink.fillStyle = color || "transparent";
    if (pattern && patterns[pattern]) ink.fillStyle = patternFill(ink, patterns[pattern], ratio);
    ink.fill();
    ink.restore();
  }
  const edge = lines.at(-1);
  if (edge) {
    ink.setLineDash((edge.dash ?? []).map((share) => share * edge.width));
    stroke(ink, edge.color, Math.min(edge.width, 1.9));
    ink.setLineDash([]);
  }
}

/** @param {Ink} ink @param {Pattern} pattern @param {number} ratio */
function patternFill(ink, pattern, ratio) {
  const repeated = /** @type {CanvasPattern} */ (ink.createPattern(patternTile(pattern, ratio), "repeat"));
  repeated.setTransform(new DOMMatrix().scale(1 / ratio));
  return repeated;
}

/** @param {Ink} ink @param {import("app/map/recipes.js").SwatchLine} line @param {{width: number, height: number}} room */
function paintLine(ink, { color, width, dash = [], opacity = 1 }, room) {
  const thick = Math.min(width, room.height - 2);
  const period = dash.reduce((sum, share) => sum + share, 0) * thick;
  const shrunk = period ? Math.min(1, room.width / PERIODS / period) : 1;
  ink.save();
  ink.globalAlpha = opacity;
  ink.setLineDash(dash.map((share) => share * thick * shrunk));
  ink.beginPath();
  ink.moveTo(0.5, room.height / 2);
  ink.lineTo(room.width - 0.5, room.height / 2);
  ink.lineCap = "butt";
  stroke(ink, color, thick);
  ink.restore();
}

/**
 * A legend row's symbol as an element of its own; painted again when fonts have arrived.
 * @param {Swatch} swatch
 * @param {{width?: number, height?: number, patterns?: Record<string, Pattern>, fonts: Fonts}} options
 * @returns {HTMLCanvasElement}
 */
export function swatchCanvas(swatch, { width = BADGE_PX + 6, height = BADGE_PX, patterns = {}, fonts }) {
  const canvas = document.createElement("canvas");
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.setAttribute("aria-hidden", "true");
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ink.scale(ratio, ratio);
  const paint = () => {
    ink.clearRect(0, 0, width, height);
    paintSwatch(ink, swatch, { width, height }, patterns, fonts);
  };
  fonts.addEventListener("loaded", paint);
  paint();
  return canvas;
}
