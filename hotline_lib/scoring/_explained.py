"""Where each point went, what one ticket more or less would change, and how near the next step is."""

from __future__ import annotations

from decimal import Decimal
from itertools import cycle
from typing import Any

import pandas as pd

from hotline_lib.exact import competition_rank, half_up, is_missing
from hotline_lib.params import Rule, Scheme
from hotline_lib.scoring._points import Value, deductions, ladder, lost_by_unit, points_lost, printed_score


def explained(values: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """What each rule costs each unit, and what that hangs on.

    values: as ``metrics.indicator_values`` gives them.
    Returns a row per unit and rule, as ``deductions`` gives them, and: ``missed`` (tickets that are counted and not good; of
    a count itself; missing elsewhere), ``one_less`` and ``one_more`` (points won if one of them had gone right, points
    lost if one more had gone wrong; missing where no ticket decides), ``rank_without`` (the unit's rank if this rule had
    cost it nothing), ``next_limit`` and ``next_gain`` (the nearest value that costs less, and what it wins; missing where
    there is none), ``short`` (what the value is short of it) and ``spare`` (how far the value is from costing more).
    """
    table = deductions(values, scheme)
    known = {(row.unit, row.indicator): row for row in values.itertuples(index=False)}
    lost = lost_by_unit(table)
    printed = {unit: printed_score(points, scheme) for unit, points in lost.items()}
    rows = []
    for row, rule in zip(table.itertuples(index=False), cycle(scheme.rules), strict=False):
        of = known.get((row.unit, row.indicator))
        others = [
            known[unit, row.indicator].value
            for unit in lost.index
            if unit != row.unit and (unit, row.indicator) in known
        ]
        better, worse = _nearest(row.value, rule, others)
        without = printed_score(lost[row.unit] - row.points, scheme)
        rank = competition_rank([without, *(score for unit, score in printed.items() if unit != row.unit)])[0]
        rows.append((*_one_ticket(of, rule, others), rank, *better, worse))
    columns = ["missed", "one_less", "one_more", "rank_without", "next_limit", "next_gain", "short", "spare"]
    return table.join(pd.DataFrame(rows, columns=columns, index=table.index).astype({"missed": "Int64"}))


def _one_ticket(of: Any, rule: Rule, others: list[Value]) -> tuple[int | None, Decimal | None, Decimal | None]:
    """How many tickets missed it; what one of them less would win, and one more cost."""
    if (
        of is None
        or of.kind not in ("rate", "count")
        or is_missing(of.value)
        or (of.kind == "rate" and not of.denominator)
    ):
        return None, None, None
    good, whole = int(of.numerator), int(of.denominator)
    if of.kind == "rate":
        missed, value = whole - good, lambda missed: half_up(100 * (whole - missed), whole)
    else:
        missed, value = good, lambda missed: missed
    now = points_lost(of.value, rule, others)
    less = now - points_lost(value(missed - 1), rule, others) if missed else None
    more = points_lost(value(missed + 1), rule, others) - now if missed < whole else None
    return missed, less, more


def _nearest(value: Value, rule: Rule, others: list[Value]) -> tuple[tuple[Decimal | None, ...], Decimal | None]:
    """((limit, gain, short), spare): the nearest value that costs less, and how far it is to one that costs more."""
    if value is None or is_missing(value):
        return (None, None, None), None
    number, lost, form = Decimal(value), points_lost(value, rule, others), rule.points
    limit = form.per_point_over if form.per_point_short_of is None else form.per_point_short_of
    if limit is not None:
        return ((limit, lost, abs(limit - number)) if lost > 0 else (None, None, None)), None
    edges = [limit for limit, _ in ladder(form, others) if limit.is_finite()]
    costs = {limit: points_lost(limit, rule, others) for limit in edges}  # reached from below
    under = {limit: points_lost(limit - Decimal("0.01"), rule, others) for limit in edges}
    moves = [(abs(limit - number), limit, costs[limit] if limit > number else under[limit]) for limit in edges]
    better = min((move for move in moves if move[2] < lost), default=None)
    worse = min((move[0] for move in moves if move[2] > lost), default=None)
    return ((better[1], lost - better[2], better[0]) if better else (None, None, None)), worse
