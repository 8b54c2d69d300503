// What is being worked on: which feature, from which version, with which values and shape? Pure.
import { isSame } from "app/edit/checks.js";
import { newUid } from "app/edit/uid.js";

/**
 * @typedef {import("app/map/draw.js").Sort} Sort
 * @typedef {import("app/edit/drafts.js").Draft} Draft
 *
 * @typedef {object} Work
 * @property {string} ref  uid
 * @property {boolean} isNew
 * @property {Api.LayerForm} form
 * @property {string} title
 * @property {number} version  it started from; 0: new
 * @property {number | null} number  by which the tiles know it
 * @property {Record<string, unknown>} values  what is stored, and what the form asks besides
 * @property {GeoJSON.Geometry | null} geometry  what is stored
 * @property {Sort | null} sort  null: its shape cannot be drawn here
 */

const VISIBILITY = "$visibility";
const REASON = "$reason";
const SORTS = /** @type {Record<string, Sort>} */ ({
  Point: "point",
  LineString: "line",
  MultiLineString: "line",
  Polygon: "polygon",
  MultiPolygon: "polygon",
});

/** @param {Api.Feature} feature @param {Api.LayerForm} form @returns {Work} */
export function workOn(feature, form) {
  const { version = 0, number = null, properties = {}, visibility = null } = feature.edit ?? {};
  return {
    ref: feature.id,
    isNew: false,
    form,
    title: feature.properties.name,
    version,
    number,
    values: { ...properties, [VISIBILITY]: visibility },
    geometry: feature.geometry,
    sort: SORTS[feature.geometry?.type ?? ""] ?? null,
  };
}

/** @param {Api.LayerForm} form @param {Sort} sort @param {string} [ref] @returns {Work} */
export function newWork(form, sort, ref = newUid()) {
  const title = `新增${form.title}`;
  return { ref, isNew: true, form, title, version: 0, number: null, values: {}, geometry: null, sort };
}

/** The fields of the kind, and what every feature is asked. @param {Work} work @returns {Api.FormField[]} */
export function fieldsOf({ form, isNew }) {
  const plain = {
    unit: "",
    required: false,
    choices: [],
    help: "",
    min: null,
    max: null,
    multiline: false,
    legal: false,
  };
  const like = form.visibilities.find(({ value }) => value === form.visibility)?.label ?? "";
  const others = form.visibilities.map(({ value, label }) => ({
    value,
    label: value === form.visibility ? `${label}（单独指定）` : label,
  }));
  /** @type {Api.FormField[]} */
  const more = [
    {
      ...plain,
      key: VISIBILITY,
      label: "公开范围",
      type: "choice",
      choices: others,
      group: "保存",
      empty: `随图层（${like}）`,
    },
    {
      ...plain,
      key: REASON,
      label: "修改说明",
      type: "text",
      max: 200,
      group: "保存",
      help: "可不填，会写入历史",
    },
  ];
  return [...form.fields, ...(isNew ? more.slice(0, 1) : more)];
}

/**
 * The body of the request: only what differs.
 * @param {Work} work @param {Record<string, unknown>} changes @param {GeoJSON.Geometry | null} geometry @returns {Api.Change}
 */
export function changeOf(work, changes, geometry) {
  const { [VISIBILITY]: visibility, [REASON]: reason, ...properties } = changes;
  /** @type {Api.Change} */
  const change = {};
  if (Object.keys(properties).length) change.properties = properties;
  if (visibility !== undefined) change.visibility = /** @type {string | null} */ (visibility);
  if (geometry && !isSame(geometry, work.geometry)) change.geometry = geometry;
  if (reason && Object.keys(change).length) change.reason = String(reason);
  return change;
}

/** @param {Work} work @param {Record<string, unknown>} changes @param {GeoJSON.Geometry} geometry @returns {Api.NewFeature} */
export function featureOf(work, changes, geometry) {
  const { properties = {}, visibility } = changeOf(work, changes, null);
  return { id: work.ref, geometry, properties, ...(visibility && { visibility }) };
}

/** @param {Work} work @param {Record<string, string>} typed @param {GeoJSON.Geometry | null} geometry @returns {Draft} */
export function draftOf(work, typed, geometry) {
  const { ref, isNew, title, version, form } = work;
  const drawn = isSame(geometry, work.geometry) ? null : geometry;
  const name = typed.name || title;
  return {
    ref,
    isNew,
    layer: form.layer,
    title: name,
    version,
    typed,
    geometry: drawn,
    sort: work.sort,
    at: new Date().toISOString(),
  };
}
