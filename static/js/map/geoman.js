// Where does the drawing library come from? Loaded when somebody draws for the first time, in Chinese.

/** @typedef {{script: string, style: string}} Files addresses of the vendored library */

/** @type {Promise<void> | null} */
let loading = null;

/** The library, ready on this map. Rejects with a sentence for the person. @param {L.Map} map @param {Files} files */
export async function ready(map, files) {
  loading ??= load(files);
  try {
    await loading;
  } catch (error) {
    loading = null;
    throw error;
  }
  if ("pm" in map && map.pm) return;
  // The map is older than the library, which only equips maps made after it.
  Object.assign(map.options, { pmIgnore: false });
  /** @type {any} */ (L.PM).reInitLayer(map);
  map.pm.setLang("zh");
  map.pm.setGlobalOptions({ allowSelfIntersection: true, snapDistance: 12 });
}

/** @param {Files} files */
async function load({ script, style }) {
  await Promise.all([
    put(Object.assign(document.createElement("link"), { rel: "stylesheet", href: style })),
    put(Object.assign(document.createElement("script"), { src: script })),
  ]);
  // Only what says so is drawn on: whatever else lies on the map is left alone.
  L.PM.setOptIn(true);
}

/** @param {HTMLElement} element */
function put(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => {
      element.remove();
      reject(new Error("绘图工具没有读到。请检查网络，稍后再试。"));
    });
    document.head.append(element);
  });
}
