// How does what is on the map become a scene? One click; it goes to the briefing that was changed last.

const LAST = "briefing";
const AREA = { polygon: "area_mu", line: "length_km", point: "count" };

/**
 * @typedef {object} Sight what the map shows now
 * @property {Api.Bounds | null} bounds what no panel covers
 * @property {string[]} layers
 * @property {Record<string, string>} filters
 * @property {string | null} at
 * @property {import("app/briefing/told.d.ts").Year | null} year
 * @property {import("app/briefing/told.d.ts").Compare | null} compare
 * @property {string} title of the preset that is on, empty beside all of them
 */

export class Adding {
  /** @param {import("app/api.js").Server} server @param {Api.Layer[]} layers */
  constructor(server, layers) {
    this.server = server;
    this.layers = layers;
  }

  /** @param {Sight} sight @returns {Promise<{words: string, edit: string}>} what was done, and where it is edited */
  async add(sight) {
    const head = await this.#wanted();
    const saved = await this.server.addScene(head.slug, this.#scene(sight));
    remember(saved.slug);
    return {
      words: `已加为“${saved.title}”的第 ${saved.scenes.length} 幕。`,
      edit: `${saved.url}/edit`,
    };
  }

  // The one that was changed last, else the first that may be changed, else a new one.
  async #wanted() {
    const { briefings } = await this.server.briefings();
    const own = briefings.filter(({ may_change }) => may_change);
    const last = own.find(({ slug }) => slug === remembered()) ?? own[0];
    return last ?? this.server.makeBriefing({ title: "新汇报" });
  }

  /** @param {Sight} sight */
  #scene({ bounds, layers, filters, at, year, compare, title }) {
    const [first] = Object.keys(filters);
    const layer = this.layers.find(({ key }) => key === first);
    const subject = Object.fromEntries(Object.keys(filters).map((key) => [key, []]));
    const headline = title || "当前视图";
    const scene = { chapter: title, headline, bounds, layers, filters, at, year, compare, subject };
    if (!layer) return scene;
    const figure = {
      label: layer.title,
      layers: [layer.key],
      filter: filters[layer.key],
      measure: AREA[layer.geometry] ?? "count",
    };
    return { ...scene, headline: `${layer.title} {1.count}`, figures: [figure] };
  }
}

function remembered() {
  try {
    return localStorage.getItem(LAST);
  } catch {
    return null;
  }
}

/** @param {string} slug */
function remember(slug) {
  try {
    localStorage.setItem(LAST, slug);
  } catch {
    // A browser that keeps nothing starts from the first again.
  }
}
