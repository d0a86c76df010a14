"""Sections 四 and 五 and what 03 adds to them: the drill-down, what rose and fell, how many tickets have no issue."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._columns import SHARE, TICKETS
from hotline_lib.bulletin._exhibit import Exhibit, Parts, Says, source_of, where_of, with_more
from hotline_lib.bulletin._wording import in_parts, setting
from hotline_lib.errors import UnknownValueError
from hotline_lib.month import Month, label
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._drill_down import DrillDown, Issue
from hotline_lib.present._sentences import Figure, difference_words, numeral
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import RANK, column

_DRILLS = {"inquiry": (5, "问什么"), "complaint": (6, "反映什么")}  # figure number, head of the sub-issues
_AGAINST = {"yoy": "上年同月", "mom": "上月"}
_TYPE, _ISSUE = column("business_type", key="type"), column("issue", key="issue")


def top_issues(m: Month, role: str, *, top: int = 5, inner: int = 3) -> Exhibit:
    """一类业务的热点事项（图5 咨询、图6 投诉）：排名前几位的事项，各在哪些单位、说的是什么。

    role："inquiry"（咨询）或 "complaint"（投诉）。top：事项列出前几位；inner：每个事项列出前几位单位和子事项；并列的都列出。
    有 sentence、details（每个事项一段）、lead（投诉页导语，"complaint" 才有）、table、chart（网页是可读的条形，Word 里是图）。
    frame：metrics.top_issues，一行一个事项：rank、issue、domain、tickets、of、share、unit_count。来源：counts（按受理时间）。
    """
    _known("业务类型", role, _DRILLS)
    within = {"business_type": m.params.catalogue.name_of(role)}
    complaint, template = role == "complaint", {"inquiry": "inquiries", "complaint": "complaints"}[role]
    parts = Parts(
        lead=Says("issues_lead", _lead, "lead") if complaint else None,
        sentence=Says(template, partial(_top, role=role, top=top)),
        details=Says(f"{role}_detail", partial(_details, role=role, top=top, inner=inner)),
        table=partial(_issues_table, role=role, top=top),
        chart=partial(_drill_down, role=role, top=top, inner=inner),
    )
    return Exhibit(m, metrics.top_issues(m.counts, role, top=top), {"issue": "issue"}, within, parts)


def all_top_issues(m: Month) -> Exhibit:
    """咨询和投诉排名前5位的事项，合在一张表里（附表 top_issues.csv）。

    有 table。frame：metrics.top_issues，另有 business_type。来源：counts。
    """
    name_of = m.params.catalogue.name_of
    frames = [metrics.top_issues(m.counts, role).assign(business_type=name_of(role)) for role in _DRILLS]
    columns = [_TYPE, RANK, _ISSUE, TICKETS, SHARE]
    parts = Parts(table=lambda x: Table(x.frame, columns, label="热点事项", row_head="issue"))
    keys = {"business_type": "business_type", "issue": "issue"}
    x = Exhibit(m, pd.concat(frames, ignore_index=True), keys, {}, parts, _of_whole)
    return with_more(x, "top_issues")


def issue_details(m: Month) -> Exhibit:
    """咨询和投诉前5位的事项各在哪些单位、说的是什么，合在一张表里（附表 top_issue_details.csv）。

    有 table。frame：business_type、issue、breakdown（unit 或 sub_issue）、name、tickets、of；只有一个单位的事项不列单位。
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
        for issue in _issues(m, role)
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


def movers(m: Month, against: str = "yoy", changes: pd.DataFrame | None = None, *, top: int = 5) -> Exhibit:
    """升降最多的事项：先增后减，各列件数变化最大的前几位，附95%区间；与偶然波动分不开的不列。

    against："yoy"（比上年同月）或 "mom"（比上月）。changes：metrics.issue_changes，不写就是全部事项。top：增、减各列前几位，并列的都列出。
    有 sentence、table；没有那个月的工单时没有表。
    frame：metrics.movers，一行一个事项：business_type、issue、tickets、base、difference、rose、rank、low、high。
    来源：counts 和对比月份的 counts。
    """
    _known("对比", against, _AGAINST)
    changes = figures.issue_changes(m, against) if changes is None else changes
    told = changes is not None and changes["significant"].any()
    frame = metrics.movers(changes, days=m.days(against), top=top) if told else pd.DataFrame()
    parts = Parts(
        sentence=Says("movers", partial(_movers, kind=against, changes=changes)),
        table=partial(_movers_table, kind=against, top=top),
    )
    keys = {"business_type": "business_type", "issue": "issue"}
    return Exhibit(m, frame, keys, {}, parts, partial(_of_mover, kind=against))


def without_issue(m: Month) -> Exhibit:
    """没有标注事项的工单：各业务类型有多少件，占该类多少。

    有 sentence、table。frame：metrics.without_issue：business_type、role、tickets、of、share。来源：counts。
    """
    parts = Parts(sentence=Says("without_issue", _without_issue), table=_without_issue_table)
    frame = metrics.without_issue(m.counts, m.types)
    return Exhibit(m, frame, {"business_type": "business_type"}, {}, parts, _of_missing)


def handled(m: Month) -> Exhibit:
    """投诉举报是否都按时解决（第五部分末段）：有没有超时的、抽检发现问题的。

    有 sentence（月报的措辞）、note（只说结论，投诉页用）。frame：metrics.indicator_values 中投诉举报限时办结率的各行。
    来源：rates（按上报时间）、抽检。
    """
    rates = figures.indicators(m)
    on_time = rates[rates["indicator"] == "complaint_on_time_rate"].reset_index(drop=True)
    parts = Parts(sentence=Says("handled", _closing_claim), note=Says("closing_claim", _closing_claim))
    return Exhibit(m, on_time, _parts=parts)


def top_of(m: Month, role: str, top: int) -> int:
    """How many ranks there are to tell: ``top``, or as many issues as the type has."""
    return min(top, len(metrics.top_issues(m.counts, role, top=top)))


def _known(kind: str, name: str, allowed: dict) -> None:
    if name not in allowed:
        raise UnknownValueError(kind, name, allowed)


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


def _movers_table(x: Exhibit, kind: str, top: int) -> Table:
    """Each with its exact interval; empty without the base month's tickets."""
    if x.frame.empty:
        return Table(x.frame, [])
    rows, days = x.frame, x.m.days(kind)
    rows = rows.assign(
        daily_now=rows["tickets"] * days[1],
        daily_base=rows["base"] * days[0],
        ends_rises=rows["rose"] & ~rows["rose"].shift(-1, fill_value=True),
    )
    uneven, base_head = days[0] != days[1], _AGAINST[kind]
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
            column("tickets", head="本月"),
            column("base", head=base_head),
            column("difference"),
            column("yoy", head="增减", value=("tickets", "base"), significant=None),
            *([column("yoy", head="日均增减", value=("daily_now", "daily_base"), significant=None)] if uneven else []),
            column("low", head="日均95%区间" if uneven else "95%区间", kind="change_interval"),
        ],
        caption=f"与{label(figures.base(x.m, kind).month)}比",
        order=f"先增后减，各列件数变化最大的前{top}位",
        row_head="issue",
        rule_after=lambda row: row["ends_rises"],
        notes=notes,
    )


def _of_mover(x: Exhibit, column, row, kind: str):
    """This month's tickets, and the change against the base month."""
    base = {f"{kind}_base": row["base"]}
    attribute = {"tickets": "count", "difference": f"{kind}_difference", ("tickets", "base"): kind}.get(column.value)
    return attribute and source_of(x, attribute, where_of(x, row), tickets=row["tickets"], **base)


def _without_issue_table(x: Exhibit) -> Table:
    sums = x.frame[["tickets", "of"]].sum()
    return Table(
        x.frame,
        [
            _TYPE,
            column("of", head="全部"),
            column("tickets", head="未标注事项"),
            column("share", head="占该类"),
        ],
        row_head="business_type",
        total={"business_type": figures.TOTAL, "where": {}, **sums} if len(x.frame) else None,
    )


def _of_missing(x: Exhibit, column, row):
    """Tickets without an issue, of all of the type."""
    where = where_of(x, row)
    if column.value == "of":
        return source_of(x, "count", where, tickets=row["of"])
    attribute = "share" if column.value == ("tickets", "of") else "count"
    return source_of(x, attribute, {**where, "issue": None}, tickets=row["tickets"], of=row["of"], of_where=where)


def _top(x: Exhibit, role: str, top: int) -> dict[str, object]:
    row = figures.types(x.m).set_index("role").loc[role]
    whole = figures.figure(x.within["business_type"], {**row, **x.within}, ["business_type"])
    return {"total": whole, "issues": x.figures(), "top": min(top, len(x.frame))}


def _details(x: Exhibit, role: str, top: int, inner: int) -> list[dict[str, object]]:
    """Of each top issue, a paragraph: where it comes from and what it is about."""
    long_name = x.m.units.set_index("unit")["long_name"].to_dict()
    return [
        {"place": place, "issue": issue, "top": min(inner, len(issue.units)), "long_name": long_name}
        for place, issue in enumerate(_issues(x.m, role, top, inner), start=1)
    ]


def _closing_claim(x: Exhibit) -> dict[str, object]:
    """Whether all complaints were solved in time: every on-time rate is 100.00 and no check found anything."""
    m, on_time, checks = x.m, x.frame, figures.spot_checks(x.m)
    late = on_time[on_time["numerator"] < on_time["denominator"]]
    accepted = m.counts.loc[m.counts["role"] == "complaint", "tickets"].sum()
    return {
        "any": bool(accepted or on_time["denominator"].sum()),
        "late": late.merge(m.units, on="unit", validate="one_to_one").to_dict("records"),
        "found": [] if checks is None else checks[checks["problems"] > 0].to_dict("records"),
        "remarks": m.params.month.remarks,
    }


def _lead(x: Exhibit) -> dict[str, object]:
    """The two commonest complaints together, the two units with most of them; of the top five the most one-sided."""
    m = x.m
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


def _movers(x: Exhibit, kind: str, changes: pd.DataFrame | None) -> dict[str, object]:
    m = x.m
    context = {"base": label(figures.base(m, kind).month), "known": changes is not None}
    if changes is None:
        return context
    told, days = changes.loc[changes["significant"], "difference"], m.days(kind)
    rows = metrics.movers(changes, days=days, top=1)
    most = rows.assign(
        difference=list(map(difference_words, rows["tickets"], rows["base"])),
        interval=[numbers.change_interval(*ends, "%") for ends in zip(rows["low"], rows["high"], strict=True)],
    ).to_dict("records")
    up, down = int((told > 0).sum()), int((told < 0).sum())
    return context | {"number": len(changes), "up": up, "down": down, "daily": days[0] != days[1], "most": most}


def _without_issue(x: Exhibit) -> dict[str, object]:
    rows = x.frame
    lacking = figures.named(rows[rows["tickets"] > 0].sort_values("tickets", ascending=False), "business_type")
    return {"total": Figure("", rows["tickets"].sum(), rows["of"].sum()), "types": lacking}
