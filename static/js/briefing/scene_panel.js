// What does a scene say beside its map? One sentence, its figures, bars, legend and source; text only.
import { headlineRoom } from "app/briefing/stage.js";
import { fill, html } from "app/dom.js";
import { swatchCanvas } from "app/map/paint.js";
import { timeWords } from "app/map/times.js";

/**
 * @typedef {import("app/briefing/told.d.ts").Scene} Scene
 * @typedef {import("app/briefing/told.d.ts").Figure} Figure
 * @typedef {import("app/briefing/told.d.ts").Bars} Bars
 */

const LONG_LABEL = 10;
const SHORT_TITLE = 5;
const FEW_UNITS = 2;
const MOST_TROUBLES = 2;
const SWATCH = { width: 22, height: 20 };
// From roomy to crowded: what does not fit is set closer, never cut.
const FITS = ["", "close", "closer", "closest"];

export class ScenePanel {
  /**
   * @param {Record<"scene" | "chapter" | "headline" | "figures" | "bars" | "photo" | "trouble" | "legend" | "source", HTMLElement>} parts
   * @param {{fonts: import("app/map/fonts.js").Fonts, patterns: Record<string, any>, photo: (uid: string) => string}} needs
   */
  constructor(parts, needs) {
    this.parts = parts;
    this.needs = needs;
  }

  /** @param {Scene} scene */
  show(scene) {
    const { parts } = this;
    parts.scene.style.setProperty("--subject", scene.color);
    parts.scene.style.setProperty("--subject-fill", scene.fill);
    parts.chapter.textContent = [scene.ordinal, scene.chapter].filter(Boolean).join(" · ");
    parts.headline.textContent = scene.headline;
    fill(parts.figures, scene.figures.map(figure));
    parts.figures.dataset.count = String(scene.figures.length);
    fill(parts.bars, scene.bars?.rows.length ? barsOf(scene.bars) : null);
    this.#photo(scene.picture);
    this.#troubles(scene.trouble);
    fill(
      parts.legend,
      scene.legend.map((row) => this.#row(row)),
    );
    const short = scene.legend.every(({ title }) => [...title].length <= SHORT_TITLE);
    parts.legend.dataset.columns = short ? "3" : "2";
    fill(parts.source, ...sourceOf(scene));
    this.fit();
    restart(parts.scene);
  }

  /** What does not fit stands closer. */
  fit() {
    const { scene, headline } = this.parts;
    for (const each of FITS) {
      scene.dataset.fit = each;
      headline.style.fontSize = "";
      this.#fitHeadline();
      if (scene.scrollHeight <= scene.clientHeight) return;
    }
  }

  #fitHeadline() {
    const { headline } = this.parts;
    const { sizes, high } = headlineRoom();
    for (const px of sizes) {
      headline.style.fontSize = `${px}px`;
      if (headline.scrollHeight <= high && headline.scrollWidth <= headline.clientWidth) return;
    }
  }

  /** @param {Scene["picture"]} picture */
  #photo(picture) {
    const { photo } = this.parts;
    photo.hidden = !picture;
    fill(photo, picture && html`<img src="${this.needs.photo(picture.uid)}" alt="${picture.name}">`);
  }

  /** @param {string[]} sentences */
  #troubles(sentences) {
    const { trouble } = this.parts;
    const rest = sentences.length - MOST_TROUBLES;
    const shown = rest > 0 ? [...sentences.slice(0, MOST_TROUBLES), `另有 ${rest} 处缺失。`] : sentences;
    trouble.hidden = shown.length === 0;
    fill(
      trouble,
      shown.map((sentence) => html`<li>${sentence}</li>`),
    );
  }

  /** @param {Scene["legend"][number]} row */
  #row({ title, subject, swatch }) {
    const { fonts, patterns } = this.needs;
    const sign = swatchCanvas(/** @type {any} */ (swatch), { ...SWATCH, patterns, fonts });
    sign.style.width = sign.style.height = "";
    return html`<li class="${subject ? "" : "faint"}"><span class="sign" aria-hidden="true">${sign}</span><span class="title">${title}</span></li>`;
  }
}

/** @param {Figure} told @param {number} at */
function figure(told, at) {
  const { label, text, unit, missing } = told;
  return html`<div class="figure ${missing ? "missing" : ""}" data-place="${at + 1}">
    <p class="number"><b>${text}</b><span class="unit">${unit}</span></p><p class="label">${label}</p>
  </div>`;
}

/** @param {Bars} bars */
function barsOf({ title, rows }) {
  const longest = Math.max(...rows.map(({ value }) => value), 0);
  return [
    title && html`<p class="title">${title}</p>`,
    html`<dl>${rows.map((row) => bar(row, longest))}</dl>`,
  ];
}

/** @param {Bars["rows"][number]} row @param {number} longest */
function bar({ label, value, text, unit }, longest) {
  const length = html`<i class="length"></i>`;
  length.style.setProperty("--share", String(longest ? value / longest : 0));
  return html`<div><dt>${shorter(label)}</dt><dd>${length}<span class="amount">${text} ${unit}</span></dd></div>`;
}

// Words in brackets give way first.
/** @param {string} label */
function shorter(label) {
  return [...label].length > LONG_LABEL ? label.replace(/[（(][^（）()]*[）)]$/u, "") : label;
}

/** @param {Scene} scene */
function sourceOf({ source: { units, date, sample }, at, time }) {
  const who = units.length > FEW_UNITS ? `${units[0]}等 ${units.length} 个单位` : units.join("、");
  const when = at ? `回看 ${at}` : date ? `数据截止 ${date}` : "数据截止未提供";
  const seen = time && `图上 ${timeWords(time)}`;
  const parts = [who, when, seen].filter(Boolean).map((words) => html`<span>${words}</span>`);
  return sample ? [...parts, html`<b class="sample">示例数据</b>`] : parts;
}

// The new words fade in; nothing of the old ones is left to be seen through.
/** @param {HTMLElement} element */
function restart(element) {
  element.classList.remove("arriving");
  void element.offsetWidth;
  element.classList.add("arriving");
}
