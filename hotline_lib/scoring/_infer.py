"""Which rules give the scores that were printed: an exact search over a family of rule sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from hotline_lib.errors import HotlineError
from hotline_lib.exact import is_missing
from hotline_lib.indicators import BY_KEY
from hotline_lib.params import Rule, Scheme
from hotline_lib.scoring._points import highest, ladder, points_lost

DEAREST = 10  # the most points that a single step is tried with
_TOO_MANY = 100_000
_SCALE = 10_000  # points as whole numbers
_END = Decimal("Infinity")
Cut = tuple[Decimal, Decimal]  # above the first, up to and with the second: where a limit can stand


@dataclass(frozen=True)
class _Tried:
    """One rule: where its limits can stand and what it costs, both from the best value on."""

    cuts: tuple[Cut, ...]
    points: tuple[Decimal, ...]


def infer(printed: Mapping[str, pd.DataFrame], scheme: Scheme) -> pd.DataFrame:
    """All rule sets of the scheme's family that give every printed score of those months.

    The family: a rule of several steps keeps its points, and its limits may stand anywhere between the values that were
    seen; a rule of one step keeps its limit and may cost any whole number of points up to 10; all others stay as they
    are, and so does a rule of one step that no unit has missed: nothing is known of it. Each month narrows what the
    months before it left.

    printed: by month a row per unit: ``score``, and a column per indicator (printed values, Decimal).
    Returns a row per rule set, rule and step, the sets numbered from 1: ``set``, ``indicator``, ``step`` (from the best
    value on), ``above`` and ``up_to`` (the limit can stand above the first, up to and with the second; infinite: no
    value was seen there) and ``points`` (what a value beyond the limit costs). No row if no set of the family fits.
    Raises HotlineError if there are more than can be listed, or one indicator has two rules.
    """
    if len({rule.indicator for rule in scheme.rules}) < len(scheme.rules):
        raise HotlineError(f"评分办法「{scheme.name}」中有的指标有两条规则，分不清各扣了几分，不能推断。请先合为一条。")
    found: list[dict[str, _Tried]] = [{}]
    for frame in printed.values():
        rows = [{key: value for key, value in row.items() if not is_missing(value)} for row in frame.to_dict("records")]
        found = [narrower for each in found for narrower in _fitting(rows, scheme, each)]
    places = {rule.indicator: place for place, rule in enumerate(scheme.rules)}
    order = lambda rules: [(places[key], tried.points, tried.cuts) for key, tried in sorted(rules.items())]
    table = [
        (number, key, step, *cut, points)
        for number, rules in enumerate(sorted(found, key=order), start=1)
        for key, tried in sorted(rules.items(), key=lambda item: places[item[0]])
        for step, (cut, points) in enumerate(zip(tried.cuts, tried.points[1:], strict=True), start=1)
    ]
    return pd.DataFrame(table, columns=["set", "indicator", "step", "above", "up_to", "points"])


def in_words(found: pd.DataFrame, scheme: Scheme) -> list[str]:
    """What ``infer`` found, in Chinese: how many sets, where each limit can stand over all of them, what each step can cost,
    and every set by itself."""
    if found.empty:
        return [
            "没有一套规则符合全部得分：请核对各月的得分，或在 params/scoring.yaml 换一种规则的写法（几档、比例、满分）。"
        ]
    lines = [f"符合的规则共 {found['set'].nunique()} 套。"]
    for (key, step), rows in found.groupby(["indicator", "step"], sort=False):
        of, costs = BY_KEY[key], "、".join(f"{points:g}" for points in sorted({float(each) for each in rows["points"]}))
        where = _range(rows["above"].min(), rows["up_to"].max(), of.unit)
        lines.append(f"{of.label}　第 {step} 条界限{where}，越过后共失 {costs} 分")
    for number, rows in found.groupby("set"):
        parts = [
            f"{BY_KEY[row.indicator].brief}界限{_range(row.above, row.up_to, '')}，越过后共失{float(row.points):g}"
            for row in rows.itertuples()
        ]
        lines.append(f"  {number:>3}　{'；'.join(parts)}")
    tried = set(found["indicator"])
    rest = [BY_KEY[rule.indicator].label for rule in scheme.rules if rule.indicator not in tried]
    return [*lines, *([f"按现写法、没有另试的：{'、'.join(rest)}。"] if rest else [])]


def _range(above: Decimal, up_to: Decimal, unit: str) -> str:
    if above == up_to:
        return f"为{up_to}{unit}"
    low, high = (None if abs(each) == _END else f"{each}{unit}" for each in (above, up_to))
    return f"在{low or '（无下限）'}以上、{high or '（无上限）'}以内"


def _fitting(rows: list[dict], scheme: Scheme, known: Mapping[str, _Tried]) -> list[dict[str, _Tried]]:
    """The rule sets that fit a month, within what earlier months left of them."""
    free = {rule.indicator: rule for rule in scheme.rules if rule.indicator in known or _is_free(rule, rows)}
    tried = {key: list(_candidates(rule, rows, known.get(key))) for key, rule in free.items()}
    keys = sorted(tried, key=lambda key: len(tried[key]))
    costs = {key: _matrix([_costs(each, free[key], rows) for each in tried[key]]) for key in keys}
    rest = np.array([_room(row, rows, scheme, set(free)) for row in rows], dtype=np.int64).reshape(-1, 2)
    partial: list[tuple[tuple[int, ...], np.ndarray]] = [((), np.zeros(len(rows), dtype=np.int64))]
    for at, key in enumerate(keys):
        still = sum((costs[later].max(axis=0) for later in keys[at + 1 :]), np.zeros(len(rows), dtype=np.int64))
        grown = []
        for chosen, cost in partial:
            together = costs[key] + cost
            fits = ((together <= rest[:, 1]) & (together + still >= rest[:, 0])).all(axis=1)
            grown += [((*chosen, int(one)), together[one]) for one in np.flatnonzero(fits)]
            if len(grown) > _TOO_MANY:
                raise HotlineError(
                    "符合这些得分的规则太多，列不完。请先在 params/scoring.yaml 把有文件依据的规则写定，再推断其余的。"
                )
        partial = grown
    return [{key: tried[key][one] for key, one in zip(keys, chosen, strict=True)} for chosen, _ in partial]


def _room(row: Mapping, rows: list[dict], scheme: Scheme, free: set[str]) -> tuple[int, int]:
    """How few and how many points the free rules may cost a unit, so that its score prints as it did."""
    fixed = sum(
        (
            points_lost(
                row.get(rule.indicator), rule, [other.get(rule.indicator) for other in rows if other is not row]
            )
            for rule in scheme.rules
            if rule.indicator not in free
        ),
        Decimal(0),
    )
    lost, half = scheme.full_marks - Decimal(row["score"]) - fixed, Decimal("0.005")
    lowest = (lost - half) * _SCALE  # half a digit more than this would have printed higher: rounding is half up
    least = int(lowest.to_integral_value(ROUND_FLOOR)) + 1
    most = int(((lost + half) * _SCALE).to_integral_value(ROUND_FLOOR))
    return least, most


def _steps(rule: Rule) -> list[tuple[Decimal, Decimal]]:
    """A rule's steps from the lowest value up: (limit, points lost under it)."""
    best = highest(rule.points) if rule.award else None
    return [(limit, points if best is None else best - points) for limit, points in ladder(rule.points)]


def _is_free(rule: Rule, rows: list[dict]) -> bool:
    if rule.points.below is None and rule.points.at_least is None:
        return False
    steps = _steps(rule)
    return len(steps) > 2 or any(
        points_lost(row.get(rule.indicator), rule) > min(steps, key=lambda s: s[1])[1] for row in rows
    )


def _candidates(rule: Rule, rows: list[dict], known: _Tried | None) -> Iterator[_Tried]:
    steps, low_is_good = _steps(rule), rule.points.below is not None
    limits = [limit for limit, _ in steps[:-1]] if low_is_good else [limit for limit, _ in reversed(steps[:-1])]
    points = tuple(lost for _, lost in (steps if low_is_good else reversed(steps)))
    if len(limits) == 1:
        costs = [known.points[1]] if known else [Decimal(each) for each in range(DEAREST + 1)]
        yield from (_Tried(((limits[0], limits[0]),), (points[0], points[0] + cost)) for cost in costs)
        return
    seen = sorted({Decimal(row[rule.indicator]) for row in rows if rule.indicator in row})
    between = list(zip([-_END, *seen], [*seen, _END], strict=True))
    if not low_is_good:
        between.reverse()
    for cuts in combinations_with_replacement(between, len(limits)):
        if known:
            cuts = tuple(
                (max(a, low), min(b, high)) for (a, b), (low, high) in zip(cuts, known.cuts, strict=True)
            )  # fmt: skip
        if all(low < high for low, high in cuts):
            yield _Tried(tuple(cuts), points)


def _costs(tried: _Tried, rule: Rule, rows: list[dict]) -> list[Decimal]:
    """What the rule costs each unit; a limit stands at the upper end of its interval."""
    low_is_good, costs = rule.points.below is not None, []
    for row in rows:
        value, beyond = row.get(rule.indicator), 0
        if value is not None:
            beyond = sum((value >= up) if low_is_good else (value < up) for _, up in tried.cuts)
        costs.append(tried.points[beyond] if value is not None else Decimal(0))
    return costs


def _matrix(costs: list[list[Decimal]]) -> np.ndarray:
    return np.array(
        [[int((cost * _SCALE).to_integral_value(ROUND_CEILING)) for cost in row] for row in costs], dtype=np.int64
    )
