// How does this view leave the screen? As a link, as coordinates, as a picture.
import { fill, html } from "app/dom.js";

/**
 * Copies text, or shows it selected where the browser forbids copying (plain http).
 * @param {string} text
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<boolean>} copied?
 */
export async function copyText(text, dialog) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    showSelected(text, dialog);
    return false;
  }
}

/** @param {string} text @param {HTMLDialogElement} dialog */
function showSelected(text, dialog) {
  const field = /** @type {HTMLInputElement} */ (
    html`<input type="text" readonly aria-label="要复制的内容" value="${text}">`
  );
  fill(
    dialog,
    html`<form method="dialog" novalidate>
      <h2 id="link_title">按 Ctrl+C 复制</h2>
      <p class="quiet">浏览器只在 https 或本机地址下允许自动复制，内容已为您选中。</p>
      ${field}
      <div class="buttons"><button class="button first">完成</button></div>
    </form>`,
  );
  dialog.showModal();
  field.select();
}

/**
 * @param {Promise<Blob>} picture
 * @returns {Promise<"copied" | "saved">}
 */
export async function copyPicture(picture) {
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    return "copied";
  } catch {
    save(await picture, `全域一张图-${dayStamp(new Date())}.png`);
    return "saved";
  }
}

/** The browser keeps it under this name. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = /** @type {HTMLAnchorElement} */ (html`<a href="${url}" download="${name}"></a>`);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** 20260115 @param {Date} day */
function dayStamp(day) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}${two(day.getMonth() + 1)}${two(day.getDate())}`;
}
