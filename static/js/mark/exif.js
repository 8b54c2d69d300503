// What does a photo say of itself: when, where, which way, by which device? Read on the device, before it is shrunk.

/**
 * @typedef {object} Told
 * @property {string} [taken_at] ISO, without a zone when the camera has none
 * @property {number} [lon]
 * @property {number} [lat]
 * @property {number} [heading] degrees from north
 * @property {number} [accuracy_m]
 * @property {string} [device] make and model
 */

const HEADS = ["Exif\0\0", "eXIf", "EXIF"];
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
const LONGEST_TEXT = 200;
const MOST_TAGS = 400;
const [MAKE, MODEL, EXIF_IFD, GPS_IFD, TAKEN, OFFSET] = [271, 272, 34665, 34853, 36867, 36881];

/** Empty when it says nothing, or nonsense. @param {ArrayBuffer} content @returns {Told} */
export function readExif(content) {
  const bytes = new Uint8Array(content);
  for (const start of candidates(bytes)) {
    try {
      const told = new Tags(new DataView(content, start)).told();
      if (Object.keys(told).length) return told;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return {};
}

// JPEG and HEIC write "Exif" and two zeros before the tags, PNG a chunk eXIf, WebP a chunk EXIF with its length.
/** @param {Uint8Array} bytes @returns {Generator<number>} */
function* candidates(bytes) {
  for (let i = bytes.indexOf(0x78); i > 0; i = bytes.indexOf(0x78, i + 1)) yield* tiffAfter(bytes, i - 1);
  for (let i = bytes.indexOf(0x58); i > 0; i = bytes.indexOf(0x58, i + 1)) yield* tiffAfter(bytes, i - 1);
}

/** @param {Uint8Array} bytes @param {number} i @returns {Generator<number>} */
function* tiffAfter(bytes, i) {
  const head = HEADS.find((each) => textAt(bytes, i, each.length) === each);
  if (!head) return;
  for (const start of [i + head.length, i + 8, i + 14]) {
    const order = textAt(bytes, start, 4);
    if (order === "II*\0" || order === "MM\0*") yield start;
  }
}

/** @param {Uint8Array} bytes @param {number} start @param {number} length */
function textAt(bytes, start, length) {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}

class Tags {
  /** @param {DataView} view from the byte order mark on */
  constructor(view) {
    this.view = view;
    this.little = view.getUint8(0) === 0x49;
  }

  /** @returns {Told} */
  told() {
    const main = this.#directory(this.#u32(4));
    const details = this.#directory(main.get(EXIF_IFD)?.[0]);
    const gps = this.#directory(main.get(GPS_IFD)?.[0]);
    const lon = degrees(gps.get(4), gps.get(3), 180);
    const lat = degrees(gps.get(2), gps.get(1), 90);
    const placed = lon !== undefined && lat !== undefined && (lon !== 0 || lat !== 0);
    return withoutHoles({
      taken_at: moment(details.get(TAKEN)?.[0], details.get(OFFSET)?.[0]),
      ...(placed && { lon, lat }),
      heading: between(gps.get(17)?.[0], 0, 360),
      accuracy_m: placed ? between(gps.get(31)?.[0], 0.01, 10_000) : undefined,
      device: [main.get(MAKE)?.[0], main.get(MODEL)?.[0]].filter(Boolean).join(" ") || undefined,
    });
  }

  /** @param {number | string | undefined} start @returns {Map<number, (number | string)[]>} */
  #directory(start) {
    const found = new Map();
    if (typeof start !== "number" || start <= 0) return found;
    const count = Math.min(this.#u16(start), MOST_TAGS);
    for (let i = 0; i < count; i++) {
      const at = start + 2 + 12 * i;
      found.set(this.#u16(at), this.#values(at));
    }
    return found;
  }

  /** @param {number} at */
  #values(at) {
    const [sort, count] = [this.#u16(at + 2), this.#u32(at + 4)];
    const size = SIZES[sort] ?? 0;
    if (!size || count > LONGEST_TEXT) return [];
    const place = size * count > 4 ? this.#u32(at + 8) : at + 8;
    if (sort === 2) return [this.#text(place, count)];
    return Array.from({ length: Math.min(count, 4) }, (_, i) => this.#number(sort, place + size * i));
  }

  /** @param {number} place @param {number} count */
  #text(place, count) {
    const bytes = new Uint8Array(this.view.buffer, this.view.byteOffset + place, count);
    return new TextDecoder().decode(bytes).split("\0")[0].trim();
  }

  /** @param {number} sort @param {number} at */
  #number(sort, at) {
    if (sort === 3) return this.#u16(at);
    if (sort === 5) return this.#u32(at) / this.#u32(at + 4);
    if (sort === 10) return this.view.getInt32(at, this.little) / this.view.getInt32(at + 4, this.little);
    return sort === 4 ? this.#u32(at) : this.view.getUint8(at);
  }

  /** @param {number} at */
  #u16(at) {
    return this.view.getUint16(at, this.little);
  }

  /** @param {number} at */
  #u32(at) {
    return this.view.getUint32(at, this.little);
  }
}

/** @param {(number | string)[] | undefined} parts @param {(number | string)[] | undefined} side @param {number} most */
function degrees(parts, side, most) {
  if (parts?.length !== 3) return undefined;
  const [whole, minutes, seconds] = parts.map(Number);
  const value = between(whole + minutes / 60 + seconds / 3600, 0, most);
  if (value === undefined) return undefined;
  const round = Number(value.toFixed(8));
  return side?.[0] === "W" || side?.[0] === "S" ? -round : round;
}

/** @param {unknown} value @param {number} least @param {number} most */
function between(value, least, most) {
  return typeof value === "number" && value >= least && value <= most ? value : undefined;
}

/** @param {unknown} text @param {unknown} offset */
function moment(text, offset) {
  const found = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(String(text ?? ""));
  if (!found || found[1] === "0000") return undefined;
  const zone = /^[+-]\d\d:\d\d$/.test(String(offset ?? "")) ? offset : "";
  return `${found[1]}-${found[2]}-${found[3]}T${found[4]}${zone}`;
}

/** @param {Told} told @returns {Told} */
function withoutHoles(told) {
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}
