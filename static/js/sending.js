// How does a file get from the computer to the server? Dropped or chosen, and sent with its progress.
import { sendFile } from "app/api.js";
import { byId } from "app/dom.js";

const input = /** @type {HTMLInputElement} */ (byId("file"));
const button = /** @type {HTMLButtonElement} */ (byId("choose"));
const csrf = JSON.parse(byId("csrf").textContent ?? '""');

/** What the page says about the files that it takes: most (MB), url, single. */
export const drop = byId("drop");

/** @param {string} sentence empty: what was said before is over */
export function refuse(sentence) {
  const place = byId("trouble");
  place.textContent = sentence;
  place.hidden = !sentence;
  button.disabled = false;
  byId("sending").hidden = byId("sent").hidden = true;
}

/** @param {File} file @param {{which?: string, group?: string}} [more] which of several, and what they have in common @returns {Promise<string>} where it goes on */
export async function send(file, { which = "", group } = {}) {
  const words = byId("sending");
  const bar = /** @type {HTMLProgressElement} */ (byId("sent"));
  words.hidden = bar.hidden = false;
  words.textContent = `正在上传 ${file.name}${which}`;
  const address = `${drop.dataset.url}?${new URLSearchParams({ name: file.name, ...(group && { group }) })}`;
  const { url } = await sendFile(address, file, csrf, (share) => {
    bar.value = share;
  });
  return url;
}

/** @param {(files: File[]) => Promise<unknown>} take what is dropped or chosen; one thing at a time */
export function attendFiles(take) {
  /** @param {FileList | undefined | null} chosen */
  const begin = async (chosen) => {
    const files = [...(chosen ?? [])];
    if (!files.length || button.disabled) return;
    refuse("");
    button.disabled = true;
    try {
      await take(files);
    } catch (error) {
      refuse(/** @type {Error} */ (error).message);
    }
  };
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    begin(input.files);
    input.value = "";
  });
  attendDrops(begin);
}

/** @param {(files: FileList | undefined) => unknown} begin */
function attendDrops(begin) {
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    begin(event.dataTransfer?.files);
  });
}
