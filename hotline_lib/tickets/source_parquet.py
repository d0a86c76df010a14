"""Parquet, read by DuckDB: months under data/tickets, or files, folders and partitions anywhere; and DuckDB's own files."""

from __future__ import annotations

import atexit
import datetime as dt
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib.errors import TicketsError
from hotline_lib.journal import private_folder
from hotline_lib.params import Params, month_range
from hotline_lib.params.source import Source
from hotline_lib.paths import Paths
from hotline_lib.tickets.engine import ibis
from hotline_lib.tickets.files import draw_no_bar, parts
from hotline_lib.tickets.schema import SCHEMA, SHANGHAI_HOURS

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue, Table

_TOO_LARGE = "内存不够：请在 params/organisation.yaml 的 memory_gb 中写大一些，或关闭其他程序。"
_NO_DISK = "磁盘已满，算到一半放不下：请清出空间后重新运行。"
_WORDS = {  # by the kinds of DuckDB's exceptions
    (
        "ConversionException",
        "OutOfRangeException",
        "InvalidInputException",
    ): "有一个值不能换成所要的类型：请核对文件、表或视图中的值（如过大的数、日历上没有的时间）。",
    (
        "BinderException",
        "CatalogException",
    ): "视图所用的列或表没有，或各文件中同一列的类型合不到一起：请核对视图的定义和各文件的列。",
    ("IOException", "HTTPException"): "有文件读不出来，可能已损坏、正在写，或没有读取的权限：请核对后重新运行。",
}
_backends: dict[tuple, ibis.BaseBackend] = {}  # by process, memory, where it spills, file


def engine(params: Params, paths: Paths, file: Path | None = None) -> ibis.BaseBackend:
    """DuckDB under the memory of params/; what does not fit goes to output/.cache. file: its own, only read."""
    spill = paths.cache / f".spill.{os.getpid()}.part"
    key = (os.getpid(), params.organisation.memory, str(spill), file)
    if key not in _backends:
        with suppress(OSError):  # where nothing may be written, counting has to fit into the memory
            private_folder(paths.cache)
        given = {"memory_limit": key[1], "temp_directory": key[2], **({"read_only": True} if file else {})}
        _backends[key] = ibis.duckdb.connect(str(file or ":memory:"), **given)
        draw_no_bar(_backends[key].raw_sql)
        atexit.register(_backends[key].disconnect)  # a thread of it that outlives Python aborts the process
    return _backends[key]


def forget() -> None:
    """Closes DuckDB's own files, so that others may write them."""
    for key in [key for key in _backends if key[-1]]:
        _backends.pop(key).disconnect()


def month(path: Path, params: Params, paths: Paths) -> Table:
    """The tickets of a month under data/tickets. Raises TicketsError if a file cannot be opened or lacks a column."""
    files, backend = parts(path), engine(params, paths)
    try:
        if path.is_dir():
            _refuse_absent(path, files, params, paths)
        return backend.read_parquet([*map(str, files)], file_row_number=True, union_by_name=True)
    except TicketsError:
        raise
    except Exception as error:  # DuckDB's exceptions have no common base that Ibis re-exports
        raise TicketsError(f"{paths.short(path)} 打不开：不是完整的 Parquet 文件。请重新导入这个月的工单。") from error


def files_with(month: str, source: Source, paths: Paths) -> list[Path]:
    """The files of a ``path`` that can hold tickets accepted in a month, by what each says of itself.

    Raises TicketsError if there are none at all, or one cannot be opened.
    """
    first, after = month_range(month)
    return [file for file, low, high in _spans(str(place(source, paths))) if not (low >= after or high < first)]


def everywhere(files: list[Path], source: Source, params: Params, paths: Paths) -> Table:
    """Those files as one table; what the names of folders say (unit=沈阳) are columns too."""
    folder = place(source, paths)
    if folder.is_dir():
        _refuse_absent(folder, files, params, paths)
    return engine(params, paths).read_parquet([*map(str, files)], hive_partitioning=True, union_by_name=True)


def table(source: Source, params: Params, paths: Paths) -> Table:
    """A table or view in a file of DuckDB's. Raises TicketsError if there is no such file."""
    file = place(source, paths)
    if not file.is_file():
        raise TicketsError(f"找不到 {source.called}：请核对 params/ 中 source 的 path。")
    return engine(params, paths, file).table(source.table)


def address(source: Source, paths: Paths) -> str:
    return str(place(source, paths).resolve())


def place(source: Source, paths: Paths) -> Path:
    """Where the file or folder of a source is that has a path."""
    return paths.root / (source.path or "")


def hashed(text: StringValue) -> IntegerValue:
    """64 bits of MD5: DuckDB's own hash gives many ids the same."""
    return _md5()(text).cast("decimal(38, 0)")


@cache
def _md5() -> Callable[[StringValue], IntegerValue]:
    @ibis.udf.scalar.builtin(name="md5_number_lower")
    def number(text: str) -> int: ...  # type: ignore[empty-body]

    return number


def worded(error: Exception) -> str:
    """What went wrong, and what mends it. Nothing of what DuckDB said: it shows values and queries."""
    kind, text = type(error).__name__, str(error)
    if "Failed to create directory" in text:
        return "内存放不下的要写到 output/.cache，而那里不能写：请改好权限，或在 params/organisation.yaml 中把 memory_gb 写大些。"
    if "No space left" in text or "max_temp_directory_size" in text:
        return _NO_DISK
    if kind == "OutOfMemoryException":
        return _TOO_LARGE
    if kind == "IOException" and "lock" in text:
        return "另一个程序正在写这个 DuckDB 文件：请等它结束后重新运行。"
    words = next((words for kinds, words in _WORDS.items() if kind in kinds), None)
    return words or f"DuckDB 不能回答（{kind}）：请核对文件、表或视图；仍不行，请把这个名称告诉维护程序的人。"


def _spans(path: str) -> list[tuple[Path, dt.datetime, dt.datetime]]:
    """Every Parquet file there, with the first and the last moment of acceptance in it (Shanghai wall time)."""
    there = Path(path)
    files = sorted(there.rglob("*.parquet")) if there.is_dir() else [there] if there.exists() else []
    files = [file for file in files if not any(part.startswith((".", "_")) for part in file.relative_to(there).parts)]
    if not files:
        raise TicketsError(f"{there.name} 中没有 Parquet 文件：请核对 params/ 中 source 的 path。")
    return [(file, *_span(str(file), file.stat().st_mtime_ns)) for file in files]


@cache
def _span(file: str, _written: int) -> tuple[dt.datetime, dt.datetime]:
    import pyarrow.parquet as pq

    always = (dt.datetime.min, dt.datetime.max)
    try:
        about = pq.ParquetFile(file)
    except (OSError, ValueError):
        name = Path(file).name
        raise TicketsError(f"{name} 打不开：不是完整的 Parquet 文件。请重新放好它，再运行。") from None
    names = about.schema.names
    if "accepted_at" not in names:
        return always
    at = names.index("accepted_at")
    groups = [about.metadata.row_group(group).column(at) for group in range(about.metadata.num_row_groups)]
    stats = [group.statistics for group in groups]
    if not stats or any(each is None or not each.has_min_max or each.null_count for each in stats):
        return always
    try:
        return min(_wall(each.min) for each in stats), max(_wall(each.max) for each in stats)
    except (
        TypeError,
        ValueError,
        OverflowError,
    ):  # no time at all, which is told elsewhere, or one beyond the calendar
        return always


def _wall(moment: dt.datetime | dt.date) -> dt.datetime:
    """Raises TypeError for what is no moment, OverflowError for one whose wall time no calendar has."""
    if not isinstance(moment, dt.datetime):
        return dt.datetime.combine(moment, dt.time())
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(dt.UTC).replace(tzinfo=None) + dt.timedelta(hours=SHANGHAI_HOURS)


def _refuse_absent(folder: Path, files: list[Path], params: Params, paths: Paths) -> None:
    """A column that one file of a month lacks would be taken for empty in all its tickets."""
    import pyarrow.parquet as pq

    named = lambda file: {part.partition("=")[0] for part in file.relative_to(folder).parts[:-1]}  # unit=沈阳
    has = {file: {*pq.read_schema(file).names, *named(file)} for file in files}
    absent = {file: [c for c in SCHEMA if c not in names] for file, names in has.items()}
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
