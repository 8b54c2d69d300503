// How does a person ask what lies under something? From the card, from rows of the table; the answer is a page.

export class Overlaying {
  /** @param {import("app/api.js").Server} server @param {import("app/panel/notice.js").Notice} notice @param {boolean} may insiders only */
  constructor(server, notice, may) {
    this.server = server;
    this.notice = notice;
    this.may = may;
  }

  /** Buttons of the card. @param {Api.Feature} feature @returns {import("app/panel/card.js").Action[]} */
  actionsFor(feature) {
    if (!this.may || !feature.geometry) return [];
    return [
      { words: "压盖分析", hint: "压盖了哪些控制线和图层", act: () => this.ask({ uids: [feature.id] }) },
    ];
  }

  /** @param {Parameters<import("app/api.js").Server["conflict"]>[0]} asked */
  async ask(asked) {
    this.notice.show("正在分析压盖…");
    try {
      const { url } = await this.server.conflict(asked);
      location.assign(url);
    } catch (error) {
      this.notice.show(/** @type {Error} */ (error).message);
    }
  }
}
