// What does the map show? Layers, base maps, drawings, themes, years.
import { byId, later } from "app/dom.js";
import {
  bases,
  drawings,
  filters,
  notice,
  now,
  on,
  page,
  panel,
  presets,
  server,
  shown,
  timePanel,
  times,
  view,
} from "app/wiring/parts.js";

const ASK_WHY_MS = 400;

export function markPreset() {
  presets.mark(shown.keys, filters.texts);
  view.setLights(presets.isSupervision);
}

/** @param {Api.Preset} preset */
function unfilteredWords({ title, unfiltered }) {
  return `“${title}”对${unfiltered.join("、")}的筛选没有套用：用到您无权查看或已停用的字段。`;
}

export async function offerDrawings() {
  const told = await server.drawings().catch(() => ({ drawings: [] }));
  drawings.offer(told.drawings, page.state.over);
}

export async function offerBases() {
  try {
    bases.offer((await server.bases()).bases, page.state.base);
  } catch {
    bases.offer([], null);
  }
}

// A base map in GCJ-02 lies half a kilometre too far east; how far exactly depends on the place.
export async function placeBase() {
  if (!now.base?.gcj02 || !now.moved) return;
  const asked = now.base;
  const shift = await server.shift(now.moved.center).catch(() => null);
  if (shift && now.base === asked) view?.base.setShift(shift);
}

async function askWhy() {
  try {
    bases.learn((await server.bases()).bases);
  } catch {
    bases.fail();
  }
}

on(shown, "change", ({ layer, on, opacity }) => {
  view.setVisible(layer, on);
  view.setOpacity(layer, opacity);
});

on(times, "times", ({ text }) => page.keep({ time: text }));
on(timePanel, "opened", () => byId("times_turn").setAttribute("aria-pressed", "true"));
on(timePanel, "closed", () => byId("times_turn").setAttribute("aria-pressed", "false"));
on(timePanel, "curtain", () => view.curtain.element.focus());

on(shown, "changed", () => {
  markPreset();
  timePanel.refresh();
  page.keep({ layers: shown.keys, opacity: shown.faint });
});

on(panel, "zoom", ({ bounds }) => view.fit(bounds));

on(bases, "base", (/** @type {{base: Api.Base | null, opacity: number}} */ { base, opacity }) => {
  Object.assign(now, { base, baseOpacity: opacity });
  view?.setBase(base, opacity);
  placeBase();
  page.keep({ base: bases.state });
});

on(drawings, "drawings", ({ shown: laid }) => {
  view.over.show(laid);
  page.keep({ over: drawings.state });
});

on(drawings, "curtain", (/** @type {{on: boolean}} */ now) => view.over.setCurtain(now.on));
on(drawings, "go", ({ drawing }) => view.over.go(drawing));
on(view?.base ?? null, "trouble", later(ASK_WHY_MS, askWhy));
on(view?.base ?? null, "seen", later(ASK_WHY_MS, askWhy));

on(presets, "preset", (/** @type {{preset: Api.Preset}} */ { preset }) => {
  // What the last one filtered goes with it; what a person asked for stays.
  const own = Object.entries(filters.texts).filter(([key, text]) => presets.filters[key] !== text);
  shown.show(preset.layers);
  filters.show({ ...Object.fromEntries(own), ...preset.filters });
  if (preset.unfiltered.length) notice.show(unfilteredWords(preset));
  if (preset.bounds) view.fit(preset.bounds);
  else view.home();
});
