"""What would make a month's figures wrong (refused), and what would make them odd (a warning).

Checked in the engine, all rules in one pass; single tickets are fetched only to show where a broken rule is broken.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotline_lib.errors import TicketsError, nearest
from hotline_lib.masking import HIDDEN
from hotline_lib.params import Catalogue, Params, month_range
from hotline_lib.tickets.read import fetch
from hotline_lib.tickets.schema import KEYS, SCHEMA

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

_SHOWN = 3  # tickets named per broken rule
_AT_ONCE = 4_000_000  # tickets whose ids DuckDB compares at once for each GB that it may use: they take a third of it
_DAY = dt.timedelta(days=1)
_MOST = 100  # hidden values among which an example is looked for
Shown = Callable[[str], str]


def check_month(tickets: Table, counts: pd.DataFrame, month: str, name: str, params: Params) -> pd.DataFrame:
    """What is odd about a month of tickets, though it is read: ``warning`` (in words), ``tickets``; a row per rule.

    tickets: as ``read_month`` gives them. counts: the same tickets' counts (each wrong value appears in them once,
    so values are compared there). name: what the analyst calls the source.
    Raises TicketsError that lists every rule broken, with rows and values.
    """
    refusals, warnings = _refusals(tickets, month, params), _warnings(tickets, params)
    all_rules = {**refusals, **warnings}
    at_once = most_at_once(tickets, params)
    in_parts = counts["tickets"].sum() > at_once
    found = fetch(
        tickets.aggregate(
            rows=tickets.count(),
            **({} if in_parts else {"distinct": tickets.ticket_id.nunique()}),
            **{
                f"rule{i}": condition.ifelse(1, 0).sum().fill_null(0)
                for i, (_, condition) in enumerate(all_rules.values())
            },
        )
    )
    broken = {rule: int(found[f"rule{i}"][0]) for i, rule in enumerate(all_rules) if found[f"rule{i}"][0] > 0}

    shown = params.known.shown
    problems = [_located(tickets, *refusals[rule], rule, n, shown) for rule, n in broken.items() if rule in refusals]
    problems += _unknown_values(tickets, counts, params)
    distinct = _different(tickets, month, int(found["rows"][0]), at_once) if in_parts else found["distinct"][0]
    if distinct < found["rows"][0] and "ticket_id/missing" not in broken:
        problems.append(_repeated(tickets, shown))
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise TicketsError(f"{name} 有 {len(problems)} 类问题，{month} 没有读入任何工单：\n{lines}\n改好后重新运行。")
    odd = [(warnings[rule][0], n) for rule, n in broken.items() if rule in warnings]
    return pd.DataFrame(odd, columns=["warning", "tickets"]).astype({"warning": str, "tickets": "int64"})


def most_at_once(tickets: Table, params: Params) -> int:
    """How many tickets are compared with each other at once: what DuckDB has the memory for; servers see to theirs."""
    ours = tickets.get_backend().name == "duckdb"
    return max(int(_AT_ONCE * params.organisation.memory_gb), 1) if ours else sys.maxsize


def in_words(odd: pd.DataFrame, still_open: pd.DataFrame | None) -> list[str]:
    """What a message lists: tickets that are not closed, and what ``check_month`` found."""
    left = 0 if still_open is None else int(still_open["tickets"].sum())
    told = [f"{left}件工单尚未办结"] if left else []
    return told + [f"{words}：{number}件" for words, number in odd[["warning", "tickets"]].itertuples(index=False)]


def _different(tickets: Table, month: str, rows: int, at_once: int) -> int:
    """How many different ids many tickets have, in parts of about ``at_once``: the same ids fall into one.

    A day is a part as long as all ids say the day of their acceptance, for a day of a file is soon found; else, and where
    days have too many, ids are dealt out by their hash, whatever they look like.
    """
    first, after = month_range(month)
    days = [first + n * _DAY for n in range((after - first).days)]
    counted = different = 0
    for day in days:
        of_day = tickets.filter(tickets.accepted_at >= day, tickets.accepted_at < day + _DAY)
        found = [_compared(part, day) for part in _dealt(of_day, -(-rows // (at_once * len(days))))]
        if any(each["others"] for each in found):
            break
        counted += sum(int(each["rows"]) for each in found)
        different += sum(int(each["different"]) for each in found)
    if counted == rows:
        return different
    dealt = (part.ticket_id.nunique().name("n") for part in _dealt(tickets, -(-rows // at_once)))
    return sum(int(fetch(ids.as_table())["n"][0]) for ids in dealt)


def _compared(part: Table, day: dt.datetime) -> pd.Series:
    """How many ``rows`` some tickets of a day are, how many ``different`` ids they have, how many say ``others`` than it."""
    other = part.ticket_id.substr(8, 8) != f"{day:%Y%m%d}"
    count = {"rows": part.count(), "different": part.ticket_id.nunique(), "others": other.ifelse(1, 0).sum()}
    return fetch(part.aggregate(**count)).fillna(0).iloc[0]


def _dealt(tickets: Table, parts: int) -> list[Table]:
    """The tickets in so many parts, by what their ids hash to."""
    if parts == 1:
        return [tickets]
    return [tickets.filter((tickets.ticket_id.hash() % parts).abs() == n) for n in range(parts)]


def _refusals(t: Table, month: str, params: Params) -> dict[str, tuple[str, BooleanValue]]:
    """By rule: what is wrong, in words that end in the column whose values to show, and which tickets break it."""
    first, after = month_range(month)
    rules = {
        f"{column}/missing": (f"「{params.label(column)}」未填写", t[column].isnull())
        for column, (_, may_be_missing) in SCHEMA.items()
        if not may_be_missing
    }
    rules["accepted_at/month"] = (
        f"「{params.label('accepted_at')}」不在 {month} 之内",
        (t.accepted_at < first) | (t.accepted_at >= after),
    )
    rules["submitted_at/closed"] = (
        f"有「{params.label('submitted_at')}」而没有「{params.label('closed_at')}」",
        t.submitted_at.notnull() & t.closed_at.isnull(),
    )
    rules["rating/range"] = (
        f"「{params.label('rating')}」不在 1 至 5 之间",
        (t.rating < 1) | (t.rating > 5),
    )
    return rules


def _warnings(t: Table, params: Params) -> dict[str, tuple[str, BooleanValue]]:
    wrong_code = t.unit.isnull()
    for unit in params.units:
        wrong_code = wrong_code | ((t.unit == unit.name) & ~t.ticket_id.startswith(f"JT{unit.code}"))
    return {
        "order/closed": ("办结早于受理", t.closed_at < t.accepted_at),
        "order/transferred": ("办结早于转办", t.closed_at < t.transferred_at),
        "order/submitted": ("报送早于办结", t.submitted_at < t.closed_at),
        "code": ("工单编号的区划代码与分平台不符", wrong_code),
        "rated": ("有评价而没有回访", t.rating.notnull() & ~t.called_back.fill_null(False)),
    }


def _located(tickets: Table, words: str, condition: BooleanValue, rule: str, number: int, shown: Shown) -> str:
    """One broken rule with the first rows that break it. shown: a value as a message may show it."""
    column = rule.split("/")[0]
    rows = tickets.filter(condition).order_by("row", "ticket_id").limit(_SHOWN)
    found = fetch(rows.select(place="row", id="ticket_id", value=column))
    examples = "；".join(_example(row, shown) for row in found.itertuples())
    return f"{words}：{number} 件。例如 {examples}。"


def _example(row: Any, shown: Shown) -> str:
    place = f"第 {int(row.place)} 行" if pd.notna(row.place) else "工单"
    value = "" if pd.isna(row.value) or row.value == row.id else f"为 {shown(str(row.value))}"
    return f"{place} {shown(row.id) if pd.notna(row.id) else '（无编号）'}{value}"


def _repeated(tickets: Table, shown: Shown) -> str:
    many = tickets.group_by("ticket_id").aggregate(times=tickets.count())
    many = many.filter(many.times > 1)
    number = int(fetch(many.aggregate(n=many.count()))["n"][0])
    first = fetch(many.order_by("ticket_id").limit(_SHOWN))
    examples = "；".join(f"{shown(row.ticket_id)} 出现 {row.times} 次" for row in first.itertuples())
    return f"「工单编号」重复：{number} 个编号。例如 {examples}。"


def _unknown_values(tickets: Table, counts: pd.DataFrame, params: Params) -> list[str]:
    """Values that params/ does not have: how many tickets carry each, the nearest known name, and one of its rows.

    Those that no message may show are told together.
    """
    problems = []
    for column, known, file in _known_values(params.catalogue, params):
        total = counts.groupby(column)["tickets"].sum()  # drops the missing, which are another rule's
        groups: dict[str, list[str]] = {}
        for value in total.index[~total.index.isin(known)]:
            groups.setdefault(params.known.shown(str(value)), []).append(value)
        for text, values in groups.items():
            rows = tickets.filter(tickets[column].isin(values[:_MOST])).order_by("row", "ticket_id").limit(1)
            row = fetch(rows.select(place="row", id="ticket_id")).iloc[0]
            place = f"第 {int(row['place'])} 行 " if pd.notna(row["place"]) else ""
            close = nearest(text, known)
            hint = f"是指「{close}」吗？" if close else f"若是新的，请在 {file} 中加上。"
            if text == HIDDEN:
                hint = f"内容可能涉及个人，请查看原处并改正；确是新的名称，再在 {file} 中加上。"
            several = f"等 {len(values)} 种" if len(values) > 1 else ""
            problems.append(
                f"「{params.label(column)}」的值「{text}」{several}不在 {file} 中：{total[values].sum()} 件，"
                f"例如 {place}{params.known.shown(row['id'])}。{hint}"
            )
    return problems or _misplaced(counts, params)


def _known_values(catalogue: Catalogue, params: Params) -> list[tuple[str, list[str], str]]:
    file = "params/catalogue.yaml"
    return [
        ("unit", params.unit_names, "params/units.yaml"),
        ("business_type", [each.name for each in catalogue.business_types], file),
        ("domain", [each.name for each in catalogue.domains], file),
        ("issue", [each.name for each in catalogue.issues], file),
        ("sub_issue", sorted({sub.name for each in catalogue.issues for sub in each.sub_issues}), file),
    ]


def _misplaced(counts: pd.DataFrame, params: Params) -> list[str]:
    """Issues under another domain than theirs, and sub-issues under another issue."""
    issues = {issue.name: issue for issue in params.catalogue.issues}
    shown, problems = params.known.shown, []
    pairs = counts.groupby(list(KEYS[1:4]), dropna=False)["tickets"].sum().reset_index()
    for domain, issue, sub_issue, number in pairs.itertuples(index=False):
        if pd.isna(issue):
            if pd.notna(sub_issue):
                problems.append(f"子事项「{shown(sub_issue)}」没有事项：{number} 件。请补上事项。")
            continue
        if issues[issue].domain != domain:
            problems.append(f"事项「{issue}」属于「{issues[issue].domain}」，工单写的是「{domain}」：{number} 件。")
        if pd.notna(sub_issue) and sub_issue not in {sub.name for sub in issues[issue].sub_issues}:
            problems.append(
                f"子事项「{shown(sub_issue)}」不在 params/catalogue.yaml 的事项「{issue}」之下：{number} 件。"
            )
    return problems
