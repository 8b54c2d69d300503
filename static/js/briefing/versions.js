// To which earlier version of a briefing can one go back?
import { fill, html } from "app/dom.js";

/** @param {HTMLDialogElement} dialog @param {{version: number, title: string, who: string, at: string, count: number}[]} versions @param {(version: number) => void} goBack */
export function showVersions(dialog, versions, goBack) {
  const rows = versions.map(
    ({ version, title, who, at, count }) =>
      html`<li><span>第 ${version} 版 · ${new Date(at).toLocaleString("zh-CN")} · ${who} · ${count} 幕 · ${title}</span><button type="button" class="button plain" @click=${() => goBack(version)}>恢复</button></li>`,
  );
  const list = rows.length
    ? html`<ul class="versions">${rows}</ul>`
    : html`<p class="empty">还没有更早的版本。</p>`;
  fill(
    dialog,
    html`<form method="dialog" novalidate><h2>修改记录</h2>${list}<div class="buttons"><button class="button">关闭</button></div></form>`,
  );
  dialog.showModal();
}
