// Wires the page 批量照片: photos in, a review sheet with a map, everything out through the same queue as the phone's.
import { Server } from "app/api.js";
import { packed, Shots } from "app/bulk/photos.js";
import { Sheet } from "app/bulk/sheet.js";
import { byId, later } from "app/dom.js";
import { PinMap } from "app/map/pins.js";
import { MarkList } from "app/mark/list.js";
import { unpack } from "app/mark/pack.js";
import { Queue } from "app/mark/queue.js";
import { Sender } from "app/mark/sender.js";

const SOON_MS = 120;
const DEVICES = "devices";

const boot = JSON.parse(byId("boot").textContent ?? "");
const server = new Server(boot.urls);
const queue = new Queue(`webmap-mark:${boot.urls.page}`);
const sender = new Sender(queue, server);
const map = new PinMap(byId("pin_map"));
const sheet = new Sheet();
const list = new MarkList(byId("marks"));
const page = /** @type {HTMLElement} */ (document.querySelector(".bulk"));
/** @type {Shots} */
let shots = new Shots(30);
/** @type {Api.Marking | null} */
let state = null;
/** @type {Api.OwnMark[]} */
let known = [];
/** What was handed in on this page. @type {Set<string>} */
const handed = new Set();
let reading = 0;
let isSending = false;

async function start() {
  map.showLines((await queue.recall("outline")) ?? []);
  map.home();
  const told = await server.outline().catch(() => null);
  if (told) {
    map.showLines(told.lines);
    map.home();
  }
  if (!(await sender.ask())) say("连不上服务器。请检查网络后刷新本页。");
  await showSending();
  if (await hasWaiting()) await sender.run();
}

async function hasWaiting() {
  return (await queue.marks()).some((mark) => mark.state === "waiting" || mark.state === "stopped");
}

/** @param {Api.Marking} told */
async function learn(told) {
  state = told;
  const { account } = told;
  shots.near_m = told.limits.near_m;
  if (!account) say("还没有登录。请先登录，再提交照片；已选好的照片在刷新前都在本页。");
  else if (!told.may_mark)
    say(
      `您的账号（${account.unit}，${account.role_title}）不能标点。需要采集、业务或审核账号，请联系系统管理员。`,
    );
  else byId("hint_bar").hidden = true;
  // Photos may have been chosen before this came.
  if (shots.all.length) show();
}

/** @param {string} sentence */
function say(sentence) {
  byId("hint_bar").textContent = sentence;
  byId("hint_bar").hidden = false;
}

/** @param {File[]} files */
async function add(files) {
  const photos = files.filter(({ type, name }) => type.startsWith("image/") || /\.hei[cf]$/i.test(name));
  const others = files.length - photos.length;
  const room = boot.most_photos - shots.all.length;
  if (photos.length > room)
    say(`一次最多 ${boot.most_photos} 张，多出的 ${photos.length - room} 张没有加入。请提交后再加。`);
  else if (others) say(`有 ${others} 个文件不是照片，没有加入。`);
  if (!photos.length || room <= 0) return;
  step("review");
  for (const name of await recallDevices()) shots.datums.set(name[0], name[1]);
  reading += Math.min(photos.length, room);
  for (const photo of photos.slice(0, room)) {
    await shots.add(photo);
    reading -= 1;
    showSoon();
  }
  await correct();
  show();
  map.fit(shots.sites);
}

/** @returns {Promise<[string, import("app/bulk/photos.js").Datum][]>} */
async function recallDevices() {
  return (await queue.recall(DEVICES)) ?? [];
}

async function correct() {
  try {
    await shots.correct((place) => server.shift(place));
  } catch (error) {
    say(`火星坐标没有改正：${/** @type {Error} */ (error).message}`);
    for (const [device, datum] of shots.datums) if (datum === "gcj02") shots.datums.delete(device);
  }
}

function show() {
  if (!state) return;
  byId("reading").hidden = reading === 0;
  byId("reading").textContent = `正在读取照片，还有 ${reading} 张…`;
  sheet.show(shots, state);
  const { sites } = shots;
  map.showPins(
    sites.map(({ uid, lon, lat, type }, i) => ({
      id: uid,
      lon,
      lat,
      text: String(i + 1),
      title: `第 ${i + 1} 处，拖动校正`,
      movable: true,
      state: type ? "new" : "waiting",
    })),
  );
  const why = whyNot(sites);
  const submit = /** @type {HTMLButtonElement} */ (byId("submit"));
  submit.disabled = why !== "";
  submit.textContent = why || `提交 ${sites.length} 处`;
}

const showSoon = later(SOON_MS, show);

/** @param {import("app/bulk/photos.js").Site[]} sites */
function whyNot(sites) {
  if (reading) return "正在读取照片…";
  if (!sites.length) return "还没有带位置的照片";
  if (!state?.account || !state.may_mark) return "登录后提交";
  if ([...shots.devices.keys()].some((device) => !shots.datums.has(device))) return "请回答设备的坐标";
  return sites.every(({ type }) => type) ? "" : "请选择类型";
}

async function submit() {
  if (!state) return;
  const { sites } = shots;
  byId("submit").setAttribute("disabled", "");
  try {
    for (const [i, site] of sites.entries()) {
      const { mark, photos } = packed(site, i + 1, shots, state);
      await queue.keepMark(mark, photos);
      handed.add(mark.uid);
    }
  } catch (error) {
    byId("submit").removeAttribute("disabled");
    return say(
      `浏览器没有存下照片（${/** @type {Error} */ (error).message}）。请清理磁盘空间，或减少照片后再提交。`,
    );
  }
  await queue.remember(DEVICES, [...shots.datums]);
  await queue.remember("type", shots.type);
  const left = shots.placeless;
  shots.all = left;
  await run();
}

async function run() {
  step("sending");
  isSending = true;
  await showSending();
  await sender.run();
}

async function showSending() {
  const all = await queue.marks();
  const waiting = all.filter((mark) => mark.state === "waiting" || mark.state === "stopped");
  const ours = all.filter((mark) => handed.has(mark.uid) || waiting.includes(mark));
  list.show(ours, known, (mark) => sender.isOwn(mark));
  const photos = sum(ours.map((mark) => mark.photos));
  const done = sum(ours.map((mark) => mark.photos_sent));
  const sent = ours.filter((mark) => mark.state === "sent").length;
  const stopped = ours.filter((mark) => mark.state === "stopped").length;
  const bar = /** @type {HTMLProgressElement} */ (byId("progress"));
  bar.max = Math.max(1, photos + ours.length);
  bar.value = done + ours.filter((mark) => mark.record_sent).length;
  byId("send_now").hidden = !waiting.length || isSending;
  byId("progress_words").textContent = said(ours.length, sent, stopped, photos, done);
  if (ours.length && page.dataset.step === "choose" && waiting.length) step("sending");
}

/** @param {number} sites @param {number} sent @param {number} stopped @param {number} photos @param {number} done */
function said(sites, sent, stopped, photos, done) {
  if (!sites) return "";
  if (sent === sites) return `上传完成：${sites} 处、${photos} 张照片，等待审核。`;
  const trouble = stopped ? `，${stopped} 处需要处理` : "";
  return `已上传 ${sent}/${sites} 处、${done}/${photos} 张照片${trouble}。没有上传的都保存在这个浏览器里。`;
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((all, one) => all + one, 0);
}

/** @param {File} file */
async function importPack(file) {
  try {
    const found = await unpack(await file.text());
    for (const { mark, photos } of found) {
      // Whoever imports it sends it; the server knows by the uid what it has already.
      await queue.keepMark({ ...mark, owner: { account: null, name: mark.owner?.name ?? "" } }, photos);
      handed.add(mark.uid);
    }
    say(
      `待传包里有 ${found.length} 条标点、${sum(found.map(({ photos }) => photos.length))} 张照片，采集人：${[...new Set(found.map(({ mark }) => mark.owner?.name))].join("、")}。`,
    );
    await run();
  } catch (error) {
    say(/** @type {Error} */ (error).message);
  }
}

/** @param {"choose" | "review" | "sending"} now */
function step(now) {
  page.dataset.step = now;
}

/** @param {string[]} uids @param {{lon: number, lat: number}} place */
function place(uids, place) {
  shots.place(
    shots.all.filter(({ uid }) => uids.includes(uid)),
    place,
  );
  show();
}

on(sender, "account", ({ state: told }) => learn(told));
on(sender, "changed", showSending);
on(sender, "idle", async () => {
  isSending = false;
  known = (await server.ownMarks().catch(() => null))?.marks ?? known;
  await showSending();
});
on(sender, "signed-out", () => say("登录已过期：没有上传的都还在这个浏览器里，重新登录后自动上传。"));
on(sheet, "datum", async ({ device, datum }) => {
  shots.datums.set(device, datum);
  await correct();
  show();
});
on(sheet, "all", ({ type }) => {
  shots.sayAll(type);
  show();
});
on(sheet, "site", ({ uid, ...said }) => {
  shots.say(uid, said);
  show();
});
on(sheet, "drop", ({ uid }) => {
  shots.drop(uid);
  show();
});
on(sheet, "chosen", show);
on(sheet, "look", ({ site }) => map.look(site));
on(list, "open", ({ mark }) => sender.retry(mark));
on(map, "point", (where) => sheet.chosen.size && place([...sheet.chosen], where));
on(map, "moved", ({ id, lon, lat }) => {
  const site = shots.sites.find(({ uid }) => uid === id);
  if (site)
    place(
      site.shots.map(({ uid }) => uid),
      { lon, lat },
    );
});

document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const files = [...(event.dataTransfer?.files ?? [])];
  if (files.length === 1 && files[0].name.endsWith(".json")) return void importPack(files[0]);
  if (files.length) return void add(files);
  const where = map.placeAt(event.clientX, event.clientY);
  const uids = event.dataTransfer?.getData("text/plain").split(" ") ?? [];
  if (where && uids.length) place(uids, where);
  return undefined;
});

for (const [id, act] of Object.entries({
  choose: () => input("photo_files").click(),
  more: () => input("photo_files").click(),
  import: () => input("pack_file").click(),
  clear: () => {
    shots.all = [];
    show();
    step("choose");
  },
  submit,
  send_now: () => sender.retry(),
  again: () => {
    handed.clear();
    shots = Object.assign(new Shots(state?.limits.near_m ?? 30), { all: shots.all });
    step(shots.all.length ? "review" : "choose");
    show();
  },
})) {
  byId(id).addEventListener("click", act);
}
for (const [id, act] of /** @type {[string, (files: File[]) => void][]} */ ([
  ["photo_files", add],
  ["pack_file", ([file]) => file && importPack(file)],
])) {
  input(id).addEventListener("change", () => {
    const files = [...(input(id).files ?? [])];
    input(id).value = "";
    act(files);
  });
}
window.addEventListener("online", () => sender.run());

/** @param {EventTarget} part @param {string} name @param {(detail: any) => void} act */
function on(part, name, act) {
  part.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
}

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

start();
