"""Tables of a printed (or finished) bulletin, as data/published/MONTH/*.csv: a base month without tickets.

A finished month's output/MONTH/tables has the same schema, so it can be copied there as the next year's base.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pandas as pd

from hotline_lib import text_files
from hotline_lib.errors import HotlineError, PublishedError, UnknownValueError
from hotline_lib.params import Params
from hotline_lib.paths import Paths

TOTAL = "总计"
SCHEMAS = {  # what a row is about, which no two rows may share; the figures that the table is of no use without
    "business_types": (["type"], ["count"]),
    "domains": (["domain"], ["count"]),
    "units": (["unit"], ["complaint", "inquiry", "suggestion", "total"]),
    "top_issues": (["type", "issue"], ["count"]),
    "top_issue_details": (["type", "issue", "breakdown", "name"], ["count"]),
    "indicators": (["unit"], []),
    "errata": (["table", "key", "column"], ["printed", "correct"]),
}


def read_table(folder: Path, name: str) -> pd.DataFrame | None:
    """One table as text, every cell as printed; None if the folder has no such table. ``attrs["file"]`` names it.

    The index is the row as a spreadsheet counts it. Raises PublishedError, with file, row and remedy, for what is no
    table, lacks a column that is needed, or tells the same thing twice.
    """
    path = folder / f"{name}.csv"
    if not os.path.lexists(path):
        return None
    keys, figures = SCHEMAS[name]
    file = f"data/published/{folder.name}/{name}.csv"
    try:
        table = text_files.read_table(path, file, columns=[*keys, *figures])
    except HotlineError as error:
        raise PublishedError(str(error)) from None
    if table.empty and name != "errata":
        raise PublishedError(f"{file} 只有表头，没有一行数据：请补上；没有这张表就删去这个文件。")
    table.attrs["keys"] = keys
    return _each_once(table)


def margins(month: str, params: Params, paths: Paths) -> dict[tuple[str, ...], pd.DataFrame]:
    """The counts that a published month has, by the columns they are counted over; empty if it is not published.

    Keys are among (), ("unit",), ("business_type",), ("printed_domain",) and ("unit", "business_type"); each frame
    has those columns and integer ``tickets``.
    Raises PublishedError as ``read_table`` does and for a count that is not a whole number, UnknownValueError for a
    name that params lacks.
    """
    folder = paths.published(month)
    found: dict[tuple[str, ...], pd.DataFrame] = {}
    names = {
        "type": lambda name: params.catalogue.business_type(name).name,
        "domain": lambda name: printed_domain(name, params),
        "unit": lambda name: params.unit(name).name,
    }
    tables = {name: read_table(folder, name) for name in ("business_types", "domains", "units")}
    types, domains, units = (None if table is None else resolved(table, names) for table in tables.values())
    if types is not None:
        total = types["type"] == TOTAL
        tickets = counts(types, "count")
        found["business_type",] = pd.DataFrame({"business_type": types["type"], "tickets": tickets})[~total]
        found[()] = pd.DataFrame({"tickets": [tickets[total].sum() if total.any() else tickets.sum()]})
    if domains is not None:
        rows = pd.DataFrame({"printed_domain": domains["domain"], "tickets": counts(domains, "count")})
        found["printed_domain",] = rows[domains["domain"] != TOTAL]
    if units is not None:
        units = units[units["unit"] != TOTAL]
        found["unit",] = pd.DataFrame({"unit": units["unit"], "tickets": counts(units, "total")})
        by_role = {role: params.catalogue.name_of(role) for role in ("complaint", "inquiry", "suggestion")}
        parts = [
            pd.DataFrame({"unit": units["unit"], "business_type": name, "tickets": counts(units, role)})
            for role, name in by_role.items()
        ]
        found["unit", "business_type"] = pd.concat(parts, ignore_index=True)
    return {over: frame.reset_index(drop=True) for over, frame in found.items()}


def printed_domain(name: str, params: Params) -> str:
    """``name``, if it is a domain as the bulletin prints it. Raises UnknownValueError."""
    if name not in params.catalogue.printed_domains:
        raise UnknownValueError("业务领域", name, params.catalogue.printed_domains, "params/catalogue.yaml")
    return name


def resolved(table: pd.DataFrame, names: Mapping[str, Callable[[str], str]]) -> pd.DataFrame:
    """The table with the names of those columns as params has them; the total's row keeps its own.

    Raises UnknownValueError with file and row of a name that there is not, PublishedError where two names are one.
    """
    table = table.copy()
    for column in table.columns.intersection(list(names)):
        found = []
        for row, name in table[column].items():
            try:
                found.append(name if name == TOTAL else names[column](name))
            except UnknownValueError as error:
                at = f"{table.attrs['file']} 第 {row} 行 {column}"
                raise UnknownValueError(error.kind, name, error.known, at) from None
        table[column] = found
    return _each_once(table)


def _each_once(table: pd.DataFrame) -> pd.DataFrame:
    keys = table[table.attrs["keys"]]
    if (again := keys.duplicated()).any():
        row = again.idxmax()
        first = (keys == keys.loc[row]).all(axis=1).idxmax()
        what = f"「{'/'.join(keys.loc[row])}」与第 {first} 行重复，只能留一行"
        raise PublishedError(f"{table.attrs['file']} 第 {row} 行：{what}。")
    return table


def counts(table: pd.DataFrame, column: str) -> pd.Series:
    """A column of whole numbers. Raises PublishedError with the file and row of what is none."""
    whole = table[column].str.fullmatch(r"[0-9]{1,9}")
    if not whole.all():
        raise PublishedError(
            f"{place(table, column, ~whole)}不是整数件数，应写作 1234 的样子（没有逗号、小数点和单位）。"
        )
    return table[column].astype("int64")


def place(table: pd.DataFrame, column: str, wrong: pd.Series) -> str:
    """The first cell of ``column`` that is wrong: data/published/2024-09/units.csv 第 5 行 total：「一千」"""
    row = wrong.idxmax()
    return f"{table.attrs['file']} 第 {row} 行 {column}：「{table.loc[row, column]}」"


def printed_indicators(month: str, paths: Paths) -> pd.DataFrame:
    """Annex 1 as it was printed: ``unit``, and ``score`` and every column of numbers as Decimal (missing where it has none).

    Raises PublishedError if the month has no such table or it has no score.
    """
    table = read_table(paths.published(month), "indicators")
    if table is None or "score" not in table:
        raise PublishedError(
            f"data/published/{month}/indicators.csv 不存在，或没有 score 一列：推断规则要有印出的得分。"
        )
    made = pd.DataFrame({"unit": table["unit"]})
    for column in table.columns.difference(["unit", "rank"], sort=False):
        number = table[column].str.fullmatch(r"-?[0-9]+([.][0-9]+)?").fillna(False).astype(bool)
        if number.any():
            made[column] = [Decimal(text) if known else None for text, known in zip(table[column], number, strict=True)]
    if made["score"].isna().any():
        raise PublishedError(f"{place(table, 'score', made['score'].isna())}不是得分，应写作 97.71 的样子。")
    return made
