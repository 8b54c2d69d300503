// Starts the map page: what the address says is shown; the wiring lets the parts hear of one another.
import { byId } from "app/dom.js";
import { parted } from "app/filter/text.js";
import { standFlag } from "app/map/flag.js";
import { Marks } from "app/map/marks.js";
import { Signs } from "app/panel/signs.js";
import { stood } from "app/wiring/asides.js";
import { bringNear } from "app/wiring/bringing.js";
import { markPreset, offerBases, offerDrawings } from "app/wiring/layers.js";
import { showDifferences, showTravel } from "app/wiring/over.js";
import {
  asOf,
  bases,
  boot,
  card,
  drawings,
  editing,
  exporting,
  filters,
  fresh,
  making,
  menu,
  now,
  obstacle,
  offer,
  on,
  page,
  panel,
  presets,
  ranking,
  reader,
  search,
  server,
  shown,
  status,
  table,
  tell,
  times,
  today,
  tray,
  view,
} from "app/wiring/parts.js";
import "app/wiring/asking.js";
import "app/wiring/leaving.js";
import "app/wiring/reading.js";
import "app/wiring/changing.js";
import "app/wiring/keys.js";

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
  now.county = catalogue.county;
  nameCounty(now.county.title);
  offerBases();
  offerDrawings();
  filters.show(parted(page.state.filters));
  times.know(catalogue);
  times.restore(page.state.time);
  if (page.state.travel) tell(() => showTravel(page.state.travel));
  await showMap(catalogue, style);
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
  if (state.siting) await ranking.open(state.siting, new Marks(view, "rank-disc"), !isPlaced);
  if (state.table) table.open(state.table, state.ledger);
  if (state.selected) await reader.open(state.selected);
  if (state.ledger.page) table.seek(null);
  if (state.selected && !state.view) bringNear(reader.feature?.bbox);
  const { intake } = state;
  if (intake) tell(() => showDifferences(intake, !state.view));
  await ready;
}

on(page, "restore", (/** @type {{state: import("app/page.js").State}} */ { state }) => {
  if (state.layers) shown.show(state.layers);
  shown.restoreOpacity(state.opacity);
  bases.restore(state.base);
  drawings.restore(state.over);
  filters.show(parted(state.filters));
  times.restore(state.time);
  if (state.travel !== (stood.travel?.uid ?? null)) tell(() => showTravel(state.travel));
  if (!state.intake) stood.differences?.close();
  if (state.view) view.go(state.view);
  if (!state.selected) reader.close();
  else if (state.selected !== reader.feature?.id) reader.open(state.selected);
});

on(panel, "retry", start);
start();
