// How does a person steer measuring: begin, take back, copy, end?

const TITLES = /** @type {const} */ ({ length: "量距离", area: "量面积" });
const ADVICE = "在地图上点选，双击或回车结束一次量算，Esc 退出。";

/** The strip and the keys of measuring. Emits "copy" {text}, "closed". */
export class Measuring extends EventTarget {
  /** @param {import("app/map/measure.js").Measure} measure @param {import("app/panel/strip.js").Strip} strip */
  constructor(measure, strip) {
    super();
    this.measure = measure;
    this.strip = strip;
    measure.addEventListener("measured", () => this.#show());
    // Before the page's own keys: Esc means the measuring, not the card.
    document.addEventListener("keydown", (event) => this.#key(event), true);
  }

  turn() {
    if (this.measure.isOn) this.stop();
    else this.start("length");
  }

  /** @param {import("app/map/measure.js").What} what */
  start(what) {
    this.measure.start(what);
  }

  stop() {
    if (!this.measure.isOn) return;
    this.measure.stop();
    this.strip.close();
    this.dispatchEvent(new CustomEvent("closed"));
  }

  #show() {
    const { what, points, words, done } = this.measure.measured;
    const title = TITLES[what];
    if (this.strip.isOpen && this.shown === `${what}${points}${done}`) return this.strip.read(words);
    this.shown = `${what}${points}${done}`;
    const copy = () => this.dispatchEvent(new CustomEvent("copy", { detail: { text: words } }));
    this.strip.show({
      title,
      reading: words || "0 米",
      advice: ADVICE,
      tools: [
        { words: "距离", on: what === "length", act: () => this.start("length") },
        { words: "面积", on: what === "area", act: () => this.start("area") },
        { words: "撤销一点", hint: "退格键", off: !points, apart: true, act: () => this.measure.undo() },
        { words: "重量", hint: "清空，重新量", off: !points, act: () => this.measure.again() },
        { words: "复制结果", off: points < 2, act: copy },
        { words: "结束", hint: "Esc", first: true, act: () => this.stop() },
      ],
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.measure.isOn || isTyping(event.target) || event.isComposing) return;
    const act = this.#actOf(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @param {KeyboardEvent} event @returns {(() => void) | null} */
  #actOf({ key, ctrlKey, metaKey, target }) {
    const isButton = target instanceof HTMLButtonElement;
    if (key === "Escape") return () => this.stop();
    if (key === "Backspace" || ((ctrlKey || metaKey) && key.toLowerCase() === "z"))
      return () => this.measure.undo();
    return key === "Enter" && !isButton ? () => this.measure.finish() : null;
  }
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && Boolean(target.closest("input, select, textarea, dialog[open]"));
}
