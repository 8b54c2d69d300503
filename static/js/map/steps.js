// What was there before, and what was taken back? Pure.

const MOST = 200;

/** A row of states one can walk along. @template T */
export class Steps {
  /** @type {T[]} */
  #states = [];
  #at = -1;

  /** @param {T[]} states */
  constructor(...states) {
    for (const state of states) this.add(state);
  }

  get now() {
    return this.#states[this.#at];
  }

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at < this.#states.length - 1;
  }

  /** A new state; what was taken back before it is forgotten. @param {T} state */
  add(state) {
    this.#states = [...this.#states.slice(0, this.#at + 1), state].slice(-MOST);
    this.#at = this.#states.length - 1;
  }

  undo() {
    if (this.canUndo) this.#at--;
    return this.now;
  }

  redo() {
    if (this.canRedo) this.#at++;
    return this.now;
  }
}
