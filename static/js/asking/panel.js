// What is the answer to a question? The number large, how it was understood, the list, and what it rests on.
import { overtaken } from "app/api.js";
import { fill, html } from "app/dom.js";
import { Aside } from "app/panel/aside.js";

const MOST_GROUPS = 15;
const MOST_CHIPS = 8;

/**
 * Emits "opened", "close", "answered" {question}, "open" {hit, results}, "zoom" {bounds}, "filter" {filters},
 * "copy" {text}.
 */
export class AnswerPanel extends Aside {
  /** @type {AbortController | null} */
  #asking = null;
  /** @type {Api.Questions | null} */
  #known = null;

  /** @param {HTMLElement} element @param {import("app/api.js").Server} server */
  constructor(element, server) {
    super(element, "answer");
    this.server = server;
    this.closeOnEscape();
  }

  /** @param {string} question */
  async ask(question) {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#frame(html`<p class="quiet wait" role="status">正在查找…</p>`);
    try {
      const [answer, known] = await Promise.all([
        this.server.ask(question, asking.signal),
        this.#known ?? this.server.questions("", asking.signal),
      ]);
      this.#known = known;
      this.#frame(...this.#told(answer, question));
      this.element.focus({ preventScroll: true });
      this.dispatchEvent(new CustomEvent("answered", { detail: { question, answer } }));
    } catch (error) {
      if (overtaken(error)) return;
      const again = () => this.ask(question);
      this.#frame(
        html`<div class="failure" role="alert"><p>${/** @type {Error} */ (error).message}</p><button class="button" type="button" @click=${again}>重试</button></div>`,
      );
    }
  }

  forget() {
    this.#asking?.abort();
  }

  /** @param {...(HTMLElement | null)} body */
  #frame(...body) {
    const was = this.isOpen;
    this.stand();
    fill(
      this.element,
      html`<header class="filter-head"><h2>问一问</h2>
        <button class="close" type="button" aria-label="关闭回答" title="关闭（Esc）" @click=${() => this.close()}>×</button>
      </header>`,
      html`<div class="filter-body answer-body">${body}</div>`,
    );
    if (!was) this.dispatchEvent(new CustomEvent("opened"));
  }

  /** @param {Api.Answer} answer @param {string} question */
  #told(answer, question) {
    return [
      this.#question(answer, question),
      answer.answered ? this.#figures(answer) : this.#trouble(answer),
      answer.answered && answer.sentence ? html`<p class="answer-sentence">${answer.sentence}</p>` : null,
      answer.answered ? this.#acts(answer) : null,
      answer.parts.length > 1 ? this.#parts(answer) : null,
      answer.groups.length ? this.#groups(answer) : null,
      answer.list.length ? this.#list(answer) : null,
      this.#remarks(answer),
      answer.answered ? null : this.#prepared(),
    ];
  }

  // What was understood stands as pieces that can be changed; what was not is marked.
  /** @param {Api.Answer} answer @param {string} question */
  #question(answer, question) {
    const pieces = answer.heard.map((heard) => this.#piece(heard, answer.question));
    const unknown = answer.unknown.map(
      ({ words, why }) =>
        html`<span class="piece unknown" title="${why}">${words}<small>${why}</small></span>`,
    );
    return html`<div class="asked-line"><p class="asked">${question}</p>
      <div class="pieces" role="group" aria-label="听懂的词">${pieces}${unknown}</div></div>`;
  }

  /** @param {Api.Heard} heard @param {string} text */
  #piece({ words, start, end, slot }, text) {
    const replace = (/** @type {string} */ by) => this.ask(text.slice(0, start) + by + text.slice(end));
    if (slot === "town") return this.#towns(words, replace);
    if (slot !== "number") return html`<span class="piece">${words}</span>`;
    const change = (/** @type {Event} */ event) => {
      const { value } = /** @type {HTMLInputElement} */ (event.target);
      if (value.trim() && value !== words) replace(value.trim());
    };
    return html`<input class="piece" type="text" value="${words}" size="${Math.max(4, words.length * 2)}" maxlength="20" aria-label="改成" @change=${change}>`;
  }

  /** @param {string} words @param {(by: string) => void} replace */
  #towns(words, replace) {
    const towns = this.#known?.towns ?? [];
    const whole = towns.find((town) => town === words) ?? towns.find((town) => town.startsWith(words));
    const options = towns.map(
      (town) => html`<option value="${town}" selected=${town === whole}>${town}</option>`,
    );
    const change = (/** @type {Event} */ event) =>
      replace(/** @type {HTMLSelectElement} */ (event.target).value);
    return html`<select class="piece" aria-label="换一个乡镇街道" @change=${change}>${options}<option value="全县">全县</option></select>`;
  }

  /** @param {Api.Answer} answer */
  #figures({ figures }) {
    if (!figures.length) return null;
    const shown = figures.map(
      ({ value, unit, title }) =>
        html`<span class="answer-figure">${title && html`<small>${title}</small>`}<b>${value}</b> ${unit}</span>`,
    );
    return html`<p class="answer-figures" role="status">${shown}</p>`;
  }

  /** @param {Api.Answer} answer */
  #trouble({ trouble, suggestions }) {
    const chips = suggestions.map((each) => this.#chip(each));
    return html`<div class="answer-trouble" role="alert"><p>${trouble}</p>
      ${chips.length > 0 && html`<p class="quiet">您是不是要问：</p>`}
      <div class="values">${chips}</div></div>`;
  }

  /** @param {Api.Answer} answer */
  #acts(answer) {
    const bounds = together(answer);
    const filters = Object.fromEntries(answer.parts.map(({ layer, filter }) => [layer, filter]));
    const zoom = () => this.dispatchEvent(new CustomEvent("zoom", { detail: { bounds } }));
    const filter = () => this.dispatchEvent(new CustomEvent("filter", { detail: { filters } }));
    const copy = () => this.dispatchEvent(new CustomEvent("copy", { detail: { text: asText(answer) } }));
    const list = answer.url ? html`<a class="button">打开处置台账</a>` : null;
    if (list && answer.url) list.setAttribute("href", answer.url);
    return html`<div class="answer-acts">
      ${answer.parts.length > 0 && html`<button class="button first" type="button" @click=${filter}>设为筛选</button>`}
      ${bounds && html`<button class="button" type="button" @click=${zoom}>缩放到</button>`}
      ${answer.figures.length > 0 && html`<button class="button" type="button" @click=${copy}>复制</button>`}
      ${list}
    </div>`;
  }

  /** @param {Api.Answer} answer */
  #parts({ parts }) {
    const rows = parts.map((part) => {
      const only = () =>
        this.dispatchEvent(new CustomEvent("filter", { detail: { filters: { [part.layer]: part.filter } } }));
      return html`<tr><th scope="row"><button class="link" type="button" @click=${only}>${part.title}</button></th>
        <td>${part.count.toLocaleString("zh-CN")} ${part.word}</td><td>${size(part)}</td></tr>`;
    });
    return html`<table class="answer-parts">${html`<tbody>${rows}</tbody>`}</table>`;
  }

  /** @param {Api.Answer} answer */
  #groups({ group, groups, parts }) {
    const most = Math.max(1, ...groups.map(({ count }) => count));
    const rows = groups.slice(0, MOST_GROUPS).map((each) => {
      const narrow = () => {
        const filters = Object.fromEntries(
          parts.map(({ layer, filter }) => [layer, [filter, each.filter].filter(Boolean).join(";")]),
        );
        this.dispatchEvent(new CustomEvent("filter", { detail: { filters } }));
      };
      const bar = html`<i aria-hidden="true"></i>`;
      bar.style.width = `${(each.count / most) * 100}%`;
      return html`<li><button type="button" @click=${narrow} title="只看${each.label}">${bar}<span>${each.label}</span><b>${each.words}</b></button></li>`;
    });
    const rest = groups.length - MOST_GROUPS;
    return html`<section class="answer-groups"><h3>按${group}</h3><ol>${rows}</ol>
      ${rest > 0 && html`<p class="quiet">其余 ${rest} 项请在统计中查看。</p>`}</section>`;
  }

  /** @param {Api.Answer} answer */
  #list({ list, parts }) {
    const rows = list.map((hit) => {
      const open = () => this.dispatchEvent(new CustomEvent("open", { detail: { hit, results: list } }));
      return html`<li><button type="button" @click=${open}><span>${hit.name}</span><small>${hit.place}</small><b>${hit.size}</b></button></li>`;
    });
    const all = parts.reduce((sum, { count }) => sum + count, 0);
    const more = all > list.length ? `，列出 ${list.length} 个，全部请设为筛选后看表格` : "";
    return html`<section class="answer-list"><h3>清单${more}</h3><ul>${rows}</ul></section>`;
  }

  /** @param {Api.Answer} answer */
  #remarks({ remarks, source }) {
    const lines = remarks.map((each) => html`<li>${each}</li>`);
    return html`<div class="answer-source"><ul>${lines}</ul><p>${source}</p></div>`;
  }

  #prepared() {
    const chips = (this.#known?.prepared ?? [])
      .slice(0, MOST_CHIPS)
      .map(({ question }) => this.#chip(question));
    return html`<section class="answer-more"><h3>可以这样问</h3><div class="values">${chips}</div></section>`;
  }

  /** @param {string} question */
  #chip(question) {
    return html`<button class="question" type="button" @click=${() => this.ask(question)}>${question}</button>`;
  }
}

/** @param {Api.AnswerPart} part */
function size({ area_mu, length_km }) {
  if (area_mu) return `${area_mu.toLocaleString("zh-CN")} 亩`;
  return length_km ? `${length_km.toLocaleString("zh-CN")} 公里` : "";
}

/** Where everything of it lies. @param {Api.Answer} answer @returns {Api.Bounds | null} */
export function together({ parts, list }) {
  const boxes = (parts.length ? parts : list).flatMap(({ bounds }) => (bounds ? [bounds] : []));
  if (!boxes.length) return null;
  return [
    Math.min(...boxes.map(([west]) => west)),
    Math.min(...boxes.map(([, south]) => south)),
    Math.max(...boxes.map(([, , east]) => east)),
    Math.max(...boxes.map(([, , , north]) => north)),
  ];
}

/** @param {Api.Answer} answer */
function asText({ figures, sentence, source }) {
  const said = figures.map(({ value, unit, title }) => [title, value, unit].filter(Boolean).join(" "));
  return `${sentence}：${said.join("，")}。${source}`;
}
