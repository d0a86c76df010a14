"""Files as other programs write them, by hand: workbooks down to their XML, web pages called .xls, zips with a password."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import xlwt

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True)
class Cell:
    """A cell as the XML has it: its type (t, "" for a number) and what stands between its tags."""

    type: str
    content: str


def formula(text: str, value: str | None = None) -> Cell:
    """A formula, and the text that it gave when Excel saved it; programs that only write leave that out."""
    return Cell("str", f"<f>{escape(text)}</f>" + ("" if value is None else f"<v>{escape(value)}</v>"))


def error(name: str) -> Cell:
    return Cell("e", f"<v>{escape(name)}</v>")


@dataclass
class Book:
    """A workbook written by hand. Each sheet: name -> rows of texts, numbers, None or Cells.

    strings: "shared", as Excel writes; "inline", as many libraries do. places: whether rows and cells say where they
    are (they need not). states: sheet -> hidden or veryHidden. hidden_rows: sheet -> rows, as Excel counts.
    dimension: what each sheet says of its size, if not the truth. edit: what is done to each member last.
    """

    sheets: dict[str, Sequence[Sequence[object]]]
    strings: str = "shared"
    places: bool = True
    states: dict[str, str] | None = None
    hidden_rows: dict[str, set[int]] | None = None
    dimension: str | None = None
    date1904: bool = False
    contents: str = "[Content_Types].xml"
    edit: Callable[[str, str], str] = lambda name, text: text

    def save(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in self.members().items():
                archive.writestr(name, self.edit(name, text))
        return path

    def members(self) -> dict[str, str]:
        shared: dict[str, int] = {}
        numbered = list(enumerate(self.sheets.items(), 1))
        made = {f"xl/worksheets/sheet{n}.xml": self._sheet(name, rows, shared) for n, (name, rows) in numbered}
        parts = {"workbook": f"{_TYPE}.sheet.main+xml", "sharedStrings": f"{_TYPE}.sharedStrings+xml"}
        overrides = "".join(
            f'<Override PartName="/xl/{p}.xml" ContentType="{t}"/>' for p, t in parts.items()
        ) + "".join(f'<Override PartName="/{name}" ContentType="{_TYPE}.worksheet+xml"/>' for name in made)
        defaults = (
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
        )
        states = self.states or {}
        listed = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}"'
            + (f' state="{states[name]}"' if name in states else "")
            + f' r:id="rId{n}"/>'
            for n, (name, _) in numbered
        )
        relations = "".join(
            f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n, _ in numbered
        )
        relations += f'<Relationship Id="rId99" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        strings = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in shared)
        epoch = ' date1904="1"' if self.date1904 else ""
        package = f'<Relationships xmlns="{_PACKAGE}/relationships">'
        return {
            self.contents: f'{_XML}<Types xmlns="{_PACKAGE}/content-types">{defaults}{overrides}</Types>',
            "_rels/.rels": f'{_XML}{package}<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
            f"<workbookPr{epoch}/><sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f"{_XML}{package}{relations}</Relationships>",
            **made,
            "xl/sharedStrings.xml": f'{_XML}<sst xmlns="{_MAIN}" uniqueCount="{len(shared)}">{strings}</sst>',
        }

    def _sheet(self, name: str, rows: Sequence[Sequence[object]], shared: dict[str, int]) -> str:
        width = max((len(row) for row in rows), default=1)
        hidden = (self.hidden_rows or {}).get(name, set())
        body = "".join(
            "<row" + (f' r="{r}"' if self.places else "") + (' hidden="1"' if r in hidden else "") + ">"
            + "".join(self._cell(r, c, cell, shared) for c, cell in enumerate(row)) + "</row>"
            for r, row in enumerate(rows, 1)
        )  # fmt: skip
        size = self.dimension or f"A1:{letters(width - 1)}{max(len(rows), 1)}"
        return f'{_XML}<worksheet xmlns="{_MAIN}"><dimension ref="{size}"/><sheetData>{body}</sheetData></worksheet>'

    def _cell(self, row: int, place: int, cell: object, shared: dict[str, int]) -> str:
        where = f' r="{letters(place)}{row}"' if self.places else ""
        if cell is None or cell == "":
            return "" if self.places else "<c/>"
        if isinstance(cell, Cell):
            return f"<c{where}" + (f' t="{cell.type}"' if cell.type else "") + f">{cell.content}</c>"
        if isinstance(cell, (int, float)):
            return f"<c{where}><v>{cell!r}</v></c>"
        if self.strings == "inline":
            return f'<c{where} t="inlineStr"><is><t xml:space="preserve">{escape(str(cell))}</t></is></c>'
        return f'<c{where} t="s"><v>{shared.setdefault(str(cell), len(shared))}</v></c>'


def letters(place: int) -> str:
    """A column's name: 0 is A, 26 is AA."""
    before = place // 26
    return (letters(before - 1) if before else "") + chr(ord("A") + place % 26)


def write_xls(path: Path, *sheets: Iterable[Sequence[object]], names: Sequence[str] = ()) -> Path:
    book = xlwt.Workbook()
    for number, cells in enumerate(sheets):
        sheet = book.add_sheet(names[number] if names else f"Sheet{number + 1}")
        for r, row in enumerate(cells):
            for c, cell in enumerate(row):
                if cell not in (None, ""):
                    sheet.write(r, c, cell)
    book.save(str(path))
    return path


def html_table(cells: Sequence[Sequence[str]], *, style: str = "") -> str:
    rows = ("".join(f"<td{style}>{escape(cell)}</td>" for cell in row) for row in cells)
    return "<table border=1>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def write_html(
    path: Path, cells: Sequence[Sequence[str]], *, encoding: str = "gb2312", charset: str | None = None
) -> Path:
    """A web page called .xls, as web systems export; charset: what its head says, if not the encoding's name."""
    style = """ style='mso-number-format:"\\@"'"""
    head = f"<head><meta charset={charset or encoding}></head>" if charset != "" else ""
    page = f'<html xmlns:x="urn:schemas-microsoft-com:office:excel">{head}<body>{html_table(cells, style=style)}</body></html>'
    path.write_bytes(page.encode(encoding))
    return path


def write_mhtml(path: Path, cells: Sequence[Sequence[str]]) -> Path:
    part = f'Content-Type: text/html; charset="utf-8"\r\n\r\n<html>{html_table(cells)}</html>'
    head = 'MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary="----=_Next_01"'
    path.write_text(f"{head}\r\n\r\n------=_Next_01\r\n{part}\r\n------=_Next_01--\r\n", encoding="utf-8", newline="")
    return path


def write_spreadsheetml(path: Path, cells: Sequence[Sequence[str]], *, name: str = "工单") -> Path:
    """Excel's XML of 2003, called .xls."""
    rows = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{escape(cell)}</Data></Cell>' for cell in row) + "</Row>"
        for row in cells
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    path.write_text(
        f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="{name}"><Table>{rows}</Table></Worksheet></Workbook>',
        encoding="utf-8",
    )
    return path


def write_ods(path: Path, cells: Sequence[Sequence[str]], *, name: str = "工单") -> Path:
    """LibreOffice's and WPS's own form; equal cells that follow one another stand once, with their number."""
    rows = "".join(
        "<table:table-row>" + "".join(_ods_cells(row)) + "</table:table-row>" for row in cells
    )  # fmt: skip
    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    content = (
        f'{_XML}<office:document-content{spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="{name}">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    space = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    manifest = (
        f'{_XML}<manifest:manifest {space}><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
        archive.writestr("META-INF/manifest.xml", manifest, zipfile.ZIP_DEFLATED)
    return path


def _ods_cells(row: Sequence[str]) -> Iterable[str]:
    place = 0
    while place < len(row):
        same = next((n for n in range(place, len(row)) if row[n] != row[place]), len(row)) - place
        repeated = f' table:number-columns-repeated="{same}"' if same > 1 else ""
        if row[place]:
            text = f"<text:p>{escape(row[place])}</text:p>"
            yield f'<table:table-cell office:value-type="string"{repeated}>{text}</table:table-cell>'
        else:
            yield f"<table:table-cell{repeated}/>"
        place += same


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def lock(path: Path, password: bytes) -> Path:
    """Puts the old password of zips on a file of one stored member (APPNOTE 6.1): each byte times a running key."""
    with zipfile.ZipFile(path) as archive:
        (member,) = archive.infolist()
        content = archive.read(member)
    one = zlib.crc32
    keys = [0x12345678, 0x23456789, 0x34567890]

    def feed(byte: int) -> None:
        keys[0] = ~one(bytes([byte]), ~keys[0] & 0xFFFFFFFF) & 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = ~one(bytes([keys[1] >> 24]), ~keys[2] & 0xFFFFFFFF) & 0xFFFFFFFF

    def locked(byte: int) -> int:
        near = (keys[2] | 2) & 0xFFFF
        hidden = byte ^ (((near * (near ^ 1)) >> 8) & 0xFF)
        feed(byte)
        return hidden

    for byte in password:
        feed(byte)
    sum_of = one(content)
    body = bytes(locked(byte) for byte in b"0123456789A" + bytes([sum_of >> 24]) + content)
    name = member.filename.encode("utf-8")
    facts = struct.pack("<HHHHHIIIHH", 20, 0x801, 0, 0, 33, sum_of, len(body), len(content), len(name), 0)
    first = b"PK\3\4" + facts + name + body
    index = b"PK\1\2" + struct.pack("<H", 20) + facts + bytes(14) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(index), len(first), 0)
    path.write_bytes(first + index + end)
    return path


def without(text: str, pattern: str) -> str:
    """``text`` without what matches; it must be there."""
    assert re.search(pattern, text), pattern
    return re.sub(pattern, "", text)
