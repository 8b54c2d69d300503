// How is a shape drawn only to ask by it? Point by point on the map; the first finished one is taken.

/**
 * @typedef {import("app/map/draw.js").ShapeEditor} ShapeEditor
 * @typedef {import("app/map/draw.js").State} State
 * @typedef {import("app/panel/strip.js").Strip} Strip
 * @typedef {{title: string, advice?: string, sort?: import("app/map/draw.js").Sort, tools?: import("app/panel/strip.js").Tool[]}} Way
 */

const ADVICE = "逐点点击画出范围，点回起点或按回车结束；Ctrl+Z 退一点，Esc 不画了。";
/** @type {Way} */
const BY_AREA = { title: "画筛选范围" };

export class AreaDrawing {
  /** @type {((geometry: GeoJSON.Geometry | null) => void) | null} */
  #answer = null;
  #way = BY_AREA;

  /** @param {ShapeEditor} editor @param {Strip} strip */
  constructor(editor, strip) {
    this.editor = editor;
    this.strip = strip;
    editor.addEventListener("changed", (event) => this.#changed(/** @type {CustomEvent} */ (event).detail));
    document.addEventListener("keydown", (event) => this.#key(event), true);
  }

  get isOn() {
    return this.#answer !== null;
  }

  /** @param {Way} [way] what is drawn, and what else the strip offers @returns {Promise<GeoJSON.Geometry | null>} null: it was given up */
  async draw(way = BY_AREA) {
    this.end(null);
    this.#way = way;
    const drawn = new Promise((resolve) => {
      this.#answer = resolve;
    });
    document.body.dataset.drawingFilter = "";
    await this.editor.begin(way.sort ?? "polygon", null);
    return /** @type {Promise<GeoJSON.Geometry | null>} */ (drawn);
  }

  /** @param {GeoJSON.Geometry | null} geometry */
  end(geometry) {
    const answer = this.#answer;
    if (!answer) return;
    this.#answer = null;
    this.editor.end();
    this.strip.close();
    delete document.body.dataset.drawingFilter;
    answer(geometry);
  }

  /** @param {State} state */
  #changed({ geometry, words, canUndo }) {
    if (!this.isOn) return;
    if (geometry) return this.end(geometry);
    const { title, advice = ADVICE, tools = [] } = this.#way;
    this.strip.show({
      title,
      advice,
      reading: words,
      tools: [
        ...tools,
        {
          words: "退一点",
          apart: tools.length > 0,
          hint: "Ctrl+Z",
          off: !canUndo,
          act: () => this.editor.undo(),
        },
        { words: "不画了", hint: "Esc", act: () => this.end(null) },
        { words: "画完", hint: "回车", first: true, act: () => this.editor.finish() },
      ],
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.isOn) return;
    const { key, ctrlKey, metaKey, target } = event;
    const act =
      key === "Escape"
        ? () => this.end(null)
        : key === "Enter" && !(target instanceof HTMLButtonElement)
          ? () => this.editor.finish()
          : (ctrlKey || metaKey) && key.toLowerCase() === "z"
            ? () => this.editor.undo()
            : null;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
