"""Months beside one another: columns from 0 with control limits, and small multiples of such columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline_lib.present import _style as style
from hotline_lib.present._canvas import HEAD, SPARE, Canvas, columns_up
from hotline_lib.present._style import ACCENT, BLUE, BLUE2, GREY, INK, SOFT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDEST = 64.0  # of the room of one column, px: few months do not fill the picture
_BAR = 0.62  # of that room


@dataclass(frozen=True)
class Level:
    """A horizontal line with its words at the right."""

    value: float
    words: str
    centre: bool = False


def levels(
    values: Sequence[float], words: Sequence[str], names: Sequence[str], years: Sequence[str], *,
    lines: Sequence[Level] = (), light: bool = False, outside: Sequence[bool] = (), last_only: bool = False,
) -> Figure:  # fmt: skip
    """A column per month, this month's (the last) dark, those beyond a limit red; lines of centre and limits.

    words: the values as printed, over the last column and those outside (over each, if there are no lines).
    names, years: below the columns; years mostly "". light: the lines are on trial. last_only: they are of this month alone.
    """
    most = max([*values, *(line.value for line in lines), 1e-9])
    with style.drawing():
        canvas = Canvas(212)
        top, bottom = 24.0, canvas.height - 38
        right = canvas.width - (canvas.widest([line.words for line in lines], HEAD) + 8 if lines else 0)
        pitch, scale = min(right / len(values), _WIDEST), (bottom - top) / most
        room = {"bottom": bottom, "pitch": pitch, "width": _BAR * pitch, "scale": scale}
        columns_up(canvas, values, _colours(len(values), outside), left=0, **room)
        end = pitch * len(values)
        for line in lines:
            y, colour = bottom - line.value * scale, SOFT if light else INK
            start = end - pitch if last_only else 0
            canvas.line(start, y, end, y, colour, width=1 if light else 1.2, dashed=not line.centre)
        _named_lines(canvas, lines, end + 8, bottom, scale, SOFT if light else INK)
        told = [at for at in range(len(values)) if any(outside[at : at + 1]) or not lines or at == len(values) - 1]
        _over_columns(canvas, [(pitch * (at + 0.5), bottom - values[at] * scale, words[at]) for at in reversed(told)])
        canvas.line(0, bottom, end, bottom, GREY)
        for at, (name, year) in enumerate(zip(names, years, strict=True)):
            short = name if canvas.measure(name, HEAD) + SPARE <= pitch else name.removesuffix("月")
            canvas.text(pitch * (at + 0.5), bottom + 12, short, SOFT, size=HEAD, align="center")
            if year and not (at == 0 and any(years[1:2]) and canvas.measure(year, HEAD) + SPARE > pitch):
                canvas.text(max(pitch * (at + (1 - _BAR) / 2), 0), bottom + 28, year, SOFT, size=HEAD)
    return canvas.figure


def _colours(count: int, outside: Sequence[bool]) -> list[str]:
    """This month, the last, dark; those beyond a limit red."""
    plain = [BLUE2] * (count - 1) + [BLUE]
    return [ACCENT if any(outside[at : at + 1]) else colour for at, colour in enumerate(plain)]


def _named_lines(canvas: Canvas, lines: Sequence[Level], x: float, bottom: float, scale: float, colour: str) -> None:
    """The words of the lines at their height, or as near as they do not meet: from the lowest up."""
    lines, y, heights = sorted(lines, key=lambda line: line.value), canvas.height, []
    for line in lines:
        y = min(bottom - line.value * scale, y - HEAD - SPARE)
        heights.append(y)
    down = max(HEAD / 2 + 2 - y, 0)
    for line, y in zip(lines, heights, strict=True):
        canvas.text(x, y + down, line.words, colour, size=HEAD)


def _over_columns(canvas: Canvas, labels: Sequence[tuple[float, float, str]]) -> None:
    """Words over columns, the first the most important: one that would meet another is left out."""
    placed: list[tuple[float, float, float]] = []
    for middle, top, words in labels:
        half = canvas.measure(words, HEAD) / 2
        x, y = max(middle, half), top - 10
        if all(
            abs(x - other) > half + width + SPARE or abs(y - height) > HEAD + SPARE for other, height, width in placed
        ):
            canvas.text(x, y, words, size=HEAD, align="center", ground=True)
            placed.append((x, y, half))


@dataclass(frozen=True)
class Panel:
    """One of several small charts: its name, its values, as printed the last and the highest, which are red, and the limits
    (low, high) that this month is held against. last_only: they are of this month alone."""

    name: str
    values: Sequence[float]
    last: str
    highest: str
    outside: Sequence[bool] = ()
    limits: Sequence[float] = ()
    last_only: bool = False


def panels(parts: Sequence[Panel], names: Sequence[str], *, common: bool) -> Figure:
    """Small charts two abreast, each with its name, its last value at the right, and the highest over its column.

    names: of all months; the first and the last stand below. common: one scale for all, else each fills its room.
    """
    gap, row, across = 28.0, 124.0, 2
    width = (Canvas.width - gap) / across
    highest = lambda part: max([*part.values, *part.limits])
    most = max(map(highest, parts), default=0)
    with style.drawing():
        canvas = Canvas(row * -(-len(parts) // across) - 16)
        for number, part in enumerate(parts):
            left, top = (number % across) * (width + gap), (number // across) * row
            _panel(canvas, part, names, left, top, width, max(most if common else highest(part), 1e-9))
    return canvas.figure


def _panel(
    canvas: Canvas, part: Panel, names: Sequence[str], left: float, top: float, width: float, most: float
) -> None:
    bottom, count = top + 86, len(part.values)
    pitch, scale = min(width / count, _WIDEST), (bottom - top - 40) / most
    canvas.text(left, top + 9, canvas.shorten(part.name, width - canvas.measure(part.last) - 10), INK)
    canvas.text(left + width, top + 9, part.last, INK, align="right")
    room = {"left": left, "bottom": bottom, "pitch": pitch, "width": _BAR * pitch, "scale": scale}
    columns_up(canvas, part.values, _colours(count, part.outside), **room)
    canvas.line(left, bottom, left + pitch * count, bottom, GREY)
    for value in part.limits:
        start, y = left + pitch * (count - 1) * part.last_only, bottom - value * scale
        canvas.line(start, y, left + pitch * count, y, SOFT, width=1, dashed=True)
    peak = max(range(count), key=lambda at: part.values[at])
    if peak < count - 1:
        half = canvas.measure(part.highest, HEAD) / 2
        middle = min(max(left + pitch * (peak + 0.5), left + half), left + width - half)
        canvas.text(
            middle, bottom - part.values[peak] * scale - 9, part.highest, SOFT, size=HEAD, align="center", ground=True
        )
    end = left
    for at in dict.fromkeys((0, count - 1)):
        half = canvas.measure(names[at], HEAD) / 2
        middle = min(max(left + pitch * (at + 0.5), end + half), left + width - half)
        canvas.text(middle, bottom + 13, names[at], SOFT, size=HEAD, align="center")
        end = middle + half + SPARE
