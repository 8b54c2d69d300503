// How is a whole import taken back?
import { Server } from "app/api.js";
import { byId } from "app/dom.js";

const button = /** @type {HTMLButtonElement} */ (byId("undo"));
const said = byId("said");
const csrf = JSON.parse(byId("csrf").textContent ?? '""');
const [, api = "", act = ""] = /^(.*\/)acts\/(\d+)\/undo$/.exec(button.dataset.url ?? "") ?? [];
const server = new Server(/** @type {any} */ ({ api }), csrf);

button.addEventListener("click", async () => {
  button.disabled = true;
  said.hidden = false;
  try {
    await server.undo(Number(act), { reason: "撤销整个导入" });
    said.className = "good";
    said.textContent = "已撤销，地图上不再有这次导入的内容。";
  } catch (error) {
    button.disabled = false;
    said.className = "trouble";
    said.textContent = /** @type {Error} */ (error).message;
  }
  // The button that had the focus may be asleep now.
  said.focus();
});
