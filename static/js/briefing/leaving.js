// How does the scene that is on leave the room? As a picture to be pasted, as a poster, as a link.
import { saveFrom } from "app/api.js";
import { pictureOf } from "app/briefing/picture.js";
import { copyPicture, save } from "app/panel/share.js";

const EVERY_MS = 500;
const DONE = "done";

export class Leaving {
  /**
   * @param {HTMLElement} stage @param {import("app/map/view.js").MapView} view
   * @param {import("app/api.js").Server} server @param {(sentence: string) => void} say
   */
  constructor(stage, view, server, say) {
    this.stage = stage;
    this.view = view;
    this.server = server;
    this.say = say;
  }

  async copyPicture() {
    const done = await copyPicture(pictureOf(this.stage, this.view));
    this.say(
      done === "copied" ? "这一幕的图片已复制，可以直接粘贴到文档里。" : "这一幕的图片已保存到下载文件夹。",
    );
  }

  /** What is on the screen, as a file. @param {string} title of the briefing @param {number} number of the scene, from 1 */
  async savePicture(title, number) {
    save(await pictureOf(this.stage, this.view), `${title}-${number}.png`);
    this.say("海报已保存到下载文件夹。");
  }

  /** The server draws it and keeps it with who, when and of which data. @param {number} number of the scene, from 1 */
  async makePoster(number) {
    this.say("正在制作海报…");
    const begun = await this.server.makePoster(number);
    const ended = await this.#ended(begun.ask);
    if (ended.state !== DONE)
      throw new Error(ended.message || `海报没有做成（${ended.state_title}）。请重试。`);
    saveFrom(begun.file, "");
    this.say("海报已保存到下载文件夹；“带走”页里也留着一份，写明所用的数据版本。");
  }

  /** @param {string} ask @returns {Promise<Api.Progress>} */
  async #ended(ask) {
    const told = await this.server.progress(ask);
    if (told.ended) return told;
    this.say(`正在制作海报…${told.message}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    return this.#ended(ask);
  }

  async copyLink() {
    const done = await navigator.clipboard?.writeText(location.href).then(
      () => true,
      () => false,
    );
    this.say(done ? "链接已复制：打开它就从这一幕放起。" : `请复制地址栏里的链接：${location.href}`);
  }
}
