// How far is a project by its milestones? A line on the card, what is late in red, and the way to their page.
import { html } from "app/dom.js";

/** @param {Api.Milestones | null | undefined} found */
export function milestoneLine(found) {
  if (!found) return null;
  const link = html`<a class="button">${found.may_reach ? "登记节点" : "查看节点"}</a>`;
  link.setAttribute("href", found.url);
  const { rows, trouble } = found;
  return html`<section class="case milestones" aria-label="项目节点">
    <h3>项目节点</h3>
    ${trouble.map((sentence) => html`<p class="late">${sentence}</p>`)}
    ${rows.length ? html`<ol>${rows.map(milestone)}</ol>` : html`<p class="quiet">还没有节点。</p>`}
    ${link}
  </section>`;
}

/** @param {Api.Milestone} row */
function milestone({ name, planned, actual, state, late }) {
  const days = actual ? `实际 ${actual}` : planned ? `计划 ${planned}` : "日期未定";
  return html`<li class="${state === "done" ? "" : "next"} ${state === "late" && "late"}">
    <b>${name}</b> <span>${days}</span>
    ${state === "late" && html`<b class="late">超期 ${late} 天</b>`} ${state === "done" && late > 0 && html`<span>晚 ${late} 天</span>`}
  </li>`;
}
