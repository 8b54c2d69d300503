// Wires the editor of a briefing: list, form and preview; what is typed is saved by itself.
import { Server } from "app/api.js";
import { Channel } from "app/briefing/channel.js";
import { PhotoPicker } from "app/briefing/photo_picker.js";
import { Saving } from "app/briefing/saving.js";
import { SceneFilter } from "app/briefing/scene_filter.js";
import { SceneForm } from "app/briefing/scene_form.js";
import { SceneList } from "app/briefing/scene_list.js";
import { showVersions } from "app/briefing/versions.js";
import { byId, fill, html } from "app/dom.js";

/**
 * @typedef {import("app/briefing/told.d.ts").EditedScene} EditedScene
 * @typedef {import("app/briefing/told.d.ts").Edited} Edited
 * @typedef {{measures: import("app/briefing/question_form.js").Measures, most_figures: number, most_scenes: number, advised_headline: number, colors: Record<string, Record<string, string>>, templates: {key: string, title: string, scenes: EditedScene[]}[]}} Facts
 */

/** @type {Api.Boot & {slug: string, editor: Facts}} */
const boot = JSON.parse(byId("boot").textContent ?? "");
const server = new Server(boot.urls, boot.csrf);
const channel = new Channel(boot.slug);
const list = new SceneList(byId("scene_list"));
/** @type {Edited} */
let edited;
/** @type {SceneForm} */
let form;
let at = 0;
const saving = new Saving(server, boot.slug, boot.editor.measures, () =>
  Object.assign(edited, { title: input("title").value, visibility: input("visibility").value }),
);

async function start() {
  try {
    const [found, { layers }] = await Promise.all([server.briefing(boot.slug), server.layers()]);
    edited = found;
    form = new SceneForm(byId("scene_form"), {
      ...boot.editor,
      layers,
      facets: kept((layer) => server.facets(layer)),
      photo: (uid) => `${boot.urls.api}attachments/${encodeURIComponent(uid)}/thumb`,
    });
    const conditions = new SceneFilter(dialog("conditions"), server, layers, boot.account?.name ?? "");
    const photos = new PhotoPicker(dialog("photos"), server);
    on(form, "filter", ({ layer, text, act }) => conditions.open(layer, text, act));
    on(form, "photo", ({ act }) => photos.open(act));
    form.addEventListener("change", changed);
    form.addEventListener("ask-bounds", () => channel.say("where"));
    input("title").value = edited.title;
    input("visibility").value = edited.visibility;
    choose(0);
    tell(`第 ${edited.version} 版`);
  } catch (error) {
    tell(/** @type {Error} */ (error).message, true);
  }
}

/** @param {number} number @param {boolean} [focus] */
function choose(number, focus = false) {
  at = Math.min(Math.max(number, 0), Math.max(edited.scenes.length - 1, 0));
  list.show(edited.scenes, at, focus);
  const scene = edited.scenes[at];
  if (scene) form.show(scene);
  else
    fill(
      byId("scene_form"),
      html`<p class="empty">还没有幕。从上面选一个栏目加入，或在地图上点“汇报”旁的“＋”。</p>`,
    );
  channel.say("go", { number: at, preview: true });
}

function changed() {
  list.show(edited.scenes, at);
  saving.changed();
}

/** @param {string} sentence @param {boolean} [grave] @param {{words: string, act: () => void}} [way] */
function tell(sentence, grave = false, way) {
  const state = byId("state");
  state.classList.toggle("grave", grave);
  fill(
    state,
    sentence,
    way && html`<button type="button" class="button plain" @click=${way.act}>${way.words}</button>`,
  );
}

/** @param {EditedScene[]} scenes @param {number} place */
function insert(scenes, place) {
  if (edited.scenes.length + scenes.length > boot.editor.most_scenes) {
    return tell(`一份汇报最多 ${boot.editor.most_scenes} 幕。`, true);
  }
  edited.scenes.splice(place, 0, ...scenes.map((scene) => ({ ...structured(scene), id: "" })));
  choose(place, true);
  changed();
}

function addFromTemplate() {
  const box = input("template");
  const template = boot.editor.templates.find(({ key }) => key === box.value);
  box.value = "";
  if (template) insert(template.scenes, edited.scenes.length ? at + 1 : 0);
}

function removeScene() {
  const before = [...edited.scenes];
  const [gone] = edited.scenes.splice(at, 1);
  if (!gone) return;
  const where = at;
  choose(at);
  changed();
  const act = () => {
    edited.scenes = before;
    choose(where, true);
    changed();
  };
  fill(
    byId("undo"),
    html`<button type="button" class="button plain" @click=${() => {
      fill(byId("undo"));
      act();
    }}>撤销删除“${(gone.headline || gone.chapter || "空幕").slice(0, 16)}”</button>`,
  );
}

/** @param {number} from @param {number} to */
function move(from, to) {
  if (to < 0 || to >= edited.scenes.length) return;
  const [scene] = edited.scenes.splice(from, 1);
  edited.scenes.splice(to, 0, scene);
  choose(to, true);
  changed();
}

async function showHistory() {
  try {
    const { versions } = await server.briefingHistory(boot.slug);
    showVersions(dialog("history"), versions, goBack);
  } catch (error) {
    tell(/** @type {Error} */ (error).message, true);
  }
}

/** @param {number} version */
async function goBack(version) {
  try {
    await server.restoreBriefing(boot.slug, version, edited.version);
    channel.say("changed");
    location.reload();
  } catch (error) {
    tell(/** @type {Error} */ (error).message, true);
  }
}

/** @template T @param {(key: string) => Promise<T>} ask @returns {(key: string) => Promise<T>} */
function kept(ask) {
  /** @type {Map<string, Promise<T>>} */
  const answers = new Map();
  return (key) => {
    const known = answers.get(key) ?? ask(key);
    answers.set(key, known);
    return known;
  };
}

/** @param {string} chapter @returns {EditedScene} */
function emptyScene(chapter) {
  const nothing = { bounds: null, layers: null, bars: null, at: null, compare: null, year: null };
  const words = { id: "", chapter, headline: "", notes: "" };
  return { ...words, ...nothing, picture: null, subject: {}, colors: {}, filters: {}, figures: [] };
}

/** @param {EditedScene} scene @returns {EditedScene} */
function structured(scene) {
  return JSON.parse(JSON.stringify(scene));
}

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/** @param {string} id */
function dialog(id) {
  return /** @type {HTMLDialogElement} */ (byId(id));
}

/** @param {EventTarget} part @param {string} name @param {(detail: any) => void} act */
function on(part, name, act) {
  part.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail ?? {}));
}

on(saving, "told", ({ words }) => tell(words));
on(saving, "saved", () => {
  channel.say("changed");
  channel.say("go", { number: at, preview: true });
});
on(saving, "refused", ({ message, outdated }) =>
  tell(message, true, outdated ? { words: "载入最新", act: () => location.reload() } : undefined),
);
on(list, "choose", ({ number }) => choose(number, true));
on(list, "move", ({ from, to }) => move(from, to));
on(channel, "bounds", ({ bounds, year, compare }) => {
  const scene = edited?.scenes[at];
  if (!scene || !bounds) return;
  Object.assign(scene, { bounds, year: year ?? null, compare: compare ?? null });
  form.show(scene);
  changed();
});
on(channel, "show", ({ number, preview }) => preview && edited && number !== at && choose(number));
on(channel, "ask", ({ preview }) => preview && edited && channel.say("go", { number: at, preview: true }));
for (const id of ["title", "visibility"]) byId(id).addEventListener("input", changed);
const buttons = {
  add_empty: () => insert([emptyScene(edited.scenes[at]?.chapter ?? "")], edited.scenes.length ? at + 1 : 0),
  duplicate_scene: () => edited.scenes[at] && insert([edited.scenes[at]], at + 1),
  remove_scene: removeScene,
  move_up: () => move(at, at - 1),
  move_down: () => move(at, at + 1),
  open_history: showHistory,
};
for (const [id, act] of Object.entries(buttons)) byId(id).addEventListener("click", act);
byId("template").addEventListener("change", addFromTemplate);
start();
