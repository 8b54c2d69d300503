// Can this browser draw the map? Fills the last rows of the page 自检.
import { byId, fill, html } from "app/dom.js";

/** @typedef {{title: string, good: boolean, words: string}} Finding */

/** @param {string} kind */
function draws(kind) {
  try {
    return Boolean(document.createElement("canvas").getContext(kind));
  } catch {
    return false;
  }
}

/** @returns {Finding[]} */
function findings() {
  const [gl, flat] = [draws("webgl2"), draws("2d")];
  return [
    {
      title: "浏览器画图",
      good: gl || flat,
      words: gl
        ? "WebGL2 可用"
        : flat
          ? "没有 WebGL2，Canvas 可用"
          : "WebGL2 与 Canvas 都不可用，请更新浏览器",
    },
    {
      title: "浏览器",
      good: true,
      words: `${navigator.userAgent} · ${screen.width}×${screen.height} · ${window.devicePixelRatio} 倍`,
    },
    {
      title: "复制到剪贴板",
      good: true,
      words: navigator.clipboard ? "可用" : "此网址不是 HTTPS，复制链接时会显示文字供手工复制",
    },
  ];
}

/** @param {Finding} finding */
function row({ title, good, words }) {
  return html`<tr data-state="${good ? "good" : "bad"}"><th scope="row">${title}</th><td>${good ? "正常" : "有问题"}</td><td>${words}</td></tr>`;
}

fill(byId("browser_check"), findings().map(row));
