// Who answers where there is no server? The file itself: everything that was asked is in it, by address.

const SCHEME = "carried";
const LENGTH_BYTES = 4;
const MISSING = "这份离线文件里没有这项内容。联网打开系统可以看到全部数据。";

/** @typedef {Record<string, [start: number, length: number, type: string]>} Contents */

/** The answers of a pack, and what stands in for the network. */
export class Carried {
  /** @param {Uint8Array<ArrayBuffer>} bytes length of the contents, the contents as JSON, then one answer after the other */
  constructor(bytes) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    const start = LENGTH_BYTES + length;
    /** @type {Contents} */
    this.contents = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, start)));
    this.answers = bytes.subarray(start);
  }

  /** @param {string} address @returns {Uint8Array<ArrayBuffer> | null} */
  bytesOf(address) {
    const found = this.contents[addressOf(address)];
    return found ? this.answers.slice(found[0], found[0] + found[1]) : null;
  }

  /** As fetch answers. @param {string} address @returns {Response} */
  answer(address) {
    const bytes = this.bytesOf(address);
    const isTile = addressOf(address).endsWith(".mvt");
    if (bytes) {
      const [, , type] = this.contents[addressOf(address)];
      return new Response(bytes, { headers: { "Content-Type": type } });
    }
    // A square in which there is nothing was not written down.
    if (isTile) return new Response(new Blob([]));
    const body = JSON.stringify({ ok: false, error: MISSING, status: 404 });
    return new Response(body, { status: 404, headers: { "Content-Type": "application/json" } });
  }
}

/** Reads what the page carries and puts it in the place of the network. @param {HTMLElement} holder packed, in base64 @returns {Promise<Carried>} */
export async function openCarried(holder) {
  const packed = Uint8Array.from(atob((holder.textContent ?? "").trim()), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const carried = new Carried(new Uint8Array(await new Response(stream).arrayBuffer()));
  holder.remove();
  globalThis.fetch = async (asked) => carried.answer(asked instanceof Request ? asked.url : String(asked));
  maplibregl.addProtocol(SCHEME, async ({ url, type }) => {
    const answer = carried.answer(url);
    if (!answer.ok) throw new Error(MISSING);
    return { data: type === "json" ? await answer.json() : await answer.arrayBuffer() };
  });
  return carried;
}

/** What the contents call it: without what differs only in writing. @param {string} address */
function addressOf(address) {
  const [place, query = ""] = address.replace(/^carried:\/*/, "").split("?");
  const pairs = [...new URLSearchParams(query)].map((pair) => pair.map(encoded).join("=")).sort();
  return pairs.length ? `${place}?${pairs.join("&")}` : place;
}

// As Python's quote(…, safe="") writes it.
/** @param {string} text */
function encoded(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
