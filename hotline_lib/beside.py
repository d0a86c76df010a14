"""What stands beside a month: its base months, and single counts with their bases and filter."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field

import pandas as pd

from hotline_lib.errors import UnknownValueError
from hotline_lib.params import Params
from hotline_lib.tickets import KEYS, Input

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


@dataclass(frozen=True)
class Count:
    """A number of accepted tickets: of the whole month, beside its base months (None if unknown), with its filter."""

    name: str
    tickets: int
    of: int
    yoy_base: int | None
    mom_base: int | None
    where: dict[str, object]

    def __repr__(self) -> str:
        return f"{self.name} {self.tickets:,}件"


def known_value(counts: pd.DataFrame, params: Params, column: str, value: object) -> object:
    """A value as the tickets have it, an alias of a unit included. Raises UnknownValueError with the known ones."""
    if column not in KEYS:
        raise UnknownValueError("列", column, KEYS)
    if isinstance(value, list):
        return [known_value(counts, params, column, each) for each in value]
    if column == "unit":
        return params.unit(str(value)).name
    listed = {"business_type": "business_types", "domain": "domains", "issue": "issues"}.get(column)
    catalogue = [each.name for each in getattr(params.catalogue, listed)] if listed else []
    known = dict.fromkeys([*counts[column].dropna().unique(), *catalogue])
    if value not in known:
        raise UnknownValueError(_LABELS[column], value, known)
    return value


def filtered(counts: pd.DataFrame | None, where: dict[str, object]) -> int | None:
    """The tickets of some counts with those values; None if there are no counts."""
    if counts is None:
        return None
    for column, value in where.items():
        counts = counts[counts[column].isin(value if isinstance(value, list) else [value])]
    return int(counts["tickets"].sum())


def month_length(month: str) -> int:
    """How many days a month has."""
    return calendar.monthrange(*map(int, month.split("-")))[1]


def label(month: str) -> str:
    """2024-09 -> 2024年9月"""
    year, number = month.split("-")
    return f"{year}年{int(number)}月"
