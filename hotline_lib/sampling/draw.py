"""Which tickets are checked: drawn from closed complaints so that anybody can draw the same again.

A ticket's place in the draw is the SHA-256 of seed, fingerprint of the tickets and its id: every ticket has the same chance,
nobody can know it before the tickets are in, and no version of any package changes it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from hotline_lib.errors import HotlineError, TicketsError, UnknownValueError
from hotline_lib.fingerprint import value_fingerprint
from hotline_lib.intake.spot_checks import QUESTIONS
from hotline_lib.journal import Move, write_whole
from hotline_lib.month import Month
from hotline_lib.opening import open_month
from hotline_lib.params import month_before
from hotline_lib.paths import Paths
from hotline_lib.sampling import ledger
from hotline_lib.sampling.ledger import STRATA, Asked, Draw, Drawn
from hotline_lib.sampling.plan import plan_of_month
from hotline_lib.tickets.read import find_input
from hotline_lib.tickets.single import chosen_tickets

WEEKS = {1: (1, 7), 2: (8, 14), 3: (15, 21), 4: (22, 31)}  # days of submission
FACTS = (*STRATA, "accepted_at", "closed_at")  # what a checker sees of a ticket
_COMPLAINTS = "complaint_mean_minutes"  # the indicator that counts every submitted, hence closed, complaint
_HOURS = (9, 10, 11, 13, 14, 15, 16)
_DAYS = "一二三四五"


@dataclass(frozen=True)
class Made:
    """What came of a draw. new: it was not in the ledger yet. short: units with fewer tickets than were asked for. gone:
    tickets of it that are no more among the month's."""

    draw: Draw
    new: bool
    short: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def complaints(m: Month) -> pd.DataFrame:
    """The complaints that units have reported as closed in the month, whenever accepted: ``ticket_id``, ``unit``, FACTS,
    ``submitted_at``."""
    return m.behind(None, _COMPLAINTS, ["ticket_id", "unit", *FACTS, "submitted_at"])


def in_week(population: pd.DataFrame, week: int | None) -> pd.DataFrame:
    """Those submitted in one of the four weeks of their month; all if None."""
    if week is None:
        return population
    if week not in WEEKS:
        raise HotlineError("--week 应为 1 至 4：按报送日期，1 至 7 日、8 至 14 日、15 至 21 日、22 日至月末。")
    return population[population["submitted_at"].dt.day.between(*WEEKS[week])]


def planned(month: str, paths: Paths, calls: int, floor: int) -> tuple[pd.DataFrame, str]:
    """The plan of a month, from its own complaints, or from those of the month before if it has no tickets yet; and in words
    what it stands on. Raises HotlineError if neither has any, or the calls are too few."""
    try:
        m = open_month(month, paths)
    except TicketsError as error:
        if paths.tickets(month).exists():  # what is wrong with them is to be put right
            raise
        try:
            m = open_month(month_before(month), paths)
        except HotlineError:
            raise error from None
    rates = m.rates[m.rates["indicator"] == _COMPLAINTS].set_index("unit")["denominator"]
    last = ledger.last_results(month, paths)
    told = f"办结投诉为 {m.month} 的；{'上次为 ' + month_before(month) + ' 的抽检' if last is not None else '上月没有随机抽检的答复'}"
    return plan_of_month(m, rates, last, calls=calls, floor=floor), told


def choose(population: pd.DataFrame, sizes: Mapping[str, int], salt: str, *, by: str = "") -> list[Drawn]:
    """Of each unit so many tickets, each with the same chance, and half as many reserves.

    population: ``ticket_id``, ``unit`` and ``by``. sizes: unit -> tickets, all there are if there are fewer.
    by: drawn at even steps along the tickets sorted by this column, from a start by lot, so that each value has its share;
    the chance of each ticket is still the same (systematic sampling: Cochran, Sampling Techniques, chapter 8).
    """
    found = []
    for unit, size in sizes.items():
        own = population[population["unit"] == unit]
        lots = {ticket: _lot(salt, ticket) for ticket in own["ticket_id"]}
        order = sorted(lots, key=lots.__getitem__)
        size = min(size, len(order))
        drawn = order[:size]
        if by and size:
            value = dict(zip(own["ticket_id"], own[by].fillna("").astype(str), strict=True))
            along = sorted(order, key=lambda ticket: (value[ticket], lots[ticket]))
            start = Fraction(_lot(salt, f"start/{unit}"), 1 << 256)
            drawn = [along[int((start + step) * len(along) / size)] for step in range(size)]
        taken = set(drawn)
        reserves = [ticket for ticket in order if ticket not in taken][: -(-size // 2)]
        found += [Drawn(ticket, unit) for ticket in drawn]
        found += [Drawn(ticket, unit, number) for number, ticket in enumerate(reserves, 1)]
    return found


def _lot(salt: str, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{salt}|{name}".encode()).digest())


def draw(m: Month, asked: Asked, *, more: bool = False) -> list[Made]:
    """A draw into the ledger; those that are there if it was asked for before. more: another one, beside those of that time.

    Raises HotlineError where the month or week was drawn already in another way, there is nothing to draw from, or leads were
    drawn from it before: what is drawn at random then would miss them, and find fewer bad ones than there are.
    """
    _check(asked)
    paths, reported = m.paths, complaints(m)
    population = in_week(reported, asked.week)
    with paths.area("spot_checks").opened(HotlineError(ledger.BUSY)) as at:
        draws = ledger.read_ledger(paths)
        here = [each for each in draws if each.month == m.month]
        again = {each.ticket_id for draw in ledger.standing(here) if draw.asked.again for each in draw.tickets}
        wanted = Draw(f"{m.month}-{len(here) + 1}", m.month, asked, "", f"{dt.datetime.now():%Y-%m-%dT%H:%M:%S}", ())
        here = [each for each in ledger.standing(here) if each.label == wanted.label]
        known = [each for each in here if each.asked == asked]
        if known and not more:
            return [Made(each, False, gone=gone(m, each)) for each in known]
        if here and not more:
            raise HotlineError(
                f"{wanted.label} 已经抽过（{here[-1].asked}，种子 {here[-1].asked.seed}），没有另抽。"
                "再抽一批不同的：加 --more；抽错了要重抽：先加 --undo 撤回。"
            )
        led = set() if wanted.drawn == "lead" else ledger.taken([m.month], draws, paths, "lead") - again
        if early := led & set(population["ticket_id"]):
            raise HotlineError(
                f"{wanted.label} 的工单中已有 {len(early)} 件按线索抽走：随机的抽不到它们，问题率会偏低，没有抽取。"
                f"请先撤回按线索的抽取（hotline sample draw {m.month} --from-leads --undo），随机抽过以后再按线索抽；"
                "已经读回、不能撤回的，请随机抽没有这些工单的其他周（--week）。"
            )
        made = _again(m, wanted, draws) if asked.again else _filled(m, wanted, population, draws)
        _place(at, [*draws, made.draw], f"抽取 {wanted.label} 的抽检", paths)
    return [made]


def _check(asked: Asked) -> None:
    if asked.by and asked.by not in STRATA:
        raise UnknownValueError("分层的列（--by）", asked.by, STRATA)
    if (asked.leads or asked.again) and (asked.week is not None or asked.by or asked.leads == asked.again):
        raise HotlineError(
            "按线索抽取和复查上月问题都不随机，以整月为准，各抽各的：请分两次运行，并去掉 --week、--by。"
        )


def facts(m: Month, of: Draw) -> pd.DataFrame:
    """What is known of the tickets of a draw: ``ticket_id``, ``unit``, FACTS. Those checked again came in in whatever month."""
    if not of.asked.again:
        return complaints(m)
    ids, columns = [each.ticket_id for each in of.tickets if not each.when], ["ticket_id", "unit", *FACTS]
    months = sorted({f"{name[8:12]}-{name[12:14]}" for name in ids})
    there = [
        each for month in months if (each := find_input(month, m.params, m.paths)) and each.simulated == m.simulated
    ]
    found = [chosen_tickets(each.month, {"ticket_id": ids}, columns, m.params, m.paths) for each in there]
    return pd.concat(found or [pd.DataFrame(columns=columns)])


def gone(m: Month, of: Draw) -> tuple[str, ...]:
    """The tickets of a draw that are no more among those of that unit: voided or changed since."""
    known = facts(m, of)
    there = set(zip(known["ticket_id"], known["unit"], strict=True))
    return tuple(each.ticket_id for each in of.tickets if not each.when and (each.ticket_id, each.unit) not in there)


def undo(month: str, week: int | None, paths: Paths, *, drawn: str = "") -> Draw:
    """Takes back the last draw of a month or week; its tickets can be drawn again. The ledger keeps that it was there.

    drawn: the last by ``leads``, or ``again``; by default whatever it was.

    Raises HotlineError if there is none, or answers of it were read.
    """
    with paths.area("spot_checks").opened(HotlineError(ledger.BUSY)) as at:
        draws = ledger.read_ledger(paths)
        there = [place for place, each in enumerate(draws) if not each.undone and each.month == month]
        fits = lambda of: of.week == week and (not drawn or getattr(of, drawn))
        last = next((place for place in reversed(there) if fits(draws[place].asked)), None)
        if last is None:
            said = "、".join(dict.fromkeys(draws[place].label for place in there))
            which = f"抽过的有：{said}；一周的要写 --week，全月的不写。" if said else "这个月还没有抽取过，或都撤回了。"
            raise HotlineError(f"{month}{f' 第{week}周' if week else ' 全月'}没有可撤回的抽取。{which}")
        own = draws[last]
        if used := {each.ticket_id for each in own.tickets} & ledger.read_back(month, paths):
            raise HotlineError(f"{own.label} 已经读回 {len(used)} 件的答案，不能撤回。再抽一批不同的：加 --more。")
        draws[last] = replace(own, undone=True)
        _place(at, draws, f"撤回 {own.label} 的抽取", paths)
    return own


def _place(at, draws: list[Draw], what: str, paths: Paths) -> None:
    path = ledger.file(paths)
    write_whole(at.stage / path.name, ledger.as_text(draws))
    at.commit([Move("place", at.stage / path.name, path)], what)


def _filled(m: Month, wanted: Draw, population: pd.DataFrame, draws: list[Draw]) -> Made:
    """With tickets of those that are free."""
    asked = wanted.asked
    free = population[~population["ticket_id"].isin(ledger.taken(ledger.quarter(m.month), draws, m.paths))]
    fingerprint = value_fingerprint(sorted(zip(population["ticket_id"], population["unit"], strict=True)))[:16]
    salt = f"{asked.seed}|{fingerprint}|{m.month}|{asked.week}"
    sizes = _sizes(m, asked, free)
    tickets = _first_leads(m, asked, free) if asked.leads else choose(free, sizes, salt, by=asked.by)
    if not tickets and not asked.rings:
        raise HotlineError(f"{wanted.label} 没有可抽的工单：没有办结的投诉（或线索），或本季度都抽过了。")
    drawn = Counter(each.unit for each in tickets if not each.reserve)
    short = () if asked.leads else tuple(unit for unit in sizes if drawn[unit] < sizes[unit])
    if drawn.total() < (asked.calls or 0):
        short = ("全部单位",)
    return Made(_with(m, wanted, tickets, fingerprint, salt), True, short)


def _again(m: Month, wanted: Draw, draws: list[Draw]) -> Made:
    """With last month's problem tickets: those of data/spot_checks with a no, once a month. Of these alone it does not matter
    that they were drawn in the quarter before: to see them again is what they are drawn for."""
    before = m.checks_before
    if before is None:
        name = m.paths.short(m.paths.spot_checks(m.previous.month))
        raise HotlineError(
            f"没有 {name}，不知道上月哪些工单有问题。请先读回上月的抽检（hotline sample read 工作簿…）。"
        )
    here = ledger.taken([m.month], draws, m.paths)
    bad = before[(before[list(QUESTIONS)] == "no").any(axis=1) & ~before["ticket_id"].isin(here)]
    if bad.empty:
        raise HotlineError(f"没有要复查的：{m.previous.month} 的抽检没有发现问题，或有问题的本月都抽过了。")
    tickets = [Drawn(*each) for each in zip(bad["ticket_id"], bad["unit"], strict=True)]
    fingerprint = value_fingerprint(sorted(bad["ticket_id"]))[:16]
    made = _with(m, wanted, tickets, fingerprint, f"{wanted.asked.seed}|{fingerprint}|{m.month}")
    return Made(made, True, gone=gone(m, made))


def _with(m: Month, wanted: Draw, tickets: list[Drawn], fingerprint: str, salt: str) -> Draw:
    """The draw with its tickets, and its test calls."""
    rings = [
        Drawn(f"BC-{wanted.number}-{code}-{n}", unit, when=_hour(f"{salt}|{unit}|{n}"))
        for unit, code in zip(m.units["unit"], m.units["code"], strict=True)
        for n in range(1, wanted.asked.rings + 1)
    ]
    return replace(wanted, fingerprint=fingerprint, tickets=(*tickets, *rings))


def _sizes(m: Month, asked: Asked, free: pd.DataFrame) -> dict[str, int]:
    if asked.calls is None or asked.leads:
        return dict.fromkeys(m.units["unit"], asked.per_unit)
    last = ledger.last_results(m.month, m.paths)
    planned_ = plan_of_month(m, free["unit"].value_counts(), last, calls=asked.calls, floor=asked.floor)
    return dict(zip(planned_["unit"], planned_["calls"], strict=True))


def _first_leads(m: Month, asked: Asked, free: pd.DataFrame) -> list[Drawn]:
    """The first of the leads that can be checked and were not yet: so many in all, or of each unit."""
    listed = m.leads().sort_values("rank", kind="stable").drop_duplicates("ticket_id")
    listed = listed[listed["ticket_id"].isin(free["ticket_id"])]
    found = listed.head(asked.calls) if asked.calls else listed.groupby("unit").head(asked.per_unit)
    return [Drawn(ticket, unit) for ticket, unit in zip(found["ticket_id"], found["unit"], strict=True)]


def _hour(salt: str) -> str:
    lot = _lot(salt, "hour")
    return f"周{_DAYS[lot % len(_DAYS)]} {_HOURS[lot // len(_DAYS) % len(_HOURS)]} 时"
