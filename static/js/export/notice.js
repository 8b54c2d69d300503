// What does a public notice say? Its part of the export form; what was typed stays while the rest is drawn anew.
import { html } from "app/dom.js";
import { DayEntry, dayInput } from "app/edit/day.js";

const DAYS = 30;
const DAY_MS = 86_400_000;

export class NoticeForm {
  /** @param {Api.ExportChoices} facts */
  constructor({ unit, today }) {
    const end = new Date(Date.parse(today) + (DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
    /** @type {Record<string, HTMLInputElement | HTMLTextAreaElement>} */
    this.boxes = {
      title: line("", "不填时为“图层名公示”", 60),
      begin: dayInput({ value: today, "aria-label": "公示开始日期" }),
      end: dayInput({ value: end, "aria-label": "公示结束日期" }),
      unit: line(unit, "", 60),
      phone: line("", "必填，如 0539-3221234", 40),
      answer_to: line("", "可不填", 100),
      text: /** @type {HTMLTextAreaElement} */ (
        html`<textarea rows="3" maxlength="3000" placeholder="不填时用通用文字"></textarea>`
      ),
    };
    const { title, begin, end: last, unit: office, phone, answer_to, text } = this.boxes;
    const days = [
      new DayEntry(/** @type {HTMLInputElement} */ (begin), { label: "公示开始日期", required: true }),
      new DayEntry(/** @type {HTMLInputElement} */ (last), { label: "公示结束日期", required: true }),
    ];
    this.element = html`<div class="export-notice">
      ${field("标题", title)}
      <div class="field"><span class="label">公示期</span><span class="entry days">${days[0].element}<span>至</span>${days[1].element}</span></div>
      ${field("反馈单位", office)} ${field("反馈电话", phone)} ${field("地址邮箱", answer_to)} ${field("正文", text)}
    </div>`;
  }

  /** What was typed. @returns {Record<string, string>} */
  get told() {
    return Object.fromEntries(Object.entries(this.boxes).map(([key, { value }]) => [key, value.trim()]));
  }
}

/** @param {string} value @param {string} hint @param {number} longest */
function line(value, hint, longest) {
  return /** @type {HTMLInputElement} */ (
    html`<input type="text" value="${value}" placeholder="${hint}" maxlength="${longest}">`
  );
}

/** @param {string} label @param {Node} box */
function field(label, box) {
  return html`<label class="field"><span class="label">${label}</span><span class="entry">${box}</span></label>`;
}
