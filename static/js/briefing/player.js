// Wires the show of a briefing; the only module that knows all its parts.
import { Server } from "app/api.js";
import { Channel } from "app/briefing/channel.js";
import { Contents } from "app/briefing/contents.js";
import { listen } from "app/briefing/moves.js";
import { pictureOf } from "app/briefing/picture.js";
import { SceneMap } from "app/briefing/scene_map.js";
import { ScenePanel } from "app/briefing/scene_panel.js";
import { SmallCard } from "app/briefing/small_card.js";
import { layOut, padding, reserve } from "app/briefing/stage.js";
import { byId, fill, html, later } from "app/dom.js";
import { keptTimes } from "app/map/times.js";
import { MapView } from "app/map/view.js";
import { drawScaleBar } from "app/panel/scale_bar.js";
import { copyPicture, save } from "app/panel/share.js";
import { TimePanel } from "app/panel/times.js";

/**
 * @typedef {import("app/briefing/told.d.ts").Told} Told
 * @typedef {import("app/briefing/told.d.ts").Scene} Scene
 * @typedef {Api.Boot & {slug: string, may_change: boolean, photos?: Record<string, string>}} Boot photos: inside the page itself, by uid
 */

// Of the sheet: so high is the strip of years, so wide an answer.
const STRIP_PX = 136;
const ANSWER_PX = 640;
const NOTICE_MS = 4000;
const AGAIN_MS = 250;
const SAME_DEGREES = 1e-4;
const SAME_ZOOM = 0.02;

/** @type {Boot} */
const boot = JSON.parse(byId("boot").textContent ?? "");
const server = new Server(boot.urls, boot.csrf);
const query = new URLSearchParams(location.search);
const view = new MapView(/** @type {any} */ (window)[boot.map], {
  padding,
  covered: () => padding().left,
  drawing: boot.urls.drawing,
  canvas: query.get("renderer") === "canvas",
});
const channel = new Channel(boot.slug);
/** Is it shown inside the editor? */
const preview = window.self !== window.top;
const card = new SmallCard(byId("small_card"), addressOf);
const contents = new Contents({ menu: byId("menu"), dots: byId("dots"), count: byId("count") });
/** @type {ScenePanel} */
let panel;
/** @type {SceneMap} */
let map;
/** @type {TimePanel} */
let strip;
/** @type {Told} */
let told;
let at = 0;
// Has somebody moved the map since the scene was shown?
let by_hand = false;
/** @type {import("app/map/view.js").View | null} */
let place = null;
let notice = 0;
/** @type {Api.Bounds} */
let seen = [0, 0, 0, 0];

async function start() {
  try {
    const [talk, catalogue, style] = await Promise.all([server.play(), server.layers(), server.style()]);
    told = talk;
    const needs = { fonts: view.fonts, patterns: style.patterns, photo: photoAddress };
    panel = new ScenePanel(partsOf(), needs);
    map = new SceneMap(view, server, catalogue, style);
    strip = new TimePanel(byId("times"), map.times, {
      shown: () => told.scenes[at]?.layers ?? [],
      travel: null,
      calm: view.calm,
      follows: false,
    });
    on(map.times, "times", followTimes);
    on(strip, "closed", () => standStrip(false));
    offerContents();
    if (!told.scenes.length) return sayEmpty();
    // In the editor it is the editor that says which scene is on.
    await show(wanted(), { cut: true, quiet: preview });
    map.prepare(told.scenes);
    channel.say("ask", { preview });
  } catch (error) {
    sayTrouble(/** @type {Error} */ (error).message);
  }
}

function partsOf() {
  const names = /** @type {const} */ ([
    ...["scene", "chapter", "headline", "figures", "bars", "photo", "trouble", "legend", "source"],
  ]);
  return /** @type {any} */ (Object.fromEntries(names.map((name) => [name, byId(name)])));
}

/** The scene that the address names, else the first. */
function wanted() {
  const number = Number.parseInt(query.get("scene") ?? "1", 10);
  return Math.min(Math.max(number || 1, 1), told.scenes.length) - 1;
}

/** @param {number} number from 0 @param {{cut?: boolean, quiet?: boolean}} [how] quiet: another window said so */
async function show(number, { cut = false, quiet = false } = {}) {
  const scene = told?.scenes[number];
  if (!scene) return;
  at = number;
  card.close();
  contents.close();
  asked = false;
  asking?.close();
  reserve({ right: 0 });
  tellStrayed(false);
  panel.show(scene);
  standStrip(hasStrip(scene));
  contents.mark(at);
  keepAddress();
  if (!quiet) channel.say("show", { id: scene.id, number, preview });
  by_hand = false;
  // A scene that cannot be shown whole says so, and the next key works.
  await map.show(scene, { cut }).catch((error) => sayNotice(/** @type {Error} */ (error).message));
}

function keepAddress() {
  query.set("scene", String(at + 1));
  history.replaceState(null, "", `?${query}`);
}

/** @param {number} by */
function step(by) {
  lighten();
  const next = at + by;
  if (next >= 0 && next < (told?.scenes.length ?? 0)) show(next);
  else if (by > 0) sayNotice("已是最后一幕。按 Home 回到第一幕。");
}

/** Back to the exact view of the scene. @returns {boolean} was anything to go back from? */
function comeBack() {
  if (contents.isOpen) {
    contents.close();
    return true;
  }
  if (asking?.isOpen || asked) {
    leaveAnswer();
    return true;
  }
  const strayed = !byId("strayed").hidden || card.isOpen || strip?.isOpen !== hasStrip(told.scenes[at]);
  if (!strayed) return false;
  card.close();
  by_hand = false;
  const scene = told.scenes[at];
  standStrip(hasStrip(scene));
  map.go(scene);
  tellStrayed(false);
  return true;
}

// The strip of years stands below the map, which makes room for it.
/** @param {boolean} open */
function standStrip(open) {
  strip.stand(open);
  reserve({ bottom: open ? STRIP_PX : 0 });
}

/** @param {Scene} [scene] */
function hasStrip(scene) {
  return Boolean(scene?.year && !scene.compare);
}

function turnStrip() {
  if (!strip) return;
  standStrip(!strip.isOpen);
  if (strip.isOpen && !map.times.text) map.times.setYear("now");
}

/** @param {() => void} act on the years, which are then seen */
function onStrip(act) {
  if (!strip) return;
  if (!strip.isOpen) standStrip(true);
  act();
}

function followTimes() {
  if (strip.isOpen || map.isAnotherTime) tellStrayed(map.isAnotherTime || isMoved());
}

function lighten() {
  byId("black").hidden = true;
}

function turnBlack() {
  byId("black").hidden = !byId("black").hidden;
}

async function fillScreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  await document.documentElement.requestFullscreen().catch(() => sayNotice("浏览器没有允许全屏。请按 F11。"));
}

async function copyScene() {
  const done = await copyPicture(pictureOf(byId("stage"), view));
  sayNotice(
    done === "copied" ? "这一幕的图片已复制，可以直接粘贴到文档里。" : "这一幕的图片已保存到下载文件夹。",
  );
}

async function copyLink() {
  const done = await navigator.clipboard?.writeText(location.href).then(
    () => true,
    () => false,
  );
  sayNotice(done ? "链接已复制：打开它就从这一幕放起。" : `请复制地址栏里的链接：${location.href}`);
}

// A poster is the scene that is on, as a file.
async function savePoster() {
  const blob = await pictureOf(byId("stage"), view);
  save(blob, `${told.title}-${at + 1}.png`);
  sayNotice("海报已保存到下载文件夹。");
}

/** @type {Record<import("app/briefing/moves.js").Move, () => unknown>} */
const moves = {
  next: () => step(1),
  before: () => step(-1),
  home: () => comeBack() || show(0),
  last: () => show((told?.scenes.length ?? 1) - 1),
  back: () => (byId("black").hidden ? comeBack() : lighten()),
  black: turnBlack,
  full: fillScreen,
  menu: () => contents.turn(),
  picture: () => copyScene().catch(({ message }) => sayNotice(message)),
  times: turnStrip,
  later: () => onStrip(() => strip.step(1)),
  earlier: () => onStrip(() => strip.step(-1)),
  play: () => onStrip(() => strip.turnPlay()),
  ask: () => openAsking().catch(({ message }) => sayNotice(message)),
};

function offerContents() {
  const { urls } = boot;
  const acts = [
    { words: "全屏", hint: "F", act: fillScreen },
    { words: "黑屏", hint: "B", act: turnBlack },
    { words: "现状、规划、逐年", hint: "Y", act: turnStrip },
    { words: "问一问", hint: "/", act: boot.urls.page ? moves.ask : undefined },
    { words: "复制这一幕的图片", hint: "C", act: moves.picture },
    { words: "存为海报", act: () => savePoster().catch(({ message }) => sayNotice(message)) },
    { words: "复制链接", act: copyLink },
    { words: "演讲者视图", url: urls.presenter },
    { words: "带走（离线文件）", url: urls.take },
    { words: "编辑汇报", url: boot.may_change ? urls.editor : undefined },
    { words: "全部汇报", url: urls.list },
    { words: "回到地图", url: urls.page },
  ].filter(({ act, url }) => act || url);
  contents.offer(told.title, told.scenes, acts);
}

/** @type {import("app/briefing/asking.js").Asking | null} */
let asking = null;
// Does the map show what was asked for instead of the scene?
let asked = false;

async function openAsking() {
  // A file that was taken along has nobody to answer.
  if (!boot.urls.page || !told) return;
  asking ??= await makeAsking();
  contents.close();
  card.close();
  asking.open();
}

async function makeAsking() {
  const { Asking } = await import("app/briefing/asking.js");
  const parts = {
    ask: byId("ask"),
    words: /** @type {HTMLInputElement} */ (byId("ask_words")),
    list: byId("ask_list"),
    clear: byId("ask_clear"),
    close: byId("ask_close"),
    answer: byId("answer"),
  };
  const made = new Asking(parts, server);
  on(made, "leave", leaveAnswer);
  on(made, "answered", (told) => answerOnMap(() => showAnswer(told)));
  on(made, "zoom", ({ bounds }) => answerOnMap(() => map.look(bounds)));
  on(made, "filter", ({ filters }) => answerOnMap(() => map.only(told.scenes[at], filters)));
  on(made, "open", ({ hit }) => answerOnMap(() => pointAt(hit)));
  on(made, "copy", ({ text }) =>
    navigator.clipboard?.writeText(text).then(
      () => sayNotice("已复制。"),
      () => {},
    ),
  );
  return made;
}

/** @param {() => unknown} act */
async function answerOnMap(act) {
  asked = true;
  standStrip(false);
  reserve({ right: ANSWER_PX });
  tellStrayed(true);
  await act();
}

/** @param {{filters: Record<string, string>, bounds: Api.Bounds | null}} told */
async function showAnswer({ filters, bounds }) {
  if (Object.keys(filters).length) await map.only(told.scenes[at], filters);
  if (bounds) map.look(bounds);
}

/** Whatever was asked, the scene stands again as it was. */
function leaveAnswer() {
  if (asked) show(at, { cut: true, quiet: true });
  else asking?.close();
}

/** @param {{uid: string, bounds?: Api.Bounds}} hit */
async function pointAt({ uid, bounds }) {
  if (bounds) map.look(bounds);
  await openFeature(uid);
}

/** @param {string} uid */
function photoAddress(uid) {
  return boot.photos?.[uid] ?? `${boot.urls.api}attachments/${encodeURIComponent(uid)}`;
}

/** @param {string} uid @param {string} layer */
function addressOf(uid, layer) {
  if (!boot.urls.page) return "";
  return `${boot.urls.page}?sel=${encodeURIComponent(uid)}&layers=${encodeURIComponent([...(told?.scenes[at].layers ?? []), layer].join(","))}`;
}

function sayEmpty() {
  byId("headline").textContent = told.title;
  byId("source").textContent = "这份汇报还没有幕。在地图上点“加为一幕”，或在编辑页从栏目新建。";
}

/** @param {string} sentence */
function sayTrouble(sentence) {
  byId("headline").textContent = "汇报没有打开";
  fill(byId("trouble"), html`<li>${sentence}</li>`);
  byId("trouble").hidden = false;
}

/** @param {string} sentence */
function sayNotice(sentence) {
  clearTimeout(notice);
  byId("notice").textContent = sentence;
  byId("notice").hidden = false;
  notice = window.setTimeout(() => {
    byId("notice").hidden = true;
  }, NOTICE_MS);
}

/** @param {boolean} strayed */
function tellStrayed(strayed) {
  byId("strayed").hidden = !strayed;
}

// Whoever moves the map by hand leaves the script.
/** @param {import("app/map/view.js").View} now */
function followView(now) {
  if (!by_hand || !place) place = now;
  else tellStrayed(isElsewhere(place, now) || map.isAnotherTime);
}

function isMoved() {
  return by_hand && place !== null && isElsewhere(place, view.state());
}

/** @param {import("app/map/view.js").View} one @param {import("app/map/view.js").View} other */
function isElsewhere(one, other) {
  const apart = Math.hypot(one.lon - other.lon, one.lat - other.lat);
  return apart > SAME_DEGREES || Math.abs(one.z - other.z) > SAME_ZOOM;
}

async function renew() {
  const style = map.style.colors ?? {};
  told = await server.play();
  const pairs = told.scenes.flatMap(({ colors }) => Object.entries(colors));
  // How a field colours a layer is part of the style, which is asked for once.
  if (pairs.some(([layer, field]) => !style[layer]?.[field])) return location.reload();
  offerContents();
  await show(Math.min(at, told.scenes.length - 1), { cut: true, quiet: true });
}

on(view, "view", ({ bar, bounds }) => {
  seen = bounds;
  drawScaleBar(/** @type {any} */ (byId("scale_bar")), bar);
  followView(view.state());
});
on(view, "pick", async ({ features }) => {
  const found = features.find((/** @type {{layer: string}} */ { layer }) => !isGround(layer));
  if (!found) return card.close();
  await openFeature(found.id);
});
on(card, "close", () => view.select(null));
on(contents, "choose", ({ number }) => show(number));
// The editor leads its own preview only, never a show that is on.
on(channel, "go", (said) => {
  const number = Number(said.number);
  if ((said.preview && !preview) || number === at) return;
  // A scene that was only just made is shown once it is there.
  if (preview) at = number;
  show(number, { cut: preview });
});
on(channel, "step", ({ by }) => step(Number(by)));
on(channel, "black", turnBlack);
on(channel, "where", () => channel.say("bounds", sight()));
on(channel, "ask", () => told && channel.say("show", { id: told.scenes[at]?.id, number: at, preview }));
on(
  channel,
  "changed",
  later(AGAIN_MS, () => renew().catch(({ message }) => sayNotice(message))),
);
byId("next").addEventListener("click", () => step(1));
byId("before").addEventListener("click", () => step(-1));
byId("count").addEventListener("click", () => contents.turn());
byId("come_back").addEventListener("click", comeBack);
byId("black").addEventListener("click", lighten);
window.addEventListener("resize", () => {
  layOut();
  by_hand = false;
  tellStrayed(false);
  view.resized();
  if (!told?.scenes.length) return;
  panel.show(told.scenes[at]);
  map.go(told.scenes[at], true);
});
for (const sign of ["pointerdown", "wheel", "dblclick"]) {
  byId("map_frame").addEventListener(
    sign,
    () => {
      by_hand = true;
    },
    { capture: true, passive: true },
  );
}
listen((move) => moves[move](), byId("scene"));

/** What is looked at now, as a scene keeps it. */
function sight() {
  const bounds = freeBounds();
  return { bounds, ...keptTimes(map.times, bounds, view.curtainLon) };
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

/** @param {string} layer */
function isGround(layer) {
  return map.catalogue.layers.find(({ key }) => key === layer)?.group === "base";
}

/** @param {EventTarget} part @param {string} name @param {(detail: any) => void} act */
function on(part, name, act) {
  part.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail ?? {}));
}

start();
