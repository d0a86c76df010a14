"""Whatever the file is and wherever its header stands, the same tickets come out."""

import datetime as dt
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
import xlwt
from desk import Desk
from exports import LABELS, rows, table, write_csv, write_xlsx

TICKETS = table(rows({}, {"unit": "大连", "rating": ""}, {"closed_at": "", "submitted_at": ""}))


@pytest.fixture(scope="module")
def expected(project, tmp_path_factory):
    """What the plainest file gives."""
    folder = tmp_path_factory.mktemp("plain")
    desk = Desk(replace(project, data=folder / "data", output=folder / "output"), folder)
    desk.take(write_csv(folder / "plain.csv", TICKETS))
    assert len(desk.tickets()) == 3
    return desk.tickets()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_files(desk, expected, encoding, delimiter):
    desk.take(write_csv(desk.folder / "导出 (1).csv", TICKETS, encoding=encoding, delimiter=delimiter))
    pd.testing.assert_frame_equal(desk.tickets(), expected)


def test_a_text_file_with_titles_blank_lines_free_text_and_totals(desk, expected):
    cells = [["9月工单", ""], [], [*TICKETS[0], "诉求"], *([*row, '一，\n"二"'] for row in TICKETS[1:3])]
    cells += [[], [*TICKETS[3], ""], ["合计", "3"], TICKETS[0] + [""]]
    done = desk.take(write_csv(desk.folder / "a.csv", cells))
    assert done.rows == {"a.csv": {"title": 1, "blank": 2, "header": 2, "new": 3, "total": 1}}
    pd.testing.assert_frame_equal(desk.tickets(), expected)


def test_a_workbook_with_titles_merged_header_and_several_sheets(desk, expected):
    top = ["" if column.endswith("_at") else label for column, label in LABELS.items()]
    below = [label if column.endswith("_at") else "" for column, label in LABELS.items()]
    sheets = [["说明"], ["本表虚构"]], [["九月"], top, below, *TICKETS[1:3]], [TICKETS[0], TICKETS[3], ["", "合计"]]
    done = desk.take(write_xlsx(desk.folder / "a.xlsx", *sheets, names=("说明", "沈阳", "大连")))
    assert list(done.rows.values()) == [{"title": 1, "header": 2, "new": 2}, {"header": 1, "new": 1, "total": 1}]
    assert done.notes == ["a.xlsx「说明」没有表头，没有读取（2 行）"]
    pd.testing.assert_frame_equal(desk.tickets(), expected)


def test_an_old_workbook(desk, expected):
    book = xlwt.Workbook()
    sheet = book.add_sheet("工单")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    for r, row in enumerate(TICKETS):
        for c, cell in enumerate(row):
            if r and list(LABELS)[c].endswith("_at") and cell:
                sheet.write(r, c, dt.datetime.fromisoformat(cell), style)
            else:
                sheet.write(r, c, cell)
    book.save(str(desk.folder / "a.xls"))
    desk.take(desk.folder / "a.xls")
    pd.testing.assert_frame_equal(desk.tickets(), expected)


def test_parquet_with_zones_numbers_and_our_own_names(desk, expected):
    frame = expected.assign(accepted_at=expected["accepted_at"].dt.tz_localize("Asia/Shanghai"))
    frame["rating"] = frame["rating"].astype(float)
    frame.to_parquet(desk.folder / "a.parquet")
    desk.take(desk.folder / "a.parquet")
    pd.testing.assert_frame_equal(desk.tickets(), expected)


def test_a_zip_of_files_from_a_chinese_windows(desk, expected):
    one = write_csv(desk.folder / "沈阳.csv", TICKETS[:3], encoding="gb18030")
    two = write_xlsx(desk.folder / "大连.xlsx", [TICKETS[0], TICKETS[3]])
    with zipfile.ZipFile(desk.folder / "九月.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(two, "导出/大连.xlsx")
        archive.write(one, "../../沈阳.csv")
        archive.writestr("说明.pdf", b"%PDF")
    done = desk.take(desk.folder / "九月.zip")
    assert list(done.rows.values()) == [{"header": 1, "new": 1}, {"header": 1, "new": 2}]
    assert [place.rpartition("/")[2] for place in done.rows] == ["大连.xlsx", "沈阳.csv"]
    assert done.notes == ["九月.zip/说明.pdf 不是表格，没有读取"]
    pd.testing.assert_frame_equal(desk.tickets(), expected)
    assert not (desk.folder.parent / "沈阳.csv").exists()


def test_rows_are_numbered_as_excel_counts_them(desk):
    bad = table(rows({}, {"unit": "北方"}, {"unit": "东方"}))
    long = [*bad[1]]
    long[4] = "有,逗号"  # unquoted below
    text = "标题\n\n" + "\n".join(",".join(row) for row in [bad[0], long, bad[1], [], bad[2], bad[3]]) + "\n"
    (desk.folder / "a.csv").write_text(text, encoding="utf-8")
    message = desk.refused(desk.folder / "a.csv")
    assert "第 4 行：这一行的列数与表头不符" in message
    assert "第 7 行「分平台」" in message and "第 8 行「分平台」" in message
    desk.refused(write_xlsx(desk.folder / "b.xlsx", [["标题"], [], *bad[:2], [], *bad[2:]]))
    found = pd.concat(
        pd.read_csv(file, encoding="utf-8-sig") for file in (desk.paths.output / "intake").glob("*/problems.csv")
    )
    assert sorted(found.loc[found["文件"] == "b.xlsx", "行"]) == [6, 7]


def test_a_missing_column_names_the_one_that_is_like_it(desk):
    cells = [["办结时刻" if name == "办结时间" else name for name in TICKETS[0]], *TICKETS[1:]]
    message = desk.refused(write_csv(desk.folder / "a.csv", cells), accept_good=True)
    assert "「办结时间」：缺少这一列" in message
    assert (
        '若「办结时刻」就是它，在 params/columns.yaml 末尾加一行：- {name: closed_at, aliases: ["办结时刻"]}' in message
    )
    assert "只想先导入" not in message


def test_columns_that_are_not_ours_are_named_once_for_all_files_and_never_read(desk):
    files = []
    for number, row in enumerate(TICKETS[1:]):
        cells = [[*TICKETS[0], "来电人", "办结时刻"], [*row, "（虚构）", ""]]
        files.append(write_csv(desk.folder / f"{number}.csv", cells))
    done = desk.take(*files)
    assert done.notes == ["0.csv 等 3 个表没有读取这些列：来电人、办结时刻（最接近「办结时间」）"]


def test_columns_of_one_meaning_are_not_chosen_between(desk):
    names = ["归档时间" if name == "办结时间" else name for name in TICKETS[0]]
    cells = [[*names, "完成时间"], *([*row, ""] for row in TICKETS[1:])]
    assert "归档时间、完成时间" in desk.refused(write_csv(desk.folder / "a.csv", cells))


def test_a_sheet_of_tickets_without_a_header_is_a_problem(desk):
    message = desk.refused(write_xlsx(desk.folder / "a.xlsx", TICKETS, TICKETS[1:], names=("一", "二")))
    assert "「第 2 张表」 第 1 行：有工单编号而没有表头" in message
