"""Sums, quotients and ranks inside a table, and the base months that a change implies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial

from hotline_lib.exact import competition_rank
from hotline_lib.proofread.figures import Figure
from hotline_lib.proofread.tables import TOTAL, Column, Table
from hotline_lib.proofread.verdicts import AGAINST, FORCED, RIGHT, WRONG, Verdict, base_months, fits, printed, roundings


def sums(table: Table) -> Iterator[Verdict]:
    """Rows that add up to the total row, and columns that add up to the sum's column."""
    gaps = [(column, column.total, _gap(column)) for column in table.of("count", "base") if column.total]
    bad_columns = [(column, total, gap) for column, total, gap in gaps if gap]
    good = [(column, total) for column, total, gap in gaps if not gap and len(column.cells) > 1]
    bad_rows = _row_gaps(table)
    for column, total in good:
        text = f"{len(column.cells)} 项相加 = {total.text}"
        yield from (Verdict(RIGHT, [figure], text) for figure in [total, *column.rows])
    for column, total, gap in bad_columns:
        rows = [row for row, (_, off) in bad_rows.items() if off == gap and row in column.cells]
        listed = sum(figure.low for figure in column.rows)
        text = f"「{column.head}」各行相加为 {listed}，合计印作 {total.text}，相差 {abs(gap)}"
        if len(rows) == 1:
            cell, right = column.cells[rows[0]], str(column.cells[rows[0]].low - gap)
            text += f"；「{cell.label}」一行横加也差 {abs(gap)}，应为 {right}"
            yield Verdict(WRONG, [cell], text, right)
        elif good or len(table.of("count")) == 1 or any(not row for row in bad_rows):
            yield Verdict(AGAINST, [total, *column.rows], text)
    for row, (figure, off) in bad_rows.items():
        if not any(gap == off and row in column.cells for column, _, gap in bad_columns):
            text = f"「{figure.label}」一行各栏相加为 {figure.low + off}，合计印作 {figure.text}"
            yield Verdict(AGAINST, [figure], text)


def _gap(column: Column) -> int:
    """By how much the rows miss the total; 0 if they do not, or nobody says that they should add up to it."""
    figures = column.rows
    if column.total is None or len(figures) < 2 or not all(figure.whole for figure in [column.total, *figures]):
        return 0
    low, high = (sum(getattr(figure, end) for figure in figures) for end in ("low", "high"))
    if (low <= column.total.high and high >= column.total.low) or _nested(column, column.total.low):
        return 0
    return low - column.total.low


def subtotals(table: Table) -> Iterator[Verdict]:
    """A subtotal is the sum of the rows above it, from some row on: from the one that suits most columns."""
    columns = [column for column in table.of("count") if column.parts]
    for row in sorted({row for column in columns for row in column.parts}):
        above = [at for at in columns[0].cells if at < row]
        own = [column for column in columns if row in column.parts]
        runs = [
            (run, [_over(column, run, row) for column in own]) for run in (above[at:] for at in range(len(above) - 1))
        ]
        run, gaps = max(runs, key=lambda each: each[1].count(0), default=([], []))
        for column, off in zip(own, gaps, strict=False):
            part = column.parts[row]
            text = f"「{part.label}」是上面 {len(run)} 行之和 {part.low + off}，印作 {part.text}"
            if 0 in gaps:
                yield Verdict.of(off == 0, [part], text)


def _over(column: Column, run: list[int], row: int) -> int:
    return sum(column.cells[at].low for at in run if at in column.cells) - column.parts[row].low


def _nested(column: Column, total: int) -> bool:
    """Rows that repeat what others hold: a row that is the sum of those under it."""
    values = [figure.low for figure in column.rows]
    rest, at = 0, 0
    while at < len(values):
        running, end = 0, at + 1
        while end < len(values) and running < values[at]:
            running += values[end]
            end += 1
        nested = values[at] > 0 and running == values[at] and end - at > 2
        rest += values[at]
        at = end if nested else at + 1
    return rest == total


def _row_gaps(table: Table) -> dict[int, tuple[Figure, int]]:
    """Rows whose columns do not add up to the sum's column, where those of most rows do: (sum, what is too much)."""
    counts = table.of("count")
    whole = next((column for column in counts if TOTAL.search(re.sub(r"\s", "", column.head))), None)
    if whole is None or len(counts) < 3:
        return {}
    others = [column for column in counts if column is not whole]
    parts = [column for column in others if column.at < whole.at] or others
    rows = [row for row in whole.cells if all(row in column.cells for column in parts)]
    gaps = {row: sum(column.cells[row].low for column in parts) - whole.cells[row].low for row in rows}
    bad = {row: (whole.cells[row], gap) for row, gap in gaps.items() if gap}
    if len(bad) > len(rows) / 3 or not rows:
        return {}
    totals = [column.total.low for column in parts if column.total]
    if whole.total and len(totals) == len(parts):
        gap = sum(totals) - whole.total.low
        bad |= {-1: (whole.total, gap)} if gap else {}
    return bad


def quotients(table: Table) -> Iterator[Verdict]:
    """Percentages that are a column by its total, or one column by another, in most rows: the rest cannot be."""
    counts = [column for column in table.of("count", "base") if all(figure.whole for figure in column.rows)]
    for column in table.of("share", "rate"):
        ways: list[tuple[str, Callable[[int], Figure | int | None], Column]] = []
        for part in counts:
            if part.total or len(part.cells) > 2:
                ways.append((f"{part.head}÷{'合计' if part.total else '各行之和'}", partial(_all_of, part), part))
            for whole in counts:
                if whole is not part and column.kind == "rate":
                    ways.append((f"{part.head}÷{whole.head}", partial(_either, whole), part))
        yield from _most(column, ways, lambda figure, part, whole: fits(figure, part, whole) & {"up", "even"}, _percent)
    percents = table.of("share", "rate")
    for column in table.of("points"):
        pairs = [(a, b) for a in percents for b in percents if a is not b]
        ways = [(f"{a.head}减{b.head}", partial(_either, b), a) for a, b in pairs]
        yield from _most(column, ways, _apart, lambda one, other, places: f"{one.value - other.value}")
    for column in table.of("change"):
        ways = []
        for now in table.of("count"):
            for base in table.of("base", "count"):
                if base is not now and (base.kind == "count" or base.basis == column.basis):
                    ways.append((f"{now.head}比{base.head}", partial(_either, base), now))
        yield from _most(column, ways, changed, change_of)


def _all_of(column: Column, _row: int) -> Figure | int:
    return column.total or sum(figure.low for figure in column.rows)


def _either(column: Column, row: int) -> Figure | None:
    return column.total if row == -1 else column.cells.get(row)


def _apart(figure: Figure, one: Figure, other: Figure) -> bool:
    """Whether a difference in points is that of two printed percentages, of either sign: ↓0.55."""
    gap = abs(one.value - other.value) - abs(figure.value)
    return abs(gap) <= one.step + other.step + figure.step


def _percent(part: Figure, whole: Figure | int, places: int) -> str:
    return printed(part.low, whole if isinstance(whole, int) else whole.low, places)


def change_of(now: Figure, base: Figure, places: int) -> str:
    return printed(now.low - base.low, base.low, places)


def changed(figure: Figure, now: Figure, base: Figure | int) -> bool:
    if isinstance(base, int) or base.low <= 0:
        return isinstance(base, int)
    low, high = Fraction(100 * (now.low - base.high), base.high), Fraction(100 * (now.high - base.low), base.low)
    return bool(roundings(figure, low, high) & {"up", "even"})


def _most(column: Column, ways: list, fit: Callable, right: Callable) -> Iterator[Verdict]:
    best: tuple[int, list, list, str] = (0, [], [], "")
    tells = lambda triples: len({figure.value for figure, *_ in triples if figure.value not in (0, 100)})
    for what, whole, part in ways:
        triples = [
            (f, part.cells[row], whole(row)) for row, f in column.cells.items() if row in part.cells and whole(row)
        ]
        if column.total and part.total and column.kind != "share" and whole(-1):
            triples.append((column.total, part.total, whole(-1)))
        good = [triple for triple in triples if fit(*triple)]
        if tells(good) >= max(2, 0.6 * tells(triples)) and len(good) > best[0]:
            best = (len(good), good, [triple for triple in triples if triple not in good], what)
    _, good, bad, what = best
    for figure, part, _ in good:
        yield Verdict(RIGHT, [figure, part], f"{what} = {figure.text}")
    shown = sum((figure.value for figure in column.rows), start=column.rows[0].value * 0) if column.rows else 0
    for figure, part, whole in bad:
        value = right(part, whole, figure.places)
        by = whole if isinstance(whole, int) else whole.text
        text = f"「{figure.label}」{what}：{part.text} 与 {by} 得 {value}，印作 {figure.text}"
        off = abs(Fraction(figure.value) - Fraction(value.rstrip("%"))) * 10**figure.places if value != "—" else 0
        if len(bad) == 1 and off == 1 and shown == 100 and column.kind != "change" and len(good) > 2:
            yield Verdict(FORCED, [figure, part], text + "；各项凑成 100%")
        else:
            yield Verdict(WRONG if len(good) > 1 else AGAINST, [figure, part], text, value.rstrip("%"))


def ranks(table: Table) -> Iterator[Verdict]:
    """A column of ranks against the column whose order most of it follows: the scores, if it is theirs."""
    for column in table.of("rank"):
        orders = [order for other in table.columns if other.kind != "rank" for order in _orders(column, other)]
        scores = [order for order in orders if order[1].kind == "score" and order[0] >= 0.6 * len(column.cells)]
        agree, other, should = max(scores or orders, key=lambda order: order[0], default=(0, column, {}))
        if agree < 0.6 * len(column.cells):
            continue
        for row, rank in should.items():
            figure, by = column.cells[row], other.cells[row]
            equals = sum(each.value == by.value for each in other.rows)
            if rank <= figure.value < rank + equals:  # what prints alike may have an order
                yield Verdict(RIGHT, [figure, by], f"按「{other.head}」排第 {figure.text}")
            else:
                text = f"「{figure.label}」{other.head} {by.text} 应排第 {rank}，印作第 {figure.text}"
                yield Verdict(AGAINST, [figure, by], text)


def _orders(column: Column, other: Column) -> Iterator[tuple[int, Column, dict[int, int]]]:
    """(how many ranks agree, the column that they may follow, what they should be), from either end."""
    rows = [row for row in column.cells if row in other.cells]
    values = [other.cells[row].value for row in rows]
    if len(rows) < 3 or len(rows) < len(column.cells) or len(set(values)) < (2 if other.kind == "score" else 3):
        return
    for descending in (True, False):
        should = dict(zip(rows, competition_rank(values, descending=descending), strict=True))
        yield sum(column.cells[row].value == rank for row, rank in should.items()), other, should


def months(count: Figure, basis: str) -> tuple[int, int] | None:
    """The base months that a count's printed change, or base, leaves; None if neither is printed."""
    if base := count.changes.get(basis + "基数"):
        return base.low, base.high
    change = count.changes.get(basis)
    return base_months(count, change) if change else None
