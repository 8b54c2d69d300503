// Which key, button or finger moves the show? Keyboards, clickers (PageUp, PageDown, full stop) and touch screens alike.

const SWIPE_PX = 60;
const KEYS = {
  next: ["ArrowRight", "ArrowDown", "PageDown", " ", "Enter"],
  before: ["ArrowLeft", "ArrowUp", "PageUp", "Backspace"],
  home: ["Home"],
  last: ["End"],
  back: ["Escape"],
  black: ["b", "B", ".", "。"],
  full: ["f", "F", "F5"],
  menu: ["m", "M"],
  picture: ["c", "C"],
  times: ["y", "Y"],
  later: ["]", "】"],
  earlier: ["[", "【"],
  play: ["p", "P"],
  ask: ["/", "?", "q", "Q", "、", "？"],
};
const SLIDES = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

/** @typedef {keyof typeof KEYS} Move */

/** @param {(move: Move) => void} act @param {HTMLElement} panel where a finger swipes */
export function listen(act, panel) {
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      if (event.target instanceof HTMLElement && isOwnKey(event.target, event.key)) return;
      const move = /** @type {Move | undefined} */ (
        Object.entries(KEYS).find(([, keys]) => keys.includes(event.key))?.[0]
      );
      if (!move || (event.key === "F5" && !event.shiftKey)) return;
      event.preventDefault();
      // Leaflet pans by the arrows where it has the focus.
      event.stopPropagation();
      act(move);
    },
    true,
  );
  swipe(panel, act);
}

// A button that has the focus is pressed, a slider is moved, a field is written in; Escape always leads back.
/** @param {HTMLElement} target @param {string} key */
function isOwnKey(target, key) {
  if (target.closest("input[type=range], [role=slider], select")) return SLIDES.includes(key);
  if (target.closest("input, textarea")) return key !== "Escape";
  return Boolean(target.closest("button, a")) && (key === "Enter" || key === " ");
}

/** @param {HTMLElement} panel @param {(move: Move) => void} act */
function swipe(panel, act) {
  /** @type {{x: number, y: number} | null} */
  let from = null;
  panel.addEventListener(
    "touchstart",
    ({ touches }) => {
      from = touches.length === 1 ? { x: touches[0].clientX, y: touches[0].clientY } : null;
    },
    { passive: true },
  );
  panel.addEventListener(
    "touchend",
    ({ changedTouches: [end] }) => {
      if (!from || !end) return;
      const [across, down] = [end.clientX - from.x, end.clientY - from.y];
      from = null;
      if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(down))
        act(across < 0 ? "next" : "before");
    },
    { passive: true },
  );
}
