// Which keys and buttons are there, and what do they do?
import { byId } from "app/dom.js";
import { listen, showHelp } from "app/panel/keys.js";
import { closeFirst } from "app/wiring/asides.js";
import { overlayDrawn, turnCharts, turnFilters } from "app/wiring/asking.js";
import { addScene, exportLayer, saveTheme, turnPrint } from "app/wiring/leaving.js";
import {
  acts,
  asOf,
  bases,
  boot,
  card,
  desk,
  dialog,
  editing,
  mayPrint,
  measuring,
  overlaying,
  page,
  past,
  presets,
  questions,
  reader,
  search,
  table,
  tell,
  timePanel,
  tray,
  view,
} from "app/wiring/parts.js";
import { turnTable } from "app/wiring/reading.js";

function closeOne() {
  if (document.fullscreenElement) return;
  if (closeFirst("filters", "charts", "printing")) return;
  if (past.isOpen) past.close();
  else if (card.isOpen) reader.close();
  else if (!closeFirst("answer", "travel", "differences") && table.layer) table.close();
}

/** @type {import("app/panel/keys.js").Shortcut[]} */
const shortcuts = [
  { keys: ["/"], shown: "/", words: "搜索", act: () => search.focus() },
  { keys: ["q"], shown: "Q", words: "问一问（搜索框里以 ? 开头也行）", act: () => questions.open() },
  {
    keys: ["1", "2", "3", "4", "5", "6"],
    shown: "1 – 6",
    words: "切换专题",
    act: (key) => presets.choose(Number(key) - 1),
  },
  {
    keys: ["ArrowLeft", "ArrowRight"],
    shown: "← →",
    words: "上一个、下一个",
    act: (key) => reader.step(key === "ArrowLeft" ? -1 : 1),
  },
  { keys: ["Escape"], shown: "Esc", words: "关闭详情、表格", act: closeOne },
  { keys: ["c"], shown: "C", words: "复制链接", act: acts.copyLink },
  { keys: ["C"], shown: "Shift C", words: "复制图片", act: acts.copyPicture },
  { keys: ["m"], shown: "M", words: "量算", act: () => measuring.turn() },
  ...(boot.account?.may.some((deed) => deed === "edit" || deed === "mark")
    ? [
        { keys: ["n"], shown: "N", words: "新增", act: () => editing.make(table.layer ?? undefined) },
        { keys: ["e"], shown: "E", words: "编辑打开的对象", act: changeOpen },
        { keys: [], shown: "Ctrl S", words: "保存编辑", act: () => {} },
      ]
    : []),
  ...(boot.account?.may.includes("export")
    ? [{ keys: ["x"], shown: "X", words: "导出", act: exportLayer }]
    : []),
  ...(overlaying.may
    ? [{ keys: ["o"], shown: "O", words: "压盖分析（画范围、画线、用文件）", act: overlayDrawn }]
    : []),
  ...(mayPrint ? [{ keys: ["p"], shown: "P", words: "打印", act: turnPrint }] : []),
  ...(boot.account?.may.includes("brief")
    ? [{ keys: ["B"], shown: "Shift B", words: "加为汇报的一幕", act: () => tell(addScene) }]
    : []),
  { keys: ["t"], shown: "T", words: "表格", act: turnTable },
  { keys: ["F"], shown: "Shift F", words: "筛选", act: turnFilters },
  { keys: ["T"], shown: "Shift T", words: "统计图", act: turnCharts },
  { keys: ["h"], shown: "H", words: "全县", act: () => view.home() },
  { keys: ["y"], shown: "Y", words: "现状、规划、逐年", act: () => timePanel.turn() },
  { keys: ["i"], shown: "I", words: "影像（管理员配置后）", act: () => bases.turnImage() },
  { keys: ["l"], shown: "L", words: "定位", act: acts.locate },
  { keys: ["f"], shown: "F", words: "全屏", act: acts.fillScreen },
  {
    keys: ["+", "=", "-"],
    shown: "+ −",
    words: "放大、缩小",
    act: (key) => view.zoomBy(key === "-" ? -1 : 1),
  },
  { keys: [], shown: "Alt ← →", words: "前后视图", act: () => {} },
  { keys: ["?"], shown: "?", words: "快捷键", act: openHelp },
];

listen(shortcuts);

function changeOpen() {
  if (reader.feature?.edit?.may.includes("edit")) desk.change(reader.feature);
}

function openHelp() {
  showHelp(dialog("help"), shortcuts, boot.urls);
}

const buttons = {
  measure: () => measuring.turn(),
  back: () => page.back(),
  forward: () => page.forward(),
  open_table: turnTable,
  open_filters: turnFilters,
  copy_link: acts.copyLink,
  copy_picture: acts.copyPicture,
  print: turnPrint,
  full_screen: acts.fillScreen,
  open_help: openHelp,
  times_turn: () => timePanel.turn(),
  times_phone: () => timePanel.turn(),
  zoom_in: () => view.zoomBy(1),
  zoom_out: () => view.zoomBy(-1),
  home: () => view.home(),
  locate: acts.locate,
  locate_top: acts.locate,
  more: turnMore,
};

for (const [id, act] of Object.entries(buttons)) byId(id).addEventListener("click", act);

// Only for who may.
const offered = {
  add: () => editing.make(table.layer ?? undefined),
  add_scene: () => tell(addScene),
  save_theme: saveTheme,
  as_of: () => asOf.choose(),
  overlay: overlayDrawn,
  export: exportLayer,
};

for (const [id, act] of Object.entries(offered)) document.getElementById(id)?.addEventListener("click", act);

function turnMore() {
  const open = byId("more").getAttribute("aria-expanded") === "true";
  byId("more").setAttribute("aria-expanded", String(!open));
}

document.addEventListener("click", ({ target }) => {
  if (!(/** @type {Element} */ (target).closest("#tray, #review"))) tray.close();
  const inside = /** @type {Element} */ (target).closest("#more");
  if (!inside) byId("more").setAttribute("aria-expanded", "false");
});

document.addEventListener("fullscreenchange", () => {
  byId("full_screen").setAttribute("aria-pressed", String(Boolean(document.fullscreenElement)));
});
