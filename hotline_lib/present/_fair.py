"""Units compared fairly: how far each rank could be elsewhere, and a funnel."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from hotline_lib.present import _style as style
from hotline_lib.present._canvas import BODY, HEAD, Align, Canvas, grid_step, pitch_of, row_names
from hotline_lib.present._style import ACCENT, BLUE, BLUE2, GREY, HAIR, INK, SLATE, SOFT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_TOP, _FOOT = 24.0, 6.0


def rank_ranges(frame: pd.DataFrame) -> Figure:
    """A row per unit by rank: its rank as a dot, and the line on which it could as well stand; a rule between bands.

    frame: ``unit``, ``rank``, ``rank_low``, ``rank_high``, ``band``.
    """
    rows = frame.to_dict("records")
    pitch, last = pitch_of(rows, 24, 20), max(len(rows), 2)
    with style.drawing(bare=True):
        canvas = Canvas(_TOP + pitch * len(rows) + _FOOT)
        left = row_names(canvas, [row["unit"] for row in rows], top=_TOP, pitch=pitch, gap=22)
        at = lambda rank: left + (rank - 1) * (canvas.width - left - 20) / (last - 1)
        bottom = _TOP + pitch * len(rows)
        for rank in range(1, last + 1):
            canvas.line(at(rank), _TOP - 4, at(rank), bottom, HAIR)
            if rank == 1 or rank % 5 == 0:
                canvas.text(at(rank), 10, f"第{rank}", SOFT, size=HEAD, align="center")
        for place, row in enumerate(rows):
            y = _TOP + pitch * (place + 0.5)
            canvas.line(at(row["rank_low"]), y, at(row["rank_high"]), y, BLUE2, width=6)
            canvas.dot(at(row["rank"]), y, BLUE, size=9)
            if place and row["band"] != rows[place - 1]["band"]:
                canvas.line(0, y - pitch / 2, canvas.width, y - pitch / 2, SLATE, dashed=True)
    return canvas.figure


def funnel(frame: pd.DataFrame, *, head: str, size: str, factor: float = 1) -> Figure:
    """Units by size, their values as dots between the limits for each size; who is beyond 99.8 % is red and named, of the
    others those whose names have room, the farthest from the whole first.

    frame: as ``metrics.funnel`` gives it. head: what the values are; size: what the denominators are. factor: of the values
    and limits, 100 for percent.
    """
    rows = frame.sort_values("denominator")
    n = rows["denominator"].to_numpy(float)
    ends = [rows[name].to_numpy(float) * factor for name in ("lowest", "highest", "value")]
    with style.drawing(bare=True):
        canvas = Canvas(250)
        left, right, top, bottom = 46.0, canvas.width - 12, 26.0, canvas.height - 26
        low, high = min(map(min, ends)), max(map(max, ends))
        room = (high - low) * 0.06 or 1.0
        low, high = max(low - room, 0 if low >= 0 else low), high + room
        x = lambda value: left + 14 + (value - n[0]) / ((n[-1] - n[0]) or 1) * (right - left - 28)
        y = lambda value: bottom - (value - low) / (high - low) * (bottom - top)
        canvas.text(0, 10, head, SOFT, size=HEAD)
        step = grid_step(high - low)
        for mark in range(int(low // step) + 1, int(high // step) + 1):
            canvas.line(left, y(mark * step), right, y(mark * step), HAIR)
            canvas.text(left - 6, y(mark * step), f"{mark * step:g}", SOFT, size=HEAD, align="right")
        whole = y(float(rows["target"].iloc[0]) * factor)
        canvas.line(left, whole, right, whole, GREY)
        for name, dashed in (("low", True), ("high", True), ("lowest", False), ("highest", False)):
            points = [(x(size), y(value * factor)) for size, value in zip(n, rows[name], strict=True)]
            for (x0, y0), (x1, y1) in itertools.pairwise(points):
                canvas.line(x0, y0, x1, y1, GREY, dashed=dashed)
        rows = rows.assign(x=x(n), y=y(rows["value"] * factor), far=(rows["value"] - rows["target"]).abs())
        taken = [(at - 5, height - 5, at + 5, height + 5) for at, height in zip(rows["x"], rows["y"], strict=True)]
        meet = lambda a, b: a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        clear = lambda box: left <= box[0] and box[2] <= right and not any(meet(box, one) for one in taken)
        for row in rows.sort_values(["beyond", "far"], ascending=False, kind="stable").to_dict("records"):
            told, ink, letters = (ACCENT, INK, BODY) if row["beyond"] else (BLUE, SOFT, HEAD)
            canvas.dot(row["x"], row["y"], told, size=8)
            wide = canvas.measure(row["unit"], letters)
            sides = sorted([row["x"] + 8, row["x"] - 8 - wide], reverse=row["x"] <= (left + right) / 2)
            boxes = [(start, row["y"] - 8, start + wide, row["y"] + 8) for start in sides]
            for box in [*filter(clear, boxes), *(boxes if row["beyond"] else [])][:1]:
                canvas.text(box[0], row["y"], row["unit"], ink, size=letters, ground=True)
                taken.append(box)
        extremes: tuple[tuple[float, Align], ...] = ((n[0], "left"), (n[-1], "right"))
        for value, align in extremes if n[0] < n[-1] else ():
            words = f"{value / 10_000:,.1f}万" if value >= 100_000 else f"{value:,.0f}"
            canvas.text(x(value) - (6 if align == "left" else -6), bottom + 12, words, SOFT, size=HEAD, align=align)
        size += "" if n[0] < n[-1] else f"各{n[0]:,.0f}"
        canvas.text((x(n[0]) + x(n[-1])) / 2, bottom + 12, size, SOFT, size=HEAD, align="center")
    return canvas.figure
