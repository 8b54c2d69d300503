// How does what is seen leave the page? On paper, as a file, as a scene, as a theme.
import { byId } from "app/dom.js";
import { keptTimes } from "app/map/times.js";
import { inSight } from "app/panel/padding.js";
import { makeWayFor, stood } from "app/wiring/asides.js";
import {
  area,
  asOf,
  boot,
  editing,
  exporting,
  filters,
  mayPrint,
  measuring,
  notice,
  now,
  on,
  page,
  presets,
  reader,
  server,
  shown,
  table,
  tell,
  times,
  view,
} from "app/wiring/parts.js";

exporting.now = () => ({
  bbox: now.moved ? inSight(now.moved.bounds) : null,
  shown: shown.keys,
  filters: filters.texts,
});

byId("print").hidden = !mayPrint;

/** What is printed is what is seen. @param {Parameters<import("app/printing/panel.js").PrintPanel["open"]>[0]} [subject] */
async function openPrint(subject) {
  if (!mayPrint || !now.moved) return;
  stood.printing ??= await makePrintPanel();
  makeWayFor("printing");
  measuring.stop();
  area.end(null);
  await stood.printing.open(subject);
}

async function makePrintPanel() {
  const { PrintPanel } = await import("app/printing/panel.js");
  const made = new PrintPanel(byId("printing"), server, view, () => ({
    bounds: inSight(/** @type {import("app/wiring/parts.js").Moved} */ (now.moved).bounds),
    title: now.county.title,
    county: now.county.bounds,
    layers: editing.layers.filter(({ key }) => shown.isOn(key)),
    filters: filters.texts,
    faint: shown.faint,
    over: view.over.laid,
    base: now.base && { name: now.base.name, title: now.base.title, opacity: now.baseOpacity },
    at: server.at_day,
    time: times.text,
    curtain: view.curtainLon,
  }));
  on(made, "opened", () => byId("print").setAttribute("aria-pressed", "true"));
  on(made, "close", () => byId("print").setAttribute("aria-pressed", "false"));
  return made;
}

/** @param {Api.Feature} feature */
export function printOne({ bbox, properties }) {
  if (!mayPrint || !bbox) return [];
  const title = `${properties.name}位置图`.slice(0, 60);
  return [{ words: "打印", act: () => tell(() => openPrint({ title, bounds: bbox })) }];
}

export function turnPrint() {
  if (stood.printing?.isOpen) stood.printing.close();
  else tell(() => openPrint());
}

/** @param {Api.Layer} layer @param {string[]} uids */
export function exportRows({ key }, uids) {
  tell(() => exporting.open(key, uids));
}

/** @param {Api.Feature} feature */
export function exportOne({ id, properties }) {
  const layer = exporting.layers.find(({ key }) => key === properties.layer);
  if (!layer || !exporting.may(layer) || asOf.day) return [];
  return [{ words: "导出…", more: true, act: () => exportRows(layer, [id]) }];
}

export function exportLayer() {
  if (!document.getElementById("export")) return;
  tell(() => exporting.open(table.layer ?? reader.feature?.properties.layer));
}

export function saveTheme() {
  const bounds = now.moved ? `&bounds=${inSight(now.moved.bounds).map((side) => side.toFixed(6))}` : "";
  location.assign(`${boot.urls.themes}?link=${encodeURIComponent(page.address + bounds)}#new`);
}

export async function addScene() {
  const { Adding } = await import("app/briefing/adding.js");
  const bounds = now.moved ? inSight(now.moved.bounds) : null;
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
