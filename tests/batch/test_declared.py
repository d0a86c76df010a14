import pytest

from hotline_lib.batch.declared import declared_parameters
from hotline_lib.errors import ParamsError


def declared(line):
    return next(iter(declared_parameters(line).values()))


def accepted(line, value, *, text=False):
    return declared(line).accept(value, where="-p", text=text)


def test_name_type_default_and_help_are_read_from_the_line():
    source = """# 参数
month: str = "2024-09"  # 报告月份
top: int = 5
units: list[str] = ["沈阳",
    "大连"]  # 两地
"""
    found = declared_parameters(source)
    assert list(found) == ["month", "top", "units"]
    assert (found["month"].default, found["month"].help) == ("2024-09", "报告月份")
    assert (found["top"].kind, found["top"].default, found["top"].help) == ("int", 5, "")
    units = found["units"]
    assert (units.kind, units.default, units.help) == ("list[str]", ["沈阳", "大连"], "两地")


def test_a_parameter_without_annotation_has_the_type_of_its_default():
    assert declared("top = 5").kind == "int"
    assert accepted("anything = None", "x", text=True) == "x"


def test_a_hash_inside_a_text_is_no_help():
    assert declared('mark: str = "#1"').help == ""


@pytest.mark.parametrize(
    ("line", "text", "value"),
    [
        ("top: int = 5", "7", 7),
        ("top: int | None = 5", "null", None),
        ("share: float = 0.5", "1", 1.0),
        ("chart: bool = True", "否", False),
        ("month: str = ''", "2024-10", "2024-10"),
        ("name: str = ''", "7", "7"),
        ("either: int | str = 1", "7", 7),
        ("units: list[str] = []", "沈阳, 大连", ["沈阳", "大连"]),
        ("tops: list[int] = []", "[1, 2]", [1, 2]),
        ("by: dict[str, int] = {}", "沈阳: 3", {"沈阳": 3}),
        ("quoted: 'int' = 1", "2", 2),
    ],
)
def test_a_typed_text_becomes_a_value_of_the_declared_type(line, text, value):
    got = accepted(line, text, text=True)
    assert got == value and type(got) is type(value)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("top: int = 5", "7"),
        ("top: int = 5", True),
        ("top: int = 5", 5.0),
        ("top: int = 5", None),
        ("share: float = 0.5", float("nan")),
        ("chart: bool = True", 1),
        ("month: str = ''", 202409),
        ("units: list[str] = []", ["沈阳", 1]),
    ],
)
def test_a_value_from_yaml_is_taken_as_it_is_and_refused_if_of_another_type(line, value):
    with pytest.raises(ParamsError):
        accepted(line, value)


def test_the_refusal_names_the_parameter_its_meaning_the_type_and_what_came():
    with pytest.raises(ParamsError) as refused:
        accepted("top: int | None = 5  # 列出前几位", "五", text=True)
    assert str(refused.value) == "-p：参数 top（列出前几位）应为整数 或 空（null），写的是「五」。"


def test_a_type_that_cannot_be_checked_is_refused_with_those_that_can():
    with pytest.raises(ParamsError, match=r"参数 day 的类型写作 datetime\.date.*int"):
        declared_parameters("day: datetime.date = None")


def test_a_cell_that_is_not_python_is_refused_with_its_line():
    with pytest.raises(ParamsError, match="第 2 行"):
        declared_parameters("top: int = 5\nmonth: = 3")


@pytest.mark.parametrize("written", ["（1至50）", "（1 至 50）", "(1-50)", "（1..50）", "（1～50）"])
def test_bounds_stand_in_the_comment_and_are_no_part_of_the_help(written):
    top = declared(f"top: int = 5  # 列出前几位{written}")
    assert (top.bounds, top.help) == ((1, 50), "列出前几位")
    assert [top.accept(value, where="-p", text=True) for value in ("1", "50", 7)] == [1, 50, 7]
    for value in (0, -1, 51, "0", "-1", "51"):
        with pytest.raises(ParamsError) as refused:
            top.accept(value, where="-p", text=True)
        assert str(refused.value) == f"-p：参数 top（列出前几位）应为 1 至 50 的整数，写的是「{value}」。"


@pytest.mark.parametrize(
    ("line", "good", "bad"),
    [
        ("share: float = 0.5  # 占比（0至1）", 0.25, 1.5),
        ("shift: int = 0  # 错后几天（-3至3）", -3, -4),
        ("tops: list[int] = []  # 各列几位（1至9）", [1, 9], [1, 10]),
        ("top: int | None = None  # 列出前几位（1至50）", None, 0),
    ],
)
def test_bounds_hold_numbers_and_each_of_a_list(line, good, bad):
    assert accepted(line, good) == good
    with pytest.raises(ParamsError, match="至"):
        accepted(line, bad)


def test_bounds_are_those_of_numbers_and_a_default_lies_in_them():
    assert declared('grade: str = "5"  # 等级（1至5）').bounds is None
    assert declared("top: int = 5  # 列出前几位（不多于十）").bounds is None
    with pytest.raises(ParamsError, match="默认值 0 不在注释所写的范围（1至50）内"):
        declared_parameters("top: int = 0  # 列出前几位（1至50）")
