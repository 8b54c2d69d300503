// Wires the show of a briefing; the only module that knows all its parts.
import { Server } from "app/api.js";
import { Answering } from "app/briefing/answering.js";
import { Channel } from "app/briefing/channel.js";
import { Contents } from "app/briefing/contents.js";
import { Leaving } from "app/briefing/leaving.js";
import { listen } from "app/briefing/moves.js";
import { Notice } from "app/briefing/notice.js";
import { SceneMap } from "app/briefing/scene_map.js";
import { ScenePanel } from "app/briefing/scene_panel.js";
import { Script } from "app/briefing/script.js";
import { SmallCard } from "app/briefing/small_card.js";
import { layOut, padding, reserve } from "app/briefing/stage.js";
import { Strayed } from "app/briefing/strayed.js";
import { Strip } from "app/briefing/strip.js";
import { byId, fill, html, later } from "app/dom.js";
import { keptTimes } from "app/map/times.js";
import { MapView } from "app/map/view.js";
import { drawScaleBar } from "app/panel/scale_bar.js";

/**
 * @typedef {import("app/briefing/told.d.ts").Told} Told
 * @typedef {Api.Boot & {slug: string, may_change: boolean, photos?: Record<string, string>}} Boot photos: inside the page itself, by uid
 */

/** Of the sheet: so wide is an answer. */
const ANSWER_PX = 640;
const AGAIN_MS = 250;

/** @type {Boot} */
const boot = JSON.parse(byId("boot").textContent ?? "");
const server = new Server(boot.urls, boot.csrf);
const query = new URLSearchParams(location.search);
const view = new MapView(/** @type {any} */ (window)[boot.map], {
  padding,
  covered: () => padding().left,
  drawing: boot.urls.drawing,
  canvas: query.get("renderer") === "canvas",
  glides: true,
});
const channel = new Channel(boot.slug);
/** Is it shown inside the editor? */
const preview = window.self !== window.top;
const notice = new Notice(byId("notice"));
const leaving = new Leaving(byId("stage"), view, server, (sentence) => notice.say(sentence));
const card = new SmallCard(byId("small_card"), addressOf);
const contents = new Contents({ menu: byId("menu"), dots: byId("dots"), count: byId("count") });
const strayed = new Strayed(byId("map_frame"), view, byId("strayed"));
/** @type {Script | undefined} */
let script;
/** @type {Api.Bounds} */
let seen = [0, 0, 0, 0];

async function start() {
  try {
    const [told, catalogue, style] = await Promise.all([server.play(), server.layers(), server.style()]);
    const map = new SceneMap(view, server, catalogue, style);
    script = new Script(told, partsOn(map, style));
    wire(script);
    offerContents(script);
    if (!script.count) return sayEmpty(told);
    // In the editor it is the editor that says which scene is on.
    await script.show(wanted(script.count), { cut: true, quiet: preview });
    map.prepare(told.scenes);
    if (!view.canGlide) document.documentElement.dataset.motion = "none";
    channel.say("ask", { preview });
  } catch (error) {
    sayTrouble(/** @type {Error} */ (error).message);
  }
}

/** @param {SceneMap} map @param {Api.Style} style */
function partsOn(map, style) {
  const needs = { fonts: view.fonts, patterns: style.patterns, photo: photoAddress };
  const scene = () => /** @type {Script} */ (script).scene;
  return {
    panel: new ScenePanel(panelParts(), needs),
    map,
    strip: new Strip(byId("times"), map.times, () => scene()?.layers ?? [], view.calm),
    contents,
    card,
    answering: new Answering(answerParts(), server, map, scene),
    strayed,
  };
}

function panelParts() {
  const names = /** @type {const} */ ([
    ...["scene", "chapter", "headline", "figures", "bars", "photo", "trouble", "legend", "source"],
  ]);
  return /** @type {any} */ (Object.fromEntries(names.map((name) => [name, byId(name)])));
}

function answerParts() {
  return {
    ask: byId("ask"),
    words: /** @type {HTMLInputElement} */ (byId("ask_words")),
    list: byId("ask_list"),
    clear: byId("ask_clear"),
    close: byId("ask_close"),
    answer: byId("answer"),
  };
}

/** The scene that the address names, else the first. @param {number} count */
function wanted(count) {
  const number = Number.parseInt(query.get("scene") ?? "1", 10);
  return Math.min(Math.max(number || 1, 1), count) - 1;
}

/** @param {Script} script */
function wire(script) {
  const { map, strip, answering } = script.parts;
  on(script, "shown", ({ scene, number, quiet }) => {
    keepAddress(number);
    if (!quiet) channel.say("show", { id: scene.id, number, preview });
  });
  on(script, "trouble", ({ message }) => notice.say(message));
  on(script, "end", () => notice.say("已是最后一幕。按 Home 回到第一幕。"));
  on(map.times, "times", () => {
    if (strip.isOpen || map.isAnotherTime) strayed.tell(map.isAnotherTime || strayed.isAway);
  });
  on(answering, "over", () => {
    strip.stand(false);
    reserve({ right: ANSWER_PX });
    strayed.tell(true);
  });
  on(answering, "open", ({ uid }) => openFeature(uid));
  on(answering, "copied", () => notice.say("已复制。"));
  on(answering, "leave", () => script.again());
}

/** @param {number} number */
function keepAddress(number) {
  query.set("scene", String(number + 1));
  history.replaceState(null, "", `?${query}`);
}

/** @param {number} by */
function step(by) {
  lighten();
  script?.step(by);
}

function lighten() {
  byId("black").hidden = true;
}

function turnBlack() {
  byId("black").hidden = !byId("black").hidden;
}

async function fillScreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  await document.documentElement
    .requestFullscreen()
    .catch(() => notice.say("浏览器没有允许全屏。请按 F11。"));
}

// Whoever has no room of his own on the server takes the screen as it is.
/** @param {Script} script */
function savePoster({ told, at }) {
  return boot.urls.take ? leaving.makePoster(at + 1) : leaving.savePicture(told.title, at + 1);
}

async function openAsking() {
  // A file that was taken along has nobody to answer.
  if (!boot.urls.page || !script) return;
  const opening = script.parts.answering.open();
  contents.close();
  card.close();
  await opening;
}

/** @type {Record<import("app/briefing/moves.js").Move, () => unknown>} */
const moves = {
  next: () => step(1),
  before: () => step(-1),
  home: () => script?.comeBack() || script?.show(0),
  last: () => script?.show(script.count - 1),
  back: () => (byId("black").hidden ? script?.comeBack() : lighten()),
  black: turnBlack,
  full: fillScreen,
  menu: () => contents.turn(),
  picture: () => tell(() => leaving.copyPicture()),
  times: () => script?.parts.strip.turn(),
  later: () => script?.parts.strip.step(1),
  earlier: () => script?.parts.strip.step(-1),
  play: () => script?.parts.strip.turnPlay(),
  ask: () => tell(openAsking),
};

/** @param {Script} script */
function offerContents(script) {
  const { urls } = boot;
  const acts = [
    { words: "全屏", hint: "F", act: fillScreen },
    { words: "黑屏", hint: "B", act: turnBlack },
    { words: "现状、规划、逐年", hint: "Y", act: moves.times },
    { words: "问一问", hint: "/", act: urls.page ? moves.ask : undefined },
    { words: "复制这一幕的图片", hint: "C", act: moves.picture },
    { words: "存为海报", act: () => tell(() => savePoster(script)) },
    { words: "复制链接", act: () => leaving.copyLink() },
    { words: "演讲者视图", url: urls.presenter },
    { words: "带走（离线文件）", url: urls.take },
    { words: "编辑汇报", url: boot.may_change ? urls.editor : undefined },
    { words: "全部汇报", url: urls.list },
    { words: "回到地图", url: urls.page },
  ].filter(({ act, url }) => act || url);
  contents.offer(script.told.title, script.told.scenes, acts);
}

/** Says what went wrong. @param {() => Promise<unknown>} act */
function tell(act) {
  return act().catch(({ message }) => notice.say(message));
}

/** @param {string} uid */
function photoAddress(uid) {
  return boot.photos?.[uid] ?? `${boot.urls.api}attachments/${encodeURIComponent(uid)}`;
}

/** @param {string} uid @param {string} layer */
function addressOf(uid, layer) {
  if (!boot.urls.page) return "";
  return `${boot.urls.page}?sel=${encodeURIComponent(uid)}&layers=${encodeURIComponent([...(script?.scene?.layers ?? []), layer].join(","))}`;
}

/** @param {Told} told */
function sayEmpty(told) {
  byId("headline").textContent = told.title;
  byId("source").textContent = "这份汇报还没有幕。在地图上点“加为一幕”，或在编辑页从栏目新建。";
}

/** @param {string} sentence */
function sayTrouble(sentence) {
  byId("headline").textContent = "汇报没有打开";
  fill(byId("trouble"), html`<li>${sentence}</li>`);
  byId("trouble").hidden = false;
}

async function renew() {
  if (!script) return;
  const style = script.parts.map.style.colors ?? {};
  const told = await server.play();
  const pairs = told.scenes.flatMap(({ colors }) => Object.entries(colors));
  // How a field colours a layer is part of the style, which is asked for once.
  if (pairs.some(([layer, field]) => !style[layer]?.[field])) return location.reload();
  const shown = script.again(told);
  offerContents(script);
  script.parts.map.prepare(told.scenes);
  await shown;
}

/** What is looked at now, as a scene keeps it. @param {SceneMap} map */
function sight({ times }) {
  const bounds = freeBounds();
  return { bounds, ...keptTimes(times, bounds, view.curtainLon) };
}

/** What of the map no words cover. @returns {Api.Bounds} */
function freeBounds() {
  const [west, south, east, north] = seen;
  const { x, y } = view.map.getSize();
  const { top, right, bottom, left } = padding();
  const [across, upward] = [(east - west) / x, (north - south) / y];
  return [west + left * across, south + bottom * upward, east - right * across, north - top * upward];
}

/** @param {string | number} ref */
async function openFeature(ref) {
  try {
    const feature = await server.feature(ref);
    card.show(feature);
    const { layer } = feature.properties;
    if (feature.geometry) view.select({ layer, id: feature.id, geometry: feature.geometry });
  } catch (error) {
    card.fail(/** @type {Error} */ (error).message);
  }
}

/** @param {EventTarget} part @param {string} name @param {(detail: any) => void} act */
function on(part, name, act) {
  part.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail ?? {}));
}

on(view, "view", ({ bar, bounds }) => {
  seen = bounds;
  drawScaleBar(/** @type {any} */ (byId("scale_bar")), bar);
  strayed.follow(Boolean(script?.parts.map.isAnotherTime));
});
on(view, "pick", async ({ features }) => {
  const found = features.find(
    (/** @type {{layer: string}} */ { layer }) => !script?.parts.map.isGround(layer),
  );
  if (!found) return card.close();
  await openFeature(found.id);
});
on(card, "close", () => view.select(null));
on(contents, "choose", ({ number }) => script?.show(number));
// The editor leads its own preview only, never a show that is on.
on(channel, "go", (said) => {
  const number = Number(said.number);
  if (!script || (said.preview && !preview) || number === script.at) return;
  if (preview) script.await(number);
  script.show(number, { cut: preview });
});
on(channel, "step", ({ by }) => step(Number(by)));
on(channel, "black", turnBlack);
on(channel, "where", () => script && channel.say("bounds", sight(script.parts.map)));
on(channel, "ask", () => script && channel.say("show", { id: script.scene?.id, number: script.at, preview }));
on(
  channel,
  "changed",
  later(AGAIN_MS, () => tell(renew)),
);
byId("next").addEventListener("click", () => step(1));
byId("before").addEventListener("click", () => step(-1));
byId("count").addEventListener("click", () => contents.turn());
byId("come_back").addEventListener("click", () => script?.comeBack());
byId("black").addEventListener("click", lighten);
window.addEventListener("resize", () => {
  layOut();
  view.resized();
  script?.refit();
});
listen((move) => moves[move](), byId("scene"));
start();
