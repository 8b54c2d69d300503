// What is the map page made of? Each part, made once; the wiring lets them hear of one another.
import { Server } from "app/api.js";
import { QuestionBox } from "app/asking/box.js";
import { Overlaying } from "app/conflict/asking.js";
import { byId } from "app/dom.js";
import { AsOf } from "app/edit/as_of.js";
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
import { Ties } from "app/links/section.js";
import { Marks } from "app/map/marks.js";
import { Times } from "app/map/times.js";
import { TravelOver } from "app/map/travel.js";
import { MapView } from "app/map/view.js";
import { Page } from "app/page.js";
import { Acts } from "app/panel/acts.js";
import { BasePanel } from "app/panel/bases.js";
import { Card } from "app/panel/card.js";
import { DrawingPanel } from "app/panel/drawings.js";
import { LayerPanel } from "app/panel/layers.js";
import { Making } from "app/panel/making.js";
import { Measuring } from "app/panel/measuring.js";
import { PlaceMenu } from "app/panel/menu.js";
import { Notice } from "app/panel/notice.js";
import { Obstacle } from "app/panel/obstacle.js";
import { padding } from "app/panel/padding.js";
import { Presets } from "app/panel/presets.js";
import { Reader } from "app/panel/reader.js";
import { Search } from "app/panel/search.js";
import { Sheet } from "app/panel/sheet.js";
import { Shown } from "app/panel/shown.js";
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
 * @typedef {{bounds: Api.Bounds, zoom: number, center: {lon: number, lat: number}, scale: number, bar: import("app/map/scale.js").Bar}} Moved
 * @typedef {{moved: Moved | null, base: Api.Base | null, baseOpacity: number, renewed: Promise<void>, county: Api.Catalogue["county"]}} Now
 */

const TOLERANCE_PX = 4;

/** @type {Api.Boot} */
export const boot = JSON.parse(byId("boot").textContent ?? "");

/** What changes while the page stands: where the map is, its base, what is being drawn anew. @type {Now} */
export const now = {
  moved: null,
  base: null,
  baseOpacity: 1,
  renewed: Promise.resolve(),
  county: { title: "", bounds: null },
};
export const server = new Server(boot.urls, boot.csrf);
export const page = new Page();

export const view = new MapView(/** @type {any} */ (window)[boot.map], {
  padding,
  drawing: boot.urls.drawing,
  canvas: page.state.canvas,
});

export const shown = new Shown();
export const notice = new Notice(byId("notice"), byId("spoken"));
export const obstacle = new Obstacle(byId("obstacle"));
export const making = new Making(byId("making"), shown);
export const acts = new Acts(view, page, notice, dialog("link_dialog"));
export const panel = new LayerPanel(byId("layer_groups"), byId("data_date"), shown);
export const bases = new BasePanel({
  panel: byId("bases"),
  button: byId("image"),
  credit: byId("base_source"),
});
export const drawings = new DrawingPanel(byId("drawings"));
export const presets = new Presets(byId("presets"));
export const sheet = new Sheet(byId("sheet"), byId("sheet_handle"));
export const card = new Card(byId("card"));
export const reader = new Reader(card, (ref, signal) => server.feature(ref, signal));
export const menu = new PlaceMenu(byId("menu"), (place, signal) => server.at(place, tolerance(), signal));

export const table = new TableDrawer(byId("table"), {
  server,
  whole: boot.urls.table,
  library: boot.urls.grid,
  dialog: dialog("question"),
  filterOf: (layer) => filters.textOf(layer),
});

export const chosenRows = new ChosenRows(server, view.chosen);

// Before the search, which does not hear what is a question.
export const questions = new QuestionBox(
  {
    input: input("search_words"),
    list: byId("search_results"),
    clear: byId("search_clear"),
    button: byId("ask_mode"),
  },
  (typed, signal) => server.questions(typed, signal),
);

export const search = new Search(
  { input: input("search_words"), list: byId("search_results"), clear: byId("search_clear") },
  (words, signal) => server.search(words, signal),
);

export const status = new Status(
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
export const measuring = new Measuring(view.measure, strip);
const drafts = new Drafts(boot.account?.name ?? "");
export const offer = new DraftOffer(byId("drafts"), drafts);

export const desk = new Desk(
  { element: byId("desk"), dialog: dialog("question") },
  view,
  strip,
  server,
  drafts,
  boot.urls.sign_in,
);

export const editing = new Editing(desk, view, strip, notice, dialog("question"));
export const past = new Past(byId("past"), server);
const bin = boot.account?.may.includes("edit") ? boot.urls.bin : null;
export const tray = new Tray(byId("tray"), document.getElementById("review"), server, bin);
export const reviewing = new Reviewing(server, dialog("question"));
export const bulk = new Bulk(server, dialog("question"));
export const exporting = new Exporting(server, dialog("export_dialog"));
export const asOf = new AsOf(byId("day"), dialog("question"));
export const today = new Today(byId("today"), () => server.today());
export const fresh = new Fresh(() => server.layers(true));
export const holding = new Holding(server, dialog("question"));
export const ties = new Ties(server, dialog("question"), () => new Marks(view, "tie-disc"));
export const ranking = new Ranking(byId("ranking"), server, boot.urls.siting);
export const filters = new Filters(server);
export const filterLine = new FilterLine(byId("filter_line"));
export const area = new AreaDrawing(view.editor, strip);

export const overlaying = new Overlaying(
  server,
  { notice, area, dialog: dialog("question"), outlines: view.outlines },
  boot.viewer !== "public",
);

export const photos = new PhotoStrip(server);
export const mayPrint = boot.viewer !== "public";
export const times = new Times(view);

export const timePanel = new TimePanel(byId("times"), times, {
  shown: () => shown.keys,
  travel: boot.viewer === "public" ? null : (boot.urls.travel ?? null),
  calm: view.calm,
});

export const travelOver = new TravelOver(view.map, (words) => view.keepFree("travel", words));

/** Degrees that a click may miss by. */
function tolerance() {
  return now.moved ? ((now.moved.bounds[2] - now.moved.bounds[0]) / innerWidth) * TOLERANCE_PX : 0.0002;
}

/** @param {() => Promise<unknown>} act what goes wrong is said */
export async function tell(act) {
  try {
    await act();
  } catch (error) {
    notice.show(/** @type {Error} */ (error).message);
  }
}

/** @param {EventTarget | null} part @param {string} name @param {(detail: any) => void} act */
export function on(part, name, act) {
  part?.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
}

/** @param {string} id */
export function input(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/** @param {string} id */
export function button(id) {
  return /** @type {HTMLButtonElement} */ (byId(id));
}

/** @param {string} id */
export function dialog(id) {
  return /** @type {HTMLDialogElement} */ (byId(id));
}
