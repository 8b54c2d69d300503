// How far has the case of a parcel come? Its steps on the card, the next deadline, and the way to its ledger.
import { html } from "app/dom.js";

/** @param {Api.Case | null} found */
export function caseLine(found) {
  if (!found) return null;
  const link = html`<a class="button">${found.may_write ? "登记步骤" : "打开台账"}</a>`;
  link.setAttribute("href", found.url);
  const { steps, next, trouble } = found;
  return html`<section class="case" aria-label="处置台账">
    <h3>处置台账</h3>
    ${trouble.map((sentence) => html`<p class="late">${sentence}</p>`)}
    ${steps.length || next ? html`<ol>${steps.map(done)}${next && coming(next)}</ol>` : html`<p class="quiet">还没有立案。</p>`}
    ${link}
  </section>`;
}

/** @param {Api.CaseStep} step */
function done({ title, day, number, note, file }) {
  return html`<li>
    <b>${title}</b> <span>${day ?? "日期未录"}</span>
    ${number && html`<span>${number}</span>`} ${note && html`<p>${note}</p>`} ${file && attachment(file)}
  </li>`;
}

/** @param {{name: string, url: string}} file */
function attachment({ name, url }) {
  const link = html`<a target="_blank">附件：${name}</a>`;
  link.setAttribute("href", url);
  return html`<p>${link}</p>`;
}

/** @param {{title: string, day: string | null, overdue: number}} next */
function coming({ title, day, overdue }) {
  const until = day ? `期限 ${day}` : "无法定期限";
  return html`<li class="next ${overdue > 0 && "late"}">
    <b>下一步：${title}</b> <span>${until}</span> ${overdue > 0 && html`<b class="late">超期 ${overdue} 天</b>`}
  </li>`;
}
