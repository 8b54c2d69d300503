// Where are the rows that are chosen in the table? Their outlines on the map.

/** Shows the shapes of what is chosen, and asks only for those it does not know. */
export class ChosenRows {
  /** @type {Map<string, GeoJSON.Geometry>} */
  #known = new Map();
  /** @type {string | null} */
  #layer = null;
  /** @type {AbortController | null} */
  #asking = null;

  /** @param {Pick<import("app/api.js").Server, "shapes">} server @param {import("app/map/outlines.js").Outlines} outlines */
  constructor(server, outlines) {
    this.server = server;
    this.outlines = outlines;
  }

  /** @param {string | null} layer @param {string[]} uids */
  async show(layer, uids) {
    this.#asking?.abort();
    if (layer !== this.#layer) this.#known.clear();
    this.#layer = layer;
    for (const uid of this.#known.keys()) if (!uids.includes(uid)) this.#known.delete(uid);
    this.#draw();
    const unknown = uids.filter((uid) => !this.#known.has(uid));
    if (!layer || !unknown.length) return;
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const told = await this.server.shapes(layer, unknown, signal).catch(() => null);
    if (signal.aborted || !told) return;
    for (const { id, geometry } of told.shapes) this.#known.set(id, geometry);
    this.#draw();
  }

  #draw() {
    this.outlines.show([...this.#known.values()].map((geometry) => ({ geometry, look: "chosen" })));
  }
}
