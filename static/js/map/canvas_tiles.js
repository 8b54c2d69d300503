// Which tiles does a view need where no GL fetches them, and which label points do they carry?
import { placesIn, sideOf } from "app/map/ahead.js";
import { eachOnce } from "app/map/recipes.js";

/**
 * @typedef {import("protomaps-leaflet").TileCache} TileCache
 * @typedef {import("protomaps-leaflet").PreparedTile} PreparedTile
 * @typedef {import("protomaps-leaflet").Feature & {id: number}} Feature
 * @typedef {import("app/map/recipes.js").LabelPoint} LabelPoint
 * @typedef {import("app/map/ahead.js").Frame} Frame
 * @typedef {{tiles: string[], minzoom?: number, maxzoom?: number}} TileJson
 */

const SIDE_PX = 512;

/** The tiles of one source, decoded by protomaps-leaflet and kept. */
export class Tiles {
  /** @param {TileJson} told */
  constructor({ tiles: [address], minzoom = 0, maxzoom = 16 }) {
    this.minzoom = minzoom;
    this.maxzoom = maxzoom;
    this.cache = new protomapsL.TileCache(new protomapsL.ZxySource(address, false), SIDE_PX);
  }

  /**
   * What covers the frame, at the same levels of detail as in GL; tiles that fail are told and left out.
   * @param {number} zoom Leaflet's @param {Frame} frame @param {(error: unknown) => void} fail
   * @returns {Promise<PreparedTile[]>}
   */
  async covering(zoom, frame, fail) {
    const wanted = placesIn(zoom, frame, this).map((place) => this.#tile(zoom, place, fail));
    return (await Promise.all(wanted)).flatMap((tile) => tile ?? []);
  }

  /** Keeps what will cover a frame, one tile after the other. @param {import("app/map/ahead.js").Coming} coming @param {AbortSignal} signal nobody wants it any longer */
  async keep({ zoom, frame }, signal) {
    for (const place of placesIn(zoom, frame, this)) {
      if (signal.aborted) return;
      await this.cache.get(place).catch(() => {});
      // Unpacking a tile takes a while: whoever presses a key comes first.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** @param {number} zoom @param {{z: number, x: number, y: number}} place @param {(error: unknown) => void} fail */
  async #tile(zoom, place, fail) {
    const dim = sideOf(zoom, place.z);
    try {
      const data = await this.cache.get(place);
      const origin = /** @type {any} */ (L.point(place.x * dim, place.y * dim));
      return { z: zoom, origin, data, scale: dim / SIDE_PX, dim, dataTile: place };
    } catch (error) {
      return void fail(error);
    }
  }
}

/** The label points of a layer, each once. @param {string} layer @param {PreparedTile[]} tiles @returns {LabelPoint[]} */
export function labelPoints(layer, tiles) {
  const points = tiles.flatMap(({ data, dataTile }) => {
    const features = /** @type {Feature[]} */ (data.get(`${layer}_points`) ?? []);
    return features.map((feature) => labelPoint(layer, feature, dataTile));
  });
  return eachOnce(points);
}

/** @param {string} layer @param {Feature} feature @param {{z: number, x: number, y: number}} tile @returns {LabelPoint} */
function labelPoint(layer, { id, geom, props }, { z, x, y }) {
  const properties = /** @type {Record<string, any>} */ (props);
  const { seq = 0, angle = 0 } = properties;
  const [[spot]] = geom;
  const across = (x + spot.x / SIDE_PX) / 2 ** z;
  const down = (y + spot.y / SIDE_PX) / 2 ** z;
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * down))) * 180) / Math.PI;
  return { layer, id, seq, lon: across * 360 - 180, lat, angle, properties };
}
