"""What a cell may be, what it becomes, and how a wrong one is told."""

import re

import duckdb
import pandas as pd
import pytest
from exports import LABELS, rows, table, write_csv

from hotline_lib import masking
from hotline_lib.intake.check import _MACROS
from hotline_lib.intake.reader.headings import plain


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as con:
        for macro in [
            *_MACROS,
        ]:
            con.execute(f"CREATE MACRO {macro}")
        yield lambda expression, value: con.execute(f"SELECT {expression}", [value]).fetchone()[0]


@pytest.mark.parametrize(
    "cell",
    [
        "2024-09-02 09:15:00", "2024-09-02T09:15:00", "2024-09-02 09:15:00.000", "2024-09-02 09:15:00.987654",
        "2024-9-2 9:15", "2024/9/2 9:15:00", "2024/09/02  09:15", "2024.9.2 9:15", " 2024-09-02 09:15 ", "\t2024-9-2\t9:15",
        "2024年9月2日 9:15", "2024年9月2日9时15分", "2024年09月02日 09时15分00秒", "2024年9月2日上午9:15", "2024-9-2 上午 9:15:00",
        "2024/9/2 9:15:00 AM", "2024-09-02T09:15:00+08:00", "２０２４－０９－０２　０９：１５：００", "2024年9月2日　9：15",
        "20240902091500", "20240902 091500", "20240902 09:15:00", "202409020915", "45537.385416666664", "45537.385416667",
    ],
)  # fmt: skip
def test_a_time_in_any_spelling(engine, cell):
    assert str(engine("moment(?)", cell)) == "2024-09-02 09:15:00"


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2024-9-1 12:15", "2024-09-01 12:15:00"),
        ("2024-9-11 2:15", "2024-09-11 02:15:00"),
        (" 2024-9-1 12:15", "2024-09-01 12:15:00"),
        ("2024/9/2", "2024-09-02 00:00:00"),
        ("45537", "2024-09-02 00:00:00"),
        ("45537.0", "2024-09-02 00:00:00"),
        ("45537.99999", "2024-09-02 23:59:59"),
        ("2024年9月2日 下午1:05", "2024-09-02 13:05:00"),
        ("2024-09-02 12:05 AM", "2024-09-02 00:05:00"),
        ("2024-09-02 12:05 PM", "2024-09-02 12:05:00"),
        ("2024年9月2日9时", "2024-09-02 09:00:00"),
    ],
)
def test_times_that_could_be_misread(engine, cell, time):
    assert str(engine("moment(?)", cell)) == time


@pytest.mark.parametrize(
    "cell",
    [
        "2024-13-02 09:15", "2024-02-30", "2024-9-112:15", "2024-9-2 9:1", "2024-09-02 09:15:3", "9/2/2024", "24-9-2", "昨天",
        "09:15", "2024-09-02 25:00", "2024-09-02 09:15:00Z", "infinity", "epoch", "now", "5", "123456", "2024-09", "2024",
    ],
)  # fmt: skip
def test_no_time_is_guessed(engine, cell):
    assert engine("moment(?)", cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "ＪＴ２１ ａ（Ｂ）",
        "是 ",
        "\ufeffYES",
        "其他（已停用）",
        "5.0",
        "ＥＴＣ\u3000",
        "Ａ'Ｂ",
        '="是"',
        "'2024",
        "“是”",
        "沈\u200e阳",
        "\u202a沈阳\u202c",
        "沈\u00ad阳",
    ],
)
def test_python_and_the_engine_compare_alike(engine, cell):
    assert engine("plain(?)", cell) == plain(cell)


YES_NO = {
    True: ["是", "Y", "yes", "1", "true", "√", "有", "１", "1.0", "TRUE", "是\u3000"],
    False: ["否", "N", "no", "0", "false", "×", "没有", "０", "0.0", "FALSE"],
}
RATINGS = {
    5: ["非常满意", "五星", "5", "５", "5.0", "5星"], 4: ["满意", "4"], 3: ["基本满意", "一般", "3"], 2: ["不满意", "2分"],
    1: ["非常不满意", "一星", "1"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "spellings"),
    [
        ("called_back", YES_NO),
        ("answered_instantly", YES_NO),
        ("rating", RATINGS),
        ("unit", {"大连": ["大连", "大连市", "大连分中心", " 大 连 "], "省交投": ["省交投集团96199"]}),
        ("business_type", {"投诉举报": ["投诉", "举报"]}),
        ("failed_reviews", {0: ["0", "０", "0.0"], 12: ["12"]}),
        ("issue", {"巡游出租汽车": ["出租汽车"]}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_spelling_means_its_value(desk, column, spellings):
    pairs = [(value, word) for value, each in spellings.items() for word in each]
    desk.take(write_csv(desk.folder / "a.csv", table(rows(*({column: word} for _, word in pairs)))))
    assert desk.tickets()[column].tolist() == [value for value, _ in pairs]


def test_blanks_are_missing_where_they_may_be(desk):
    blank = ["", "-", "—", "无", "NULL", " ", "/"]
    desk.take(write_csv(desk.folder / "a.csv", table(rows(*({"rating": word, "sub_issue": word} for word in blank)))))
    assert desk.tickets()["rating"].isna().all() and desk.tickets()["sub_issue"].isna().all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"unit": "沈阳中心"}, "第 3 行「分平台」：「沈阳中心」不在 params/units.yaml 中。是指「沈阳」吗？.*- {name: unit, values: {沈阳: \\[\"沈阳中心\"\\]}}"),
        ({"business_type": "表扬"}, "「业务类型」：「表扬」不在 params/catalogue.yaml 中。.*{name: 表扬, role: inquiry}"),
        ({"domain": "水路运输"}, "「业务领域」：「水路运输」不在 params/catalogue.yaml 中。.*domains 下面加一行：    - {name: 水路运输}"),
        ({"issue": "网约车投诉"}, "「事项」：「网约车投诉」.*- {name: 网约车投诉, domain: 城市客运}"),
        ({"sub_issue": "拒载投诉"}, "「子事项」：「拒载投诉」不在 .*「巡游出租汽车」之下.*sub_issues: \\[{name: 拒载投诉}\\]"),
        ({"sub_issue": "到站不停"}, "「子事项」：「到站不停」不属于工单所写的事项「巡游出租汽车」。它属于「公共汽电车」"),
        ({"domain": "高速公路"}, "「事项」：「巡游出租汽车」不属于工单所写的业务领域「高速公路」。它属于「城市客运」"),
        ({"issue": ""}, "「子事项」：有子事项而没有事项"),
        ({"accepted_at": "2024-13-02 09:15"}, "「受理时间」：「2024-13-02 09:15」不是有效的日期时间。应写作 2024-09-02 09:15:00"),
        ({"accepted_at": "2024-06-30 09:15"}, "「受理时间」：2024-06-30 09:15:00 早于 2024-07 "),
        ({"accepted_at": "2024-10-01 00:00"}, "「受理时间」：2024-10-01 00:00:00 晚于月报的月份 2024-09"),
        ({"closed_at": ""}, "「办结时间」：未填写，却有报送时间"),
        ({"called_back": "待定"}, "「是否回访」：「待定」不是这一列的值。.*- {name: called_back, values: {blank: \\[\"待定\"\\]}}"),
        ({"rating": "6"}, "「满意度评价」：「6」不是这一列的值"),
        ({"failed_reviews": "1.5"}, "「复核未通过次数」：「1.5」不是整数"),
        ({"ticket_id": "JT21010020240901000000012"}, "「工单编号」：「JT21010020240901000000012」不是工单编号"),
        ({"unit": ""}, "「分平台」：未填写"),
        ({"called_back": "13912345678"}, f"「是否回访」：「{masking.HIDDEN}」不是这一列的值。内容不像这一列的值，可能涉及个人"),
        ({"classified_correctly": "#N/A"}, "「分类正确」：公式错误（如 #N/A、#DIV/0!）"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_with_row_value_rule_and_remedy(desk, change, says):
    message = desk.refused(write_csv(desk.folder / "a.csv", table(rows({}, change))))
    assert re.search(says, message), message
    assert "第 3 行" in message
    assert f"改好后重新运行：hotline intake {desk.folder / 'a.csv'} --month 2024-09" in message


def test_all_problems_are_told_at_once_and_equal_ones_together(desk):
    changes = [{"unit": "北方"}] * 3 + [
        {"rating": "6"},
        {"accepted_at": "昨天"},
        {"unit": "北方", "domain": "水路运输"},
    ]
    message = desk.refused(write_csv(desk.folder / "a.csv", table(rows(*changes))))
    assert message.startswith("a.csv 中有 7 处问题，本次没有导入任何工单：")
    assert re.search(
        "第 2 行「分平台」：「.+」不在 params/units.yaml 中.*（同类共 4 行，又如第 3 行「分平台」）", message
    )
    problems = desk.problems()
    assert problems["行"].tolist() == [2, 3, 4, 5, 6, 7, 7]
    assert (problems["文件"] == "a.csv").all()


def test_one_line_a_rule_and_column_with_the_count_and_two_examples_and_all_are_kept(desk):
    changes = [{"failed_reviews": f"{n}.5"} for n in range(30)] + [{"rating": "6"}]
    message = desk.refused(write_csv(desk.folder / "a.csv", table(rows(*changes))))
    (line,) = [line for line in message.splitlines() if "不是整数" in line]
    assert "第 2 行「复核未通过次数」：「0.5」" in line
    assert "（同类共 30 行，又如第 3 行「复核未通过次数」：「1.5」不是整数）" in line
    assert "「满意度评价」：「6」" in message
    assert len(desk.problems()) == 31


def test_good_rows_can_be_taken_and_the_others_mended_and_taken_again(desk):
    cells = table(rows({}, {"unit": "沈阳中心", "accepted_at": "2024-09-01 08:00:07"}, {"called_back": "13912345678"}))
    done = desk.take(write_csv(desk.folder / "a.csv", cells), accept_good=True)
    assert done.rows == {"a.csv": {"header": 1, "new": 1, "refused": 2}}
    refused = done.folder / "refused.csv"
    text = refused.read_text(encoding="utf-8-sig")
    assert "2024-09-01T08:00:07" in text and "沈阳中心" in text and "13912345678" not in text
    mended = pd.read_csv(refused, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert list(mended.columns) == ["文件", "工作表", "行", "原因", *LABELS.values()]
    mended = mended.replace({"沈阳中心": "沈阳", masking.HIDDEN: "是"})
    mended.to_csv(refused, index=False, encoding="utf-8-sig")
    assert list(desk.take(refused).rows.values()) == [{"header": 1, "new": 2}]
    whole = desk.tickets()
    assert whole["accepted_at"].dt.second.tolist() == [0, 0, 7]


def test_one_ticket_twice_in_one_file_must_be_the_same(desk):
    same = rows({}, {})
    assert desk.take(write_csv(desk.folder / "a.csv", table([*same, same[0]]))).rows == {
        "a.csv": {"header": 1, "new": 2, "unchanged": 1}
    }
    message = desk.refused(write_csv(desk.folder / "b.csv", table([*same, {**same[0], "rating": "1"}])))
    assert "出现多次而内容不同" in message
    assert len(desk.problems()) == 2
