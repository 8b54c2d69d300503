// How does the wheel zoom? Smoothly, towards what is under the pointer, and at once where motion is unwanted.

const LEVELS_PER_PIXEL = 0.006;
const EASE_MS = 70;
const REST_MS = 160;
const CLOSE_ENOUGH = 0.002;

/**
 * The parts of Leaflet that its own pinch zoom uses.
 * @typedef {{_moveStart: (zooms: boolean, quiet: boolean) => void, _move: (center: L.LatLng, zoom: number) => void, _moveEnd: (zooms: boolean) => void, _stop: () => void}} Inner
 */

export class SmoothWheel {
  #goal = 0;
  #running = false;
  #turned_at = 0;
  #frame_at = 0;
  #point = L.point(0, 0);
  #place = L.latLng(0, 0);

  /** @param {L.Map} map @param {() => boolean} isStill does the person want no motion? */
  constructor(map, isStill) {
    this.map = map;
    this.inner = /** @type {L.Map & Inner} */ (/** @type {unknown} */ (map));
    this.isStill = isStill;
    map.scrollWheelZoom.disable();
    map.getContainer().addEventListener("wheel", (event) => this.#turn(event), { passive: false });
  }

  /** @param {WheelEvent} event */
  #turn(event) {
    event.preventDefault();
    const { map } = this;
    const from = this.#running ? this.#goal : map.getZoom();
    const change = -pixels(event) * LEVELS_PER_PIXEL;
    this.#goal = Math.min(map.getMaxZoom(), Math.max(map.getMinZoom(), from + change));
    this.#point = map.mouseEventToContainerPoint(event);
    this.#place = map.containerPointToLatLng(this.#point);
    this.#turned_at = performance.now();
    if (this.isStill()) map.setZoomAround(this.#point, this.#goal, { animate: false });
    else if (!this.#running) this.#start();
  }

  /** Ends where it is, so that something else may move the map. */
  stop() {
    if (this.#running) this.#end();
  }

  #start() {
    this.#running = true;
    this.inner._stop();
    this.inner._moveStart(true, false);
    this.#frame_at = performance.now();
    requestAnimationFrame((now) => this.#step(now));
  }

  /** @param {number} now */
  #step(now) {
    if (!this.#running) return;
    const zoom = this.map.getZoom();
    const share = 1 - Math.exp(-Math.max(0, now - this.#frame_at) / EASE_MS);
    this.#frame_at = now;
    const near = Math.abs(this.#goal - zoom) < CLOSE_ENOUGH;
    if (!near) this.#move(zoom + (this.#goal - zoom) * share);
    if (near && now - this.#turned_at > REST_MS) this.#end();
    else requestAnimationFrame((next) => this.#step(next));
  }

  // What is under the pointer stays under it.
  /** @param {number} zoom */
  #move(zoom) {
    const aside = this.#point.subtract(this.map.getSize().divideBy(2));
    const center = this.map.unproject(this.map.project(this.#place, zoom).subtract(aside), zoom);
    this.inner._move(center, zoom);
  }

  #end() {
    this.#running = false;
    this.inner._moveEnd(true);
  }
}

const LINE_PX = 20;
const PAGE_PX = 400;

/** @param {WheelEvent} event */
function pixels({ deltaY, deltaMode }) {
  const unit = [1, LINE_PX, PAGE_PX][deltaMode];
  return Math.max(-PAGE_PX, Math.min(PAGE_PX, deltaY * unit));
}
