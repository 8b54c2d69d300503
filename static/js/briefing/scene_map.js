// How does the map show a scene? Layers, filters, what it is about, the view; the same map modules as everywhere.
import { padding } from "app/briefing/stage.js";
import { besides } from "app/briefing/strip.js";
import { Times, timeOf } from "app/map/times.js";

/**
 * @typedef {import("app/briefing/told.d.ts").Scene} Scene
 * @typedef {import("app/map/passing.js").Asked} Asked
 */

const CLOSE = 15;
const PLACES = "place_name";
const GROUND = "base";

export class SceneMap {
  /** What filters let pass, by layer, text and day. @type {Map<string, Promise<Asked | null>>} */
  #asked = new Map();
  #started = false;
  #turn = 0;
  /** Of the scene; null while it is set. @type {string | null} */
  #time_text = null;
  /** Layers of an answer that was shown on the map. @type {Set<string>} */
  #beside = new Set();
  /** @type {Scene | null} */
  #shown = null;
  /** @type {Scene[]} */
  #scenes = [];

  /**
   * @param {import("app/map/view.js").MapView} view
   * @param {import("app/api.js").Server} server
   * @param {Api.Catalogue} catalogue
   * @param {Api.Style} style
   */
  constructor(view, server, catalogue, style) {
    this.view = view;
    this.server = server;
    this.catalogue = catalogue;
    this.style = style;
    this.times = new Times(view);
    this.times.know(catalogue);
    this.view.addEventListener("idle", () => this.#prepareNext());
  }

  /** Bounds of a scene: its own, else those of the county. @param {Scene} scene */
  boundsOf(scene) {
    return scene.bounds ?? /** @type {Api.Bounds} */ (this.catalogue.county.bounds);
  }

  /** @param {string} layer */
  isGround(layer) {
    return this.catalogue.layers.find(({ key }) => key === layer)?.group === GROUND;
  }

  /** Asks beforehand what later scenes will need. @param {Scene[]} scenes */
  prepare(scenes) {
    this.#scenes = scenes;
    this.view.hold(usedBy(scenes));
    for (const scene of scenes) {
      if (scene.at) continue;
      for (const [layer, text] of Object.entries(scene.filters)) this.#filter(layer, text, null);
    }
    if (this.view.isDrawn) this.#prepareNext();
  }

  // Once a scene stands, the view of the next is made ready.
  #prepareNext() {
    const at = this.#scenes.findIndex(({ id }) => id === this.#shown?.id);
    const next = at < 0 ? undefined : this.#scenes[at + 1];
    // On another day the tiles are others.
    if (!next || next.at !== this.server.at_day) return;
    void this.view.prepare(this.boundsOf(next), padding(besides(next)));
  }

  /** Resolves when the scene has been asked of the map. @param {Scene} scene @param {{cut?: boolean}} [how] */
  async show(scene, { cut = false } = {}) {
    const turn = ++this.#turn;
    const filters = await Promise.all(
      Object.entries(scene.filters).map(
        async ([layer, text]) =>
          /** @type {[string, Asked | null]} */ ([layer, await this.#filter(layer, text, scene.at)]),
      ),
    );
    if (turn !== this.#turn) return;
    if (!this.#started) await this.#start(scene);
    else await this.#day(scene.at);
    if (turn !== this.#turn) return;
    const before = this.#shown;
    this.#shown = scene;
    const passing = Object.fromEntries(filters);
    if (cut || before === null) this.#set(scene, before, passing);
    else this.view.change(() => this.#set(scene, before, passing));
  }

  /** @param {Scene} scene @param {Scene | null} before @param {Record<string, Asked | null>} passing */
  #set(scene, before, passing) {
    for (const { key } of this.catalogue.layers) this.view.setVisible(key, scene.layers.includes(key));
    const filtered = [...Object.keys(passing), ...Object.keys(before?.filters ?? {}), ...this.#beside];
    for (const key of new Set(filtered)) this.view.setFilter(key, passing[key] ?? null);
    this.#beside.clear();
    this.view.setColors(scene.colors);
    this.#stress(scene);
    this.#stand(scene);
  }

  /** To the exact view of the scene, and its time. @param {Scene} scene @param {boolean} [cut] */
  go(scene, cut = false) {
    if (cut) this.#stand(scene);
    else this.view.change(() => this.#stand(scene));
  }

  /** @param {Scene} scene */
  #stand(scene) {
    this.view.select(null);
    this.#time(scene);
    this.view.fit(this.boundsOf(scene), { animate: false });
  }

  /** To where an answer lies. @param {Api.Bounds} bounds */
  look(bounds) {
    this.view.change(() => this.view.fit(bounds, { closest: CLOSE, animate: false }));
  }

  /** What was asked for beside the scene: only that of its layers. @param {Scene} scene @param {Record<string, string>} filters */
  async only(scene, filters) {
    const found = await Promise.all(
      Object.entries(filters).map(
        async ([layer, text]) =>
          /** @type {[string, Asked | null]} */ ([
            layer,
            text ? await this.#filter(layer, text, scene.at) : null,
          ]),
      ),
    );
    // What is answered stands there whatever the year.
    this.times.setYear(null);
    for (const [layer, asked] of found) {
      this.view.setVisible(layer, true);
      this.view.setFilter(layer, asked);
      this.#beside.add(layer);
    }
    this.view.setEmphasis(Object.fromEntries(Object.keys(filters).map((key) => [key, []])));
  }

  /** Has somebody gone to another time than that of the scene? */
  get isAnotherTime() {
    return this.#time_text !== null && this.times.text !== this.#time_text;
  }

  /** @param {Scene} scene */
  #time(scene) {
    const { compare, year } = scene;
    this.#time_text = null;
    const [left, right] = [timeOf(compare?.left), timeOf(compare?.right)];
    if (left === null || right === null) this.times.setYear(timeOf(year?.time));
    else {
      const share = this.view.shareIn(this.boundsOf(scene), compare?.share ?? 0.5);
      this.times.setCompare({ left, right, share });
    }
    this.#time_text = this.times.text;
  }

  /** @param {Scene} scene */
  #stress({ subject, towns, color }) {
    this.view.setEmphasis(subject, { layer: PLACES, figures: towns, color });
  }

  /** @param {Scene} scene */
  async #start(scene) {
    this.#started = true;
    await this.#day(scene.at);
    const { county, tiles } = this.catalogue;
    const layers = this.catalogue.layers.map((layer) => ({ ...layer, on: scene.layers.includes(layer.key) }));
    const bounds = /** @type {Api.Bounds} */ (county.bounds);
    this.#time(scene);
    this.view.setColors(scene.colors);
    // Nobody waits for the last tile: the scene is there as soon as its words are.
    this.view.start(this.style, { layers, tiles, county: { bounds } });
  }

  /** @param {string | null} day */
  async #day(day) {
    if (day === this.server.at_day) return;
    this.server.at_day = day;
    this.catalogue = { ...this.catalogue, tiles: (await this.server.layers(true)).tiles };
    if (this.view.isStarted) await this.view.renew(this.catalogue.tiles);
  }

  /** @param {string} layer @param {string} text @param {string | null} day @returns {Promise<Asked | null>} null: it could not be asked, and everything is shown */
  #filter(layer, text, day) {
    const name = `${layer}|${text}|${day ?? ""}`;
    let asked = this.#asked.get(name);
    if (!asked) {
      asked = this.server
        .filterOn(layer, text, day)
        .then(({ map }) => map)
        .catch(() => null);
      this.#asked.set(name, asked);
    }
    return asked;
  }
}

/** The layers of all scenes, with the fields that colour them. @param {Scene[]} scenes */
function usedBy(scenes) {
  /** @type {Map<string, Set<string>>} */
  const used = new Map();
  for (const { layers, colors } of scenes) {
    for (const key of layers) used.set(key, (used.get(key) ?? new Set()).add(colors[key] ?? ""));
  }
  return used;
}
