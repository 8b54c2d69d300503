// What is a record tied to? On its card, in both directions; a click selects the other, a button draws the ties.
import { html } from "app/dom.js";
import { pickOne } from "app/links/picking.js";

const ROOM = 0.12;
const AREA_SORTS = new Set(["swap", "parcel", "source"]);

/**
 * @typedef {Api.Links} Group
 * @typedef {Api.Links["items"][number]} Item
 */

/** Emits "open" {uid, uids}, "shown" {bounds}, "changed" {uid, title, act}, "say" {text}. */
export class Ties extends EventTarget {
  /** @type {import("app/map/marks.js").Marks | null} */
  #marks = null;
  /** Whose ties are drawn. @type {string} */
  #drawn = "";

  /**
   * @param {import("app/api.js").Server} server
   * @param {HTMLDialogElement} dialog
   * @param {() => import("app/map/marks.js").Marks} makeMarks the map is there only later
   */
  constructor(server, dialog, makeMarks) {
    super();
    this.server = server;
    this.dialog = dialog;
    this.makeMarks = makeMarks;
  }

  /** @param {Api.Feature} feature */
  sectionFor(feature) {
    if (this.#drawn && !this.#drawn.startsWith(feature.id)) this.clear();
    const { links } = feature.card;
    const shown = links.filter((group) => group.shown);
    const more = links.filter((group) => group.may_add && (group.many || !group.items.length));
    if (!shown.length && !more.length) return null;
    return html`<section class="ties" aria-label="关联">
      ${shown.map((group) => this.#group(feature, group))}
      ${more.length > 0 && this.#adding(feature, more)}
    </section>`;
  }

  clear() {
    this.#marks?.clear();
    this.#drawn = "";
  }

  /** @param {Api.Feature} feature @param {Group} group */
  #group(feature, group) {
    const { title, shared, items, unknown, hidden, deleted, balance, ordered } = group;
    const show = html`<button class="quiet-button" type="button" @click=${() => this.#turn(feature, group)}>在地图上显示</button>`;
    const list = html`<ol class="${!ordered && "plain"}">
      ${items.map((item, at) => this.#item(feature, group, item, at))}
      ${unknown.map(({ words, ref, why }) => html`<li><span>${words}</span> <small>${why}</small>${this.#cut(feature, group, ref, words)}</li>`)}
    </ol>`;
    return html`<div class="tie">
      <h3>${title}${shared && html`<small>${shared}</small>`}${items.length > 0 && show}</h3>
      ${list}
      ${balance && html`<p class="balance ${balance.difference_mu < 0 && "short"}">${balance.sentence}</p>`}
      ${hidden > 0 && html`<p class="quiet">另有 ${hidden} 个您无权查看。</p>`}
      ${deleted > 0 && html`<p class="quiet">另有 ${deleted} 个已从图上删除。</p>`}
    </div>`;
  }

  /** @param {Api.Feature} feature @param {Group} group @param {Item} item @param {number} at */
  #item(feature, group, item, at) {
    const size = AREA_SORTS.has(group.sort) && item.area_mu ? `${item.area_mu.toLocaleString()} 亩` : "";
    const told = [item.phase, item.place, size].filter(Boolean).join(" · ");
    const up = group.ordered && group.may_change && at > 0 && !group.unknown.length;
    return html`<li>
      <button class="link" type="button" @click=${() => this.#open(group, item)}>${item.name}</button>
      ${item.sample && html`<span class="stamp">示例</span>`} <small>${told}</small>
      ${up && html`<button class="icon" type="button" aria-label="${`${item.name}前移`}" title="前移" @click=${() => this.#earlier(feature, group, at)}>↑</button>`}
      ${this.#cut(feature, group, item.ref, item.name)}
    </li>`;
  }

  /** @param {Api.Feature} feature @param {Group} group @param {string} ref @param {string} words */
  #cut(feature, group, ref, words) {
    if (!group.may_change || group.shared) return null;
    const act = () =>
      this.#do(feature, `已解除${group.title}“${words}”`, () =>
        this.server.untie(feature.id, group.sort, ref),
      );
    return html`<button class="icon" type="button" aria-label="${`解除与${words}的关联`}" title="解除关联" @click=${act}>×</button>`;
  }

  /** @param {Api.Feature} feature @param {Group[]} groups */
  #adding(feature, groups) {
    const leave = groups.find(({ shared, may_change }) => shared && may_change);
    return html`<p class="ways">
      ${groups.map(
        (group) =>
          html`<button class="quiet-button" type="button" @click=${() => this.#add(feature, group)}>＋ ${group.title}</button>`,
      )}
      ${leave && html`<button class="quiet-button" type="button" @click=${() => this.#leave(feature, leave)}>退出${leave.title}</button>`}
    </p>`;
  }

  /** @param {Api.Feature} feature @param {Group} group */
  async #add(feature, group) {
    const picked = await pickOne(this.dialog, this.server, feature, group);
    if (!picked) return;
    const { uid, words } = picked;
    const title = `已关联${group.title}“${words}”`;
    // What the other says of this one is written there.
    if (group.back) {
      if (!uid) return this.#say(`请从搜索结果中选择一个${group.title}。`);
      await this.#do(feature, title, () => this.server.tie(uid, { sort: group.sort, uid: feature.id }));
      return;
    }
    const wanted = uid ? { sort: group.sort, uid } : { sort: group.sort, words };
    await this.#do(feature, title, () => this.server.tie(feature.id, wanted));
  }

  /** @param {Api.Feature} feature @param {Group} group */
  #leave(feature, group) {
    return this.#do(feature, `已退出${group.title}`, () =>
      this.server.untie(feature.id, group.sort, group.shared),
    );
  }

  /** @param {Api.Feature} feature @param {Group} group @param {number} at */
  #earlier(feature, group, at) {
    const refs = group.items.map(({ ref }) => ref);
    [refs[at - 1], refs[at]] = [refs[at], refs[at - 1]];
    return this.#do(feature, `已调整${group.title}的顺序`, () =>
      this.server.orderTies(feature.id, group.sort, refs),
    );
  }

  /** Draws the ties, or takes them away again. @param {Api.Feature} feature @param {Group} group */
  #turn(feature, group) {
    const name = `${feature.id} ${group.sort} ${group.back}`;
    if (this.#drawn === name) return this.clear();
    if (!this.#marks) {
      this.#marks = this.makeMarks();
      this.#marks.addEventListener("pick", (event) => {
        this.dispatchEvent(new CustomEvent("open", { detail: /** @type {CustomEvent} */ (event).detail }));
      });
    }
    const places = group.items.map(({ lon, lat }) => /** @type {[number, number]} */ ([lon, lat]));
    const own = middle(feature);
    const ends = group.ordered
      ? places.slice(1).map((to, i) => ({ from: places[i], to }))
      : own
        ? places.map((to) => ({ from: own, to }))
        : [];
    const marks = group.items.map(({ lon, lat, uid, name }, i) => ({
      lon,
      lat,
      uid,
      text: String(i + 1),
      title: name,
    }));
    this.#marks.show({ marks, ties: ends, halos: feature.geometry ? [feature.geometry] : [] });
    this.#drawn = name;
    this.dispatchEvent(
      new CustomEvent("shown", { detail: { bounds: around(own ? [own, ...places] : places) } }),
    );
  }

  /** @param {Group} group @param {Item} item */
  #open(group, { uid }) {
    const uids = group.items.map((each) => each.uid);
    this.dispatchEvent(new CustomEvent("open", { detail: { uid, uids } }));
  }

  /** @param {Api.Feature} feature @param {string} title @param {() => Promise<Api.Feature>} act */
  async #do(feature, title, act) {
    try {
      const saved = await act();
      this.clear();
      this.dispatchEvent(new CustomEvent("changed", { detail: { uid: feature.id, title, act: saved.act } }));
    } catch (error) {
      this.#say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {string} text */
  #say(text) {
    this.dispatchEvent(new CustomEvent("say", { detail: { text } }));
  }
}

/** @param {Api.Feature} feature @returns {[number, number] | null} */
function middle({ bbox }) {
  return bbox ? [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2] : null;
}

/** @param {[number, number][]} places @returns {Api.Bounds} */
function around(places) {
  const [lons, lats] = [places.map(([lon]) => lon), places.map(([, lat]) => lat)];
  const [west, south, east, north] = [
    Math.min(...lons),
    Math.min(...lats),
    Math.max(...lons),
    Math.max(...lats),
  ];
  const [beside, above] = [(east - west) * ROOM, (north - south) * ROOM];
  return [west - beside, south - above, east + beside, north + above];
}
