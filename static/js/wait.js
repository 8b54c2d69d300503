// How far is the work, and where does the page go when it has ended?
import { readJson } from "app/api.js";
import { byId } from "app/dom.js";

const FIRST_MS = 120;
const LONGEST_MS = 400;
const SLOWER = 1.25;
const url = byId("wait").dataset.url ?? "";

let pause = FIRST_MS;

async function look() {
  try {
    const { ended, progress, message, state_title: state } = await readJson(url);
    if (ended) return location.reload();
    byId("words").textContent = message || state;
    /** @type {HTMLProgressElement} */ (byId("progress")).value = progress;
  } catch (error) {
    byId("words").textContent = /** @type {Error} */ (error).message;
  }
  wait();
}

// A small file is through within a second; who waits for a large one need not ask so often.
function wait() {
  setTimeout(look, pause);
  pause = Math.min(pause * SLOWER, LONGEST_MS);
}

wait();
