"""Web pages and XML that systems call .xls: HTML tables, MHTML, and Excel's XML of 2003."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator

from hotline_lib.intake.reader.files import Export
from hotline_lib.intake.reader.grid import ERROR_CELL, NO_VALUE_CELL, FileProblem, Grid, is_id, pieces, table

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_X = "{urn:schemas-microsoft-com:office:excel}"
_IN_MARKUP = re.compile(r">[\s\u3000]*['\"=]*[JjＪｊ]\s*[TtＴｔ][\s\-]*[0-9０-９]{12}")
_MOST_ACROSS = 16_384


def read_html(export: Export) -> Iterator[Grid]:
    """The tables of a web page. Raises FileProblem."""
    with export.open() as stream:
        yield from _tables(export, _decoded(stream.read(), export.encoding))


def read_mhtml(export: Export) -> Iterator[Grid]:
    """The tables of the pages in a web archive. Raises FileProblem."""
    with export.open() as stream:
        message = email.message_from_bytes(stream.read(), policy=email.policy.default)
    pages = [part for part in message.walk() if part.get_content_type() == "text/html"]
    for page in pages:
        content = page.get_payload(decode=True)
        yield from _tables(
            export, _decoded(content if isinstance(content, bytes) else b"", page.get_content_charset(""))
        )


def read_xml(export: Export) -> Iterator[Grid]:
    """The worksheets of a workbook in Excel's XML of 2003. Raises FileProblem."""
    from lxml import etree

    with export.open() as stream:
        content = stream.read()
    if b"<!DOCTYPE" in content[: 1 << 16].replace(b"\0", b"").upper():
        raise FileProblem("file/entities", export.name)
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        raise FileProblem("file/damaged", export.name) from None
    text = content.decode("utf-8", "replace")
    came_out = 0
    sheets = list(root.iter(f"{_SS}Worksheet"))
    for number, sheet in enumerate(sheets):
        hidden_rows = 0
        rows: list[list[str | None]] = []
        for row in sheet.iter(f"{_SS}Row"):
            at = _counted(row, "Index", len(rows) + 1)
            rows += [[]] * min(max(at - 1 - len(rows), 0), 1_048_576)
            rows.append(_xml_cells(row))
            hidden_rows += row.get(f"{_SS}Hidden") == "1"
        came_out += sum(map(is_id, (cell for row in rows for cell in row)))
        state = sheet.find(f"{_X}WorksheetOptions/{_X}Visible")
        hidden = state is not None and (state.text or "").strip() in ("SheetHidden", "SheetVeryHidden")
        yield Grid(
            sheet.get(f"{_SS}Name") or "", number, pieces(table(rows)), hidden, hidden_rows, several=len(sheets) > 1
        )
    _refuse_lost(export.name, text, came_out)


def _xml_cells(row) -> list[str | None]:
    cells: list[str | None] = []
    for cell in row.iter(f"{_SS}Cell"):
        at = _counted(cell, "Index", len(cells) + 1)
        cells += [None] * min(max(at - 1 - len(cells), 0), _MOST_ACROSS)
        data = cell.find(f"{_SS}Data")
        text = "".join(data.itertext()) if data is not None else None
        if data is not None and data.get(f"{_SS}Type") == "Error":
            text = ERROR_CELL
        elif not text and cell.get(f"{_SS}Formula"):
            text = NO_VALUE_CELL
        cells.append(text)
        cells += [None] * min(_counted(cell, "MergeAcross", 0), _MOST_ACROSS)
    return cells


def _counted(element, name: str, default: int) -> int:
    value = element.get(f"{_SS}{name}", "")
    return int(value) if re.fullmatch(r"\d{1,7}", value) else default


def _tables(export: Export, text: str) -> Iterator[Grid]:
    import lxml.html

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\0", "")
    try:
        page = lxml.html.fromstring(text)
    except (ValueError, lxml.etree.ParserError):
        raise FileProblem("file/damaged", export.name) from None
    came_out = 0
    tables = [each for each in page.iter("table") if each.find(".//table") is None]
    for number, each in enumerate(tables):
        rows = [_html_cells(row) for row in each.iter("tr")]
        came_out += sum(map(is_id, (cell for row in rows for cell in row)))
        yield Grid(f"表{number + 1}", number, pieces(table(rows)), several=len(tables) > 1)
    _refuse_lost(export.name, text, came_out)


def _html_cells(row) -> list[str | None]:
    cells: list[str | None] = []
    for cell in row:
        if cell.tag in ("td", "th"):
            for line in cell.iter("br"):
                line.tail = "\n" + (line.tail or "")
            cells.append(cell.text_content().replace("\xa0", " ").strip() or None)
            across = cell.get("colspan", "")
            cells += [None] * (min(int(across), _MOST_ACROSS) - 1 if re.fullmatch(r"[1-9]\d{0,4}", across) else 0)
    return cells


def _refuse_lost(file: str, text: str, came_out: int) -> None:
    if len(_IN_MARKUP.findall(text)) > came_out:
        raise FileProblem("file/rows", file)


def _decoded(content: bytes, encoding: str) -> str:
    """A page's text: by its byte order mark, by what it says of itself, else UTF-8 or GB18030, whichever fits."""
    said = re.search(rb"""charset\s*=\s*["']?\s*([\w-]+)""", content[:4096], re.I)
    names = [encoding, "utf-8", said[1].decode("ascii", "replace").lower() if said else "", "gb18030"]
    names = ["gb18030" if name in ("gb2312", "gbk", "cp936", "gb_2312-80") else name for name in names if name]
    for name in names:
        try:
            return content.decode(name).lstrip("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("gb18030", "replace")
