"""Charts: a metric's frame in, a picture of 440 CSS px out.

What it finds (title) and how to read it (note) are text beside the picture. Order and signals come from the frame, so that a chart agrees with the table of the same frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline_lib.exact import is_missing
from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _style as style
from hotline_lib.present._canvas import HEAD, NAME_ROOM, SPARE, Canvas, bar_rows, grid_step, pitch_of, zero_and_scale
from hotline_lib.present._lost_points import scores
from hotline_lib.present._style import BLUE, BLUE2, GREY, HAIR, INK, RULE, SLATE, SOFT, WHITE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["contributions", "scores", "types", "units"]


def types(frame: pd.DataFrame, *, name: str = "business_type") -> Figure:
    """图1, 图4: counts as bars; beside them the changes on last year ● and on last month ○, on one axis with 0.

    frame: a row per business type or domain, without total: the column ``name``, ``tickets`` and ``of``,
        ``yoy_base``, ``mom_base`` (tickets, or missing).
    """
    rows = frame.to_dict("records")
    top, pitch = 26, 56
    lines = [line for at, row in enumerate(rows) for line in _change_lines(row, top + at * pitch)]
    known = [line for line in lines if line["value"] is not None]
    lines = [line for line in lines if line["label"] in {each["label"] for each in known}]
    for label, first in {line["label"]: line for line in reversed(known)}.items():
        first["words"] = f"{label} {first['words']}"

    with style.drawing():
        canvas = Canvas(top + pitch * len(rows) + (24 if known else 0))
        room = 180.0 if known else 330.0
        canvas.text(0, 10, "件数与占比", SOFT, size=HEAD)
        end = _named_bars(canvas, rows, name, top, pitch, room)
        if known:
            _changes(canvas, lines, left=max(end + 14, 206), top=top, bottom=canvas.height - 24)
    return canvas.figure


def _change_lines(row: dict, top: float) -> list[dict]:
    """The change on last year, then on last month: ``value`` is None where there is no base."""
    return [
        {
            "label": label,
            "y": top + offset,
            "value": None if is_missing(base) or base == 0 else 100 * (row["tickets"] / base - 1),
            "words": numbers.change(row["tickets"], base),
        }
        for label, base, offset in (("同比", row["yoy_base"], 20), ("环比", row["mom_base"], 38))
    ]


def _named_bars(canvas: Canvas, rows: list[dict], name: str, top: float, pitch: float, room: float) -> float:
    """Bars with the name above, count and share inside or at the end. Returns where the last label ends."""
    scale = room / max([row["tickets"] for row in rows] + [1])
    _bars(canvas.panel(0, top, room, top + pitch * len(rows)), rows, "tickets", 16 / pitch, room / scale)
    end = room
    for at, row in enumerate(rows):
        middle = top + at * pitch
        words = f"{numbers.count(row['tickets'])}  {numbers.share(row['tickets'], row['of'])}%"
        length, width = row["tickets"] * scale, canvas.measure(words)
        inside = length >= width + 8 + SPARE
        canvas.text(0, middle + 8, canvas.shorten(str(row[name]), room))
        canvas.text(8 if inside else length + 7, middle + 28, words, WHITE if inside else INK)
        end = max(end, length + 7 + width if not inside else 0)
    return end


def _changes(canvas: Canvas, lines: list[dict], *, left: float, top: float, bottom: float) -> None:
    gap = 9
    beyond = [canvas.measure(line["words"]) + gap for line in lines]
    zero, scale = zero_and_scale([line["value"] or 0 for line in lines], beyond, left, canvas.width - 1)
    zero = min(zero, canvas.width - 5)  # room for half of the 0 below
    heading = "增减（%）"
    half = canvas.measure(heading, HEAD) / 2
    canvas.text(min(max(zero, left + half), canvas.width - half), 10, heading, SOFT, size=HEAD, align="center")
    for at, words in _grid(zero, scale, left, canvas.width):
        canvas.line(at, top, at, bottom, GREY if at == zero else RULE)
        canvas.text(at, bottom + 14, words, SOFT, size=HEAD, align="center")
    for line in lines:
        value, y, last_year = line["value"], line["y"], line["label"] == "同比"
        colour = INK if last_year else SOFT
        if value is None:
            canvas.text(zero + gap, y, line["words"], SOFT, ground=True)
            continue
        x = zero + scale * value
        canvas.line(zero, y, x, y, BLUE if last_year else GREY, width=2 if last_year else 1.5)
        canvas.dot(x, y, BLUE if last_year else SOFT, hollow=not last_year)
        outward = gap if value >= 0 else -gap
        canvas.text(x + outward, y, line["words"], colour, align="left" if value >= 0 else "right", ground=True)


def _grid(zero: float, scale: float, left: float, right: float) -> list[tuple[float, str]]:
    """0 and two lines on the side that has more room: where, and what to write below."""
    side = 1 if right - zero >= zero - left else -1
    room = (right - zero if side > 0 else zero - left) - 20
    if scale <= 0:
        return [(zero, "0")]
    step = grid_step(room / scale)
    sign = "+" if side > 0 else "−"
    return [(zero, "0")] + [(zero + side * n * step * scale, f"{sign}{n * step:g}") for n in (1, 2)]


def contributions(frame: pd.DataFrame) -> Figure:
    """Tickets more or less than a year ago, a bar per city, most gained first; what is significant is dark.

    frame: ``unit``, ``kind``, ``difference`` (missing without a base), ``yoy_significant``. Units that are not cities are
        left out if there are cities: their size would hide them.
    """
    rows = _cities(frame).sort_values("difference", ascending=False, kind="stable").to_dict("records")
    lengths = [0 if is_missing(row["difference"]) else int(row["difference"]) for row in rows]
    words = [numbers.signed_count(row["difference"]) for row in rows]
    pitch = pitch_of(rows, 22.5, 22)
    with style.drawing():
        canvas = Canvas(6 + pitch * len(rows) + 6)
        dark = [_yes(row["yoy_significant"]) for row in rows]
        bar_rows(
            canvas, [row["unit"] for row in rows], lengths, words, [BLUE if each else BLUE2 for each in dark],
            top=6, pitch=pitch, inks=[INK if each else SOFT for each in dark],
        )  # fmt: skip
    return canvas.figure


def units(frame: pd.DataFrame, *, words: tuple[str, str] = ("投诉", "咨询与建议"), whole: str = "全省") -> Figure:
    """图2: one bar of everything, then the cities' part of it opened into a bar per city on a scale of their own.

    frame: in the table's order: ``unit``, ``kind`` (group | city), ``complaint``, ``tickets``, ``of``, ``yoy_base``,
        ``yoy_significant``. Without a group, or without cities, there is nothing to open: plain bars.
    words: what the dark and the light part of a bar are called.
    """
    cities = _cities(frame).to_dict("records")
    context = [] if len(cities) == len(frame) else frame[frame["kind"] != "city"].to_dict("records")
    top = 112.0 if context else 30.0
    pitch = pitch_of(cities, 29, 24)
    with style.drawing():
        canvas = Canvas(top + pitch * len(cities) + 4)
        if context:
            _opened(canvas, context, cities, whole)
        _city_bars(canvas, cities, top, pitch, words)
    return canvas.figure


def _opened(canvas: Canvas, context: list[dict], cities: list[dict], whole: str) -> None:
    """The bar of everything, and the wedge from its last part down to the cities."""
    of = int(context[0]["of"])
    part = sum(int(row["tickets"]) for row in cities)
    top, bottom, wedge = 22.0, 48.0, 82.0
    total = f"{whole} {numbers.count(of)} 件"
    cities_words = f"{len(cities)}市  {numbers.count(part)}  {numbers.share(part, of)}%"
    canvas.text(0, 10, total, SOFT, size=HEAD)
    canvas.text(canvas.width, 10, cities_words, BLUE, align="right")
    start = 0.0
    spare = canvas.width - canvas.measure(total, HEAD) - canvas.measure(cities_words) - 24
    for row in context:
        end = start + (canvas.width * int(row["tickets"]) / of if of else 0)
        canvas.block(start, top, max(end - 2, start), bottom, SLATE)
        words = f"{row['unit']}  {numbers.count(row['tickets'])}  {numbers.share(row['tickets'], of)}%"
        if canvas.measure(words) + 8 + SPARE <= end - 2 - start:
            canvas.text(start + 8, (top + bottom) / 2, words, WHITE)
        elif len(context) == 1 and canvas.measure(words, HEAD) <= spare:
            canvas.text(canvas.measure(total, HEAD) + 12, 10, words, SOFT, size=HEAD)
        start = end
    canvas.block(start if of else 0, top, canvas.width, bottom, BLUE if of else HAIR)
    canvas.layer.fill([start, canvas.width, canvas.width, 0], [bottom, bottom, wedge, wedge], color=HAIR, linewidth=0)
    canvas.text(0, wedge + 14, f"放大：{len(cities)}市", BLUE, size=HEAD)


def _city_bars(canvas: Canvas, rows: list[dict], top: float, pitch: float, words: tuple[str, str]) -> None:
    changes = [numbers.change(row["tickets"], row["yoy_base"]) for row in rows]
    known = any(words != numbers.MISSING for words in changes)
    changes = changes if known else [""] * len(rows)
    counts = [numbers.count(row["tickets"]) for row in rows]
    names = [canvas.shorten(row["unit"], NAME_ROOM) for row in rows]
    heading = "同比（%）"
    total_at = canvas.width - (max(canvas.widest(changes) + 22, canvas.measure(heading, HEAD)) + 14 if known else 0)
    left = canvas.widest(names) + 14
    right = total_at - max(canvas.widest(counts), canvas.measure("合计", HEAD)) - 16
    canvas.text(total_at, top - 16, "合计", SOFT, size=HEAD, align="right")
    canvas.text(canvas.width, top - 16, heading if known else "", SOFT, size=HEAD, align="right")

    most = max([int(row["tickets"]) for row in rows] + [1])
    scale = (right - left) / most
    panel = canvas.panel(left, top, right, top + pitch * len(rows))
    _bars(panel, rows, "tickets", 18 / pitch, most, BLUE2)
    _bars(panel, rows, "complaint", 18 / pitch, most)
    canvas.line(left, top, left, top + pitch * len(rows), GREY)
    for at, row in enumerate(rows):
        y = top + pitch * (at + 0.5)
        dark, total = int(row["complaint"]), int(row["tickets"])
        split = left + dark * scale
        if 0 < dark < total:
            canvas.block(split - 0.5, y - 9, split + 0.5, y + 9, WHITE)
        for start, number, colour, word in ((left, dark, WHITE, words[0]), (split, total - dark, INK, words[1])):
            value = numbers.count(number)
            for label in ([f"{word} {value}"] if at == 0 else []) + [value]:
                if number and canvas.measure(label) + 6 + SPARE <= number * scale:
                    canvas.text(start + 6, y, label, colour)
                    break
        canvas.text(0, y, names[at])
        canvas.text(total_at, y, counts[at], align="right")
        significant = _yes(row["yoy_significant"])
        canvas.text(canvas.width, y, changes[at], INK if significant else SOFT, align="right")
        if significant and changes[at] != numbers.MISSING:
            mark = "▼" if int(row["tickets"]) < int(row["yoy_base"]) else "▲"
            canvas.text(canvas.width - canvas.measure(changes[at]) - 3, y, mark, align="right")


def _bars(panel: Axes, rows: list[dict], value: str, thick: float, most: float, colour: str = BLUE) -> None:
    """Bars of ``value`` from 0, a row each from the top; ``most`` is the length of the whole panel."""
    import seaborn

    if rows:
        seaborn.barplot(
            x=[float(row[value]) for row in rows], y=[str(at) for at in range(len(rows))], ax=panel, orient="h",
            errorbar=None, saturation=1, width=thick, linewidth=0, color=colour,
        )  # fmt: skip
        panel.set(xlim=(0, most), ylim=(len(rows) - 0.5, -0.5))


def _cities(frame: pd.DataFrame) -> pd.DataFrame:
    cities = frame[frame["kind"] == "city"]
    return cities if len(cities) else frame


def _yes(flag: object) -> bool:
    return not is_missing(flag) and bool(flag)
