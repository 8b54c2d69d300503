// In which order do the scenes stand? Dragged with the mouse, or moved with Alt and the arrows.
import { fill, html } from "app/dom.js";

/** @typedef {import("app/briefing/told.d.ts").EditedScene} EditedScene */

/** Emits "choose" {number}, "move" {from, to}. Numbers are from 0. */
export class SceneList extends EventTarget {
  #dragged = -1;

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
  }

  /** @param {EditedScene[]} scenes @param {number} chosen @param {boolean} [focus] */
  show(scenes, chosen, focus = false) {
    fill(
      this.element,
      scenes.map((scene, at) => this.#item(scene, at, at === chosen)),
    );
    if (focus) this.element.querySelectorAll("button")[chosen]?.focus();
  }

  /** @param {EditedScene} scene @param {number} at @param {boolean} chosen */
  #item({ chapter, headline }, at, chosen) {
    const button = html`<button type="button" draggable="true" aria-current="${String(chosen)}" title="拖动，或按 Alt+↑ ↓ 调整顺序"><b>${at + 1}</b><span>${headline || chapter || "（还没有标题）"}</span></button>`;
    button.addEventListener("click", () => this.#tell("choose", { number: at }));
    button.addEventListener("keydown", (event) => this.#pressed(event, at));
    button.addEventListener("dragstart", (event) => {
      this.#dragged = at;
      event.dataTransfer?.setData("text/plain", String(at));
    });
    const item = html`<li>${button}</li>`;
    item.addEventListener("dragover", (event) => {
      event.preventDefault();
      item.classList.add("over");
    });
    item.addEventListener("dragleave", () => item.classList.remove("over"));
    item.addEventListener("drop", (event) => {
      event.preventDefault();
      if (this.#dragged >= 0 && this.#dragged !== at) this.#tell("move", { from: this.#dragged, to: at });
      this.#dragged = -1;
    });
    return item;
  }

  /** @param {KeyboardEvent} event @param {number} at */
  #pressed(event, at) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.#tell(
      event.altKey ? "move" : "choose",
      event.altKey ? { from: at, to: at + by } : { number: at + by },
    );
  }

  /** @param {string} name @param {object} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
