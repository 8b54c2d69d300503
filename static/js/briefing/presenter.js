// What does the one who speaks see on the second screen? Notes, the next scene, how long it has taken, the clock.
import { Server } from "app/api.js";
import { Channel } from "app/briefing/channel.js";
import { listen } from "app/briefing/moves.js";
import { byId, fill, html } from "app/dom.js";

/** @typedef {import("app/briefing/told.d.ts").Scene} Scene */

const TICK_MS = 500;

/** @type {Api.Boot & {slug: string}} */
const boot = JSON.parse(byId("boot").textContent ?? "");
const server = new Server(boot.urls, boot.csrf);
const channel = new Channel(boot.slug);
/** @type {Scene[]} */
let scenes = [];
let at = 0;
let begun = Date.now();
/** Milliseconds that had passed when it was stopped; null while it runs. @type {number | null} */
let stopped = null;

async function start() {
  try {
    scenes = (await server.play()).scenes;
    show(0);
    channel.say("ask");
  } catch (error) {
    byId("now").textContent = /** @type {Error} */ (error).message;
  }
}

/** @param {number} number */
function show(number) {
  const scene = scenes[number];
  if (!scene) return;
  at = number;
  byId("place").textContent = `${number + 1} / ${scenes.length}`;
  byId("now").textContent = scene.headline || scene.chapter || "（空）";
  fill(byId("said"), figuresOf(scene));
  byId("notes").textContent = scene.notes || "这一幕没有讲稿。";
  byId("notes").classList.toggle("none", !scene.notes);
  fill(
    byId("lacks"),
    scene.trouble.map((sentence) => html`<li>${sentence}</li>`),
  );
  const next = scenes[number + 1];
  byId("after").textContent = next ? next.headline || next.chapter || "（空）" : "（最后一幕）";
  fill(byId("after_said"), next ? figuresOf(next) : null);
}

/** @param {Scene} scene */
function figuresOf({ figures }) {
  return figures.map(({ label, text, unit }) => html`<span>${label} <b>${text} ${unit}</b></span>`);
}

/** @param {number} by */
function step(by) {
  const next = at + by;
  if (next < 0 || next >= scenes.length) return;
  show(next);
  channel.say("go", { number: next });
}

function tick() {
  const passed = stopped ?? Date.now() - begun;
  const seconds = Math.floor(passed / 1000);
  byId("timer").textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  const now = new Date();
  byId("clock").textContent = `${two(now.getHours())}:${two(now.getMinutes())}`;
}

function turnTimer() {
  const runs = stopped === null;
  if (stopped === null) stopped = Date.now() - begun;
  else {
    begun = Date.now() - stopped;
    stopped = null;
  }
  byId("turn_timer").textContent = runs ? "继续" : "暂停";
}

function resetTimer() {
  begun = Date.now();
  if (stopped !== null) stopped = 0;
  tick();
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, "0");
}

channel.addEventListener("show", (event) => {
  const { number, preview } = /** @type {CustomEvent} */ (event).detail;
  if (!preview) show(Number(number));
});
channel.addEventListener("changed", async () => {
  scenes = (await server.play()).scenes;
  show(Math.min(at, scenes.length - 1));
});
const buttons = {
  before: () => step(-1),
  next: () => step(1),
  black_out: () => channel.say("black"),
  open_show: () => window.open(`${boot.urls.player}?scene=${at + 1}`, `show_${boot.slug}`),
  turn_timer: turnTimer,
  reset_timer: resetTimer,
};
for (const [id, act] of Object.entries(buttons)) byId(id).addEventListener("click", act);
listen((move) => {
  if (move === "next") step(1);
  if (move === "before") step(-1);
  if (move === "black") channel.say("black");
  if (move === "home") step(-at);
  if (move === "last") step(scenes.length - 1 - at);
}, document.body);
setInterval(tick, TICK_MS);
tick();
start();
