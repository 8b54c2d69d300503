// What lies over the map as long as its panel stands: a comparison of roads, the differences of an import.
import { byId } from "app/dom.js";
import { boundsOf } from "app/map/outlines.js";
import { makeWayFor, stood } from "app/wiring/asides.js";
import { bringNear, CLOSEST } from "app/wiring/bringing.js";
import { on, page, reader, server, shown, travelOver, view } from "app/wiring/parts.js";

/** @param {string | null} uid of a comparison of the road network; null: none */
export async function showTravel(uid) {
  if (!uid) return stood.travel?.close();
  const told = await server.travel(uid);
  stood.travel ??= await makeTravelPanel();
  makeWayFor("travel");
  const first = !page.state.view || !stood.travel.isOpen;
  stood.travel.show(told);
  page.keep({ travel: uid });
  if (first) view.home({ animate: false });
}

async function makeTravelPanel() {
  const { TravelPanel } = await import("app/panel/travel.js");
  const made = new TravelPanel(byId("travel"));
  on(made, "look", ({ result, look, minutes }) => travelOver.show(result, look, minutes));
  on(made, "open", ({ uid }) => reader.open(uid));
  on(made, "close", () => {
    travelOver.clear();
    page.keep({ travel: null });
  });
  return made;
}

/** @param {string} uid of an import that is not done yet @param {boolean} near whether the map goes there */
export async function showDifferences(uid, near) {
  const told = await server.differences(uid);
  stood.differences ??= await makeDifferencePanel();
  makeWayFor("differences");
  if (told.layer && !shown.isOn(told.layer)) shown.toggle([told.layer], true);
  stood.differences.show(told);
  page.keep({ intake: uid });
  if (!near) return;
  bringNear(boundsOf(stood.differences.shapes.map(({ before, after }) => after ?? before ?? null)));
}

// One opens its row; of several that one mark stands for the map comes closer, until they are apart.
/** @param {(Api.ShownDifference | Api.DoubtfulRow)[]} things @param {import("app/panel/differences.js").DifferencePanel} panel */
function takeFrom(things, panel) {
  /** @type {(GeoJSON.Geometry | undefined)[]} */
  const shapes = things.flatMap((each) =>
    "spot" in each
      ? [{ type: /** @type {const} */ ("Point"), coordinates: each.spot }]
      : [each.before, each.after],
  );
  const isClosest = view.state().z >= CLOSEST;
  if (things.length === 1 || isClosest) panel.choose(things[0]);
  else bringNear(boundsOf(shapes.map((each) => each ?? null)));
}

async function makeDifferencePanel() {
  const [{ DifferencePanel }, { DifferencesOver }] = await Promise.all([
    import("app/panel/differences.js"),
    import("app/map/differences.js"),
  ]);
  const made = new DifferencePanel(byId("differences"));
  const over = new DifferencesOver(view.map);
  on(made, "shown", ({ shapes, problems }) => over.show(shapes, problems));
  on(made, "chosen", ({ shape, spot, near }) => {
    over.choose(shape);
    if (!near) return;
    if (shape) bringNear(boundsOf([shape.before ?? null, shape.after ?? null]));
    if (spot) bringNear([spot[0], spot[1], spot[0], spot[1]]);
  });
  on(made, "open", ({ uid }) => reader.open(uid));
  view.above = {
    at: (spot, tolerance) => over.at(spot, tolerance),
    take: ({ things }) => takeFrom(things, made),
  };
  on(made, "close", () => {
    over.clear();
    page.keep({ intake: null });
  });
  return made;
}
