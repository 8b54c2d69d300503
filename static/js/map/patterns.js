// How does a hatch become an image that repeats without a seam, and stays as fine at every zoom?

/** @typedef {import("app/map/recipes.js").Pattern} Pattern */

const TILE_PX = 64;

/**
 * An image that is drawn `stretch` times its size shows the hatch at its declared size. Its own size
 * never changes: only the number of repetitions does.
 * @param {Pattern} pattern
 * @param {number} ratio pixels of the image per CSS pixel
 * @param {number} stretch
 */
export function patternImage(pattern, ratio, stretch) {
  const repeats = Math.max(1, Math.round((TILE_PX * stretch) / sideOf(pattern)));
  const canvas = patternCanvas(pattern, TILE_PX * ratio, repeats);
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  return ink.getImageData(0, 0, canvas.width, canvas.height);
}

/** One repetition, for a canvas to fill with. @param {Pattern} pattern @param {number} ratio */
export function patternTile(pattern, ratio) {
  return patternCanvas(pattern, Math.round(sideOf(pattern) * ratio), 1);
}

/** @param {Pattern} pattern @param {number} pixels @param {number} repeats */
function patternCanvas(pattern, pixels, repeats) {
  const side = sideOf(pattern);
  const canvas = Object.assign(document.createElement("canvas"), { width: pixels, height: pixels });
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  ink.scale(pixels / (side * repeats), pixels / (side * repeats));
  if (pattern.background) {
    ink.fillStyle = pattern.background;
    ink.fillRect(0, 0, side * repeats, side * repeats);
  }
  ink.strokeStyle = ink.fillStyle = pattern.color;
  ink.lineWidth = pattern.width;
  ink.beginPath();
  if (pattern.kind === "dots") addDots(ink, side, repeats, pattern.width);
  else addLines(ink, side, repeats, pattern);
  return canvas;
}

// Slanted lines `tile` apart repeat every tile·√2 across, upright ones every tile.
/** @param {Pattern} pattern */
function sideOf({ kind, angle = 45, tile }) {
  return kind !== "dots" && angle % 90 ? tile * Math.SQRT2 : tile;
}

/** @param {CanvasRenderingContext2D} ink @param {number} side @param {number} repeats @param {Pattern} pattern */
function addLines(ink, side, repeats, { kind, angle = 45 }) {
  for (const slope of kind === "cross" ? [angle, angle - 90] : [angle]) {
    if (slope % 90) addSlanted(ink, side, repeats, slope > 0);
    else addUpright(ink, side, repeats, slope % 180 !== 0);
  }
  ink.stroke();
}

/** @param {CanvasRenderingContext2D} ink @param {number} side @param {number} repeats @param {boolean} rising */
function addSlanted(ink, side, repeats, rising) {
  const length = side * repeats;
  for (let i = -repeats - 1; i <= repeats + 1; i++) {
    const start = i * side;
    ink.moveTo(start - side, rising ? length + side : -side);
    ink.lineTo(start + length + side, rising ? -side : length + side);
  }
}

/** @param {CanvasRenderingContext2D} ink @param {number} side @param {number} repeats @param {boolean} vertical */
function addUpright(ink, side, repeats, vertical) {
  for (let i = 0; i < repeats; i++) {
    const at = (i + 0.5) * side;
    ink.moveTo(vertical ? at : 0, vertical ? 0 : at);
    ink.lineTo(vertical ? at : side * repeats, vertical ? side * repeats : at);
  }
}

/** @param {CanvasRenderingContext2D} ink @param {number} side @param {number} repeats @param {number} radius */
function addDots(ink, side, repeats, radius) {
  for (let i = 0; i < repeats * repeats * 2; i++) {
    const half = side / 2;
    const column = i % (2 * repeats);
    const row = 2 * Math.floor(i / (2 * repeats)) + (column % 2);
    const [x, y] = [(column + 0.5) * half, (row + 0.5) * half];
    ink.moveTo(x + radius, y);
    ink.arc(x, y, radius, 0, 2 * Math.PI);
  }
  ink.fill();
}
