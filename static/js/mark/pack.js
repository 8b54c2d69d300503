// How does what waits on a phone reach a PC without a network between them? As one file, with the same uids.

/** @typedef {import("app/mark/queue.js").Mark} Mark @typedef {import("app/mark/queue.js").Photo} Photo */
/** @typedef {{mark: Mark, photos: Photo[]}} Packed */

const FORMAT = "webmap-marks";
const EDITION = 1;
const WRONG = "这个文件不是待传包。请选择手机上“导出待传包”得到的 .json 文件。";

/** @param {Packed[]} packed @returns {Promise<Blob>} */
export async function pack(packed) {
  const marks = await Promise.all(packed.map(written));
  return new Blob([JSON.stringify({ format: FORMAT, edition: EDITION, marks })], {
    type: "application/json",
  });
}

/** What it is called. @param {Date} now */
export function packName(now) {
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `待传包-${day}-${two(now.getHours())}${two(now.getMinutes())}.json`;
}

/** @param {string} text @returns {Promise<Packed[]>} */
export async function unpack(text) {
  const told = parsed(text);
  if (told?.format !== FORMAT || told.edition !== EDITION || !Array.isArray(told.marks))
    throw new Error(WRONG);
  return Promise.all(told.marks.map(read));
}

/** @param {Packed} packed */
async function written({ mark, photos }) {
  const { thumb, ...facts } = mark;
  const files = await Promise.all(
    photos.map(async ({ uid, facts, blob }) => ({ uid, facts, data: await asUrl(blob) })),
  );
  return { ...facts, thumb: thumb ? await asUrl(thumb) : null, files };
}

/** @param {any} told @returns {Promise<Packed>} */
async function read(told) {
  const { files, thumb, ...facts } = told;
  if (typeof facts.uid !== "string" || !Array.isArray(files)) throw new Error(WRONG);
  const photos = files.map(({ uid, facts: said, data }) => ({
    uid: String(uid),
    mark: facts.uid,
    facts: said,
    blob: asBlob(data),
    error: "",
  }));
  const mark = {
    ...facts,
    thumb: thumb ? asBlob(thumb) : null,
    state: "waiting",
    error: "",
    tries: 0,
    next_at: 0,
  };
  return { mark, photos };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(WRONG);
  }
}

/** @param {Blob} blob @returns {Promise<string>} */
function asUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** @param {unknown} url */
function asBlob(url) {
  const found = /^data:(image\/[\w.+-]+|application\/octet-stream);base64,([\w+/=]*)$/.exec(String(url));
  if (!found) throw new Error(WRONG);
  const text = atob(found[2]);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Blob([bytes], { type: found[1] });
}
