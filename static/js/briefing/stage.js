// How large is a sheet of 1920 by 1080 on this screen? Everything keeps its place; what is wider gives room to the map.
// A phone held upright has a sheet of its own: the sentence, the map, the figures below one another.

const SHEET = { width: 1920, height: 1080 };
/** The map is drawn for an eye at a desk, and magnified for a room. */
const MAGNIFIED = 1.66;
const WIDEST_PHONE = 760;
// Upright, in pixels of the phone: above the map, its share of the height, around the subject, for scale bar and north.
const UPRIGHT = { top: 132, map: 0.4, around: 12, furniture: 46 };
const WIDE_HEADLINE = { sizes: [60, 54, 48, 42, 36, 30], high: 250 };
const UPRIGHT_STRIP = 64;
const UPRIGHT_HEADLINE = { sizes: [26, 24, 22, 20, 18, 16, 14], high: 92 };
// Of the design: the map's own part, and where the subject must lie.
const ROOM = { left: 700, right: 40, top: 56, bottom: 84 };
const reserved = { right: 0, bottom: 0 };

const stage = element("stage");
const frame = element("map_frame");
let scale = 1;
let magnified = MAGNIFIED;

/** Is it a phone held upright? */
export function isUpright() {
  return window.innerWidth <= WIDEST_PHONE && window.innerHeight > window.innerWidth;
}

/** How large a headline may stand, the largest first, and how high it may become. */
export function headlineRoom() {
  return isUpright() ? UPRIGHT_HEADLINE : WIDE_HEADLINE;
}

/** Lays the stage out anew for the window. */
export function layOut() {
  const { innerWidth: width, innerHeight: height } = window;
  document.documentElement.dataset.layout = isUpright() ? "upright" : "wide";
  if (isUpright()) return layUpright(width, height);
  magnified = MAGNIFIED;
  frame.style.top = "";
  scale = Math.min(width / SHEET.width, height / SHEET.height);
  const sheet = { width: width / scale, height: height / scale };
  size(stage, sheet, scale);
  size(frame, { width: sheet.width / MAGNIFIED, height: sheet.height / MAGNIFIED }, MAGNIFIED);
}

/** @param {number} width @param {number} height */
function layUpright(width, height) {
  scale = magnified = 1;
  const map = Math.round(height * UPRIGHT.map);
  size(stage, { width, height }, 1);
  size(frame, { width, height: map }, 1);
  frame.style.top = `${UPRIGHT.top}px`;
  document.documentElement.style.setProperty("--map-top", `${UPRIGHT.top}px`);
  document.documentElement.style.setProperty("--map-high", `${map}px`);
}

/** Something stands there for a while. @param {{right?: number, bottom?: number}} px of the sheet */
export function reserve(px) {
  Object.assign(reserved, px);
}

/** What the panel covers of the map, in the map's own pixels. @param {{right: number, bottom: number}} [besides] what stands there for a while */
export function padding(besides = reserved) {
  if (isUpright()) {
    const { around: all, furniture } = UPRIGHT;
    return { top: furniture, right: all, bottom: all + (besides.bottom ? UPRIGHT_STRIP : 0), left: all };
  }
  const part = (/** @type {number} */ px) => px / magnified;
  return {
    top: part(ROOM.top),
    right: part(ROOM.right + besides.right),
    bottom: part(ROOM.bottom + besides.bottom),
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
    get: () => plain.call(window) * scale * magnified,
  });
}

layOut();
