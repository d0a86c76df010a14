"""What 03 adds to sections 四 and 五: the drill-down, what rose and fell, and how many tickets have no issue."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from functools import partial

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.bulletin.sentences import from_template, words
from hotline_lib.errors import UnknownValueError
from hotline_lib.month import Base, Month, label
from hotline_lib.present import numbers
from hotline_lib.present.drill_down import DrillDown, Issue
from hotline_lib.present.sentences import Figure, Sentence, difference_words, numeral, render_parts, shortened
from hotline_lib.present.tables import Column, Table

_DRILLS = {"inquiry": (5, "问什么"), "complaint": (6, "反映什么")}  # figure number, head of the sub-issues
_HEADS = {"yoy": "上年同月", "mom": "上月"}


def drill_down(m: Month, role: str, *, top: int = 5, inner: int = 3) -> DrillDown:
    """图5 (``"inquiry"``) or 图6 (``"complaint"``): the top issues, each with its top units and sub-issues.

    top, inner: ranks to keep; ties at the last rank are all there. A type without issues shows nothing.
    Raises UnknownValueError for another role.
    """
    if role not in _DRILLS:
        raise UnknownValueError("业务类型", role, _DRILLS)
    number, about = _DRILLS[role]
    rows, type_ = metrics.top_issues(m.counts, role, top=top), m.params.catalogue.name_of(role)
    issues = []
    for row, figure in zip(rows.itertuples(), figures.named(rows, "issue"), strict=True):
        units = figures.named(metrics.top_units(m.counts, role, row.issue, m.units, top=inner), "unit")
        sub_issues = figures.named(metrics.sub_issue_shares(m.counts, role, row.issue, top=inner), "sub_issue")
        issues.append(Issue(row.rank, figure, units, sub_issues, units[0].name if row.unit_count == 1 else ""))
    together = Figure("", int(rows["tickets"].sum()), int(rows["of"].max()) if len(rows) else 0)
    context = {"number": number, "type": type_, "issues": issues, "top": min(top, len(rows)), "together": together}
    parts = render_parts(
        m.params.folder / "wording", "figures/issues", words(m) | context | {"about": about, "wrong": _wrong(m, type_)}
    )
    heads = (
        f"事项，占全部{type_}",
        f"在哪里：前{numeral(inner)}位单位（件，占该事项%）",
        f"{about}：前{numeral(inner)}位子事项（件，占该事项%）",
    )
    return DrillDown(issues, f"图{number}　{parts['标题']}", heads, parts["读法"], parts["说明"])


def _wrong(m: Month, type_: str) -> int:
    """How many shares of this type's issues the printed bulletin has on another base."""
    if m.errata is None:
        return 0
    return int(((m.errata["table"] == "top_issue_details") & m.errata["key"].str.startswith(f"{type_}/")).sum())


def _lead(m: Month) -> dict[str, object]:
    """The two commonest complaints together, the two units with most of them; of the top five the most one-sided."""
    rows = metrics.top_issues(m.counts, "complaint")
    first = rows[rows["rank"] <= 2]
    brief = {issue.name: issue.brief for issue in m.params.catalogue.issues}
    complaints = m.counts[m.counts["role"] == "complaint"]
    where = complaints[complaints["issue"].isin(first["issue"])].groupby("unit")["tickets"].sum()
    where = where.reindex(m.units["unit"]).dropna().sort_values(ascending=False, kind="stable").head(2)
    together = int(first["tickets"].sum())
    parts = [
        (brief.get(issue, issue), part)
        for issue in rows["issue"]
        for part in figures.named(metrics.sub_issue_shares(m.counts, "complaint", issue, top=1), "sub_issue")
    ]
    issue, part = max(parts, key=lambda pair: pair[1].tickets / pair[1].of, default=("", None))
    return {
        "total": Figure(m.params.catalogue.of_role("complaint").brief, int(complaints["tickets"].sum())),
        "first": [brief.get(name, name) for name in first["issue"]],
        "together": Figure("", together, int(complaints["tickets"].sum())),
        "places": where.index.tolist(),
        "there": Figure("", int(where.sum()), together),
        "issue": issue,
        "part": part,
    }


def _base(m: Month, kind: str) -> Base:
    return m.last_year if kind == "yoy" else m.previous


def _days(m: Month, kind: str) -> tuple[int, int]:
    """The length of the month and of its base month."""
    return tuple(calendar.monthrange(*map(int, month.split("-")))[1] for month in (m.month, _base(m, kind).month))


@figures.once_a_month
def _changes(m: Month, kind: str) -> pd.DataFrame | None:
    counts = _base(m, kind).counts
    return None if counts is None else metrics.issue_changes(m.counts, counts, days=_days(m, kind))


def movers(m: Month, kind: str, top: int = 5) -> Table:
    """Issues that rose and fell most against a base month, each with its exact interval; empty without its tickets."""
    changes, days, base_head = _changes(m, kind), _days(m, kind), _HEADS[kind]
    if changes is None or not changes["significant"].any():
        return Table(pd.DataFrame(), [])
    rows = metrics.movers(changes, days=days, top=top)
    rows["more"] = rows["difference"].map(numbers.signed_count)
    rows["daily"] = [numbers.change(row.tickets * days[1], row.base * days[0]) for row in rows.itertuples()]
    rows["interval"] = [numbers.change_interval(*pair) for pair in zip(rows["low"], rows["high"], strict=True)]
    uneven, last = days[0] != days[1], int(rows["rose"].sum())
    columns = [
        Column("事项", "issue", "text"),
        Column("业务类型", "business_type", "text"),
        Column("本月", "tickets", "count", unit="件"),
        Column(base_head, "base", "count", unit="件"),
        Column("增减", "more", "words", unit="件"),
        Column("增减", ("tickets", "base"), "change", unit="%"),
        *([Column("日均增减", "daily", "words", unit="%")] if uneven else []),
        Column("日均95%区间" if uneven else "95%区间", "interval", "words", unit="%"),
    ]
    notes = ["区间只计件数多少带来的偶然波动，件数越少越宽；与偶然波动分不开的事项不列"]
    if uneven:
        notes.append(f"两个月长短不同（{days[0]}天、{days[1]}天），是否显著和区间按日均件数计")
    if (rows["base"] == 0).any():
        notes.append(f"{base_head}没有的事项，增减%记为—")
    return Table(
        rows.assign(at=range(1, len(rows) + 1)),
        columns,
        caption=f"与{label(_base(m, kind).month)}比",
        order=f"先增后减，各列件数变化最大的前{top}位",
        row_head="issue",
        rule_after=lambda row: row["at"] == last < len(rows),
        notes=notes,
    )


def _movers(m: Month, kind: str) -> dict[str, object]:
    changes = _changes(m, kind)
    context = {"base": label(_base(m, kind).month), "known": changes is not None}
    if changes is None:
        return context
    told, days = changes[changes["significant"]], _days(m, kind)
    most = [
        {
            "type": row.business_type,
            "name": row.issue,
            "more": row.rose,
            "difference": difference_words(row.tickets, row.base),
            "interval": numbers.change_interval(row.low, row.high, "%"),
        }
        for row in metrics.movers(changes, days=days, top=1).itertuples()
    ]
    return context | {
        "number": len(changes),
        "up": int((told["difference"] > 0).sum()),
        "down": int((told["difference"] < 0).sum()),
        "others": len(changes) - len(told),
        "daily": days[0] != days[1],
        "most": most,
    }


def without_issue(m: Month) -> Table:
    """How many tickets of each business type have no issue."""
    rows = metrics.without_issue(m.counts, m.types)
    total = {"business_type": "总计", **rows[["tickets", "of"]].sum().to_dict()}
    return Table(
        rows,
        [
            Column("业务类型", "business_type", "text"),
            Column("全部", "of", "count", unit="件"),
            Column("未标注事项", "tickets", "count", unit="件"),
            Column("占该类", ("tickets", "of"), "share", unit="%"),
        ],
        row_head="business_type",
        total=total if len(rows) else None,
    )


def _without_issue(m: Month) -> dict[str, object]:
    rows = metrics.without_issue(m.counts, m.types)
    return {
        "total": Figure("", int(rows["tickets"].sum()), int(rows["of"].sum())),
        "types": figures.named(rows[rows["tickets"] > 0].sort_values("tickets", ascending=False), "business_type"),
    }


def _short_lead(m: Month) -> Sentence:
    return Sentence(shortened(str(from_template("issues_lead", _lead)(m))), "lead")


TABLES: dict[str, Callable[..., Table]] = {
    "movers_yoy": partial(movers, kind="yoy"),
    "movers_mom": partial(movers, kind="mom"),
    "without_issue": without_issue,
}
SENTENCES: dict[str, Callable[..., Sentence]] = {
    "issues_lead": _short_lead,
    "movers_yoy": from_template("movers", partial(_movers, kind="yoy")),
    "movers_mom": from_template("movers", partial(_movers, kind="mom")),
    "without_issue": from_template("without_issue", _without_issue),
}
