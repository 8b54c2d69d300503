// Which symbol is under the pointer? A thin ink ring around it.
import { INK } from "app/ink.js";

/** @typedef {import("app/map/arrange.js").Placed} Placed */

const PANE = "hover";
const GAP_PX = 3;

export class HoverRing {
  /** @param {L.Map} map */
  constructor(map) {
    this.map = map;
    const pane = map.getPane(PANE) ?? map.createPane(PANE);
    pane.style.zIndex = "460";
    pane.style.pointerEvents = "none";
    this.ring = L.DomUtil.create("div", "", pane);
    Object.assign(this.ring.style, { position: "absolute", boxSizing: "border-box", display: "none" });
    this.ring.style.border = `2px solid ${INK}`;
  }

  /** @param {Placed | null} thing */
  show(thing) {
    const rings = thing !== null && thing.kind !== "label";
    this.ring.style.display = rings ? "block" : "none";
    if (!rings) return;
    const side = thing.kind === "marker" && thing.marker.shape === "diamond" ? thing.size * 0.72 : 0;
    const width = (side || thing.box[2] - thing.box[0]) + 2 * GAP_PX;
    const height = (side || thing.box[3] - thing.box[1]) + 2 * GAP_PX;
    const middle = this.map.containerPointToLayerPoint([thing.spot.x, thing.spot.y]);
    Object.assign(this.ring.style, {
      left: `${middle.x - width / 2}px`,
      top: `${middle.y - height / 2}px`,
      width: `${width}px`,
      height: `${height}px`,
      borderRadius: radiusOf(thing, width),
      transform: side ? "rotate(45deg)" : "",
    });
  }
}

/** @param {Exclude<Placed, {kind: "label"}>} thing @param {number} width */
function radiusOf(thing, width) {
  if (thing.kind === "donut") return "50%";
  const round = {
    square: 2,
    diamond: 2,
    shield: 6,
    seal: width * 0.24,
    dot: width,
    circle: width,
    hexagon: width,
    pentagon: width,
    triangle: width,
  };
  return `${round[thing.marker.shape]}px`;
}
