"""The tables of the pages beyond the printed bulletin, each once by name: workbook and CSV have them too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from hotline_lib.bulletin._domains import domain_contributions, domain_units, type_contributions
from hotline_lib.bulletin._fair import bands, handling, needs_help, what_it_takes
from hotline_lib.bulletin._months import year_to_date
from hotline_lib.bulletin._movers import movers, without_issue
from hotline_lib.bulletin._overview import overview
from hotline_lib.bulletin._points import points_explained
from hotline_lib.bulletin._scores import points_lost
from hotline_lib.bulletin._steps import possible_rates, unsubmitted
from hotline_lib.bulletin._times import days
from hotline_lib.journal import write_whole
from hotline_lib.present._tables import Table

if TYPE_CHECKING:
    from hotline_lib.month import Month

FOLDER = "analysis"  # in tables/


def analysis(m: Month, top: int = 5) -> Mapping[str, Table]:
    """分析的各张表，按名称：一览、增减来源、来电时间、事项升降、失分、档次、办结时长、未上报等；没有数据的不在其中。

    top：事项升降列出前几项。
    """
    made = {
        "overview": overview(m), "domain_contributions": domain_contributions(m), "type_contributions": type_contributions(m),
        "year_to_date": year_to_date(m), "days": days(m), "domain_units": domain_units(m),
        "movers_yoy": movers(m, "yoy", top=top), "movers_mom": movers(m, "mom", top=top), "without_issue": without_issue(m),
        "needs_help": needs_help(m), "bands": bands(m), "points_lost": points_lost(m), "points_explained": points_explained(m),
        "what_it_takes": what_it_takes(m), "handling": handling(m), "unsubmitted": unsubmitted(m),
        "possible_rates": possible_rates(m),
    }  # fmt: skip
    called = {
        "domain_contributions": "各领域增减", "type_contributions": "各业务类型增减", "without_issue": "未标注事项的工单",
        "movers_yoy": "事项同比升降", "movers_mom": "事项环比升降",
    }  # fmt: skip
    tables = {name: x.table for name, x in made.items() if "table" in dir(x)}
    return MappingProxyType(
        {
            name: replace(table, label=called.get(name) or table.name)
            for name, table in tables.items()
            if isinstance(table, Table) and table.shown and len(table.frame)
        }
    )


def write_analysis(m: Month, folder: Path, top: int = 5) -> list[Path]:
    """Every one as FOLDER/analysis/NAME.csv; returns the files. A column is called by its key, else by its name."""
    written = []
    for name, table in analysis(m, top).items():
        columns = [each if each.key else replace(each, key=each.name) for each in table.columns]
        written.append(folder / FOLDER / f"{name}.csv")
        write_whole(written[-1], "\ufeff" + replace(table, columns=columns).csv())
    return written
