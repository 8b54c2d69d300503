// Which key does what? Declared once: the listener and the help read the same rows.
import { fill, html } from "app/dom.js";

/** @typedef {{keys: string[], shown: string, words: string, act: (key: string) => void}} Shortcut */

/**
 * Listens on the page, except while somebody writes.
 * @param {Shortcut[]} shortcuts
 */
export function listen(shortcuts) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (writes(event.target) || document.querySelector("dialog[open]")) return;
    const shortcut = shortcuts.find(({ keys }) => keys.includes(event.key));
    if (!shortcut) return;
    event.preventDefault();
    shortcut.act(event.key);
  });
}

/** @param {EventTarget | null} target */
function writes(target) {
  return target instanceof HTMLElement && Boolean(target.closest("input, select, textarea"));
}

/** @param {HTMLDialogElement} dialog @param {Shortcut[]} shortcuts @param {{manual: string, table: string}} urls */
export function showHelp(dialog, shortcuts, urls) {
  const rows = shortcuts.map(
    ({ shown, words }) => html`<div><dt><kbd>${shown}</kbd></dt><dd>${words}</dd></div>`,
  );
  fill(
    dialog,
    html`<form method="dialog" novalidate>
      <h2 id="help_title">快捷键</h2>
      <dl class="keys">${rows}</dl>
      <p class="quiet">在地图上点右键（触屏长按）：坐标、查此处。双击或滚轮：缩放。</p>
      <div class="buttons">
        <a class="button" href="${urls.manual}">使用手册</a><a class="button" href="${urls.table.replace(/\/$/, "")}">全部数据表</a><button class="button first" autofocus>知道了</button>
      </div>
    </form>`,
  );
  dialog.showModal();
}
