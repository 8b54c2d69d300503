// The only file that talks to the server.

/** A failure in the server's own words. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status @param {string} [reference] */
  constructor(message, status, reference) {
    super(message);
    this.status = status;
    this.reference = reference;
  }
}

/** Emits "busy" {waiting}: how many answers are still under way. */
export class Server extends EventTarget {
  #waiting = 0;

  /** @param {Api.Urls} urls */
  constructor(urls) {
    super();
    this.urls = urls;
  }

  /** @returns {Promise<Api.Catalogue>} */
  layers() {
    return this.#get(this.urls.layers);
  }

  /** @returns {Promise<Api.Style>} */
  style() {
    return this.#get(this.urls.style);
  }

  /** @returns {Promise<{bases: Api.Base[]}>} */
  bases() {
    return this.#get(this.urls.bases, {}, undefined, true);
  }

  // The shift changes by centimetres within the place that is asked for, so that answers can be kept.
  /** @param {{lon: number, lat: number}} place @returns {Promise<{lon: number, lat: number}>} */
  shift({ lon, lat }) {
    return this.#get(this.urls.shift, { lon: lon.toFixed(3), lat: lat.toFixed(3) }, undefined, true);
  }

  /** @param {string | number} ref uid, or the number that tiles carry @param {AbortSignal} [signal] @returns {Promise<Api.Feature>} */
  feature(ref, signal) {
    return this.#get(this.urls.feature + encodeURIComponent(ref), {}, signal);
  }

  /** @param {string} words @param {AbortSignal} [signal] @returns {Promise<{results: Api.Hit[]}>} */
  search(words, signal) {
    return this.#get(this.urls.search, { q: words }, signal);
  }

  /** @param {{lon: number, lat: number}} place @param {number} tolerance degrees @param {AbortSignal} [signal] @returns {Promise<Api.At>} */
  at(place, tolerance, signal) {
    const { lon, lat } = rounded(place);
    return this.#get(this.urls.at, { lon, lat, tolerance: tolerance.toPrecision(3) }, signal);
  }

  /** @param {{lon: number, lat: number}} place @param {AbortSignal} [signal] @returns {Promise<Api.Position>} */
  async position(place, signal) {
    const query = { ...rounded(place), position_only: "1" };
    return (await this.#get(this.urls.at, query, signal, true)).position;
  }

  /**
   * @param {string} layer
   * @param {{bbox?: Api.Bounds, limit: number, offset: number, sort?: string, desc?: boolean}} wanted
   * @param {AbortSignal} [signal]
   * @returns {Promise<Api.Rows>}
   */
  rows(layer, wanted, signal) {
    const query = {
      bbox: wanted.bbox?.map((degree) => degree.toFixed(6)).join(","),
      limit: String(wanted.limit),
      offset: String(wanted.offset),
      sort: wanted.sort,
      desc: wanted.desc ? "1" : undefined,
    };
    return this.#get(`${this.urls.rows}${encodeURIComponent(layer)}/features`, query, signal);
  }

  /**
   * @param {string} url
   * @param {Record<string, string | undefined>} [query]
   * @param {AbortSignal} [signal]
   * @param {boolean} [quiet] do not count as loading
   */
  async #get(url, query = {}, signal, quiet = false) {
    this.#count(quiet ? 0 : 1);
    try {
      return await answered(await asked(url + written(query), signal));
    } finally {
      this.#count(quiet ? 0 : -1);
    }
  }

  /** @param {number} change */
  #count(change) {
    if (!change) return;
    this.#waiting += change;
    this.dispatchEvent(new CustomEvent("busy", { detail: { waiting: this.#waiting } }));
  }
}

/** What lies at an address that the server itself has told. @param {string} url @returns {Promise<any>} */
export async function readJson(url) {
  return answered(await asked(url));
}

/** @param {string} url @param {AbortSignal} [signal] */
async function asked(url, signal) {
  try {
    return await fetch(url, { headers: { Accept: "application/json" }, signal });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError("连不上服务器。请检查网络或联系管理员，然后重试。", 0);
  }
}

/** @param {Response} response */
async function answered(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const sentence = body?.error ?? `服务器的回答读不懂（状态 ${response.status}）。请稍后重试。`;
  throw new ApiError(sentence, response.status, body?.reference);
}

/** @param {Record<string, string | undefined>} query */
function written(query) {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (!pairs.length) return "";
  return `?${new URLSearchParams(/** @type {[string, string][]} */ (pairs))}`;
}

/** @param {{lon: number, lat: number}} place */
function rounded({ lon, lat }) {
  return { lon: lon.toFixed(7), lat: lat.toFixed(7) };
}

/** An answer that a newer question has overtaken is no failure. @param {unknown} error */
export function overtaken(error) {
  return error instanceof DOMException && error.name === "AbortError";
}
