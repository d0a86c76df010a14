"""What a file is, whatever its name says: web pages, XML, other programs' files, zips with nothing or too much in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from cases import THREE, Made
from exports import rows, table, write_csv, write_xlsx
from forms import lock, write_html, write_mhtml, write_ods, write_spreadsheetml, write_zip

_SHENYANG = rows({}, {})
_DALIAN = [
    row | {"ticket_id": row["ticket_id"].replace("JT2101", "JT2102"), "unit": "大连"}
    for row in rows({}, {"rating": ""})
]


def html_called_xls(folder: Path) -> Made:
    return Made([write_html(folder / "a.xls", table(THREE))], THREE)


def html_in_utf_16(folder: Path) -> Made:
    return Made([write_html(folder / "a.xls", table(THREE), encoding="utf-16", charset="")], THREE)


def html_with_two_tables(folder: Path) -> Made:
    """A table that only lays out the page, with the tickets' table inside it, and cells over several columns."""
    file = write_html(folder / "a.xls", table(THREE))
    page = file.read_bytes().decode("gb2312")
    title = "<table><tr><td colspan=18>12328&nbsp;工单明细</td></tr><tr><td>"
    page = page.replace("<body>", f"<body>{title}").replace("</body>", "</td></tr></table></body>")
    file.write_bytes(page.replace("<td style='mso-number-format:\"\\@\"'></td>", "<td>&nbsp;</td>").encode("gb2312"))
    return Made([file], THREE)


def spreadsheetml(folder: Path) -> Made:
    return Made([write_spreadsheetml(folder / "a.xls", table(THREE))], THREE)


def spreadsheetml_that_leaves_out(folder: Path) -> Made:
    """Blank cells are left out, the next one says where it stands; times have a type of their own."""
    file = write_spreadsheetml(folder / "a.xls", table(THREE))
    text = file.read_text(encoding="utf-8").replace('ss:Type="String">2024-09-0', 'ss:Type="DateTime">2024-09-0')
    for day in ("01 08:00:00", "01 08:05:00", "06 08:00:00", "02 08:00:00", "02 09:00:00"):
        text = text.replace(f"2024-09-{day}", f"2024-09-{day.replace(' ', 'T')}.000")
    blank, given = '<Cell><Data ss:Type="String"></Data></Cell>', '<Cell><Data ss:Type="String">是'
    left_out = given.replace("<Cell>", '<Cell ss:Index="15">')  # the last one of each row: 一次办结
    text = "</Row>".join(left_out.join(row.rsplit(blank + given, 1)) for row in text.split("</Row>"))
    file.write_text(text.replace(blank, "<Cell/>"), encoding="utf-8")
    return Made([file], THREE)


def mhtml(folder: Path) -> Made:
    return Made([write_mhtml(folder / "a.xls", table(THREE))], THREE)


def open_document(folder: Path) -> Made:
    return Made([write_ods(folder / "9月工单.ods", table(THREE))], THREE)


def open_document_without_table(folder: Path) -> Made:
    return Made([write_ods(folder / "9月工单.ods", [])], THREE)


def _named(name: str, content: Callable[[Path], bytes]) -> Callable[[Path], Made]:
    def make(folder: Path) -> Made:
        (folder / name).write_bytes(content(folder))
        return Made([folder / name], THREE)

    return make


def _word(folder: Path) -> bytes:
    members = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
    return write_zip(folder / "inner.zip", members).read_bytes()


word = _named("9月工单.docx", _word)
pdf = _named("9月工单.pdf", lambda _: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n")
rar = _named("9月工单.rar", lambda _: b"Rar!\x1a\x07\x01\0" + bytes(60))
seven_zip = _named("9月工单.7z", lambda _: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(58))
records = _named("9月工单.json", lambda _: json.dumps(rows({}), ensure_ascii=False).encode())


def zip_without_tables(folder: Path) -> Made:
    return Made([write_zip(folder / "9月.zip", {"9月/说明.docx": b"x", "9月/图片.png": b"\x89PNG"})], THREE)


def zip_with_a_table_and_none(folder: Path) -> Made:
    """One member gives tickets, another that should gives none."""
    good = write_csv(folder / "good.csv", table(THREE)).read_bytes()
    empty = write_xlsx(folder / "empty.xlsx", table([])).read_bytes()
    return Made([write_zip(folder / "9月.zip", {"沈阳.csv": good, "大连.xlsx": empty})], THREE)


def lock_file_beside(folder: Path) -> Made:
    """沈阳*.xlsx also matches what Excel leaves beside a workbook that is open."""
    book = write_xlsx(folder / "沈阳.xlsx", table(THREE))
    user = "虚构"
    (folder / "~$沈阳.xlsx").write_bytes(
        bytes([len(user)]) + user.encode("gb18030").ljust(54) + user.encode("utf-16-le")
    )
    return Made([folder / "~$沈阳.xlsx", book], THREE)


def one_name_in_two_folders(folder: Path) -> Made:
    members = {}
    for unit, of in (("沈阳", _SHENYANG), ("大连", _DALIAN)):
        members[f"{unit}/导出.csv"] = write_csv(folder / "x.csv", table(of), encoding="utf-8-sig").read_bytes()
    return Made([write_zip(folder / "同名.zip", members)], [*_SHENYANG, *_DALIAN])


def two_versions_in_two_folders(folder: Path) -> Made:
    """Exported on the 1st and on the 30th: the later one stands."""
    members = {}
    for day, rating in (("0901", "不满意"), ("0930", "非常满意")):
        cells = table([row | {"rating": rating} for row in _SHENYANG])
        members[f"{day}/导出.csv"] = write_csv(folder / "x.csv", cells, encoding="utf-8-sig").read_bytes()
    return Made([write_zip(folder / "两版.zip", members)], _SHENYANG)


def one_name_one_wrong(folder: Path) -> Made:
    """Of two members of one name, one has a wrong rating in row 3."""

    def save(cells: list[list[str]]) -> Path:
        members = {
            f"{unit}/导出.csv": write_csv(folder / "x.csv", each, encoding="utf-8-sig").read_bytes()
            for unit, each in (("沈阳", table(_SHENYANG)), ("大连", cells))
        }
        return write_zip(folder / "同名.zip", members)

    spoilt = table([_DALIAN[0], _DALIAN[1] | {"rating": "6"}])
    return Made([save(spoilt)], [*_SHENYANG, *_DALIAN], spoilt, table(_DALIAN), save)


def zip_with_a_password(folder: Path) -> Made:
    content = write_csv(folder / "x.csv", table(THREE)).read_bytes()
    return Made([lock(write_zip(folder / "加密.zip", {"沈阳.csv": content}), b"12328")], THREE)
