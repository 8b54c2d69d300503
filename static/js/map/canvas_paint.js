// How is one feature of a tile painted on a canvas, as its style layer says?

import { paintValue, placeOf } from "app/map/canvas_rules.js";
import { patternTile } from "app/map/patterns.js";

/**
 * @typedef {import("app/map/gl_style.js").StyleLayer} StyleLayer
 * @typedef {import("app/map/recipes.js").Pattern} Pattern
 * @typedef {{x: number, y: number}} Spot
 * @typedef {import("protomaps-leaflet").Feature} Feature
 * @typedef {CanvasRenderingContext2D} Ink
 */

const BLUR_STEPS = 7;
const SHARPEST_MITER = 2;

/** Paints the features of one style layer; protomaps-leaflet calls it for each. */
export class Brush {
  #tile = { x: 0, y: 0 };
  /** How strongly the person wants the layer drawn. */
  strength = 1;

  /** @param {StyleLayer} layer @param {Record<string, Pattern>} patterns */
  constructor(layer, patterns) {
    this.layer = layer;
    this.patterns = patterns;
  }

  /** Hatches go on without a seam from tile to tile. @param {Spot} tile where it begins, in pixels of the world */
  beginTile(tile) {
    this.#tile = tile;
  }

  /** @param {Ink} ink @param {Spot[][]} geometry @param {number} zoom Leaflet's @param {Feature} feature */
  draw(ink, geometry, zoom, feature) {
    const of = (/** @type {string} */ name, /** @type {any} */ missing) =>
      paintValue(this.layer, name, placeOf(zoom, feature), missing);
    if (this.layer.type === "fill") this.#fill(ink, geometry, of);
    else this.#stroke(ink, geometry, of);
  }

  /** @param {Ink} ink @param {Spot[][]} rings @param {(name: string, missing?: any) => any} of */
  #fill(ink, rings, of) {
    const hatch = of("fill-pattern");
    ink.globalAlpha = of("fill-opacity", 1) * this.strength;
    ink.fillStyle = hatch ? this.#hatch(ink, this.patterns[hatch]) : of("fill-color");
    ink.fill(pathOf(rings), "evenodd");
  }

  /** @param {Ink} ink @param {Pattern} pattern */
  #hatch(ink, pattern) {
    const ratio = ink.getTransform().a;
    const tile = patternTile(pattern, ratio);
    const side = tile.width / ratio;
    const style = /** @type {CanvasPattern} */ (ink.createPattern(tile, "repeat"));
    const { x, y } = this.#tile;
    style.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio, -(x % side), -(y % side)]));
    return style;
  }

  /** @param {Ink} ink @param {Spot[][]} lines @param {(name: string, missing?: any) => any} of */
  #stroke(ink, lines, of) {
    const width = of("line-width", 1);
    const path = pathOf(sidesOf(width, of).flatMap((aside) => lines.map((line) => shifted(line, aside))));
    const layout = /** @type {any} */ (this.layer.layout);
    ink.save();
    ink.translate(.../** @type {[number, number]} */ (of("line-translate", [0, 0])));
    ink.strokeStyle = of("line-color");
    ink.lineJoin = layout?.["line-join"] ?? "miter";
    ink.lineCap = layout?.["line-cap"] ?? "butt";
    ink.setLineDash(of("line-dasharray", []).map((/** @type {number} */ part) => part * width));
    const strength = of("line-opacity", 1) * this.strength;
    for (const [wide, alpha] of blurred(width, of("line-blur", 0), strength)) {
      ink.lineWidth = wide;
      ink.globalAlpha = alpha;
      ink.stroke(path);
    }
    ink.restore();
  }
}

/** @param {readonly Spot[][]} parts */
export function pathOf(parts) {
  const path = new Path2D();
  for (const [first, ...rest] of parts) {
    path.moveTo(first.x, first.y);
    for (const { x, y } of rest) path.lineTo(x, y);
  }
  return path;
}

// A blurred line is strokes upon each other, that get narrower and together as strong as wanted.
/** @param {number} width @param {number} blur @param {number} strength @returns {[width: number, alpha: number][]} */
function blurred(width, blur, strength) {
  if (!blur) return [[width, strength]];
  const reach = Math.min(blur, width / 2);
  return Array.from({ length: BLUR_STEPS }, (_, i) => {
    const [before, now] = [strengthAt(i), strengthAt(i + 1)];
    return [width - 2 * reach * (i / BLUR_STEPS), (now - before) / (1 - before)];
  });

  /** @param {number} step @returns {number} */
  function strengthAt(step) {
    return (strength * (reach / blur) * step) / BLUR_STEPS;
  }
}

/** A line around a gap is two lines. @param {number} width @param {(name: string, missing?: any) => any} of */
function sidesOf(width, of) {
  const aside = of("line-offset", 0);
  const apart = of("line-gap-width", 0);
  return apart ? [aside - (apart + width) / 2, aside + (apart + width) / 2] : [aside];
}

/** The line moved to its right by so many pixels. @param {Spot[]} line @param {number} aside @returns {Spot[]} */
function shifted(line, aside) {
  if (!aside) return line;
  const points = line.filter((spot, i) => !i || spot.x !== line[i - 1].x || spot.y !== line[i - 1].y);
  if (points.length < 2) return line;
  const [first, last] = [points[0], points[points.length - 1]];
  const closed = first.x === last.x && first.y === last.y;
  const sides = points.slice(1).map((spot, i) => rightOf(points[i], spot));
  return points.map((spot, i) => {
    const before = sides[i - 1] ?? sides[closed ? sides.length - 1 : 0];
    const after = sides[i] ?? sides[closed ? 0 : sides.length - 1];
    return corner(spot, before, after, aside);
  });
}

/** @param {Spot} from @param {Spot} to @returns {Spot} of length 1 */
function rightOf(from, to) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  return { x: (from.y - to.y) / length, y: (to.x - from.x) / length };
}

/** @param {Spot} spot @param {Spot} before @param {Spot} after @param {number} aside @returns {Spot} */
function corner(spot, before, after, aside) {
  const [x, y] = [before.x + after.x, before.y + after.y];
  const miter = Math.min(SHARPEST_MITER, 2 / Math.max(0.001, x * x + y * y));
  return { x: spot.x + x * miter * aside, y: spot.y + y * miter * aside };
}
