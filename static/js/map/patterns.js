// How does a hatch become an image that repeats without a seam?

/** @typedef {import("app/map/recipes.js").Pattern} Pattern */

/**
 * The canvas of one tile of a pattern, `ratio` device pixels per CSS pixel.
 * @param {Pattern} pattern
 * @param {number} ratio
 * @returns {HTMLCanvasElement}
 */
export function patternTile(pattern, ratio) {
  const side = sideOf(pattern);
  const pixels = Math.round(side * ratio);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = pixels;
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ink.scale(pixels / side, pixels / side);
  if (pattern.background) {
    ink.fillStyle = pattern.background;
    ink.fillRect(0, 0, side, side);
  }
  ink.strokeStyle = ink.fillStyle = pattern.color;
  ink.lineWidth = pattern.width;
  if (pattern.kind === "dots") paintDots(ink, side, pattern.width);
  else paintLines(ink, side, pattern);
  return canvas;
}

/** @param {Pattern} pattern @param {number} ratio */
export function patternImage(pattern, ratio) {
  const canvas = patternTile(pattern, ratio);
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  return ink.getImageData(0, 0, canvas.width, canvas.height);
}

// Slanted lines `tile` apart repeat every tile·√2 across, upright ones every tile.
/** @param {Pattern} pattern */
function sideOf({ kind, angle = 45, tile }) {
  return kind !== "dots" && angle % 90 ? tile * Math.SQRT2 : tile;
}

/** @param {CanvasRenderingContext2D} ink @param {number} side @param {Pattern} pattern */
function paintLines(ink, side, { kind, angle = 45 }) {
  ink.beginPath();
  for (const slope of kind === "cross" ? [angle, angle - 90] : [angle]) {
    if (slope % 90) addSlanted(ink, side, slope > 0);
    else addUpright(ink, side, slope % 180 !== 0);
  }
  ink.stroke();
}

/** @param {CanvasRenderingContext2D} ink @param {number} side @param {boolean} rising */
function addSlanted(ink, side, rising) {
  for (const start of [-side, 0, side]) {
    ink.moveTo(start - side, rising ? 2 * side : -side);
    ink.lineTo(start + 2 * side, rising ? -side : 2 * side);
  }
}

/** @param {CanvasRenderingContext2D} ink @param {number} side @param {boolean} vertical */
function addUpright(ink, side, vertical) {
  if (vertical) {
    ink.moveTo(side / 2, 0);
    ink.lineTo(side / 2, side);
  } else {
    ink.moveTo(0, side / 2);
    ink.lineTo(side, side / 2);
  }
}

/** @param {CanvasRenderingContext2D} ink @param {number} side @param {number} radius */
function paintDots(ink, side, radius) {
  for (const at of [side / 4, (side * 3) / 4]) {
    ink.beginPath();
    ink.arc(at, at, radius, 0, 2 * Math.PI);
    ink.fill();
  }
}
