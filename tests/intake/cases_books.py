"""Workbooks as they come: sheets beside the tickets, headers in two rows, formulas nobody worked out, odd XML."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from cases import THREE, Made, Row
from exports import LABELS, rows, table, write_xlsx
from forms import Book, error, formula, write_ods, write_xls, write_zip

_DALIAN = rows({}, {}, {}, {})
OF_TWO = [
    *_DALIAN[:2],
    *(row | {"ticket_id": row["ticket_id"].replace("JT2101", "JT2102"), "unit": "大连"} for row in _DALIAN[2:]),
]
VOIDED = [row | {"ticket_id": row["ticket_id"].replace("20240901", "20240902")} for row in _DALIAN[:2]]
PEOPLE = ("制表人：邹虚构", "审核人：欧阳虚构", "联系电话：８８０１２３４５")  # invented


def _book(folder: Path, cells: Sequence[Sequence[object]], **odd: object) -> Path:
    return Book({"工单": cells}, **odd).save(folder / "a.xlsx")


def dimension_in_row_0(folder: Path) -> Made:
    return Made([_book(folder, table(THREE), dimension="A0:R4")], THREE)


def dimension_too_small(folder: Path) -> Made:
    return Made([_book(folder, table(THREE), dimension="A1:B2")], THREE)


def dimension_of_a_whole_sheet(folder: Path) -> Made:
    return Made([_book(folder, table(THREE), dimension="A1:XFD1048576")], THREE)


def serials_since_1904(folder: Path) -> Made:
    """A Mac's workbook: times are days since 1904, as plain numbers without a format."""

    def serial(cell: str) -> float:
        return (dt.datetime.fromisoformat(cell) - dt.datetime(1904, 1, 1)) / dt.timedelta(days=1)

    times = [label.endswith("_at") for label in LABELS]
    cells = table(THREE)
    body = [[serial(c) if t and c else c for t, c in zip(times, row, strict=True)] for row in cells[1:]]
    return Made([_book(folder, [cells[0], *body], date1904=True)], THREE)


def lower_case_contents(folder: Path) -> Made:
    return Made([_book(folder, table(THREE), contents="[content_types].xml")], THREE)


def lower_case_contents_without_tickets(folder: Path) -> Made:
    return Made([_book(folder, [["说明"], ["（虚构）"]], contents="[content_types].xml")], THREE)


def without_places(folder: Path) -> Made:
    """Rows and cells that do not say where they are, texts that stand in the cells: all of it is allowed."""
    return Made([_book(folder, table(THREE), places=False, strings="inline")], THREE)


def stray_cell_in_the_corner(folder: Path) -> Made:
    """3 KB of workbook with one letter in the last cell of all, XFD1048576."""
    stray = '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData>'
    book = Book({"工单": table(THREE)}, edit=lambda name, text: text.replace("</sheetData>", stray))
    return Made([book.save(folder / "a.xlsx")], THREE)


def four_thousand_million_strings(folder: Path) -> Made:
    """A table of strings that says of itself what no memory holds."""

    def boast(name: str, text: str) -> str:
        return re.sub(r'uniqueCount="\d+"', 'uniqueCount="4000000000"', text)

    return Made([Book({"工单": table(THREE)}, edit=boast).save(folder / "a.xlsx")], THREE)


def names_with_backslashes(folder: Path) -> Made:
    """Members named as Windows names files, and the letter in the last cell of all: such a book is looked at too."""
    made = stray_cell_in_the_corner(folder)
    with zipfile.ZipFile(made.files[0]) as archive:
        members = {each.replace("xl/", "xl\\"): archive.read(each) for each in archive.namelist()}
    return Made([write_zip(made.files[0], members)], THREE)


def ticket_above_a_header_with_an_empty_name(folder: Path) -> Made:
    """A header's cell that holds a line end only must not make the row above a part of the header."""
    cells = [[*row, "说明"] for row in table(THREE)]
    spoilt = [cells[1], [*cells[0][:-1], "\n"], *cells[2:]]

    def save(rows: Sequence[Sequence[str]]) -> Path:
        return _book(folder, [list(row) for row in rows], strings="inline")

    return Made([save(spoilt)], THREE, spoilt, cells, save)


def open_document_without_types(folder: Path) -> Made:
    """Cells that show a text and do not say of what type it is, or say it of none that there is."""
    file = write_ods(folder / "a.ods", table(THREE))
    with zipfile.ZipFile(file) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    text = members["content.xml"].decode()
    kind = ' office:value-type="string"'
    gone = re.sub(rf"{kind}((?: [^>]*)?><text:p>2024-09-02)", r"\1", text, count=1)
    wrong = re.sub(rf"{kind}((?: [^>]*)?><text:p>非常满意)", r' office:value-type="1"\1', gone, count=1)
    assert len({text, gone, wrong}) == 3
    return Made([write_zip(file, members | {"content.xml": wrong.encode()})], THREE)


def old_workbook_cut_off(folder: Path) -> Made:
    """An .xls of which the last part is missing, as after a broken download."""
    file = write_xls(folder / "a.xls", table(rows(*[{}] * 40)))
    file.write_bytes(file.read_bytes()[:-4_000])
    return Made([file], THREE)


def rows_without_end(folder: Path) -> Made:
    """One blank row repeated to the sheet's end, as LibreOffice writes what somebody has coloured."""
    file = write_ods(folder / "a.ods", table(THREE))
    with zipfile.ZipFile(file) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    blank = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/>'
    text = members["content.xml"].decode().replace("</table:table>", f"{blank}</table:table-row></table:table>")
    return Made([write_zip(file, members | {"content.xml": text.encode()})], THREE)


def filtered_rows(folder: Path) -> Made:
    return Made([_book(folder, table(THREE), hidden_rows={"工单": {3}})], THREE)


def hidden_backup(folder: Path) -> Made:
    """A hidden sheet with an earlier version of the same tickets."""
    older = [THREE[0] | {"rating": "不满意"}, *THREE[1:]]
    book = Book({"工单": table(THREE), "备份": table(older)}, states={"备份": "hidden"})
    return Made([book.save(folder / "a.xlsx")], THREE)


def hidden_voided(folder: Path) -> Made:
    """A sheet hidden so that Excel's own menu does not show it, with tickets that were voided."""
    book = Book({"工单": table(THREE), "已作废": table(VOIDED)}, states={"已作废": "veryHidden"})
    return Made([book.save(folder / "a.xlsx")], THREE)


def hidden_voided_asked_for(folder: Path) -> Made:
    return Made(hidden_voided(folder).files, VOIDED)


def one_sheet_of_two(folder: Path) -> Made:
    """Two visible sheets of tickets, of which one is wanted."""
    book = Book({"九月": table(THREE), "更正前": table([THREE[0] | {"rating": "不满意"}])})
    return Made([book.save(folder / "a.xlsx")], THREE)


def _formulas(folder: Path, called_back: str | None, rating: str | None) -> Path:
    cells: list[list[object]] = [list(row) for row in table(THREE)]
    for number, row in enumerate(cells[1:], 2):
        row[11] = formula('IF(1,"是","否")', called_back)
        row[12] = formula(f"VLOOKUP(A{number},评价!A:B,2,0)", rating)
    return Book({"工单": cells, "评价": [["编号", "评价"]]}).save(folder / "a.xlsx")


def formulas_without_values(folder: Path) -> Made:
    """Written by a program that leaves the working out to Excel; the columns may be blank."""
    return Made([_formulas(folder, None, None)], [row | {"rating": "非常满意"} for row in THREE])


def worked_out(made: Made) -> Path:
    """The same workbook once Excel has opened and saved it."""
    return _formulas(made.files[0].parent, "是", "非常满意")


def error_cells(folder: Path) -> Made:
    def save(cells: Sequence[Sequence[object]]) -> Path:
        return _book(folder, [[], [], *cells])

    cells: list[list[object]] = [list(row) for row in table(THREE)]
    cells[1][12], cells[3][1] = error("#N/A"), error("#REF!")
    blank: list[list[object]] = [[], []]
    return Made([save(cells)], THREE, [*blank, *cells], [*blank, *table(THREE)], lambda c: save(c[2:]))


def grouped_header(folder: Path) -> Made:
    """受理, 转办 … above 时间, 期限: two rows of which only both together name a column."""
    names = list(LABELS.values())
    groups, below = [""] * len(names), list(names)
    for label in ("受理时间", "转办时间", "办结期限", "办结时间", "报送时间"):
        groups[names.index(label)], below[names.index(label)] = label[:2], label[2:]
    groups[names.index("办结期限")] = "办理"
    below[names.index("办结期限")] = "期限"
    return Made([_book(folder, [["2024年9月工单明细"], groups, below, *table(THREE)[1:]])], THREE)


def units_in_the_header(folder: Path) -> Made:
    names = {
        "分平台": "分平台名称", "受理时间": "受理时间（年月日时分秒）", "办结时间": "办结时间\n（北京时间）", "是否回访": "是否回访(是/否)",
        "满意度评价": "满意度评价(1-5星)", "复核未通过次数": "复核未通过次数/次",
    }  # fmt: skip
    cells = table(THREE)
    header = [*(names.get(name, name) for name in cells[0]), "办结时长（分钟）"]
    return Made([_book(folder, [header, *([*row, "1440"] for row in cells[1:])])], THREE)


def footers(folder: Path) -> Made:
    """What stands below the tickets: who made the list, when, how many."""
    below = [
        list(PEOPLE), ["导出时间：2024-10-08 09:00:00"], ["共 3 条记录，第 1 页/共 1 页"], ["备注：以上数据由系统自动生成"],
        ["本月合计", 3], ["填报单位（盖章）：沈阳市12328分中心"],
    ]  # fmt: skip
    return Made([_book(folder, [*table(THREE), *below])], THREE)


def page_titles(folder: Path) -> Made:
    """Printed page by page: title, header and page number again and again."""
    cells, title = table(THREE), ["12328热线工单明细表（2024年9月）"]
    pages = [title, *cells[:3], ["第 1 页 共 2 页"], title, cells[0], cells[3], ["第 2 页 共 2 页"]]
    return Made([_book(folder, pages)], THREE)


def summary_beside(folder: Path) -> Made:
    """A sheet with sums, whose columns are known names too."""
    counted = [["9月汇总"], ["分平台", "业务类型", "业务领域", "事项", "件数"]]
    counted += [
        ["沈阳", "投诉举报", "城市客运", "巡游出租汽车", 2],
        ["大连", "投诉举报", "城市客运", "巡游出租汽车", 1],
    ]
    return Made([Book({"明细": table(THREE), "汇总": counted}).save(folder / "a.xlsx")], THREE)


def _without(column: str, of: Sequence[Row]) -> list[list[str]]:
    return table(list(of), {name: label for name, label in LABELS.items() if name != column})


def sheet_per_city(folder: Path) -> Made:
    """No column says whose a ticket is: the sheet's name does."""
    book = Book({"沈阳": _without("unit", OF_TWO[:2]), "大连": _without("unit", OF_TWO[2:])})
    return Made([book.save(folder / "a.xlsx")], OF_TWO)


def no_unit_at_all(folder: Path) -> Made:
    """One city's own export, in which no column and no sheet names the city."""
    return Made([write_xlsx(folder / "a.xlsx", _without("unit", _DALIAN))], _DALIAN)


def stacked_in_another_order(folder: Path) -> Made:
    """Two exports pasted below one another; the second has columns of one kind the other way round."""
    labels = list(LABELS.values())
    swapped = {"转办时间": "办结期限", "办结期限": "转办时间", "是否回访": "一次办结", "一次办结": "是否回访"}
    order = [labels.index(swapped.get(label, label)) for label in labels]
    below = [row | {"resolved_first_time": "否"} for row in OF_TWO[2:]]
    second = [[row[place] for place in order] for row in table(below)]
    return Made([_book(folder, [*table(OF_TWO[:2]), [], *second])], [*OF_TWO[:2], *below])


def label_beside_alias(folder: Path) -> Made:
    """The label of a column, and beside it other columns that elsewhere are called that."""
    cells = table(THREE)
    more = ["2024-09-01 07:59:00", "2024-09-03 08:00:00", "沈阳市交通运输局"]
    header = [*cells[0], "创建时间", "归档时间", "承办单位"]
    return Made([_book(folder, [header, *([*row, *more] for row in cells[1:])])], THREE)


def header_only(folder: Path) -> Made:
    return Made([_book(folder, table([]))], THREE)


def sheets_named_like_people(folder: Path) -> Made:
    """沈阳 and 丹东 begin like surnames, and are units all the same; each has one wrong rating."""
    sheets = {"沈阳": [THREE[0]], "丹东": [THREE[1] | {"unit": "丹东"}], "马尾区": [THREE[2]]}
    truth = [row for of in sheets.values() for row in of]

    def save(rating: str) -> Path:
        book = Book({name: table([row | {"rating": rating} for row in of]) for name, of in sheets.items()})
        return book.save(folder / "a.xlsx")

    return Made([save("好")], [row | {"rating": "满意"} for row in truth], save=lambda _: save("满意"))
