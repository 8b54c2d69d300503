// Wires the phone page 拍照标点: list, form, map, queue and sender. It must work without a network, and without haste.
import { Server } from "app/api.js";
import { byId, fill, html, later } from "app/dom.js";
import { PinMap } from "app/map/pins.js";
import { MarkForm } from "app/mark/form.js";
import { MarkList } from "app/mark/list.js";
import { degreesWide, metres } from "app/mark/near.js";
import { pack, packName } from "app/mark/pack.js";
import { Queue } from "app/mark/queue.js";
import { Sender } from "app/mark/sender.js";
import { Whereabouts } from "app/mark/whereabouts.js";

/** @typedef {import("app/mark/queue.js").Mark} Mark */

const NEW = "new";
const ASK_NEAR_MS = 500;
const MOST_NEAR = 3;
const HINT_MS = 6000;

const boot = JSON.parse(byId("boot").textContent ?? "");
const server = new Server(boot.urls);
const queue = new Queue(`webmap-mark:${boot.urls.page}`);
const sender = new Sender(queue, server);
const whereabouts = new Whereabouts();
const map = new PinMap(byId("pin_map"));
const list = new MarkList(byId("marks"));
/** @type {MarkForm | null} */
let form = null;
/** @type {Api.Marking | null} */
let state = null;
/** @type {Api.OwnMark[]} */
let known = [];
/** @type {Mark[]} */
let marks = [];
let hint_timer = 0;

async function start() {
  state = (await queue.recall("state")) ?? null;
  map.showLines((await queue.recall("outline")) ?? []);
  map.home();
  await refresh();
  await resumeDraft();
  keepShell();
  navigator.storage?.persist?.().catch(() => false);
  await Promise.all([sender.ask(), loadOutline()]);
  if (!state) say("还没有连上过服务器，请先联网打开一次本页。", true);
  await Promise.all([loadOwn(), sender.run()]);
}

async function loadOutline() {
  const told = await server.outline().catch(() => null);
  if (!told) return;
  await queue.remember("outline", told.lines);
  map.showLines(told.lines);
  if (!isMarking()) showHome();
}

async function loadOwn() {
  if (!state?.account) known = [];
  else known = (await server.ownMarks().catch(() => null))?.marks ?? known;
  await refresh();
}

async function refresh() {
  marks = await queue.marks();
  const waiting = marks.filter(isWaiting);
  list.show(marks, known, (mark) => sender.isOwn(mark));
  byId("waiting").hidden = byId("export").hidden = !waiting.length;
  byId("waiting").textContent = `待上传 ${waiting.length}`;
  byId("send_now").hidden = !waiting.some((mark) => sender.isOwn(mark)) || !navigator.onLine;
  showWho();
  if (!isMarking()) showPins();
}

/** @param {Mark} mark */
function isWaiting({ state }) {
  return state === "waiting" || state === "stopped";
}

function showWho() {
  const { account } = state ?? {};
  const strangers = marks.filter((mark) => isWaiting(mark) && !sender.isOwn(mark));
  if (account) byId("who").textContent = account.name;
  else fill(byId("who"), html`<a class="plain" href="${boot.urls.login}">登录</a>`);
  if (account && !state?.may_mark) {
    say(
      `您的账号（${account.unit}，${account.role_title}）不能标点。需要采集、业务或审核账号，请联系系统管理员。`,
      true,
    );
  } else if (strangers.length && account) {
    const names = [...new Set(strangers.map(({ owner }) => owner.name))].join("、");
    say(
      `本机另有 ${strangers.length} 条待上传属于${names}，会一直保留；请${names}登录后上传，或导出待传包。`,
      true,
    );
  } else if (state && !account) {
    say("还没有登录：标点先存在本机，登录后自动上传。", true);
  } else if (hint_timer === 0) byId("hint_bar").hidden = true;
}

/** @param {string} sentence @param {boolean} [lasting] */
function say(sentence, lasting = false) {
  const bar = byId("hint_bar");
  bar.textContent = sentence;
  bar.hidden = false;
  clearTimeout(hint_timer);
  hint_timer = 0;
  if (lasting) return;
  hint_timer = window.setTimeout(() => {
    hint_timer = 0;
    bar.hidden = true;
    showWho();
  }, HINT_MS);
}

function isMarking() {
  return document.body.dataset.view === "form";
}

function showHome() {
  document.body.dataset.view = "home";
  byId("title").textContent = "拍照标点";
  whereabouts.stop();
  map.showHere(null);
  showPins();
  map.home();
}

function showPins() {
  const placed = marks.filter(({ lon, state, target }) => lon !== null && state !== "draft" && !target);
  map.showPins(
    placed.map(({ uid, lon, lat, name, state }) => ({
      id: uid,
      lon: /** @type {number} */ (lon),
      lat: /** @type {number} */ (lat),
      text: "景",
      title: name,
      state: state === "sent" ? "small" : "small waiting",
    })),
  );
}

/** @param {File[]} files */
async function begin(files) {
  if (!files.length) return;
  if (!isMarking() && !(await open())) return;
  await form?.add(files);
}

async function open() {
  if (!state) {
    say("还没有连上过服务器，不知道有哪些类型。请先联网打开一次本页。", true);
    return false;
  }
  showForm();
  form?.begin((await queue.recall("type")) ?? "");
  return true;
}

function showForm() {
  document.body.dataset.view = "form";
  byId("title").textContent = "新标点";
  byId("hint_bar").hidden = true;
  form ??= newForm(/** @type {Api.Marking} */ (state));
  map.showPins([]);
  if (whereabouts.fix) {
    form.placeByDevice(whereabouts.fix);
    map.look(whereabouts.fix);
  }
  whereabouts.start();
}

/** @param {Api.Marking} told */
function newForm(told) {
  const made = new MarkForm(told);
  on(made, "shoot", () => file("camera_file").click());
  on(made, "draft", keepDraft);
  on(made, "dropped", ({ uid }) => queue.dropPhoto(uid));
  on(made, "position", ({ position }) => showPosition(position));
  on(made, "submit", ({ target }) => submit(target));
  return made;
}

/** @param {import("app/mark/form.js").Position | null} position */
function showPosition(position) {
  if (!isMarking()) return;
  if (!position) return map.showPins([]);
  const moved = position.source !== "hand";
  map.showPins([{ id: NEW, ...position, text: "景", title: "拖动校正位置", movable: true, state: "new" }]);
  if (moved) map.look(position);
  lookAround(position);
}

const lookAround = later(ASK_NEAR_MS, async (/** @type {{lon: number, lat: number}} */ place) => {
  const near = await neighbours(place);
  if (isMarking()) form?.warn(near);
});

/** Sites of the same layer within a stone's throw: from the server, and those that still wait here. @param {{lon: number, lat: number}} place */
async function neighbours(place) {
  if (!state) return [];
  const { near_m } = state.limits;
  const found = marks
    .filter(
      ({ lon, uid, state, target }) => lon !== null && state !== "draft" && !target && uid !== form?.uid,
    )
    .map(({ uid, name, lon, lat }) => ({
      uid,
      name,
      may_attach: true,
      distance_m: metres(place, /** @type {any} */ ({ lon, lat })),
    }));
  const told = navigator.onLine
    ? await server.at(place, degreesWide(near_m, place.lat)).catch(() => null)
    : null;
  for (const { uid, name, layer, bounds } of told?.results ?? []) {
    if (layer !== state.layer || !bounds || found.some((each) => each.uid === uid)) continue;
    found.push({ uid, name, may_attach: false, distance_m: metres(place, nearest(place, bounds)) });
  }
  const near = found
    .filter(({ distance_m }) => distance_m <= near_m)
    .sort((a, b) => a.distance_m - b.distance_m);
  const [first] = near;
  if (first && !first.may_attach) {
    first.may_attach = (await server.attachments(first.uid).catch(() => null))?.may_attach ?? false;
  }
  return near.slice(0, MOST_NEAR);
}

/** The place within bounds that is nearest. @param {{lon: number, lat: number}} place @param {Api.Bounds} bounds */
function nearest({ lon, lat }, [west, south, east, north]) {
  return { lon: Math.min(east, Math.max(west, lon)), lat: Math.min(north, Math.max(south, lat)) };
}

function owner() {
  return { account: state?.account_id ?? null, name: state?.account?.name ?? "未登录的人" };
}

async function keepDraft() {
  if (!form?.photos.length) return;
  await queue.keepMark(form.mark("draft", owner()), form.photos).catch(failStorage);
}

async function resumeDraft() {
  const draft = marks.find((mark) => mark.state === "draft");
  if (!draft || !state) return;
  showForm();
  form?.resume(draft, await queue.photosOf(draft.uid));
  say("已恢复上次没有提交的标点。");
}

/** @param {string | null} target */
async function submit(target) {
  if (!form) return;
  const mark = form.mark("waiting", owner(), target);
  button("submit").disabled = true;
  try {
    await queue.keepMark(mark, form.sealed);
  } catch (error) {
    button("submit").disabled = false;
    return failStorage(error);
  }
  await queue.remember("type", mark.type);
  showHome();
  say("已存在本机，正在上传…");
  await refresh();
  await sender.run();
}

/** @param {unknown} error */
function failStorage(error) {
  say(
    `手机没有存下来（${/** @type {Error} */ (error)?.message ?? "存储空间不足"}）。请清理手机空间后再提交，照片还在这一页。`,
    true,
  );
}

async function leave() {
  const uid = form?.uid;
  if (form?.photos.length && !(await sure("放弃这次标点？", "照片和位置不会保存。", "放弃"))) return;
  if (uid) await queue.drop(uid);
  showHome();
  await refresh();
}

/** @param {Mark} mark */
async function openMark(mark) {
  const about = /** @type {HTMLDialogElement} */ (byId("about"));
  const close = () => about.close();
  const again = () => {
    close();
    sender.retry(mark);
  };
  const drop = async () => {
    close();
    if (!(await sure("从本机删除这条标点？", "还没有上传的照片会一起删除，不能恢复。", "删除"))) return;
    await queue.drop(mark.uid);
    await refresh();
  };
  fill(
    about,
    html`<h2 id="about_title">${mark.name}</h2>`,
    html`<p>${mark.error || (sender.isOwn(mark) ? "保存在本机，有网络时自动上传。" : `属于${mark.owner.name}，请他登录后上传。`)}</p>`,
    html`<div class="dialog-buttons"><button type="button" class="big" @click=${again}>立即上传</button><button type="button" class="big second" @click=${drop}>从本机删除</button><button type="button" class="big second" @click=${close}>关闭</button></div>`,
  );
  about.showModal();
}

/** @param {string} question @param {string} consequence @param {string} yes @returns {Promise<boolean>} */
function sure(question, consequence, yes) {
  const about = /** @type {HTMLDialogElement} */ (byId("about"));
  return new Promise((resolve) => {
    const answer = (/** @type {boolean} */ said) => () => {
      about.close();
      resolve(said);
    };
    fill(
      about,
      html`<h2 id="about_title">${question}</h2>`,
      html`<p>${consequence}</p>`,
      html`<div class="dialog-buttons"><button type="button" class="big bad" @click=${answer(true)}>${yes}</button><button type="button" class="big second" @click=${answer(false)}>不，返回</button></div>`,
    );
    about.addEventListener("cancel", () => resolve(false), { once: true });
    about.showModal();
  });
}

async function exportPack() {
  const waiting = marks.filter(isWaiting);
  const packed = await Promise.all(
    waiting.map(async (mark) => ({ mark, photos: await queue.photosOf(mark.uid) })),
  );
  const url = URL.createObjectURL(await pack(packed));
  const link = Object.assign(document.createElement("a"), { href: url, download: packName(new Date()) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  say(
    `已导出 ${waiting.length} 条。请把文件拷到电脑，在“批量照片”页导入；本机的仍会保留，重复上传也只有一份。`,
  );
}

async function keepShell() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(boot.urls.worker, { scope: boot.urls.page }).catch(() => null);
}

on(sender, "account", ({ state: told }) => {
  state = told;
  if (form) form.state = told;
  showWho();
});
on(sender, "changed", refresh);
on(sender, "idle", loadOwn);
on(sender, "signed-out", () => say("登录已过期：标点都还在本机，重新登录后自动上传。", true));
on(whereabouts, "fix", (fix) => {
  map.showHere(fix);
  if (isMarking()) form?.placeByDevice(fix);
});
on(whereabouts, "refused", ({ sentence }) => form?.refusePlace(sentence));
on(map, "moved", (place) => {
  form?.placeByHand(place);
  keepDraft();
});
on(map, "point", (place) => {
  if (!isMarking()) return;
  form?.placeByHand(place);
  keepDraft();
});
on(list, "open", ({ mark }) => openMark(mark));

for (const [id, act] of Object.entries({
  shoot: () => file("camera_file").click(),
  gallery: () => file("gallery_file").click(),
  leave,
  send_now: () => sender.retry(),
  export: exportPack,
  my_place: () => {
    if (whereabouts.fix) map.look(whereabouts.fix);
    else if (!isMarking()) map.home();
    whereabouts.start();
  },
})) {
  byId(id).addEventListener("click", act);
}
for (const id of ["camera_file", "gallery_file"]) {
  byId(id).addEventListener("change", () => {
    const files = [...(file(id).files ?? [])];
    file(id).value = "";
    begin(files);
  });
}
window.addEventListener("online", () => sender.run());
window.addEventListener("offline", refresh);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sender.run());

/** @param {EventTarget} part @param {string} name @param {(detail: any) => void} act */
function on(part, name, act) {
  part.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
}

/** @param {string} id */
function file(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/** @param {string} id */
function button(id) {
  return /** @type {HTMLButtonElement} */ (byId(id));
}

start();
