"""What is stored and not in the export: tickets that were voided, cells that are empty again.

An export says nothing of a ticket that it does not hold: it may be voided, or outside what was exported. So a ticket
goes only if the analyst says of its unit that the files are the whole truth; else intake tells what it saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib.intake.check import TIMES
from hotline_lib.intake.stage import counted, quoted
from hotline_lib.intake.words import IntakeError
from hotline_lib.params import Params
from hotline_lib.tickets.schema import SCHEMA

if TYPE_CHECKING:
    import duckdb

_FEW = 3  # tickets of a unit that files may lack and still be its whole month, if they have more than they lack
_SHARE = 10  # or one in so many
_NAMED = 5  # units in a note

# what a later export has no reason to do to a filled cell: empty it, take a time or a yes back, change a rating
_BACK = {
    column: f"{column} IS NULL OR {column} < old_{column}"
    for column in TIMES
    if column not in ("accepted_at", "due_at")
}
_BACK |= {column: f"old_{column} AND {column} IS NOT TRUE" for column in ("called_back", "bad_rating_fixed")}
_BACK |= {"rating": "rating IS DISTINCT FROM old_rating"}


def named(units: Sequence[str], params: Params) -> tuple[str, ...]:
    """The units by their names in params/; "all" means every one. Raises UnknownValueError, with the nearest name."""
    return tuple(params.unit_names if "all" in units else dict.fromkeys(params.unit(unit).name for unit in units))


def void(con: duckdb.DuckDBPyConnection, params: Params, units: Sequence[str], *, confirmed: bool) -> dict[str, int]:
    """Makes ``removed``: the stored tickets of those units, accepted in the bulletin's month, that no file holds.

    Also ``covered``: by unit, how many tickets of that month are stored, and how many of these no file holds.
    Returns how many are removed by unit. Raises IntakeError if the files cannot well be all there is: no good row of a
    unit, refused rows, or (unless confirmed) so many tickets less that some may only be missing.
    """
    month = params.month.month
    con.execute(f"""
        CREATE OR REPLACE TABLE covered AS
        SELECT unit, count(*) AS stored, count(*) - count(m.ticket_id) AS missing
        FROM stored LEFT JOIN (SELECT DISTINCT ticket_id FROM mapped WHERE kind = 'ticket') m USING (ticket_id)
        WHERE month = '{month}' GROUP BY unit""")
    con.execute("CREATE OR REPLACE TABLE asked AS SELECT unnest(?::VARCHAR[]) AS unit", [list(units)])
    con.execute(f"""
        CREATE OR REPLACE TABLE removed AS SELECT * FROM stored SEMI JOIN asked USING (unit)
        ANTI JOIN (SELECT ticket_id FROM mapped WHERE kind = 'ticket') USING (ticket_id) WHERE month = '{month}'""")
    if units:
        _refuse(con, params, units, confirmed=confirmed)
    return dict(
        con.execute("SELECT unit, missing FROM covered SEMI JOIN asked USING (unit) WHERE missing > 0").fetchall()
    )


def _refuse(con: duckdb.DuckDBPyConnection, params: Params, units: Sequence[str], *, confirmed: bool) -> None:
    month, none = params.month.month, "本次没有导入也没有撤销任何工单。"
    here = con.execute(f"""
        SELECT DISTINCT unit FROM mapped ANTI JOIN problems USING (n)
        WHERE kind = 'ticket' AND strftime(accepted_at, '%Y-%m') = '{month}'""").fetchall()
    there = con.execute("SELECT unit FROM covered").fetchall()
    everyone = len(units) == len(params.units)  # a unit without any ticket loses nothing
    if absent := [unit for unit in units if (unit,) not in here and ((unit,) in there or not everyone)]:
        raise IntakeError(
            f"这次的文件里没有{'、'.join(absent)} {month} 的工单，不能用来取代这些单位的工单，{none}"
            "请把它们的导出文件也写上，或从 --replace-unit 中去掉它们。"
        )
    refused = counted(con, """
        SELECT count(DISTINCT n) FROM mapped SEMI JOIN problems USING (n)
        WHERE kind = 'ticket' AND (unit IS NULL OR unit IN (FROM asked))""")  # fmt: skip
    if refused:
        raise IntakeError(
            f"有 {refused:,} 行拒收，是或可能是 --replace-unit 中的单位的：拒收的工单会当成已作废。{none}"
            "请去掉 --accept-good 重新运行，逐行改好；或去掉 --replace-unit，先只导入没有问题的行。"
        )
    many = con.execute(f"SELECT unit, stored, missing FROM covered SEMI JOIN asked USING (unit) WHERE NOT {_whole()}")
    if (found := many.fetchall()) and not confirmed:
        lines = "\n".join(
            f"  {unit}：库里有 {stored:,} 件，其中 {gone:,} 件不在这次的文件里" for unit, stored, gone in found
        )
        raise IntakeError(
            f"{month} 要撤销的工单太多，这次的导出可能不完整：\n{lines}\n{none}请检查导出的条件和文件是否齐全；"
            "确实都要撤销，请加上 --yes。"
        )


def _whole() -> str:
    """SQL: whether the files have so much of a unit's month that they can be all of it."""
    return f"(missing * {_SHARE} <= stored OR (missing <= {_FEW} AND missing * 2 < stored))"


def notes(con: duckdb.DuckDBPyConnection, params: Params, units: Sequence[str], *, changed: bool) -> list[str]:
    """What an analyst should know and the rows do not show. units: those that are replaced. changed: a month is; only
    then is there something to take back."""
    return [*_missing(con, params, units), *(_older(con, params) if changed else ())]


def _missing(con: duckdb.DuckDBPyConnection, params: Params, units: Sequence[str]) -> list[str]:
    found = con.execute(f"""
        SELECT unit, missing FROM covered ANTI JOIN asked USING (unit)
        WHERE missing > 0 AND {_whole()} ORDER BY missing DESC, unit""").fetchall()
    if not found:
        return []
    told = "、".join(f"{number:,} 件{unit}" for unit, number in found[:_NAMED]) + "等" * (len(found) > _NAMED)
    which = ",".join(sorted({unit for unit, _ in found} | set(units), key=params.unit_names.index))
    return [
        f"库里有 {told} {params.month.month} 的工单不在这次的导出里；若已作废，请再导入一次并加上 --replace-unit {which}"
    ]


def _older(con: duckdb.DuckDBPyConnection, params: Params) -> list[str]:
    """A file of which at least half the updates, and two, take back what was there: it may be older than the last."""
    back = {column: f"(old_{column} IS NOT NULL AND ({condition}))" for column, condition in _BACK.items()}
    sums = ", ".join(f"count(*) FILTER ({condition}) AS {column}" for column, condition in back.items())
    found = con.execute(f"""
        SELECT file, count(*) AS updated, count(*) FILTER ({" OR ".join(back.values())}) AS back, {sums}
        FROM updates GROUP BY file HAVING back >= 2 AND back * 2 >= updated ORDER BY min(n)""").fetchall()
    said = []
    for file, updated, number, *by_column in found:
        cells = "、".join(f"{params.label(c)} {n:,} 件" for c, n in zip(back, by_column, strict=True) if n)
        said.append(
            f"{file} 更新了 {updated:,} 件，其中 {number:,} 件原有的内容被清空、改早或改成了别的（{cells}）。若这是较早的导出，"
            f"请撤回：hotline intake --undo --month {params.month.month}，再按导出的先后导入"
        )
    return said


def write_removed(con: duckdb.DuckDBPyConnection, params: Params, folder: Path) -> None:
    """removed.csv: the voided tickets with the ticket columns only; it can be taken again as it is."""
    cells = [
        f"""{f"strftime({c}, '%Y-%m-%dT%H:%M:%S')" if c in TIMES else c} AS "{params.label(c)}\"""" for c in SCHEMA
    ]
    cells[0] = f'ticket_id AS "\ufeff{params.label("ticket_id")}"'  # so that Excel reads UTF-8
    con.execute(f"""
        COPY (SELECT {", ".join(cells)} FROM removed ORDER BY unit, ticket_id)
        TO {quoted(folder / "removed.csv")} (FORMAT csv, HEADER)""")
