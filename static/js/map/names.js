// Which names want to be written, in which order, and how much room does each take? Pure.

import { shownAt } from "app/map/recipes.js";
import { metresPerPixel } from "app/map/scale.js";

/**
 * @typedef {import("app/map/arrange.js").Item} Item
 * @typedef {import("app/map/arrange.js").Scene} Scene
 * @typedef {import("app/map/place.js").Box} Box
 * @typedef {import("app/map/recipes.js").Label} Label
 * @typedef {import("app/map/fonts.js").Type} Type
 */

const SHORTEST_LINE_PX = 30;
const AFAR_ZOOM = 13;

/**
 * @typedef {{layer: string, figures: Record<string, string>, color: string}} Told by name what a place of the layer carries
 */

/**
 * One name with the places where it may be written, best first.
 * @typedef {{text: string, label: Label, rank: number, isLine: boolean, items: Item[]}} Name
 */

// So important is a name that carries a figure: behind the county seat and what is chosen.
const TOLD_PRIORITY = 1.8;

/**
 * @param {Item[]} items @param {number} zoom
 * @param {Told} [told] places that carry a figure
 * @returns {Name[]} in the order of placing
 */
export function namesOf(items, zoom, told) {
  /** @type {Map<string, Name>} */
  const names = new Map();
  for (const item of items) {
    const label = labelOf(item, told);
    if (!label || item.faint || !(item.selected || (shownAt(label, zoom) && !isShort(item, zoom)))) continue;
    const name = wording(String(item.point.properties[label.text_from ?? "label"] ?? ""), zoom);
    const figure = told && label !== item.look.label ? told.figures[name] : "";
    const text = figure ? `${name} ${figure}` : name;
    if (!text) continue;
    const key = `${item.point.layer}/${item.point.id}`;
    const known = names.get(key);
    if (known) known.items.push(item);
    else names.set(key, { text, label, items: [item], rank: rankOf(item, label), isLine: isOnLine(item) });
  }
  const all = [...names.values()];
  for (const name of all) name.items.sort((a, b) => Number(b.inView) - Number(a.inView));
  return all.sort(byRank);
}

/** @param {Item} item @param {Told} [told] @returns {Label | null} */
function labelOf({ point, look: { label } }, told) {
  if (!label || !told || told.layer !== point.layer || !told.figures[point.properties.label]) return label;
  return { ...label, weight: 700, color: told.color, priority: TOLD_PRIORITY };
}

// Seen from afar the words in brackets are left out: 常山庄（沂蒙红色影视基地）.
/** @param {string} text @param {number} zoom */
function wording(text, zoom) {
  return zoom < AFAR_ZOOM ? text.replace(/[（(].*[）)]$/u, "") : text;
}

// A bridge seen from afar is a few pixels long: its name would say more than the map shows.
/** @param {Item} item @param {number} zoom */
function isShort({ point }, zoom) {
  const { length_km } = point.properties;
  return length_km !== undefined && (length_km * 1000) / metresPerPixel(zoom, point.lat) < SHORTEST_LINE_PX;
}

/** @param {Item} item */
function isOnLine({ point }) {
  return point.properties.angle !== undefined;
}

/** @param {Item} item @param {Label} label */
function rankOf({ selected }, { priority }) {
  return selected ? Math.min(priority, 1.5) : priority;
}

/** @param {Name} a @param {Name} b */
function byRank(a, b) {
  const [x, y] = [a.items[0], b.items[0]];
  return (
    a.rank - b.rank ||
    Number(y.inView) - Number(x.inView) ||
    lengthOf(y) - lengthOf(x) ||
    x.order - y.order ||
    y.size - x.size ||
    x.point.id - y.point.id
  );
}

/** @param {Item} item */
export function lengthOf({ point }) {
  return Number(point.properties.length_km) || 0;
}

/** @param {string} text @param {Type} type @param {number} spacing @param {Scene["width"]} width */
export function measured(text, { size, weight, face, italic }, spacing, width) {
  const gaps = spacing * ([...text].length - 1);
  return { width: width(text, { size, weight, face, italic }) + gaps + 2, height: size * 1.25 };
}

/** @param {string} text @param {Box} place @param {Label} label @param {Scene["width"]} width */
export function spread(text, [left, top, right, bottom], label, width) {
  const y = (top + bottom) / 2;
  if (!label.spacing) return [{ text, x: (left + right) / 2, y }];
  const { size, weight, face, italic } = label;
  let x = left + 1;
  return [...text].map((letter) => {
    const wide = width(letter, { size, weight, face, italic });
    const glyph = { text: letter, x: x + wide / 2, y };
    x += wide + (label.spacing ?? 0);
    return glyph;
  });
}
