// A drawing laid over a map by its four corners, turned and stretched as they say, before it has tiles.

/** @typedef {[number, number]} Corner longitude and latitude */

const PANE = "laid";
const ABOVE = "420";

export class LaidPicture {
  /** @type {Corner[] | null} */
  #corners = null;

  /** @param {L.Map} map @param {string} url @param {{width: number, height: number}} size in pixels, as the corners mean it */
  constructor(map, url, size) {
    this.map = map;
    this.size = size;
    const pane = map.getPane(PANE) ?? map.createPane(PANE);
    pane.style.zIndex = ABOVE;
    pane.style.pointerEvents = "none";
    this.image = Object.assign(document.createElement("img"), { src: url, alt: "", hidden: true });
    this.image.style.cssText = `position:absolute;left:0;top:0;transform-origin:0 0;width:${size.width}px;height:${size.height}px;max-width:none`;
    pane.append(this.image);
    map.on("move zoom viewreset resize", () => this.#draw());
  }

  /** From the upper left corner clockwise; null hides it. @param {Corner[] | null} corners */
  show(corners) {
    this.#corners = corners;
    this.image.hidden = !corners;
    this.#draw();
  }

  /** @param {number} opacity 0 to 1 */
  setOpacity(opacity) {
    this.image.style.opacity = String(opacity);
  }

  #draw() {
    if (!this.#corners) return;
    const points = this.#corners.map(([lon, lat]) => this.map.latLngToLayerPoint([lat, lon]));
    this.image.style.transform = `matrix3d(${matrix(this.size, points).join(",")})`;
  }
}

// The projective map of a rectangle onto four points: P. Heckbert, Fundamentals of Texture Mapping, 1989, 2.2.3.
/** @param {{width: number, height: number}} size @param {{x: number, y: number}[]} corners @returns {number[]} for matrix3d */
export function matrix({ width, height }, [a, b, c, d]) {
  const dx1 = b.x - c.x;
  const dx2 = d.x - c.x;
  const dy1 = b.y - c.y;
  const dy2 = d.y - c.y;
  const sx = a.x - b.x + c.x - d.x;
  const sy = a.y - b.y + c.y - d.y;
  const area = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / area;
  const h = (dx1 * sy - sx * dy1) / area;
  const columns = [
    [(b.x - a.x + g * b.x) / width, (b.y - a.y + g * b.y) / width, 0, g / width],
    [(d.x - a.x + h * d.x) / height, (d.y - a.y + h * d.y) / height, 0, h / height],
    [0, 0, 1, 0],
    [a.x, a.y, 0, 1],
  ];
  return columns.flat();
}
