// Wires the parts; the only module that knows them all.
import { Server } from "app/api.js";
import { QuestionBox } from "app/asking/box.js";
import { Overlaying } from "app/conflict/asking.js";
import { byId, html, later } from "app/dom.js";
import { AsOf } from "app/edit/as_of.js";
import { ask } from "app/edit/ask.js";
import { Bulk } from "app/edit/bulk.js";
import { Desk } from "app/edit/desk.js";
import { Drafts } from "app/edit/drafts.js";
import { DraftOffer, Editing } from "app/edit/editing.js";
import { Fresh } from "app/edit/fresh.js";
import { Past } from "app/edit/past.js";
import { Reviewing, Tray } from "app/edit/review.js";
import { Exporting } from "app/export/dialog.js";
import { AreaDrawing } from "app/filter/drawing.js";
import { Filters } from "app/filter/filters.js";
import { FilterLine } from "app/filter/line.js";
import { SavedFilters } from "app/filter/saved.js";
import { joined, parted } from "app/filter/text.js";
import { Ties } from "app/links/section.js";
import { standFlag } from "app/map/flag.js";
import { Marks } from "app/map/marks.js";
import { boundsOf } from "app/map/outlines.js";
import { keptTimes, Times } from "app/map/times.js";
import { TravelOver } from "app/map/travel.js";
import { MapView } from "app/map/view.js";
import { Page } from "app/page.js";
import { Acts } from "app/panel/acts.js";
import { BasePanel } from "app/panel/bases.js";
import { Card } from "app/panel/card.js";
import { DrawingPanel } from "app/panel/drawings.js";
import { showHint } from "app/panel/hint.js";
import { listen, showHelp } from "app/panel/keys.js";
import { LayerPanel } from "app/panel/layers.js";
import { Making } from "app/panel/making.js";
import { Measuring } from "app/panel/measuring.js";
import { PlaceMenu } from "app/panel/menu.js";
import { Notice } from "app/panel/notice.js";
import { Obstacle } from "app/panel/obstacle.js";
import { inSight, meet, padding } from "app/panel/padding.js";
import { Presets } from "app/panel/presets.js";
import { Reader } from "app/panel/reader.js";
import { drawScaleBar } from "app/panel/scale_bar.js";
import { Search } from "app/panel/search.js";
import { Sheet } from "app/panel/sheet.js";
import { Shown } from "app/panel/shown.js";
import { Signs } from "app/panel/signs.js";
import { Status } from "app/panel/status.js";
import { Strip } from "app/panel/strip.js";
import { TimePanel } from "app/panel/times.js";
import { Today } from "app/panel/today.js";
import { PhotoStrip } from "app/photos/strip.js";
import { Holding } from "app/siting/hold.js";
import { Ranking } from "app/siting/ranking.js";
import { ChosenRows } from "app/table/chosen.js";
import { TableDrawer } from "app/table/table.js";

/**
 * @typedef {import("app/page.js").State} State
 * @typedef {{bounds: Api.Bounds, zoom: number, center: {lon: number, lat: number}, scale: number, bar: import("app/map/scale.js").Bar}} Moved
 */

const TOLERANCE_PX = 4;
const CLOSEST = 14.5;
const ASK_WHY_MS = 400;
const NEIGHBOURS = 500;
const SNAP_LAYERS = 4;
const SNAP_FROM_ZOOM = 12;
const SNAP_REACH = 0.01;

/** @type {Api.Boot} */
const boot = JSON.parse(byId("boot").textContent ?? "");
const server = new Server(boot.urls, boot.csrf);
const page = new Page();
const view = new MapView(/** @type {any} */ (window)[boot.map], {
  padding,
  drawing: boot.urls.drawing,
  canvas: page.state.canvas,
});
const shown = new Shown();
const notice = new Notice(byId("notice"), byId("spoken"));
const obstacle = new Obstacle(byId("obstacle"));
const making = new Making(byId("making"), shown);
const acts = new Acts(view, page, notice, dialog("link_dialog"));
const panel = new LayerPanel(byId("layer_groups"), byId("data_date"), shown);
const bases = new BasePanel({ panel: byId("bases"), button: byId("image"), credit: byId("base_source") });
const drawings = new DrawingPanel(byId("drawings"));
const presets = new Presets(byId("presets"));
const sheet = new Sheet(byId("sheet"), byId("sheet_handle"));
const card = new Card(byId("card"));
const reader = new Reader(card, (ref, signal) => server.feature(ref, signal));
const menu = new PlaceMenu(byId("menu"), (place, signal) => server.at(place, tolerance(), signal));
const table = new TableDrawer(byId("table"), {
  server,
  whole: boot.urls.table,
  dialog: dialog("question"),
  filterOf: (layer) => filters.textOf(layer),
});
const chosenRows = new ChosenRows(server, view.chosen);
// Before the search, which does not hear what is a question.
const questions = new QuestionBox(
  {
    input: input("search_words"),
    list: byId("search_results"),
    clear: byId("search_clear"),
    button: byId("ask_mode"),
  },
  (typed, signal) => server.questions(typed, signal),
);
const search = new Search(
  { input: input("search_words"), list: byId("search_results"), clear: byId("search_clear") },
  (words, signal) => server.search(words, signal),
);
const status = new Status(
  {
    lonlat: byId("lonlat"),
    xy: byId("xy"),
    crs: byId("crs"),
    scale: input("scale"),
    date: byId("status_date"),
    sample: byId("sample"),
  },
  (place, signal) => server.position(place, signal),
);
const strip = new Strip(byId("strip"));
const measuring = new Measuring(view.measure, strip);
const drafts = new Drafts(boot.account?.name ?? "");
const offer = new DraftOffer(byId("drafts"), drafts);
const desk = new Desk(
  { element: byId("desk"), dialog: dialog("question") },
  view,
  strip,
  server,
  drafts,
  boot.urls.sign_in,
);
const editing = new Editing(desk, view, strip, notice, dialog("question"));
const past = new Past(byId("past"), server);
const bin = boot.account?.may.includes("edit") ? boot.urls.bin : null;
const tray = new Tray(byId("tray"), document.getElementById("review"), server, bin);
const reviewing = new Reviewing(server, dialog("question"));
const bulk = new Bulk(server, dialog("question"));
const exporting = new Exporting(server, dialog("export_dialog"));
const asOf = new AsOf(byId("day"), dialog("question"));
const today = new Today(byId("today"), () => server.today());
const fresh = new Fresh(() => server.layers(true));
const holding = new Holding(server, dialog("question"));
const ties = new Ties(server, dialog("question"), () => new Marks(view.map, "tie-disc"));
const ranking = new Ranking(byId("ranking"), server, boot.urls.siting);
exporting.now = () => ({
  bbox: moved ? inSight(moved.bounds) : null,
  shown: shown.keys,
  filters: filters.texts,
});
card.actions = (/** @type {Api.Feature} */ feature) => [
  ...overlaying.actionsFor(feature),
  ...editing.actionsFor(feature),
  ...printOne(feature),
  ...holding.actionsFor(feature),
  ...exportOne(feature),
];
const filters = new Filters(server);
const filterLine = new FilterLine(byId("filter_line"));
const area = new AreaDrawing(view.editor, strip);
const overlaying = new Overlaying(
  server,
  { notice, area, dialog: dialog("question"), outlines: view.outlines },
  boot.viewer !== "public",
);
table.mayEdit = (/** @type {Api.Layer} */ layer) => Boolean(layer.may?.includes("edit")) && !asOf.day;
/** Made when it is first opened. @type {import("app/filter/builder.js").FilterPanel | null} */
let filterPanel = null;
/** @type {import("app/charts/panel.js").ChartPanel | null} */
let chartPanel = null;
/** @type {import("app/asking/panel.js").AnswerPanel | null} */
let answerPanel = null;
/** @type {import("app/printing/panel.js").PrintPanel | null} */
let printPanel = null;
/** @type {Api.Catalogue["county"]} */
let county = { title: "", bounds: null };
const photos = new PhotoStrip(server);
card.below = (/** @type {Api.Feature} */ feature) => {
  photos.show(feature.id);
  return [ties.sectionFor(feature), photos.element];
};
card.above = (/** @type {Api.Feature} */ feature) => [
  ...reviewing.sectionsFor(feature),
  holding.sectionFor(feature),
];
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
const mayPrint = boot.viewer !== "public";
byId("print").hidden = !mayPrint;
const times = new Times(view);
const timePanel = new TimePanel(byId("times"), times, {
  shown: () => shown.keys,
  travel: boot.viewer === "public" ? null : (boot.urls.travel ?? null),
  calm: view.calm,
});
const travelOver = new TravelOver(view.map);
/** @type {import("app/panel/travel.js").TravelPanel | null} */
let travelPanel = null;
/** @type {import("app/panel/differences.js").DifferencePanel | null} */
let differencePanel = null;
reader.mayLeave = () => !desk.isOpen;
/** @type {Moved | null} */
let moved = null;
/** @type {Api.Base | null} */
let base = null;
let baseOpacity = 1;
/** @type {Promise<void>} */
let renewed = Promise.resolve();

async function start() {
  obstacle.clear();
  server.at_day = boot.account ? page.state.at : null;
  asOf.show(server.at_day);
  try {
    await show(...(await Promise.all([server.layers(), server.style()])));
  } catch (error) {
    panel.fail(/** @type {Error} */ (error).message);
  }
}

/** @param {Api.Catalogue} catalogue @param {Api.Style} style */
async function show(catalogue, style) {
  const signs = new Signs(style, view.fonts);
  for (const part of [card, search, menu]) part.signs = signs;
  shown.start(catalogue.layers, page.state.layers, page.state.opacity);
  presets.show(catalogue.presets);
  markPreset();
  page.keep({ layers: shown.keys });
  panel.show(catalogue, signs);
  table.offer(catalogue.layers);
  editing.layers = catalogue.layers;
  exporting.layers = catalogue.layers;
  fresh.start(catalogue);
  making.know(catalogue.layers);
  if (boot.viewer !== "public") today.show();
  offer.show(Boolean(boot.account));
  tray.count();
  status.showOrigin(catalogue);
  county = catalogue.county;
  nameCounty(county.title);
  offerBases();
  offerDrawings();
  filters.show(parted(page.state.filters));
  times.know(catalogue);
  times.restore(page.state.time);
  if (page.state.travel) tell(() => showTravel(page.state.travel));
  await showMap(catalogue, style);
}

function markPreset() {
  presets.mark(shown.keys, filters.texts);
  view.setLights(presets.isSupervision);
}

/** @param {Api.Preset} preset */
function unfilteredWords({ title, unfiltered }) {
  return `“${title}”对${unfiltered.join("、")}的筛选没有套用：用到您无权查看或已停用的字段。`;
}

/** @param {string | null} uid of a comparison of the road network; null: none */
async function showTravel(uid) {
  if (!uid) return travelPanel?.close();
  const told = await server.travel(uid);
  travelPanel ??= await makeTravelPanel();
  filterPanel?.close();
  chartPanel?.close();
  if (sheet.height === "low") sheet.set("middle");
  const first = !page.state.view || !travelPanel.isOpen;
  travelPanel.show(told);
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
async function showDifferences(uid, near) {
  const told = await server.differences(uid);
  differencePanel ??= await makeDifferencePanel();
  filterPanel?.close();
  chartPanel?.close();
  if (sheet.height === "low") sheet.set("middle");
  if (told.layer && !shown.isOn(told.layer)) shown.toggle([told.layer], true);
  differencePanel.show(told);
  page.keep({ intake: uid });
  if (!near) return;
  bringNear(boundsOf(differencePanel.shapes.map(({ before, after }) => after ?? before ?? null)));
}

async function makeDifferencePanel() {
  const [{ DifferencePanel }, { DifferencesOver }] = await Promise.all([
    import("app/panel/differences.js"),
    import("app/map/differences.js"),
  ]);
  const made = new DifferencePanel(byId("differences"));
  const over = new DifferencesOver(view.map);
  on(made, "shown", ({ shapes, problems }) => over.show(shapes, problems));
  on(made, "chosen", ({ shape, spot }) => {
    over.choose(shape);
    if (shape) bringNear(boundsOf([shape.before ?? null, shape.after ?? null]));
    if (spot) bringNear([spot[0], spot[1], spot[0], spot[1]]);
  });
  on(made, "open", ({ uid }) => reader.open(uid));
  on(made, "close", () => {
    over.clear();
    page.keep({ intake: null });
  });
  return made;
}

async function offerDrawings() {
  const told = await server.drawings().catch(() => ({ drawings: [] }));
  drawings.offer(told.drawings, page.state.over);
}

async function offerBases() {
  try {
    bases.offer((await server.bases()).bases, page.state.base);
  } catch {
    bases.offer([], null);
  }
}

// A base map in GCJ-02 lies half a kilometre too far east; how far exactly depends on the place.
async function placeBase() {
  if (!base?.gcj02 || !moved) return;
  const asked = base;
  const shift = await server.shift(moved.center).catch(() => null);
  if (shift && base === asked) view?.base.setShift(shift);
}

async function askWhy() {
  try {
    bases.learn((await server.bases()).bases);
  } catch {
    bases.fail();
  }
}

/** @param {string} title */
function nameCounty(title) {
  if (!title) return;
  byId("county").textContent = `${title} · 国土空间与全域旅游`;
  byId("seal").textContent = title[0];
}

/** @param {Api.Catalogue} catalogue @param {Api.Style} style */
async function showMap(catalogue, style) {
  const { bounds } = catalogue.county;
  if (!bounds) return obstacle.noData();
  const { state } = page;
  // Read before the map stands, which writes its view into the address.
  const isPlaced = Boolean(state.view || state.selected);
  const layers = catalogue.layers.map((layer) => ({ ...layer, on: shown.isOn(layer.key) }));
  const ready = view.start(style, { ...catalogue, layers, county: { bounds } }, state.view);
  for (const [layer, opacity] of Object.entries(shown.faint)) view.setOpacity(layer, opacity);
  standFlag(view.map);
  if (state.siting) await ranking.open(state.siting, new Marks(view.map, "rank-disc"), !isPlaced);
  if (state.table) table.open(state.table, state.ledger);
  if (state.selected) await reader.open(state.selected);
  if (state.selected && !state.view) bringNear(reader.feature?.bbox);
  const { intake } = state;
  if (intake) tell(() => showDifferences(intake, !state.view));
  await ready;
}

/** Degrees that a click may miss by. */
function tolerance() {
  return moved ? ((moved.bounds[2] - moved.bounds[0]) / innerWidth) * TOLERANCE_PX : 0.0002;
}

/** @param {Api.Bounds | null | undefined} bounds */
function bringNear(bounds) {
  if (bounds) view.fit(bounds, { closest: CLOSEST });
}

// Where panels hide all of what was opened, the map moves aside; it does not come closer.
/** @param {Api.Bounds | undefined} bounds */
function bringIntoSight(bounds) {
  if (!bounds || !moved || meet(bounds, inSight(moved.bounds))) return;
  view.fit(bounds, { closest: view.state().z });
}

/** What was saved is shown at once. @param {string | null} [show] uid to open; null: nothing; undefined: what is open */
async function renewMap(show) {
  if (show === null) reader.close();
  const opened = show ? reader.open(show) : reader.reload();
  await Promise.all([fresh.look(), opened]);
  await renewed;
}

/** @param {Api.Catalogue} catalogue */
function showChanges(catalogue) {
  panel.refresh(catalogue);
  times.know(catalogue);
  making.know(catalogue.layers);
  filterPanel?.offer(catalogue.layers);
  chartPanel?.offer(catalogue.layers);
  filters.renew();
  editing.layers = catalogue.layers;
  exporting.layers = catalogue.layers;
  table.offer(catalogue.layers);
  table.reload();
  renewed = view.renew({ ...catalogue.tiles, url: catalogue.tiles.url });
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

/** @param {Api.Layer} layer @param {string[]} uids */
function exportRows({ key }, uids) {
  tell(() => exporting.open(key, uids));
}

/** @param {Api.Feature} feature */
function exportOne({ id, properties }) {
  const layer = exporting.layers.find(({ key }) => key === properties.layer);
  if (!layer || !exporting.may(layer) || asOf.day) return [];
  return [{ words: "导出…", more: true, act: () => exportRows(layer, [id]) }];
}

function exportLayer() {
  if (!document.getElementById("export")) return;
  tell(() => exporting.open(table.layer ?? reader.feature?.properties.layer));
}

/** @param {() => Promise<unknown>} act what goes wrong is said */
async function tell(act) {
  try {
    await act();
  } catch (error) {
    notice.show(/** @type {Error} */ (error).message);
  }
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
  const bounds = boundsOf([view.editor.geometry]) ?? moved?.bounds;
  if (!work || !bounds || !moved || moved.zoom < SNAP_FROM_ZOOM) return;
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

/** @param {{hit: Api.Hit, results: Api.Hit[]}} found */
function openHit({ hit, results }) {
  if (!shown.isOn(hit.layer)) shown.toggle([hit.layer], true);
  const uids = results.map(({ uid }) => uid);
  return reader.open(hit.uid, uids);
}

function turnTable() {
  if (table.layer) table.close();
  else table.open(reader.feature?.properties.layer ?? shown.keys[0] ?? "");
}

/** @param {string} [layer] */
async function openFilters(layer) {
  const wanted = layer ?? table.layer ?? reader.feature?.properties.layer ?? filters.all[0]?.layer;
  filterPanel ??= await makeFilterPanel();
  filterPanel.offer(editing.layers);
  chartPanel?.close();
  printPanel?.close();
  if (sheet.height === "low") sheet.set("middle");
  await filterPanel.open(wanted ?? shown.keys[0] ?? "");
}

async function makeFilterPanel() {
  const { FilterPanel } = await import("app/filter/builder.js");
  const saved = new SavedFilters(boot.account?.name ?? "");
  const made = new FilterPanel(byId("filters"), server, filters, saved);
  on(made, "opened", () => byId("open_filters").setAttribute("aria-expanded", "true"));
  on(made, "close", () => byId("open_filters").setAttribute("aria-expanded", "false"));
  on(made, "draw", () => tell(drawArea));
  on(made, "save", () => tell(nameFilter));
  on(made, "table", ({ layer }) => table.open(layer));
  on(made, "charts", ({ layer }) => tell(() => openCharts(layer)));
  return made;
}

/** @param {string} [layer] */
async function openCharts(layer) {
  if (!chartPanel) {
    const { ChartPanel } = await import("app/charts/panel.js");
    chartPanel = new ChartPanel(byId("charts"), server, filters, boot.urls.charts);
  }
  chartPanel.offer(editing.layers);
  filterPanel?.close();
  printPanel?.close();
  if (sheet.height === "low") sheet.set("middle");
  const wanted = layer ?? table.layer ?? reader.feature?.properties.layer ?? filters.all[0]?.layer;
  await chartPanel.open(wanted ?? shown.keys[0] ?? "");
}

function turnCharts() {
  if (chartPanel?.isOpen) chartPanel.close();
  else tell(() => openCharts());
}

function overlayDrawn() {
  if (desk.isOpen) return notice.show("正在编辑图形。请先保存或放弃，再画要分析的范围。");
  measuring.stop();
  tell(() => overlaying.draw());
}

/** @param {string} question */
async function answer(question) {
  answerPanel ??= await makeAnswerPanel();
  await answerPanel.ask(question);
}

async function makeAnswerPanel() {
  const { AnswerPanel } = await import("app/asking/panel.js");
  const made = new AnswerPanel(byId("answer"), server);
  on(made, "opened", () => {
    filterPanel?.close();
    chartPanel?.close();
    printPanel?.close();
    reader.close();
    if (sheet.height === "low") sheet.set("middle");
  });
  on(made, "answered", ({ question }) => questions.show(question));
  on(made, "open", async (found) => {
    await openHit(found);
    bringNear(found.hit.bounds);
  });
  on(made, "zoom", ({ bounds }) => bringNear(bounds));
  on(made, "filter", ({ filters: asked }) => tell(() => onlyWhatWasAsked(asked)));
  on(made, "copy", ({ text }) => acts.copy(text, "已复制回答"));
  return made;
}

/** @param {Record<string, string>} asked by layer; an empty filter shows the whole layer */
async function onlyWhatWasAsked(asked) {
  for (const [layer, text] of Object.entries(asked)) {
    await filters.set(layer, text);
    if (!shown.isOn(layer)) shown.toggle([layer], true);
  }
  notice.show("已设为筛选，地图和表格只显示这些。");
}

/** What is printed is what is seen. @param {Parameters<import("app/printing/panel.js").PrintPanel["open"]>[0]} [subject] */
async function openPrint(subject) {
  if (!mayPrint || !moved) return;
  printPanel ??= await makePrintPanel();
  for (const other of [filterPanel, chartPanel, answerPanel]) other?.close();
  measuring.stop();
  area.end(null);
  if (sheet.height === "low") sheet.set("middle");
  await printPanel.open(subject);
}

async function makePrintPanel() {
  const { PrintPanel } = await import("app/printing/panel.js");
  const made = new PrintPanel(byId("printing"), server, view, () => ({
    bounds: inSight(/** @type {Moved} */ (moved).bounds),
    title: county.title,
    county: county.bounds,
    layers: editing.layers.filter(({ key }) => shown.isOn(key)),
    filters: filters.texts,
    faint: shown.faint,
    over: view.over.laid,
    base: base && { name: base.name, title: base.title, opacity: baseOpacity },
    at: server.at_day,
    time: times.text,
    curtain: view.curtainLon,
  }));
  on(made, "opened", () => byId("print").setAttribute("aria-pressed", "true"));
  on(made, "close", () => byId("print").setAttribute("aria-pressed", "false"));
  return made;
}

/** @param {Api.Feature} feature */
function printOne({ bbox, properties }) {
  if (!mayPrint || !bbox) return [];
  const title = `${properties.name}位置图`.slice(0, 60);
  return [{ words: "打印", act: () => tell(() => openPrint({ title, bounds: bbox })) }];
}

function turnPrint() {
  if (printPanel?.isOpen) printPanel.close();
  else tell(() => openPrint());
}

async function drawArea() {
  measuring.stop();
  const drawn = await area.draw();
  if (drawn) filterPanel?.drawn("meets", drawn);
}

async function nameFilter() {
  const text = filters.textOf(filterPanel?.layer ?? "");
  if (!text) return notice.show("还没有设条件，没有可以保存的筛选。");
  const name = nameInput("给这个筛选起个名");
  const answer = await ask(dialog("question"), {
    title: "保存筛选",
    text: "保存在这台电脑的浏览器里，只有您看得见。要给别人，请复制链接。",
    body: name,
    answers: [
      { answer: "keep", words: "保存", first: true },
      { answer: "", words: "取消" },
    ],
  });
  const words = name.value.trim();
  if (answer !== "keep" || !words) return;
  const kept = filterPanel?.keep(words);
  notice.show(kept ? `已保存筛选“${words}”。` : "浏览器不允许保存。请复制链接留用。");
}

/** @param {string} label */
function nameInput(label) {
  return /** @type {HTMLInputElement} */ (
    html`<input type="text" class="name-of" maxlength="20" aria-label="${label}" placeholder="${label}" autofocus>`
  );
}

function turnFilters() {
  if (filterPanel?.isOpen) filterPanel.close();
  else tell(() => openFilters());
}

function tableTurned() {
  byId("open_table").setAttribute("aria-expanded", String(Boolean(table.layer)));
  page.keep({ table: table.layer, ledger: table.seen });
  if (moved) table.follow(inSight(moved.bounds));
}

function closeOne() {
  if (document.fullscreenElement) return;
  if (filterPanel?.isOpen) filterPanel.close();
  else if (chartPanel?.isOpen) chartPanel.close();
  else if (printPanel?.isOpen) printPanel.close();
  else if (past.isOpen) past.close();
  else if (card.isOpen) reader.close();
  else if (answerPanel?.isOpen) answerPanel.close();
  else if (travelPanel?.isOpen) travelPanel.close();
  else if (differencePanel?.isOpen) differencePanel.close();
  else if (table.layer) table.close();
}

on(view, "view", (/** @type {Moved} */ now) => {
  moved = now;
  status.showScale(now.scale);
  making.see(now.zoom);
  status.showPlace(now.center);
  placeBase();
  drawScaleBar(/** @type {any} */ (byId("scale_bar")), now.bar);
  table.follow(inSight(now.bounds));
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

on(page, "restore", (/** @type {{state: State}} */ { state }) => {
  if (state.layers) shown.show(state.layers);
  shown.restoreOpacity(state.opacity);
  bases.restore(state.base);
  drawings.restore(state.over);
  filters.show(parted(state.filters));
  times.restore(state.time);
  if (state.travel !== (travelPanel?.uid ?? null)) tell(() => showTravel(state.travel));
  if (!state.intake) differencePanel?.close();
  if (state.view) view.go(state.view);
  if (!state.selected) reader.close();
  else if (state.selected !== reader.feature?.id) reader.open(state.selected);
});
on(page, "steps", ({ back, forward }) => {
  button("back").disabled = !back;
  button("forward").disabled = !forward;
});

on(shown, "change", ({ layer, on, opacity }) => {
  view.setVisible(layer, on);
  view.setOpacity(layer, opacity);
});
on(times, "times", ({ text }) => page.keep({ time: text }));
on(timePanel, "opened", () => byId("times_turn").setAttribute("aria-pressed", "true"));
on(timePanel, "closed", () => byId("times_turn").setAttribute("aria-pressed", "false"));
on(timePanel, "curtain", () => view.curtain.element.focus());
on(shown, "changed", () => {
  markPreset();
  timePanel.refresh();
  page.keep({ layers: shown.keys, opacity: shown.faint });
});
on(panel, "zoom", ({ bounds }) => view.fit(bounds));
on(panel, "retry", start);
on(bases, "base", (/** @type {{base: Api.Base | null, opacity: number}} */ now) => {
  base = now.base;
  baseOpacity = now.opacity;
  view?.setBase(now.base, now.opacity);
  placeBase();
  page.keep({ base: bases.state });
});
on(drawings, "drawings", ({ shown: laid }) => {
  view.over.show(laid);
  page.keep({ over: drawings.state });
});
on(drawings, "curtain", (/** @type {{on: boolean}} */ now) => view.over.setCurtain(now.on));
on(drawings, "go", ({ drawing }) => view.over.go(drawing));
on(view?.base ?? null, "trouble", later(ASK_WHY_MS, askWhy));
on(view?.base ?? null, "seen", later(ASK_WHY_MS, askWhy));
on(presets, "preset", (/** @type {{preset: Api.Preset}} */ { preset }) => {
  // What the last one filtered goes with it; what a person asked for stays.
  const own = Object.entries(filters.texts).filter(([key, text]) => presets.filters[key] !== text);
  shown.show(preset.layers);
  filters.show({ ...Object.fromEntries(own), ...preset.filters });
  if (preset.unfiltered.length) notice.show(unfilteredWords(preset));
  if (preset.bounds) view.fit(preset.bounds);
  else view.home();
});

on(filters, "change", (/** @type {{layer: string, told: Api.Filtered | null}} */ { layer, told }) => {
  view.setFilter(layer, told?.map ?? null);
  if (told && !shown.isOn(layer)) shown.toggle([layer], true);
});
on(filters, "changed", () => {
  filterLine.show(filters.all);
  page.keep({ filters: joined(filters.texts) });
  markPreset();
  table.reload();
});
on(filters, "refused", ({ message }) => filterPanel?.isOpen || notice.show(message));
on(filterLine, "set", ({ layer, text }) => filters.set(layer, text));
on(filterLine, "open", ({ layer }) => tell(() => openFilters(layer)));
on(reader, "opening", () => filterPanel?.close());
on(reader, "opening", () => chartPanel?.close());
on(reader, "opening", () => printPanel?.close());
on(reader, "opening", () => past.close());
on(reader, "opening", () => sheet.height === "low" && sheet.set("middle"));
on(
  reader,
  "opened",
  (/** @type {{feature: Api.Feature}} */ { feature: { id, geometry, bbox, properties } }) => {
    const label = String(properties.map_label ?? properties.name);
    if (geometry) view.select({ layer: properties.layer, id, geometry, label });
    page.keep({ selected: id });
    table.mark(id);
    bringIntoSight(bbox);
    notice.speak(`已打开 ${properties.name}`);
  },
);
on(reader, "closed", () => {
  past.close();
  view.select(null);
  page.keep({ selected: null });
  table.mark(null);
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
on(questions, "ask", ({ question }) => tell(() => answer(question)));
on(menu, "open", openHit);
on(menu, "copy", ({ text }) => acts.copy(text, `已复制 ${text}`));

on(table, "open", ({ uid, uids }) => reader.open(uid, uids));
on(table, "shown", () => table.mark(reader.feature?.id ?? null));
on(table, "filter", ({ layer }) => tell(() => openFilters(layer)));
on(table, "charts", ({ layer }) => tell(() => openCharts(layer)));
on(table, "changed", () => page.keep({ ledger: table.seen }));
on(table, "chosen", ({ layer, uids }) => chosenRows.show(layer, uids));
on(table, "zoom", ({ bounds }) => bringNear(bounds));
on(table, "saved", async ({ feature }) => {
  notice.show(savedWords(feature, false));
  await renewMap();
});
on(table, "say", ({ text }) => notice.show(text));
on(table, "opened", tableTurned);
on(table, "close", tableTurned);

on(view?.measure ?? null, "measured", () => byId("measure").setAttribute("aria-pressed", "true"));
on(measuring, "closed", () => byId("measure").setAttribute("aria-pressed", "false"));
on(measuring, "copy", ({ text }) => acts.copy(text, `已复制 ${text}`));
on(desk, "opened", () => {
  area.end(null);
  filterPanel?.close();
  chartPanel?.close();
  printPanel?.close();
  measuring.stop();
  offer.show(false);
  view.select(null);
  if (sheet.height === "low") sheet.set("middle");
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
on(status, "scale", ({ denominator }) => view.setScale(denominator));
on(server, "busy", ({ waiting }) => {
  byId("progress").hidden = waiting === 0;
});

/** @type {import("app/panel/keys.js").Shortcut[]} */
const shortcuts = [
  { keys: ["/"], shown: "/", words: "搜索", act: () => search.focus() },
  { keys: ["q"], shown: "Q", words: "问一问（搜索框里以 ? 开头也行）", act: () => questions.open() },
  {
    keys: ["1", "2", "3", "4", "5", "6"],
    shown: "1 – 6",
    words: "切换专题",
    act: (key) => presets.choose(Number(key) - 1),
  },
  {
    keys: ["ArrowLeft", "ArrowRight"],
    shown: "← →",
    words: "上一个、下一个",
    act: (key) => reader.step(key === "ArrowLeft" ? -1 : 1),
  },
  { keys: ["Escape"], shown: "Esc", words: "关闭详情、表格", act: closeOne },
  { keys: ["c"], shown: "C", words: "复制链接", act: acts.copyLink },
  { keys: ["C"], shown: "Shift C", words: "复制图片", act: acts.copyPicture },
  { keys: ["m"], shown: "M", words: "量算", act: () => measuring.turn() },
  ...(boot.account?.may.some((deed) => deed === "edit" || deed === "mark")
    ? [
        { keys: ["n"], shown: "N", words: "新增", act: () => editing.make(table.layer ?? undefined) },
        { keys: ["e"], shown: "E", words: "编辑打开的对象", act: changeOpen },
        { keys: [], shown: "Ctrl S", words: "保存编辑", act: () => {} },
      ]
    : []),
  ...(boot.account?.may.includes("export")
    ? [{ keys: ["x"], shown: "X", words: "导出", act: exportLayer }]
    : []),
  ...(overlaying.may
    ? [{ keys: ["o"], shown: "O", words: "压盖分析（画范围、画线、用文件）", act: overlayDrawn }]
    : []),
  ...(mayPrint ? [{ keys: ["p"], shown: "P", words: "打印", act: turnPrint }] : []),
  ...(boot.account?.may.includes("brief")
    ? [{ keys: ["B"], shown: "Shift B", words: "加为汇报的一幕", act: () => tell(addScene) }]
    : []),
  { keys: ["t"], shown: "T", words: "表格", act: turnTable },
  { keys: ["F"], shown: "Shift F", words: "筛选", act: turnFilters },
  { keys: ["T"], shown: "Shift T", words: "统计图", act: turnCharts },
  { keys: ["h"], shown: "H", words: "全县", act: () => view.home() },
  { keys: ["y"], shown: "Y", words: "现状、规划、逐年", act: () => timePanel.turn() },
  { keys: ["i"], shown: "I", words: "影像（管理员配置后）", act: () => bases.turnImage() },
  { keys: ["l"], shown: "L", words: "定位", act: acts.locate },
  { keys: ["f"], shown: "F", words: "全屏", act: acts.fillScreen },
  {
    keys: ["+", "=", "-"],
    shown: "+ −",
    words: "放大、缩小",
    act: (key) => view.zoomBy(key === "-" ? -1 : 1),
  },
  { keys: [], shown: "Alt ← →", words: "前后视图", act: () => {} },
  { keys: ["?"], shown: "?", words: "快捷键", act: openHelp },
];
listen(shortcuts);

function changeOpen() {
  if (reader.feature?.edit?.may.includes("edit")) desk.change(reader.feature);
}

function openHelp() {
  showHelp(dialog("help"), shortcuts, boot.urls);
}

const buttons = {
  measure: () => measuring.turn(),
  back: () => page.back(),
  forward: () => page.forward(),
  open_table: turnTable,
  open_filters: turnFilters,
  copy_link: acts.copyLink,
  copy_picture: acts.copyPicture,
  print: turnPrint,
  full_screen: acts.fillScreen,
  open_help: openHelp,
  times_turn: () => timePanel.turn(),
  times_phone: () => timePanel.turn(),
  zoom_in: () => view.zoomBy(1),
  zoom_out: () => view.zoomBy(-1),
  home: () => view.home(),
  locate: acts.locate,
  locate_top: acts.locate,
  more: turnMore,
};
for (const [id, act] of Object.entries(buttons)) byId(id).addEventListener("click", act);
// Only for who may.
const offered = {
  add: () => editing.make(table.layer ?? undefined),
  add_scene: () => tell(addScene),
  save_theme: saveTheme,
  as_of: () => asOf.choose(),
  overlay: overlayDrawn,
  export: exportLayer,
};
for (const [id, act] of Object.entries(offered)) document.getElementById(id)?.addEventListener("click", act);

function saveTheme() {
  const bounds = moved ? `&bounds=${inSight(moved.bounds).map((side) => side.toFixed(6))}` : "";
  location.assign(`${boot.urls.themes}?link=${encodeURIComponent(page.address + bounds)}#new`);
}

async function addScene() {
  const { Adding } = await import("app/briefing/adding.js");
  const bounds = moved ? inSight(moved.bounds) : null;
  const { words, edit } = await new Adding(server, editing.layers).add({
    bounds,
    ...keptTimes(times, bounds, view.curtainLon),
    layers: shown.keys,
    filters: filters.texts,
    at: server.at_day,
    title: presets.title,
  });
  notice.show(words, { words: "编辑", act: () => location.assign(edit) });
}

function turnMore() {
  const open = byId("more").getAttribute("aria-expanded") === "true";
  byId("more").setAttribute("aria-expanded", String(!open));
}
document.addEventListener("click", ({ target }) => {
  if (!(/** @type {Element} */ (target).closest("#tray, #review"))) tray.close();
  const inside = /** @type {Element} */ (target).closest("#more");
  if (!inside) byId("more").setAttribute("aria-expanded", "false");
});
document.addEventListener("fullscreenchange", () => {
  byId("full_screen").setAttribute("aria-pressed", String(Boolean(document.fullscreenElement)));
});

/** @param {EventTarget | null} part @param {string} name @param {(detail: any) => void} act */
function on(part, name, act) {
  part?.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
}

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/** @param {string} id */
function button(id) {
  return /** @type {HTMLButtonElement} */ (byId(id));
}

/** @param {string} id */
function dialog(id) {
  return /** @type {HTMLDialogElement} */ (byId(id));
}

start();
