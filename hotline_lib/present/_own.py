"""What an analyst makes of a frame of one's own, in house style: tables, heat, bars, lines; and what is kept of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from hotline_lib.errors import HotlineError, UnknownValueError
from hotline_lib.exact import is_missing
from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _style as styles
from hotline_lib.present._canvas import HEAD, Canvas, bar_rows
from hotline_lib.present._cells import Column, Row
from hotline_lib.present._chart import Chart
from hotline_lib.present._data import flattened
from hotline_lib.present._style import BLUE, BLUE2, GREY, INK, RULE, SLATE, SOFT
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import WORDS, columns_of

if TYPE_CHECKING:
    import pandas as pd

KEPT = "application/vnd.hotline.table+json"  # among a cell's outputs: what a run takes into CSV, workbook and Word
_SERIES = (BLUE, SLATE, BLUE2, GREY)


def table(
    frame: pd.DataFrame, columns: Sequence[str] = (), *, caption: str = "", order: str = "", notes: Sequence[str] = ()
) -> Table:
    """任何一张 pandas 表，按词汇表的列名、单位和写法印出；不认识的列照原样。

    frame：metrics 的表，或自己算出的表。columns：只要这些列，按这个次序；不写就是全部（只供程序用的列不印）。
    caption：表名；order：说明次序；notes：表下的说明。
    """
    rows = flattened(frame)
    return Table(
        rows, columns_of(rows, columns), caption, order, caption, _name_column(rows), notes=list(notes), own=True
    )


def heat(frame: pd.DataFrame, *, caption: str = "", order: str = "", unit: str = "件") -> Table:
    """一张热力表：行名在左，其余各列是数，颜色越深数越大，0 为灰色。

    frame：第一列（或索引）是行名，其余是数，如 counts.pivot_table(index="issue", columns="unit", …)。unit：数的单位。
    """
    rows = flattened(frame)
    name, *others = rows.columns
    most = max((float(rows[each].max()) for each in others if len(rows)), default=0) or 1

    def tint(column: str, row: Row) -> str:
        value = row[column]
        return "soft" if is_missing(value) or not value else f"heat{min(int(5 * float(value) / most), 4) + 1}"

    columns = [replace(_number_column(rows, each), unit=unit, emphasis=partial(tint, each)) for each in others]
    first = columns_of(rows, [name])[0]
    return Table(rows, [replace(first, kind="text"), *columns], caption, order, caption, name, heat=True, own=True)


def bars(
    frame: pd.DataFrame, name: str, value: str, *, title: str = "", note: str = "", alt: str = "", dark: str = ""
) -> Chart:
    """横条图：一行一条，名在左，数在条的末端，次序同 frame。

    name：行名的列；value：数的列（可以有负数）。title：图说明了什么；note：怎样看；alt：给看不见的人的说明，不写就列出前三项。
    dark：真假的列，真为深色，其余浅色。
    """
    _need(frame, name, value, *([dark] if dark else []))
    rows = frame.to_dict("records")
    printed = [_printed(value, row) for row in rows]

    def draw():
        with styles.drawing():
            canvas = Canvas(12 + 24 * max(len(rows), 1))
            lengths = [0.0 if is_missing(row[value]) else float(row[value]) for row in rows]
            colours = [BLUE if not dark or row[dark] else BLUE2 for row in rows]
            bar_rows(canvas, [str(row[name]) for row in rows], lengths, printed, colours, top=6, pitch=24)
        return canvas.figure

    said = "、".join(f"{row[name]}{words}" for row, words in zip(rows[:3], printed, strict=False))
    alt = alt or f"横条图，{len(rows)}项：{said}{'等' if len(rows) > 3 else ''}。"
    return Chart(draw, title=title, note=note, alt=alt, data=flattened(frame))


def lines(
    frame: pd.DataFrame, x: str, values: str | Sequence[str], *, title: str = "", note: str = "", alt: str = ""
) -> Chart:
    """折线图：横轴是 x 列的各行，每个 values 列一条线，线的末端写列名和末值，从 0 起。

    x：横轴的列（月份、钟点）；values：一列或几列（至多四列）。title、note、alt 同 bars。
    """
    values = [values] if isinstance(values, str) else list(values)
    _need(frame, x, *values)
    if len(values) > len(_SERIES):
        raise HotlineError(f"一幅折线图至多{len(_SERIES)}条线，给了{len(values)}条。请分成几幅，或先合并。")
    names, rows = [str(each) for each in frame[x]], frame.to_dict("records")
    ends = [f"{WORDS[each].head if each in WORDS else each} {_printed(each, rows[-1])}" for each in values if rows]

    def draw():
        with styles.drawing():
            canvas = Canvas(212)
            _draw_lines(canvas, names, [frame[each].astype(float).tolist() for each in values], ends)
        return canvas.figure

    span = f"{names[0]}至{names[-1]}" if names else "没有数据"
    return Chart(draw, title=title, note=note, alt=alt or f"折线图，{span}：{'，'.join(ends)}。", data=flattened(frame))


def _draw_lines(canvas: Canvas, names: list[str], series: list[list[float]], ends: list[str]) -> None:
    top, bottom = 14.0, canvas.height - 24
    most = max([value for values in series for value in values if value == value] + [1e-9])
    right, scale = canvas.width - canvas.widest(ends, HEAD) - 14, (bottom - top) / most
    pitch = right / max(len(names) - 1, 1)
    canvas.line(0, bottom, right, bottom, GREY)
    heights: list[float] = []
    for values, colour, words in zip(series, _SERIES, ends, strict=False):
        points = [(pitch * at, bottom - value * scale) for at, value in enumerate(values) if value == value]
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            canvas.line(x0, y0, x1, y1, colour, width=2)
        if points:
            canvas.dot(*points[-1], colour, size=6)
            y = points[-1][1]
            while any(abs(y - other) < HEAD + 3 for other in heights):
                y += 2
            heights.append(y)
            canvas.text(right + 10, y, words, INK if colour == BLUE else SOFT, size=HEAD)
    every = max(1, -(-len(names) // 8))
    for at in range(0, len(names), every):
        half = canvas.measure(names[at], HEAD) / 2
        canvas.line(pitch * at, bottom, pitch * at, bottom + 3, RULE)
        canvas.text(
            min(max(pitch * at, half), right - half if at else half),
            bottom + 13,
            names[at],
            SOFT,
            size=HEAD,
            align="center",
        )


def style() -> None:
    """以后 seaborn、matplotlib 画的图都用本套件的字体、颜色和版面（字不缺、标签不截断）；画好后用 present.show 放进页面。"""
    styles.everywhere()


@dataclass(frozen=True, repr=False)
class Kept:
    """A table that a run takes into CSV, workbook and, as an annex, Word."""

    table: Table
    name: str
    annex: bool = False
    _frame: list[dict[str, Any]] = field(default_factory=list)

    def __repr__(self) -> str:
        return repr(self.table)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return {"text/html": self.table._repr_html_(), "text/plain": repr(self), KEPT: _packed(self)}


def keep(m: object, frame: pd.DataFrame | Table, name: str, *, annex: bool = False) -> Kept:
    """把自己的表留下：hotline run 时写进 tables/own/NAME.csv 和附表工作簿；annex=True 时也作为 Word 月报的附件。

    m：月份。frame：pandas 表（按词汇表印出），或一张现成的表（units.table）。name：表名，也是文件名。
    """
    if not name.strip() or set(name) & set('\\/:*?"<>|[]'):
        raise HotlineError(f'表名「{name}」不能作文件名：不能为空，也不能有 \\ / : * ? " < > | [ ] 这些符号。')
    made = frame if isinstance(frame, Table) else table(frame, caption=name)
    return Kept(replace(made.with_keys(), label=name), name, annex)


def unpacked(packed: dict[str, Any]) -> Kept:
    """What ``keep`` put into a cell's outputs, as a table again."""
    import pandas as pd

    columns = [Column(**{**each, "value": _as_value(each["value"])}) for each in packed["columns"]]
    rows = [{name: _raw(value) for name, value in row} for row in packed["rows"]]
    foot: dict[str, Any]
    foot = {kind: row and {name: _raw(value) for name, value in row} for kind, row in packed["foot"].items()}
    frame = pd.DataFrame(rows, columns=list(dict(packed["rows"][0])) if packed["rows"] else [], dtype=object)
    made = Table(frame, columns, packed["caption"], packed["order"], packed["name"], packed["row_head"], **foot,
                 notes=packed["notes"])  # fmt: skip
    return Kept(made, packed["name"], packed["annex"])


_PLAIN_FIELDS = ("head", "kind", "key", "unit", "group", "title", "in_page", "significant", "words", "names")


def _packed(kept: Kept) -> dict[str, Any]:
    """As JSON: columns by their plain fields, rows by the values that the columns need."""
    made = kept.table
    needed = list(dict.fromkeys(
        name for column in made.columns
        for name in (*(column.value if isinstance(column.value, tuple) else [column.value]), column.significant) if name
    ))  # fmt: skip
    row_of = lambda row: [[name, _plain(row[name])] for name in needed if name in row]
    return {
        "name": kept.name, "annex": kept.annex, "caption": made.caption, "order": made.order, "row_head": made.row_head,
        "notes": made.below,
        "columns": [{each: getattr(column, each) for each in _PLAIN_FIELDS} | {"value": column.value} for column in made.columns],
        "rows": [row_of(row) for row in made.frame.to_dict("records")],
        "foot": {kind: row and row_of(row) for kind, row in (("subtotal", made.subtotal), ("total", made.total))},
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | dict):
        return value
    if is_missing(value):
        return None
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return value.item() if hasattr(value, "item") else value if isinstance(value, bool | int | float) else str(value)


def _raw(value: Any) -> Any:
    return Decimal(value["decimal"]) if isinstance(value, dict) and "decimal" in value else value


def _as_value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _name_column(frame: pd.DataFrame) -> str:
    """The column that names a row: the first of text, else the first."""
    shown = columns_of(frame)
    return str(next((each.value for each in shown if each.kind == "text"), shown[0].value if shown else ""))


def _number_column(frame: pd.DataFrame, name: str) -> Column:
    (found,) = columns_of(frame, [name])
    return found if name in WORDS else replace(found, kind="plain" if found.kind == "text" else found.kind)


def _printed(name: str, row: Row) -> str:
    """A value as the vocabulary prints it; an unknown number with commas."""
    if name in WORDS:
        return WORDS[name].column().printed(row)
    value = row[name]
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return numbers.count(value).replace("-", numbers.MINUS)
    return numbers.MISSING if is_missing(value) else f"{value:g}" if isinstance(value, float) else str(value)


def _need(frame: pd.DataFrame, *names: str) -> None:
    for name in names:
        if name not in frame:
            raise UnknownValueError("列", name, map(str, frame.columns))
