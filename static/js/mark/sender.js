// How does what waits reach the server? Record first, photos after, each under its own uid; a failure waits and comes again.
import { ApiError } from "app/api.js";

/** @typedef {import("app/mark/queue.js").Mark} Mark */

const FIRST_WAIT_MS = 4_000;
const LONGEST_WAIT_MS = 10 * 60_000;
const PATIENCE = new Set([0, 408, 425, 429, 500, 502, 503, 504, 507]);
const LOGGED_OUT = 401;
const STALE_WORD = 400;
const SENTENCES = /** @type {Record<number, string>} */ ({
  413: "内容太大，服务器没有接收；照片仍保存在本机。请联系管理员，或导出待传包在电脑上上传。",
});

/** Emits "changed" when a mark has, "account" {state}, "signed-out", "idle". */
export class Sender extends EventTarget {
  #running = false;
  #again = false;
  #timer = 0;

  /** @param {import("app/mark/queue.js").Queue} queue @param {import("app/api.js").Server} server */
  constructor(queue, server) {
    super();
    this.queue = queue;
    this.server = server;
    /** @type {Api.Marking | null} */
    this.state = null;
  }

  /** Send what may be sent now; called again while under way, it looks once more afterwards. */
  async run() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      await this.#alone(() => this.#sendAll());
    } finally {
      this.#running = false;
      this.dispatchEvent(new Event("idle"));
    }
    if (this.#again) {
      this.#again = false;
      await this.run();
    } else await this.#plan();
  }

  /** A person asks for it now: what had stopped is tried again. @param {Mark} [only] */
  async retry(only) {
    for (const mark of await this.queue.marks()) {
      if (mark.state !== "stopped" && mark.state !== "waiting") continue;
      if (only && only.uid !== mark.uid) continue;
      await this.queue.putMark({ ...mark, state: "waiting", next_at: 0, tries: 0, error: "" });
    }
    return this.run();
  }

  /** Is this mark the signed-in person's to send? What nobody owns yet belongs to whoever signs in first. @param {Mark} mark */
  isOwn({ owner }) {
    return owner.account === null || owner.account === this.state?.account_id;
  }

  /** Who is asking now; null without a network. */
  async ask() {
    try {
      this.state = await this.server.marking();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return null;
    }
    await this.queue.remember("state", { ...this.state, csrf: "" });
    this.dispatchEvent(new CustomEvent("account", { detail: { state: this.state } }));
    return this.state;
  }

  // Two windows of one browser share a queue; where locks are missing, the server's uids keep it right.
  /** @param {() => Promise<void>} act */
  async #alone(act) {
    if (!navigator.locks) return act();
    return navigator.locks.request(this.queue.name, { ifAvailable: true }, async (lock) => {
      if (lock) await act();
    });
  }

  async #sendAll() {
    const marks = (await this.queue.marks()).filter(({ state }) => state === "waiting").reverse();
    if (!marks.length || !(await this.ask())) return;
    if (!this.state?.account) {
      this.dispatchEvent(new Event("signed-out"));
      return;
    }
    for (const mark of marks) {
      if (!this.isOwn(mark) || mark.next_at > Date.now()) continue;
      if (!(await this.#send(mark))) return;
    }
  }

  /** Whether it makes sense to go on with the next. @param {Mark} mark */
  async #send(mark) {
    try {
      await this.#sendRecord(mark);
      await this.#sendPhotos(mark);
      const refused = (await this.queue.photosOf(mark.uid)).find(({ error }) => error);
      await this.#note(
        mark,
        refused ? { state: "stopped", error: refused.error } : { state: "sent", error: "" },
      );
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.#answer(mark, error);
    }
  }

  /** @param {Mark} mark */
  async #sendRecord(mark) {
    if (mark.record_sent || mark.target) return;
    const geometry = /** @type {GeoJSON.Point} */ ({ type: "Point", coordinates: [mark.lon, mark.lat] });
    await this.#once(() =>
      this.server.create(mark.layer, { id: mark.uid, geometry, properties: mark.properties }),
    );
    await this.#note(mark, { record_sent: true });
  }

  /** @param {Mark} mark */
  async #sendPhotos(mark) {
    for (const photo of await this.queue.photosOf(mark.uid)) {
      if (photo.error) continue;
      try {
        await this.#once(() => this.server.attach(mark.target ?? mark.uid, [photo]));
        await this.queue.photoSent(mark, photo.uid);
        this.#changed();
      } catch (error) {
        // One bad photo holds up neither the record nor the others.
        if (!(error instanceof ApiError) || ![413, 415, 422].includes(error.status)) throw error;
        await this.queue.putPhoto({ ...photo, error: SENTENCES[error.status] ?? error.message });
      }
    }
  }

  // A word for writes that has run out is asked for anew, once.
  /** @param {() => Promise<unknown>} act */
  async #once(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== STALE_WORD) throw error;
      await this.ask();
      await act();
    }
  }

  /** @param {Mark} mark @param {ApiError} error */
  async #answer(mark, error) {
    if (error.status === LOGGED_OUT) {
      await this.#note(mark, { error: error.message });
      this.dispatchEvent(new Event("signed-out"));
      return false;
    }
    if (PATIENCE.has(error.status)) {
      const wait_ms =
        Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 3 ** mark.tries) * (0.8 + 0.4 * Math.random());
      await this.#note(mark, { error: error.message, tries: mark.tries + 1, next_at: Date.now() + wait_ms });
      return error.status !== 0 && error.status !== 429;
    }
    await this.#note(mark, { state: "stopped", error: SENTENCES[error.status] ?? error.message });
    return true;
  }

  /** @param {Mark} mark @param {Partial<Mark>} change */
  async #note(mark, change) {
    Object.assign(mark, change);
    await this.queue.putMark(mark);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("changed"));
  }

  async #plan() {
    const waiting = (await this.queue.marks()).filter((mark) => mark.state === "waiting" && this.isOwn(mark));
    if (!waiting.length) return;
    const next_ms = Math.min(...waiting.map(({ next_at }) => next_at)) - Date.now();
    const wait_ms = Math.max(FIRST_WAIT_MS, Math.min(next_ms, LONGEST_WAIT_MS));
    this.#timer = window.setTimeout(() => this.run(), wait_ms);
  }
}
