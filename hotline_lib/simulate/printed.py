"""What a published bulletin prints, as numbers to aim at: errata put right, aliases resolved, rates as integers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
import pandas as pd

from hotline_lib.errors import HotlineError, PublishedError, UnknownValueError
from hotline_lib.exact import competition_rank
from hotline_lib.params import Issue, Params
from hotline_lib.paths import Paths
from hotline_lib.published import TOTAL, read_table
from hotline_lib.simulate.whole import greatest_whole

ROLES = ("inquiry", "suggestion", "complaint")
KEYS = {
    "business_types": ["type"],
    "domains": ["domain"],
    "units": ["unit"],
    "top_issues": ["type", "issue"],
    "top_issue_details": ["type", "issue", "breakdown", "name"],
    "indicators": ["unit"],
}
RATES = {
    "classification_accuracy": "工单分类正确率",
    "instant_answer_rate": "即时答复率",
    "other_on_time_rate": "非投诉举报类限时办结率",
    "transfer_callback_rate": "转办工单回访率",
    "first_time_resolution_rate": "一次办结率",
    "bad_review_fixed_rate": "差评整改率",
    "complaint_on_time_rate": "投诉举报类限时办结率",
    "complaint_24h_rate": "24小时办结率",
    "complaint_5d_rate": "5日办结率",
    "complaint_satisfaction_rate": "投诉举报类回访满意率",
    "timely_submission_rate": "数据及时报送率",
}
_TICKET_ID = re.compile(r"JT(?P<code>\d{6})(?P<month>\d{6})(?P<day>\d{2})(?P<serial>\d{8})")


@dataclass(frozen=True)
class Printed:
    """The figures of one bulletin.

    month: YYYY-MM.
    cells: ``unit``, ``role``, ``tickets`` (Annex 3), every unit of params by every role in use.
    domains: tickets by printed domain.
    issues: ``role``, ``issue``, ``tickets``: the top issues.
    details: ``role``, ``issue``, ``breakdown`` (unit, sub_issue), ``name``, ``tickets``, ``whole``: the base that a
        share listed as an erratum stands on, missing where the share is right.
    changes: ``over`` (total, role, domain, unit), ``name``, ``label`` (the name as printed), ``tickets``, ``yoy`` and
        ``mom`` (percent, None if not printed).
    rates: by unit, in hundredths of a percent; ``mean`` in hundredths of a minute (−1: not printed); ``failed`` a
        count.
    spot_checks: ``ticket_id``, ``unit``, ``day`` (of the month), ``serial``.
    """

    month: str
    cells: pd.DataFrame
    domains: pd.Series
    issues: pd.DataFrame
    details: pd.DataFrame
    changes: pd.DataFrame
    rates: pd.DataFrame
    spot_checks: pd.DataFrame


def read_printed(month: str, params: Params, paths: Paths) -> Printed:
    """The bulletin of ``month`` under data/published. Raises PublishedError for a table that is missing or wrong."""
    tables = {name: _table(month, name, paths) for name in KEYS}
    wrong_shares = _put_right(tables, read_table(paths.published(month), "errata"), month)
    catalogue = params.catalogue
    role_of = {spelling: each.role for each in catalogue.business_types for spelling in each.spellings}

    def role(name: str) -> str:
        if name not in role_of:
            known = [each.name for each in catalogue.business_types]
            raise UnknownValueError("业务类型", name, known, "params/catalogue.yaml")
        return role_of[name]

    domains, units = (_without_total(tables[name], name) for name in ("domains", "units"))
    for name in domains["domain"]:
        if name not in catalogue.printed_domains:
            raise UnknownValueError("业务领域", name, catalogue.printed_domains, "params/catalogue.yaml")
    in_domain = _counts(domains["count"], month, "domains").set_axis(domains["domain"])
    unit_names = [params.unit(name).name for name in units["unit"]]
    cells = pd.DataFrame({r: _counts(units[r], month, "units").to_numpy() for r in ROLES}, index=unit_names)
    cells = cells.reindex(params.unit_names, fill_value=0).rename_axis("unit").reset_index()
    changes = [
        _changes(tables["business_types"], "business_types", "count", "role", role, month),
        _changes(domains, "domains", "count", "domain", str, month),
        _changes(units, "units", "total", "unit", lambda name: params.unit(name).name, month),
    ]
    printed = Printed(
        month=month,
        cells=cells.melt("unit", var_name="role", value_name="tickets"),
        domains=in_domain.reindex(catalogue.printed_domains, fill_value=0),
        issues=_issues(tables["top_issues"], role, params, month),
        details=_details(tables["top_issue_details"], wrong_shares, role, params, month),
        changes=pd.concat(changes, ignore_index=True),
        rates=_rates(tables["indicators"], params, month),
        spot_checks=_spot_checks(month, params, paths),
    )
    _check_sums(printed)
    return printed


def limits_beyond(listed: pd.DataFrame, by: list[str]) -> pd.Series:
    """How many tickets a name may have that is not among the listed ones, by list.

    A list that reaches the last rank of its kind keeps ties, so what is left out has fewer than its last entry; a
    shorter list is complete.
    """
    last = listed.groupby(by)["tickets"].agg(least="min", rank=lambda tickets: max(competition_rank(tickets)))
    return (last["least"] - 1).where(last["rank"] == last["rank"].max(), 0)


def _table(month: str, name: str, paths: Paths) -> pd.DataFrame:
    table = read_table(paths.published(month), name)
    if table is None:
        raise PublishedError(
            f"缺少 data/published/{month}/{name}.csv，无法模拟 {month}。请按其他月份的样子补上这张表。"
        )
    return table


def _put_right(
    tables: dict[str, pd.DataFrame], errata: pd.DataFrame | None, month: str
) -> dict[tuple[str, ...], Decimal]:
    """Replace wrong figures by the right ones; returns the wrong shares of the details by their row's key."""
    wrong_shares: dict[tuple[str, ...], Decimal] = {}
    for row in () if errata is None else errata.itertuples():
        table, key = tables.get(row.table), tuple(row.key.split("/"))
        if table is None or row.column not in table:
            continue  # a table or column that no ticket is made from
        matches = table[KEYS[row.table]].agg("/".join, axis=1) == row.key
        if matches.sum() != 1:
            raise PublishedError(f"data/published/{month}/errata.csv：{row.table}.csv 中没有「{row.key}」这一行。")
        if row.table == "top_issue_details" and row.column == "share_pct":
            wrong_shares[key] = _decimal(row.printed, month, "errata")
        table.loc[matches, row.column] = row.correct
    return wrong_shares


def _issues(table: pd.DataFrame, role: Callable, params: Params, month: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "role": table["type"].map(role),
            "issue": [params.catalogue.issue(name).name for name in table["issue"]],
            "tickets": _counts(table["count"], month, "top_issues"),
        }
    )


def _details(table: pd.DataFrame, wrong_shares: dict, role: Callable, params: Params, month: str) -> pd.DataFrame:
    counts = _counts(table["count"], month, "top_issue_details")
    rows = []
    for key, tickets in zip(table[KEYS["top_issue_details"]].itertuples(index=False, name=None), counts, strict=True):
        business_type, name, breakdown, detail = key
        issue = params.catalogue.issue(name)
        detail = params.unit(detail).name if breakdown == "unit" else _sub_issue(detail, issue)
        whole = greatest_whole(tickets, wrong_shares[key]) if key in wrong_shares else None
        rows.append((role(business_type), issue.name, breakdown, detail, tickets, whole))
    return pd.DataFrame(rows, columns=["role", "issue", "breakdown", "name", "tickets", "whole"])


def _sub_issue(name: str, issue: Issue) -> str:
    for each in issue.sub_issues:
        if name in each.spellings:
            return each.name
    raise UnknownValueError(
        f"子事项（{issue.name}）", name, [each.name for each in issue.sub_issues], "params/catalogue.yaml"
    )


def _without_total(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table[table[KEYS[name][0]] != TOTAL]


def _changes(table: pd.DataFrame, name: str, count: str, over: str, resolved: Callable, month: str) -> pd.DataFrame:
    """One row per printed change; the total row is of its own kind."""
    names = table[KEYS[name][0]]
    rows = pd.DataFrame({"over": np.where(names == TOTAL, "total", over)}, index=table.index)
    rows["name"] = [each if each == TOTAL else resolved(each) for each in names]
    rows["label"] = names
    rows["tickets"] = _counts(table[count], month, name)
    for kind in ("yoy", "mom"):
        printed = table[f"{kind}_pct"] if f"{kind}_pct" in table else [""] * len(table)
        rows[kind] = [_decimal(text, month, name) for text in printed]
    return rows


def _rates(table: pd.DataFrame, params: Params, month: str) -> pd.DataFrame:
    """What is not printed, of a unit or of all, is faultless; a mean is −1."""
    table = table.assign(unit=[params.unit(name).name for name in table["unit"]]).set_index("unit")
    missing = dict.fromkeys(RATES, 10_000) | {"complaint_mean_minutes": -1, "failed_second_reviews": 0}
    found = pd.DataFrame(missing, index=params.unit_names)
    for key in found.columns.intersection(table.columns):
        values = [_decimal(text, month, "indicators") for text in table[key]]
        found.loc[table.index, key] = [missing[key] if v is None else int(v * 100) for v in values]
    found["failed_second_reviews"] //= 100
    return found.rename(columns={"complaint_mean_minutes": "mean", "failed_second_reviews": "failed"})


def _spot_checks(month: str, params: Params, paths: Paths) -> pd.DataFrame:
    path, rows = paths.spot_checks(month), []
    columns = ["ticket_id", "unit"]
    table = pd.read_csv(path, dtype=str, encoding="utf-8-sig") if path.exists() else pd.DataFrame(columns=columns)
    file = f"data/spot_checks/{month}.csv"
    days = pd.Period(month).days_in_month
    for ticket_id, name in table[columns].itertuples(index=False):
        unit, found = params.unit(name), _TICKET_ID.fullmatch(ticket_id)
        day = int(found["day"]) if found else 0
        if not found or found["month"] != month.replace("-", "") or not 1 <= day <= days:
            raise HotlineError(
                f"{file}：工单编号「{ticket_id}」不是 {month} 受理的编号。"
                "应为 JT、6 位区划代码、8 位受理日期、8 位流水号。"
            )
        if found["code"] != unit.code:
            raise HotlineError(f"{file}：工单编号「{ticket_id}」的区划代码不是{unit.name}的 {unit.code}。")
        rows.append((ticket_id, unit.name, day, int(found["serial"])))
    if repeated := [row[0] for row in rows if rows.count(row) > 1]:
        raise HotlineError(f"{file}：工单编号「{repeated[0]}」重复。")
    return pd.DataFrame(rows, columns=["ticket_id", "unit", "day", "serial"])


def _check_sums(printed: Printed) -> None:
    """Figures that must be equal because they count the same tickets."""
    changes = printed.changes
    cells = printed.cells["tickets"].sum()
    sums = {"各单位（units.csv）": cells, "各领域（domains.csv）": printed.domains.sum()}
    for name, tickets in changes.loc[changes["over"] == "total", ["name", "tickets"]].itertuples(index=False):
        sums[name] = tickets
    wrong = {name: int(number) for name, number in sums.items() if number != cells}
    by_role = printed.cells.groupby("role")["tickets"].sum()
    for row in changes[changes["over"] == "role"].itertuples():
        if row.tickets != by_role.get(row.name, 0):
            wrong[f"业务类型 {row.name}（business_types.csv）"] = row.tickets
    by_unit = printed.cells.groupby("unit")["tickets"].sum()
    for row in changes[changes["over"] == "unit"].itertuples():
        if row.tickets != by_unit[row.name]:
            wrong[f"{row.name} 的合计（units.csv）"] = row.tickets
    if wrong:
        listed = "；".join(f"{name} {number} 件" for name, number in wrong.items())
        raise PublishedError(
            f"{printed.month} 印出的件数互相矛盾：{listed}；而 units.csv 各单元格合计 {cells} 件。请核对。"
        )


def _counts(column: pd.Series, month: str, table: str) -> pd.Series:
    text = column.str.strip()
    if not (whole := text.str.fullmatch(r"\d+")).all():
        raise PublishedError(f"data/published/{month}/{table}.csv：「{text[~whole].iloc[0]}」不是整数件数。")
    return text.astype("int64")


def _decimal(text: str, month: str, table: str) -> Decimal | None:
    figure = text.strip().rstrip("%").replace("−", "-")
    if figure in {"", "—", "-"}:
        return None
    try:
        return Decimal(figure)
    except InvalidOperation:
        raise PublishedError(f"data/published/{month}/{table}.csv：「{text}」不是数。") from None
