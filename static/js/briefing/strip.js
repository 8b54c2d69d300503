// When does the strip of years stand below the map of a show? The map makes room for it.
import { reserve } from "app/briefing/stage.js";
import { TimePanel } from "app/panel/times.js";

/** Of the sheet. */
const HIGH_PX = 136;

export class Strip {
  /**
   * @param {HTMLElement} element @param {import("app/map/times.js").Times} times
   * @param {() => string[]} shown keys of the layers that are on @param {MediaQueryList} calm
   */
  constructor(element, times, shown, calm) {
    this.times = times;
    this.panel = new TimePanel(element, times, { shown, travel: null, calm, follows: false });
    this.panel.addEventListener("closed", () => this.stand(false));
  }

  get isOpen() {
    return this.panel.isOpen;
  }

  /** @param {boolean} open */
  stand(open) {
    this.panel.stand(open);
    reserve({ bottom: highOf(open) });
  }

  turn() {
    this.stand(!this.isOpen);
    if (this.isOpen && !this.times.text) this.times.setYear("now");
  }

  /** @param {number} by years, which are then seen */
  step(by) {
    this.#open();
    this.panel.step(by);
  }

  turnPlay() {
    this.#open();
    this.panel.turnPlay();
  }

  #open() {
    if (!this.isOpen) this.stand(true);
  }
}

/** What a scene leaves free beside its own panel, on the sheet. @param {import("app/briefing/told.d.ts").Scene} scene */
export function besides(scene) {
  return { right: 0, bottom: highOf(hasStrip(scene)) };
}

/** @param {boolean} open */
function highOf(open) {
  return open ? HIGH_PX : 0;
}

/** Does the strip belong to this scene? @param {import("app/briefing/told.d.ts").Scene} [scene] */
export function hasStrip(scene) {
  return Boolean(scene?.year && !scene.compare);
}
