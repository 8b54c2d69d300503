// What stands where at this zoom? Symbols, donuts and names by priority, none over another. Pure.

import { boundsOf, crowded, crowdsOf, howMany, sharesOf } from "app/map/cluster.js";
import { Leaders } from "app/map/leaders.js";
import { besideSymbol, LIGHT_PX } from "app/map/lights.js";
import { lengthOf, measured, namesOf, spread } from "app/map/names.js";
import {
  alongPlaces,
  around,
  Boxes,
  bestPlace,
  boxAround,
  eightPlaces,
  grown,
  holds,
  linePlaces,
  middlePlaces,
  rings,
  shiftedAlong,
  within,
} from "app/map/place.js";
import {
  DONUT_PX,
  isHollow,
  markerOf,
  markerSize,
  markerText,
  SHIELD_PX,
  shieldWidth,
  shownAt,
} from "app/map/recipes.js";
import { metresPerPixel } from "app/map/scale.js";

/**
 * @typedef {import("app/map/place.js").Box} Box
 * @typedef {import("app/map/place.js").Spot} Spot
 * @typedef {import("app/map/recipes.js").Marker} Marker
 * @typedef {import("app/map/recipes.js").Label} Label
 * @typedef {import("app/map/recipes.js").LabelPoint} LabelPoint
 * @typedef {import("app/map/recipes.js").OverlayRecipe} OverlayRecipe
 * @typedef {import("app/map/recipes.js").ClassRecipe} ClassRecipe
 * @typedef {import("app/map/fonts.js").Type} Type
 * @typedef {import("app/map/cluster.js").Crowd} Crowd
 * @typedef {{layer: string, id: number}} Ref
 *
 * @typedef {object} Scene
 * @property {LabelPoint[]} points of the layers that are on
 * @property {Record<string, OverlayRecipe>} recipes by layer
 * @property {Record<string, string[]>} classes by layer, in the order of the legend
 * @property {number} zoom Leaflet's
 * @property {Box} view what a person sees
 * @property {Box} room what is drawn, a little more
 * @property {(point: LabelPoint) => Spot} toScreen
 * @property {(text: string, type: Type) => number} width
 * @property {Ref | null} selected
 * @property {import("app/map/emphasis.js").Emphasis} [emphasis] what the view is about
 * @property {import("app/map/names.js").Told} [told] places that carry a figure
 * @property {Box[]} [words] what others write above the map
 * @property {boolean} [lights] are those of supervised projects shown?
 *
 * @typedef {object} Item a point that is near enough, with its recipe
 * @property {LabelPoint} point
 * @property {OverlayRecipe} recipe
 * @property {ClassRecipe} look
 * @property {number} order of its class in the legend
 * @property {Spot} spot
 * @property {boolean} inView
 * @property {boolean} selected
 * @property {Marker | null} marker at this zoom
 * @property {number} size of the marker
 * @property {boolean} faint not what the view is about: it has no name
 *
 * @typedef {object} Common
 * @property {string} layer
 * @property {number} id 0 for what stands for many
 * @property {string} [symbol] class of the feature
 * @property {Box} box
 * @property {number} level drawn in this order
 *
 * @typedef {import("app/map/names.js").Name} Name
 *
 * @typedef {Common & {kind: "marker", spot: Spot, from: Spot | null, marker: Marker, size: number, text: string, hollow: boolean, selected: boolean, name: string, light?: string, bounds?: Box}} PlacedMarker
 * @typedef {Common & {kind: "donut", spot: Spot, shares: {key: string, color: string, count: number}[], count: number, word: string, area_mu: number, bounds: Box}} PlacedDonut
 * @typedef {Common & {kind: "label", glyphs: {text: string, x: number, y: number}[], type: Type, color: string, halo: number, text: string, light?: string, bounds?: Box}} PlacedLabel
 * @typedef {PlacedMarker | PlacedDonut | PlacedLabel} Placed
 */

const LEVEL = {
  square: 0,
  dot: 1,
  diamond: 2,
  shield: 3,
  hexagon: 4,
  pentagon: 4,
  triangle: 4,
  circle: 4,
  seal: 4,
};
const DONUT_LEVEL = 5;
const LABEL_LEVEL = 6;
const SELECTED_LEVEL = 7;

const REPEAT_PX = { shield: 380, label: 900 };
const SAME_PLACE_PX = 140;
const CLOSE_ZOOM = 13;
// From farther away a county is a hand's breadth: what is covered waits, leaders would only tangle.
const FAR_ZOOM = 9.4;
// A square that is covered more than this moves aside if it can.
const COVERED = 0.5;
const ASIDES_PER_DONUT = 2;
// Symbols that only touch are still told apart.
const TOUCH_PX = 5;
// How far from its point a name may slide along its line, whose course is known only there.
const LINE_REACH_PX = 90;
const ALONG_REACH_PX = 60;
const REACH_PX = { square: 26, seal: 66, clear: 110, count: 80 };
// On a phone a long leader would cross half the county: so far of the width one goes to run clear of others.
const CLEAR_SHARE = 1 / 6;
// Around the chosen symbol runs a ring.
const RING_ROOM_PX = 6;
const COUNT_TYPE = { size: 14, weight: 700 };

/**
 * Everything that has found its place, in drawing order.
 * @param {Scene} scene
 * @returns {Placed[]}
 */
export function arrange(scene) {
  return new Arrangement(scene).placed;
}

class Arrangement {
  /** @type {Placed[]} */
  placed = [];
  /** What nothing may cover. */
  #taken = new Boxes();
  /** Names, which not even a touch may cut into. */
  #texts = new Boxes();
  /** What others write: names go elsewhere, symbols stay where they belong. */
  #words = new Boxes();
  /** What a name should rather not cover. */
  #squares = new Boxes();
  #leaders = new Leaders(this.#taken);
  /** @type {PlacedDonut[]} */
  #donuts = [];
  /** @type {Map<PlacedDonut, number>} how many symbols stand aside from a donut */
  #asides = new Map();
  /** @type {Map<string, Spot[]>} */
  #written = new Map();
  /** @type {Map<Item, Box>} */
  #standing = new Map();

  /** @param {Scene} scene */
  constructor(scene) {
    this.scene = scene;
    for (const box of scene.words ?? []) this.#words.add(box);
    const { alone, donuts, counts } = this.#crowds(this.#near());
    const names = namesOf(alone, scene.zoom, scene.told);
    for (const crowd of donuts) this.#standDonut(crowd);
    this.#write(names.filter(({ rank }) => rank === 1));
    for (const crowd of counts) this.#standCount(crowd);
    this.#standSymbols(alone);
    this.#standSquares(alone);
    this.#standShields(alone);
    this.#write(names.filter(({ rank }) => rank > 1));
    this.placed.sort((a, b) => a.level - b.level || this.#strength(a) - this.#strength(b));
  }

  // What the view is about lies above what is fainter.
  /** @param {Placed} thing */
  #strength({ layer, symbol }) {
    return this.scene.emphasis?.of(layer, symbol ?? "") ?? 1;
  }

  // A crowd tells of what the view is about, where that is in it.
  /** @param {Item[]} members */
  #told(members) {
    const { emphasis } = this.scene;
    if (!emphasis) return members;
    const about = members.filter(({ point }) => emphasis.holds(point.layer, point.properties.symbol));
    return about.length ? about : members;
  }

  /** @returns {Item[]} */
  #near() {
    const room = grown(this.scene.room, 40);
    return this.scene.points.flatMap((point) => {
      const recipe = this.scene.recipes[point.layer];
      const look = recipe?.classes[point.properties.symbol];
      if (!look) return [];
      const spot = this.scene.toScreen(point);
      return holds(room, spot) ? [this.#item(point, recipe, look, spot)] : [];
    });
  }

  /** @param {LabelPoint} point @param {OverlayRecipe} recipe @param {ClassRecipe} look @param {Spot} spot @returns {Item} */
  #item(point, recipe, look, spot) {
    const { zoom, view, selected, emphasis } = this.scene;
    const marker = look.marker && shownAt(look.marker, zoom) ? look.marker : null;
    return {
      point,
      recipe,
      look,
      spot,
      marker,
      order: this.scene.classes[point.layer]?.indexOf(point.properties.symbol) ?? 0,
      inView: holds(view, spot),
      selected: selected?.layer === point.layer && selected.id === point.id,
      size: marker ? markerSize(marker, recipe, point.properties) : 0,
      faint: emphasis?.holds(point.layer, point.properties.symbol) === false,
    };
  }

  // Takes crowds out; the selected feature always stands alone.
  /** @param {Item[]} items @returns {{alone: Item[], donuts: Crowd[], counts: Crowd[]}} */
  #crowds(items) {
    const hidden = new Set();
    /** @type {Record<"donut" | "count", Crowd[]>} */
    const found = { donut: [], count: [] };
    for (const [layer, { cluster }] of Object.entries(this.scene.recipes)) {
      if (!cluster || this.scene.zoom >= cluster.below_zoom) continue;
      const own = items.filter((item) => item.point.layer === layer && item.marker);
      const crowds = crowdsOf(own, cluster);
      found[cluster.style].push(...crowds);
      for (const item of crowded(own, crowds, cluster.by)) hidden.add(item);
    }
    const alone = items.filter((item) => item.selected || !hidden.has(item));
    return { alone, donuts: found.donut, counts: found.count };
  }

  /** @param {Crowd} crowd */
  #standDonut({ members: all, x, y }) {
    const members = this.#told(all);
    const { point, recipe } = members[0];
    /** @type {PlacedDonut} */
    const donut = {
      kind: "donut",
      layer: point.layer,
      id: 0,
      symbol: point.properties.symbol,
      box: boxAround(x, y, DONUT_PX),
      level: DONUT_LEVEL,
      spot: { x, y },
      shares: sharesOf(members),
      count: howMany(members),
      word: recipe.measure_word,
      area_mu: members.reduce((sum, item) => sum + (Number(item.point.properties.area_mu) || 0), 0),
      bounds: boundsOf(members),
    };
    this.#donuts.push(donut);
    this.#put(donut);
  }

  /** @param {Crowd} crowd */
  #standCount({ members, x, y }) {
    const [{ point, recipe, look, marker, size }] = members;
    if (!marker) return;
    const own = boxAround(x, y, size);
    const spot = (this.#isFree(own)
      ? null
      : this.#freeSpots({ x, y }, size, REACH_PX.count).next().value) ?? { x, y };
    const box = boxAround(spot.x, spot.y, size);
    const common = {
      layer: point.layer,
      id: 0,
      symbol: point.properties.symbol,
      bounds: boundsOf(members),
    };
    const one = { ...common, spot, marker, size, box, from: null, text: marker.text ?? "", name: "" };
    const hollow = Boolean(marker.hollow);
    this.#put({ ...one, kind: "marker", level: LEVEL[marker.shape], hollow, selected: false });
    const text = `${howMany(members)}${recipe.measure_word}`;
    const color = look.label?.color ?? marker.edge;
    this.#writeCount(
      { ...common, kind: "label", level: LABEL_LEVEL, type: COUNT_TYPE, color, halo: 3.4, text },
      box,
    );
  }

  /** @param {Omit<PlacedLabel, "glyphs" | "box">} label @param {Box} beside */
  #writeCount(label, beside) {
    const { width, height } = measured(label.text, label.type, 0, this.scene.width);
    const place = eightPlaces(beside, width, height, 4).find((each) => this.#isFree(each));
    if (!place) return;
    const glyph = { text: label.text, x: (place[0] + place[2]) / 2, y: (place[1] + place[3]) / 2 };
    this.#put({ ...label, box: place, glyphs: [glyph] });
  }

  // Seals, badges, diamonds and dots: where they belong, else aside with a leader, else at a closer zoom.
  /** @param {Item[]} items */
  #standSymbols(items) {
    const symbols = items.filter(({ marker }) => marker && marker.shape !== "square").sort(byImportance);
    const covered = symbols.filter((item) => !this.#standsAtHome(item));
    for (const item of covered) {
      const moved = this.#mayMove(item) && this.#standAside(item);
      if (!moved) this.#standsAtHome(item, { light: false });
    }
  }

  /** @param {Item} item @param {{light: boolean}} [needs] must its light be free, too? */
  #standsAtHome(item, { light } = { light: true }) {
    const { spot, size, selected } = item;
    if (light && !selected && !this.#isLightFree(item, spot)) return false;
    const near = this.#taken.isFree(boxAround(spot.x, spot.y, size - TOUCH_PX));
    const free = selected || (near && this.#texts.isFree(boxAround(spot.x, spot.y, size)));
    if (free) this.#stand(item, spot);
    return free;
  }

  // A zone is always seen. From afar only a few sites stand around a donut, for more would hide the town.
  /** @param {Item} item */
  #mayMove({ marker, spot, point }) {
    if (marker?.shape === "dot" || this.scene.zoom < FAR_ZOOM) return false;
    if (this.scene.emphasis?.isAbout(point.layer, point.properties.symbol)) return true;
    if (marker?.shape === "diamond") return true;
    if (this.scene.zoom >= CLOSE_ZOOM) return true;
    const donut = this.#donuts.find(({ box }) => holds(box, spot));
    return donut !== undefined && (this.#asides.get(donut) ?? 0) < ASIDES_PER_DONUT;
  }

  /** @param {Item} item @returns {boolean} whether it stands */
  #standAside(item) {
    const { spot } = item;
    const aside = this.#besideOthers(item);
    if (aside) {
      this.#leaders.add(spot, aside);
      const donut = this.#donuts.find(({ box }) => holds(box, spot));
      if (donut) this.#asides.set(donut, (this.#asides.get(donut) ?? 0) + 1);
      this.#stand(item, aside);
      return true;
    }
    if (this.scene.zoom < CLOSE_ZOOM && item.marker?.shape !== "diamond") return false;
    this.#stand(item, spot);
    return true;
  }

  // Where its light would stand.
  /** @param {Item} item @param {Spot} spot @returns {Box | null} */
  #lightAt({ point, size }, { x, y }) {
    if (!this.scene.lights || !point.properties.light) return null;
    const middle = besideSymbol(boxAround(x, y, size));
    return boxAround(middle.x, middle.y, LIGHT_PX);
  }

  /** @param {Item} item @param {Spot} spot */
  #isLightFree(item, spot) {
    const light = this.#lightAt(item, spot);
    return !light || this.#taken.isFree(light);
  }

  /** @param {Item} item the room its name will want */
  #nameOf({ look, point }) {
    const text = look.label ? String(point.properties[look.label.text_from ?? "label"] ?? "") : "";
    return look.label && text ? measured(text, look.label, 0, this.scene.width) : null;
  }

  // Rather a little farther away than with a leader that runs under others.
  /** @param {Item} item @returns {Spot | null} */
  #besideOthers(item) {
    const { spot, size } = item;
    let best = null;
    let least = Number.POSITIVE_INFINITY;
    const [left, , right] = this.scene.view;
    const far = Math.max(REACH_PX.seal, Math.min(REACH_PX.clear, CLEAR_SHARE * (right - left)));
    for (const other of this.#freeSpots(spot, size, far, this.#nameOf(item))) {
      if (!this.#isLightFree(item, other)) continue;
      const isNear = Math.hypot(other.x - spot.x, other.y - spot.y) <= REACH_PX.seal;
      const trouble = this.#leaders.trouble(spot, other, boxAround(other.x, other.y, size));
      if (trouble < least && (isNear || trouble < 2)) [best, least] = [other, trouble];
      if (!trouble) break;
    }
    return best;
  }

  /** @param {Spot} spot @param {number} size @param {number} reach @param {{width: number, height: number} | null} [name] @returns {Generator<Spot>} */
  *#freeSpots(spot, size, reach, name = null) {
    for (const other of rings(spot, size * 0.6, reach)) {
      const box = boxAround(other.x, other.y, size);
      if (!this.#isFree(grown(box, 2)) || this.#leaders.runUnder(box)) continue;
      if (!name || eightPlaces(box, name.width, name.height, 4).some((place) => this.#isFree(place)))
        yield other;
    }
  }

  // Squares never wait: one that is mostly covered moves aside if it can.
  /** @param {Item[]} items */
  #standSquares(items) {
    const squares = items.filter(({ marker }) => marker?.shape === "square");
    for (const item of squares.sort((a, b) => b.size - a.size || a.point.id - b.point.id)) {
      const box = boxAround(item.spot.x, item.spot.y, item.size);
      const spot = this.#covered(box) > COVERED && !item.selected ? this.#besides(item) : item.spot;
      this.#stand(item, spot);
    }
  }

  /** @param {Box} box */
  #covered(box) {
    return Math.max(this.#taken.covered(box), this.#squares.covered(box));
  }

  /** @param {Item} item @returns {Spot} */
  #besides({ spot, size }) {
    for (const other of rings(spot, size * 0.7, REACH_PX.square, 5)) {
      const box = boxAround(other.x, other.y, size + 2);
      if (this.#taken.isFree(box) && this.#squares.isFree(box)) return other;
    }
    return spot;
  }

  /** @param {Item} item @param {Spot} spot */
  #stand(item, spot) {
    const { point, size, selected } = item;
    if (!item.marker) return;
    const marker = markerOf(item.marker, point.properties);
    const box = boxAround(spot.x, spot.y, size);
    this.#standing.set(item, selected ? grown(box, RING_ROOM_PX) : box);
    const light = this.#lightAt(item, spot);
    if (light) this.#taken.add(light);
    this.#put({
      kind: "marker",
      layer: point.layer,
      id: point.id,
      symbol: point.properties.symbol,
      box,
      level: selected ? SELECTED_LEVEL : LEVEL[marker.shape],
      spot,
      from: spot === item.spot ? null : item.spot,
      marker,
      size,
      text: markerText(marker, point.properties),
      name: String(point.properties.label ?? ""),
      hollow: isHollow(marker, point.properties),
      selected,
      light: point.properties.light,
    });
  }

  /** @param {Item[]} items */
  #standShields(items) {
    for (const { look, point, spot } of items) {
      const { shield } = look;
      const text = shield ? markerText(shield, point.properties) : "";
      if (!shield || !text || !shownAt(shield, this.scene.zoom)) continue;
      const box = boxAround(spot.x, spot.y, shieldWidth(text.length) + 3, SHIELD_PX + 3);
      if (!this.#isFree(box) || this.#isWritten(text, spot, REPEAT_PX.shield)) continue;
      this.#remember(text, spot);
      const one = {
        layer: point.layer,
        id: point.id,
        symbol: point.properties.symbol,
        spot,
        text,
        name: text,
        marker: shield,
        size: SHIELD_PX,
      };
      this.#put({
        kind: "marker",
        from: null,
        box,
        level: LEVEL.shield,
        hollow: false,
        selected: false,
        ...one,
      });
    }
  }

  /** @param {Name[]} names */
  #write(names) {
    for (const name of names) {
      for (const item of name.items) if (this.#writeName(name, item)) break;
    }
  }

  /** @param {Name} name @param {Item} item @returns {boolean} */
  #writeName({ text, label, isLine }, item) {
    if (item.marker && !this.#standing.has(item)) return false;
    if (this.#isWritten(text, item.spot, isLine ? REPEAT_PX.label : SAME_PLACE_PX)) return false;
    const glyphs = label.along
      ? this.#glyphsAlong(text, label, item)
      : this.#glyphsBeside(text, label, item, isLine);
    if (!glyphs) return false;
    this.#remember(text, item.spot);
    const { layer, id } = item.point;
    const halo = label.halo ?? 3.6;
    const { size, weight, face, italic, color } = label;
    const type = { size, weight, face, italic };
    const { box } = glyphs;
    const level = item.selected ? SELECTED_LEVEL : LABEL_LEVEL;
    this.placed.push({
      kind: "label",
      layer,
      id,
      symbol: item.point.properties.symbol,
      box,
      level,
      glyphs: glyphs.glyphs,
      type,
      color,
      halo,
      text,
      light: this.#lightOf(item, label),
    });
    for (const each of glyphs.boxes) this.#keepClear(each);
    return true;
  }

  /** @param {string} text @param {Label} label @param {Item} item */
  #glyphsAlong(text, label, item) {
    const letters = [...text];
    const { size, spacing = 0 } = label;
    const reach = Math.min(ALONG_REACH_PX, 0.1 * this.#pixelsLong(item));
    for (const middle of shiftedAlong(item.spot, item.point.angle, reach)) {
      for (const gap of [spacing, spacing / 3]) {
        const spots = alongPlaces(middle, item.point.angle, letters.length, size, gap);
        const boxes = spots.map(({ x, y }) => boxAround(x, y, size + 2));
        if (!boxes.every((box) => this.#isFree(box))) continue;
        return { box: around(boxes), boxes, glyphs: spots.map((each, i) => ({ text: letters[i], ...each })) };
      }
    }
    return null;
  }

  /** @param {Item} item */
  #pixelsLong(item) {
    return (lengthOf(item) * 1000) / metresPerPixel(this.scene.zoom, item.point.lat);
  }

  /** @param {string} text @param {Label} label @param {Item} item @param {boolean} isLine */
  #glyphsBeside(text, label, item, isLine) {
    const { width, height } = measured(text, label, label.spacing ?? 0, this.scene.width);
    const light = this.scene.lights && this.#lightOf(item, label) ? LIGHT_PX : 0;
    const places = this.#placesFor(item, { width: width + light, height }, isLine);
    const place = bestPlace(
      places,
      (box) => this.#isFree(box),
      (box) => this.#squares.meeting(box).length + Number(this.#leaders.runUnder(box)),
    );
    if (!place) return null;
    const [left, ...others] = place;
    /** @type {Box} */
    const own = [left + light, ...others];
    return { box: own, boxes: [place], glyphs: spread(text, own, label, this.scene.width) };
  }

  // A symbol bears its light itself, and a name along a line has no place before it.
  /** @param {Item} item @param {Label} label */
  #lightOf({ marker, point }, label) {
    return marker || label.along ? "" : point.properties.light;
  }

  /** @param {Item} item @param {{width: number, height: number}} size @param {boolean} isLine @returns {Box[]} */
  #placesFor(item, { width, height }, isLine) {
    const own = this.#standing.get(item);
    if (own) return eightPlaces(own, width, height, 4);
    const donut = this.#donuts.find(({ box }) => holds(box, item.spot));
    if (donut) return aboveFirst(eightPlaces(donut.box, width, height, 4));
    const { spot, point } = item;
    if (!isLine) return middlePlaces(spot, width, height);
    const reach = Math.min(LINE_REACH_PX, 0.25 * this.#pixelsLong(item));
    return linePlaces(spot, point.angle, reach, width, height);
  }

  /** @param {Box} box */
  #isFree(box) {
    if (!within(box, this.scene.room) || this.#cutByView(box)) return false;
    return this.#taken.isFree(box) && this.#words.isFree(box);
  }

  // A name half outside the view reads wrongly; wholly outside it waits for the next pan.
  /** @param {Box} box */
  #cutByView(box) {
    const [left, top, right, bottom] = this.scene.view;
    // What is covered for good shows no halves either.
    if (left > 0 && box[0] < left) return true;
    const outside = box[2] <= left || box[0] >= right || box[3] <= top || box[1] >= bottom;
    return !outside && !within(box, this.scene.view);
  }

  /** @param {string} text @param {Spot} spot @param {number} distance */
  #isWritten(text, spot, distance) {
    return (this.#written.get(text) ?? []).some((at) => Math.hypot(at.x - spot.x, at.y - spot.y) < distance);
  }

  /** @param {string} text @param {Spot} spot */
  #remember(text, spot) {
    this.#written.set(text, [...(this.#written.get(text) ?? []), spot]);
  }

  /** @param {Placed} thing */
  #put(thing) {
    this.placed.push(thing);
    if (thing.kind === "label") this.#keepClear(thing.box);
    else if (thing.kind === "marker" && thing.marker.shape === "square") this.#squares.add(thing.box);
    else this.#taken.add(thing.box);
  }

  /** @param {Box} text */
  #keepClear(text) {
    this.#taken.add(text);
    this.#texts.add(text);
  }
}

/** @param {Item} a @param {Item} b */
function byImportance(a, b) {
  return (
    Number(b.selected) - Number(a.selected) ||
    (a.look.label?.priority ?? 9) - (b.look.label?.priority ?? 9) ||
    Number(b.inView) - Number(a.inView) ||
    a.order - b.order ||
    a.point.id - b.point.id
  );
}

/** @param {Box[]} places right, left, above, below, corners */
function aboveFirst([right, left, above, below, ...corners]) {
  return [above, below, right, left, ...corners];
}
