// How is a question asked over a show? The box and the answer of the map, above the scene that stays as it was.
import { QuestionBox } from "app/asking/box.js";
import { AnswerPanel, together } from "app/asking/panel.js";

/** Emits "answered" {filters, bounds}, "filter" {filters}, "zoom" {bounds}, "open" {hit}, "copy" {text}, as the answer does; "leave" when it shall go. */
export class Asking extends EventTarget {
  /** @param {{ask: HTMLElement, words: HTMLInputElement, list: HTMLElement, clear: HTMLElement, close: HTMLElement, answer: HTMLElement}} parts @param {import("app/api.js").Server} server */
  constructor({ ask, words, list, clear, close, answer }, server) {
    super();
    this.ask = ask;
    const inert = document.createElement("button");
    this.box = new QuestionBox({ input: words, list, clear, button: inert }, (typed, signal) =>
      server.questions(typed, signal),
    );
    this.answer = new AnswerPanel(answer, server);
    this.box.addEventListener("ask", (event) => {
      this.answer.ask(/** @type {CustomEvent} */ (event).detail.question);
    });
    this.answer.addEventListener("answered", (event) => {
      const { question, answer } = /** @type {CustomEvent} */ (event).detail;
      this.box.show(question);
      this.#tell(answer);
    });
    this.answer.addEventListener("close", () => this.dispatchEvent(new Event("leave")));
    for (const name of ["filter", "zoom", "open", "copy"]) {
      this.answer.addEventListener(name, (event) => {
        const { detail } = /** @type {CustomEvent} */ (event);
        this.dispatchEvent(new CustomEvent(name, { detail }));
      });
    }
    close.addEventListener("click", () => this.dispatchEvent(new Event("leave")));
  }

  get isOpen() {
    return !this.ask.hidden || this.answer.isOpen;
  }

  open() {
    this.ask.hidden = false;
    this.box.open();
  }

  /** @param {Api.Answer} answer */
  #tell(answer) {
    const filters = Object.fromEntries(answer.parts.map(({ layer, filter }) => [layer, filter]));
    const detail = { filters, bounds: together(answer) };
    this.dispatchEvent(new CustomEvent("answered", { detail }));
  }

  close() {
    if (!this.isOpen) return;
    this.ask.hidden = true;
    this.box.list.hidden = true;
    this.answer.close();
    if (this.ask.contains(document.activeElement)) /** @type {HTMLElement} */ (document.activeElement).blur();
  }
}
