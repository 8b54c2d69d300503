// How does the drawing library become ready? Loaded when somebody draws for the first time, in Chinese.
import { brought } from "app/library.js";

/** @typedef {{script: string, style: string}} Files addresses of the vendored library */

/** The library, ready on this map. Rejects with a sentence for the person. @param {L.Map} map @param {Files} files */
export async function ready(map, files) {
  await brought("绘图工具", files.script, files.style);
  if ("pm" in map && map.pm) return;
  // Only what says so is drawn on: whatever else lies on the map is left alone.
  L.PM.setOptIn(true);
  // The map is older than the library, which only equips maps made after it.
  Object.assign(map.options, { pmIgnore: false });
  /** @type {any} */ (L.PM).reInitLayer(map);
  map.pm.setLang("zh");
  map.pm.setGlobalOptions({ allowSelfIntersection: true, snapDistance: 12 });
}
