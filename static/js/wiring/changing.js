// What happens when somebody changes something, or others did?
import { byId } from "app/dom.js";
import { boundsOf } from "app/map/outlines.js";
import { makeWayFor, stood } from "app/wiring/asides.js";
import { bringIntoSight, bringNear, renewMap } from "app/wiring/bringing.js";
import { exportRows } from "app/wiring/leaving.js";
import {
  acts,
  area,
  asOf,
  boot,
  bulk,
  desk,
  editing,
  exporting,
  filters,
  fresh,
  making,
  measuring,
  notice,
  now,
  offer,
  on,
  overlaying,
  page,
  panel,
  past,
  photos,
  reader,
  reviewing,
  server,
  shown,
  table,
  tell,
  times,
  today,
  tray,
  view,
} from "app/wiring/parts.js";

const NEIGHBOURS = 500;
const SNAP_LAYERS = 4;
const SNAP_FROM_ZOOM = 12;
const SNAP_REACH = 0.01;
table.mayEdit = (/** @type {Api.Layer} */ layer) => Boolean(layer.may?.includes("edit")) && !asOf.day;

table.actions = (/** @type {Api.Layer} */ { may = [] }) => [
  ...(may.includes("edit") && !asOf.day
    ? [
        { words: "批量修改", least: 1, act: chooseValue, wide: chooseValueInView },
        { words: "合并", least: 2, act: joinRows },
      ]
    : []),
  ...(overlaying.may
    ? [
        {
          words: "压盖分析",
          least: 1,
          act: (/** @type {Api.Layer} */ _, /** @type {string[]} */ uids) => overlaying.ask({ uids }),
        },
      ]
    : []),
  ...(may.includes("export") && !asOf.day ? [{ words: "导出", least: 1, act: exportRows }] : []),
];

/** @param {Api.Catalogue} catalogue */
function showChanges(catalogue) {
  panel.refresh(catalogue);
  times.know(catalogue);
  making.know(catalogue.layers);
  stood.filters?.offer(catalogue.layers);
  stood.charts?.offer(catalogue.layers);
  filters.renew();
  editing.layers = catalogue.layers;
  exporting.layers = catalogue.layers;
  table.offer(catalogue.layers);
  table.reload();
  now.renewed = view.renew({ ...catalogue.tiles, url: catalogue.tiles.url });
}

/** The map as it was at the end of a day. @param {string | null} day */
async function showDay(day) {
  server.at_day = day;
  page.keep({ at: day });
  await tell(async () => {
    showChanges(await server.layers());
    await reader.reload();
  });
}

/** @param {Api.Layer} layer @param {string[]} uids */
function chooseValue(layer, uids) {
  tell(() => bulk.change(layer, { uids }));
}

/** @param {Api.Layer} layer @param {Api.Bounds | null} bounds null: wherever they are */
function chooseValueInView(layer, bounds) {
  const f = filters.textOf(layer.key);
  const bbox = bounds ?? layer.bounds ?? [-180, -90, 180, 90];
  tell(() => bulk.change(layer, { bbox: bbox.join(","), ...(f && { f }) }));
}

/** @param {Api.Layer} layer @param {string[]} uids */
async function joinRows({ key }, uids) {
  await editing.join(key, uids);
  table.unchoose();
}

/** @param {Api.Feature} feature @param {boolean} isNew */
function savedWords({ properties, proposed, review }, isNew) {
  if (proposed) return "已保存。权属与期限字段待另一人复核后生效。";
  if (review?.state === "pending") return `“${properties.name}”已提交，待审核。`;
  return isNew ? `已新增“${properties.name}”。` : `已保存“${properties.name}”。`;
}

// What is near the shape that is drawn: the layer itself and what else is on, the ground aside.
async function snapToNeighbours() {
  const { work } = desk;
  const bounds = boundsOf([view.editor.geometry]) ?? now.moved?.bounds;
  if (!work || !bounds || !now.moved || now.moved.zoom < SNAP_FROM_ZOOM) return;
  const around = wider(bounds);
  const layers = [
    work.form.layer,
    ...shown.keys.filter((key) => key !== work.form.layer && !shown.isGround(key)),
  ];
  const asked = layers
    .slice(0, SNAP_LAYERS)
    .map((key) => server.around(key, around, NEIGHBOURS / SNAP_LAYERS).catch(() => null));
  const found = (await Promise.all(asked)).flatMap((rows) => rows?.features ?? []);
  const others = found.filter(({ id }) => id !== work.ref);
  if (desk.work === work) view.editor.snapTo(/** @type {any[]} */ (others));
}

/** @param {Api.Bounds} bounds @returns {Api.Bounds} */
function wider([west, south, east, north]) {
  const by = Math.max(east - west, north - south, SNAP_REACH) / 2;
  return [west - by, south - by, east + by, north + by];
}

/** @param {import("app/edit/drafts.js").Draft} draft */
async function resume(draft) {
  try {
    if (draft.isNew) await desk.make(draft.layer, draft.sort, draft);
    else {
      await reader.open(draft.ref);
      if (reader.feature?.id === draft.ref) await desk.change(reader.feature, draft);
    }
    bringNear(boundsOf([view.editor.geometry]));
  } catch (error) {
    notice.show(/** @type {Error} */ (error).message);
    offer.show();
  }
}

on(table, "saved", async ({ feature }) => {
  notice.show(savedWords(feature, false));
  await renewMap();
});

on(view?.measure ?? null, "measured", () => byId("measure").setAttribute("aria-pressed", "true"));
on(measuring, "closed", () => byId("measure").setAttribute("aria-pressed", "false"));
on(measuring, "copy", ({ text }) => acts.copy(text, `已复制 ${text}`));

on(desk, "opened", () => {
  area.end(null);
  makeWayFor("desk");
  measuring.stop();
  offer.show(false);
  view.select(null);
});

on(desk, "say", ({ text }) => notice.show(text));
on(desk, "shape", ({ geometry }) => bringNear(boundsOf([geometry])));

on(desk, "around", () => {
  bringIntoSight(boundsOf([view.editor.geometry]) ?? undefined);
  snapToNeighbours();
});

on(desk, "saved", async ({ feature, isNew }) => {
  notice.show(savedWords(feature, isNew));
  await renewMap(feature.id);
  desk.clear();
});

on(desk, "closed", ({ ref, saved }) => {
  offer.show(Boolean(boot.account));
  if (saved) return;
  if (reader.feature?.id === ref) reader.reload();
  else reader.close();
});

on(editing, "changed", ({ show }) => renewMap(show));
on(editing, "history", ({ feature }) => past.open(feature).catch(({ message }) => notice.show(message)));
on(past, "shapes", ({ shapes }) => view.outlines.show(shapes));
on(past, "close", () => view.outlines.clear());

on(past, "undone", ({ uid, said, gone }) => {
  notice.show(said);
  renewMap(gone ? null : uid);
});

on(fresh, "changed", ({ catalogue }) => showChanges(catalogue));
on(fresh, "asked", () => tray.count());
on(fresh, "changed", () => today.show());

on(tray, "open", async ({ uid, uids, bounds }) => {
  await reader.open(uid, uids);
  bringNear(bounds);
});

on(reviewing, "say", ({ text }) => notice.show(text));
on(reviewing, "merging", ({ feature }) => editing.chooseInto(feature));
on(editing, "into", ({ feature, into }) => reviewing.merge(feature, into));

on(reviewing, "decided", ({ uid, words, act }) => {
  editing.tellDone({ title: words, act }, uid);
  tray.count();
});

on(photos, "removed", ({ name, act }) => editing.tellDone({ title: `已删除附件“${name}”`, act }, undefined));

on(bulk, "changed", ({ title, act }) => {
  table.unchoose();
  editing.tellDone({ title, act }, undefined);
});

on(asOf, "day", ({ day }) => showDay(day));
on(offer, "resume", ({ draft }) => resume(draft));
