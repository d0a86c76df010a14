"""What it takes: the fewest tickets that would have had to go otherwise for a unit to gain a point, or a place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

import numpy as np
import pandas as pd

from hotline_lib.exact import competition_rank, half_up, is_missing
from hotline_lib.params import Rule, Scheme
from hotline_lib.scoring._points import deductions, ladder, lost_by_unit, points_lost, printed_score

NEAR, REACHABLE = (
    0.05,
    0.25,
)  # of the tickets that an indicator counts: a small part of them, and more than is realistic
_DAY = 24 * 3600
_SCALE = 10_000  # points as whole numbers
_HALF = Decimal("0.005")  # printed scores are half up


@dataclass(frozen=True)
class _Counted:
    """One rule of the scheme on tickets of a unit: who missed it, and from what its value is made."""

    rule: Rule
    kind: str
    numerator: int
    denominator: int
    others: tuple
    pulls: np.ndarray  # by candidate: what it takes from the miss, one ticket or the seconds saved

    def value(self, pulled: int) -> Decimal | int:
        if self.kind == "minutes":
            return half_up(self.numerator - pulled, 60 * self.denominator)
        return (
            self.numerator - pulled
            if self.kind == "count"
            else half_up(100 * (self.numerator + pulled), self.denominator)
        )

    def lost(self, pulled: int = 0) -> Decimal:
        return points_lost(self.value(pulled), self.rule, self.others)

    def levels(self, enough: Decimal) -> Iterator[tuple[int, Decimal]]:
        """What must be pulled for each further gain, up to the first that is enough alone: (tickets or seconds, points)."""
        now, best, most = self.lost(), Decimal(0), int(self.pulls.sum())
        for need in self._needs(most):
            if (gain := now - self.lost(need)) > best:
                best = gain
                yield need, gain
                if gain >= enough:
                    return

    def _needs(self, most: int) -> Iterator[int]:
        if self.kind != "minutes":
            yield from range(1, most + 1)
            return
        form, now = self.rule.points, self.value(0)
        limits: Iterable[Decimal]
        if form.per_point_over is None and form.per_point_short_of is None:
            limits = sorted((limit for limit, _ in ladder(form, self.others) if limit <= now), reverse=True)
        else:
            limits = (now - Decimal(step) / 100 for step in range(int(now * 100)))
        for limit in limits:  # prints under the limit: half a digit below it
            most_left = int(((limit - _HALF) * 60 * self.denominator).to_integral_value(ROUND_CEILING)) - 1
            if 0 < self.numerator - most_left <= most:
                yield self.numerator - most_left


def takes(values: pd.DataFrame, missed: pd.DataFrame, scheme: Scheme, units: Sequence[str]) -> pd.DataFrame:
    """The fewest tickets that win each unit a point (or full marks) and a place, by one indicator and by any together.

    A ticket that goes otherwise is handled as the unit usually handles one: everything that it missed is in order, and
    it is closed after the unit's median time, in 24 hours and by its due date at the latest. So one ticket can count for
    several indicators, and for the mean. More calls, reports and minutes of a platform are no tickets: never advised.

    values: as ``metrics.indicator_values`` gives them. missed: a row per ticket that missed something, and per complaint:
    ``unit``, ``ticket_id``, ``seconds`` and ``due_seconds`` (from acceptance, missing where the mean does not count it), and by
    key of an indicator whether it missed that. units: in the order of the page.
    Returns up to four rows per unit that can gain: ``unit``, ``target`` (``point`` or ``place``), ``way`` (``single``: tickets that
    missed one indicator; ``set``: of any, where that takes fewer), ``indicators`` (tuple of keys whose points change),
    ``tickets``, ``of`` (the most that one of these indicators counts), ``far`` (``near``: up to 5 % of them, else ``far``),
    ``gained`` (Decimal), ``score`` and ``rank`` then (the others as they are), ``ids`` (tuple). What takes more than a quarter
    of the tickets is left out.
    """
    known = {(row.unit, row.indicator): row for row in values.itertuples(index=False)}
    lost = lost_by_unit(deductions(values, scheme))
    printed = {unit: printed_score(lost[unit], scheme) for unit in units}
    rows = []
    for unit in units:
        own = missed[missed["unit"] == unit]
        counted = _counted(unit, own, known, scheme, units)
        above = [score for score in printed.values() if score > printed[unit]]
        solved: dict[Decimal, dict[str, np.ndarray | None]] = {}
        targets = {"point": min(printed[unit] + 1, scheme.full_marks)} | ({"place": min(above)} if above else {})
        for name, target in targets.items():
            need = lost[unit] - (scheme.full_marks - target + _HALF)
            if need <= 0 or target <= printed[unit] or not counted:
                continue
            ways = solved[need] = solved.get(need) or _ways(counted, need, len(own))
            for way, chosen in ways.items():
                if chosen is not None and (row := _row(counted, chosen, own)) is not None:
                    then = printed_score(lost[unit] - row["gained"], scheme)
                    rank = competition_rank([then, *(score for other, score in printed.items() if other != unit)])[0]
                    rows.append({"unit": unit, "target": name, "way": way, **row, "score": then, "rank": rank})
    columns = ["unit", "target", "way", "indicators", "tickets", "of", "far", "gained", "score", "rank", "ids"]
    return pd.DataFrame(rows, columns=columns)


def _ways(counted: list[_Counted], need: Decimal, candidates: int) -> dict[str, np.ndarray | None]:
    """The fewest candidates among those that missed one indicator, and among all where that takes fewer."""
    most = int(REACHABLE * max(each.denominator for each in counted))  # no more are ever told
    singles = [_fewest(counted, need, np.flatnonzero(each.pulls > 0), most) for each in counted]
    single = min((each for each in singles if each is not None), key=len, default=None)
    fewer = most if single is None else min(most, len(single) - 1)
    whole = _fewest(counted, need, np.arange(candidates), fewer) if len(counted) > 1 else None
    return {"single": single} | (
        {"set": whole} if whole is not None and (single is None or len(whole) < len(single)) else {}
    )


def _counted(unit: str, own: pd.DataFrame, known: Mapping, scheme: Scheme, units: Sequence[str]) -> list[_Counted]:
    """The rules that cost the unit something and that tickets can mend."""
    found = []
    for rule in scheme.rules:
        row = known.get((unit, rule.indicator))
        if row is None or is_missing(row.value) or not (rule.indicator in own or row.kind == "minutes"):
            continue
        others = tuple(
            known[other, rule.indicator].value for other in units if other != unit and (other, rule.indicator) in known
        )
        pulls = _saved(own) if row.kind == "minutes" else own[rule.indicator].to_numpy(dtype=np.int64)
        each = _Counted(rule, row.kind, int(row.numerator), int(row.denominator), others, pulls)
        if each.denominator and each.lost() > 0:
            found.append(each)
    return found


def _saved(own: pd.DataFrame) -> np.ndarray:
    """The whole seconds that each ticket would have been closed sooner."""
    seconds = own["seconds"].astype("Float64")
    if seconds.notna().sum() == 0:
        return np.zeros(len(own), dtype=np.int64)
    usual = min(float(seconds.median()), _DAY)
    sooner = (seconds - own["due_seconds"].astype("Float64").clip(upper=usual).fillna(usual)).clip(lower=0)
    return np.floor(sooner.fillna(0).to_numpy(dtype=float)).astype(np.int64)


def _fewest(counted: list[_Counted], need: Decimal, among: np.ndarray, most: int) -> np.ndarray | None:
    """The fewest of those candidates that gain so many points, the slowest first; None if all of them do not.

    most: None too where more would plainly be needed, which spares the program.
    A mixed integer program: how many tickets of each sort, and of each rule at most one level that they pay for. Tickets of
    a sort missed the same; the slowest of them go first, so what they save is concave in their number, and only that
    number need be whole.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    pulls = np.array([each.pulls[among] for each in counted]).reshape(len(counted), len(among))
    useful = pulls.any(axis=0)
    among, pulls = among[useful], pulls[:, useful]
    levels = [(place, *level) for place, each in enumerate(counted) for level in each.levels(need)]
    if not len(among) or not levels:
        return None
    timed = np.array([each.kind == "minutes" for each in counted])
    sorts, which, sizes = np.unique(pulls * ~timed[:, None], axis=1, return_inverse=True, return_counts=True)
    which, saved = which.ravel(), pulls[timed].sum(axis=0)
    slowest = np.argsort(-saved, kind="stable")
    if len(sizes) == 1:
        gained = lambda k: sum(
            (each.lost() - each.lost(int(each.pulls[among[slowest[:k]]].sum())) for each in counted), Decimal(0)
        )
        few = bisect_left(range(len(among) + 1), need, key=gained)
        return np.sort(among[slowest[:few]]) if few <= len(among) else None
    if _gained_at_most(pulls, levels, most) < need:
        return None
    slow = np.flatnonzero(saved > 0)
    n, steps, first = len(sizes), len(levels), len(sizes) + len(levels)
    terms: list[tuple[int | np.integer, int, float]]
    terms = [(place, at, float(sorts[place, at])) for place in np.flatnonzero(~timed) for at in range(n)]
    terms += [(place, first + at, float(saved[one])) for place in np.flatnonzero(timed) for at, one in enumerate(slow)]
    terms += [(place, n + at, -float(wanted)) for at, (place, wanted, _) in enumerate(levels)]
    largest = [max(each.pulls.sum(), 1) for each in counted]
    terms = [(place, at, value / largest[place]) for place, at, value in terms]
    rows = len(counted)  # then: one level a rule; no more saved than tickets taken; enough points
    terms += [(rows + place, n + at, 1.0) for at, (place, *_) in enumerate(levels)]
    terms += [(2 * rows + which[one], first + at, -1.0) for at, one in enumerate(slow)]
    terms += [(2 * rows + at, at, 1.0) for at in range(n)]
    terms += [(2 * rows + n, n + at, float(points * _SCALE)) for at, (*_, points) in enumerate(levels)]
    place, at, value = zip(*terms, strict=True)
    matrix = coo_array((value, (place, at)), shape=(2 * rows + n + 1, first + len(slow))).tocsr()
    wanted = int((need * _SCALE).to_integral_value(ROUND_CEILING))
    lower = np.concatenate([np.zeros(2 * rows + n), [wanted]])
    upper = np.concatenate([np.full(rows, np.inf), np.ones(rows), np.full(n + 1, np.inf)])
    whole = np.arange(first + len(slow)) < first
    answer = milp(
        whole & (np.arange(len(whole)) < n),
        integrality=whole,
        bounds=Bounds(0, np.concatenate([sizes, np.ones(steps + len(slow))])),
        constraints=LinearConstraint(matrix, lower, upper),
    )
    if answer.x is None:
        return None
    taken = np.rint(answer.x[:n]).astype(int)
    return np.sort(among[np.concatenate([slowest[which[slowest] == sort][:k] for sort, k in enumerate(taken)])])


def _gained_at_most(pulls: np.ndarray, levels: Sequence[tuple[int, int, Decimal]], most: int) -> Decimal:
    """No ``most`` candidates gain more: as if, for each rule, those that pull most could be taken."""
    pulled = np.sort(pulls, axis=1)[:, ::-1][:, :most].sum(axis=1)
    reached = lambda rule: [points for at, wanted, points in levels if at == rule and wanted <= pulled[rule]]
    return sum((max(reached(rule), default=Decimal(0)) for rule in range(len(pulled))), Decimal(0))


def _row(counted: list[_Counted], chosen: np.ndarray, own: pd.DataFrame) -> dict[str, object] | None:
    gains = [(each, each.lost() - each.lost(int(each.pulls[chosen].sum()))) for each in counted]
    better = [each for each, gain in gains if gain > 0]
    of = max(each.denominator for each in better)
    if len(chosen) > REACHABLE * of:
        return None
    return {
        "indicators": tuple(each.rule.indicator for each in better),
        "tickets": len(chosen),
        "of": of,
        "far": "near" if len(chosen) <= NEAR * of else "far",
        "gained": sum((gain for _, gain in gains), Decimal(0)),
        "ids": tuple(own["ticket_id"].iloc[chosen]),
    }
