// How does a scene become one picture? The map as it is drawn, and the words where they stand.
import { BRAND, PAPER } from "app/ink.js";

/**
 * @param {HTMLElement} stage @param {import("app/map/view.js").MapView} view
 * @returns {Promise<Blob>} a PNG of the whole screen
 */
export async function pictureOf(stage, view) {
  const map = await createImageBitmap(await view.picture());
  const { innerWidth: width, innerHeight: height } = window;
  const ratio = map.width / width;
  const canvas = Object.assign(document.createElement("canvas"), { width: map.width, height: map.height });
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ink.drawImage(map, 0, 0);
  ink.scale(ratio, ratio);
  paintCurtain(ink, stage);
  paintVeil(ink, stage, height);
  for (const part of stage.querySelectorAll("#scene, .furniture")) paint(ink, part);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("图片没有生成。请缩小窗口后重试。"))));
  });
}

// Between two times of the map; a person draws it by its handle, a picture has none.
/** @param {CanvasRenderingContext2D} ink @param {HTMLElement} stage */
function paintCurtain(ink, stage) {
  const curtain = stage.querySelector(".curtain:not([hidden])");
  if (!curtain) return;
  const { left, top, width, height } = box(curtain);
  const line = width / 16;
  for (const [color, wide] of /** @type {[string, number][]} */ ([
    [BRAND, 1.6 * line],
    [PAPER, line],
  ])) {
    ink.fillStyle = color;
    ink.fillRect(left + (width - wide) / 2, top, wide, height);
  }
  for (const words of curtain.querySelectorAll("b")) paint(ink, words);
}

/** @param {CanvasRenderingContext2D} ink @param {HTMLElement} stage @param {number} height */
function paintVeil(ink, stage, height) {
  const { left, right } = box(/** @type {Element} */ (stage.querySelector(".veil")));
  const fade = ink.createLinearGradient(left, 0, right, 0);
  fade.addColorStop(0, PAPER);
  fade.addColorStop(0.88, PAPER);
  fade.addColorStop(1, "#FFFFFF00");
  ink.fillStyle = fade;
  ink.fillRect(left, 0, right - left, height);
}

/** @param {CanvasRenderingContext2D} ink @param {Node} node */
function paint(ink, node) {
  if (node instanceof Text) return paintText(ink, node);
  if (!(node instanceof Element)) return;
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden") return;
  const { left, top, width, height } = box(node);
  if (style.backgroundColor !== "rgba(0, 0, 0, 0)") {
    ink.fillStyle = style.backgroundColor;
    ink.fillRect(left, top, width, height);
  }
  if (node instanceof HTMLCanvasElement || node instanceof HTMLImageElement) {
    ink.globalAlpha = Number(style.opacity);
    ink.drawImage(node, left, top, width, height);
    ink.globalAlpha = 1;
  } else if (node instanceof SVGElement) paintLines(ink, node, style);
  for (const child of node.childNodes) paint(ink, child);
}

/** @param {CanvasRenderingContext2D} ink @param {SVGElement} shape @param {CSSStyleDeclaration} style */
function paintLines(ink, shape, style) {
  if (!(shape instanceof SVGGeometryElement)) return;
  const matrix = shape.getScreenCTM();
  if (!matrix) return;
  ink.save();
  ink.transform(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f);
  const d = shape.getAttribute("d");
  const path = new Path2D(d ?? "");
  if (shape instanceof SVGRectElement) {
    path.rect(
      shape.x.baseVal.value,
      shape.y.baseVal.value,
      shape.width.baseVal.value,
      shape.height.baseVal.value,
    );
  }
  if (style.fill !== "none") {
    ink.fillStyle = style.fill;
    ink.fill(path);
  }
  if (style.stroke !== "none") {
    ink.strokeStyle = style.stroke;
    ink.lineWidth = Number.parseFloat(style.strokeWidth);
    ink.stroke(path);
  }
  ink.restore();
}

/** @param {CanvasRenderingContext2D} ink @param {Text} text */
function paintText(ink, text) {
  const parent = text.parentElement;
  if (!parent || !text.data.trim()) return;
  const style = getComputedStyle(parent);
  const range = document.createRange();
  range.selectNodeContents(text);
  const laid = parent instanceof HTMLElement ? parent.offsetWidth : 0;
  const factor = laid ? box(parent).width / laid : scaleOf(stageOf(parent));
  ink.font = `${style.fontStyle} ${style.fontWeight} ${Number.parseFloat(style.fontSize) * factor}px ${style.fontFamily}`;
  ink.fillStyle = parent instanceof SVGElement ? style.fill : style.color;
  ink.textBaseline = "middle";
  for (const { words, left, middle } of linesOf(text, range)) ink.fillText(words, left, middle);
}

/** @param {Element} element @returns {HTMLElement} */
function stageOf(element) {
  return /** @type {HTMLElement} */ (element.closest("#stage"));
}

/** @param {HTMLElement} stage */
function scaleOf(stage) {
  return box(stage).width / stage.offsetWidth;
}

/** The words of a text line by line, as the browser has broken them. @param {Text} text @param {Range} range */
function linesOf(text, range) {
  /** @type {{words: string, left: number, middle: number}[]} */
  const lines = [];
  let start = 0;
  for (const letter of text.data) {
    range.setStart(text, start);
    range.setEnd(text, start + letter.length);
    start += letter.length;
    const { left, top, height, width } = range.getBoundingClientRect();
    if (!width) continue;
    const middle = top + height / 2;
    const line = lines.at(-1);
    if (line && Math.abs(line.middle - middle) < height / 2) line.words += letter;
    else lines.push({ words: letter, left, middle });
  }
  return lines;
}

/** @param {Element} element */
function box(element) {
  return element.getBoundingClientRect();
}
