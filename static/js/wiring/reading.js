// What happens when somebody points at something, reads it, or looks for it?
import { byId } from "app/dom.js";
import { showHint } from "app/panel/hint.js";
import { inSight } from "app/panel/padding.js";
import { drawScaleBar } from "app/panel/scale_bar.js";
import { makeWayFor } from "app/wiring/asides.js";
import { openCharts, openFilters } from "app/wiring/asking.js";
import { bringIntoSight, bringNear, CLOSEST, openHit } from "app/wiring/bringing.js";
import { placeBase } from "app/wiring/layers.js";
import { exportOne, printOne } from "app/wiring/leaving.js";
import {
  acts,
  button,
  card,
  chosenRows,
  desk,
  editing,
  holding,
  making,
  menu,
  notice,
  now,
  on,
  overlaying,
  page,
  past,
  photos,
  ranking,
  reader,
  reviewing,
  search,
  server,
  shown,
  status,
  table,
  tell,
  ties,
  view,
} from "app/wiring/parts.js";

card.actions = (/** @type {Api.Feature} */ feature) => [
  ...overlaying.actionsFor(feature),
  ...editing.actionsFor(feature),
  ...printOne(feature),
  ...holding.actionsFor(feature),
  ...exportOne(feature),
];

card.below = (/** @type {Api.Feature} */ feature) => {
  photos.show(feature.id);
  return [ties.sectionFor(feature), photos.element];
};

card.above = (/** @type {Api.Feature} */ feature) => [
  ...reviewing.sectionsFor(feature),
  holding.sectionFor(feature),
];

reader.mayLeave = () => !desk.isOpen;

export function turnTable() {
  if (table.layer) table.close();
  else table.open(reader.feature?.properties.layer ?? shown.keys[0] ?? "");
}

function tableTurned() {
  byId("open_table").setAttribute("aria-expanded", String(Boolean(table.layer)));
  page.keep({ table: table.layer, ledger: table.seen });
  if (now.moved) table.follow(inSight(now.moved.bounds));
}

on(view, "view", (/** @type {import("app/wiring/parts.js").Moved} */ moved) => {
  now.moved = moved;
  status.showScale(moved.scale);
  making.see(moved.zoom);
  status.showPlace(moved.center);
  placeBase();
  drawScaleBar(/** @type {any} */ (byId("scale_bar")), moved.bar);
  table.follow(inSight(moved.bounds));
  page.keep({ view: view.state() });
});

on(view, "hover-position", (place) => status.showPlace(place));

on(view, "hover", (hover) => {
  const feature = shown.isGround(hover.feature?.layer) ? null : hover.feature;
  showHint(byId("hint"), { ...hover, feature });
});

on(view, "pick", (/** @type {{features: {layer: string, id: number}[]}} */ { features }) => {
  const ids = features.filter(({ layer }) => !shown.isGround(layer)).map(({ id }) => id);
  if (editing.isJoining) return ids.length && editing.take(ids[0]);
  if (ids.length) reader.open(ids[0], ids);
  else reader.close();
});

on(view, "point", (place) => menu.open(place));
on(view, "error", ({ message }) => notice.show(message));

on(page, "steps", ({ back, forward }) => {
  button("back").disabled = !back;
  button("forward").disabled = !forward;
});

on(reader, "opening", () => makeWayFor("card"));
on(reader, "opening", () => past.close());

on(
  reader,
  "opened",
  (/** @type {{feature: Api.Feature}} */ { feature: { id, geometry, bbox, properties } }) => {
    const label = String(properties.map_label ?? properties.name);
    if (geometry) view.select({ layer: properties.layer, id, geometry, label });
    page.keep({ selected: id });
    table.mark(id);
    table.seek({ layer: properties.layer, uid: id });
    bringIntoSight(bbox);
    notice.speak(`已打开 ${properties.name}`);
  },
);

on(reader, "closed", () => {
  past.close();
  view.select(null);
  page.keep({ selected: null });
  table.mark(null);
  table.seek(null);
});

on(card, "zoom", ({ feature }) => view.fit(feature.bbox));
on(card, "link", acts.copyLink);
on(card, "table", ({ layer }) => table.open(layer));
on(card, "open", ({ uid }) => reader.open(uid));

on(search, "open", async (found) => {
  await openHit(found);
  bringNear(found.hit.bounds);
});

on(search, "found", ({ count }) => notice.speak(`找到 ${count} 条`));
on(search, "leave", () => byId("layers").focus());
on(menu, "open", openHit);
on(menu, "copy", ({ text }) => acts.copy(text, `已复制 ${text}`));
on(table, "open", ({ uid, uids }) => reader.open(uid, uids));
on(table, "shown", () => table.mark(reader.feature?.id ?? null));
on(table, "filter", ({ layer }) => tell(() => openFilters(layer)));
on(table, "charts", ({ layer }) => tell(() => openCharts(layer)));
on(table, "changed", () => page.keep({ ledger: table.seen }));
on(table, "chosen", ({ layer, uids }) => chosenRows.show(layer, uids));
on(table, "zoom", ({ bounds }) => bringNear(bounds));
on(table, "say", ({ text }) => notice.show(text));
on(table, "opened", tableTurned);
on(table, "close", tableTurned);
on(ties, "changed", (done) => editing.tellDone(done, done.uid));
on(ties, "say", ({ text }) => notice.show(text));
on(ties, "open", ({ uid, uids }) => reader.open(uid, uids));
on(ties, "shown", ({ bounds }) => view.fit(bounds, { closest: CLOSEST }));
on(reader, "closed", () => ties.clear());
on(holding, "changed", (done) => editing.tellDone(done, done.uid));
on(holding, "say", ({ text }) => notice.show(text));
on(ranking, "say", ({ text }) => notice.show(text));
on(ranking, "open", ({ uid, uids }) => reader.open(uid, uids));
on(ranking, "closed", () => page.keep({ siting: null }));

on(ranking, "shown", ({ bounds, layers, bring }) => {
  holding.project = ranking.project;
  for (const layer of layers) if (!shown.isOn(layer)) shown.toggle([layer], true);
  if (bring) view.fit(bounds);
});

on(status, "scale", ({ denominator }) => view.setScale(denominator));

on(server, "busy", ({ waiting }) => {
  byId("progress").hidden = waiting === 0;
});
