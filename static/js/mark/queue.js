// What waits on this device to be sent? Kept in IndexedDB: a reload, a log-out or a dead battery takes nothing away.

/**
 * @typedef {object} Mark
 * @property {string} uid of the site; the server knows it by the same
 * @property {{account: number | null, name: string}} owner who was signed in when it was made
 * @property {string | null} target uid of a site that is there already: then only photos are added to it
 * @property {string} layer
 * @property {string} name
 * @property {string} type
 * @property {number | null} lon
 * @property {number | null} lat
 * @property {number | null} accuracy_m
 * @property {string | null} source of the position: gps, exif, gcj02, hand
 * @property {Record<string, unknown>} properties as the server takes them
 * @property {number} made_at milliseconds
 * @property {"draft" | "waiting" | "sent" | "stopped"} state
 * @property {boolean} record_sent
 * @property {number} photos how many belong to it
 * @property {number} photos_sent
 * @property {string} error why it stopped, or why it waits
 * @property {number} tries
 * @property {number} next_at milliseconds; not before
 * @property {Blob | null} thumb
 */

/**
 * @typedef {object} Photo
 * @property {string} uid
 * @property {string} mark
 * @property {Blob} blob
 * @property {Api.FileFacts} facts
 * @property {string} error why the server does not take it
 */

const VERSION = 1;

export class Queue {
  /** @param {string} name one for each address of the product */
  constructor(name) {
    this.name = name;
    /** @type {Promise<IDBDatabase> | null} */
    this.opening = null;
  }

  /** Everything about one mark at once: all of it is on the disk afterwards, or nothing. @param {Mark} mark @param {Photo[]} photos */
  async keepMark(mark, photos) {
    const change = await this.#writing(["marks", "photos"]);
    change.objectStore("marks").put(mark);
    for (const photo of photos) change.objectStore("photos").put(photo);
    return finished(change);
  }

  /** Newest first. @returns {Promise<Mark[]>} */
  async marks() {
    const found = await this.#read("marks", (store) => store.getAll());
    return found.sort((/** @type {Mark} */ a, /** @type {Mark} */ b) => b.made_at - a.made_at);
  }

  /** @param {string} mark @returns {Promise<Photo[]>} */
  photosOf(mark) {
    return this.#read("photos", (store) => store.index("mark").getAll(mark));
  }

  /** @param {Mark} mark */
  putMark(mark) {
    return this.keepMark(mark, []);
  }

  /** The server has it: the mark counts one more, the photo leaves this device. @param {Mark} mark @param {string} photo */
  async photoSent(mark, photo) {
    mark.photos_sent += 1;
    const change = await this.#writing(["marks", "photos"]);
    change.objectStore("marks").put(mark);
    change.objectStore("photos").delete(photo);
    return finished(change);
  }

  /** @param {Photo} photo */
  async putPhoto(photo) {
    const change = await this.#writing(["photos"]);
    change.objectStore("photos").put(photo);
    return finished(change);
  }

  /** @param {string} photo */
  async dropPhoto(photo) {
    const change = await this.#writing(["photos"]);
    change.objectStore("photos").delete(photo);
    return finished(change);
  }

  /** @param {string} mark */
  async drop(mark) {
    const photos = await this.photosOf(mark);
    const change = await this.#writing(["marks", "photos"]);
    change.objectStore("marks").delete(mark);
    for (const { uid } of photos) change.objectStore("photos").delete(uid);
    return finished(change);
  }

  /** Small things that are known without a network: who was signed in, the outline, the last type. @param {string} key @returns {Promise<any>} */
  async recall(key) {
    return (await this.#read("kept", (store) => store.get(key)))?.value;
  }

  /** @param {string} key @param {unknown} value */
  async remember(key, value) {
    const change = await this.#writing(["kept"]);
    change.objectStore("kept").put({ key, value });
    return finished(change);
  }

  /** @param {string} store @param {(store: IDBObjectStore) => IDBRequest} ask @returns {Promise<any>} */
  async #read(store, ask) {
    const database = await this.#open();
    return answered(ask(database.transaction(store, "readonly").objectStore(store)));
  }

  // Strict: the disk has it when the promise is kept, not only the system's memory.
  /** @param {string[]} stores */
  async #writing(stores) {
    const database = await this.#open();
    return database.transaction(stores, "readwrite", { durability: "strict" });
  }

  #open() {
    this.opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.name, VERSION);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("marks", { keyPath: "uid" });
        request.result.createObjectStore("photos", { keyPath: "uid" }).createIndex("mark", "mark");
        request.result.createObjectStore("kept", { keyPath: "key" });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return this.opening;
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBTransaction} change @returns {Promise<void>} */
function finished(change) {
  return new Promise((resolve, reject) => {
    change.oncomplete = () => resolve();
    change.onerror = () => reject(change.error);
    change.onabort = () => reject(change.error ?? new Error("手机存储空间不足"));
  });
}
