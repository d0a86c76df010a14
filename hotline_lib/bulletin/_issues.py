"""Sections 四 and 五 and what 03 adds to them: the drill-down, what rose and fell, how many tickets have no issue."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._columns import SHARE, TICKETS
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says, source_of, where_of, with_more
from hotline_lib.bulletin._wording import in_parts, remarks, setting
from hotline_lib.errors import UnknownValueError, how_many
from hotline_lib.month import Month
from hotline_lib.present._drill_down import DrillDown, Issue
from hotline_lib.present._sentences import Figure, numeral
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import RANK, column

_DRILLS = {"inquiry": (5, "问什么"), "complaint": (6, "反映什么")}  # figure number, head of the sub-issues
_TYPE, _ISSUE = column("business_type", key="type"), column("issue", key="issue")


def top_issues(m: Month, role: str, *, top: int = 5, inner: int = 3) -> Exhibit:
    """一类业务的热点事项（图5 咨询、图6 投诉）：排名前几位的事项，各在哪些单位、说的是什么。

    role："inquiry"（咨询）或 "complaint"（投诉）。top：事项列出前几位；inner：每个事项列出前几位单位和子事项；并列的都列出。
    有 sentence、details（每个事项一段）、lead（投诉页导语，"complaint" 才有）、table、chart（网页是可读的条形，Word 里是图）。
    frame：metrics.top_issues，一行一个事项：rank、issue、domain、tickets、of、share、unit_count。来源：counts（按受理时间）。
    """
    known("业务类型", role, _DRILLS)
    how_many(inner, "inner")
    within = {"business_type": m.params.catalogue.name_of(role)}
    complaint, template = role == "complaint", {"inquiry": "inquiries", "complaint": "complaints"}[role]
    parts = Parts(
        lead=Says("issues_lead", partial(_lead, top=top), "lead") if complaint else None,
        sentence=Says(template, partial(_top, role=role, top=top)),
        details=Says(f"{role}_detail", partial(_details, role=role, top=top, inner=inner)),
        table=partial(_issues_table, role=role, top=top),
        chart=partial(_drill_down, role=role, top=top, inner=inner),
    )
    return Exhibit(m, metrics.top_issues(m.counts, role, top=top), {"issue": "issue"}, within, parts)


def all_top_issues(m: Month, *, top: int = 5) -> Exhibit:
    """咨询和投诉排名前几位的事项，合在一张表里（附表 top_issues.csv）。

    top：列出前几位，并列的都列出。有 table。frame：metrics.top_issues，另有 business_type。来源：counts。
    """
    name_of = m.params.catalogue.name_of
    frames = [metrics.top_issues(m.counts, role, top=top).assign(business_type=name_of(role)) for role in _DRILLS]
    columns = [_TYPE, RANK, _ISSUE, TICKETS, SHARE]
    parts = Parts(table=lambda x: Table(x.frame, columns, label="热点事项", row_head="issue"))
    keys = {"business_type": "business_type", "issue": "issue"}
    x = Exhibit(m, pd.concat(frames, ignore_index=True), keys, {}, parts, _of_whole)
    return with_more(x, "top_issues")


def issue_details(m: Month, *, top: int = 5) -> Exhibit:
    """咨询和投诉排名前几位的事项各在哪些单位、说的是什么，合在一张表里（附表 top_issue_details.csv）。

    top：事项列出前几位，并列的都列出。有 table。frame：business_type、issue、breakdown（unit 或 sub_issue）、name、tickets、of；只有一个单位的事项不列单位。
    来源：counts。
    """
    rows = [
        {
            **asdict(part),
            "business_type": m.params.catalogue.name_of(role),
            "issue": issue.figure.name,
            "breakdown": kind,
        }
        for role in _DRILLS
        for issue in _issues(m, role, top)
        for kind, those in (("unit", [] if issue.only else issue.units), ("sub_issue", issue.sub_issues))
        for part in those
    ]
    keys = ["business_type", "issue", "breakdown", "name", "tickets", "of", "where"]
    what = column("breakdown", head="", key="breakdown", names={}, in_page=False), column("breakdown")
    columns = [_TYPE, _ISSUE, *what, column("name", key="name"), TICKETS, SHARE]
    parts = Parts(table=lambda x: Table(x.frame, columns, label="热点事项明细", row_head="name"))
    return Exhibit(m, pd.DataFrame(rows, columns=keys), {"name": "name"}, {}, parts, _of_whole)


def _of_whole(x: Exhibit, column, row):
    """A share stands on the issue's own total, or on that of the type."""
    where = where_of(x, row)
    of_where = {name: value for name, value in where.items() if name != (row.get("breakdown") or "issue")}
    attribute = "share" if column.value == ("tickets", "of") else "count" if column.value == "tickets" else None
    return attribute and source_of(x, attribute, where, tickets=row["tickets"], of=row["of"], of_where=of_where)


def handled(m: Month) -> Exhibit:
    """投诉举报是否都按时解决（第五部分末段）：有没有超时的、抽检发现问题的。

    有 sentence（月报的措辞）、note（只说结论，投诉页用）。frame：metrics.indicator_values 中投诉举报限时办结率的各行。
    来源：rates（按上报时间）、抽检。
    """
    rates = figures.indicators(m)
    on_time = rates[rates["indicator"] == "complaint_on_time_rate"].reset_index(drop=True)
    parts = Parts(sentence=Says("handled", _closing_claim), note=Says("closing_claim", _closing_claim))
    return Exhibit(m, on_time, _parts=parts)


def known(kind: str, name: str, allowed: dict) -> None:
    if name not in allowed:
        raise UnknownValueError(kind, name, allowed)


@figures.once_a_month
def _issues(m: Month, role: str, top: int = 5, inner: int = 3) -> tuple[Issue, ...]:
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
    return tuple(issues)


def _issues_table(x: Exhibit, role: str, top: int) -> Table:
    columns = [RANK, _ISSUE, TICKETS, SHARE]
    caption = f"{x.m.params.catalogue.name_of(role)}热点事项"
    return Table(x.frame, columns, caption=caption, order=f"按件数排，前{top}位", row_head="issue")


def _drill_down(x: Exhibit, role: str, top: int, inner: int) -> DrillDown:
    """The top issues of the exhibit, in its order, each with its top units and sub-issues."""
    m, (number, about) = x.m, _DRILLS[role]
    type_, by_name = m.params.catalogue.name_of(role), {each.figure.name: each for each in _issues(m, role, top, inner)}
    issues = [by_name[name] for name in x.frame["issue"]]
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
    return DrillDown(issues, words["标题"], heads, words["读法"], words["说明"], source, number=number)


def _top(x: Exhibit, role: str, top: int) -> dict[str, Any]:
    row = figures.types(x.m).set_index("role").loc[role]
    whole = figures.figure(x.within["business_type"], {**row, **x.within}, ["business_type"])
    recorded = x.m.counts["issue"].notna() & (x.m.counts["role"] == role)
    tickets = int(x.m.counts.loc[recorded, "tickets"].sum())
    return {"total": whole, "recorded": tickets, "issues": x.figures(), "top": min(top, len(x.frame))}


def _details(x: Exhibit, role: str, top: int, inner: int) -> list[dict[str, Any]]:
    """Of each top issue, a paragraph: where it comes from and what it is about."""
    long_name = x.m.units.set_index("unit")["long_name"].to_dict()
    others = x.m.units.loc[x.m.units["kind"] != "city", "unit"].tolist()
    return [
        {"place": place, "issue": issue, "top": min(inner, len(issue.units)), "long_name": long_name, "others": others}
        for place, issue in enumerate(_issues(x.m, role, top, inner), start=1)
    ]


def _closing_claim(x: Exhibit) -> dict[str, Any]:
    """Whether all complaints were solved in time: all of the month closed and submitted, every on-time rate 100.00, and
    every unit's sample clean."""
    m, on_time, checks = x.m, x.frame, figures.spot_checks(x.m)
    late = on_time[on_time["numerator"] < on_time["denominator"]]
    accepted = m.counts.loc[m.counts["role"] == "complaint", "tickets"].sum()
    submitted = m.submissions.loc[m.submissions["accepted_month"] == m.month, "tickets"].sum()
    all_submitted = int(submitted) == int(m.counts["tickets"].sum())
    asked = checks is not None and bool(checks["answered"].any())
    return {
        "any": bool(accepted or on_time["denominator"].sum()),
        "all_submitted": all_submitted,
        "checked": asked,
        "late": late.merge(m.units, on="unit", validate="one_to_one").to_dict("records"),
        "found": [] if checks is None else checks[checks["problems"] > 0].to_dict("records"),
        "remarks": remarks(m),
    }


def _lead(x: Exhibit, top: int) -> dict[str, Any]:
    """The two commonest complaints together, the two units with most of them; of the top five that are listed the most one-sided."""
    m = x.m
    issues = _issues(m, "complaint", min(top, 5), inner=1)
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
        "recorded": int(complaints.loc[complaints["issue"].notna(), "tickets"].sum()),
        "first": list(map(brief_of, first)),
        "together": Figure("", together, all_),
        "places": where.index.tolist(),
        "there": Figure("", int(where.sum()), together),
        "issue": issue,
        "part": part,
    }
