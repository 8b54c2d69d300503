// How does a picture get from the computer to the server? Dropped or chosen, and sent with its progress.
import { sendFile } from "app/api.js";
import { byId } from "app/dom.js";

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
  byId("sending").hidden = byId("sent").hidden = true;
}

/** @param {FileList | undefined | null} files */
function take(files) {
  const [file, another] = files ?? [];
  if (!file || button.disabled) return;
  if (another) return refuse("一次上传一个文件。");
  const most = Number(drop.dataset.most);
  if (file.size > most * 1024 * 1024)
    return refuse(`“${file.name}”超过 ${most} MB。请裁剪或降低分辨率后再上传。`);
  refuse("");
  send(file);
}

/** @param {File} file */
async function send(file) {
  const words = byId("sending");
  const bar = /** @type {HTMLProgressElement} */ (byId("sent"));
  button.disabled = true;
  words.hidden = bar.hidden = false;
  words.textContent = `正在上传 ${file.name}`;
  try {
    const address = `${drop.dataset.url}?name=${encodeURIComponent(file.name)}`;
    const { url } = await sendFile(address, file, csrf, (share) => {
      bar.value = share;
    });
    location.assign(url);
  } catch (error) {
    refuse(/** @type {Error} */ (error).message);
  }
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
