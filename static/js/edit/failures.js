// What went wrong with a save, and what can be done about it?
import { html } from "app/dom.js";

const SIGNED_OUT = "登录已过期。内容都还在：请在新标签页登录，回到这里再保存。";
const LOST = "连不上服务器，没有保存。内容已留作草稿，网络恢复后再点保存。";

/**
 * One failure in words, with the way out.
 * @param {{message: string, status: number}} error
 * @param {{again: () => void, signIn: string}} ways
 */
export function failureOf({ message, status }, { again, signIn }) {
  const retry = html`<button class="button" type="button" @click=${again}>再保存一次</button>`;
  const login = html`<a class="button first" href="${signIn}" target="_blank" rel="noopener">打开登录页</a>`;
  const words = status === 401 ? SIGNED_OUT : status === 0 ? LOST : message;
  const ways = status === 401 ? [login, retry] : status === 0 || status >= 500 ? [retry] : [];
  return html`<div class="save-failure" role="alert"><p>${words}</p>${ways.length > 0 && html`<p class="ways">${ways}</p>`}</div>`;
}
