// What does the answer of a question do to the map of a show? It stands there until one comes back to the scene.

/** @typedef {import("app/briefing/asking.js").Asking} Asking */

/** Emits "over" before the map shows what was asked for, "open" {uid} for one thing, "copied", "leave" when the scene shall stand again. */
export class Answering extends EventTarget {
  /** @type {Asking | null} */
  #asking = null;
  /** Does the map show what was asked for instead of the scene? */
  #shown = false;

  /**
   * @param {ConstructorParameters<typeof import("app/briefing/asking.js").Asking>[0]} parts
   * @param {import("app/api.js").Server} server
   * @param {import("app/briefing/scene_map.js").SceneMap} map
   * @param {() => import("app/briefing/told.d.ts").Scene} scene that is on
   */
  constructor(parts, server, map, scene) {
    super();
    this.parts = parts;
    this.server = server;
    this.map = map;
    this.scene = scene;
  }

  get isOpen() {
    return this.#shown || Boolean(this.#asking?.isOpen);
  }

  async open() {
    this.#asking ??= await this.#made();
    this.#asking.open();
  }

  close() {
    this.#shown = false;
    this.#asking?.close();
  }

  /** Whatever was asked, the scene stands again as it was. */
  leave() {
    if (this.#shown) this.dispatchEvent(new Event("leave"));
    else this.close();
  }

  async #made() {
    const { Asking } = await import("app/briefing/asking.js");
    const made = new Asking(this.parts, this.server);
    const { map } = this;
    this.#on(made, "leave", () => this.leave());
    this.#on(made, "answered", (told) => this.#over(() => this.#show(told)));
    this.#on(made, "zoom", ({ bounds }) => this.#over(() => map.look(bounds)));
    this.#on(made, "filter", ({ filters }) => this.#over(() => map.only(this.scene(), filters)));
    this.#on(made, "open", ({ hit }) => this.#over(() => this.#point(hit)));
    this.#on(made, "copy", ({ text }) => this.#copy(text));
    return made;
  }

  /** @param {() => unknown} act */
  async #over(act) {
    this.#shown = true;
    this.dispatchEvent(new Event("over"));
    await act();
  }

  /** @param {{filters: Record<string, string>, bounds: Api.Bounds | null}} told */
  async #show({ filters, bounds }) {
    if (Object.keys(filters).length) await this.map.only(this.scene(), filters);
    if (bounds) this.map.look(bounds);
  }

  /** @param {{uid: string, bounds?: Api.Bounds}} hit */
  #point({ uid, bounds }) {
    if (bounds) this.map.look(bounds);
    this.dispatchEvent(new CustomEvent("open", { detail: { uid } }));
  }

  /** @param {string} text */
  #copy(text) {
    navigator.clipboard?.writeText(text).then(
      () => this.dispatchEvent(new Event("copied")),
      () => {},
    );
  }

  /** @param {Asking} asking @param {string} name @param {(detail: any) => void} act */
  #on(asking, name, act) {
    asking.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail ?? {}));
  }
}
