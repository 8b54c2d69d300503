// What can a person do with the whole page: share it, find himself, fill the screen?
import { copyPicture, copyText } from "app/panel/share.js";

/** The acts behind the buttons of the top bar; each says what it did. */
export class Acts {
  /**
   * @param {import("app/map/view.js").MapView} view
   * @param {import("app/page.js").Page} page
   * @param {import("app/panel/notice.js").Notice} notice
   * @param {HTMLDialogElement} dialog shows what the browser does not let us copy
   */
  constructor(view, page, notice, dialog) {
    this.view = view;
    this.page = page;
    this.notice = notice;
    this.dialog = dialog;
  }

  copyLink = () => this.copy(this.page.address, "链接已复制：打开它就回到此刻的视图、图层和选中对象。");

  /** @param {string} text @param {string} done */
  async copy(text, done) {
    if (await copyText(text, this.dialog)) this.notice.show(done);
  }

  copyPicture = () =>
    this.#tell(async () => {
      const done = await copyPicture(this.view.picture());
      return done === "copied" ? "图片已复制，可以直接粘贴到文档里。" : "图片已保存到下载文件夹。";
    });

  locate = () =>
    this.#tell(async () => {
      const here = await this.view.locate();
      return here ? `已定位，精度约 ${Math.round(here.accuracy_m)} 米。` : "";
    });

  fillScreen = async () => {
    if (document.fullscreenElement) return document.exitFullscreen();
    try {
      await document.documentElement.requestFullscreen();
    } catch {
      this.notice.show("浏览器没有允许全屏。请按 F11。");
    }
  };

  /** @param {() => Promise<string>} act what it answers is said, and so is what went wrong */
  async #tell(act) {
    try {
      const sentence = await act();
      if (sentence) this.notice.show(sentence);
    } catch (error) {
      this.notice.show(/** @type {Error} */ (error).message);
    }
  }
}
