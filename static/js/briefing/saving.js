// When is a briefing saved? Soon after every change, each save on top of the last.
import { isWhole } from "app/briefing/question_form.js";
import { later } from "app/dom.js";

/** @typedef {import("app/briefing/told.d.ts").Edited} Edited */

const SOON_MS = 700;
const MOVED_ON = 412;

/** Emits "told" {words} how it stands, "saved" {version}, "refused" {message, outdated}: somebody else may have been faster. */
export class Saving extends EventTarget {
  #changes = 0;
  #under_way = false;
  #soon = later(SOON_MS, () => this.#save());

  /** @param {import("app/api.js").Server} server @param {string} slug @param {import("app/briefing/question_form.js").Measures} measures @param {() => Edited} now what is to be saved */
  constructor(server, slug, measures, now) {
    super();
    this.server = server;
    this.slug = slug;
    this.measures = measures;
    this.now = now;
  }

  changed() {
    this.#changes += 1;
    this.#tell("told", { words: "正在保存…" });
    this.#soon();
  }

  async #save() {
    if (this.#under_way) return this.#soon();
    const edited = this.now();
    const lacking = edited.scenes.findIndex((scene) => !this.#isWhole(scene));
    if (lacking >= 0) {
      return this.#tell("told", { words: `第 ${lacking + 1} 幕的数字还没有选全，选好后自动保存。` });
    }
    this.#under_way = true;
    const changes = this.#changes;
    try {
      await this.#send(edited);
      if (changes === this.#changes) {
        this.#tell("told", { words: `已自动保存，第 ${edited.version} 版` });
      }
      this.#tell("saved", { version: edited.version });
    } catch (error) {
      const { message, status } = /** @type {import("app/api.js").ApiError} */ (error);
      this.#tell("refused", { message, outdated: status === MOVED_ON });
    } finally {
      this.#under_way = false;
      if (changes !== this.#changes) this.#soon();
    }
  }

  // What was typed meanwhile stays; new scenes get their names.
  /** @param {Edited} edited */
  async #send(edited) {
    const { title, visibility, scenes, version } = edited;
    const saved = await this.server.saveBriefing(this.slug, version, { title, visibility, scenes });
    edited.version = saved.version;
    for (const [i, scene] of edited.scenes.entries()) scene.id ||= saved.scenes[i]?.id ?? "";
  }

  /** @param {Edited["scenes"][number]} scene */
  #isWhole({ figures, bars }) {
    return [...figures, ...(bars ? [bars] : [])].every((each) => isWhole(each, this.measures));
  }

  /** @param {string} name @param {object} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
