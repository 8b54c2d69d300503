// The only file that talks to the server.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

/** A failure in the server's own words. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status @param {string} [reference] @param {any} [details] what helps a program, as the server put it */
  constructor(message, status, reference, details = {}) {
    super(message);
    this.status = status;
    this.reference = reference;
    this.details = details;
  }
}

/** Emits "busy" {waiting}: how many answers are still under way. */
export class Server extends EventTarget {
  #waiting = 0;
  /** A past day on which the map is seen, or null for now. @type {string | null} */
  at_day = null;

  /** @param {Api.Urls} urls @param {string} [csrf] what proves that a change comes from our page */
  constructor(urls, csrf = "") {
    super();
    this.urls = urls;
    this.csrf = csrf;
  }

  /** @param {boolean} [quiet] @returns {Promise<Api.Catalogue>} */
  async layers(quiet = false) {
    const catalogue = await this.#get(this.urls.layers, this.#day, undefined, quiet);
    return { ...catalogue, tiles: onDay(catalogue.tiles, this.at_day) };
  }

  /** @returns {Promise<Api.Style>} */
  style() {
    return this.#get(this.urls.style);
  }

  /** @returns {Promise<{bases: Api.Base[]}>} */
  bases() {
    return this.#get(this.urls.bases, {}, undefined, true);
  }

  /** A comparison of the road network before and after. @param {string} uid @returns {Promise<Api.Travel>} */
  travel(uid) {
    return this.#get(`${this.urls.api}travel/${encodeURIComponent(uid)}`);
  }

  /** What an import would change. @param {string} uid @returns {Promise<Api.Differences>} */
  differences(uid) {
    return this.#get(`${this.urls.page}intake/${encodeURIComponent(uid)}/differences.json`);
  }

  /** Those that may be laid over the map. @returns {Promise<{drawings: Api.Drawing[]}>} */
  drawings() {
    return this.#get(`${this.urls.api}drawings`, {}, undefined, true);
  }

  // The shift changes by centimetres within the place that is asked for, so that answers can be kept.
  /** @param {{lon: number, lat: number}} place @returns {Promise<{lon: number, lat: number}>} */
  shift({ lon, lat }) {
    return this.#get(this.urls.shift, { lon: lon.toFixed(3), lat: lat.toFixed(3) }, undefined, true);
  }

  /** @param {string | number} ref uid, or the number that tiles carry @param {AbortSignal} [signal] @returns {Promise<Api.Feature>} */
  feature(ref, signal) {
    return this.#get(this.#ref(ref), this.#day, signal);
  }

  /** What the form of a layer asks for. @param {string} layer @returns {Promise<Api.LayerForm>} */
  form(layer) {
    return this.#get(`${this.#layer(layer)}/form`);
  }

  /** @param {string} layer @param {Api.Bounds} bbox @param {number} limit @returns {Promise<Api.Rows>} */
  around(layer, bbox, limit) {
    const query = { bbox: bbox.map((degree) => degree.toFixed(6)).join(","), limit: String(limit) };
    return this.#get(`${this.#layer(layer)}/features`, query, undefined, true);
  }

  /** @param {string} layer @param {Api.NewFeature} feature @returns {Promise<Api.Feature>} */
  create(layer, feature) {
    return this.#send("POST", `${this.#layer(layer)}/features`, { type: "Feature", ...feature });
  }

  /** Only what is given changes; null empties a field. @param {string} ref @param {number} version that it started from @param {Api.Change} change @returns {Promise<Api.Feature>} */
  change(ref, version, change) {
    return this.#send("PATCH", this.#ref(ref), change, version);
  }

  /** @param {string} ref @param {number} version @returns {Promise<{act: number}>} */
  remove(ref, version) {
    return this.#send("DELETE", this.#ref(ref), undefined, version);
  }

  /** @param {string} ref @returns {Promise<Api.Feature>} */
  duplicate(ref) {
    return this.#send("POST", `${this.#ref(ref)}/duplicate`, {});
  }

  /** @param {string} ref @param {number} version @param {GeoJSON.LineString} line @returns {Promise<any>} */
  split(ref, version, line) {
    return this.#send("POST", `${this.#ref(ref)}/split`, { line }, version);
  }

  /** @param {string} layer @param {string[]} uids @param {string} keep whose values stay @returns {Promise<any>} */
  merge(layer, uids, keep) {
    return this.#send("POST", `${this.#layer(layer)}/merge`, { uids, keep });
  }

  /**
   * One change for many, or with `preview` only how many it would change.
   * @param {string} layer
   * @param {{uids: string[]} | {bbox: string, f?: string}} chosen f: only what passes this filter
   * @param {{properties: Record<string, unknown>, preview?: true, expected?: number}} how
   * @returns {Promise<{act: number | null, changed: number, of: number}>}
   */
  changeMany(layer, chosen, how) {
    return this.#send("POST", `${this.#layer(layer)}/change`, { ...chosen, ...how });
  }

  /** What lies under features, a layer or a drawn shape? @param {{uids?: string[], layer?: string, geometry?: GeoJSON.Geometry, name?: string, buffer_m?: number}} asked @returns {Promise<{url: string}>} where the answer stands, or will */
  conflict(asked) {
    return this.#send("POST", `${this.urls.api}conflict`, asked);
  }

  /** A kept ranking of land. @param {string} uid @returns {Promise<Api.Siting>} */
  siting(uid) {
    return this.#get(`${this.urls.api}siting/${encodeURIComponent(uid)}`);
  }

  /** Hold a parcel for a project. @param {string} ref @param {number} version @param {{project: string, unit: string, until: string}} wanted @returns {Promise<Api.Feature>} */
  hold(ref, version, wanted) {
    return this.#send("POST", `${this.#ref(ref)}/hold`, wanted, version);
  }

  /** @param {string} ref @param {number} version @returns {Promise<Api.Feature>} */
  release(ref, version) {
    return this.#send("DELETE", `${this.#ref(ref)}/hold`, undefined, version);
  }

  /** Tie a record to another: by its uid, or by a name or number. @param {string} ref @param {{sort: string, uid?: string, words?: string}} wanted @returns {Promise<Api.Feature>} */
  tie(ref, wanted) {
    return this.#send("POST", `${this.#ref(ref)}/links`, wanted);
  }

  /** @param {string} ref @param {string} sort @param {string} text the reference as the card tells it @returns {Promise<Api.Feature>} */
  untie(ref, sort, text) {
    return this.#send("DELETE", `${this.#ref(ref)}/links/${sort}${written({ ref: text })}`, undefined);
  }

  /** @param {string} ref @param {string} sort @param {string[]} refs @returns {Promise<Api.Feature>} */
  orderTies(ref, sort, refs) {
    return this.#send("PUT", `${this.#ref(ref)}/links/${sort}`, { refs });
  }

  /** @param {string} ref @returns {Promise<Api.History>} */
  history(ref) {
    return this.#get(`${this.#ref(ref)}/history`);
  }

  /** @param {number} act @param {{reason?: string, despite?: "rest" | "all"}} how @returns {Promise<any>} */
  undo(act, how) {
    return this.#send("POST", `${this.urls.api}acts/${act}/undo`, how);
  }

  /** @param {string} ref @returns {Promise<any>} */
  restore(ref) {
    return this.#send("POST", `${this.#ref(ref)}/restore`, {});
  }

  /** What was taken off the map. @returns {Promise<{features: any[]}>} */
  deleted() {
    return this.#get(`${this.urls.api}deleted`);
  }

  /** @returns {Promise<Api.InTray>} */
  review() {
    return this.#get(`${this.urls.api}review`, {}, undefined, true);
  }

  /** @param {string} ref @param {{decision: "approve" | "return" | "merge", reason?: string, into?: string}} decision @returns {Promise<any>} with `act` when the map changed */
  decide(ref, decision) {
    return this.#send("POST", `${this.#ref(ref)}/review`, decision);
  }

  /** What needs somebody today. @returns {Promise<Api.Today>} */
  today() {
    return this.#get(`${this.urls.api}today`, {}, undefined, true);
  }

  /** @param {string} ref @returns {Promise<Api.Attachments>} */
  attachments(ref) {
    return this.#get(`${this.#ref(ref)}/attachments`, {}, undefined, true);
  }

  /** Files with what is known of each, in the same order. @param {string} ref @param {Api.Sent[]} sent @returns {Promise<Api.Attachments>} */
  async attach(ref, sent) {
    const body = new FormData();
    body.append("facts", JSON.stringify(sent.map(({ facts }) => facts)));
    for (const { blob, facts } of sent) body.append("file", blob, facts.name || "photo.jpg");
    const headers = { Accept: "application/json", "X-CSRF-Token": this.csrf };
    return answered(await asked(`${this.#ref(ref)}/attachments`, { method: "POST", headers, body }));
  }

  /** Photos that may be put beside a scene. @param {string} q @returns {Promise<{photos: import("app/briefing/photo_picker.js").Photo[]}>} */
  photos(q) {
    return this.#get(`${this.urls.api}photos`, { q });
  }

  /** @param {string} uid @param {{role: string | null}} change @returns {Promise<Api.Attachments>} */
  changeAttachment(uid, change) {
    return this.#send("PATCH", this.#attachment(uid), change);
  }

  /** What is left, and the act that can be taken back. @param {string} uid @returns {Promise<Api.Attachments & {act: number}>} */
  removeAttachment(uid) {
    return this.#send("DELETE", this.#attachment(uid), undefined);
  }

  /** Formats, profiles and zones of what may be exported. @returns {Promise<Api.ExportChoices>} */
  exportChoices() {
    return this.#get(`${this.urls.api}exports`);
  }

  /** @param {Api.ExportWanted} wanted @returns {Promise<Api.Export>} */
  startExport(wanted) {
    return this.#send("POST", `${this.urls.api}exports`, wanted);
  }

  /** @param {number} number @returns {Promise<Api.Export>} */
  exportState(number) {
    return this.#get(`${this.urls.api}exports/${number}`, {}, undefined, true);
  }

  /** @param {number} number @returns {Promise<Api.Export>} */
  cancelExport(number) {
    return this.#send("POST", `${this.urls.api}exports/${number}/cancel`, {});
  }

  /** @returns {Promise<Api.PrintChoices>} */
  printChoices() {
    return this.#get(`${this.urls.api}prints`);
  }

  /** @param {Api.PrintWanted} wanted @returns {Promise<Api.Print>} */
  startPrint(wanted) {
    return this.#send("POST", `${this.urls.api}prints`, wanted);
  }

  /** @param {number} number @returns {Promise<Api.Print>} */
  printState(number) {
    return this.#get(`${this.urls.api}prints/${number}`, {}, undefined, true);
  }

  /** @param {number} number @returns {Promise<Api.Print>} */
  cancelPrint(number) {
    return this.#send("POST", `${this.urls.api}prints/${number}/cancel`, {});
  }

  /** @param {string} uid */
  #attachment(uid) {
    return `${this.urls.attachments ?? `${this.urls.api}attachments/`}${encodeURIComponent(uid)}`;
  }

  /** Who is asking, and what he may mark; the word for writes comes with it. @returns {Promise<Api.Marking>} */
  async marking() {
    const told = await this.#get(this.urls.state ?? "", {}, undefined, true);
    this.csrf = told.csrf;
    return told;
  }

  /** @returns {Promise<{lines: Api.OutlineLine[]}>} */
  outline() {
    return this.#get(this.urls.outline ?? "", {}, undefined, true);
  }

  /** What became of the own marks. @returns {Promise<{marks: Api.OwnMark[]}>} */
  ownMarks() {
    return this.#get(this.urls.mine ?? "", {}, undefined, true);
  }

  /** Who is signed in now? A page that was open while somebody signed in again learns its new word here. @returns {Promise<Api.Account | null>} */
  async account() {
    const { account, csrf } = await this.#get(`${this.urls.api}account`, {}, undefined, true);
    this.csrf = csrf;
    return account;
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
   * A page of rows without shapes; totals: also what all of them add up to.
   * @param {string} layer
   * @param {LedgerWanted & {limit: number, offset: number, totals?: boolean}} wanted
   * @param {AbortSignal} [signal]
   * @returns {Promise<Api.Ledger>}
   */
  ledger(layer, wanted, signal) {
    const query = {
      ...ledgerQuery(wanted),
      limit: String(wanted.limit),
      offset: String(wanted.offset),
      totals: wanted.totals ? "1" : undefined,
      ...this.#day,
    };
    return this.#get(`${this.#layer(layer)}/rows`, query, signal);
  }

  /** How many rows stand before this one; null: it is none of them. @param {string} layer @param {LedgerWanted} wanted @param {string} uid @returns {Promise<{at: number | null}>} */
  placeInLedger(layer, wanted, uid) {
    const query = { ...ledgerQuery(wanted), ...this.#day };
    return this.#get(`${this.#layer(layer)}/rows/${encodeURIComponent(uid)}`, query, undefined, true);
  }

  /** The same rows with these columns as a workbook. @param {string} table address of the tables @param {string} layer @param {LedgerWanted & {columns: string[]}} wanted */
  saveLedger(table, layer, wanted) {
    const query = { ...ledgerQuery(wanted), cols: wanted.columns.join(","), ...this.#day };
    saveFrom(`${table}${encodeURIComponent(layer)}.xlsx${written(query)}`, "");
  }

  /** Shapes of some features of a layer. @param {string} layer @param {string[]} uids @param {AbortSignal} [signal] @returns {Promise<{shapes: {id: string, geometry: GeoJSON.Geometry}[]}>} */
  shapes(layer, uids, signal) {
    return this.#get(`${this.#layer(layer)}/shapes`, { uids: uids.join(",") }, signal, true);
  }

  /** By what a layer can be filtered. @param {string} layer @returns {Promise<Api.Facets>} */
  facets(layer) {
    return this.#get(`${this.#layer(layer)}/facets`, this.#day);
  }

  /** What a filter says, and how the map draws it. @param {string} layer @param {string} f @param {AbortSignal} [signal] @param {boolean} [quiet] @returns {Promise<Api.Filtered>} */
  filter(layer, f, signal, quiet = false) {
    return this.#get(`${this.#layer(layer)}/filter`, { f, ...this.#day }, signal, quiet);
  }

  /** 问一问. @param {string} q @param {AbortSignal} [signal] @returns {Promise<Api.Answer>} */
  ask(q, signal) {
    return this.#get(`${this.urls.api}ask`, { q }, signal);
  }

  /** What can be asked, and what goes on from what was typed. @param {string} q @param {AbortSignal} [signal] @returns {Promise<Api.Questions>} */
  questions(q, signal) {
    return this.#get(`${this.urls.api}ask/questions`, { q }, signal, true);
  }

  /** The same as it was on a day; null is now. @param {string} layer @param {string} f @param {string | null} day @returns {Promise<Api.Filtered>} */
  filterOn(layer, f, day) {
    return this.#get(`${this.#layer(layer)}/filter`, { f, at: day ?? undefined }, undefined, true);
  }

  /** A briefing as it is shown today, to whoever looks. @returns {Promise<import("app/briefing/told.d.ts").Told>} */
  play() {
    return this.#get(`${this.urls.briefing}/play`, {}, undefined, true);
  }

  /** A poster of one scene. @param {number} scene from 1 @returns {Promise<Api.Progress & {ask: string, file: string}>} */
  makePoster(scene) {
    return this.#send("POST", `${this.urls.briefing}/posters`, { scene });
  }

  /** How far long work is. @param {string} url as the server gave it @returns {Promise<Api.Progress>} */
  progress(url) {
    return this.#get(url, {}, undefined, true);
  }

  /** What briefings there are. @returns {Promise<Api.Briefings>} */
  briefings() {
    return this.#get(`${this.urls.api}briefings`, {}, undefined, true);
  }

  /** @param {{title: string, templates?: string[], visibility?: string}} wanted @returns {Promise<Api.BriefingHead>} */
  makeBriefing(wanted) {
    return this.#send("POST", `${this.urls.api}briefings`, wanted);
  }

  /** One more scene at its end. @param {string} slug @param {Record<string, unknown>} scene @returns {Promise<Api.BriefingHead & {scenes: unknown[]}>} */
  addScene(slug, scene) {
    return this.#send("POST", `${this.#briefing(slug)}/scenes`, scene);
  }

  /** As it is edited, or as it was. @param {string} slug @param {number} [version] @returns {Promise<import("app/briefing/told.d.ts").Edited>} */
  briefing(slug, version) {
    return this.#get(this.#briefing(slug), { version: version === undefined ? undefined : String(version) });
  }

  /** @param {string} slug @param {number} version that it started from @param {{title?: string, visibility?: string, scenes?: unknown[]}} change @returns {Promise<import("app/briefing/told.d.ts").Edited>} */
  saveBriefing(slug, version, change) {
    return this.#send("PUT", this.#briefing(slug), change, version);
  }

  /** The versions that one can go back to. @param {string} slug @returns {Promise<{versions: {version: number, title: string, who: string, at: string, count: number}[]}>} */
  briefingHistory(slug) {
    return this.#get(`${this.#briefing(slug)}/history`);
  }

  /** @param {string} slug @param {number} back to this version @param {number} version that stands now @returns {Promise<import("app/briefing/told.d.ts").Edited>} */
  restoreBriefing(slug, back, version) {
    return this.#send("POST", `${this.#briefing(slug)}/restore`, { version: back }, version);
  }

  /** @param {string} slug @param {"duplicate" | "undelete"} act @returns {Promise<Api.BriefingHead>} */
  actOnBriefing(slug, act) {
    return this.#send("POST", `${this.#briefing(slug)}/${act}`, {});
  }

  /** @param {string} slug @returns {Promise<{undo: string}>} */
  removeBriefing(slug) {
    return this.#send("DELETE", this.#briefing(slug), undefined);
  }

  /** @param {string} slug */
  #briefing(slug) {
    return `${this.urls.api}briefings/${encodeURIComponent(slug)}`;
  }

  /** What passes altogether, and in groups. @param {string} layer @param {string} f @param {string[]} by @param {AbortSignal} [signal] @returns {Promise<Api.FilterTotals>} */
  totals(layer, f, by, signal) {
    const query = { f: f || undefined, by: by.join(",") || undefined, ...this.#day };
    return this.#get(`${this.#layer(layer)}/totals`, query, signal);
  }

  /** The area with overlaps counted once; for very many shapes it is computed in the background. @param {string} layer @param {string} f @param {AbortSignal} signal @returns {Promise<Api.NetArea>} */
  async net(layer, f, signal) {
    const url = `${this.#layer(layer)}/net`;
    const query = { f: f || undefined, ...this.#day };
    let told = await this.#get(url, query, signal, true);
    if (told.ask && this.csrf) {
      await this.#send("POST", url, { f });
      told = { ...told, waiting: true };
    }
    for (
      let pause = FIRST_PAUSE_MS;
      told.waiting && !signal.aborted;
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    ) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      told = await this.#get(url, query, signal, true);
    }
    return told;
  }

  /** @returns {Record<string, string | undefined>} */
  get #day() {
    return { at: this.at_day ?? undefined };
  }

  /** @param {string | number} ref */
  #ref(ref) {
    return this.urls.feature + encodeURIComponent(ref);
  }

  /** @param {string} layer */
  #layer(layer) {
    return this.urls.rows + encodeURIComponent(layer);
  }

  /** @param {string} method @param {string} url @param {unknown} body @param {number} [version] that the change started from */
  async #send(method, url, body, version) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json", "X-CSRF-Token": this.csrf };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (version !== undefined) headers["If-Match"] = `"${version}"`;
    this.#count(1);
    try {
      const text = body === undefined ? undefined : JSON.stringify(body);
      return await answered(await asked(url, { method, headers, body: text }));
    } finally {
      this.#count(-1);
    }
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
      return await answered(await asked(url + written(query), { signal }));
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

/** The browser keeps what will soon be asked for; it may as well fail. @param {string} url @param {AbortSignal} [signal] @returns {Promise<boolean>} is it there? */
export async function keepAhead(url, signal) {
  try {
    const response = await fetch(url, { signal });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** The browser saves a file under this name. @param {string} url @param {string} name */
export function saveFrom(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/**
 * One file as the body of a request, with the share that is sent; fetch tells no progress.
 * @param {string} url @param {File} file @param {string} csrf @param {(share: number) => void} onShare @returns {Promise<any>}
 */
export function sendFile(url, file, csrf, onShare) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => onShare(total ? loaded / total : 0));
    request.addEventListener("error", () => {
      reject(new ApiError("连不上服务器，文件没有上传。请检查网络后重试。", 0));
    });
    request.addEventListener("load", () => {
      const { response: body, status } = request;
      if (body && status < 400) return resolve(body);
      const sentence = body?.error ?? `服务器没有收下文件（状态 ${status}）。请稍后重试。`;
      reject(new ApiError(sentence, status));
    });
    request.send(file);
  });
}

/** Something of a page that has an address and a word for writes of its own. @param {string} url @param {unknown} body @param {string} csrf @returns {Promise<any>} */
export async function sendJson(url, body, csrf) {
  return requestJson("POST", url, body, csrf);
}

/** The same in any way of asking; without a body where there is none. @param {string} method @param {string} url @param {unknown} body @param {string} csrf @returns {Promise<any>} */
export async function requestJson(method, url, body, csrf) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const text = body === undefined ? undefined : JSON.stringify(body);
  return answered(await asked(url, { method, headers, body: text }));
}

/** @param {string} url @param {RequestInit} [how] */
async function asked(url, how) {
  try {
    return await fetch(url, { headers: { Accept: "application/json" }, ...how });
  } catch (cause) {
    if (how?.signal?.aborted) throw cause;
    throw new ApiError("连不上服务器。请检查网络或联系管理员，然后重试。", 0);
  }
}

/** @param {Response} response */
async function answered(response) {
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const sentence = body?.error ?? `服务器的回答读不懂（状态 ${response.status}）。请稍后重试。`;
  throw new ApiError(sentence, response.status, body?.reference, body ?? {});
}

/** Addresses of tiles as they were on a day. @param {Api.Catalogue["tiles"]} tiles @param {string | null} day */
function onDay(tiles, day) {
  if (!day) return tiles;
  const dated = (/** @type {string} */ url) =>
    url && !/[?&]at=/.test(url) ? `${url}${url.includes("?") ? "&" : "?"}at=${day}` : url;
  const large = tiles.large?.map((each) => ({ ...each, url: dated(each.url) }));
  return { ...tiles, url: dated(tiles.url), ...(large && { large }) };
}

/** @typedef {{bbox?: Api.Bounds, sort?: string, desc?: boolean, f?: string}} LedgerWanted which rows, in which order */

/** @param {LedgerWanted} wanted @returns {Record<string, string | undefined>} */
function ledgerQuery({ bbox, sort, desc, f }) {
  return {
    bbox: bbox?.map((degree) => degree.toFixed(6)).join(","),
    sort,
    desc: desc ? "1" : undefined,
    f: f || undefined,
  };
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
