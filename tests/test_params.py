"""Bad parameters: one message that names file, key, what was expected, and the nearest known name."""

import datetime as dt

import pytest

from hotline_lib.errors import HotlineError, ParamsError
from hotline_lib.params import Calendar, CalendarYear, load_params, month_before

MONTH = "2024-09"


def broken(paths, file: str, old: str, new: str, *, count: int = 1) -> str:
    path = paths.params / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")
    with pytest.raises(HotlineError) as caught:
        load_params(MONTH, paths.params)
    return str(caught.value)


def test_the_real_parameters_load(project):
    params = load_params(MONTH, project.params)
    assert len(params.units) == 15
    assert params.unit("沈阳市").name == "沈阳"
    assert params.catalogue.name_of("complaint") == "投诉举报"
    assert params.catalogue.printed_domains[-1] == "普通公路等领域"


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("units.yaml", "population:", "populaton:", ["units.yaml", "populaton", "population"]),
        ("units.yaml", 'code: "210200"', "code: 210200", ["units.yaml", "大连", "code", "应为文字"]),
        ("units.yaml", "kind: city", "kind: town", ["units.yaml", "kind", "town", "city"]),
        ("units.yaml", "name: 大连\n", "name: 沈阳\n", ["units.yaml", "沈阳", "只能留一处"]),
        ("organisation.yaml", "region:", "regoin:", ["organisation.yaml", "regoin", "region"]),
        ("months/2024-09.yaml", "offline_minutes:  ", "offline_minute:  ", ["offline_minute", "offline_minutes"]),
        ("months/2024-09.yaml", "  沈阳: 0\n", "  沈阳: -5\n", ["offline_minutes", "沈阳", "不能小于 0"]),
        ("months/2024-09.yaml", "  沈阳: 0\n", "  沈阳市区: 0\n", ["沈阳市区", "沈阳"]),
        ("months/2024-09.yaml", "month: 2024-09", "month: 2024-10", ["months/2024-09.yaml", "2024-10", "2024-09"]),
        ("months/2024-09.yaml", "  沈阳: 0\n", "  沈阳: 无\n", ["offline_minutes", "沈阳", "应为整数"]),
        ("months/2024-09.yaml", "  slow: []", "  slow: [沈阳]\n  done: false", ["test_calls", "没做拨测"]),
        ("months/2024-09.yaml", "reach_back_months: 2", "reach_back_months: [2", ["2024-09.yaml", "第"]),
        ("months/2024-09.yaml", "  大连: 0\n", "  沈阳: 0\n", ["沈阳", "写了两次"]),
        ("months/2024-09.yaml", "{numerator: 1,", "{numerator: 5,", ["data_conformity 省交投", "numerator（5）不能大于 denominator（1）"]),
        ("months/2024-09.yaml", "  沈阳: 0\n", "  沈阳: 99999\n", ["offline_minutes", "不能大于 44640"]),
        ("scoring.yaml", "full_marks: 100", "full_marks: 0", ["scoring.yaml", "full_marks", "应大于 0"]),
        ("scoring.yaml", "applies_from: 2019-01", "applies_from: 2019-13", ["scoring.yaml", "应写作 2024-09 的样子"]),
        ("calendar.yaml", "2024-02-10", "2025-02-10", ["calendar.yaml", "2024 的 holidays", "2025-02-10", "移到 2025 下"]),
        ("calendar.yaml", "workdays: [2024-02-04", "workdays: [2024-02-10", ["2024-02-10", "既在 holidays 又在 workdays"]),
        ("units.yaml", 'code: "210200"', 'code: "210100"', ["units.yaml", "沈阳", "大连", "区划代码", "210100"]),
        ("units.yaml", 'code: "210200"', 'code: "２１０２００"', ["units.yaml", "大连", "六位数字"]),
        ("units.yaml", "name: 大连\n", "name: ..\n", ["units.yaml", "不能作单位的名称"]),
        ("units.yaml", "name: 大连\n", "name: '沈阳.'\n", ["units.yaml", "分册文件夹", "沈阳"]),
        ("units.yaml", "long_name: 大连市", "long_name: 沈阳市", ["units.yaml", "沈阳市", "只能留一处"]),
        ("organisation.yaml", "small_numbers: 0", "small_numbers: -1", ["small_numbers", "不能小于 0"]),
        ("scoring.yaml", "{below:", "{belowe:", ["scoring.yaml", "complaint_mean_minutes", "belowe", "below"]),
        ("scoring.yaml", "applies_from: 2019-01", "applies_from: 2030-01", ["scoring.yaml", "2024-09", "applies_from"]),
        ("catalogue.yaml", "domain: 城市客运", "domain: 城市客运业", ["catalogue.yaml", "城市客运业", "城市客运"]),
        ("catalogue.yaml", "role: complaint", "role: complain", ["catalogue.yaml", "投诉举报", "complain"]),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_mend(own_params, file, old, new, says):
    message = broken(own_params, file, old, new)
    for words in says:
        assert words in message


def test_a_month_that_does_not_exist_names_those_that_do(project):
    with pytest.raises(ParamsError, match=r"请先运行 hotline new 2024-06，.*已有参数的月份：2024-09") as caught:
        load_params("2024-06", project.params)
    assert "是指" not in str(caught.value)


@pytest.mark.parametrize("month", ["2024-13", "202409", "2024/09", "九月", "0000-01", "２０２４-09"])
def test_what_is_no_month_is_refused(project, month):
    with pytest.raises(ParamsError, match="2024-09"):
        load_params(month, project.params)


def test_a_missing_file_is_named(own_params):
    (own_params.params / "calendar.yaml").unlink()
    with pytest.raises(ParamsError, match=r"calendar\.yaml"):
        load_params(MONTH, own_params.params)


def test_a_file_saved_by_an_older_notepad_says_the_same(own_params, project):
    path = own_params.params / "organisation.yaml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert load_params(MONTH, own_params.params).organisation == load_params(MONTH, project.params).organisation


def test_a_file_with_a_broken_character_is_named_with_its_row(own_params):
    path = own_params.params / "organisation.yaml"
    path.write_bytes(path.read_bytes().replace("辽".encode(), "辽".encode()[:2], 1))
    with pytest.raises(ParamsError, match=r"params/organisation\.yaml 第 2 行.*UTF-8"):
        load_params(MONTH, own_params.params)


@pytest.mark.parametrize(
    "file",
    [
        "units.yaml",
        "catalogue.yaml",
        "scoring.yaml",
        "columns.yaml",
        "calendar.yaml",
        "organisation.yaml",
        f"months/{MONTH}.yaml",
    ],
)
def test_what_was_read_once_is_read_again_where_a_file_says_something_else(own_params, file):
    before = load_params(MONTH, own_params.params)
    assert load_params(MONTH, own_params.params) is before  # of a month among many the same is asked often
    path = own_params.params / file
    content = path.read_bytes()
    path.write_bytes(content + "\n没有冒号的一行\n".encode())
    with pytest.raises(HotlineError, match=file.partition("/")[2] or file):
        load_params(MONTH, own_params.params)
    path.unlink()
    with pytest.raises(HotlineError, match=file.partition("/")[2] or file):
        load_params(MONTH, own_params.params)
    path.write_bytes(content)
    assert load_params(MONTH, own_params.params) == before


def test_months_are_counted_over_years():
    assert month_before("2024-01") == "2023-12"
    assert month_before("2024-09", 12) == "2023-09"
    assert month_before("2024-12", -1) == "2025-01"


def test_submission_is_timely_until_the_first_working_day_after_closing(project):
    calendar = load_params(MONTH, project.params).calendar
    midnight = dt.datetime(2024, 9, 3)
    assert calendar.submit_before(dt.date(2024, 8, 30)) == midnight  # a Friday: Monday the 2nd, to its end
    assert calendar.submit_before(dt.date(2024, 8, 31)) == midnight
    assert calendar.submit_before(dt.date(2024, 9, 13)) == dt.datetime(
        2024, 9, 15
    )  # Saturday the 14th was a working day
    assert calendar.submit_before(dt.date(2024, 9, 14)) == dt.datetime(2024, 9, 19)  # 15th to 17th were not
    assert calendar.submit_before(dt.date(2024, 9, 30)) == dt.datetime(2024, 10, 9)


def test_a_year_without_calendar_stops_and_names_the_file():
    calendar = Calendar(years={2024: CalendarYear(source="某号", holidays=())})
    with pytest.raises(ParamsError, match=r"calendar\.yaml.*2025"):
        calendar.is_working_day(dt.date(2025, 1, 1))
