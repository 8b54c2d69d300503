// Which scene is on, and how does one leave the script and come back to exactly this scene?
import { reserve } from "app/briefing/stage.js";
import { hasStrip } from "app/briefing/strip.js";

/**
 * @typedef {import("app/briefing/told.d.ts").Told} Told
 * @typedef {object} Parts
 * @property {import("app/briefing/scene_panel.js").ScenePanel} panel
 * @property {import("app/briefing/scene_map.js").SceneMap} map
 * @property {import("app/briefing/strip.js").Strip} strip
 * @property {import("app/briefing/contents.js").Contents} contents
 * @property {import("app/briefing/small_card.js").SmallCard} card
 * @property {import("app/briefing/answering.js").Answering} answering
 * @property {import("app/briefing/strayed.js").Strayed} strayed
 */

/** Emits "shown" {scene, number, quiet} when a scene is put on, "trouble" {message} where it cannot be shown whole, "end" after the last. */
export class Script extends EventTarget {
  #at = 0;

  /** @param {Told} told @param {Parts} parts */
  constructor(told, parts) {
    super();
    this.told = told;
    this.parts = parts;
  }

  /** Number of the scene, from 0. */
  get at() {
    return this.#at;
  }

  get scene() {
    return this.told.scenes[this.#at];
  }

  get count() {
    return this.told.scenes.length;
  }

  /** @param {number} number from 0 @param {{cut?: boolean, quiet?: boolean}} [how] quiet: another window said so */
  async show(number, { cut = false, quiet = false } = {}) {
    const { panel, map, strip, contents, card, answering, strayed } = this.parts;
    const scene = this.told.scenes[number];
    if (!scene) return;
    this.#at = number;
    card.close();
    contents.close();
    answering.close();
    reserve({ right: 0 });
    panel.show(scene);
    strip.stand(hasStrip(scene));
    contents.mark(number);
    strayed.begin();
    this.#tell("shown", { scene, number, quiet });
    // A scene that cannot be shown whole says so, and the next key works.
    await map.show(scene, { cut }).catch((error) => this.#tell("trouble", { message: error.message }));
  }

  /** @param {number} by */
  step(by) {
    const next = this.#at + by;
    if (next >= 0 && next < this.count) this.show(next);
    else if (by > 0) this.#tell("end", {});
  }

  /** Back to the exact view of the scene. @returns {boolean} was anything to go back from? */
  comeBack() {
    const { map, strip, contents, card, answering, strayed } = this.parts;
    if (contents.isOpen) {
      contents.close();
      return true;
    }
    if (answering.isOpen) {
      answering.leave();
      return true;
    }
    if (!this.scene) return false;
    if (!strayed.isTold && !card.isOpen && strip.isOpen === hasStrip(this.scene)) return false;
    card.close();
    strip.stand(hasStrip(this.scene));
    strayed.begin();
    map.go(this.scene);
    return true;
  }

  /** The same scene once more, with other words or after it was left. @param {Told} [told] */
  again(told = this.told) {
    this.told = told;
    return this.show(Math.min(this.#at, told.scenes.length - 1), { cut: true, quiet: true });
  }

  /** A scene that was only just made comes to stand once it is told. @param {number} number from 0 */
  await(number) {
    this.#at = number;
  }

  /** On a window of another size. */
  refit() {
    const { panel, map, strayed } = this.parts;
    strayed.begin();
    if (!this.scene) return;
    panel.show(this.scene);
    map.go(this.scene, true);
  }

  /** @param {string} name @param {object} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
