"""Sections 四 and 五 and what 03 adds to them: the drill-down, what rose and fell, how many tickets have no issue."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.bulletin.columns import RANK, SHARE, TICKETS
from hotline_lib.bulletin.wording import from_template, in_parts, setting
from hotline_lib.errors import UnknownValueError
from hotline_lib.month import Month, label
from hotline_lib.present import numbers
from hotline_lib.present.cells import Column
from hotline_lib.present.drill_down import DrillDown, Issue
from hotline_lib.present.sentences import Figure, difference_words, numeral
from hotline_lib.present.tables import Table

_DRILLS = {"inquiry": (5, "问什么"), "complaint": (6, "反映什么")}  # figure number, head of the sub-issues
_TYPE, _ISSUE = Column("业务类型", "business_type", "text", "type"), Column("事项", "issue", "text", "issue")


def _issues(m: Month, role: str, top: int = 5, inner: int = 3) -> list[Issue]:
    """The top issues of a business type, each with its top units and its top sub-issues."""
    issues, of_type = [], {"business_type": m.params.catalogue.name_of(role)}
    for row in metrics.top_issues(m.counts, role, top=top).to_dict("records"):
        name, within = row["issue"], {**of_type, "issue": row["issue"]}
        units = metrics.top_units(m.counts, role, name, m.units, top=inner)
        sub_issues = metrics.sub_issue_shares(m.counts, role, name, top=inner)
        issues.append(
            Issue(
                row["rank"],
                figures.figure(name, row, ["issue"], of_type),
                figures.named(units, "unit", ["unit"], within),
                figures.named(sub_issues, "sub_issue", ["sub_issue"], within),
                units["unit"].iloc[0] if row["unit_count"] == 1 else "",
            )
        )
    return issues


def top_of(m: Month, role: str, top: int) -> int:
    """How many ranks there are to tell: ``top``, or as many issues as the type has."""
    return min(top, len(metrics.top_issues(m.counts, role, top=top)))


def top_issues(m: Month) -> Table:
    """图5 and 图6: the most frequent issues of inquiries and complaints."""
    name_of = m.params.catalogue.name_of
    parts = [metrics.top_issues(m.counts, role).assign(business_type=name_of(role)) for role in _DRILLS]
    columns = [_TYPE, RANK, _ISSUE, TICKETS, SHARE]
    return Table(pd.concat(parts, ignore_index=True), columns, label="热点事项", row_head="issue")


def top_issue_details(m: Month) -> Table:
    """Where the most frequent issues come from and what they are about: units (unless there is one) and sub-issues."""
    name_of = m.params.catalogue.name_of
    rows = [
        {**asdict(part), "business_type": name_of(role), "issue": issue.figure.name, "breakdown": kind}
        for role in _DRILLS
        for issue in _issues(m, role)
        for kind, parts in (("unit", [] if issue.only else issue.units), ("sub_issue", issue.sub_issues))
        for part in parts
    ]
    frame = pd.DataFrame(rows, columns=["business_type", "issue", "breakdown", "name", "tickets", "of"])
    what = Column("", "breakdown", "text", "breakdown", in_page=False), Column("分项", "what", "text")
    columns = [_TYPE, _ISSUE, *what, Column("名称", "name", "text", "name"), TICKETS, SHARE]
    frame = frame.assign(what=frame["breakdown"].map({"unit": "单位", "sub_issue": "子事项"}))
    return Table(frame, columns, label="热点事项明细", row_head="name")


def drill_down(m: Month, role: str, *, top: int = 5, inner: int = 3) -> DrillDown:
    """图5 (``"inquiry"``) or 图6 (``"complaint"``): the top issues, each with its top units and sub-issues.

    top, inner: ranks to keep; ties at the last rank are all there. A type without issues shows nothing.
    Raises UnknownValueError for another role.
    """
    if role not in _DRILLS:
        raise UnknownValueError("业务类型", role, _DRILLS)
    (number, about), type_ = _DRILLS[role], m.params.catalogue.name_of(role)
    issues = _issues(m, role, top, inner)
    all_ = [issue.figure for issue in issues]
    words = in_parts(
        m, "issues", number=number, type=type_, issues=issues, top=min(top, len(issues)), about=about,
        together=Figure("", sum(each.tickets for each in all_), max((each.of for each in all_), default=0)),
        wrong=sum(row["key"].startswith(f"{type_}/") for row in figures.errata(m, "top_issue_details")),
    )  # fmt: skip
    heads = (
        f"事项，占全部{type_}",
        f"在哪里：前{numeral(inner)}位单位（件，占该事项%）",
        f"{about}：前{numeral(inner)}位子事项（件，占该事项%）",
    )
    source = lambda figure, attribute: figure.source(attribute, setting(m))
    return DrillDown(issues, f"图{number}　{words['标题']}", heads, words["读法"], words["说明"], source)


def movers(m: Month, kind: str, top: int = 5) -> Table:
    """Issues that rose and fell most against a base month, each with its exact interval; empty without its tickets."""
    changes, days = figures.issue_changes(m, kind), figures.days(m, kind)
    if changes is None or not changes["significant"].any():
        return Table(pd.DataFrame(), [])
    rows = metrics.movers(changes, days=days, top=top)
    rows = rows.assign(
        daily_now=rows["tickets"] * days[1],
        daily_base=rows["base"] * days[0],
        interval=list(map(numbers.change_interval, rows["low"], rows["high"])),
        ends_rises=rows["rose"] & ~rows["rose"].shift(-1, fill_value=True),
    )
    uneven, base_head = days[0] != days[1], {"yoy": "上年同月", "mom": "上月"}[kind]
    notes = ["区间只计件数多少带来的偶然波动，件数越少越宽；与偶然波动分不开的事项不列"]
    if uneven:
        notes.append(f"两个月长短不同（{days[0]}天、{days[1]}天），是否显著和区间按日均件数计")
    if (rows["base"] == 0).any():
        notes.append(f"{base_head}没有的事项，增减%记为—")
    return Table(
        rows,
        [
            _ISSUE,
            _TYPE,
            Column("本月", "tickets", unit="件"),
            Column(base_head, "base", unit="件"),
            Column("增减", "difference", "difference", unit="件"),
            Column("增减", ("tickets", "base"), "change", unit="%"),
            *([Column("日均增减", ("daily_now", "daily_base"), "change", unit="%")] if uneven else []),
            Column("日均95%区间" if uneven else "95%区间", "interval", "words", unit="%"),
        ],
        caption=f"与{label(figures.base(m, kind).month)}比",
        order=f"先增后减，各列件数变化最大的前{top}位",
        row_head="issue",
        rule_after=lambda row: row["ends_rises"],
        notes=notes,
    )


def without_issue(m: Month) -> Table:
    """How many tickets of each business type have no issue."""
    rows = metrics.without_issue(m.counts, m.types)
    return Table(
        rows,
        [
            _TYPE,
            Column("全部", "of", unit="件"),
            Column("未标注事项", "tickets", unit="件"),
            Column("占该类", ("tickets", "of"), "share", unit="%"),
        ],
        row_head="business_type",
        total={"business_type": figures.TOTAL, **rows[["tickets", "of"]].sum()} if len(rows) else None,
    )


def _top(m: Month, role: str, top: int = 5) -> dict[str, object]:
    within = {"business_type": m.params.catalogue.name_of(role)}
    issues = figures.named(metrics.top_issues(m.counts, role, top=top), "issue", ["issue"], within)
    row = figures.types(m).set_index("role").loc[role]
    whole = figures.figure(within["business_type"], row, ["business_type"])
    return {"total": whole, "issues": issues, "top": min(top, len(issues))}


def _details(m: Month, role: str, top: int = 5, inner: int = 3) -> list[dict[str, object]]:
    """Of each top issue, a paragraph: where it comes from and what it is about."""
    long_name = m.units.set_index("unit")["long_name"].to_dict()
    return [
        {"place": place, "issue": issue, "top": min(inner, len(issue.units)), "long_name": long_name}
        for place, issue in enumerate(_issues(m, role, top, inner), start=1)
    ]


def _closing_claim(m: Month) -> dict[str, object]:
    """Whether all complaints were solved in time: every on-time rate is 100.00 and no check found anything."""
    rates, checks = figures.indicators(m), figures.spot_checks(m)
    on_time = rates[rates["indicator"] == "complaint_on_time_rate"]
    late = on_time[on_time["numerator"] < on_time["denominator"]]
    accepted = m.counts.loc[m.counts["role"] == "complaint", "tickets"].sum()
    return {
        "any": bool(accepted or on_time["denominator"].sum()),
        "late": late.merge(m.units, on="unit", validate="one_to_one").to_dict("records"),
        "found": [] if checks is None else checks[checks["problems"] > 0].to_dict("records"),
        "remarks": m.params.month.remarks,
    }


def _lead(m: Month) -> dict[str, object]:
    """The two commonest complaints together, the two units with most of them; of the top five the most one-sided."""
    issues = _issues(m, "complaint", inner=1)
    brief = {issue.name: issue.brief for issue in m.params.catalogue.issues}
    brief_of = lambda issue: brief.get(issue.figure.name, issue.figure.name)
    first = [issue for issue in issues if issue.rank <= 2]
    names, complaints = [issue.figure.name for issue in first], m.counts[m.counts["role"] == "complaint"]
    by_unit = complaints[complaints["issue"].isin(names)].groupby("unit")["tickets"].sum()
    where = by_unit.reindex(m.units["unit"]).dropna().sort_values(ascending=False, kind="stable").head(2)
    all_, together = int(complaints["tickets"].sum()), int(by_unit.sum())
    parts = [(brief_of(issue), part) for issue in issues for part in issue.sub_issues]
    issue, part = max(parts, key=lambda pair: pair[1].tickets / pair[1].of, default=("", None))
    return {
        "total": Figure(m.params.catalogue.of_role("complaint").brief, all_),
        "first": list(map(brief_of, first)),
        "together": Figure("", together, all_),
        "places": where.index.tolist(),
        "there": Figure("", int(where.sum()), together),
        "issue": issue,
        "part": part,
    }


def _movers(m: Month, kind: str) -> dict[str, object]:
    changes = figures.issue_changes(m, kind)
    context = {"base": label(figures.base(m, kind).month), "known": changes is not None}
    if changes is None:
        return context
    told, days = changes.loc[changes["significant"], "difference"], figures.days(m, kind)
    rows = metrics.movers(changes, days=days, top=1)
    most = rows.assign(
        difference=list(map(difference_words, rows["tickets"], rows["base"])),
        interval=[numbers.change_interval(*ends, "%") for ends in zip(rows["low"], rows["high"], strict=True)],
    ).to_dict("records")
    up, down = int((told > 0).sum()), int((told < 0).sum())
    return context | {"number": len(changes), "up": up, "down": down, "daily": days[0] != days[1], "most": most}


def _without_issue(m: Month) -> dict[str, object]:
    rows = metrics.without_issue(m.counts, m.types)
    lacking = figures.named(rows[rows["tickets"] > 0].sort_values("tickets", ascending=False), "business_type")
    return {"total": Figure("", rows["tickets"].sum(), rows["of"].sum()), "types": lacking}


TABLES = {
    "top_issues": top_issues,
    "top_issue_details": top_issue_details,
    "movers_yoy": partial(movers, kind="yoy"),
    "movers_mom": partial(movers, kind="mom"),
    "without_issue": without_issue,
}
SENTENCES = {
    "issues_lead": from_template("issues_lead", _lead, "lead"),
    "inquiries": from_template("inquiries", partial(_top, role="inquiry")),
    "inquiry_details": from_template("inquiry_detail", partial(_details, role="inquiry")),
    "complaints": from_template("complaints", partial(_top, role="complaint")),
    "complaint_details": from_template("complaint_detail", partial(_details, role="complaint")),
    "closing_claim": from_template("closing_claim", _closing_claim),
    "handled": from_template("handled", _closing_claim),
    "movers_yoy": from_template("movers", partial(_movers, kind="yoy")),
    "movers_mom": from_template("movers", partial(_movers, kind="mom")),
    "without_issue": from_template("without_issue", _without_issue),
}
