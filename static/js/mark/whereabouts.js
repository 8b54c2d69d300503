// Where is this device, better by the second? Watches only while somebody marks, because it costs the battery.

const REFUSALS = /** @type {Record<number, string>} */ ({
  1: "没有允许读取位置。请在浏览器的网站设置里允许“位置”，或在图上拖动标记。",
  2: "设备没有给出位置。请到室外稍等，或在图上拖动标记。",
  3: "定位超时。请到室外稍等，或在图上拖动标记。",
});
const INSECURE =
  "当前网址不是 https，浏览器不提供定位，也不能离线打开。请在图上点一下指定位置；需要定位时请管理员启用 https。";

/** Emits "fix" {lon, lat, accuracy_m} and "refused" {sentence}. */
export class Whereabouts extends EventTarget {
  /** @type {number | null} */
  #watch = null;
  /** @type {{lon: number, lat: number, accuracy_m: number, heading: number | null} | null} */
  fix = null;

  start() {
    if (this.#watch !== null) return;
    if (!window.isSecureContext || !navigator.geolocation) return this.#refuse(INSECURE);
    this.#watch = navigator.geolocation.watchPosition(
      ({ coords }) => this.#take(coords),
      ({ code }) => this.#refuse(REFUSALS[code] ?? REFUSALS[2]),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 5_000 },
    );
  }

  stop() {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
  }

  /** @param {GeolocationCoordinates} coords */
  #take({ longitude, latitude, accuracy, heading }) {
    this.fix = {
      lon: longitude,
      lat: latitude,
      accuracy_m: accuracy,
      heading: Number.isFinite(heading) ? heading : null,
    };
    this.dispatchEvent(new CustomEvent("fix", { detail: this.fix }));
  }

  /** @param {string} sentence */
  #refuse(sentence) {
    this.dispatchEvent(new CustomEvent("refused", { detail: { sentence } }));
  }
}
