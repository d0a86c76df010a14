"""The tables of the pages beyond the printed bulletin, each once by name: workbook and CSV have them too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from hotline_lib.bulletin._domains import domain_contributions, domain_units, type_contributions
from hotline_lib.bulletin._fair import bands, handling, needs_help, what_it_takes
from hotline_lib.bulletin._follow_up import follow_up
from hotline_lib.bulletin._how_sure import how_sure
from hotline_lib.bulletin._months import year_to_date
from hotline_lib.bulletin._movers import movers, without_issue
from hotline_lib.bulletin._next_checks import next_checks
from hotline_lib.bulletin._overview import overview
from hotline_lib.bulletin._peers import unit_issues, unit_peers
from hotline_lib.bulletin._points import points_explained, unit_points
from hotline_lib.bulletin._scores import points_lost
from hotline_lib.bulletin._steps import possible_rates, unsubmitted
from hotline_lib.bulletin._times import days
from hotline_lib.bulletin._unit import unit_indicators, unit_spot_checks, unit_types
from hotline_lib.journal import write_whole
from hotline_lib.month import Month, once_a_month
from hotline_lib.present._tables import Table

FOLDER = "analysis"  # in tables/


@once_a_month
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
        "possible_rates": possible_rates(m), "how_sure": how_sure(m), "follow_up": follow_up(m), "next_checks": next_checks(m),
    }  # fmt: skip
    tables = {name: x.table for name, x in made.items() if "table" in dir(x)}
    return MappingProxyType(
        {name: table for name, table in tables.items() if isinstance(table, Table) and table.shown and len(table.frame)}
    )


def write_analysis(m: Month, folder: Path, top: int = 5) -> list[Path]:
    """Every one as FOLDER/analysis/NAME.csv; returns the files. A column is called by its key, else by its name."""
    written = []
    for name, table in analysis(m, top).items():
        written.append(folder / FOLDER / f"{name}.csv")
        write_whole(written[-1], "\ufeff" + table.with_keys().csv())
    return written


def write_unit(m: Month, unit: str, folder: Path, top: int = 5) -> dict[str, Path]:
    """The tables of a unit's own edition as FOLDER/NAME.csv, with what the edition prints and no more. Returns the files by
    the tables' names. top: ranks of issues."""
    made = {
        "types": unit_types(m, unit), "complaint_issues": unit_issues(m, "complaint", unit, top=top),
        "inquiry_issues": unit_issues(m, "inquiry", unit, top=top), "indicators": unit_indicators(m, unit),
        "points": unit_points(m, unit), "peers": unit_peers(m, unit), "spot_checks": unit_spot_checks(m, unit),
        "follow_up": follow_up(m, unit),
    }  # fmt: skip
    tables = {name: x.table for name, x in made.items() if "table" in dir(x)}
    files = {}
    for name, table in tables.items():
        if isinstance(table, Table) and table.shown and len(table.frame):
            files[table.name] = folder / f"{name}.csv"
            write_whole(files[table.name], "\ufeff" + table.with_keys().csv(in_page_only=True))
    return files
