"""Points and ranks of Annex 1, from its printed values and the scheme in params/scoring.yaml.

As the real scheme has it, points come from rates already rounded to two decimals, and ranks from printed scores: 大连's
printed 99.99 gives 100 − 2 − 0.005 = 97.995, printed 98.00 and rank 4 with the others at 98.00.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from itertools import cycle
from typing import Any

import pandas as pd

from hotline_lib.errors import UnknownValueError
from hotline_lib.exact import competition_rank, round_half_up
from hotline_lib.indicators import BY_KEY
from hotline_lib.params import Deduction, Scheme


def deductions(indicators: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """The points that each unit loses by each rule, those that cost nothing included.

    indicators: ``unit``, ``indicator``, ``value`` as ``indicator_values`` gives them (printed values).
    Returns ``unit``, ``indicator``, ``label``, ``value``, ``points`` (Decimal, 0 where nothing is lost or there is no
    value), units in the order of ``indicators``, rules in that of the scheme.
    Raises UnknownValueError for a rule on an indicator that there is not.
    """
    for rule in scheme.rules:
        if rule.indicator not in BY_KEY:
            raise UnknownValueError("考评指标", rule.indicator, BY_KEY, "params/scoring.yaml")
    values = {(row.unit, row.indicator): row.value for row in indicators.itertuples(index=False)}
    rows = [
        (unit, rule.indicator, BY_KEY[rule.indicator].brief, values.get((unit, rule.indicator)), rule.deduct)
        for unit in indicators["unit"].unique()
        for rule in scheme.rules
    ]
    table = pd.DataFrame(rows, columns=["unit", "indicator", "label", "value", "deduct"])
    table["points"] = [points_lost(row.value, row.deduct) for row in table.itertuples()]
    return table.drop(columns="deduct")


def points_lost(value: Decimal | int | bool | None, deduct: Deduction) -> Decimal:
    """What one printed value costs. No value costs nothing."""
    if value is None or value != value:
        return Decimal(0)
    number = Decimal(value)
    if deduct.per_point_short_of is not None:
        return max(deduct.per_point_short_of - number, Decimal(0)) * deduct.points
    return next(lost for limit, lost in _steps(deduct) if number < limit)


def _steps(deduct: Deduction) -> list[tuple[Decimal, Decimal]]:
    """A scheme's steps from the lowest value up, as (limit, points): what a value under the limit costs."""
    if deduct.below is not None:
        return [*sorted(deduct.below.items()), (Decimal("Infinity"), deduct.otherwise)]
    reached = sorted(deduct.at_least.items())
    limits = [limit for limit, _ in reached] + [Decimal("Infinity")]
    return list(zip(limits, [deduct.otherwise, *(lost for _, lost in reached)], strict=True))


def next_step(value: Decimal | int | bool, deduct: Deduction) -> tuple[Decimal, bool, Decimal] | None:
    """The nearest value that costs less: (limit, whether to reach it or else to stay under it, points won)."""
    number, lost = Decimal(value), points_lost(value, deduct)
    if deduct.per_point_short_of is not None:
        return (deduct.per_point_short_of, True, lost) if lost > 0 else None
    steps = _steps(deduct)
    here = next(at for at, (limit, _) in enumerate(steps) if number < limit)
    lower = [(limit, False, lost - points) for limit, points in steps[:here] if points < lost]
    starts = [limit for limit, _ in steps]
    higher = [
        (start, True, lost - points)
        for start, (_, points) in zip(starts[here:], steps[here + 1 :], strict=False)
        if points < lost
    ]
    return min(higher[:1] + lower[-1:], key=lambda step: abs(step[0] - number), default=None)


def next_steps(deducted: pd.DataFrame, indicators: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """For each unit the one step of the scheme that would win it most points; among equals the one it is nearest to.

    deducted: as ``deductions`` gives them. indicators: ``unit``, ``indicator``, ``kind``, ``numerator``,
    ``denominator``.
    Returns a row per unit that can win any, the most and nearest first: ``unit``, ``indicator``, ``value``, ``limit``,
    ``reach`` (else: stay under it), ``gain`` (points), ``far`` (how far the value is from the limit, in proportion) and
    ``tickets``: how many more of the same tickets would have to be good (rates), or how many more tickets there would
    have to be (per 10,000 people); missing elsewhere.
    """
    columns = ["unit", "indicator", "value", "limit", "reach", "gain", "far"]
    rows = []
    for row, rule in zip(deducted.itertuples(index=False), cycle(scheme.rules), strict=False):
        known = row.value is not None and row.value == row.value
        if known and (step := next_step(row.value, rule.deduct)):
            far = abs(step[0] - Decimal(row.value)) / (max(abs(step[0]), abs(Decimal(row.value))) or 1)
            rows.append((row.unit, row.indicator, row.value, *step, far))
    rows.sort(key=lambda row: (-row[5], row[6]))
    table = pd.DataFrame(rows, columns=columns).drop_duplicates("unit", ignore_index=True)
    counts = {(row.unit, row.indicator): row for row in indicators.itertuples(index=False)}
    tickets = [_tickets_missing(row, counts[row.unit, row.indicator]) for row in table.itertuples(index=False)]
    return table.assign(tickets=pd.array(tickets, dtype="Int64"))


def _tickets_missing(step: Any, of: Any) -> int | None:
    """How many tickets more in the numerator print a value that reaches the limit: one half a digit below it does."""
    per = {"rate": 100, "per_10k": 10_000}.get(of.kind)
    if per is None or not step.reach:
        return None
    least = step.limit.quantize(Decimal("0.01"), rounding=ROUND_CEILING) - Decimal("0.005")
    return int((least * of.denominator / per).to_integral_value(ROUND_CEILING)) - int(of.numerator)


def scores(deducted: pd.DataFrame, units: pd.DataFrame, indicators: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Annex 1's first columns: a row per unit, by rank, inside a rank by tickets per 10,000 people, high to low.

    deducted: as ``deductions`` gives them. units: ``unit``, ``kind`` …, whose order decides what is still tied.
    Returns ``rank`` (competition, over printed scores), the columns of ``units``, ``score`` (Decimal, two decimals)
    and ``lost`` (Decimal: what the printed score
    is short of full marks).
    """
    lost = deducted.groupby("unit", sort=False)["points"].agg(lambda points: sum(points, Decimal(0)))
    table = units.assign(lost=[lost.get(unit, Decimal(0)) for unit in units["unit"]])
    table["score"] = [round_half_up(scheme.full_marks - points) for points in table["lost"]]
    table["lost"] = [scheme.full_marks - score for score in table["score"]]
    table.insert(0, "rank", competition_rank(table["score"]))
    per_10k = indicators[indicators["indicator"] == "tickets_per_10k"].set_index("unit")["value"]
    ordered = table.assign(per_10k=table["unit"].map(per_10k).astype(float))
    ordered = ordered.sort_values(["rank", "per_10k"], ascending=[True, False], kind="stable", ignore_index=True)
    return ordered.drop(columns="per_10k")
