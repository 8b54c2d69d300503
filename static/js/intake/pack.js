// The parts of a shapefile belong together: how do they become one .zip before they are sent?

const PARTS = new Set(["shp", "shx", "dbf", "prj", "cpg", "sbn", "sbx", "qix", "qpj"]);
const UTF8_NAMES = 0x0800;
const SMALLEST = 0xedb88320;

const table = Uint32Array.from({ length: 256 }, (_, at) => {
  let value = at;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? SMALLEST ^ (value >>> 1) : value >>> 1;
  return value;
});

/** Files as they are to be sent: those of one shapefile as one. @param {File[]} files @returns {Promise<File[]>} */
export async function packed(files) {
  /** @type {Map<string, File[]>} */
  const groups = new Map();
  /** @type {File[]} */
  const whole = [];
  for (const file of files) {
    if (/\.shp\.xml$/i.test(file.name)) continue;
    const [, stem, ending] = /^(.*)\.([^.]+)$/.exec(file.name) ?? [];
    if (!stem || !PARTS.has(ending.toLowerCase())) whole.push(file);
    else groups.set(stem.toLowerCase(), [...(groups.get(stem.toLowerCase()) ?? []), file]);
  }
  for (const parts of groups.values()) {
    const shape = parts.find((file) => /\.shp$/i.test(file.name));
    if (!shape)
      throw new Error(`“${parts[0].name}”只是 Shapefile 的一部分。请连同同名的 .shp、.dbf 一起选择。`);
    whole.push(await zipped(parts, shape.name.replace(/\.shp$/i, ".zip")));
  }
  return whole;
}

/** @param {File[]} files @param {string} name @returns {Promise<File>} nothing is compressed: the intranet is fast */
async function zipped(files, name) {
  /** @type {BlobPart[]} */
  const bodies = [];
  /** @type {BlobPart[]} */
  const entries = [];
  let at = 0;
  let listed = 0;
  for (const file of files) {
    const content = new Uint8Array(await file.arrayBuffer());
    const title = new TextEncoder().encode(file.name);
    const facts = [
      20,
      UTF8_NAMES,
      0,
      0,
      0x21,
      checksum(content),
      content.length,
      content.length,
      title.length,
      0,
    ];
    const head = numbers([0x04034b50, ...facts], [4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2]);
    const entry = numbers(
      [0x02014b50, 20, ...facts, 0, 0, 0, 0, at],
      [4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4],
    );
    bodies.push(head, title, content);
    entries.push(entry, title);
    at += head.length + title.length + content.length;
    listed += entry.length + title.length;
  }
  const end = numbers(
    [0x06054b50, 0, 0, files.length, files.length, listed, at, 0],
    [4, 2, 2, 2, 2, 4, 4, 2],
  );
  return new File([...bodies, ...entries, end], name);
}

/** Little endian. @param {number[]} values @param {number[]} widths */
function numbers(values, widths) {
  const bytes = new Uint8Array(widths.reduce((sum, width) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [place, width] of widths.entries()) {
    if (width === 4) view.setUint32(at, values[place], true);
    else view.setUint16(at, values[place], true);
    at += width;
  }
  return bytes;
}

/** @param {Uint8Array} content */
function checksum(content) {
  let sum = 0xffffffff;
  for (const byte of content) sum = table[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
