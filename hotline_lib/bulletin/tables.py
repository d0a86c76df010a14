"""The bulletin's tables: for each its frame, its printed columns, and what stands around it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from hotline_lib import metrics
from hotline_lib.bulletin import figures
from hotline_lib.bulletin.by_sample import spot_checks
from hotline_lib.exact import is_missing
from hotline_lib.indicators import INDICATORS
from hotline_lib.month import Month
from hotline_lib.present.tables import Column, Table

TOTAL = "总计"
_NO_BASE = "没有对比月份的数据，增减记为—"


def business_types(m: Month) -> Table:
    """图1's table: business types with share, yoy and mom."""
    return _compared(m, figures.types(m), "business_type", "业务类型", "type")


def domains(m: Month) -> Table:
    """图4's table: domains, the small ones in one row."""
    return _compared(m, figures.domains(m), "printed_domain", "业务领域", "domain")


def _compared(m: Month, frame: pd.DataFrame, name: str, head: str, key: str) -> Table:
    total = figures.total(m).to_dict()
    return Table(
        frame,
        [
            Column(head, name, "text", key),
            Column("件数", "tickets", "count", "count", "件"),
            Column("占比", ("tickets", "of"), "share", unit="%"),
            Column("同比", ("tickets", "yoy_base"), "change", "yoy_pct", "%"),
            Column("环比", ("tickets", "mom_base"), "change", "mom_pct", "%"),
        ],
        caption=head,
        order="按件数排",
        row_head=name,
        total={**total, name: TOTAL, "of": total["tickets"]},
        total_in_csv=True,
        notes=[_NO_BASE] if is_missing(total["yoy_base"]) or is_missing(total["mom_base"]) else [],
    )


def units(m: Month) -> Table:
    """Annex 3: units by volume, groups first, with the cities' sum and the total."""
    frame = figures.units(m)
    total, cities = figures.pool(frame), figures.pooled(m, "city")
    grouped = len(frame) > cities["number"]
    marks = bool(frame["yoy_significant"].notna().any())
    return Table(
        frame,
        [
            Column("序号", "rank", "rank", "rank"),
            Column("单位", "unit", "text", "unit"),
            Column(_type_name(m, "complaint"), "complaint", "count", "complaint", "件"),
            Column(_type_name(m, "inquiry"), "inquiry", "count", "inquiry", "件"),
            Column(_type_name(m, "suggestion"), "suggestion", "count", "suggestion", "件"),
            Column("合计", "tickets", "count", "total", "件"),
            Column("占比", ("tickets", "of"), "share", "share_pct", "%"),
            Column("同比", ("tickets", "yoy_base"), "change", "yoy_pct", "%", significant="yoy_significant"),
        ],
        order="省级集团单列，各市按合计排" if grouped else "按合计排",
        label="附件3 业务量区域分布",
        subtotal={**cities, "unit": f"其中{cities['number']}市"} if grouped else None,
        total={**total, "unit": TOTAL},
        rule_after=lambda row: row["kind"] == "group",
        footnotes=_errata(m, "units"),
        notes=["▲▼ 显著增减；灰色为不显著"] if marks else [_NO_BASE],
    )


def _type_name(m: Month, role: str) -> str:
    return m.params.catalogue.name_of(role)


def _errata(m: Month, table: str) -> dict[str, str]:
    """What the printed bulletin has otherwise, by row: only where this very month was printed."""
    if m.errata is None:
        return {}
    wrong = m.errata[m.errata["table"] == table]
    return {row.key: f"印刷本为 {row.printed}，应为 {row.correct}（勘误）" for row in wrong.itertuples()}


def top_issues(m: Month) -> Table:
    """图5 and 图6: the most frequent issues of inquiries and complaints."""
    parts = [metrics.top_issues(m.counts, role).assign(type=_type_name(m, role)) for role in ("inquiry", "complaint")]
    return Table(
        pd.concat(parts, ignore_index=True),
        [
            Column("业务类型", "type", "text", "type"),
            Column("名次", "rank", "rank", "rank"),
            Column("事项", "issue", "text", "issue"),
            Column("件数", "tickets", "count", "count", "件"),
            Column("占比", ("tickets", "of"), "share", "share_pct", "%"),
        ],
        label="热点事项",
        row_head="issue",
    )


def top_issue_details(m: Month) -> Table:
    """Where the most frequent issues come from and what they are about: units (unless there is one) and sub-issues."""
    parts = []
    for role in ("inquiry", "complaint"):
        for issue in metrics.top_issues(m.counts, role).itertuples():
            keys = {"type": _type_name(m, role), "issue": issue.issue}
            if issue.unit_count > 1:
                where = metrics.top_units(m.counts, role, issue.issue, m.units)
                parts.append(where.rename(columns={"unit": "name"}).assign(**keys, breakdown="unit"))
            what = metrics.sub_issue_shares(m.counts, role, issue.issue)
            parts.append(what.rename(columns={"sub_issue": "name"}).assign(**keys, breakdown="sub_issue"))
    columns = ["type", "issue", "breakdown", "name", "tickets", "of"]
    frame = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    frame = frame.assign(what=frame["breakdown"].map({"unit": "单位", "sub_issue": "子事项"}))
    return Table(
        frame,
        [
            Column("业务类型", "type", "text", "type"),
            Column("事项", "issue", "text", "issue"),
            Column("", "breakdown", "text", "breakdown", in_page=False),
            Column("分项", "what", "text"),
            Column("名称", "name", "text", "name"),
            Column("件数", "tickets", "count", "count", "件"),
            Column("占比", ("tickets", "of"), "share", "share_pct", "%"),
        ],
        label="热点事项明细",
        row_head="name",
    )


def indicators(m: Month) -> Table:
    """Annex 1: rank, score and the 17 indicators of each unit; numerators and denominators follow in the CSV."""
    long = figures.indicators(m)
    wide = {
        what: long.pivot(index="unit", columns="indicator", values=what)
        for what in ("value", "numerator", "denominator")
    }
    frame = figures.scores(m).join(wide["value"], on="unit", validate="one_to_one")
    for what in ("numerator", "denominator"):
        frame = frame.join(wide[what].add_suffix(f"_{what}"), on="unit", validate="one_to_one")
    kinds = {"per_10k": "rate"}
    columns = [
        Column("名次", "rank", "rank", "rank"),
        Column("单位", "unit", "text", "unit"),
        Column("总分", "score", "score", "score"),
    ]
    for indicator in INDICATORS:
        *head, last = indicator.head.split("|")
        unit = "" if indicator.kind in ("rate", "flag") else last
        columns.append(
            Column(
                "\n".join(head if unit else [*head, last]),
                indicator.key,
                kinds.get(indicator.kind, indicator.kind),
                indicator.key,
                unit,
                group=indicator.group,
                title=indicator.label,
                emphasis=_indicator_emphasis(m, indicator.key, indicator.kind),
                words=("已开展", "未开展"),
            )
        )
    columns += [
        Column(
            f"{indicator.label}{words}", f"{indicator.key}_{what}", "count", f"{indicator.key}_{what}", in_page=False
        )
        for indicator in INDICATORS
        if indicator.kind in ("rate", "minutes", "per_10k")
        for what, words in (("numerator", "（分子）"), ("denominator", "（分母）"))
    ]
    together = metrics.all_units_together(long, m.units).set_index("indicator")["value"].to_dict()
    nobody = long[(long["kind"] == "rate") & (long["denominator"] == 0)]
    return Table(
        frame,
        columns,
        order="各率以 % 计；灰色为满值，加粗有底色为未满值或失 2 分及以上",
        label="附件1 考评指标",
        subtotal={**together, "unit": m.params.organisation.region},
        notes=[
            *(["分母为 0 的率记 100.00（n=0）"] if len(nobody) else []),
            f"{m.params.organisation.region}为各单位工单合并计算，不参加排名"
            + ("，万人工单数量按各市人口计" if (m.units["kind"] == "group").any() else ""),
        ],
        dense=True,
    )


def _indicator_emphasis(m: Month, key: str, kind: str) -> Callable[[dict], str]:
    lost = figures.deductions(m)
    points = lost[lost["indicator"] == key].set_index("unit")["points"].to_dict()

    def emphasis(row: dict) -> str:
        full = kind == "rate" and row[key] == 100
        if points.get(row["unit"], 0) >= 2 or (kind == "rate" and not full and not is_missing(row[key])):
            return "strong"
        return "soft" if full else ""

    return emphasis


PRINTED: dict[str, Callable[[Month], Table]] = {  # in the schema of data/published: these are written as CSV
    "business_types": business_types,
    "domains": domains,
    "units": units,
    "top_issues": top_issues,
    "top_issue_details": top_issue_details,
    "indicators": indicators,
    "spot_checks": spot_checks,
}


def available(m: Month) -> list[str]:
    """The printed tables that the month has what they need for."""
    return [name for name in PRINTED if name != "spot_checks" or figures.spot_checks(m) is not None]
