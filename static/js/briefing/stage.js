// How large is a sheet of 1920 by 1080 on this screen? Everything keeps its place; what is wider gives room to the map.

const SHEET = { width: 1920, height: 1080 };
/** The map is drawn for an eye at a desk, and magnified for a room. */
export const MAGNIFIED = 1.66;
// Of the design: the map's own part, and where the subject must lie.
const ROOM = { left: 700, right: 40, top: 56, bottom: 84 };
const reserved = { right: 0, bottom: 0 };

const stage = element("stage");
const frame = element("map_frame");
let scale = 1;

/** Lays the stage out anew for the window. */
export function layOut() {
  const { innerWidth: width, innerHeight: height } = window;
  scale = Math.min(width / SHEET.width, height / SHEET.height);
  const sheet = { width: width / scale, height: height / scale };
  size(stage, sheet, scale);
  size(frame, { width: sheet.width / MAGNIFIED, height: sheet.height / MAGNIFIED }, MAGNIFIED);
}

/** Something stands there for a while. @param {{right?: number, bottom?: number}} px of the sheet */
export function reserve(px) {
  Object.assign(reserved, px);
}

/** What the panel covers of the map, in the map's own pixels. */
export function padding() {
  const part = (/** @type {number} */ px) => px / MAGNIFIED;
  return {
    top: part(ROOM.top),
    right: part(ROOM.right + reserved.right),
    bottom: part(ROOM.bottom + reserved.bottom),
    left: part(ROOM.left),
  };
}

/** @param {HTMLElement} box @param {{width: number, height: number}} sheet @param {number} factor */
function size(box, { width, height }, factor) {
  box.style.width = `${width}px`;
  box.style.height = `${height}px`;
  box.style.transform = `scale(${factor})`;
}

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

// Canvases ask how many pixels of the screen a pixel of theirs has: here it is magnified, so it has more.
const plain = Object.getOwnPropertyDescriptor(window, "devicePixelRatio")?.get;
if (plain) {
  Object.defineProperty(window, "devicePixelRatio", {
    configurable: true,
    get: () => plain.call(window) * scale * MAGNIFIED,
  });
}

layOut();
