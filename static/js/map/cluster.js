// Which symbols stand so close that one figure says it better? Pure, in CSS pixels.

import { around, boxAround, shared } from "app/map/place.js";
import { DIAMOND_PX, DONUT_PX, signalColor } from "app/map/recipes.js";

/**
 * @typedef {import("app/map/arrange.js").Item} Item
 * @typedef {import("app/map/place.js").Box} Box
 * @typedef {import("app/map/recipes.js").LabelPoint} LabelPoint
 * @typedef {import("app/map/recipes.js").Cluster} Cluster
 * @typedef {{members: Item[], x: number, y: number}} Crowd
 */

// Squares that fill more of their own ground than this can no longer be told apart.
const FULL = 0.15;
const FEW = 8;

/**
 * The crowds of one layer: towns with more than `over` in view, and all of it where nothing can be told apart.
 * @param {Item[]} items of one layer, each with a marker
 * @param {Cluster} cluster
 * @returns {Crowd[]}
 */
export function crowdsOf(items, cluster) {
  const seen = items.filter((item) => item.inView);
  if (cluster.style === "donut" && !seen.some(isSum) && isFull(seen)) return [crowd(seen)];
  const groups = [...groupedBy(seen, cluster.by)];
  const big = groups.filter((group) => isCrowd(group, cluster)).map(crowd);
  return merged(big, cluster.style === "donut" ? DONUT_PX - 6 : DIAMOND_PX);
}

/** For how many features a point stands: from afar, one of a large layer stands for a class of its town. @param {import("app/map/recipes.js").LabelPoint} point */
export function weightOf({ properties }) {
  return Number(properties.count ?? 1);
}

/** @param {Item} item */
function isSum({ point }) {
  return point.properties.count !== undefined;
}

/** @param {Item[]} group @param {Cluster} cluster */
function isCrowd(group, cluster) {
  if (group.some(isSum)) return true;
  return group.length > cluster.over && (cluster.style === "donut" || touching(group));
}

/** @param {Item[]} items */
function isFull(items) {
  if (items.length < FEW) return false;
  const covered = items.reduce((sum, { size }) => sum + (size + 3) ** 2, 0);
  const [xs, ys] = [items.map(({ spot }) => spot.x), items.map(({ spot }) => spot.y)];
  const ground = (Math.max(...xs) - Math.min(...xs) + 20) * (Math.max(...ys) - Math.min(...ys) + 20);
  return covered > FULL * ground;
}

/** @param {Item[]} group */
function touching(group) {
  const boxes = group.map(({ spot, size }) => boxAround(spot.x, spot.y, size));
  return boxes.some((box, i) => boxes.some((other, k) => k > i && shared(box, other) > 0));
}

/** @param {Item[]} items @param {string} field */
function groupedBy(items, field) {
  /** @type {Map<string, Item[]>} */
  const groups = new Map();
  for (const item of items) {
    const name = item.point.properties[field];
    if (!name) continue;
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups.values();
}

/** @param {Item[]} members @returns {Crowd} */
function crowd(members) {
  const sum = { x: 0, y: 0, weight: 0 };
  for (const { point, spot } of members) {
    const weight = weightOf(point);
    sum.x += spot.x * weight;
    sum.y += spot.y * weight;
    sum.weight += weight;
  }
  return { members, x: sum.x / sum.weight, y: sum.y / sum.weight };
}

/** @param {Crowd[]} crowds @param {number} reach @returns {Crowd[]} none nearer than `reach` */
function merged(crowds, reach) {
  for (const [i, one] of crowds.entries()) {
    const near = crowds.findIndex(
      (other, k) => k > i && Math.hypot(one.x - other.x, one.y - other.y) < reach,
    );
    if (near < 0) continue;
    const both = crowd([...one.members, ...crowds[near].members]);
    return merged([...crowds.filter((_, k) => k !== i && k !== near), both], reach);
  }
  return crowds;
}

/** Who is in one of the crowds, or beyond the view in a place that has one. @param {Item[]} own @param {Crowd[]} crowds @param {string} by */
export function crowded(own, crowds, by) {
  const members = new Set(crowds.flatMap((crowd) => crowd.members));
  const places = new Set([...members].map((item) => item.point.properties[by]));
  return own.filter((item) => members.has(item) || (!item.inView && places.has(item.point.properties[by])));
}

/** How many of each class, in the order of the legend. @param {Item[]} members */
export function sharesOf(members) {
  /** @type {Map<number, {key: string, color: string, count: number}>} */
  const shares = new Map();
  for (const { order, marker, point } of members) {
    const share = shares.get(order) ?? {
      key: point.properties.symbol,
      color: marker ? signalColor(marker) : "",
      count: 0,
    };
    shares.set(order, { ...share, count: share.count + weightOf(point) });
  }
  return [...shares].sort(([a], [b]) => a - b).map(([, share]) => share);
}

/** For how many features they stand. @param {Item[]} members */
export function howMany(members) {
  return members.reduce((sum, { point }) => sum + weightOf(point), 0);
}

/** What a point stands for lies in here. @param {LabelPoint} point @returns {Box} west, south, east, north */
function groundOf({ lon, lat, properties }) {
  const { west = lon, south = lat, east = lon, north = lat } = properties;
  return [west, south, east, north];
}

/** Where on the ground they lie. @param {Item[]} members @returns {Box} west, south, east, north */
export function boundsOf(members) {
  return around(members.map(({ point }) => groundOf(point)));
}
