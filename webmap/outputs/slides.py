"""How does a briefing look as PowerPoint slides? One slide a scene, 16 : 9; words, figures, chart and table are native.

A pixel of the briefing's screen (1920 × 1080) is half a point. Fonts are named, never embedded: East Asian text is
微软雅黑, which every office computer has; digits and Latin are Arial.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from layers.kinds.moments import read_times
from layers.symbols import screen
from webmap.outputs.official import clean
from webmap.outputs.scene_page import (
    HIGH_PX,
    MAP_PX,
    MOST_BESIDE,
    NO_VALUE,
    WIDE_PX,
    Place,
    Slide,
    broken,
    column,
    headline_px,
)

MIMETYPE: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PX_EMU: Final = 6350
CHINESE: Final = "微软雅黑"
LATIN: Final = "Arial"
INK, QUIET, LINE, BRAND, SEAL, PAPER = (
    screen.INK,
    screen.INK_3,
    "#CCD4DB",
    screen.BRAND,
    screen.SEAL,
    "#FFFFFF",
)
ROOM_PX: Final = 620
"""Of a headline."""
SURE: Final = 0.93
"""Of the room: a line stays whole with the fonts of any office."""
LINE_BREAK: Final = "\v"
TITLE_ONLY: Final = 5
SHAPES: Final = {
    "diamond": MSO_SHAPE.DIAMOND,
    "dot": MSO_SHAPE.OVAL,
    "circle": MSO_SHAPE.OVAL,
    "hexagon": MSO_SHAPE.HEXAGON,
    "seal": MSO_SHAPE.ROUNDED_RECTANGLE,
}
MOST_ROWS: Final = 14
"""Of the table on one slide."""
WHOLE_FROM: Final = 100
"""From such a bar on no label needs decimals."""
# python-pptx is typed in parts only.
_CHART_DATA: Final[Any] = CategoryChartData
_RGB: Final[Any] = RGBColor


def written(title: str, slides: Sequence[Slide], mark: str) -> bytes:
    """The presentation. title: of the briefing; mark: stands on every slide."""
    deck: Any = Presentation()
    deck.slide_width, deck.slide_height = _px(WIDE_PX), _px(HIGH_PX)
    deck.core_properties.title, deck.core_properties.author = clean(title), ""
    for slide in slides:
        _write(deck, slide, len(slides), mark)
    _tables(deck, [each.scene for each in slides], mark)
    sink = io.BytesIO()
    deck.save(sink)
    return sink.getvalue()


def _write(deck: Any, slide: Slide, count: int, mark: str) -> None:
    scene = slide.scene
    page = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    if slide.picture:
        left, top, width, high = MAP_PX
        picture = page.shapes.add_picture(io.BytesIO(slide.picture), *map(_px, MAP_PX))
        picture.name = "地图"
        _frame(page, left, top, width, high)
    _chapter(page, scene)
    below = column(slide, _headline(page, scene))
    for figure, (place, size) in zip(scene["figures"], below.figures, strict=False):
        _figure(page, scene["color"], figure, place, size)
    if below.bars:
        _chart(page, scene, below.bars)
    if below.photo and slide.photo:
        picture = page.shapes.add_picture(io.BytesIO(slide.photo.content), *map(_px, below.photo))
        picture.name = "照片"
    _legend(page, scene)
    _foot(page, scene)
    _corner(page, " · ".join(filter(None, (mark, f"{scene['number']} / {count}"))))
    if scene["notes"]:
        page.notes_slide.notes_text_frame.text = clean_lines(scene["notes"])


def clean_lines(text: str) -> str:
    """Line by line what XML can hold."""
    return "\n".join(clean(line) for line in text.splitlines())


# --- words -----------------------------------------------------------------------------------------------


def _chapter(page: Any, scene: Mapping[str, Any]) -> None:
    if not scene["chapter"]:
        return
    _block(page, 40, 56, 8, 34, scene["color"])
    words = " · ".join(part for part in (scene["ordinal"], scene["chapter"]) if part)
    _text(page, (60, 48, 620, 50), [[(words, 26, QUIET, False)]], anchor=MSO_ANCHOR.MIDDLE)


def _headline(page: Any, scene: Mapping[str, Any]) -> float:
    """The title of the slide; answers where it ends."""
    words = clean(scene["headline"])
    size, lines = _set(words)
    count = sum(-(-_wide(line) * size // ROOM_PX) or 1 for line in lines)
    high = min(count * size * 1.3 + 16, 480)
    title = page.shapes.title
    title.left, title.top, title.width, title.height = (_px(each) for each in (40, 112, 640, high))
    runs = [(part, size, INK, True) for line in lines for part in (LINE_BREAK, line)][1:]
    _fill(title.text_frame, [runs], anchor=MSO_ANCHOR.TOP)
    return 112 + high


def _set(words: str) -> tuple[int, list[str]]:
    """How large, in which lines: a little smaller where phrases then stay whole, else as whoever shows it breaks them."""
    largest = headline_px(words)
    for size in (round(largest * share) for share in (1, 0.9, 0.8)):
        room = SURE * ROOM_PX / size
        lines = broken(words, room, _wide)
        if all(_wide(line) <= room for line in lines):
            return size, lines
    return largest, [words]


def _wide(words: str) -> float:
    """In Chinese characters: a digit is little more than half of one."""
    return sum(1 if ord(each) > 0x2E80 else 0.6 for each in words)


def _figure(page: Any, color: str, figure: Mapping[str, Any], place: Place, size: float) -> None:
    number = [(figure["text"], size, color, True), (f" {figure['unit']}", 26, INK, False)]
    if figure["value"] is None:
        number = [(NO_VALUE, 30, QUIET, True)]
    left, top, width, _ = place
    _text(page, (left, top, width, size * 1.25), [number])
    _text(page, (left, top + size * 1.22, width, 40), [[(figure["label"], 24, QUIET, False)]])


def _foot(page: Any, scene: Mapping[str, Any]) -> None:
    source = scene["source"]
    parts = [
        f"来源：{'、'.join(source['units'])}" if source["units"] else "",
        f"数据截止 {source['date']}" if source["date"] else "",
        f"为 {scene['at']} 的数据" if scene["at"] else "",
        f"图上 {times.words}" if (times := read_times(scene["time"])) else "",
        *scene["trouble"],
    ]
    words = [("　".join(part for part in parts if part), 20, QUIET, False)]
    if source["sample"]:
        words = [("示例数据", 20, SEAL, True), (" · ", 20, QUIET, False), *words]
    _text(page, (40, 1022, 1240, 44), [words], anchor=MSO_ANCHOR.MIDDLE)


def _corner(page: Any, words: str) -> None:
    """What may be done with the slide, and which one it is."""
    told = [(words, 20, QUIET, False)]
    _text(page, (1300, 1022, 580, 44), [told], anchor=MSO_ANCHOR.MIDDLE, align=PP_ALIGN.RIGHT)


# --- the legend ------------------------------------------------------------------------------------------


def _legend(page: Any, scene: Mapping[str, Any]) -> None:
    """In one or two rows below the map; what the scene is about is bold."""
    rows = scene["legend"]
    left, top, width, high = MAP_PX
    columns = 3 if len(rows) > MOST_BESIDE else MOST_BESIDE
    for at, row in enumerate(rows):
        x = left + at % columns * width / columns
        y = top + high + 8 + at // columns * 40
        _swatch(page, x, y + 8, row["swatch"])
        words = [[(row["title"], 24, INK, row["subject"])]]
        _text(page, (x + 48, y, width / columns - 56, 40), words, anchor=MSO_ANCHOR.MIDDLE)


def _swatch(page: Any, x: float, y: float, swatch: Mapping[str, Any]) -> None:
    marker = swatch["marker"]
    if marker:
        shape = SHAPES.get(marker["shape"], MSO_SHAPE.RECTANGLE)
        inside = PAPER if marker["hollow"] else marker["fill"]
        _shape(page, shape, x, y, 24, 24, inside, marker["edge"], 1.25)
        return
    lines = [each for each in swatch["lines"] if each["color"] != PAPER]
    if lines:
        color = lines[-1]["color"]
        for start in (-4, 11, 26) if lines[-1]["dash"] else (-4, 6, 16, 26):
            _shape(page, MSO_SHAPE.RECTANGLE, x + start, y + 10, 10, 5, color, color, 0)
        return
    color = next((each["color"] for each in swatch["fills"] if each["color"]), LINE)
    _shape(page, MSO_SHAPE.RECTANGLE, x - 4, y, 40, 24, color, color, 1)


# --- chart and table -------------------------------------------------------------------------------------


def _chart(page: Any, scene: Mapping[str, Any], place: Place) -> None:
    """Horizontal bars, the longest above."""
    told = scene["bars"]
    form = "#,##0" if max(row["value"] for row in told["rows"]) >= WHOLE_FROM else "#,##0.##"
    data: Any = _CHART_DATA(number_format=form)
    data.categories = [clean(row["label"]) or "—" for row in told["rows"]]
    data.add_series(clean(f"{told['title']}（{told['unit']}）"), [row["value"] for row in told["rows"]])
    chart = page.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *map(_px, place), data).chart
    chart.has_legend, chart.has_title = False, True
    _fill(chart.chart_title.text_frame, [[(f"{told['title']}（{told['unit']}）", 24, INK, True)]], box=False)
    chart.category_axis.reverse_order = True
    chart.category_axis.format.line.color.rgb = _color(LINE)
    chart.category_axis.has_major_gridlines = chart.value_axis.has_major_gridlines = False
    chart.value_axis.visible = False
    chart.value_axis.minimum_scale = 0
    chart.font.size = Pt(12)
    _name_fonts(chart.font._rPr)
    _bars(chart.plots[0], scene["fill"])


def _bars(plot: Any, color: str) -> None:
    plot.gap_width, plot.has_data_labels = 60, True
    plot.data_labels.number_format_is_linked = True
    plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
    fill = plot.series[0].format.fill
    fill.solid()
    fill.fore_color.rgb = _color(color)


def _tables(deck: Any, scenes: Sequence[Mapping[str, Any]], mark: str) -> None:
    """All figures with what they count, so that every number can be looked up."""
    rows = [
        (
            str(scene["number"]),
            figure["label"],
            f"{figure['text']} {figure['unit']}".strip() if figure["value"] is not None else NO_VALUE,
            figure["missing"] or figure["sentence"],
            f"{'、'.join(figure['units'])} {figure['date'] or ''}".strip(),
        )
        for scene in scenes
        for figure in scene["figures"]
    ]
    for start in range(0, len(rows), MOST_ROWS):
        _corner(_table(deck, rows[start : start + MOST_ROWS]), mark)


def _table(deck: Any, rows: Sequence[tuple[str, ...]]) -> Any:
    """The new slide."""
    page = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    title = page.shapes.title
    title.left, title.top, title.width, title.height = (_px(each) for each in (40, 40, 1840, 80))
    _fill(title.text_frame, [[("数字出处", 44, INK, True)]])
    heads = ("幕", "数字", "数值", "统计口径", "来源与截止日期")
    widths = (80, 380, 240, 740, 400)
    table = page.shapes.add_table(
        len(rows) + 1, len(heads), *(_px(each) for each in (40, 140, 1840, 56 * (len(rows) + 1)))
    ).table
    for number, width in enumerate(widths):
        table.columns[number].width = _px(width)
    for at, row in enumerate([heads, *rows]):
        for place, words in enumerate(row):
            _cell(table.cell(at, place), words, head=at == 0)
    return page


def _cell(cell: Any, words: str, *, head: bool) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = _color(BRAND if head else PAPER)
    cell.margin_top = cell.margin_bottom = _px(4)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    short = words if len(words) <= 60 else f"{words[:59]}…"
    _fill(cell.text_frame, [[(short, 20, PAPER if head else INK, head)]], box=False)


# --- how python-pptx is spoken to ------------------------------------------------------------------------

Runs = Sequence[tuple[str, float, str, bool]]
"""Words, their size in pixels, their colour, whether they are bold."""


def _text(
    page: Any,
    place: tuple[float, float, float, float],
    paragraphs: Sequence[Runs],
    *,
    anchor: Any = MSO_ANCHOR.TOP,
    align: Any = PP_ALIGN.LEFT,
) -> None:
    box = page.shapes.add_textbox(*(_px(each) for each in place))
    _fill(box.text_frame, paragraphs, anchor=anchor, align=align)


def _fill(
    frame: Any,
    paragraphs: Sequence[Runs],
    *,
    anchor: Any = MSO_ANCHOR.MIDDLE,
    align: Any = PP_ALIGN.LEFT,
    box: bool = True,
) -> None:
    """box: whether the frame is a box of its own, whose margins are taken away."""
    if box:
        frame.word_wrap, frame.vertical_anchor = True, anchor
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for at, runs in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = align
        for words, size, color, bold in runs:
            if words == LINE_BREAK:
                paragraph.add_line_break()
                continue
            run = paragraph.add_run()
            run.text = clean(words) if words.strip() else words
            run.font.size, run.font.bold, run.font.color.rgb = Pt(size / 2), bold, _color(color)
            _name_fonts(run._r.get_or_add_rPr())


def _name_fonts(properties: Any) -> None:
    for tag, name in (("a:latin", LATIN), ("a:ea", CHINESE), ("a:cs", LATIN)):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
        properties.append(properties.makeelement(qn(tag), {"typeface": name}))


def _frame(page: Any, left: float, top: float, width: float, high: float) -> None:
    shape = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(_px(each) for each in (left, top, width, high)))
    shape.fill.background()
    shape.line.color.rgb, shape.line.width = _color(LINE), Pt(0.75)
    shape.shadow.inherit = False


def _block(page: Any, left: float, top: float, width: float, high: float, color: str) -> None:
    _shape(page, MSO_SHAPE.RECTANGLE, left, top, width, high, color, color, 0)


def _shape(
    page: Any,
    sort: Any,
    left: float,
    top: float,
    width: float,
    high: float,
    fill: str,
    edge: str,
    line: float,
) -> None:
    shape = page.shapes.add_shape(sort, *(_px(each) for each in (left, top, width, high)))
    shape.fill.solid()
    shape.fill.fore_color.rgb = _color(fill)
    shape.shadow.inherit = False
    if line:
        shape.line.color.rgb, shape.line.width = _color(edge), Pt(line)
    else:
        shape.line.fill.background()


def _px(pixels: float) -> Emu:
    return Emu(round(pixels * PX_EMU))


def _color(color: str) -> Any:
    return _RGB.from_string(color.lstrip("#")[:6].upper())
