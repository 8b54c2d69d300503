// Which tools does the strip offer for the shape that is being drawn? Pure.

/**
 * @typedef {import("app/map/draw.js").Mode} Mode
 * @typedef {import("app/map/draw.js").ShapeEditor} ShapeEditor
 * @typedef {import("app/map/draw.js").State} State
 * @typedef {import("app/panel/strip.js").Tool} Tool
 */

const ADVICE = /** @type {Record<string, string>} */ ({
  "draw point": "在地图上点一下，放下这个点。",
  "draw line": "逐点点击画线，双击或回车结束；Ctrl+Z 退一点，Esc 放弃这一笔。",
  "draw polygon": "逐点点击画边界，点回起点或回车结束；Ctrl+Z 退一点，Esc 放弃这一笔。",
  "vertices point": "拖动这个点。",
  "vertices line": "拖动圆点改线；拖半透明圆点加点；在圆点上点右键（触屏长按）删点。",
  "vertices polygon": "拖动圆点改边界；拖半透明圆点加点；在圆点上点右键（触屏长按）删点。",
  "drag line": "按住图形整体移动。",
  "drag polygon": "按住图形整体移动。",
  cut: "画一圈：全在图形内的成为洞，跨过边界的裁掉重叠部分。",
  part: "画出不相连的另一块，与原图形合为一体。",
  split: "画一条穿过图形的线，双击或回车结束，图形沿线分成几块。",
});
const TITLES = { point: "点位", line: "线", polygon: "面", rectangle: "矩形" };

/** @param {State} state @param {ShapeEditor} editor @param {() => void} byCoordinates */
export function drawingTools(state, editor, byCoordinates) {
  const { mode } = state;
  const { sort } = editor;
  return {
    title: mode === "split" ? "分割" : `${state.geometry ? "改" : "画"}${TITLES[sort]}`,
    advice: ADVICE[mode] ?? ADVICE[`${mode} ${sort}`] ?? "",
    reading: state.words,
    tools: editor.isDrawing
      ? whileDrawing(state, editor, byCoordinates)
      : whileChanging(state, editor, byCoordinates),
  };
}

/** @param {State} state @param {ShapeEditor} editor @param {() => void} byCoordinates @returns {Tool[]} */
function whileDrawing(state, editor, byCoordinates) {
  const steps = stepsOf(state, editor);
  const finish = { words: "画完", hint: "回车", first: true, act: () => editor.finish() };
  const giveUp = { words: "放弃这一笔", hint: "Esc", act: () => editor.giveUp() };
  const byHand = { words: "输坐标", hint: "按经纬度输入", apart: true, act: byCoordinates };
  if (editor.sort === "point" && state.mode === "draw") return [byHand];
  return [...steps, ...(state.mode === "draw" ? [byHand] : []), ...(state.geometry ? [giveUp] : []), finish];
}

/** @param {State} state @param {ShapeEditor} editor @param {() => void} byCoordinates @returns {Tool[]} */
function whileChanging(state, editor, byCoordinates) {
  const mode = (/** @type {string} */ words, /** @type {Mode} */ to) => ({
    words,
    on: state.mode === to,
    act: () => editor.setMode(to),
  });
  const shaped = [mode("改顶点", "vertices"), mode("移动", "drag")];
  const areas = [mode("挖空", "cut"), mode("加一块", "part")];
  return [
    ...(editor.sort === "point" ? [] : shaped),
    ...(editor.sort === "polygon" ? areas : []),
    { words: "重画", act: () => editor.setMode("draw") },
    { words: "输坐标", act: byCoordinates },
    ...stepsOf(state, editor).map((tool, i) => ({ ...tool, apart: i === 0 })),
    {
      words: "吸附",
      hint: "贴齐邻近图形的边和顶点；按住 Alt 暂停",
      on: editor.snaps,
      act: () => editor.setSnaps(!editor.snaps),
    },
  ];
}

/** @param {State} state @param {ShapeEditor} editor @returns {Tool[]} */
function stepsOf({ canUndo, canRedo }, editor) {
  return [
    { words: "撤销", hint: "Ctrl+Z", off: !canUndo, act: () => editor.undo() },
    { words: "重做", hint: "Ctrl+Y", off: !canRedo, act: () => editor.redo() },
  ];
}
