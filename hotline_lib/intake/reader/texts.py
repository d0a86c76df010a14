"""Text files of any encoding and delimiter, and Parquet: rows of text, with a second count of the lines that hold a ticket.

A broken byte becomes U+FFFD and costs its cell. Quotes that do not pair would swallow lines without a word: where fewer
rows came out than lines that hold a ticket's id, the file is a problem that names the row.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hotline_lib.intake.reader.files import Export
from hotline_lib.intake.reader.grid import ID_CELL, PIECE, FileProblem, Grid, Piece, is_id, table

_HEAD_BYTES, _BLOCK_BYTES = 1 << 18, 1 << 22
_MOST_RAGGED = 10_000
_DELIMITERS = ",\t;|"
_SHANGHAI = dt.timedelta(hours=8)
_LINE_OF_TICKET = ID_CELL.replace("^", r"(?:^|[,\t;|])", 1)
_MOST_WRONG = 0.1  # of a UTF-8 file's characters; other encodings read as UTF-8 are wrong in nearly all


class _Text(io.RawIOBase):
    """A text file's bytes as UTF-8 without byte order mark and NUL; counts the lines that hold a ticket's id."""

    def __init__(self, stream: IO[bytes], encoding: str):
        self.stream, self.decode = stream, codecs.getincrementaldecoder(encoding)("replace").decode
        self.lines, self.kept, self.line = 0, b"", ""
        self.first = self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.kept and not self.ended:
            raw = self.stream.read(_BLOCK_BYTES)
            text = self.decode(raw, not raw)
            self.ended = not raw
            if not self.first and text:
                text, self.first = text.lstrip("\ufeff"), True
            self.kept = text.replace("\0", "").encode("utf-8", "replace")
            self._count(text)
        size = min(len(buffer), len(self.kept))
        buffer[:size], self.kept = self.kept[:size], self.kept[size:]
        return size

    def _count(self, text: str) -> None:
        whole, _, self.line = (self.line + text.replace("\r", "\n")).rpartition("\n")
        if self.ended:
            whole, self.line = f"{whole}\n{self.line}", ""
        if whole:
            lines = pc.split_pattern(pa.array([whole], pa.large_string()), "\n").flatten()
            self.lines += pc.sum(pc.match_substring_regex(lines, _LINE_OF_TICKET)).as_py() or 0


def read_text(export: Export) -> Iterator[Grid]:
    """The table of a text file. Raises FileProblem."""
    encoding = export.encoding or _encoding(export)
    with export.open() as stream:
        head = _Text(stream, encoding).read(_HEAD_BYTES).decode("utf-8", "ignore")
    delimiter = max(_DELIMITERS, key=lambda each: _width(head, each))
    rows, ends = _head_rows(head, delimiter)
    start = _begin(rows)
    with export.open() as stream:
        text = _Text(stream, encoding)
        yield Grid(
            "", 0, _pieces(text, export, delimiter, rows[:start], ends[start - 1] if start else 0, _usual(rows)),
            ids=lambda: text.lines,
            lost=lambda: _lost(export, encoding, delimiter),
            progress=lambda: stream.tell() / max(export.size, 1),
        )  # fmt: skip


def _encoding(export: Export) -> str:
    """UTF-8 unless the bytes are wrong for it more often than by accident, else GB18030."""
    right = wrong = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with export.open() as stream:
        while True:
            raw = stream.read(_BLOCK_BYTES)
            text = decoder.decode(raw, not raw)
            wrong += text.count("\ufffd")
            right += len(text.encode("utf-8")) - len(text)  # bytes beyond ASCII
            if not raw:
                break
    return "utf-8" if wrong <= _MOST_WRONG * right / 2 else "gb18030"


def _head_rows(head: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first rows, and the physical line on which each ends."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    rows, ends = [], []
    try:
        for row in islice(reader, 1000):
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error:  # a cell of more than 128 KB
        pass
    return rows, ends


def _width(head: str, delimiter: str) -> tuple[int, int]:
    """How well a delimiter parts the first rows: rows of the usual width times that width."""
    rows, _ = _head_rows(head, delimiter)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(((count * width, width) for width, count in widths.items()), default=(0, 0))


def _usual(rows: list[list[str]]) -> int:
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _begin(rows: list[list[str]]) -> int:
    """How many rows stand above the table: those of another width, as far as the last before 50 rows of it."""
    usual = _usual(rows)
    return next((number for number, row in enumerate(rows) if len(row) == usual), 0)


def _pieces(
    text: _Text, export: Export, delimiter: str, above: list[list[str]], lines: int, width: int
) -> Iterator[Piece]:
    """Streams a text file. Rows with another number of cells than usual come last, marked ragged."""
    from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, open_csv

    if above:
        yield Piece(table([[cell or None for cell in row] for row in above], width), np.arange(len(above)) + 1)
    ragged: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        ragged.append((row.number - lines, row.text))  # counted from the first row below
        return "skip" if len(ragged) <= _MOST_RAGGED else "error"

    names = [str(place) for place in range(width)]
    try:
        reader = open_csv(
            io.BufferedReader(text, _BLOCK_BYTES),
            ReadOptions(
                use_threads=False,  # only then are ragged rows numbered
                skip_rows=lines, column_names=names, block_size=_BLOCK_BYTES,
            ),
            ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
            ),
            ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )  # fmt: skip
        kept = 0
        for batch in reader:
            places = np.arange(kept, kept + batch.num_rows)
            skipped = np.array([number - 1 - i for i, (number, _) in enumerate(ragged)], dtype=np.int64)
            kept += batch.num_rows
            rows = places + np.searchsorted(skipped, places, side="right") + len(above) + 1
            yield Piece(pa.Table.from_batches([batch]), rows)
    except pa.ArrowInvalid:
        if len(ragged) > _MOST_RAGGED:
            raise FileProblem("file/ragged", export.name) from None
        raise FileProblem("file/quotes", export.name) from None
    for number, row in ragged:
        cells = next(csv.reader([row], delimiter=delimiter), [])
        surplus = not any(cell.strip() for cell in cells[width:])  # blank cells beyond the last column hold nothing
        whole = len(cells) > width and surplus
        if whole:
            cells = cells[:width]
        yield Piece(
            table([[cell or None for cell in cells]], max(width, len(cells))),
            np.array([len(above) + number]),
            ragged=not whole,
        )


def _lost(export: Export, encoding: str, delimiter: str) -> FileProblem:
    """Where lines were swallowed: the first row with a cell that holds a line with a ticket's id."""
    csv.field_size_limit(1 << 30)
    with export.open() as stream:
        text = io.TextIOWrapper(io.BufferedReader(_Text(stream, encoding)), encoding="utf-8", newline="")
        for number, row in enumerate(csv.reader(text, delimiter=delimiter), 1):
            for place, cell in enumerate(row):
                lines = cell.replace("\r", "\n").split("\n")
                if any(is_id(part) for line in lines[1:] for part in line.split(delimiter)):
                    swallowed = sum(any(map(is_id, line.split(delimiter))) for line in lines[1:])
                    return FileProblem("row/quotes", export.name, row=number, column=f"#{place}", value=str(swallowed))
    return FileProblem("file/rows", export.name)


def read_parquet(export: Export) -> Iterator[Grid]:
    """The table of a Parquet file. Raises FileProblem; simulated tickets are none to take."""
    import pyarrow.parquet as pq

    with export.open() as stream:
        try:
            file = pq.ParquetFile(stream)
        except (pa.ArrowException, OSError, ValueError):
            raise FileProblem("file/damaged", export.name) from None
        if (file.schema_arrow.metadata or {}).get(b"hotline.simulated") == b"true":
            raise FileProblem("file/simulated", export.name)
        yield Grid("", 0, _parquet_pieces(file), progress=lambda: stream.tell() / max(export.size, 1))


def _parquet_pieces(file: Any) -> Iterator[Piece]:
    """The names of the columns as the first row (number 0), then the rows, numbered from 1."""
    names = file.schema_arrow.names
    yield Piece(table([names]), np.array([0]))
    done = 0
    for batch in file.iter_batches(batch_size=PIECE):
        cells = pa.table({str(place): as_text(batch.column(place)) for place in range(batch.num_columns)})
        yield Piece(cells, np.arange(done + 1, done + batch.num_rows + 1))
        done += batch.num_rows


def as_text(cells: pa.Array) -> pa.Array:
    """Values of any type as text; what is nested has none, and is only marked as filled."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.cast(cells.type.value_type)
    if pa.types.is_timestamp(cells.type):
        if cells.type.tz:  # an instant: its time in Shanghai
            cells = pc.add(cells.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us")), pa.scalar(_SHANGHAI))
        return cells.cast(pa.timestamp("s"), safe=False).cast(pa.string())  # whole seconds, as the contract has it
    if pa.types.is_nested(cells.type) or pa.types.is_binary(cells.type) or pa.types.is_large_binary(cells.type):
        return pc.if_else(cells.is_valid(), pa.scalar("（嵌套）"), pa.scalar(None, pa.string()))
    return cells.cast(pa.string())
