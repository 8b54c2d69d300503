// How do filters, charts and answers open, and what do they do to the map?
import { byId, html } from "app/dom.js";
import { ask } from "app/edit/ask.js";
import { SavedFilters } from "app/filter/saved.js";
import { joined } from "app/filter/text.js";
import { makeWayFor, stood } from "app/wiring/asides.js";
import { bringNear, openHit } from "app/wiring/bringing.js";
import { markPreset } from "app/wiring/layers.js";
import {
  acts,
  area,
  boot,
  desk,
  dialog,
  editing,
  filterLine,
  filters,
  measuring,
  notice,
  on,
  overlaying,
  page,
  questions,
  reader,
  server,
  shown,
  table,
  tell,
  view,
} from "app/wiring/parts.js";

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

on(filters, "refused", ({ message }) => stood.filters?.isOpen || notice.show(message));
on(filterLine, "set", ({ layer, text }) => filters.set(layer, text));
on(filterLine, "open", ({ layer }) => tell(() => openFilters(layer)));

/** @param {string} [layer] */
export async function openFilters(layer) {
  const wanted = layer ?? table.layer ?? reader.feature?.properties.layer ?? filters.all[0]?.layer;
  stood.filters ??= await makeFilterPanel();
  stood.filters.offer(editing.layers);
  makeWayFor("filters");
  await stood.filters.open(wanted ?? shown.keys[0] ?? "");
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
export async function openCharts(layer) {
  if (!stood.charts) {
    const { ChartPanel } = await import("app/charts/panel.js");
    stood.charts = new ChartPanel(byId("charts"), server, filters, boot.urls.charts);
  }
  stood.charts.offer(editing.layers);
  makeWayFor("charts");
  const wanted = layer ?? table.layer ?? reader.feature?.properties.layer ?? filters.all[0]?.layer;
  await stood.charts.open(wanted ?? shown.keys[0] ?? "");
}

export function turnCharts() {
  if (stood.charts?.isOpen) stood.charts.close();
  else tell(() => openCharts());
}

export function overlayDrawn() {
  if (desk.isOpen) return notice.show("正在编辑图形。请先保存或放弃，再画要分析的范围。");
  measuring.stop();
  tell(() => overlaying.draw());
}

/** @param {string} question */
async function answer(question) {
  stood.answer ??= await makeAnswerPanel();
  await stood.answer.ask(question);
}

async function makeAnswerPanel() {
  const { AnswerPanel } = await import("app/asking/panel.js");
  const made = new AnswerPanel(byId("answer"), server);
  on(made, "opened", () => {
    makeWayFor("answer");
    reader.close();
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

async function drawArea() {
  measuring.stop();
  const drawn = await area.draw();
  if (drawn) stood.filters?.drawn("meets", drawn);
}

async function nameFilter() {
  const text = filters.textOf(stood.filters?.layer ?? "");
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
  const kept = stood.filters?.keep(words);
  notice.show(kept ? `已保存筛选“${words}”。` : "浏览器不允许保存。请复制链接留用。");
}

/** @param {string} label */
function nameInput(label) {
  return /** @type {HTMLInputElement} */ (
    html`<input type="text" class="name-of" maxlength="20" aria-label="${label}" placeholder="${label}" autofocus>`
  );
}

export function turnFilters() {
  if (stood.filters?.isOpen) stood.filters.close();
  else tell(() => openFilters());
}

on(questions, "ask", ({ question }) => tell(() => answer(question)));
