"""What stands beside a month: its base months, its spot checks, and single counts with their bases and filter."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hotline_lib import published
from hotline_lib.errors import HotlineError, UnknownValueError
from hotline_lib.intake.spot_checks import read
from hotline_lib.params import Params, Unit, label, load_params, month_before
from hotline_lib.paths import Paths
from hotline_lib.tickets.files import LONGEST, months_there, real_months
from hotline_lib.tickets.scan import accepted, submitted
from hotline_lib.tickets.schema import KEYS, Input

HISTORY = 12  # months shown together
_MOST_NAMED = 3
_LABELS = {"unit": "单位", "business_type": "业务类型", "domain": "业务领域", "issue": "事项", "sub_issue": "子事项"}


@dataclass(frozen=True, eq=False)
class Base:
    """A month beside the bulletin's: from its tickets, else from its published tables."""

    month: str
    source: str | None  # "tickets", "published", or None if there is nothing to compare with
    counts: pd.DataFrame | None = None
    margins: dict[tuple[str, ...], pd.DataFrame] = field(default_factory=dict)
    input: Input | None = None

    def __repr__(self) -> str:
        source = {"tickets": "工单", "published": "已公布的月报"}.get(self.source or "", "没有数据")
        return f"{label(self.month)}（{source}）"

    def by(self, *keys: str) -> pd.DataFrame | None:
        """Tickets over those columns of ``counts``, or None if the base month cannot say. No keys: the total."""
        if self.counts is not None:
            if not keys:
                return pd.DataFrame({"tickets": [int(self.counts["tickets"].sum())]})
            return self.counts.groupby(list(keys), as_index=False)["tickets"].sum()
        return self.margins.get(keys)


@dataclass(frozen=True, eq=False)
class Annex:
    """What a month's scores are made from: the tickets submitted and accepted in it; else ``printed``, its published
    table of indicators as text; else nothing.

    params: the month's own, with its scheme and units. whole: whether the tickets of the month before it are there too.
    """

    month: str
    params: Params
    rates: pd.DataFrame | None = None
    counts: pd.DataFrame | None = None
    printed: pd.DataFrame | None = None
    whole: bool = True

    def __bool__(self) -> bool:
        return self.rates is not None or self.printed is not None


@dataclass(frozen=True)
class Count:
    """A number of accepted tickets: of the whole month, beside its base months (None if unknown), with its filter."""

    name: str
    tickets: int
    of: int
    yoy_base: int | None
    mom_base: int | None
    where: dict[str, Any]

    def __repr__(self) -> str:
        return f"{self.name} {self.tickets:,}件"


def known_value(params: Params, column: str, value: Any) -> Any:
    """A name as the tickets have it, an alias taken as its name; a list of names.

    Raises UnknownValueError with the known ones for what is no column of names, no name, or the alias of several.
    """
    if column not in KEYS:
        raise UnknownValueError("列", column, KEYS)
    if isinstance(value, list | tuple):
        return [known_value(params, column, each) for each in value]
    catalogue = params.catalogue
    entries = {
        "unit": params.units,
        "business_type": catalogue.business_types,
        "domain": catalogue.domains,
        "issue": catalogue.issues,
        "sub_issue": [sub for issue in catalogue.issues for sub in issue.sub_issues],
    }[column]
    names = dict.fromkeys(each.name for each in entries)
    meant = [value] if value in names else list(dict.fromkeys(e.name for e in entries if value in e.spellings))
    if len(meant) != 1:
        raise UnknownValueError(_LABELS[column], value, meant or names)
    return meant[0]


def as_rows(units: Iterable[Unit]) -> pd.DataFrame:
    """``unit``, ``long_name``, ``kind``, ``code``, ``population``: a row per unit, in their order."""
    fields = ("name", "long_name", "kind", "code", "population")
    return pd.DataFrame([[getattr(unit, name) for name in fields] for unit in units], columns=["unit", *fields[1:]])


def filtered(counts: pd.DataFrame | None, where: dict[str, Any]) -> int | None:
    """The tickets of some counts with those values; None if there are no counts."""
    if counts is None:
        return None
    for column, value in where.items():
        counts = counts[counts[column].isin(value if isinstance(value, list) else [value])]
    return int(counts["tickets"].sum())


def month_length(month: str) -> int:
    """How many days a month has."""
    return calendar.monthrange(*map(int, month.split("-")))[1]


def left_out(source: Input, scanned: list[Input], params: Params, paths: Paths) -> tuple[list[str], list[str]]:
    """In words: what of the month's tickets cannot all be there, or was left out because its tickets are simulated and these
    are real (or the reverse); and why those submitted in the month cannot all be there.

    source: the month's own tickets. scanned: those of which some can have been submitted in it.
    """
    said, lacking, apart = [], [], _apart(source, params, paths)
    if source.partial:
        said.append(f"{label(source.month)}只有其他月份的导出中带来的工单，不完整：请导入这个月自己的导出文件")
    before, (own, other) = month_before(source.month), ("模拟", "真实") if source.simulated else ("真实", "模拟")
    if apart:
        more = f"等{len(apart)}个月" * (len(apart) > _MOST_NAMED)
        names = "、".join(label(each) for each in apart[-_MOST_NAMED:]) + more
        said.append(f"{names}只有{other}工单，不与{own}工单放在一起：没有用来对比，也没有计入附件1")
    if params.month.reach_back_months and before not in {each.month for each in scanned}:
        kind = own if before in apart else ""
        lacking.append(f"没有{label(before)}的{kind}工单：该月受理、本月上报的工单未计入，附件1不完整")
    return said, lacking


def _apart(source: Input, params: Params, paths: Paths) -> list[str]:
    """The months that reports of this one would look at, but their tickets are of the other kind."""
    if not params.month.source.in_data:
        return []
    first = month_before(source.month, max(LONGEST - 1, params.month.reach_back_months))
    real = real_months(paths)
    return [each for each in months_there(paths) if first <= each < source.month and (each in real) == source.simulated]


def base_of(month: str, params: Params, paths: Paths, simulated: bool) -> tuple[Base, list[Input]]:
    """The base month and its inputs. Simulated tickets are a base of simulated ones, real of real, a few late ones of none."""
    if found := _usable(month, params, paths, simulated):
        counts, source = found
        of_month = load_params(month, params.folder, need_month_file=False)
        return Base(month, "tickets", named(counts, of_month), input=source), [source]
    margins = published.margins(month, params, paths)
    return Base(month, "published" if margins else None, None, margins), []


def annex_of(month: str, params: Params, paths: Paths, simulated: bool) -> Annex:
    """The month's own; its published table where its tickets cannot be scored (a calendar, or a month before it, that is refused)."""
    of_month = load_params(month, params.folder, need_month_file=False)
    if found := _usable(month, params, paths, simulated):
        scored = None
        with suppress(HotlineError):
            scored = submitted(month, of_month, paths)
        if scored:
            late, scanned = scored
            back = of_month.month.reach_back_months
            whole = not back or month_before(month) in {each.month for each in scanned}
            return Annex(month, of_month, late["rates"], named(found[0], of_month), whole=whole)
    return Annex(month, of_month, printed=published.tables(month, of_month, paths).get("indicators"))


def _usable(month: str, params: Params, paths: Paths, simulated: bool) -> tuple[pd.DataFrame, Input] | None:
    """The counts of a month beside a bulletin, if it may stand there: simulated beside simulated, real beside real, no few late ones."""
    found = accepted(month, params, paths)
    if found is None or found[1].simulated != simulated or found[1].partial:
        return None
    return found[0]["counts"], found[1]


def named(counts: pd.DataFrame, params: Params) -> pd.DataFrame:
    roles = {each.name: each.role for each in params.catalogue.business_types}
    printed = {each.name: each.printed for each in params.catalogue.domains}
    return counts.assign(role=counts["business_type"].map(roles), printed_domain=counts["domain"].map(printed))


def read_spot_checks(month: str, params: Params, paths: Paths) -> pd.DataFrame | None:
    """The drawn tickets of data/spot_checks/MONTH.csv as text, or None if there is no such file.

    Only the columns that we know: what else somebody noted there stays in the file. Raises HotlineError that names file,
    row and column, and the value if it may be shown, for a missing column, an unknown unit or answer, no id, or a repeated one.
    """
    path = paths.spot_checks(month)
    return read(path, params, paths.short(path)) if path.exists() else None
