// What lies in the recycle bin, and what is brought back from it?
import { Server } from "app/api.js";
import { byId, fill, html } from "app/dom.js";

/** @typedef {{uid: string, name: string, title: string, at: string, who: string, restorable: boolean}} Deleted */

/** @type {{api: string, feature: string}} */
const urls = JSON.parse(byId("urls").textContent ?? "{}");
const csrf = JSON.parse(byId("csrf").textContent ?? '""');
const server = new Server(/** @type {any} */ (urls), csrf);
const place = byId("deleted");

/** @param {string} [said] what was done just now */
async function show(said) {
  try {
    const { features } = await server.deleted();
    const rows = features.length
      ? html`<ul class="entries">${features.map(row)}</ul>`
      : html`<p class="lead">回收站是空的。</p>`;
    fill(place, said && html`<p class="good" role="status">${said}</p>`, rows);
  } catch (error) {
    fill(place, html`<p class="trouble" role="alert">${/** @type {Error} */ (error).message}</p>`);
  }
  place.setAttribute("aria-busy", "false");
}

/** @param {Deleted} deleted */
function row(deleted) {
  const restore = async (/** @type {Event} */ event) => {
    /** @type {HTMLButtonElement} */ (event.currentTarget).disabled = true;
    try {
      await server.restore(deleted.uid);
      await show(`“${deleted.name}”已恢复。`);
    } catch (error) {
      const sentence = /** @type {Error} */ (error).message;
      place.prepend(html`<p class="trouble" role="alert">${sentence}</p>`);
    }
  };
  const who = `${deleted.who} ${deleted.at.slice(0, 10)} 删除`;
  return html`<li class="line">
    <p><b>${deleted.name}</b> <span class="quiet">${deleted.title} · ${who}</span></p>
    ${deleted.restorable && html`<button class="button plain" type="button" aria-label="${`恢复“${deleted.name}”`}" @click=${restore}>恢复</button>`}
  </li>`;
}

show();
