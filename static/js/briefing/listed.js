// What can be done on the list of briefings: make, copy, delete and bring back.
import { Server } from "app/api.js";
import { byId, fill, html } from "app/dom.js";

/** @type {Api.Boot} */
const boot = JSON.parse(byId("boot").textContent ?? "");
const server = new Server(boot.urls, boot.csrf);

/** @param {string} sentence @param {{words: string, act: () => unknown}} [way] */
function say(sentence, way) {
  const notice = byId("notice");
  notice.hidden = false;
  fill(
    notice,
    sentence,
    way && html`<button class="button plain" type="button" @click=${way.act}>${way.words}</button>`,
  );
}

/** @param {() => Promise<unknown>} act */
async function tell(act) {
  try {
    await act();
  } catch (error) {
    say(/** @type {Error} */ (error).message);
  }
}

/** @param {HTMLButtonElement} button */
async function remove({ dataset: { slug = "", title = "" } }) {
  await server.removeBriefing(slug);
  document.querySelector(`[data-row="${CSS.escape(slug)}"]`)?.setAttribute("hidden", "");
  say(`已删除“${title}”。`, { words: "撤销", act: () => tell(() => bringBack(slug)) });
}

/** @param {string} slug */
async function bringBack(slug) {
  await server.actOnBriefing(slug, "undelete");
  location.reload();
}

/** @param {HTMLButtonElement} button */
async function duplicate({ dataset: { slug = "" } }) {
  await server.actOnBriefing(slug, "duplicate");
  location.reload();
}

/** @param {HTMLFormElement} form */
async function make(form) {
  const said = new FormData(form);
  const templates = said.getAll("templates").map(String);
  const made = await server.makeBriefing({ title: String(said.get("title") ?? ""), templates });
  location.assign(`${made.url}/edit`);
}

for (const button of document.querySelectorAll("button[data-act]")) {
  const own = /** @type {HTMLButtonElement} */ (button);
  own.addEventListener("click", () =>
    tell(() => (own.dataset.act === "remove" ? remove(own) : duplicate(own))),
  );
}
document.getElementById("make")?.addEventListener("submit", (event) => {
  event.preventDefault();
  tell(() => make(/** @type {HTMLFormElement} */ (event.target)));
});
