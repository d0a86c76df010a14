"""图3: what each unit lost and on which indicators. Bars from 0 show what bars of scores up to 100 would hide."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _style as style
from hotline_lib.present._canvas import HEAD, SPARE, Canvas, pitch_of, row_names
from hotline_lib.present._style import ACCENT, BLUE, BLUE2, GREY, INK, SOFT, WHITE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class _Part:
    labels: list[str]
    points: Decimal
    colour: str
    largest: str = ""

    def names(self) -> list[str]:
        """What the part may be called, the fullest first: 限时、5日办结率; 5日办结率等2项; nothing but points."""
        points = numbers.points(self.points)
        if len(self.labels) == 1:
            return [f"{self.labels[0]} {points}"]
        alike = len({label[-3:] for label in self.labels}) == 1
        joined = "、".join([label[:-3] if alike else label for label in self.labels[:-1]] + self.labels[-1:])
        return [f"{joined} {points}", f"{self.largest or self.labels[0]}等{len(self.labels)}项 {points}"]


def scores(
    scores: pd.DataFrame, deductions: pd.DataFrame, *, full: int = 100, attention: Decimal = Decimal(3)
) -> Figure:
    """图3: points lost from 0, by indicator, in rank order, the score beside the name.

    scores: ``rank``, ``unit``, ``score``, ``lost``. deductions: ``unit``, ``label``, ``points`` (> 0), in the order of
        the indicators. The two indicators that cost most have a colour each; of what else a unit lost, kin of the
        largest (…办结率) stand together, in red from ``attention`` points on; the rest is grey.
    """
    rows = scores.to_dict("records")
    totals = deductions.groupby("label", sort=False)["points"].sum().sort_values(ascending=False, kind="stable")
    leading = dict(zip(totals.index, (BLUE, BLUE2), strict=False))
    parts = {
        unit: _parts(dict(zip(lost["label"], lost["points"], strict=True)), leading, attention)
        for unit, lost in deductions.groupby("unit", sort=False)
    }
    top, pitch = 36.0, pitch_of(rows, 32, 24)
    with style.drawing():
        canvas = Canvas(top + pitch * len(rows) + 4)
        left = _score_bars(canvas, rows, parts, top, pitch, full)
        _key(canvas, list(leading.items()), left)
    return canvas.figure


def _parts(points: dict[str, Decimal], leading: dict[str, str], attention: Decimal) -> list[_Part]:
    """One unit's bar from the left."""
    parts = [_Part([label], points.pop(label), colour) for label, colour in leading.items() if label in points]
    if points:
        largest = max(points, key=points.__getitem__)
        kin = [label for label in points if label[-3:] == largest[-3:]]
        together = sum((points.pop(label) for label in kin), Decimal(0))
        parts.append(_Part(kin, together, ACCENT if together >= attention else GREY, largest))
    if points:
        parts.append(_Part(list(points), sum(points.values(), Decimal(0)), GREY))
    return parts


def _score_bars(canvas: Canvas, rows: list[dict], parts: dict, top: float, pitch: float, full: int) -> float:
    """Returns where the bars begin."""
    ranks = [str(row["rank"]) for row in rows]
    values = [numbers.decimal(row["score"]) for row in rows]
    lost = [numbers.decimal(row["lost"]) for row in rows]
    rank_at = max(canvas.measure("名次", HEAD), canvas.widest(ranks))
    names_end = row_names(canvas, [row["unit"] for row in rows], top=top, pitch=pitch, gap=7, at=rank_at + 8)
    score_at = names_end + canvas.widest(values)
    left = score_at + 12
    right = canvas.width - max(canvas.widest(lost), canvas.measure("合计", HEAD)) - 10
    canvas.text(0, 10, "名次", SOFT, size=HEAD)
    canvas.text(score_at, 10, "总分", SOFT, size=HEAD, align="right")
    canvas.text(left, 10, f"失分及其来源（满分{full}）", SOFT, size=HEAD)
    canvas.text(canvas.width, 10, "合计", SOFT, size=HEAD, align="right")

    scale = (right - left) / float(max([row["lost"] for row in rows] + [Decimal(1)]))
    canvas.line(left, top - 6, left, top + pitch * len(rows), GREY)
    said: set[str] = set()
    for at, row in enumerate(rows):
        y = top + pitch * (at + 0.5)
        canvas.text(rank_at, y, ranks[at], SOFT, align="right")
        canvas.text(score_at, y, values[at], align="right")
        canvas.text(canvas.width, y, lost[at], align="right")
        _stack(canvas, parts.get(row["unit"], []), left, right, y, scale, said)
    return left


def _key(canvas: Canvas, named: list[tuple[str, str]], left: float) -> None:
    """The colours of the indicators that cost most, which not every bar has room to name."""
    x = left + 4
    for label, colour in named:
        canvas.block(x, 22, x + 9, 31, colour)
        words = canvas.shorten(label, canvas.width - x - 16, HEAD)
        canvas.text(x + 13, 26.5, words, SOFT, size=HEAD)
        x += 13 + canvas.measure(words, HEAD) + 14


def _stack(canvas: Canvas, parts: list[_Part], left: float, right: float, y: float, scale: float, said: set) -> None:
    """One unit's parts. A part's name is written where it fits first, and always where it calls for attention."""
    start = left
    for part in parts:
        end = start + float(part.points) * scale
        canvas.block(start + (1 if start > left else 0), y - 9, max(end, start + 1.6), y + 9, part.colour)
        new = part.colour == ACCENT or part.labels[0] not in said
        plain = numbers.points(part.points)
        for words in (part.names() if new else []) + [plain]:
            if part.colour != GREY and canvas.measure(words, HEAD) + 2 * SPARE <= end - start:
                ink = INK if part.colour == BLUE2 else WHITE
                canvas.text((start + end) / 2, y, words, ink, size=HEAD, align="center")
                said.update(part.labels if words != plain else [])
                break
        start = end
    if parts and parts[-1].colour == GREY and parts[-1].points * 10 >= 1:
        for words in parts[-1].names():
            words = f"其中{words}" if len(parts) > 1 else words
            if start + 8 + canvas.measure(words, HEAD) <= right + 4:
                canvas.text(start + 8, y, words, SOFT, size=HEAD)
                break
