// How does a person ask what lies under something? From the card, rows of the table, a drawn shape, a file; the answer is a page.
import { sendFile } from "app/api.js";
import { html } from "app/dom.js";
import { ask } from "app/edit/ask.js";
import { packed } from "app/intake/pack.js";

/**
 * @typedef {import("app/map/draw.js").Sort} Sort
 * @typedef {{geometry: GeoJSON.Geometry, name: string, buffer_m?: number}} Drawn
 */

const SORTS = /** @type {const} */ ([
  ["polygon", "画范围", "逐点点击画出范围，点回起点或按回车结束；Ctrl+Z 退一点，Esc 不画了。"],
  ["rectangle", "画矩形", "点两个对角画出矩形；Esc 不画了。"],
  ["line", "画线", "逐点点击画线，双击或按回车结束，再填两侧宽度；Ctrl+Z 退一点，Esc 不画了。"],
]);
const TAKEN = ".txt,.zip,.shp,.shx,.dbf,.prj,.cpg,.geojson,.json,.kml,.kmz,.ovkml,.ovkmz,.dxf,.gpkg,.gpx";
const WIDTH_M = 50;
const MOST_M = 5000;

export class Overlaying {
  /**
   * @param {import("app/api.js").Server} server
   * @param {{notice: import("app/panel/notice.js").Notice, area: import("app/filter/drawing.js").AreaDrawing, dialog: HTMLDialogElement, outlines: import("app/map/outlines.js").Outlines}} parts
   * @param {boolean} may insiders only
   */
  constructor(server, { notice, area, dialog, outlines }, may) {
    this.server = server;
    this.notice = notice;
    this.area = area;
    this.dialog = dialog;
    this.outlines = outlines;
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

  /** Begins with an area; the strip offers the other ways. @param {Sort} [sort] */
  async draw(sort = "polygon") {
    if (!this.may) return;
    const geometry = await this.area.draw(this.#way(sort));
    if (!geometry) return;
    this.outlines.show([{ geometry, look: "chosen" }]);
    const drawn = await this.#confirm(sort, geometry);
    if (drawn) await this.ask(drawn);
    this.outlines.clear();
  }

  /** @param {Sort} sort @returns {import("app/filter/drawing.js").Way} */
  #way(sort) {
    const others = SORTS.map(([key, words]) => ({
      words,
      on: key === sort,
      act: () => this.draw(key),
    }));
    const file = {
      words: "用文件…",
      hint: "界址点 TXT、Shapefile、GeoJSON、KML、DXF 等，不入库",
      act: () => this.#choose(),
    };
    const advice = SORTS.find(([key]) => key === sort)?.[2];
    return { title: "压盖分析", advice, sort, tools: [...others, file] };
  }

  /** @param {Sort} sort @param {GeoJSON.Geometry} geometry @returns {Promise<Drawn | null>} */
  async #confirm(sort, geometry) {
    const name = /** @type {HTMLInputElement} */ (
      html`<input type="text" class="name-of" maxlength="60" aria-label="名称" placeholder="名称（可不填）" autofocus>`
    );
    const width = /** @type {HTMLInputElement} */ (
      html`<input type="text" class="width-of" inputmode="decimal" size="6" value="${WIDTH_M}" aria-label="两侧各多少米">`
    );
    const body = html`<div class="to-overlay">${name}${sort === "line" && html`<label>两侧各 ${width} 米</label>`}</div>`;
    const answer = await ask(this.dialog, {
      title: "分析压盖",
      text: "画的范围只用于这次分析，不会保存为图形。",
      body,
      answers: [
        { answer: "ask", words: "分析", first: true },
        { answer: "", words: "取消" },
      ],
    });
    if (answer !== "ask") return null;
    const said = name.value.trim();
    if (sort !== "line") return { geometry, name: said };
    const metres = Number(width.value);
    if (metres > 0 && metres <= MOST_M) {
      return { geometry, name: said || `绘制的线（两侧各 ${metres} 米）`, buffer_m: metres };
    }
    this.notice.show(
      `两侧宽度应为 0 到 ${MOST_M} 之间的米数（大于 0），但填了“${width.value}”。请重新画线并填写宽度。`,
    );
    return null;
  }

  #choose() {
    const input = /** @type {HTMLInputElement} */ (html`<input type="file" multiple accept="${TAKEN}">`);
    input.addEventListener("change", () => this.#bring([...(input.files ?? [])]));
    input.click();
  }

  /** @param {File[]} files */
  async #bring(files) {
    if (!files.length) return;
    this.area.end(null);
    try {
      const [file, ...more] = await packed(files);
      if (more.length) throw new Error("一次分析一个文件。请只选一个，或把同一 Shapefile 的几个文件一起选。");
      const address = `${this.server.urls.api}conflict/file?name=${encodeURIComponent(file.name)}`;
      this.notice.show(`正在上传“${file.name}”…`);
      const { url } = await sendFile(address, file, this.server.csrf, () => {});
      location.assign(url);
    } catch (error) {
      this.notice.show(/** @type {Error} */ (error).message);
    }
  }
}
