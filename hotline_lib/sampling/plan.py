"""How many tickets must be checked to see anything, and how best to spend a number of calls over the units."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotline_lib.errors import HotlineError

if TYPE_CHECKING:
    from hotline_lib.month import Month

CALLS, FLOOR = 60, 2
SHARES = {25: Fraction(1, 4), 10: Fraction(1, 10), 5: Fraction(1, 20)}  # of bad tickets, by percent
_MISSED = Fraction(1, 20)  # the chance that is left of seeing none: 95 % to see one
_LEADS = Fraction(3, 2)  # how much more a unit with leads weighs
_FINE = 10**8  # under a root, so that it is a whole number to four digits


def needed(complaints: int, share: Fraction) -> int:
    """The fewest tickets, drawn from so many, of which at least one is bad with 95 % where at least ``share`` of all are.

    Hypergeometric: drawn without putting back. With D = ceil(share x complaints) bad ones, the least n with
    C(complaints - D, n) / C(complaints, n) <= 0.05. In whole numbers. 0 where there is no complaint.

    Source: sampling for discovery, as in GB/T 2828.4 and any text on auditing; 11, 29 and 59 for 25, 10 and 5 % of a
    population without end.
    """
    bad = -(-complaints * share.numerator // share.denominator)
    none_seen, tickets = Fraction(1), 0
    while none_seen > _MISSED and tickets < complaints:
        none_seen *= Fraction(max(complaints - bad - tickets, 0), complaints - tickets)
        tickets += 1
    return tickets


def plan(
    complaints: pd.DataFrame,
    *,
    last: pd.DataFrame | None = None,
    leads: pd.DataFrame | None = None,
    calls: int = CALLS,
    floor: int = FLOOR,
) -> pd.DataFrame:
    """How many tickets of each unit to check, and why: more where last month was bad, where there are many, or leads.

    complaints: ``unit``, ``complaints`` (closed ones, that tickets are drawn from), a row per unit, whose order is kept.
    last: ``unit``, ``answered``, ``problems`` of the check before (metrics.spot_check_results), or None.
    leads: ``unit``, ``leads`` (how many there are), or None; units that are not in it have none.
    calls: to spend in all. floor: of each unit at least so many, as far as it has them.

    Returns ``unit``, ``complaints``, ``need_25``, ``need_10``, ``need_5`` (see ``needed``), ``last_answered`` and
    ``last_problems`` (missing where nobody answered), ``leads``, ``calls`` and ``why``, in words.
    Beyond the floor calls go one by one to the unit with the largest weight / (2 x its calls + 1) (Sainte-Laguë):
    weight = root of complaints x (1 + share of problems) x 1.5 where there are leads; a unit of which nothing is known has
    the share of all together. The root is a power allocation between equal precision for units and the best for the
    province: Bankier, Power Allocations, The American Statistician 42 (1988) 174-177.
    Raises HotlineError where the calls are too few for the floor.
    """
    frame = complaints[["unit", "complaints"]].reset_index(drop=True)
    for percent, share in SHARES.items():
        frame[f"need_{percent}"] = [needed(int(each), share) for each in frame["complaints"]]
    known = {} if last is None else last.set_index("unit")[["answered", "problems"]].to_dict("index")
    results = [known.get(unit, {"answered": 0, "problems": 0}) for unit in frame["unit"]]
    answered, problems = ([int(each[name]) for each in results] for name in ("answered", "problems"))
    listed = {} if leads is None else leads.set_index("unit")["leads"].to_dict()
    frame["last_answered"] = pd.array([of or None for of in answered], dtype="Int64")
    frame["last_problems"] = pd.array(
        [bad if of else None for bad, of in zip(problems, answered, strict=True)], dtype="Int64"
    )
    frame["leads"] = [int(listed.get(unit, 0)) for unit in frame["unit"]]

    pooled = Fraction(sum(problems), sum(answered) or 1)
    weights = [
        isqrt(int(row.complaints) * _FINE) * (1 + (Fraction(bad, of) if of else pooled)) * (_LEADS if row.leads else 1)
        for row, bad, of in zip(frame.itertuples(), problems, answered, strict=True)
    ]
    frame["calls"] = _spent([int(each) for each in frame["complaints"]], weights, calls, floor)
    usual = frame["complaints"].mean()
    frame["why"] = [_why(row, usual, floor) for row in frame.itertuples()]
    return frame


def plan_of_month(
    m: Month, complaints: pd.Series, last: pd.DataFrame | None, *, calls: int, floor: int = FLOOR
) -> pd.DataFrame:
    """``plan`` for the units of a month, with its leads. complaints: by unit, those that can be drawn."""
    units = m.units["unit"]
    there = pd.DataFrame({"unit": units, "complaints": complaints.reindex(units, fill_value=0).to_numpy()})
    leads = m.leads().drop_duplicates("ticket_id").groupby("unit", as_index=False).agg(leads=("ticket_id", "size"))
    return plan(there, last=last, leads=leads, calls=calls, floor=floor)


def _spent(complaints: Sequence[int], weights: Sequence[Fraction], calls: int, floor: int) -> list[int]:
    given = [min(floor, each) for each in complaints]
    if sum(given) > calls:
        raise HotlineError(
            f"{calls} 件不够每个单位至少 {floor} 件，共需 {sum(given)} 件：请把总件数写成 {sum(given)} 或更多，或把最低件数（--floor）改小。"
        )
    for _ in range(min(calls, sum(complaints)) - sum(given)):
        open_ = [at for at, each in enumerate(complaints) if given[at] < each]
        given[max(open_, key=lambda at: (weights[at] / (2 * given[at] + 1), -at))] += 1
    return given


def _why(row: Any, usual: float, floor: int) -> str:
    """In words, what moved the number of calls of a unit."""
    if not row.complaints:
        return "没有办结的投诉"
    if row.calls == row.complaints:
        return f"只有{row.complaints}件，全部抽取"
    reasons = []
    if not pd.isna(row.last_problems) and row.last_problems:
        reasons.append(f"最近抽的{row.last_answered}件中{row.last_problems}件有问题")
    if row.leads:
        reasons.append(f"有线索{row.leads}件")
    if row.complaints > usual:
        reasons.append("投诉件数多")
    if row.calls <= floor:
        reasons.append("取最低件数")
    return "，".join(reasons) or "按投诉件数分配"
