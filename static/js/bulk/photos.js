// Which sites do many photos make? Those with a place within a stone's throw are one; those without wait in the tray.
import { newUid } from "app/edit/uid.js";
import { readExif } from "app/mark/exif.js";
import { groups, middle } from "app/mark/near.js";
import { thumbnail } from "app/mark/shrink.js";
import { positionWords, shortType } from "app/mark/words.js";

/**
 * @typedef {object} Shot
 * @property {string} uid
 * @property {File} file
 * @property {import("app/mark/exif.js").Told} told
 * @property {string} device
 * @property {{lon: number, lat: number} | null} raw as EXIF says
 * @property {{lon: number, lat: number} | null} placed by a person
 * @property {Blob | null} thumb
 *
 * @typedef {{uid: string, shots: Shot[], lon: number, lat: number, source: string, type: string, name: string}} Site
 * @typedef {"wgs84" | "gcj02"} Datum
 */

export const UNKNOWN_DEVICE = "没有写明型号的设备";

export class Shots {
  /** @type {Shot[]} */
  all = [];
  /** @type {Map<string, Datum>} */
  datums = new Map();
  /** Where photos in GCJ-02 truly were taken, by uid. @type {Map<string, {lon: number, lat: number}>} */
  #corrected = new Map();
  /** @type {Map<string, {type?: string, name?: string}>} */
  #said = new Map();
  /** A site is known by its first photo. @type {Map<string, string>} */
  #uids = new Map();
  type = "";

  /** @param {number} near_m */
  constructor(near_m) {
    this.near_m = near_m;
  }

  /** @param {File} file */
  async add(file) {
    if (this.all.some((shot) => isSame(shot.file, file))) return;
    const told = readExif(await file.arrayBuffer());
    const raw = told.lon === undefined || told.lat === undefined ? null : { lon: told.lon, lat: told.lat };
    const thumb = await thumbnail(file);
    this.all.push({
      uid: newUid(),
      file,
      told,
      device: told.device ?? UNKNOWN_DEVICE,
      raw,
      placed: null,
      thumb,
    });
    this.all.sort((a, b) => (a.told.taken_at ?? "").localeCompare(b.told.taken_at ?? ""));
  }

  /** @param {string} uid */
  drop(uid) {
    this.all = this.all.filter((shot) => shot.uid !== uid);
  }

  /** Devices whose positions somebody must judge, with how many photos. @returns {Map<string, number>} */
  get devices() {
    const found = new Map();
    for (const { raw, placed, device } of this.all) {
      if (raw && !placed) found.set(device, (found.get(device) ?? 0) + 1);
    }
    return found;
  }

  get placeless() {
    return this.all.filter((shot) => !this.placeOf(shot));
  }

  /** @param {Shot} shot @returns {{lon: number, lat: number} | null} */
  placeOf({ uid, placed, raw, device }) {
    if (placed || !raw) return placed;
    return (this.datums.get(device) === "gcj02" && this.#corrected.get(uid)) || raw;
  }

  /** Learn where the photos in GCJ-02 truly were taken. @param {(place: {lon: number, lat: number}) => Promise<{lon: number, lat: number}>} ask how far GCJ-02 lies from the truth at a place */
  async correct(ask) {
    const due = this.all.filter(
      (shot) => this.datums.get(shot.device) === "gcj02" && !this.#corrected.has(shot.uid),
    );
    await Promise.all(
      due.map(async ({ uid, raw }) => {
        if (!raw) return;
        // The answer holds for the true place, which is known to half a kilometre at first.
        const near = less(raw, await ask(raw));
        this.#corrected.set(uid, less(raw, await ask(near)));
      }),
    );
  }

  /** @returns {Site[]} */
  get sites() {
    const placed = this.all.flatMap((shot) => {
      const place = this.placeOf(shot);
      return place ? [{ ...place, shot }] : [];
    });
    return groups(placed, this.near_m).map((group) =>
      this.#site(
        group.map(({ shot }) => shot),
        middle(group),
      ),
    );
  }

  /** @param {string} uid @param {{type?: string, name?: string}} said */
  say(uid, said) {
    this.#said.set(uid, { ...this.#said.get(uid), ...said });
  }

  /** The same for all, also for those that had one of their own. @param {string} type */
  sayAll(type) {
    this.type = type;
    for (const said of this.#said.values()) delete said.type;
  }

  /** @param {Shot[]} shots @param {{lon: number, lat: number}} place */
  place(shots, { lon, lat }) {
    for (const shot of shots) shot.placed = { lon, lat };
  }

  /** @param {Shot[]} shots @param {{lon: number, lat: number}} place @returns {Site} */
  #site(shots, place) {
    const [first] = shots;
    const uid = this.#uids.get(first.uid) ?? newUid();
    this.#uids.set(first.uid, uid);
    const said = this.#said.get(uid) ?? {};
    return {
      uid,
      shots,
      ...place,
      source: this.#sourceOf(first),
      type: said.type ?? this.type,
      name: said.name ?? "",
    };
  }

  /** @param {Shot} shot */
  #sourceOf({ placed, device }) {
    if (placed) return "hand";
    return this.datums.get(device) === "gcj02" ? "gcj02" : "exif";
  }
}

/**
 * A site as the queue keeps it.
 * @param {Site} site @param {number} number @param {Shots} shots @param {Api.Marking} state
 * @returns {{mark: import("app/mark/queue.js").Mark, photos: import("app/mark/queue.js").Photo[]}}
 */
export function packed(site, number, shots, state) {
  const title = state.types.find(({ value }) => value === site.type)?.title ?? "";
  const name = site.name.trim() || `${shortType(title)} ${dayOf(site.shots[0])} 第${number}处`;
  const words = positionWords(state.sources[site.source], null);
  const mark = {
    uid: site.uid,
    owner: { account: state.account_id, name: state.account?.name ?? "" },
    target: null,
    layer: state.layer,
    name,
    type: site.type,
    lon: site.lon,
    lat: site.lat,
    accuracy_m: null,
    source: site.source,
    properties: {
      ...state.always,
      name,
      [state.field]: site.type,
      accuracy: words,
      position_source: site.source,
    },
    made_at: Date.now() - number,
    state: /** @type {const} */ ("waiting"),
    record_sent: false,
    photos: site.shots.length,
    photos_sent: 0,
    error: "",
    tries: 0,
    next_at: 0,
    thumb: site.shots[0].thumb,
  };
  return { mark, photos: site.shots.map((shot) => photo(shot, site, shots)) };
}

/** @param {Shot} shot @param {Site} site @param {Shots} shots */
function photo(shot, site, shots) {
  const { device, ...told } = shot.told;
  const place = shots.placeOf(shot);
  const facts = { uid: shot.uid, name: shot.file.name, ...told, ...place, position_source: site.source };
  return { uid: shot.uid, mark: site.uid, blob: shot.file, facts, error: "" };
}

/** @param {Shot} shot */
function dayOf({ told }) {
  const found = /^\d{4}-(\d\d)-(\d\d)/.exec(told.taken_at ?? "");
  return found ? `${Number(found[1])}月${Number(found[2])}日` : "";
}

/** @param {{lon: number, lat: number}} place @param {{lon: number, lat: number}} shift */
function less({ lon, lat }, shift) {
  return { lon: lon - shift.lon, lat: lat - shift.lat };
}

/** @param {File} a @param {File} b */
function isSame(a, b) {
  return a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
}
