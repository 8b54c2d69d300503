// Where is the keyboard in the table, and how does it get to another cell?
import { fieldOf, isEditable } from "app/table/look.js";

const CELL = ".tabulator-tableholder .tabulator-cell";

export class Walking {
  /** The cell, among all rows. */
  at = { row: 0, column: 0 };

  /** @param {import("app/table/grid.js").Grid} grid */
  constructor(grid) {
    this.grid = grid;
    grid.body.addEventListener("keydown", (event) => this.#key(event));
    grid.body.addEventListener("focusin", ({ target }) => this.#held(/** @type {HTMLElement} */ (target)));
  }

  /** The cell of this column that can be changed next, or the one before. @param {any} cell @param {1 | -1} step */
  editBeside(cell, step) {
    const fields = this.grid.look.columns
      .filter(({ key }) => isEditable(this.grid.look, key))
      .map(({ key }) => fieldOf(key));
    const at = fields.indexOf(cell.getField()) + step;
    const here = cell.getRow();
    const row = at < 0 ? here.getPrevRow() : at >= fields.length ? here.getNextRow() : here;
    const next = row ? row.getCell(fields[(at + fields.length) % fields.length]) : null;
    if (next) next.edit();
    else this.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target, altKey, metaKey, ctrlKey } = event;
    const isCell = target instanceof HTMLElement && target.matches(CELL);
    if (altKey || metaKey || !isCell) return;
    const act = this.#actOf(key, ctrlKey);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @param {string} key @param {boolean} far @returns {(() => void) | null} */
  #actOf(key, far) {
    const { row, column } = this.at;
    const last = { row: this.grid.count - 1, column: this.grid.look.columns.length - 1 };
    const seen = Math.max(1, this.#rowsInSight - 1);
    const steps = /** @type {Record<string, [number, number]>} */ ({
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      PageUp: [row - seen, column],
      PageDown: [row + seen, column],
      Home: far ? [0, 0] : [row, 0],
      End: far ? [last.row, last.column] : [row, last.column],
    });
    if (key in steps) return () => this.#go(...steps[key]);
    const cell = this.#cell;
    if (!cell) return null;
    const edits = isEditable(this.grid.look, this.grid.look.columns[column].key);
    if (edits && (key === "Enter" || key === "F2")) return () => cell.edit();
    if (key === "Enter") return () => this.grid.open(cell);
    if (key === " " && this.grid.look.chooses) return () => cell.getRow().toggleSelect();
    return null;
  }

  get #rowsInSight() {
    const holder = this.grid.body.querySelector(".tabulator-tableholder");
    const row = this.grid.body.querySelector(".tabulator-row[data-uid]");
    if (!holder || !(row instanceof HTMLElement)) return 1;
    return Math.floor(holder.clientHeight / row.offsetHeight);
  }

  // Beyond the page: the page is turned first.
  /** @param {number} row @param {number} column */
  async #go(row, column) {
    const { columns } = this.grid.look;
    this.stand({
      row: Math.max(0, Math.min(row, this.grid.count - 1)),
      column: Math.max(0, Math.min(column, columns.length - 1)),
    });
    const page = Math.floor(this.at.row / this.grid.size) + 1;
    if (page !== this.grid.page) await this.grid.turnTo(page);
    await this.focus();
  }

  /** @param {any} cell */
  placeOf(cell) {
    const column = this.grid.look.columns.findIndex(({ key }) => fieldOf(key) === cell.getField());
    return { row: this.grid.first + cell.getRow().getPosition() - 1, column };
  }

  // However the keyboard came to a cell, it goes on from there.
  /** @param {HTMLElement} target */
  #held(target) {
    if (!target.matches(CELL)) return;
    const field = target.getAttribute("tabulator-field");
    const column = this.grid.look.columns.findIndex(({ key }) => fieldOf(key) === field);
    const row = Number(/** @type {HTMLElement} */ (target.parentElement).dataset.at);
    if (column >= 0) this.stand({ row, column });
  }

  /** @param {{row: number, column: number}} at */
  stand(at) {
    this.at = at;
    for (const cell of this.grid.body.querySelectorAll(".tabulator-cell[tabindex='0']"))
      cell.setAttribute("tabindex", "-1");
    this.#cell?.getElement().setAttribute("tabindex", "0");
  }

  async focus() {
    const row = this.#cell?.getRow();
    if (row) await this.grid.bring(row);
    // Other rows may have come meanwhile.
    const element = this.#cell?.getElement();
    if (!element) return;
    element.setAttribute("tabindex", "0");
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Where the keyboard is. @returns {any} */
  get #cell() {
    const column = this.grid.look.columns[this.at.column];
    const row = this.grid.rowOf(this.grid.rows[this.at.row - this.grid.first]?.id);
    return row && column && row.getCell(fieldOf(column.key));
  }

  get holdsFocus() {
    return Boolean(
      document.activeElement?.closest(".tabulator-tableholder") &&
        this.grid.body.contains(document.activeElement),
    );
  }
}
