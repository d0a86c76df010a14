"""A line of months per unit: its scores, or its tickets a day, one row under another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hotline_lib.present import _style as style
from hotline_lib.present._canvas import HEAD, SPARE, Canvas, columns_up, pitch_of, row_names
from hotline_lib.present._style import BLUE, BLUE2, HAIR, INK, SOFT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOP, _FOOT, _GAP = 22.0, 24.0, 14.0
_BAR, _WIDEST = 0.7, 36.0  # of the room of a month; that room, px
_SMALLEST = 1.5  # of a column that is not 0, px


@dataclass(frozen=True)
class Line:
    """A unit's months, oldest first, this one last (None: nobody knows); ``last`` as printed, ``moved`` as words."""

    name: str
    values: Sequence[float | None]
    last: str
    moved: str


def score_lines(lines: Sequence[Line], names: Sequence[str], *, span: float, moved: str) -> Figure:
    """A row per unit: its scores as a line around their middle, this month's as a dot; every row is ``span`` points high.

    names: of the months. moved: the head over the words at the right; nothing if there are none.
    """

    def draw(canvas: Canvas, line: Line, xs: Sequence[float], top: float, bottom: float) -> None:
        known = [value for value in line.values if value is not None]
        centre, scale = (max(known) + min(known)) / 2, (bottom - top) / span
        y = lambda value: (top + bottom) / 2 - (value - centre) * scale
        points: list[tuple[float, Any]]  # the height of a month that nobody knows is None; this month is known
        points = [(x, None if value is None else y(value)) for x, value in zip(xs, line.values, strict=True)]
        for (x0, y0), (x1, y1) in pairwise(points):
            if y0 is not None and y1 is not None:
                canvas.line(x0, y0, x1, y1, BLUE2, width=1.6)
        for at, (x, height) in enumerate(points[:-1]):
            beside = [points[each][1] for each in (at - 1, at + 1) if each >= 0]
            if height is not None and all(each is None for each in beside):
                canvas.dot(x, height, BLUE2, size=3)  # a month alone has no line
        canvas.dot(*points[-1], BLUE, size=5)

    return _rows(lines, names, draw, head="总分", moved=moved)


def ticket_columns(lines: Sequence[Line], names: Sequence[str]) -> Figure:
    """A row per unit: its months as columns from 0, each unit on a scale of its own, this month's dark."""

    def draw(canvas: Canvas, line: Line, xs: Sequence[float], top: float, bottom: float) -> None:
        values = [value or 0 for value in line.values]
        colours, pitch = [BLUE2] * (len(values) - 1) + [BLUE], xs[1] - xs[0]
        columns_up(
            canvas, values, colours, left=xs[0] - pitch / 2, bottom=bottom, pitch=pitch, width=_BAR * pitch,
            scale=(bottom - top) / max(*values, 1e-9), least=_SMALLEST,
        )  # fmt: skip

    return _rows(lines, names, draw, head="日均件数", moved="")


def _rows(
    lines: Sequence[Line], names: Sequence[str], draw: Callable[[Canvas, Line, Sequence[float], float, float], None], *,
    head: str, moved: str,
) -> Figure:  # fmt: skip
    pitch = pitch_of(lines, 24, 20)
    with style.drawing(bare=True):
        canvas = Canvas(_TOP + pitch * len(lines) + _FOOT)
        left = row_names(canvas, [line.name for line in lines], top=_TOP, pitch=pitch, gap=_GAP)
        far = canvas.widest([moved, *(line.moved for line in lines)]) if moved else -_GAP
        end = canvas.width - far - _GAP
        right = end - canvas.widest([head, *(line.last for line in lines)]) - _GAP
        step = min((right - left) / len(names), _WIDEST)  # few months do not fill the picture
        xs = [left + step * (at + 0.5) for at in range(len(names))]
        canvas.text(end, 10, head, SOFT, size=HEAD, align="right")
        if moved:
            canvas.text(canvas.width, 10, moved, SOFT, size=HEAD, align="right")
        for at, line in enumerate(lines):
            top = _TOP + pitch * at
            middle = top + pitch / 2
            canvas.line(0, top + pitch, canvas.width, top + pitch, HAIR)
            draw(canvas, line, xs, top + 5, top + pitch - 4)
            canvas.text(end, middle, line.last, INK, align="right")
            canvas.text(canvas.width, middle, line.moved, SOFT, align="right")
        _months(canvas, names, xs, left, _TOP + pitch * len(lines) + 12)
    return canvas.figure


def _months(canvas: Canvas, names: Sequence[str], xs: Sequence[float], left: float, y: float) -> None:
    """The first month and the last below their columns, the first left out where they would meet."""
    first, last = (canvas.measure(name, HEAD) / 2 for name in (names[0], names[-1]))
    start = max(xs[0], left + first)
    if start + first + 2 * SPARE <= xs[-1] - last:
        canvas.text(start, y, names[0], SOFT, size=HEAD, align="center")
    canvas.text(xs[-1], y, names[-1], SOFT, size=HEAD, align="center")
