"""What a published bulletin prints, as numbers to aim at: errata put right, names resolved, hundredths of a percent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotline_lib.beside import read_spot_checks
from hotline_lib.errors import HotlineError, PublishedError
from hotline_lib.params import Params
from hotline_lib.paths import Paths
from hotline_lib.published import SCHEMAS, TOTAL, counts, place, tables

ROLES = ("inquiry", "suggestion", "complaint")
_OTHERS_TRANSFERRED = ("instant_answer_rate", "suggestions_passed_on", "answered_and_passed_on")
_TRANSFERRED = (*_OTHERS_TRANSFERRED, "complaint")
RATES = {  # what each is over: a sum of numbers, where a rate stands for the number of those not good
    "classification_accuracy": ROLES,
    "instant_answer_rate": ("inquiry",),
    "other_on_time_rate": _OTHERS_TRANSFERRED,
    "transfer_callback_rate": _TRANSFERRED,
    "first_time_resolution_rate": _TRANSFERRED,
    "bad_review_fixed_rate": ("badly_rated",),
    "complaint_on_time_rate": ("complaint",),
    "complaint_24h_rate": ("complaint",),
    "complaint_5d_rate": ("complaint",),
    "complaint_satisfaction_rate": ("complaints_rated",),
    "timely_submission_rate": ROLES,
}
_FIGURE = r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?"
_TICKET_ID = r"^JT(?P<code>\d{6})(?P<month>\d{6})(?P<day>\d{2})(?P<serial>\d{8})$"


@dataclass(frozen=True)
class Printed:
    """The figures of one bulletin.

    month: YYYY-MM.
    cells: tickets by unit (rows: every unit of params) and role (columns).
    domains: tickets by printed domain.
    issues: ``role``, ``issue``, ``tickets``: the top issues.
    details: ``role``, ``issue``, ``breakdown`` (unit, sub_issue), ``name``, ``tickets``, ``whole``: the base that a
        share listed as an erratum stands on, missing where the share is right.
    changes: ``tickets``, ``yoy`` and ``mom`` (hundredths of a percent, missing if not printed) by ``over`` (type,
        domain, unit, total) and ``name``.
    rates: by unit, the RATES in hundredths of a percent; ``mean`` in hundredths of a minute (missing if not printed);
        ``failed``, a count.
    spot_checks: ``unit``, ``day`` (of the month), ``serial`` of the drawn tickets.
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
    """The bulletin of ``month`` under data/published.

    Raises PublishedError for a table that is missing or wrong, or figures that count the same tickets and differ;
    UnknownValueError for a name that params lacks.
    """
    known = _tables(month, params, paths)
    units, domains = (known[name].query(f"{key} != @TOTAL") for name, key in (("units", "unit"), ("domains", "domain")))
    cells = pd.DataFrame({role: counts(units, role) for role in ROLES}).set_axis(units["unit"])
    by_domain = counts(domains, "count").set_axis(domains["domain"])
    issues = known["top_issues"].rename(columns={"type": "role"})
    issues = issues.assign(tickets=counts(issues, "count"))[["role", "issue", "tickets"]]
    printed = Printed(
        month=month,
        cells=cells.reindex(params.unit_names, fill_value=0),
        domains=by_domain.reindex(params.catalogue.printed_domains, fill_value=0),
        issues=issues.reset_index(drop=True),
        details=_details(known["top_issue_details"]).reset_index(drop=True),
        changes=_changes(known, params),
        rates=_rates(known["indicators"], params),
        spot_checks=_spot_checks(month, params, paths),
    )
    _check_sums(printed, params)
    return printed


def limits_beyond(listed: pd.DataFrame, by: list[str]) -> pd.Series:
    """How many tickets a name may have that is not among the listed ones, by list.

    A list as long as the last rank of its kind keeps ties, so what is left out has fewer than its last entry; a
    shorter list is complete.
    """
    lists = listed.groupby(by)["tickets"]
    last_rank = lists.rank(method="min", ascending=False).max()
    return (lists.min() - 1).where(lists.size() >= last_rank, 0)


def _tables(month: str, params: Params, paths: Paths) -> dict[str, pd.DataFrame]:
    """The tables that tickets are made from, with roles in place of business types."""
    found = tables(month, params, paths)
    for name in [name for name in SCHEMAS if name not in ("errata", "spot_checks")]:
        if name not in found:
            file = f"data/published/{month}/{name}.csv"
            raise PublishedError(f"缺少 {file}，无法模拟 {month}。请按其他月份的样子补上这张表。")
        if "type" in found[name]:
            roles = {each.name: each.role for each in params.catalogue.business_types} | {TOTAL: TOTAL}
            found[name]["type"] = found[name]["type"].map(roles)
    return found


def _figures(table: pd.DataFrame, column: str) -> pd.Series:
    """A printed column as numbers, missing where it has none."""
    text = table.get(column, pd.Series("", table.index)).fillna("").str.rstrip("%").str.replace("−", "-")
    right = text.str.fullmatch(_FIGURE)
    if (wrong := ~right & ~text.isin(["", "—", "-"])).any():
        raise PublishedError(f"{place(table, column, wrong)}不是数，应写作 12.34 或 -12.34 的样子，没有就空着。")
    return text.where(right).astype(float)


def _hundredths(table: pd.DataFrame, column: str) -> pd.Series:
    return (_figures(table, column) * 100).round()


def _details(table: pd.DataFrame) -> pd.DataFrame:
    tickets = counts(table, "count")
    return table.rename(columns={"type": "role"})[["role", "issue", "breakdown", "name"]].assign(
        tickets=tickets,
        whole=20_000 * tickets // (2 * _hundredths(table, "printed_share_pct") - 1),  # the greatest that prints so
    )


def _changes(known: dict[str, pd.DataFrame], params: Params) -> pd.DataFrame:
    names = {"type": list(ROLES), "domain": params.catalogue.printed_domains, "unit": params.unit_names}
    parts = {}
    for over, table, column in (
        ("type", known["business_types"], "count"),
        ("domain", known["domains"], "count"),
        ("unit", known["units"], "total"),
    ):
        rows = pd.DataFrame({kind: _hundredths(table, f"{kind}_pct") for kind in ("yoy", "mom")})
        rows = rows.assign(tickets=counts(table, column)).set_axis(table[over])
        if len(unused := rows.index.difference([*names[over], TOTAL])):
            raise PublishedError(f"{table.attrs['file']}：业务类型「{unused[0]}」已停用，不能再有工单。")
        parts[over] = rows.reindex(names[over]).fillna({"tickets": 0})
        parts[f"total_{over}"] = rows[rows.index == TOTAL]
    changes = pd.concat(parts, names=["over", "name"]).astype({"tickets": np.int64})
    return changes.rename(index=lambda over: "total" if over.startswith("total_") else over, level="over")


def _rates(table: pd.DataFrame, params: Params) -> pd.DataFrame:
    """What is not printed, of a unit or of all, is faultless."""
    found = pd.DataFrame({key: _hundredths(table, key) for key in RATES})
    found["mean"] = _hundredths(table, "complaint_mean_minutes")
    found["failed"] = _figures(table, "failed_second_reviews")
    found = found.set_axis(table["unit"]).reindex(params.unit_names)
    return found.fillna(dict.fromkeys(RATES, 10_000) | {"failed": 0})


def _spot_checks(month: str, params: Params, paths: Paths) -> pd.DataFrame:
    """The drawn tickets that came in in that month: what was reported in it, or checked again, may have come in before."""
    table = read_spot_checks(month, params, paths)
    if table is None:
        table = pd.DataFrame({"ticket_id": [], "unit": []}, dtype="str")
    parts = table["ticket_id"].str.extract(_TICKET_ID)
    table, parts = (frame[~(parts["month"] < month.replace("-", ""))] for frame in (table, parts))
    units = [params.unit(name) for name in table["unit"]]
    day = pd.to_numeric(parts["day"]).fillna(0)
    problems = {
        f"不是 {month} 受理的编号。应为 JT、6 位区划代码、8 位受理日期、8 位流水号。": (
            (parts["month"] != month.replace("-", "")) | ~day.between(1, pd.Period(month).days_in_month)
        ),
        "的区划代码不是{0.name}的 {0.code}。": parts["code"] != [unit.code for unit in units],
    }
    for problem, wrong in problems.items():
        if wrong.any():
            unit, name = units[wrong.to_numpy().argmax()], table["ticket_id"][wrong.idxmax()]
            raise HotlineError(f"data/spot_checks/{month}.csv 的工单编号 {name} {problem.format(unit)}")
    found = pd.DataFrame({"unit": [unit.name for unit in units], "day": day, "serial": parts["serial"]})
    return found.astype({"day": np.int64, "serial": np.int64})


def _check_sums(printed: Printed, params: Params) -> None:
    """Figures that must be equal because they count the same tickets."""
    cells = printed.cells
    total = cells.sum().sum()
    expected = {"type": cells.sum(), "unit": cells.sum(axis=1), "domain": printed.domains}
    wrong = [] if printed.domains.sum() == total else [f"各领域之和 {printed.domains.sum()} 件"]
    for (over, name), tickets in printed.changes["tickets"].items():
        if tickets != (total if over == "total" else expected[over][name]):
            wrong.append(f"{params.catalogue.name_of(name) if over == 'type' else name} {tickets} 件")
    if wrong:
        raise PublishedError(
            f"{printed.month} 印出的件数互相矛盾：{'；'.join(wrong)}；"
            f"而 data/published/{printed.month}/units.csv 各单元格合计 {total} 件。请核对。"
        )
