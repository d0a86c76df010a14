"""Points and ranks of Annex 1, from its printed values and the scheme in params/scoring.yaml.

As the real scheme has it, points come from rates already rounded to two decimals, and ranks from printed scores: 大连's
printed 99.99 gives 100 − 2 − 0.005 = 97.995, printed 98.00 and rank 4 with the others at 98.00.
"""

from __future__ import annotations

from decimal import Decimal

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
    if deduct.below is not None:
        return next((lost for limit, lost in sorted(deduct.below.items()) if number < limit), deduct.otherwise)
    reached = sorted(deduct.at_least.items(), reverse=True)
    return next((lost for limit, lost in reached if number >= limit), deduct.otherwise)


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
