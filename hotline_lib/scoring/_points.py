"""Points, scores and ranks, from the printed values of Annex 1 and a scheme of params/scoring.yaml.

As the real scheme has it, points come from rates already rounded to two decimals, and ranks from printed scores: 大连's
printed 99.99 gives 100 − 2 − 0.005 = 97.995, printed 98.00 and rank 4 with the others at 98.00.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from hotline_lib.errors import UnknownValueError
from hotline_lib.exact import competition_rank, is_missing, round_half_up
from hotline_lib.indicators import BY_KEY
from hotline_lib.params import Points, Rule, Scheme

Value = Decimal | int | bool | None
_NONE = Decimal(0)
_ENDLESS = Decimal("Infinity")


def deductions(indicators: pd.DataFrame, scheme: Scheme, only: str | None = None) -> pd.DataFrame:
    """The points that each unit loses by each rule, those that cost nothing included.

    indicators: ``unit``, ``indicator``, ``value`` as ``metrics.indicator_values`` gives them (printed values). only: the one unit
    that is asked for.
    Returns ``unit``, ``indicator``, ``label``, ``value``, ``points`` (Decimal; of an award what it is short of the most;
    0 where nothing is lost or there is no value), units in the order of ``indicators``, rules in that of the scheme.
    Raises UnknownValueError for a rule on an indicator that there is not.
    """
    for rule in scheme.rules:
        if rule.indicator not in BY_KEY:
            raise UnknownValueError("考评指标", rule.indicator, BY_KEY, "params/scoring.yaml")
    values = {(row.unit, row.indicator): row.value for row in indicators.itertuples(index=False)}
    units = indicators["unit"].unique()
    rows = []
    for unit in units if only is None else [only]:
        for rule in scheme.rules:
            value, others = values.get((unit, rule.indicator)), []
            if rule.points.by_rank is not None:
                others = [values.get((other, rule.indicator)) for other in units if other != unit]
            rows.append((unit, rule.indicator, BY_KEY[rule.indicator].brief, value, points_lost(value, rule, others)))
    table = pd.DataFrame(rows, columns=["unit", "indicator", "label", "value", "points"])
    return table.astype({"value": object, "points": object})


def points_lost(value: Value, rule: Rule, others: Sequence[Value] = ()) -> Decimal:
    """What one printed value costs; others: the other units' values, for a rule by rank. No value costs nothing.

    Of an award, what the value is short of the most that it can earn.
    """
    if value is None or is_missing(value):
        return _NONE
    made = _made(Decimal(value), rule.points, others)
    return made if rule.deduct else highest(rule.points) - made


def highest(form: Points) -> Decimal:
    """The most that a form can make; without end where it is in proportion and has no ``most``."""
    if form.most is not None:
        return form.most
    tiers = form.below or form.at_least or form.by_rank
    return _ENDLESS if tiers is None else max(form.otherwise, *tiers.values())


def ladder(form: Points, others: Sequence[Value] = ()) -> list[tuple[Decimal, Decimal]]:
    """A form's steps from the lowest value up, as (limit, points): what a value under the limit makes.

    Places are limits among the others' values: who is k-th or better reaches the k-th best of the others.
    """
    if form.below is not None:
        return [*sorted(form.below.items()), (_ENDLESS, form.otherwise)]
    if form.at_least is not None:
        reached = sorted(form.at_least.items())
    else:
        ranked = sorted(
            (Decimal(each) for each in others if each is not None and not is_missing(each)), reverse=form.best == "high"
        )
        last = _ENDLESS if form.best == "low" else -_ENDLESS  # where there are fewer others than places
        places = sorted((form.by_rank or {}).items())
        steps = [(ranked[place - 1] if place <= len(ranked) else last, points) for place, points in places]
        if form.best == "low":  # under or at the k-th lowest of the others
            return [*((_above(limit), points) for limit, points in steps), (_ENDLESS, form.otherwise)]
        reached = steps[::-1]
    limits = [limit for limit, _ in reached] + [_ENDLESS]
    return list(zip(limits, [form.otherwise, *(points for _, points in reached)], strict=True))


def _above(limit: Decimal) -> Decimal:
    """The next printed value: who is at the limit is under it."""
    return limit + Decimal("0.01")


def _made(number: Decimal, form: Points, others: Sequence[Value]) -> Decimal:
    if form.per_point_short_of is not None:
        made = max(form.per_point_short_of - number, _NONE) * form.points
    elif form.per_point_over is not None:
        made = max(number - form.per_point_over, _NONE) * form.points
    else:
        made = next(points for limit, points in ladder(form, others) if number < limit)
    return made if form.most is None else min(made, form.most)


def scores(deducted: pd.DataFrame, units: pd.DataFrame, indicators: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Annex 1's first columns: a row per unit, by rank, inside a rank by tickets per 10,000 people, high to low.

    deducted: as ``deductions`` gives them. units: ``unit``, ``kind`` …, whose order decides what is still tied.
    Returns ``rank`` (competition, over printed scores), the columns of ``units``, ``score`` (Decimal, two decimals, never
    below the scheme's least) and ``lost`` (Decimal: what the printed score is short of full marks).
    """
    lost = lost_by_unit(deducted)
    table = units.assign(lost=[lost.get(unit, _NONE) for unit in units["unit"]])
    table["score"] = [printed_score(points, scheme) for points in table["lost"]]
    table["lost"] = [scheme.full_marks - score for score in table["score"]]
    table.insert(0, "rank", competition_rank(table["score"]))
    per_10k = indicators[indicators["indicator"] == "tickets_per_10k"].set_index("unit")["value"]
    ordered = table.assign(per_10k=table["unit"].map(per_10k).astype(float))
    ordered = ordered.sort_values(["rank", "per_10k"], ascending=[True, False], kind="stable", ignore_index=True)
    return ordered.drop(columns="per_10k")


def lost_by_unit(deducted: pd.DataFrame) -> pd.Series:
    """What each unit loses by all rules, exact, by unit. deducted: as ``deductions`` gives them."""
    return deducted.groupby("unit", sort=False)["points"].agg(lambda points: sum(points, _NONE))


def printed_score(lost: Decimal, scheme: Scheme) -> Decimal:
    """Full marks less what is lost, as it is printed."""
    return round_half_up(max(scheme.full_marks - lost, scheme.least))
