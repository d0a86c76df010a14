"""When people call: columns over the days of a month or the hours of a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _style as style
from hotline_lib.present._canvas import HEAD, Canvas, columns_up, grid_step
from hotline_lib.present._style import BLUE, BLUE2, GREY, RULE, SOFT

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def columns(values: Sequence[int], names: Sequence[str], *, light: Sequence[bool] = (), peak: str = "") -> Figure:
    """A column per value from 0; the highest has its value, and ``peak`` before it, above it.

    names: what stands below each column; mostly "". light: which columns are lighter.
    """
    light = list(light) or [False] * len(values)
    most = max([*values, 1])
    with style.drawing():
        canvas = Canvas(190)
        top, bottom = 26.0, canvas.height - 22
        step = max(grid_step(most), 1)
        grid = [int(step * n) for n in (1, 2) if step * n <= max(values)]
        left = canvas.widest([numbers.count(at) for at in [0, *grid]], HEAD) + 8
        pitch, scale = (canvas.width - left) / len(values), (bottom - top) / most
        for at in grid:
            canvas.block(left, bottom - at * scale - 0.5, canvas.width, bottom - at * scale + 0.5, RULE)  # behind
            canvas.text(left - 8, bottom - at * scale, numbers.count(at), SOFT, size=HEAD, align="right")
        colours = [BLUE2 if pale else BLUE for pale in light]
        columns_up(canvas, values, colours, left=left, bottom=bottom, pitch=pitch, width=pitch - 2, scale=scale)
        for at, name in enumerate(names):
            _centred(canvas, left + pitch * (at + 0.5), bottom + 13, name, left, SOFT)
        canvas.line(left, bottom, canvas.width, bottom, GREY)
        canvas.text(left - 8, bottom, "0", SOFT, size=HEAD, align="right")
        if any(values):
            at = list(values).index(most)
            _centred(canvas, left + pitch * (at + 0.5), 12, f"{peak} {numbers.count(most)}".strip(), 0)
    return canvas.figure


def _centred(canvas: Canvas, x: float, y: float, words: str, left: float, colour: str = style.INK) -> None:
    """Words above or below ``x``, moved in from the picture's edges."""
    half = canvas.measure(words, HEAD) / 2
    canvas.text(min(max(x, left + half), canvas.width - half - 1), y, words, colour, size=HEAD, align="center")
