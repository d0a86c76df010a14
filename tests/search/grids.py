"""The cells of workbooks, web tables and Parquet, read by hand: row by row, each with its number as a reader counts.

A cell is a text, a number, or None where it is for the reader to say what it means. What breaks raises something.
"""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from itertools import pairwise

Cells = list[object]
Table = Iterable[tuple[int, Cells]]


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def sheets(members: dict[str, bytes]) -> Iterator[Table]:
    """Each sheet that is not hidden."""
    shared = []
    if "xl/sharedStrings.xml" in members:
        for item in ET.fromstring(members["xl/sharedStrings.xml"]):
            shared.append("".join(each.text or "" for each in item.iter() if _local(each) == "t"))
    places = {each.get("Id"): each.get("Target", "") for each in ET.fromstring(members["xl/_rels/workbook.xml.rels"])}
    for sheet in ET.fromstring(members["xl/workbook.xml"]).iter():
        if _local(sheet) == "sheet" and sheet.get("state", "visible") == "visible":
            place = places[next(value for key, value in sheet.items() if key.endswith("}id"))]
            yield _rows(members["xl/" + place.removeprefix("/xl/")], shared)


def _rows(content: bytes, shared: list[str]) -> Table:
    last = 0
    for row in ET.fromstring(content).iter():
        if _local(row) != "row":
            continue
        last = int(row.get("r", last + 1))
        cells: Cells = []
        for cell in row:
            where = re.match(r"[A-Z]+", cell.get("r", ""))
            at = _place(where[0]) if where else len(cells)
            cells += [""] * (at - len(cells)) if at < 20_000 else []
            cells[at : at + 1] = [_cell(cell, shared)]
        yield last, cells


def _cell(cell: ET.Element, shared: list[str]) -> object:
    """A text or number; None where it is for the reader to say what the cell means."""
    kind, texts = cell.get("t", "n"), {_local(each): each.text or "" for each in cell.iter()}
    if kind == "inlineStr":
        return "".join(each.text or "" for each in cell.iter() if _local(each) == "t")
    if [_local(each) for each in cell].count("v") > 1:
        return None
    if "v" not in texts:
        return None if {"is", "f"} & set(texts) else ""
    return {"s": lambda v: shared[int(v)], "n": float, "str": str}.get(kind, lambda v: None)(texts["v"])


def _place(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def records(content: bytes) -> Table:
    """The first sheet's rows of a BIFF8 stream as xlwt writes it: in one piece, right after the first sector."""
    at, strings, rows = 512, [], {}
    while at + 4 <= len(content):
        kind, size = struct.unpack_from("<HH", content, at)
        body = content[at + 4 : at + 4 + size]
        at += 4 + size
        if kind == 0x00FC:
            while content[at : at + 2] == b"\x3c\x00":  # goes on in the next record
                more = struct.unpack_from("<H", content, at + 2)[0]
                body += content[at + 4 : at + 4 + more]
                raise ValueError  # a string may break off anywhere in it: not counted
            strings = list(_strings(body))
        elif kind == 0x00FD:
            row, column, _, place = struct.unpack_from("<HHHI", body)
            rows.setdefault(row, {})[column] = strings[place]
        elif kind == 0x0203:
            row, column, _, number = struct.unpack_from("<HHHd", body)
            rows.setdefault(row, {})[column] = number
    for row in sorted(rows):
        yield row + 1, [rows[row].get(column, "") for column in range(max(rows[row]) + 1)]


def _strings(body: bytes) -> Iterator[str]:
    at = 8
    for _ in range(struct.unpack_from("<I", body, 4)[0]):
        length, wide = struct.unpack_from("<HB", body, at)
        if wide & ~1:
            raise ValueError  # formatted text, which xlwt does not write
        size = length * 2 if wide else length
        yield body[at + 3 : at + 3 + size].decode("utf-16-le" if wide else "latin-1")
        at += 3 + size


def page(text: str) -> Table:
    """What stands between the beginnings of rows; cells as far as they close, else the text as one cell."""
    text = text.replace("\0", "")  # as every reader of web pages does
    starts = [each.start() for each in re.finditer(r"(?i)<tr\b", text)]
    for number, (start, end) in enumerate(pairwise([0, *starts, len(text)])):
        piece = text[start:end]
        cells = re.findall(r"(?is)<t[dh]\b[^>]*>(.*?)</t[dh]\s*>", piece)
        cells = [html.unescape(re.sub(r"<[^>]*>", "", cell)).replace("\xa0", " ").strip() for cell in cells]
        whole = html.unescape(re.sub(r"<[^>]*>", "|", piece))
        said = ["".join(c for c in text if c != "|" and not c.isspace()) for text in (whole, "".join(cells))]
        yield number, cells if said[0] == said[1] else [whole]


def spreadsheetml(text: str) -> Table:
    number = 0
    for row in ET.fromstring(text.encode()).iter():
        if _local(row) != "Row":
            continue
        number += 1
        cells: Cells = []
        for cell in row:
            index = next((int(value) for key, value in cell.items() if key.endswith("Index")), len(cells) + 1)
            if index < 20_000:
                cells += [""] * (index - 1 - len(cells))
            cells.append("".join(cell.itertext()) if len(cell) < 2 else None)
        yield number, cells


def open_document(content: bytes) -> Table:
    number = 0
    for row in ET.fromstring(content).iter():
        if _local(row) != "table-row":
            continue
        number += 1
        cells: Cells = []
        for cell in row:
            times = next((int(value) for key, value in cell.items() if key.endswith("columns-repeated")), 1)
            cells += ["".join(cell.itertext()) if len(cell) < 2 else None] * min(times, 20_000)
        yield number, cells


def frame(content: bytes) -> Table:
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    body = [(n, [_written(cell) for cell in row.values()]) for n, row in enumerate(table.to_pylist(), 2)]
    return [(1, list(table.column_names)), *body]


def _written(cell: object) -> object:
    """A typed cell as people write it."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return "" if cell is None else float(cell) if isinstance(cell, (int, float)) else str(cell)
