// Has somebody moved the map away from the scene by hand?

const SAME_DEGREES = 1e-4;
const SAME_ZOOM = 0.02;
const HANDS = ["pointerdown", "wheel", "dblclick"];

/** @typedef {import("app/map/view.js").View} View */

export class Strayed {
  #by_hand = false;
  /** Where the scene stands. @type {View | null} */
  #place = null;

  /** @param {HTMLElement} frame of the map @param {import("app/map/view.js").MapView} view @param {HTMLElement} way back, which is seen as long as somebody is elsewhere */
  constructor(frame, view, way) {
    this.view = view;
    this.way = way;
    for (const sign of HANDS) {
      frame.addEventListener(sign, () => this.#taken(), { capture: true, passive: true });
    }
  }

  /** Is the way back offered? */
  get isTold() {
    return !this.way.hidden;
  }

  /** From now on the map goes to where a scene stands. */
  begin() {
    this.#by_hand = false;
    this.tell(false);
  }

  /** The map has moved. @param {boolean} otherwise is anything else not as in the scene? */
  follow(otherwise) {
    if (!this.#by_hand || !this.#place) this.#place = this.view.state();
    else this.tell(this.isAway || otherwise);
  }

  get isAway() {
    return this.#by_hand && this.#place !== null && isElsewhere(this.#place, this.view.state());
  }

  /** @param {boolean} is */
  tell(is) {
    this.way.hidden = !is;
  }

  #taken() {
    this.#by_hand = true;
  }
}

/** @param {View} one @param {View} other */
function isElsewhere(one, other) {
  const apart = Math.hypot(one.lon - other.lon, one.lat - other.lat);
  return apart > SAME_DEGREES || Math.abs(one.z - other.z) > SAME_ZOOM;
}
