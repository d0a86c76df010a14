"""What a small sample can say: tickets counted one by one with their interval, and two ranks side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _style as style
from hotline_lib.present._canvas import HEAD, Align, Canvas, pitch_of, row_names
from hotline_lib.present._style import ACCENT, BLUE, GREY, INK, RULE, SOFT, WHITE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_SQUARES = 10  # a larger sample is not drawn ticket by ticket
_GAP = 10.0  # between ranks


def found(row: dict) -> str:
    """3/4, 未发现, 未核实, 未抽检."""
    if not row["answered"]:
        return "未核实" if row["sampled"] else "未抽检"
    return f"{row['problems']}/{row['answered']}" if row["problems"] else "未发现"


def intervals(frame: pd.DataFrame) -> Figure:
    """A square per drawn ticket, filled for a bad one; the exact interval as a line; dashed: the whole sample.

    frame: ``unit``, ``rank`` (missing without an answer), ``sampled``, ``answered``, ``problems``, ``low``, ``high`` (0 to 1). Most
        problems first.
    """
    rows = frame.sort_values("rank", ascending=False, kind="stable", na_position="last").to_dict("records")
    answered, problems = int(frame["answered"].sum()), int(frame["problems"].sum())
    sizes = {row["sampled"] for row in rows if row["sampled"]}
    most = max(sizes, default=0)
    top, pitch = 42.0, pitch_of(rows, 24, 22)
    with style.drawing():
        canvas = Canvas(top + pitch * len(rows) + 24)
        bottom = canvas.height - 22
        results = [found(row) for row in rows]
        squares_at = row_names(canvas, [row["unit"] for row in rows], top=top, pitch=pitch, gap=12)
        drawn = f"抽检{most}件" if len(sizes) == 1 else "抽检"
        squares = max(13.0 * most, canvas.measure(drawn, HEAD)) + 18 if 0 < most <= _SQUARES else 0
        left = squares_at + squares
        right = canvas.width - canvas.widest(["有问题", *results]) - 24
        if squares:
            canvas.text(squares_at, 10, drawn, SOFT, size=HEAD)
        heads = [
            words
            for words in ("真实问题率的95%区间（%）", "95%区间（%）")
            if canvas.measure(words, HEAD) <= right - left
        ]
        canvas.text(left, 10, heads[0], SOFT, size=HEAD)
        canvas.text(canvas.width, 10, "有问题", SOFT, size=HEAD, align="right")

        def at(share: float) -> float:
            return left + share * (right - left)

        for share in (0, 0.5, 1):
            canvas.line(at(share), top, at(share), bottom, RULE)
            canvas.text(at(share), bottom + 13, f"{100 * share:g}", SOFT, size=HEAD, align="center")
        if answered:
            x, words = at(problems / answered), f"样本合计 {problems}/{answered}"
            canvas.line(x, top - 20, x, bottom, INK, dashed=True)
            fits = x + 5 + canvas.measure(words, HEAD) <= canvas.width
            canvas.text(x + 5 if fits else x - 5, top - 12, words, SOFT, size=HEAD, align="left" if fits else "right")
        for place, row in enumerate(rows):
            y, bad = top + pitch * (place + 0.5), bool(row["problems"])
            canvas.text(canvas.width, y, results[place], ACCENT if bad else SOFT, align="right")
            if row["answered"]:
                colour = ACCENT if bad else GREY
                if squares:
                    _squares(canvas, squares_at, y, row["problems"], row["answered"])
                canvas.line(at(row["low"]), y, at(row["high"]), y, colour, width=2.5)
                canvas.dot(at(row["problems"] / row["answered"]), y, colour, hollow=not bad, size=6)
    return canvas.figure


def _squares(canvas: Canvas, x: float, y: float, bad: int, answered: int) -> None:
    for at in range(answered):
        start = x + 13 * at
        canvas.block(start, y - 5, start + 10, y + 5, ACCENT if at < bad else GREY)
        if at >= bad:
            canvas.block(start + 1.2, y - 3.8, start + 8.8, y + 3.8, WHITE)


def ranks(frame: pd.DataFrame) -> Figure:
    """Score rank on the left, spot-check rank on the right, a line per unit; only what is ``contrary`` is coloured.

    frame: units with an answer: ``unit``, ``score``, ``score_rank``, ``score_place``, ``rank``, ``place``, ``answered``,
        ``problems``, ``contrary``. A line that falls stands for a unit whose score is better than what was found.
    """
    rows = frame[frame["answered"] > 0].to_dict("records")
    top, pitch = 42.0, pitch_of(rows, 24, 22)
    height = pitch * len(rows)
    groups = sorted({int(row["rank"]) for row in rows})
    gap = min(_GAP, 0.12 * height / max(len(groups) - 1, 1))  # so little that two lines of words still fit
    pitch_right = (height - gap * (len(groups) - 1)) / max(len(rows), 1)
    with style.drawing():
        canvas = Canvas(top + height + 4)
        canvas.text(0, 10, "考评名次与总分", SOFT, size=HEAD)
        canvas.text(canvas.width, 10, "抽检名次与问题件数", SOFT, size=HEAD, align="right")
        for row in rows:
            row["name"] = canvas.shorten(row["unit"], 84)
            row["score"], row["found"] = numbers.decimal(row["score"]), found(row)
        rank_at = canvas.widest([str(row[key]) for row in rows for key in ("rank", "score_rank")])
        name_room = canvas.widest([row["name"] for row in rows])
        score_at = rank_at + 9 + name_room + 12 + canvas.widest([row["score"] for row in rows])
        right_at = canvas.width - canvas.widest([row["found"] for row in rows]) - 12 - name_room - 9
        for row in sorted(rows, key=lambda row: row["contrary"]):  # coloured lines lie on top
            left_y = top + pitch * (row["score_place"] - 0.5)
            right_y = top + pitch_right * (row["place"] - 0.5) + gap * groups.index(int(row["rank"]))
            colour = (ACCENT if row["place"] > row["score_place"] else BLUE) if row["contrary"] else INK
            line = (colour, 2) if row["contrary"] else (RULE, 1.5)
            canvas.line(score_at + 7, left_y, right_at - rank_at - 7, right_y, line[0], width=line[1])
            soft = colour if row["contrary"] else SOFT
            told: tuple[tuple[float, float, str, str, Align], ...] = (
                (rank_at, left_y, str(row["score_rank"]), soft, "right"),
                (rank_at + 9, left_y, row["name"], colour, "left"),
                (score_at, left_y, row["score"], colour, "right"),
                (right_at, right_y, str(row["rank"]), soft, "right"),
                (right_at + 9, right_y, row["name"], colour, "left"),
                (canvas.width, right_y, row["found"], colour if row["problems"] else soft, "right"),
            )
            for x, y, words, ink, align in told:
                canvas.text(x, y, words, ink, align=align)
    return canvas.figure
