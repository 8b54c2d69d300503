// How far is the work, and where does the page go when it has ended?
import { readJson } from "app/api.js";
import { byId } from "app/dom.js";

const EVERY_MS = 400;
const url = byId("wait").dataset.url ?? "";

async function look() {
  try {
    const { ended, progress, message, state } = await readJson(url);
    if (ended) return location.reload();
    byId("words").textContent = message || state;
    /** @type {HTMLProgressElement} */ (byId("progress")).value = progress;
  } catch (error) {
    byId("words").textContent = /** @type {Error} */ (error).message;
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
