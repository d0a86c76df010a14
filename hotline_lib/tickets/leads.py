"""Leads (线索): patterns among a month's closed complaints that a spot check should look at next. Never a verdict.

Each lead is a condition on tickets that chance alone gives a known share of them at most. A unit is named only where it
has so many that chance would name any unit in one month of a hundred (binomial, one-sided, Bonferroni over the units
and what the lead tests); of it the tickets with the condition are listed, the most striking first. How often each names
an honest unit, and finds a planted pattern (in one ticket of ten, in six units of 77 to 2,843 complaints), was measured
over 20 seeds by ``tests/benchmarks/leads.py`` and stands in its docstring: of tickets that ``simulate`` makes, which
know neither hurry nor habit. Real tickets have both, and systems that close by themselves: there a lead says how far a
unit is from chance, not why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotline_lib.indicators import SATISFIED_FROM, handling_seconds, whole_seconds
from hotline_lib.tickets.engine import ibis
from hotline_lib.tickets.read import fetch

if TYPE_CHECKING:
    from ibis.expr.types import Table

LEVEL = 0.01  # how often a lead may name some unit in a month in which there is nothing to name
MOST = 20  # tickets of a unit that a lead lists
COLUMNS = ["ticket_id", "unit", "lead", "rank", "why"]
NONE = pd.DataFrame({column: pd.Series(dtype="int64" if column == "rank" else str) for column in COLUMNS})
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_FAST = (100, 10)  # a hundredth of what is usual is too fast, of what is under a tenth of it
_FAST_CHANCE = 10**-0.75
_COMMON_ISSUE = 30  # tickets from which an issue has a usual time of its own
_LAST, _BEFORE = 30 * _MINUTE, 2 * _HOUR  # just under a limit, and what it is compared with
_BURST, _BUSY = 30, 3  # seconds between closings; how many times busier than on average an hour may be
_LONG = 600  # seconds: shorter times are alike by themselves
_SLIP = 0.01  # of the satisfied whose record may be wrong
_AGAIN, _RARE = 2, 8  # days; complaints of a sub-issue in a unit, from which another one soon is nothing special
_UNEVEN = 1.2  # how many times likelier two fall together because days are not equally busy


@dataclass(frozen=True)
class Found:
    """What a lead asks of the engine.

    of: ``unit``, ``n`` and ``k``: what is tested, of how many how many have the condition; ``part`` if a unit is tested
    more than once. listed: the tickets with it: ``unit``, ``part``, ``ticket_id``, ``weight`` (the larger the more
    striking), and what ``why`` names.
    chance: the largest share that chance gives, one of a row or of all. why: a row of ``listed`` with ``n`` and ``k``
    -> words.
    """

    of: Table
    listed: Table
    chance: float | Callable[[pd.Series], pd.Series]
    why: Callable[[pd.Series], str] = field(repr=False)


def find_leads(tickets: Table, complaint: str, days: int) -> pd.DataFrame:
    """The leads of a month, by lead and rank: ``ticket_id``, ``unit``, ``lead``, ``rank`` (1: look first), ``why``.

    tickets: as ``read_month`` gives them. complaint: the name of that business type. days: of the month.
    A ticket may stand under several leads. Of whole minutes nobody knows the seconds: what needs them leaves those out.
    """
    closed = closed_complaints(tickets, complaint)
    made = [_ranked(label, look(closed, days)) for look, label in LEADS.items()]
    return pd.concat([NONE, *filter(len, made)], ignore_index=True).astype(NONE.dtypes)


def too_fast(closed: Table, days: int) -> Found:
    """办得太快: closed in under a hundredth of the usual time, of tickets closed in under a tenth.

    Usual: the unit's median times the issue's (median of tickets' shares in their own unit's median; issues of thirty
    tickets and more). k of n: under a hundredth of it among those under a tenth, answered at once left out. If few are
    ready early (a tail like t^a with a of 0.75 or more: work that takes steps has a above 1, waiting by chance 1), k/n
    is 10^−0.75 at most.
    Source: tails of Weibull's law (Weibull 1951); the idea is that of speeder checks in surveys (Greszki, Meyer and
    Schoen 2015).
    Measured: no honest unit of 300; planted 91 of 120: all where complaints usually take hours (11 of 20 of 77
    complaints), none where they take 50 minutes.
    """
    passed_on = closed.filter(~closed.answered_instantly)
    units = passed_on.group_by("unit").aggregate(of_unit=passed_on.seconds.median())
    known = passed_on.join(units, "unit")
    known = known.mutate(share=known.seconds / ibis.greatest(known.of_unit, 1.0))
    issues = known.group_by("issue").aggregate(of_issue=known.share.median(), tickets=known.count())
    issues = issues.filter(issues.tickets >= _COMMON_ISSUE).select("issue", "of_issue")
    known = known.join(issues, "issue", how="left")
    known = known.mutate(usual=known.of_unit * ibis.coalesce(known.of_issue, 1.0))
    early = known.filter(known.seconds * _FAST[1] < known.usual)
    hit = early.seconds * _FAST[0] < early.usual
    listed = early.filter(hit).mutate(weight=early.usual / ibis.greatest(early.seconds, 1))
    why = lambda row: f"办结用时{_span(row['seconds'])}，该单位办这类事项一般用{_span(row['usual'])}"
    return Found(
        _counted(early, hit), listed.select("unit", "ticket_id", "weight", "seconds", "usual"), _FAST_CHANCE, why
    )


def just_under(closed: Table, days: int) -> Found:
    """卡着时限办结: closed in the last half hour before 24 hours, five days, or the due time.

    k of n: in the last half hour among those in the last two hours before the limit; a quarter where closings are no
    denser at the limit than before it. A due time that is one of the others is not tested twice.
    Source: bunching at a notch (Kleven and Waseem 2013); the density test of McCrary 2008, from one side, because a
    limit that is kept has nothing beyond.
    Measured: no honest unit of 300; planted 84 of 120: all of 400 complaints and more that take hours, half of smaller
    ones.
    """
    limits = {"24小时": _DAY, "5日": 5 * _DAY}
    own = closed.due - closed.accepted
    other = ~ibis.or_(*((own - limit).abs() <= _HOUR for limit in limits.values()))
    left = {name: closed.select("unit", "ticket_id", left=limit - closed.seconds) for name, limit in limits.items()}
    left["规定时限"] = closed.filter(other.fill_null(False)).select(
        "unit", "ticket_id", left=closed.due - closed.closed
    )
    last = ibis.union(*(rows.mutate(part=ibis.literal(name)) for name, rows in left.items()))
    last = last.filter((last.left >= 0) & (last.left < _BEFORE))
    hit = last.left < _LAST
    why = lambda row: (
        f"离{row['part']}还有{_span(row['left'])}时办结；该单位最后2小时内办结的{row['n']}件中{row['k']}件在最后半小时"
    )
    return Found(_counted(last, hit, "part"), last.filter(hit).mutate(weight=-last.left), _LAST / _BEFORE, why)


def bursts(closed: Table, days: int) -> Found:
    """成批办结: closed within thirty seconds of the one before it in the same unit.

    k of n: gaps of thirty seconds and less, of all. Closings that know nothing of each other leave such gaps with
    1 − exp(−31 λ); λ three times the month's average, since a unit closes more in some hours. Closings of a whole
    minute are left out, however many a unit has of them: it may keep no seconds.
    Source: gaps of a Poisson process (Cox and Lewis 1966).
    Measured: no honest unit of 300; planted 73 of 120: of 180 to 440 complaints nearly all, of 2,800 a month (where
    gaps are short anyway) 2 of 20, of 77 complaints 6 of 20.
    """
    closed = closed.filter(closed.closed % _MINUTE != 0)
    order = ibis.window(group_by="unit", order_by=["closed", "ticket_id"])
    gaps = closed.mutate(gap=closed.closed - closed.closed.lag().over(order), minute=(closed.closed / _MINUTE).floor())
    gaps = gaps.mutate(weight=gaps.count().over(ibis.window(group_by=["unit", "minute"])))
    gaps = gaps.filter(gaps.gap.notnull())
    hit = gaps.gap <= _BURST
    why = lambda row: f"与该单位前一件相隔{row['gap']}秒办结，同一分钟内办结{row['weight']}件"
    chance = lambda n: 1 - np.exp(-_BUSY * n / (days * _DAY) * (_BURST + 1))
    return Found(_counted(gaps, hit), gaps.filter(hit).select("unit", "ticket_id", "weight", "gap"), chance, why)


def round_minutes(closed: Table, days: int) -> Found:
    """整五分钟办结: the minute of closing ends in 0 or 5, as of times that were written down afterwards.

    k of n: those minutes, of all; a fifth by chance. Five times the share is Whipple's index of heaping (1 is none).
    Source: Whipple's index (Shryock and Siegel 1976, The Methods and Materials of Demography), taken to clocks.
    Measured: no honest unit of 300; planted (three tickets in ten) 116 of 120.
    """
    timed = closed.mutate(clock=(closed.closed % _DAY / _MINUTE).floor().cast("int64"))
    hit = timed.clock % 5 == 0
    weight = (timed.closed % _MINUTE == 0).ifelse(2, 0) + (timed.clock % 30 == 0).ifelse(1, 0)
    why = lambda row: (
        f"{row['clock'] // 60:02d}:{row['clock'] % 60:02d}办结；该单位{row['n']}件中{row['k']}件的办结分钟以0或5结尾"
        f"（惠普尔指数{5 * row['k'] / row['n']:.2f}）"
    )
    listed = timed.mutate(weight=weight).filter(hit).select("unit", "ticket_id", "weight", "clock")
    return Found(_counted(timed, hit), listed, 0.2, why)


def twins(closed: Table, days: int) -> Found:
    """用时雷同: handling times that agree to the second, as copied ones do.

    k of n: pairs of tickets of a unit with the same seconds, of pairs with the same minute (of ten minutes and more:
    short times are alike by themselves); one in 59 by chance. Times of whole minutes are left out, however many a unit
    has of them: it may keep no seconds.
    Source: pairs that fall together (the birthday problem); few distinct values as a mark of made-up data, as in
    Simonsohn 2013.
    Measured: no honest unit of 300; planted 120 of 120.
    """
    long = closed.filter((closed.seconds >= _LONG) & (closed.seconds % _MINUTE != 0))
    long = long.mutate(minute=(long.seconds / _MINUTE).floor())
    long = long.mutate(
        weight=long.count().over(ibis.window(group_by=["unit", "seconds"])),
        in_minute=long.count().over(ibis.window(group_by=["unit", "minute"])),
    )
    # a ticket is in as many pairs as it has others beside it, and each pair has two tickets
    pairs = long.group_by("unit").aggregate(twice=(long.in_minute - 1).sum(), same=(long.weight - 1).sum())
    of = pairs.select("unit", n=(pairs.twice / 2).cast("int64"), k=(pairs.same / 2).cast("int64"))
    why = lambda row: f"办结用时{_span(row['seconds'])}，该单位有{row['weight']}件一秒不差"
    listed = long.filter(long.weight > 1).select("unit", "ticket_id", "weight", "seconds")
    return Found(of, listed, 1 / (_MINUTE - 1), why)


def unasked(closed: Table, days: int) -> Found:
    """未回访即满意: satisfied without a call-back, or reported within a minute after closing: nobody can have been asked.

    k of n: those, of the satisfied; one in a hundred may be a slip of the record.
    Source: 月报 2024-09, 三 (部分工单在系统上显示办结和满意，但实际未办结、群众不满意).
    Measured: no honest unit of 300, but ``simulate`` rings whoever rates, so that says nothing; planted 120 of 120.
    """
    satisfied = closed.filter(closed.rating >= SATISFIED_FROM)
    at_once = (satisfied.submitted - satisfied.closed).between(0, _MINUTE).fill_null(False)
    unrung = ~satisfied.called_back.fill_null(False)
    satisfied = satisfied.mutate(after=satisfied.submitted - satisfied.closed, unrung=unrung.ifelse(1, 0))
    listed = satisfied.filter(unrung | at_once).mutate(weight=satisfied.unrung)
    why = lambda row: "记为满意，但没有回访" if row["unrung"] else f"记为满意，办结后{int(row['after'])}秒就上报"
    return Found(
        _counted(satisfied, unrung | at_once), listed.select("unit", "ticket_id", "weight", "unrung", "after"), _SLIP, why
    )  # fmt: skip


def again(closed: Table, days: int) -> Found:
    """办结后再投诉: the same unit and sub-issue again within two days of closing.

    k of n: pairs in which the later came in up to two days after the earlier was closed, of all pairs of a unit's
    sub-issue; two moments of a month of d days lie within two with 1 − (1 − 2/d)², less after closing; a fifth more
    because days are not equally busy. Sub-issues with more than eight complaints in a unit are left out: there another
    one soon is nothing special. An incident brings complaints together too.
    Source: repeat contacts as the reverse of resolution at first contact (ISO 18295-1, 2017).
    Measured: no honest unit of 300; planted 34 of 120: it needs hundreds of complaints, and many rare sub-issues.
    """
    named = closed.filter(closed.sub_issue.notnull() & (closed.issue != ""))
    cell = ["unit", "issue", "sub_issue"]
    named = named.mutate(size=named.count().over(ibis.window(group_by=cell)))
    rare = named.filter((named.size > 1) & (named.size <= _RARE)).select(*cell, "ticket_id", "accepted", "closed")
    later = rare.select(*cell, later_id="ticket_id", later_at="accepted")
    pairs = rare.join(later, cell)
    pairs = pairs.filter(
        (pairs.later_at > pairs.accepted) | ((pairs.later_at == pairs.accepted) & (pairs.later_id > pairs.ticket_id))
    )
    wait = pairs.later_at - pairs.closed
    pairs = pairs.select("unit", "ticket_id", wait=wait)
    hit = (pairs.wait >= 0) & (pairs.wait <= _AGAIN * _DAY)
    soon = pairs.filter(hit)
    listed = soon.group_by("unit", "ticket_id").aggregate(weight=soon.count(), wait=soon.wait.min())
    why = lambda row: f"办结后{_span(row['wait'])}，同一子事项又来投诉，{_AGAIN}日内共{row['weight']}件"
    return Found(_counted(pairs, hit), listed, _UNEVEN * (1 - (1 - _AGAIN / days) ** 2), why)


LEADS: dict[Callable[[Table, int], Found], str] = {
    too_fast: "办得太快",
    unasked: "未回访即满意",
    again: "办结后再投诉",
    twins: "用时雷同",
    bursts: "成批办结",
    just_under: "卡着时限办结",
    round_minutes: "整五分钟办结",
}


def closed_complaints(tickets: Table, complaint: str) -> Table:
    """Closed complaints with their moments in whole seconds; without those whose times are in no order."""
    rows = tickets.filter((tickets.business_type == complaint) & tickets.closed_at.notnull())
    rows = rows.select(
        "ticket_id", "unit", "sub_issue", "answered_instantly", "called_back", "rating",
        issue=rows.issue.fill_null(""), seconds=handling_seconds(rows),
        **{name: whole_seconds(rows[f"{name}_at"]) for name in ("accepted", "closed", "due", "submitted")},
    )  # fmt: skip
    return rows.filter(rows.seconds >= 0)


def _counted(rows: Table, hit: ibis.expr.types.BooleanValue, *part: str) -> Table:
    """By unit (and part) ``n`` rows, of which ``k`` hit."""
    return rows.group_by("unit", *part).aggregate(n=rows.count(), k=hit.ifelse(1, 0).sum())


def _ranked(label: str, found: Found) -> pd.DataFrame:
    """The lead's tickets of the units that it names, best first."""
    told = _told(found)
    if told.empty:
        return NONE
    listed = found.listed if "part" in found.listed.columns else found.listed.mutate(part=ibis.literal(""))
    keys = told["unit"] + "\n" + told["part"]
    listed = listed.filter((listed.unit + "\n" + listed.part).isin(keys.tolist()))
    order = ibis.window(group_by=["unit", "part"], order_by=[ibis.desc("weight"), "ticket_id"])
    listed = listed.mutate(place=ibis.row_number().over(order))
    rows = fetch(listed.filter(listed.place < MOST)).merge(told, on=["unit", "part"], validate="many_to_one")
    rows = rows.sort_values(["p", "unit", "part", "place"], ignore_index=True).drop_duplicates("ticket_id")
    rows = rows.assign(lead=label, rank=range(1, len(rows) + 1), why=[found.why(row) for _, row in rows.iterrows()])
    return rows[COLUMNS]


def _told(found: Found) -> pd.DataFrame:
    """``unit``, ``part``, ``n``, ``k`` and ``p`` of those that have more than chance would give."""
    from scipy.stats import binom

    of = fetch(found.of)
    of = of[of["n"].fillna(0) > 0].astype({"n": "int64", "k": "int64"})
    of = of.assign(part=of.get("part", ""))
    chance = found.chance(of["n"]) if callable(found.chance) else found.chance
    of = of.assign(p=binom.sf(of["k"] - 1, of["n"], chance))
    return of[of["p"] * len(of) <= LEVEL]


def _span(seconds: float) -> str:
    """42秒, 12分钟, 3.5小时, 2.1天"""
    for least, unit, name in ((_DAY, _DAY, "天"), (_HOUR, _HOUR, "小时"), (_MINUTE, _MINUTE, "分钟")):
        if seconds >= least:
            return f"{seconds / unit:.{0 if unit == _MINUTE else 1}f}{name}"
    return f"{int(seconds)}秒"
