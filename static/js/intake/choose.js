// How does a file get from the computer to the server? Dropped or chosen, and sent with its progress.
import { sendFile } from "app/api.js";
import { byId } from "app/dom.js";
import { packed } from "app/intake/pack.js";

const drop = byId("drop");
const input = /** @type {HTMLInputElement} */ (byId("file"));
const button = /** @type {HTMLButtonElement} */ (byId("choose"));
const csrf = JSON.parse(byId("csrf").textContent ?? '""');

/** @param {string} sentence */
function refuse(sentence) {
  const place = byId("trouble");
  place.textContent = sentence;
  place.hidden = !sentence;
  button.disabled = false;
  byId("sending").hidden = true;
  byId("sent").hidden = true;
}

/** @param {FileList | undefined | null} chosen */
async function take(chosen) {
  const files = [...(chosen ?? [])];
  if (!files.length || button.disabled) return;
  const most = Number(drop.dataset.most);
  const large = files.find((file) => file.size > most * 1024 * 1024);
  if (large) return refuse(`“${large.name}”超过 ${most} MB。请拆分后分别导入。`);
  refuse("");
  button.disabled = true;
  try {
    const whole = await packed(files);
    if ("single" in drop.dataset && whole.length > 1) return refuse("一次分析一个文件。请只选一个。");
    let url = "";
    for (const [at, file] of whole.entries()) {
      url = await send(file, whole.length > 1 ? `（${at + 1}/${whole.length}）` : "");
    }
    // Several files go their own ways: the list shows how far each is.
    location.assign(whole.length > 1 ? (drop.dataset.url ?? "") : url);
  } catch (error) {
    refuse(/** @type {Error} */ (error).message);
  }
}

/** @param {File} file @param {string} which @returns {Promise<string>} where its import goes on */
async function send(file, which) {
  const words = byId("sending");
  const bar = /** @type {HTMLProgressElement} */ (byId("sent"));
  words.hidden = bar.hidden = false;
  words.textContent = `正在上传 ${file.name}${which}`;
  const address = `${drop.dataset.url}?name=${encodeURIComponent(file.name)}`;
  const { url } = await sendFile(address, file, csrf, (share) => {
    bar.value = share;
  });
  return url;
}

button.addEventListener("click", () => input.click());
input.addEventListener("change", () => {
  take(input.files);
  input.value = "";
});
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
  take(event.dataTransfer?.files);
});
