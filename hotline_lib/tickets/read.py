"""The one door to tickets: wherever a month of them lies, it comes out as one checked Ibis table.

Parquet under data/tickets by default, read by DuckDB; any table that Ibis connects to if the month's parameters say
so. The rules are checked in the engine: a month is refused for what would make a figure wrong, and warned about
for what would make it odd.
"""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

import ibis
import pandas as pd
from ibis.expr.types import BooleanValue, Column, Table

from hotline_lib.errors import TicketsError
from hotline_lib.fingerprint import file_sha256, value_fingerprint
from hotline_lib.indicators import whole_seconds
from hotline_lib.params import Params, month_range
from hotline_lib.paths import Paths
from hotline_lib.tickets.files import draw_no_bar, marks, parts
from hotline_lib.tickets.schema import KEYS, KINDS, SCHEMA, Input

_SHANGHAI_HOURS = 8


@cache
def _connection() -> ibis.BaseBackend:
    return _quiet(ibis.duckdb.connect())


@cache
def _connect(address: str) -> ibis.BaseBackend:
    return _quiet(ibis.connect(address))


def _quiet(backend: ibis.BaseBackend) -> ibis.BaseBackend:
    if backend.name == "duckdb":
        draw_no_bar(backend.raw_sql)
    return backend


def find_input(month: str, params: Params, paths: Paths) -> Input | None:
    """Where the tickets accepted in ``month`` are, or None if there are none. ``params`` are those of the bulletin.

    The digest is of a file's bytes; of a database it is of its address and of sums that a change in any column moves.
    """
    source = params.month.source
    if source.kind == "database":
        sums = _sums(_read(month, params, paths))
        if sums.empty:
            return None
        facts = [source.connect, source.table, month, sums.to_csv(index=False)]
        return Input(month, f"{source.table}（{month}）", value_fingerprint(facts))
    path = paths.tickets(month)
    if not path.exists():
        return None
    return Input(month, paths.short(path), file_sha256(path, paths.cache), *marks(path))


def read_month(month: str, params: Params, paths: Paths) -> Table:
    """The tickets accepted in ``month`` as SCHEMA has them (times are Shanghai wall time), plus ``row`` (its place).

    params: the bulletin's, whose source is used for its base months too.
    Raises TicketsError for a missing column, or a type that cannot be cast without loss.
    """
    raw = _read(month, params, paths)
    name = paths.short(paths.tickets(month)) if params.month.source.kind == "parquet" else params.month.source.table
    if missing := [column for column in SCHEMA if column not in raw.columns]:
        labels = "、".join(f"「{params.label(column)}」（{column}）" for column in missing)
        raise TicketsError(f"{name}：缺少列 {labels}。这个月没有读入任何工单。")
    cast, lossy = {}, {}
    for column, (kind, _) in SCHEMA.items():
        cast[column], lossy[column] = _cast(raw[column], kind)
        if cast[column] is None:
            raise TicketsError(
                f"{name}：列「{params.label(column)}」（{column}）的类型是 {type(raw[column].type()).__name__}，应为{KINDS[kind]}。"
            )
    _refuse_lossy(raw, lossy, name, params)
    row = raw.file_row_number + 1 if "file_row_number" in raw.columns else ibis.null("int64")
    return raw.select(**cast, row=row)


def _sums(raw: Table) -> pd.DataFrame:
    """By the columns that tickets are counted over, and the division code: of each other column the sum of its values, each
    weighted with its ticket's time, so that two tickets cannot change places unseen. The arithmetic is that of every engine,
    and cannot overflow. Without rows there are no tickets.
    """
    there = {c: _cast(raw[c], kind)[0] for c, (kind, _) in SCHEMA.items() if c in raw.columns}
    table = raw.select(**{c: column for c, column in there.items() if column is not None})
    keys = [c for c in KEYS if c in table.columns]
    if "ticket_id" in table.columns:
        table = table.mutate(division=table.ticket_id.substr(0, 8))
        keys.append("division")
    weight, sums = whole_seconds(table.accepted_at) % 9_973 + 1, {"rows": table.count()}
    for column in set(table.columns) - {*keys, "ticket_id"}:
        value = table[column]
        number = whole_seconds(value) if SCHEMA[column][0] == "time" else value.cast("int64")
        sums[column] = (number.fill_null(-1) % 1_000_003 * weight).sum().cast("int64")
    found = fetch(table.group_by(keys).aggregate(**dict(sorted(sums.items()))))
    return found.sort_values(keys, ignore_index=True)


def fetch(query: ibis.Expr) -> pd.DataFrame:
    """The rows of a query."""
    with warnings.catch_warnings():  # Ibis 12 asks pandas 3 and DuckDB 1.5 for what they will drop
        warnings.simplefilter("ignore", DeprecationWarning)
        return query.to_pandas()


def _read(month: str, params: Params, paths: Paths) -> Table:
    source = params.month.source
    if source.kind == "database":
        table = _connect(source.connect).table(source.table)
        first, after = month_range(month)
        return table.filter((table.accepted_at >= ibis.literal(first)) & (table.accepted_at < ibis.literal(after)))
    path = paths.tickets(month)
    files = [str(file) for file in parts(path)]
    try:
        if path.is_dir():
            _refuse_absent(path, params, paths)
        return _connection().read_parquet(files, file_row_number=True, union_by_name=True)
    except TicketsError:
        raise
    except Exception as error:  # DuckDB's exceptions have no common base that Ibis re-exports
        raise TicketsError(f"{paths.short(path)} 打不开：不是完整的 Parquet 文件。请重新导入这个月的工单。") from error


def _refuse_absent(folder: Path, params: Params, paths: Paths) -> None:
    """A column that one file of a month lacks would be taken for empty in all its tickets."""
    import pyarrow.parquet as pq

    absent = {file: [c for c in SCHEMA if c not in pq.read_schema(file).names] for file in parts(folder)}
    lines = [
        f"  {paths.short(file)}：缺少列 " + "、".join(f"「{params.label(c)}」（{c}）" for c in columns) + "。"
        for file, columns in absent.items()
        if columns
    ]
    if lines:
        raise TicketsError(
            f"{paths.short(folder)} 中有文件缺列，这个月没有读入任何工单：\n"
            + "\n".join(lines)
            + "\n缺列不等于没有内容：请补上（确实没有内容的，整列留空），或把这个文件移出文件夹（它的工单就不计入）。"
        )


def _cast(column: Column, kind: str) -> tuple[Column | None, BooleanValue | None]:
    """The column as ``kind``, and which of its values that would change; (None, None) if it cannot be at all."""
    have = column.type()
    if kind == "text" and have.is_string():
        return column, None
    if kind == "time":
        if have.is_timestamp() and have.timezone is None:
            return column, None
        if have.is_timestamp():  # an instant: taken in UTC by every engine, so shifted first
            return (column + ibis.interval(hours=_SHANGHAI_HOURS)).cast("timestamp"), None
        if have.is_date():
            return column.cast("timestamp"), None
    if kind == "bool":
        if have.is_boolean():
            return column, None
        if have.is_integer():
            return column == 1, ~column.isin([0, 1])
    if kind == "integer":
        if have.is_integer():
            return column.cast("int64"), None
        if have.is_floating() or have.is_decimal():
            return column.cast("int64"), column != column.floor()
    return None, None


def _refuse_lossy(raw: Table, lossy: dict[str, BooleanValue | None], name: str, params: Params) -> None:
    checks = {column: condition for column, condition in lossy.items() if condition is not None}
    if not checks:
        return
    counts = fetch(raw.aggregate(**{c: condition.ifelse(1, 0).sum() for c, condition in checks.items()})).iloc[0]
    bad = [
        f"  「{params.label(c)}」（{c}）：{int(counts[c])} 个值不是{KINDS[SCHEMA[c][0]]}。"
        for c in checks
        if counts[c] > 0
    ]
    if bad:
        raise TicketsError(f"{name}：\n" + "\n".join(bad))
