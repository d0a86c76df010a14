"""Tickets per day, a line of columns per unit, this month beside the last: a missing day is a red block."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline_lib.present import _style as style
from hotline_lib.present._canvas import HEAD, Align, Canvas, pitch_of, row_names
from hotline_lib.present._style import ACCENT, BLUE, BLUE2, GREY, HAIR, INK, SOFT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_GAP = 10.0
_WIDEST, _PIXEL = 10.0, 1 / style.SCALE  # of a day, px
_HEAD_ROOM, _FOOT_ROOM = 22.0, 44.0
_SMALLEST = 1.5  # of a column that is not 0, px


@dataclass(frozen=True)
class Strip:
    """A unit's days. now, before: tickets by day of this month and the last (empty: nobody knows them).

    total, before_total: as printed. missing: days of ``now``, from 0, that must have had tickets. told: whether
    anything else is said of the unit; then its total is red.
    """

    name: str
    now: Sequence[int]
    total: str
    before: Sequence[int] = ()
    before_total: str = ""
    missing: Collection[int] = ()
    told: bool = False


def strips(rows: Sequence[Strip], name: str, before_name: str) -> Figure:
    """A row per unit: its days as columns from 0, each unit on a scale of its own (its highest day of both months).

    name, before_name: of the two months. The last strip is set off: all units together.
    """
    pitch = pitch_of(rows, 26, 22)
    counts = [max(map(len, side), default=0) for side in ([row.now for row in rows], [row.before for row in rows])]
    with style.drawing(bare=True):
        canvas = Canvas(_HEAD_ROOM + pitch * len(rows) + _FOOT_ROOM)
        room = canvas.widest(["件", *(row.total for row in rows)])
        last_room = canvas.widest(["件" if counts[1] else before_name, *(row.before_total for row in rows)])
        left = row_names(canvas, [row.name for row in rows], top=_HEAD_ROOM, pitch=pitch, gap=_GAP)
        free = canvas.width - left - room - last_room - 2 * _GAP
        day = int(min(free / max(sum(counts), 1), _WIDEST) / _PIXEL) * _PIXEL  # whole pixels: columns of one width
        end = left + day * counts[0] + _GAP / 2 + room
        second = end + _GAP
        last_end = second + day * counts[1] + _GAP / 2 + last_room
        bottom = _HEAD_ROOM + pitch * len(rows)
        heads: list[tuple[float, str, Align]] = [(left, name, "left"), (end, "件", "right")]
        heads += [(second, before_name, "left"), (last_end, "件", "right")] if counts[1] else []
        heads += [(last_end, before_name, "right")] if before_name and not counts[1] else []
        for x, words, align in heads:
            canvas.text(x, 10, words, SOFT, size=HEAD, align=align)
        columns: dict[str, list[tuple[float, float, float, float]]] = {HAIR: [], BLUE: [], BLUE2: [], ACCENT: []}
        for at, row in enumerate(rows):
            top = _HEAD_ROOM + pitch * at
            floor, most = top + pitch - 4, max([*row.now, *row.before, 1])
            canvas.text(end, top + pitch / 2, row.total, ACCENT if row.told else INK, align="right")
            canvas.text(last_end, top + pitch / 2, row.before_total, SOFT, align="right")
            for start, values, colour in ((left, row.now, BLUE), (second, row.before, BLUE2)):
                columns[HAIR].append((start, floor, start + day * len(values), floor + 1))
                for number, value in enumerate(values):
                    gone, x = colour == BLUE and number in row.missing, start + day * number
                    height = pitch - 6 if gone else max(value / most * (pitch - 8), _SMALLEST if value else 0)
                    columns[ACCENT if gone else colour].append((x, floor - height, x + day - _PIXEL, floor))
        for colour, boxes in columns.items():
            _blocks(canvas, boxes, colour)
        canvas.line(0, bottom - pitch, last_end, bottom - pitch, GREY)
        for start, count in zip((left, second), counts, strict=True):
            for number in [number for number in (1, 10, 20, 30) if number <= count]:
                canvas.text(start + day * (number - 0.5), bottom + 9, str(number), SOFT, size=HEAD, align="center")
        canvas.text(0, bottom + 32, "红：缺，超出偶然波动范围。各单位按自己最多的一天画。", SOFT, size=HEAD)
    return canvas.figure


def _blocks(canvas: Canvas, boxes: Sequence[tuple[float, float, float, float]], colour: str) -> None:
    """Many blocks at once: x0, y0, x1, y1 each."""
    from matplotlib.collections import PolyCollection

    corners = [[(x0, y0), (x1, y0), (x1, y1), (x0, y1)] for x0, y0, x1, y1 in boxes]
    canvas.layer.add_collection(PolyCollection(corners, facecolors=colour, linewidths=0, zorder=0), autolim=False)
