"""Tables of a printed (or finished) bulletin, as data/published/MONTH/*.csv: a base month without tickets.

A finished month's output/MONTH/tables has the same schema, so it can be copied there as the next year's base.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from hotline_lib import text_files
from hotline_lib.errors import HotlineError, PublishedError, UnknownValueError
from hotline_lib.indicators import BY_KEY
from hotline_lib.params import Params, find
from hotline_lib.paths import Paths

TOTAL = "总计"
ROLES = ("complaint", "inquiry", "suggestion")
SCHEMAS = {  # what a row is about, which no two rows may share; the figures that the table is of no use without
    "business_types": (["type"], ["count"]),
    "domains": (["domain"], ["count"]),
    "units": (["unit"], ["complaint", "inquiry", "suggestion", "total"]),
    "top_issues": (["type", "issue"], ["count"]),
    "top_issue_details": (["type", "issue", "breakdown", "name"], ["count"]),
    "indicators": (["unit"], []),
    "spot_checks": (["unit"], []),
    "errata": (["table", "key", "column"], ["printed", "correct"]),
}
_HEADS = ("yoy_pct", "mom_pct", "share_pct", "score", *BY_KEY)  # what else a table may have
_ALIKE = 0.85  # of two heads, one of which must be a slip
_RENAME = "请改成那个名称，或在 params/ 中给它加上别名（aliases）。"
_CURE = "请对照印刷的月报核对；月报自己印错的，照原样留着，把正确的数写进同一文件夹的 errata.csv。"


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
    absent = [head for head in _HEADS if head not in table]
    for head in table.columns.difference([*keys, *figures, *_HEADS]):
        if slip := get_close_matches(head, absent, n=1, cutoff=_ALIKE):
            raise PublishedError(f"{file} 第 1 行：没有名为「{head}」的列。是指「{slip[0]}」吗？请改正列名。")
    return _each_once(table)


def tables(month: str, params: Params, paths: Paths) -> dict[str, pd.DataFrame]:
    """All tables that there are of a printed bulletin, every name as params has it (aliases taken), and in place of what
    ``errata`` lists the right figures; the wrong ones are kept as ``printed_COLUMN``.

    Raises PublishedError as ``read_table`` does and for an erratum of nothing; UnknownValueError, with file, row and
    column, for a name that params lacks.
    """
    found = {name: table for name in SCHEMAS if (table := read_table(paths.published(month), name)) is not None}
    errata = found.pop("errata", None)
    about = {} if errata is None else {row.Index: _corrected(row, found, errata) for row in errata.itertuples()}
    found = {name: _resolved(table, params) for name, table in found.items()}
    if errata is not None:
        for row, (name, at) in about.items():
            errata.loc[row, "key"] = "/".join(found[name].loc[at, SCHEMAS[name][0]]) if at else errata.loc[row, "key"]
        found["errata"] = errata
    return found


def margins(month: str, params: Params, paths: Paths) -> dict[tuple[str, ...], pd.DataFrame]:
    """The counts that a published month has, by the columns they are counted over; empty if it is not published.

    Keys are among (), ("unit",), ("business_type",), ("printed_domain",) and ("unit", "business_type"); each frame
    has those columns and integer ``tickets``.
    Raises PublishedError and UnknownValueError as ``tables`` does, PublishedError for a count that is not a whole number,
    for sums that are not the total, and for a row that is left out: it would be taken for 0.
    """
    known = tables(month, params, paths)
    types, domains, units = (known.get(name) for name in ("business_types", "domains", "units"))
    _check_sums(known, params)
    found: dict[tuple[str, ...], pd.DataFrame] = {}
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
        parts = [
            pd.DataFrame(
                {"unit": units["unit"], "business_type": params.catalogue.name_of(role), "tickets": counts(units, role)}
            )
            for role in ROLES
        ]
        found["unit", "business_type"] = pd.concat(parts, ignore_index=True)
    return {over: frame.reset_index(drop=True) for over, frame in found.items()}


def _check_sums(known: dict[str, pd.DataFrame], params: Params) -> None:
    """What counts the same tickets must be the same number, and no name may be left out of it.

    Types may be fewer than the total: those no longer in use are not printed.
    """
    live = [each.name for each in params.catalogue.business_types if each.role != "retired"]
    wanted = {"business_types": live, "domains": params.catalogue.printed_domains, "units": params.unit_names}
    sums, totals = {}, {}
    for name in [name for name in wanted if name in known]:
        table, column = known[name], SCHEMAS[name][1][-1]
        tickets, is_total = counts(table, column), table[SCHEMAS[name][0][0]] == TOTAL
        sums[name] = int(tickets[~is_total].sum())
        if is_total.any() or name != "business_types":
            totals[name] = int(tickets[is_total].sum()) if is_total.any() else sums[name]
        if name == "units" and (over := sum(counts(table, role) for role in ROLES) > tickets).any():
            raise PublishedError(f"{place(table, column, over)}少于三类业务之和。{_CURE}")
    if len(set(totals.values())) > 1:
        listed = "、".join(f"{known[name].attrs['file']} {total} 件" for name, total in totals.items())
        raise PublishedError(f"各表的合计不一样：{listed}。{_CURE}")
    for name, added in sums.items():
        file, key = known[name].attrs["file"], SCHEMAS[name][0][0]
        others = [total for other, total in totals.items() if other != name]
        total = totals.get(name, max(others, default=added))
        if added > total or (added < total and name != "business_types"):
            raise PublishedError(f"{file} 各行之和 {added} 件，总计 {total} 件。{_CURE}")
        proved = added == total and (others or TOTAL in set(known[name][key]))
        if not proved and (missing := [each for each in wanted[name] if each not in set(known[name][key])]):
            raise PublishedError(f"{file} 缺少{'、'.join(missing)}：请补上，确实没有工单的写 0。")


def _corrected(row: Any, known: dict[str, pd.DataFrame], errata: pd.DataFrame) -> tuple[str, int | None]:
    """Puts one erratum right; returns the table and its row, None if the bulletin's table is not there."""
    at = f"{errata.attrs['file']} 第 {row.Index} 行"
    names = [name for name in SCHEMAS if name != "errata"]
    if row.table not in names:
        raise UnknownValueError("表", row.table, names, f"{at} table")
    if (table := known.get(row.table)) is None:
        return row.table, None
    if row.column not in table:
        raise UnknownValueError("列", row.column, table.columns, f"{at} column")
    same = _keys(table) == row.key
    if not same.any():
        raise PublishedError(f"{at} key：{row.table}.csv 中没有「{row.key}」这一行。")
    table.loc[same, f"printed_{row.column}"] = row.printed
    table.loc[same, row.column] = row.correct
    return row.table, int(same.idxmax())


def printed_domain(name: str, params: Params) -> str:
    """The domain as the bulletin prints it: ``name`` itself, or an alias of what is printed alone. Raises UnknownValueError."""
    known = params.catalogue.printed_domains
    alone = [each.name for each in params.catalogue.domains if name in each.aliases and each.name in known]
    if name not in known and not alone:
        raise UnknownValueError("业务领域", name, known, "params/catalogue.yaml")
    return name if name in known else alone[0]


def _resolved(table: pd.DataFrame, params: Params) -> pd.DataFrame:
    """The table with its names as params has them; the total's row keeps its own.

    Raises UnknownValueError with file, row and column of a name that there is not, PublishedError where two names are one.
    """
    catalogue, table = params.catalogue, table.copy()
    find_of: dict[str, Callable[..., str]] = {
        "type": lambda row: catalogue.business_type(row["type"]).name,
        "domain": lambda row: printed_domain(row["domain"], params),
        "unit": lambda row: params.unit(row["unit"]).name,
        "issue": lambda row: catalogue.issue(row["issue"]).name,
        "breakdown": lambda row: _breakdown(row["breakdown"]),
        "name": lambda row: _part(row, params),
    }
    for column in [column for column in table.attrs["keys"] if column in find_of]:
        names = []
        for at, row in zip(table.index, table.to_dict("records"), strict=True):
            try:
                names.append(TOTAL if row[column] == TOTAL else find_of[column](row))
            except UnknownValueError as error:
                where = f"{table.attrs['file']} 第 {at} 行 {column}"
                raise UnknownValueError(error.kind, row[column], error.known, where, remedy=_RENAME) from None
        table[column] = names
    return _each_once(table)


def _breakdown(name: str) -> str:
    if name not in ("unit", "sub_issue"):
        raise UnknownValueError("分法", name, ("unit", "sub_issue"))
    return name


def _part(row: Mapping[str, str], params: Params) -> str:
    """What a row of top_issue_details is about."""
    if row["breakdown"] == "unit":
        return params.unit(row["name"]).name
    issue = params.catalogue.issue(row["issue"])
    return find(f"子事项（{issue.name}）", row["name"], issue.sub_issues, "").name


def _keys(table: pd.DataFrame) -> pd.Series:
    """What each row is about, as errata name it: 投诉举报/巡游出租汽车."""
    columns = [table[name] for name in table.attrs["keys"]]
    return pd.Series(["/".join(each) for each in zip(*columns, strict=True)], table.index, dtype=str)


def _each_once(table: pd.DataFrame) -> pd.DataFrame:
    if (again := table.duplicated(table.attrs["keys"])).any():
        row, keys = again.idxmax(), table[table.attrs["keys"]]
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
