// Which record is meant? Words are typed, what is called so is offered, one is chosen; words alone may do too.
import { fill, html, later } from "app/dom.js";
import { ask } from "app/edit/ask.js";

const WAIT_MS = 200;
const MOST = 8;

/**
 * @param {HTMLDialogElement} dialog @param {import("app/api.js").Server} server
 * @param {Api.Feature} feature @param {Api.Links} group
 * @returns {Promise<{uid: string | null, words: string} | null>}
 */
export async function pickOne(dialog, server, feature, group) {
  /** @type {Api.Hit | null} */
  let chosen = null;
  const input = /** @type {HTMLInputElement} */ (
    html`<input type="text" autocomplete="off" maxlength="60" aria-label="${`搜索${group.title}`}" placeholder="名称、编号或拼音首字母" autofocus>`
  );
  const list = html`<ul class="picks" aria-label="搜索结果"></ul>`;
  const offer = (/** @type {Api.Hit[]} */ hits) => {
    const rows = hits.map((hit) => {
      const pick = html`<button type="button" aria-pressed="false">${hit.name}<small>${[hit.layer_title, hit.place].filter(Boolean).join(" · ")}</small></button>`;
      pick.addEventListener("click", () => {
        chosen = hit;
        input.value = hit.name;
        for (const other of list.querySelectorAll("button")) {
          other.setAttribute("aria-pressed", String(other === pick));
        }
      });
      return html`<li>${pick}</li>`;
    });
    fill(list, rows.length ? rows : html`<li class="none">没有找到可以关联的记录</li>`);
  };
  const look = later(WAIT_MS, async () => {
    const words = input.value.trim();
    if (!words || words === chosen?.name) return;
    const told = await server.search(words).catch(() => ({ results: [] }));
    if (words !== input.value.trim()) return;
    const fits = told.results.filter(({ kind, uid }) => group.kinds.includes(kind) && uid !== feature.id);
    offer(fits.slice(0, MOST));
  });
  input.addEventListener("input", () => {
    chosen = null;
    look();
  });
  const answer = await ask(dialog, {
    title: `关联${group.title}`,
    text: group.back
      ? "从搜索结果中选择一条；关联写入对方的记录。"
      : "从搜索结果中选择一条；图上没有的，直接填写名称或编号。",
    body: html`<div class="hold-fields">${[input, list]}</div>`,
    answers: [
      { answer: "tie", words: "关联", first: true },
      { answer: "", words: "取消" },
    ],
  });
  const words = input.value.trim();
  if (answer !== "tie" || !words) return null;
  const hit = /** @type {Api.Hit | null} */ (chosen);
  return { uid: hit?.uid ?? null, words };
}
