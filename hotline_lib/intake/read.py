"""From files to rows of text: finds the header, and lets only the ticket table's columns out.

Every row keeps its number as Excel counts it. What a row means is for ``check`` to say.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotline_lib.intake.files import Export
from hotline_lib.intake.headings import HEADER_WITHIN, Header, Headings, Sheet
from hotline_lib.intake.words import FileProblem, shown_sheet

_LEADING = 3  # cells among which a totals row says that it is one
_TOTALS = r"^[\s\x{3000}]*([合总小共][\s\x{3000}]*计|总[\s\x{3000}]*数)"
_HEAD_BYTES, _BLOCK_BYTES = 1 << 18, 1 << 22
_MOST_RAGGED = 10_000
_SHANGHAI = dt.timedelta(hours=8)


def sheets(export: Export, headings: Headings, skipped: Callable[[str], None]) -> Iterator[Sheet]:
    """The tables of one file. skipped: told each sheet that has no header, in words.

    Raises FileProblem for what cannot be read; a pyarrow error if the file breaks further down.
    """
    return {"excel": _excel, "csv": _csv, "parquet": _parquet}[export.kind](export, headings, skipped)


def _excel(export: Export, headings: Headings, skipped: Callable[[str], None]) -> Iterator[Sheet]:
    import fastexcel

    try:
        with export.open() as stream:
            book = fastexcel.read_excel(stream.read())
        titles = book.sheet_names
        found = False
        for number, title in enumerate(titles):
            name = shown_sheet(title, number) if len(titles) > 1 else ""
            # read as text whatever the cell: an id, a date or a rating may be a number in one row only
            sheet = book.load_sheet(number, header_row=None, skip_rows=0, dtypes="string")
            batch, errors = sheet.to_arrow_with_errors()
            table = pa.Table.from_batches([batch])
            first = [list(row.values()) for row in table.slice(0, HEADER_WITHIN).to_pylist()]
            header = headings.find(first, export.name, name)
            if header:
                found = True
                broken = {(e.position[0], e.position[1]) for e in errors.errors} if errors else set()
                yield Sheet(export.name, name, header, iter([_below(table, header, broken)]))
            elif any(_any(pc.match_substring_regex(column, r"^\s*JT\d{18,}")) for column in table.columns):
                raise FileProblem("sheet/header", export.name, name)
            else:
                skipped(f"{export.name}「{name or title}」没有表头，没有读取（{table.num_rows} 行）")
    except fastexcel.FastExcelError as error:
        locked = "password" in str(error).lower() or "encrypt" in str(error).lower()
        raise FileProblem("file/password" if locked else "file/damaged", export.name) from None
    if not found:
        raise FileProblem("file/header", export.name)


def _below(table: pa.Table, header: Header, broken: set[tuple[int, int]]) -> pa.Table:
    """The rows below the header. broken: cells that hold an error of Excel's; they must not pass for blank."""
    table = table.rename_columns([str(place) for place in range(table.num_columns)])
    for place in {column for _, column in broken}:
        cells = table[place].to_pylist()
        for row, column in broken:
            if column == place:
                cells[row] = "#错误"
        table = table.set_column(place, str(place), pa.array(cells, pa.string()))
    return _only(table.slice(header.row), header, np.arange(header.row + 1, table.num_rows + 1))


def _only(table: pa.Table, header: Header, rows: Any, *, ragged: bool = False) -> pa.Table:
    """The ticket columns of a table whose columns are named by their places; with the row numbers, and whether a row
    calls itself a total."""
    total = pa.array(np.zeros(table.num_rows, dtype=bool))
    for place in range(_LEADING):
        if str(place) in table.column_names:
            says = pc.match_substring_regex(table[str(place)].combine_chunks(), _TOTALS)
            total = pc.or_(total, pc.fill_null(says, False))
    cells = {column: table[str(place)] for column, place in header.columns.items()}
    marks = {
        "row": pa.array(rows, pa.int64()),
        "total": total,
        "ragged": pa.array([ragged] * table.num_rows, pa.bool_()),
    }
    return pa.table(marks | cells)


def _any(answers: Any) -> bool:
    return bool(pc.any(answers).as_py())


def _csv(export: Export, headings: Headings, skipped: Callable[[str], None]) -> Iterator[Sheet]:
    encoding = _encoding(export)
    with export.open() as stream:
        head = codecs.getincrementaldecoder(encoding)("replace").decode(stream.read(_HEAD_BYTES)).lstrip("\ufeff")
    header, delimiter, lines, width = _head(head, headings, export.name)
    if header is None:
        raise FileProblem("file/header", export.name)
    with export.open() as stream:
        batches = _csv_batches(stream, export, encoding, delimiter, header, lines, width)
        yield Sheet(export.name, "", header, batches, lambda: stream.tell() / max(export.size, 1))


def _encoding(export: Export) -> str:
    """Read to the end, because one wrong letter in the last row is as wrong as one in the first."""
    with export.open() as stream:
        if stream.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        decode = codecs.getincrementaldecoder(encoding)().decode
        try:
            with export.open() as stream:
                while piece := stream.read(_BLOCK_BYTES):
                    decode(piece)
                decode(b"", final=True)
            return encoding
        except UnicodeDecodeError:
            continue
    raise FileProblem("file/encoding", export.name)


def _head(text: str, headings: Headings, file: str) -> tuple[Header | None, str, int, int]:
    """The header, the delimiter under which most names are known, lines down to the header's end, cells in a row."""
    best: tuple[Header | None, str, int, int] = (None, ",", 0, 0)
    for delimiter in ",\t;|":
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows, ends = [], []
        try:
            for row in reader:
                rows.append(row)
                ends.append(reader.line_num)
        except csv.Error:  # a cell of more than 128 KB
            pass
        header = headings.find(rows, file)
        if header and (best[0] is None or len(header.columns) > len(best[0].columns)):
            lengths = Counter(len(row) for row in rows[header.row : header.row + 100] if row)
            usual = lengths.most_common(1)[0][0] if lengths else 0
            best = (header, delimiter, ends[header.row - 1], max(usual, *(p + 1 for p in header.columns.values())))
    return best


def _csv_batches(
    stream: Any, export: Export, encoding: str, delimiter: str, header: Header, lines: int, width: int
) -> Iterator[pa.Table]:
    """Streams a text file. Rows with another number of cells than usual come last, marked ragged."""
    from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, open_csv

    ragged: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        ragged.append((row.number - lines, row.text))  # counted from the first row below the header
        return "skip" if len(ragged) <= _MOST_RAGGED else "error"

    wanted = sorted({*range(min(_LEADING, width)), *header.columns.values()})
    reader = open_csv(
        stream,
        ReadOptions(
            use_threads=False,  # only then are ragged rows numbered
            encoding=encoding, skip_rows=lines, column_names=[str(n) for n in range(width)], block_size=_BLOCK_BYTES,
        ),
        ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep),
        ConvertOptions(
            column_types={str(place): pa.string() for place in wanted},
            include_columns=[str(place) for place in wanted],
            strings_can_be_null=True, null_values=[""],
        ),
    )  # fmt: skip
    kept = 0
    for batch in reader:
        places = np.arange(kept, kept + batch.num_rows)
        skipped = np.array([number - 1 - i for i, (number, _) in enumerate(ragged)], dtype=np.int64)
        kept += batch.num_rows
        rows = places + np.searchsorted(skipped, places, side="right") + header.row + 1
        yield _only(pa.Table.from_batches([batch]), header, rows)
    if ragged:
        cells = [(next(csv.reader([text], delimiter=delimiter), []) + [""] * width)[:width] for _, text in ragged]
        columns = {str(place): pa.array([row[place] for row in cells], pa.string()) for place in wanted}
        yield _only(pa.table(columns), header, [header.row + number for number, _ in ragged], ragged=True)


def _parquet(export: Export, headings: Headings, skipped: Callable[[str], None]) -> Iterator[Sheet]:
    import pyarrow.parquet as pq

    with export.open() as stream:
        try:
            file = pq.ParquetFile(stream)
        except (pa.ArrowException, OSError):
            raise FileProblem("file/damaged", export.name) from None
        if (file.schema_arrow.metadata or {}).get(b"hotline.simulated") == b"true":
            raise FileProblem("file/simulated", export.name)
        header = headings.find([file.schema_arrow.names], export.name)
        if header is None:
            raise FileProblem("file/header", export.name)
        yield Sheet(
            export.name, "", header, _parquet_batches(file, header), lambda: stream.tell() / max(export.size, 1)
        )


def _parquet_batches(file: Any, header: Header) -> Iterator[pa.Table]:
    names = file.schema_arrow.names
    done = 0
    for batch in file.iter_batches(columns=[names[place] for place in header.columns.values()]):
        cells = {str(place): _as_text(batch.column(names[place])) for place in header.columns.values()}
        yield _only(pa.table(cells), header, np.arange(done + 1, done + batch.num_rows + 1))
        done += batch.num_rows


def _as_text(cells: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(cells.type):
        if cells.type.tz:  # an instant: its time in Shanghai
            cells = pc.add(cells.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us")), pa.scalar(_SHANGHAI))
        return cells.cast(pa.timestamp("s"), safe=False).cast(pa.string())  # whole seconds, as the contract has it
    return cells.cast(pa.string())
