// Has anybody changed the map meanwhile? Asked each minute; mostly the answer costs nothing.

const EVERY_MS = 60_000;
const WHILE_MAKING_MS = 3_000;

/** Emits "asked" each time, "changed" {catalogue}. */
export class Fresh extends EventTarget {
  #known = "";
  #waits = false;
  #timer = 0;

  /** @param {() => Promise<Api.Catalogue>} ask */
  constructor(ask) {
    super();
    this.ask = ask;
    document.addEventListener("visibilitychange", () => {
      this.#follow();
      if (!document.hidden) this.look();
    });
  }

  /** What the page shows now. @param {Api.Catalogue} catalogue */
  start(catalogue) {
    this.#known = edition(catalogue);
    this.#waits = isMaking(catalogue);
    this.#follow();
  }

  /** Asks at once. @returns {Promise<Api.Catalogue | null>} null: nobody could be asked */
  async look() {
    const catalogue = await this.ask().catch(() => null);
    if (catalogue) this.#learn(catalogue);
    return catalogue;
  }

  #follow() {
    clearInterval(this.#timer);
    if (document.hidden) return;
    this.#timer = window.setInterval(
      () => {
        this.look();
        this.dispatchEvent(new Event("asked"));
      },
      this.#waits ? WHILE_MAKING_MS : EVERY_MS,
    );
  }

  /** @param {Api.Catalogue} catalogue */
  #learn(catalogue) {
    const now = edition(catalogue);
    if (this.#waits !== isMaking(catalogue)) {
      this.#waits = !this.#waits;
      this.#follow();
    }
    if (now === this.#known) return;
    this.#known = now;
    this.dispatchEvent(new CustomEvent("changed", { detail: { catalogue } }));
  }
}

/** @param {Api.Catalogue} catalogue */
function edition({ layers }) {
  return layers
    .map(
      ({ key, version, count, area_mu, overview }) =>
        `${key}:${version}:${count}:${area_mu}:${overview?.edition}:${overview?.making}`,
    )
    .join();
}

/** Whether something is on its way that the page waits for. @param {Api.Catalogue} catalogue */
function isMaking({ layers }) {
  return layers.some(({ overview }) => overview?.making);
}
