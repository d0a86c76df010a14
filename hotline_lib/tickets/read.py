"""The one door to tickets: wherever a month of them lies, it comes out as one checked Ibis table.

Parquet under data/tickets by default, else a table of all months (see params.source), of which a month is a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline_lib.errors import TicketsError
from hotline_lib.fingerprint import file_sha256, tree_fingerprint
from hotline_lib.params import Params, load_params, month_range
from hotline_lib.paths import Paths
from hotline_lib.tickets import source_parquet
from hotline_lib.tickets.columns import as_kind, within
from hotline_lib.tickets.engine import ibis
from hotline_lib.tickets.files import MONTH, hint_to_simulate, marks, marks_of, months_there
from hotline_lib.tickets.schema import KINDS, SCHEMA, Input
from hotline_lib.tickets.sources import asking, fetch, whole_table
from hotline_lib.tickets.table_digest import month_digest

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

__all__ = ["fetch", "find_input", "newest_month", "no_tickets", "read_month"]


def find_input(month: str, params: Params, paths: Paths) -> Input | None:
    """Where the tickets accepted in ``month`` are, or None if there are none. ``params`` are those of the bulletin.

    The digest is of the files' bytes; of a table it is of its address and of what its rows hold.
    """
    source = params.month.source
    if source.in_data:
        path = paths.tickets(month)
        return Input(month, paths.short(path), file_sha256(path, paths.cache), *marks(path)) if path.exists() else None
    name = f"{source.called}（{month}）"
    if source.kind == "parquet":
        return _in_files(month, name, params, paths)
    digest = month_digest(month, source, lambda: _raw(month, params, paths), paths)
    return Input(month, name, digest, source.simulated) if digest else None


def no_tickets(month: str, params: Params, paths: Paths) -> str:
    """In words: that there are none of a month, and what to do."""
    source = params.month.source
    if not source.in_data:
        return f"{source.called} 中没有 {month} 受理的工单：请核对 params/ 中的 source，或等这个月的工单到齐。"
    missing = f"没有 {month} 的工单：{paths.short(paths.tickets(month))} 不存在。"
    return f"{missing}请先导入这个月的导出文件{hint_to_simulate(month, paths)}。"


def newest_month(paths: Paths) -> str:
    """The newest month that there are tickets of: of real ones if there are any, a few late ones come last.

    Raises TicketsError, with what to do, if there are none at all.
    """
    names = {file.stem for file in (paths.params / "months").glob("*.yaml") if MONTH.fullmatch(file.stem)}
    found: dict[str, str] = {}
    for month in sorted(names | set(months_there(paths)), reverse=True):
        source = find_input(month, load_params(month, paths.params, need_month_file=False), paths)
        if source is not None:
            found.setdefault("late" if source.partial else "simulated" if source.simulated else "real", month)
        if "real" in found:
            break
    for kind in ("real", "simulated", "late"):
        if kind in found:
            return found[kind]
    printed = sorted(folder.name for folder in (paths.data / "published").glob("????-??"))
    hint = f"；若只想试用，运行 hotline simulate {printed[-1]}" if printed else ""
    raise TicketsError(f"还没有任何工单。开始一个月：hotline new 月份，再 hotline intake 导出文件 --month 月份{hint}。")


def read_month(month: str, params: Params, paths: Paths) -> Table:
    """The tickets accepted in ``month`` as SCHEMA has them (times are Shanghai wall time), plus ``row`` (its place).

    From a table of all months come those without a time of acceptance too: nobody knows their month, so they stop each.
    params: the bulletin's, whose source is used for its base months too.
    Raises TicketsError for a missing column, or a type that cannot be cast without loss.
    """
    raw = _raw(month, params, paths)
    if not params.month.source.in_data:
        raw = raw.filter(within(raw.accepted_at, *month_range(month)) | raw.accepted_at.isnull())
    cast, lossy = {}, {}
    for column, (kind, _) in SCHEMA.items():
        cast[column], lossy[column] = as_kind(raw[column], kind)
    _refuse_lossy(raw, lossy, _name(month, params, paths), params)
    row = raw.file_row_number + 1 if "file_row_number" in raw.columns else ibis.null("int64")
    return raw.select(**cast, row=row)


def _name(month: str, params: Params, paths: Paths) -> str:
    source = params.month.source
    return paths.short(paths.tickets(month)) if source.in_data else source.called


def _raw(month: str, params: Params, paths: Paths) -> Table:
    """The table that has the month, as its source gives it. Raises TicketsError if no figure can be made from it."""
    source, name = params.month.source, _name(month, params, paths)
    if source.in_data:
        raw = source_parquet.month(paths.tickets(month), params, paths)
    elif source.kind == "parquet":
        with asking():
            raw = source_parquet.everywhere(source_parquet.files_with(month, source, paths), source, params, paths)
    else:
        raw = whole_table(source, params, paths)
    if missing := [column for column in SCHEMA if column not in raw.columns]:
        labels = "、".join(f"「{params.label(column)}」（{column}）" for column in missing)
        raise TicketsError(f"{name}：缺少列 {labels}。这个月没有读入任何工单。")
    for column, (kind, _) in SCHEMA.items():
        if as_kind(raw[column], kind)[0] is None:
            raise TicketsError(
                f"{name}：列「{params.label(column)}」（{column}）的类型是 {type(raw[column].type()).__name__}，应为{KINDS[kind]}。"
            )
    return raw


def _in_files(month: str, name: str, params: Params, paths: Paths) -> Input | None:
    """A month of Parquet that lies elsewhere: its digest is that of all files that can hold some of it."""
    source = params.month.source
    files = source_parquet.files_with(month, source, paths)
    if not files:
        return None
    raw = _raw(month, params, paths)
    rows = raw.filter(within(raw.accepted_at, *month_range(month)))
    if not fetch(rows.aggregate(n=rows.count()))["n"][0]:
        return None
    says = marks_of(files, source.called)
    folder = source_parquet.place(source, paths)
    digest = tree_fingerprint(files, root=folder if folder.is_dir() else folder.parent, cache_folder=paths.cache)
    return Input(month, name, digest, says.simulated or source.simulated, says.seed, says.partial)


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
