"""附表.xlsx, read back with pandas' reader of the same month's CSV beside it."""

import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from support import MONTH

from hotline_lib import bulletin, open_month
from hotline_lib.deliver import workbook
from hotline_lib.deliver.workbook import write_workbook

SPACE = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture(scope="module")
def month(september):
    return open_month(MONTH, september)


@pytest.fixture(scope="module")
def book(month, tmp_path_factory):
    return write_workbook(month, tmp_path_factory.mktemp("book"))


def sheets(path) -> dict[str, list[list[object]]]:
    """Every sheet by its name, cell by cell: numbers as float, text as str."""
    with zipfile.ZipFile(path) as archive:
        texts = ["".join(item.itertext()) for item in ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))]
        names = [
            s.get("name") for s in ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind(".//x:sheet", SPACE)
        ]
        found = {}
        for number, name in enumerate(names, 1):
            root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
            assert not root.findall(".//x:f", SPACE), "no formulas"
            found[name] = [[_value(cell, texts) for cell in row] for row in root.iterfind(".//x:row", SPACE)]
    return found


def _value(cell, texts):
    value = cell.findtext("x:v", namespaces=SPACE)
    if value is None:
        return ""
    return texts[int(value)] if cell.get("t") == "s" else float(value)


def test_a_sheet_per_table_and_the_first_lists_them(book, month):
    names = list(sheets(book))
    printed, analysis = bulletin.files(month), bulletin.analysis(month)
    wanted = [*(table.name for table in printed.values()), "要点工单", *(table.name for table in analysis.values())]
    assert names == ["目录", *wanted] and len(analysis) >= 14
    assert [row[0] for row in sheets(book)["目录"] if row and row[0] in wanted] == wanted


def test_signs_tints_errata_and_sources_are_there(book, month):
    with zipfile.ZipFile(book) as archive:
        styles = archive.read("xl/styles.xml").decode()
        notes = "".join(archive.read(name).decode() for name in archive.namelist() if "comments" in name)
        first = sheets(book)["目录"]
    for shape in ("+0.00;&quot;−&quot;0.00;0.00", "@&quot;①&quot;", "&quot;● &quot;0.00", "&quot;▲ &quot;+0.00"):
        assert f'formatCode="{shape}' in styles, shape
    for colour in ("FBEDEA", "B3261E", "56606A"):
        assert f"FF{colour}" in styles, colour
    assert "2024年9月受理219751件" in notes
    told = [row[0] for row in first if row and row[0] in [words for _, words in workbook._KEY]]
    assert [words[0] for words in told] == ["▲", "灰", "●", "加", "失", "①", "右"]
    assert any("①同比：印刷本+7.04%，应为+31.47%（勘误）。" in row for row in sheets(book)["附件3 业务量区域分布"])


def test_the_key_tells_of_no_sign_that_is_not_there(month, tmp_path):
    bare = replace(month, errata=None, spot_checks=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook.bulletin, "analysis", lambda m, top: {})
        patch.setattr(
            workbook.bulletin, "files", lambda m, top: {"units": bulletin.units(bare).table.without("同比", "占比")}
        )
        first = sheets(write_workbook(bare, tmp_path))["目录"]
    said = "".join(str(row[0]) for row in first if row)
    assert "右上角有红点的数" in said
    assert not any(sign in said for sign in ("①", "●", "失分矩阵", "加粗"))


def test_annex_1_is_legible_on_paper(book, month):
    """Landscape, the width of the sheet; letters of nine points are then no smaller than seven."""
    with zipfile.ZipFile(book) as archive:
        xml = archive.read("xl/worksheets/sheet7.xml").decode()
    assert 'orientation="landscape"' in xml and "fitToWidth" not in xml and "fitToHeight" not in xml  # which are 1 then
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', xml)
    widths = [float(width) for low, high, width in columns for at in range(int(low), int(high) + 1) if at <= 20]
    assert len(widths) == 20 and sum(widths) * 7 / 96 * 25.4 * 7 / 9 <= 297 - 20


def test_no_sheet_of_paper_holds_only_notes_or_a_few_rows(book, month):
    """A table a little longer than a sheet is printed a little smaller; none smaller than by a quarter for its height."""
    with zipfile.ZipFile(book) as archive:
        for number, name in enumerate(sheets(book), 1):
            xml = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            if name == "目录":
                continue
            lines = max(int(line) for line in re.findall(r'<row r="(\d+)"', xml))
            high = [float(of) for of in re.findall(r'<row r="\d+"[^>]* ht="([\d.]+)"', xml)]
            of = {
                at: float(wide)
                for low, up, wide in re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', xml)
                for at in range(int(low), int(up) + 1)
            }
            shown = len(sheets(book)[name][2]) if name not in ("附件1 考评指标", "附件2 抽检情况") else 20
            wide = sum(of[at] for at in range(1, shown + 1) if at in of) * 7 / 96 * 72
            pages = (sum(high) + 15 * (lines - len(high))) * min(1, 784 / wide) / 505
            sheets_of_paper = int((re.findall(r'fitToHeight="(\d+)"', xml) or [1])[0])
            assert sheets_of_paper >= pages / 1.3, (name, pages, sheets_of_paper)
            assert sheets_of_paper == 1 or pages > sheets_of_paper - 0.9, (name, pages, sheets_of_paper)


def test_notes_and_heads_stand_whole_on_paper(book, month):
    """What runs on beside the table is cut at the edge of what is printed; a head of more lines than its row shows is too."""
    with zipfile.ZipFile(book) as archive:
        for number, (name, rows) in enumerate(sheets(book).items(), 1):
            xml = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            if name == "目录":
                continue
            widths = {
                at: float(wide)
                for low, high, wide in re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', xml)
                for at in range(int(low), int(high) + 1)
            }
            high = {int(line): float(of) for line, of in re.findall(r'<row r="(\d+)"[^>]* ht="([\d.]+)"', xml)}
            merged = {int(line) for line in re.findall(r'<mergeCell ref="A(\d+):', xml)}
            numbers = [int(line) for line in re.findall(r'<row r="(\d+)"', xml)]
            last = numbers[-1]
            size = 9 if "附件1" in name else 11
            for at, head in enumerate(rows[2], 1):
                parts = [
                    sum(2 if ord(letter) > 255 else 1 for letter in part) * size / 11 for part in str(head).split("\n")
                ]
                assert high[3] >= 1.2 * size * sum(-(-wide // widths[at]) for wide in parts), (name, head)
                assert len(parts) < 2 or parts[-1] < widths[at], f"{name}：{head} 的计量单位分在两行"
            for line, row in zip(numbers, rows, strict=True):
                if line == 2 or (line > last - 4 and len([cell for cell in row if cell != ""]) == 1 and len(row) > 1):
                    wide = sum(2 if ord(letter) > 255 else 1 for letter in str(row[0]))
                    room = sum(widths[at] for at in range(1, len(rows[2]) + 1))
                    assert line in merged and high.get(line, 15) >= 13 * (wide // room), (name, row[0])


def test_a_zero_is_what_the_note_calls_it(book):
    """·为未失分, says the matrix."""
    with zipfile.ZipFile(book) as archive:
        assert 'formatCode="General;-General;&quot;·&quot;"' in archive.read("xl/styles.xml").decode()
    rows = sheets(book)["失分矩阵"]
    assert "·为未失分" in rows[1][0] and 0.0 in rows[3]


def test_numbers_are_numbers_and_agree_with_the_csv(book, month):
    rows = sheets(book)["附件3 业务量区域分布"]
    by_unit = {row[1]: row for row in rows if len(row) > 5}
    assert by_unit["沈阳"][2:8] == [2294.0, 5025.0, 229.0, 7548.0, 3.09, 1.93]
    assert by_unit["总计"][5] == 243909.0
    printed = bulletin.units(month).table.csv().splitlines()[2].split(",")
    assert [float(cell) for cell in printed[2:]] == by_unit[printed[1]][2:8]


def test_it_says_on_its_face_that_tickets_are_simulated(book):
    assert all(any("模拟工单" in str(cell) for cell in rows[1]) for rows in sheets(book).values())


def test_heads_are_frozen_and_named_in_chinese(book):
    with zipfile.ZipFile(book) as archive:
        for number in range(2, 9):
            xml = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert re.search(r'<pane [^>]*ySplit="3"[^>]*state="frozen"', xml)
    assert "投诉举报类平均办结时长\n分钟" in sheets(book)["附件1 考评指标"][2]


def test_the_same_month_gives_the_same_bytes(book, month, tmp_path):
    assert write_workbook(month, tmp_path).read_bytes() == book.read_bytes()
