"""A chart's canvas, measured in CSS px from the top left, and the arithmetic that keeps its labels apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from hotline_lib.present import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BODY, HEAD = 13.0, 12.0  # type sizes, px
SPARE = 4.0  # what a label inside a bar needs on each side
EDGE = 1.0  # between words and the picture's right side: a program that makes it smaller would cut their last digit
NAME_ROOM = 112.0  # for a name at a row's left; longer ones end in …


Align = Literal["left", "center", "right"]


class Canvas:
    """One figure. Text, lines and marks lie in px on a layer of their own; bars may have panels with data axes."""

    width = float(style.CHART_WIDTH)

    def __init__(self, height: float):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.height = float(round(height))
        self.figure = Figure(figsize=(self.width / 96, self.height / 96), dpi=96 * style.SCALE, facecolor=style.WHITE)
        FigureCanvasAgg(self.figure)  # outside pyplot: nothing keeps the figure alive
        self.layer = self.figure.add_axes((0, 0, 1, 1), zorder=2)
        self.layer.set(xlim=(0, self.width), ylim=(self.height, 0))
        self.layer.set_axis_off()

    def panel(self, left: float, top: float, right: float, bottom: float) -> Axes:
        """Bare axes behind the layer, for bars."""
        box = (left / self.width, 1 - bottom / self.height, (right - left) / self.width, (bottom - top) / self.height)
        axes = self.figure.add_axes(box, zorder=1)
        axes.set_axis_off()
        return axes

    def text(
        self, x: float, y: float, words: str, colour: str = style.INK, *, size: float = BODY,
        align: Align = "left", ground: bool = False,
    ) -> None:  # fmt: skip
        """Words whose middle is at height ``y``; every row of a chart so has one baseline.

        ground: with white behind the words, where they may stand on a grid line.
        """
        if align == "right":
            x = min(x, self.width - EDGE)
        box = {"facecolor": style.WHITE, "edgecolor": "none", "pad": 0.8} if ground else None
        self.layer.text(
            x, y + 0.36 * size, words, color=colour, fontsize=_points(size), fontfamily=style.font_family(),
            ha=align, va="baseline", parse_math=False, bbox=box,
        )  # fmt: skip

    def line(
        self, x0: float, y0: float, x1: float, y1: float, colour: str, *, width: float = 1, dashed: bool = False
    ) -> None:
        self.layer.plot(
            [x0, x1], [y0, y1], color=colour, linewidth=_points(width), linestyle=(0, (3, 3)) if dashed else "-",
            solid_capstyle="butt", dash_capstyle="butt", zorder=1,
        )  # fmt: skip

    def dot(self, x: float, y: float, colour: str, *, hollow: bool = False, size: float = 8) -> None:
        self.layer.plot(
            [x], [y], marker="o", markersize=_points(size), markeredgecolor=colour, markeredgewidth=_points(1.8),
            markerfacecolor=style.WHITE if hollow else colour, zorder=2,
        )  # fmt: skip

    def block(self, x0: float, y0: float, x1: float, y1: float, colour: str) -> None:
        self.layer.fill([x0, x1, x1, x0], [y0, y0, y1, y1], color=colour, linewidth=0, zorder=0)

    def measure(self, words: str, size: float = BODY) -> float:
        """Width of ``words`` in px."""
        from matplotlib.font_manager import FontProperties

        font = FontProperties(family=style.font_family(), size=_points(size))
        canvas: Any = self.figure.canvas  # of Agg, which has a renderer at any time
        width, _, _ = canvas.get_renderer().get_text_width_height_descent(words, font, ismath=False)
        return width / style.SCALE

    def widest(self, words: Sequence[str], size: float = BODY) -> float:
        return max((self.measure(word, size) for word in words), default=0.0)

    def shorten(self, words: str, room: float, size: float = BODY) -> str:
        """``words``, or as much of them as fits into ``room`` px, ending in ….  The table has the whole."""
        if self.measure(words, size) <= room:
            return words
        while words and self.measure(words + "…", size) > room:
            words = words[:-1]
        return words + "…"


def zero_and_scale(values: Sequence[float], labels: Sequence[float], left: float, right: float) -> tuple[float, float]:
    """Where 0 stands and how many px a unit takes, so that bars with labels at their outer ends just fit.

    values: lengths with sign. labels: px that each one's label takes beyond its end, gap included.
    """
    ahead = [(0.0, 0.0)] + [(v, w) for v, w in zip(values, labels, strict=True) if v >= 0]
    behind = [(0.0, 0.0)] + [(-v, w) for v, w in zip(values, labels, strict=True) if v < 0]
    room = right - left
    scale = min(((room - wa - wb) / (a + b) for a, wa in ahead for b, wb in behind if a + b > 0), default=0.0)
    return left + max(w + scale * v for v, w in behind), scale


def bar_rows(
    canvas: Canvas, names: Sequence[str], lengths: Sequence[float], words: Sequence[str], colours: Sequence[str], *,
    top: float, pitch: float, inks: Sequence[str] = (),
) -> None:  # fmt: skip
    """A row per name: the name at the left, a bar from 0 that may go to either side, its words at the outer end."""
    inks, names = inks or [style.INK] * len(names), [canvas.shorten(name, NAME_ROOM) for name in names]
    left, beyond = canvas.widest(names) + 14, [canvas.measure(each) + 7 for each in words]
    zero, scale = zero_and_scale(lengths, beyond, left, canvas.width)
    for at, length in enumerate(lengths):
        y, more = top + pitch * (at + 0.5), length >= 0
        x = zero + scale * length
        canvas.block(zero, y - 6.5, x, y + 6.5, colours[at])
        canvas.text(0, y, names[at], inks[at])
        canvas.text(x + (7 if more else -7), y, words[at], inks[at], align="left" if more else "right")
    canvas.line(zero, 1, zero, canvas.height - 1, style.GREY)


def row_names(
    canvas: Canvas, names: Sequence[str], *, top: float, pitch: float, gap: float, head: str = "单位", at: float = 0
) -> float:
    """The names of rows at the left, or from ``at`` on, under a head. Returns where what follows them may begin, ``gap`` px on."""
    shown = [canvas.shorten(name, NAME_ROOM) for name in names]
    canvas.text(at, 10, head, style.SOFT, size=HEAD)
    for number, name in enumerate(shown):
        canvas.text(at, top + pitch * (number + 0.5), name)
    return at + canvas.widest([head, *shown]) + gap


def columns_up(
    canvas: Canvas, values: Sequence[float], colours: Sequence[str], *, left: float, bottom: float, pitch: float,
    width: float, scale: float, least: float = 0,
) -> None:  # fmt: skip
    """A column per value from 0 upwards, ``width`` px of the ``pitch`` px of its room. least: px of one that is not 0."""
    for at, (value, colour) in enumerate(zip(values, colours, strict=True)):
        start = left + pitch * at + (pitch - width) / 2
        height = max(value * scale, least if value else 0)
        canvas.block(start, bottom - height, start + width, bottom, colour)


def pitch_of(rows: Sequence, normal: float, dense: float) -> float:
    """Height of a row: ``dense`` where there are more units than a province usually has."""
    return normal if len(rows) <= 16 else dense


def grid_step(room: float) -> float:
    """The largest round step of which two fit into ``room`` (in data units)."""
    power = 10.0
    while power * 2 > room:
        power /= 10
    while power * 20 <= room:
        power *= 10
    return max(step * power for step in (1, 2, 2.5, 5) if 2 * step * power <= room)


def _points(px: float) -> float:
    return px * 0.75
