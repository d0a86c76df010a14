"""Whatever an analyst writes, and however it was saved: it is read, or refused in words with file, row and remedy.

All names, telephones and figures in these files are invented.
"""

import codecs
import io
import os

import openpyxl
import pytest

from hotline_lib.bulletin._outline import text
from hotline_lib.errors import HotlineError, ParamsError
from hotline_lib.params import load_params
from hotline_lib.present._sentences import _rendered as render
from hotline_lib.present._sentences import render_parts
from hotline_lib.published import margins
from hotline_lib.simulate.printed import read_printed
from hotline_lib.text_files import read_table, read_text, short_name
from hotline_lib.yaml_files import read_yaml

MONTH = "2024-09"
SAVED = {
    "UTF-8": lambda t: t.encode(),
    "UTF-8 with a mark": lambda t: t.encode("utf-8-sig"),
    "two marks": lambda t: codecs.BOM_UTF8 + t.encode("utf-8-sig"),
    "a mark inside": lambda t: t.encode().replace(b"\n", b"\n" + codecs.BOM_UTF8, 1),
    "GB18030": lambda t: t.encode("gb18030"),
    "GB18030 with a mark": lambda t: ("\ufeff" + t).encode("gb18030"),
    "UTF-16": lambda t: t.encode("utf-16"),
    "UTF-16 the other way round": lambda t: codecs.BOM_UTF16_BE + t.encode("utf-16-be"),
    "UTF-32": lambda t: t.encode("utf-32"),
    "CRLF": lambda t: t.replace("\n", "\r\n").encode(),
    "CR": lambda t: t.replace("\n", "\r").encode(),
    "line breaks of Word": lambda t: t.replace("\n", "\v").encode(),
    "the end mark of DOS": lambda t: t.encode() + b"\x1a",
}


def refused(what, *arguments) -> str:
    with pytest.raises(HotlineError) as caught:
        what(*arguments)
    return str(caught.value)


@pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)
def test_however_it_is_saved_it_says_the_same(own_params, project, saved):
    folder = own_params.params
    for file in folder.rglob("*.*"):
        file.write_bytes(saved(file.read_text(encoding="utf-8")))
    now, before = (load_params(MONTH, each) for each in (folder, project.params))
    assert now.model_copy(update={"folder": None}) == before.model_copy(update={"folder": None})
    for name in ("opening", "cases", "plans"):
        assert text(now, name) == text(before, name)
    words = {"first": "甲", "last": "乙", "number": 3, "published": [], "rising": [], "falling": []}
    for name in ("quality", "figures/months"):
        assert said(folder / "wording", name, words) == said(project.params / "wording", name, words)


def said(folder, name, words) -> str:
    """What a template says, or says that it lacks."""
    try:
        return render(folder, name, words)
    except HotlineError as error:
        return str(error)


@pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)
def test_a_table_is_read_however_it_is_saved(tmp_path, saved):
    file = tmp_path / "a.csv"
    file.write_bytes(saved("unit,count\n沈阳,12\n大连,3\n"))
    table = read_table(file, columns=["unit", "count"])
    assert table.to_dict("list") == {"unit": ["沈阳", "大连"], "count": ["12", "3"]}
    assert table.index.tolist() == [2, 3]


def test_the_parts_of_a_figure_are_found_below_a_mark(tmp_path):
    (tmp_path / "图.j2").write_bytes("标题：高\n说明：一条线\n".encode("utf-8-sig"))
    assert render_parts(tmp_path, "图", {}) == {"标题": "高", "说明": "一条线"}


def test_a_template_is_named_where_it_lies(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "图.j2").write_text("标题：{{ foo }}", encoding="utf-8")
    assert "params/wording/figures/图.j2 第 1 行" in refused(render, tmp_path, "figures/图", {"fob": 1})
    (tmp_path / "figures" / "图.j2").write_text("标题：{{ foo", encoding="utf-8")
    assert "params/wording/figures/图.j2 第 1 行：模板写法有误" in refused(render, tmp_path, "figures/图", {})
    (tmp_path / "figures" / "图.j2").write_bytes(b"\xff\xfe\x00")
    assert "params/wording/figures/图.j2 第 1 行有坏的字符" in refused(render, tmp_path, "figures/图", {})


def test_a_template_does_not_reach_out_of_its_folder(tmp_path):
    (tmp_path / "wording").mkdir()
    (tmp_path / "secret.j2").write_text("x", encoding="utf-8")
    for name in ("../secret.j2", str(tmp_path / "secret.j2")):
        (tmp_path / "wording" / "试.j2").write_text(f"{{% include '{name}' %}}", encoding="utf-8")
        assert "找不到" in refused(render, tmp_path / "wording", "试", {})


def workbook() -> bytes:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (workbook(), "其实是 Excel 文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "其实是"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "图片"),
        (b"%PDF-1.7\n", "PDF"),
        ("第一行\n好".encode() + b"\xe5\xa5\n", "第 2 行有坏的字符，不是完整的 UTF-8"),
        ("第一行\n".encode("gb18030") + b"\xff\n", "第 2 行有坏的字符，不是完整的 UTF-8，也不是 GB18030"),
        ("第一行\n".encode("utf-16") + b"\x00", "第 2 行有坏的字符，不是完整的 UTF-16"),
        ("第一行\n二\x00".encode(), "第 2 行有看不见的控制字符"),
        ("第一行\n二\x7f".encode(), "第 2 行有看不见的控制字符"),
        ("没有标记".encode("utf-16-le"), "params/months/2024-11.md 第 1 行"),
    ],
)
def test_what_is_no_text_is_told_with_file_and_remedy(tmp_path, content, says):
    file = tmp_path / "params" / "months" / "2024-11.md"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    message = refused(read_text, file)
    assert message.startswith("params/months/2024-11.md ")
    assert says in message
    assert "UTF-8 编码" in message.rpartition("：")[2]  # what to do about it


def test_what_is_no_file_is_told(tmp_path, monkeypatch):
    assert "找不到 a.md" in refused(read_text, tmp_path / "a.md")
    assert "是文件夹" in refused(read_text, tmp_path)
    (tmp_path / "link.md").symlink_to(tmp_path / "gone.md")
    assert "link.md 是快捷链接" in refused(read_text, tmp_path / "link.md")
    os.mkfifo(tmp_path / "pipe.md")
    assert "应为文件" in refused(read_text, tmp_path / "pipe.md")
    (tmp_path / "long.md").write_bytes(b"x" * ((32 << 20) + 1))
    assert "超过 32 MB" in refused(read_text, tmp_path / "long.md")
    (tmp_path / "locked.md").write_text("好", encoding="utf-8")

    def locked(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", locked)
    assert "读不出 locked.md" in refused(read_text, tmp_path / "locked.md")


def test_a_link_to_nothing_is_no_missing_text(own_params):
    file = own_params.params / "months" / MONTH / "opening.md"
    file.unlink()
    params = load_params(MONTH, own_params.params)
    assert text(params, "opening") is None
    file.symlink_to(file.with_name("gone.md"))
    assert f"params/months/{MONTH}/opening.md 是快捷链接" in refused(text, params, "opening")


def test_a_file_is_called_what_an_analyst_calls_it(tmp_path):
    assert short_name(tmp_path / "data" / "params" / "months" / "2024-11.yaml") == "params/months/2024-11.yaml"
    assert short_name(tmp_path / "data" / "spot_checks" / "2024-11.csv") == "data/spot_checks/2024-11.csv"
    assert short_name(tmp_path / "a.csv") == "a.csv"


# what is written, the row and words of the message, and what it asks for
YAML_SLIPS = {
    "a tab": ("a:\n\tb: 1\n", 2, "制表符", "a:\n  b: 1\n"),
    "a tab further down": ("a:\n  b: 1\n\tc: 2\n", 3, "制表符", "a:\n  b: 1\n  c: 2\n"),
    "a full-width colon": ("a: 1\nb：2\n", 2, "冒号是全角的", "a: 1\nb: 2\n"),
    "a full-width colon above": ("a：1\nb: 2\n", 1, "冒号是全角的", "a: 1\nb: 2\n"),
    "no space after the colon": ("a:1\nb: 2\n", 1, "冒号后面没有空格", "a: 1\nb: 2\n"),
    "no colon": ("a: 1\nb 2\nc: 3\n", 2, "没有「键: 值」", "a: 1\nb: 2\nc: 3\n"),
    "a colon in a text": ("a: 地址: 某处\n", 1, "用引号把它括起来", 'a: "地址: 某处"\n'),
    "a quote that is not closed": ('a: "x\nb: 1\n', 1, "引号没有配对", 'a: "x"\nb: 1\n'),
    "a bracket that is not closed": ("a: [1, 2\nb: 3\n", 1, "方括号或花括号没有配对", "a: [1, 2]\nb: 3\n"),
    "the wrong bracket": ("a: {x: 1]\nb: 3\n", 1, "方括号或花括号没有配对", "a: {x: 1}\nb: 3\n"),
    "words after a quote": ('a: "x" y\n', 1, "引号、括号之后还有字", 'a: "x y"\n'),
    "an indent of its own": ("a:\n  b: 1\n c: 2\n", 3, "缩进", "a:\n  b: 1\n  c: 2\n"),
    "a dash after a key": ("a: - 1\n", 1, "另起一行", "a:\n- 1\n"),
    "an entry without a dash": ("- a\nb\n", 2, "", "- a\n- b\n"),
    "a sign at the beginning": ("a: @x\n", 1, "要加引号", 'a: "@x"\n'),
    "a percent sign": ("%a: 1\n", 1, "要加引号", '"%a": 1\n'),
    "an exclamation mark": ("a: !x 1\n", 1, "要加引号", 'a: "!x 1"\n'),
    "a star": ("a: *x\n", 1, "要加引号", 'a: "*x"\n'),
    "a merge": ("a: &x {b: 1}\nc: {<<: *x}\n", 2, "请把内容写全", "a: {b: 1}\nc: {b: 1}\n"),
    "a backslash": ('a: "C:\\q"\n', 1, "反斜杠", 'a: "C:\\\\q"\n'),
    "words after a bar": ("a: |x\n", 1, "另起|下一行", "a: |\n  x\n"),
    "a list as key": ("? [a]\n: 1\n", 1, "键应为文字", '"[a]": 1\n'),
    "a key twice": ("a: 1\na: 2\n", 2, "「a」写了两次", "a: 1\n"),
    "a second document": ("a: 1\n---\nb: 2\n", 2, "---", "a: 1\nb: 2\n"),
    "a day that there is not": ("a: 2024-11-31\n", 1, "2024-11-31 不是日历上有的日期", "a: 2024-11-30\n"),
    "a month that there is not": ("a:\n- 2024-13-01\n", 2, "2024-13-01 不是日历上有的日期", "a:\n- 2024-12-01\n"),
    "an hour that there is not": ("a: 2024-11-30 25:00:00\n", 1, "不是日历上有的日期", "a: 2024-11-30\n"),
    "an integer of 5,000 digits": ("a: " + "9" * 5000, 1, "太长", 'a: "' + "9" * 5000 + '"'),
    "an integer of 20 digits": ("a: " + "9" * 20, 1, "整数太长", 'a: "' + "9" * 20 + '"'),
    "a number that is none": ("a: 0b_\n", 1, "不是数", 'a: "0b_"\n'),
    "60,000 brackets": ("a: " + "[" * 60_000, 1, "超过 50 层", "a: []"),
    "200 steps": ("".join(" " * at + "a:\n" for at in range(200)), 50, "超过 50 层", "a:\n"),
    "references that multiply": (
        "a0: &a0 [x]\n" + "".join(f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 12)),
        7,
        "成倍增长",
        "a0: [x]\n",
    ),
    "a reference to itself": ("a: &x [*x]\n", 1, "完整地写在前面", "a: []\n"),
}  # fmt: skip


@pytest.mark.parametrize(("written", "row", "says", "mended"), YAML_SLIPS.values(), ids=YAML_SLIPS)
def test_a_slip_of_yaml_is_told_in_chinese_where_it_is_and_its_remedy_cures_it(tmp_path, written, row, says, mended):
    file = tmp_path / "params" / "months" / "2024-11.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(written, encoding="utf-8")
    message = refused(read_yaml, file)
    assert message.startswith(f"params/months/2024-11.yaml 第 {row} 行：")
    assert any(words in message for words in says.split("|"))
    file.write_text(mended, encoding="utf-8")
    read_yaml(file)


@pytest.mark.parametrize(
    "slip", ["“", '"', "'", "]", "[", "\t", "：", ": ", "*", "@", "---\n", "? [a]: ", "!x ", "2024-02-30 "]
)
def test_no_message_of_yaml_repeats_what_people_wrote(tmp_path, slip):
    file = tmp_path / "a.yaml"
    for before, after in ((slip, ""), ("", slip), ("好" + slip, "")):
        for line in (f"national: {before}王小明 13900001234{after}", f"national{before}: 王小明 13900001234{after}"):
            file.write_text(f"month: 2024-09\nremarks:\n  {line}\nissued: [\n", encoding="utf-8")
            message = refused(read_yaml, file)
            assert "王小明" not in message
            assert "13900001234" not in message


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("months/2024-09.yaml", "issued: 2024-10-14", "issued: 2024-11-31", "2024-11-31 不是日历上有的日期"),
        ("months/2024-09.yaml", "issued: 2024-10-14", "issued: 2024/10/14", "写作 2024-10-01 的样子"),
        ("months/2024-09.yaml", "issued: 2024-10-14", "issued: 14 Oct", "写作 2024-10-01 的样子"),
        ("months/2024-09.yaml", "issued: 2024-10-14", "issued: 20241014", "写作 2024-10-01 的样子"),
        ("months/2024-09.yaml", "reach_back_months: 2", "reach_back_months: 99", "不能大于 12"),
        ("months/2024-09.yaml", "numerator: 1", "numerator: -1", "不能小于 0"),
        ("months/2024-09.yaml", "not_answered: []", "not_answered: [沈阳市区]", "是指「沈阳」吗"),
        ("months/2024-09.yaml", "notebooks: {}", "notebooks: {3: {}}", "notebooks 3 这个键"),
        ("months/2024-09.yaml", "month: 2024-09", "- month", "对齐"),
        ("calendar.yaml", "2024-02-10", "2024-02-30", "2024-02-30 不是日历上有的日期"),
        ("calendar.yaml", "2024:", "2o24:", "应为整数"),
        ("units.yaml", "population: ", "population: .inf # ", "应为有限的数"),
        ("units.yaml", "population: ", "population: 0 # ", "应大于 0"),
        ("units.yaml", "name: 沈阳", "name: ''", "不能空着"),
        ("scoring.yaml", "full_marks: ", "full_marks: .nan # ", "应为有限的数"),
        ("organisation.yaml", "starttls: true", "starttls: 是", "应为 true 或 false"),
        ("organisation.yaml", "province: ", "1: 省\nprovince: ", "应为文字"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_the_file_that_holds_it(own_params, file, old, new, says):
    path = own_params.params / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    message = refused(load_params, MONTH, own_params.params)
    assert message.startswith(f"params/{file}")
    assert says in message


@pytest.mark.parametrize(
    "name", ["units", "catalogue", "scoring", "columns", "calendar", "organisation", f"months/{MONTH}"]
)
@pytest.mark.parametrize(
    "content", ["", "# 说明\n", "一段话", "a：1\nb：2", "- 一条", "键: 值", "- []", "12", "!!set {a}"]
)
def test_a_file_of_another_shape_is_told(own_params, name, content):
    (own_params.params / f"{name}.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        load_params(MONTH, own_params.params)
    assert str(caught.value).startswith(f"params/{name}.yaml")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_cells_may_be_parted_in_three_ways(tmp_path, delimiter):
    lines = [["unit", "count", ""], [' "沈,;阳"'.strip(), " 12 ", ""], ["", "", ""], ["大连", "", ""], [""]]
    (tmp_path / "a.csv").write_text("\n".join(map(delimiter.join, lines)), encoding="utf-8")
    table = read_table(tmp_path / "a.csv", columns=["count", "unit"])
    assert table.to_dict("index") == {2: {"unit": "沈,;阳", "count": "12"}, 4: {"unit": "大连", "count": ""}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "第 1 行空着：应为表头 unit,count"),
        ("\n\nunit,count\n", "第 1 行空着"),
        ("抽检表,,\nunit,count\n沈阳,1\n", "第 1 行不是表头：应为表头 unit,count"),
        ("沈阳,1\n大连,2\n", "第 1 行不是表头"),
        ("unit，count\n沈阳，1\n", "用半角逗号"),
        ("unit,number\n沈阳,1\n", "第 1 行缺少列 count"),
        ("unit,count,unit\n", "第 1 行第 3 列与前面的一列同名"),
        ("unit,,count\n", "第 1 行第 2 列没有列名"),
        ("unit,count\n沈阳,1\n大连\n", "第 3 行有 1 格，表头有 2 列"),
        ("unit,count\n沈阳,1,234\n", "第 2 行有 3 格，表头有 2 列"),
        ('unit,count\n"沈阳,1\n大连,2\n', "第 2 行：半角双引号没有配对"),
        ('unit,count\n沈阳,1\n"大"连",2\n', "第 3 行：半角双引号没有配对"),
        ('unit,count\n"沈阳,1\n大连,2\n锦州",3\n', "第 2 行：半角双引号没有配对，或格子里有换行"),
        ('unit,count\n"' + "沈" * 200_000 + '",1\n', "第 2 行"),
        ("<html><table>", "其实是网页"),
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_told_with_its_row(tmp_path, content, says):
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    message = refused(lambda: read_table(tmp_path / "a.csv", columns=["unit", "count"]))
    assert message.startswith("a.csv 第 " if "网页" not in says else "a.csv ")
    assert says in message


def test_a_workbook_called_csv_says_how_to_make_one_of_it(tmp_path):
    (tmp_path / "a.csv").write_bytes(workbook())
    assert refused(read_table, tmp_path / "a.csv").endswith("请在 Excel 中打开它，另存为「CSV UTF-8（逗号分隔）」。")


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("units", "沈阳,2294", "沈阳市区,2294", "第 3 行 unit：没有名为「沈阳市区」的单位。是指「沈阳」吗"),
        ("units", "沈阳,2294", "沈阳,2 294", "第 3 行 complaint：「2 294」不是整数件数"),
        ("units", "沈阳,2294", '沈阳,"2,294"', "第 3 行 complaint：「2,294」不是整数件数"),
        ("units", "沈阳,2294", "沈阳,２２９４", "第 3 行 complaint：「２２９４」不是整数件数"),
        ("units", "沈阳,2294", "沈阳," + "9" * 400, "不是整数件数"),
        ("units", "沈阳,2294", "省交投,2294", "第 3 行：「省交投」与第 2 行重复"),
        ("units", "沈阳,2294", "沈阳市,2294", ""),
        ("units", "大连,2843", "沈阳市,2843", "第 4 行：「沈阳」与第 3 行重复"),
        ("units", "complaint,", "complaints,", "第 1 行缺少列 complaint"),
        ("units", "沈阳,2294", "沈阳2294", "第 3 行有 7 格，表头有 8 列"),
        ("business_types", "投诉举报,9276", "投诉,9276.0", "第 2 行 count：「9276.0」不是整数件数"),
        ("business_types", "投诉举报", "抱怨", "第 2 行 type：没有名为「抱怨」的业务类型"),
        ("domains", None, "domain,count\n", "只有表头"),
        ("domains", "城市客运", "城市客", "第 3 行 domain：没有名为「城市客」的业务领域。是指「城市客运」吗"),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_a_published_table_is_told_with_row_and_column(project, published, table, old, new, says):
    file = published.published(MONTH) / f"{table}.csv"
    content = file.read_text(encoding="utf-8")
    assert old is None or old in content
    params = load_params(MONTH, project.params)
    file.write_text(content.replace(old, new, 1) if old else new, encoding="utf-8")
    if not says:  # another spelling that params knows
        assert margins(MONTH, params, published)["unit",]["unit"].tolist()[:2] == ["省交投", "沈阳"]
        return
    message = refused(margins, MONTH, params, published)
    assert message.startswith(f"data/published/{MONTH}/{table}.csv ")
    assert says in message


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("errata", "sub_issue/计价议价,", "sub_issue/计价,", "第 2 行 key：top_issue_details.csv 中没有"),
        ("errata", "table,key,", "table,keys,", "第 1 行缺少列 key"),
        ("indicators", "99.00,6.82,100.00", "99.00,6.82,一百", "第 2 行 classification_accuracy：「一百」不是数"),
        ("indicators", ",234.41,", ",234.41分,", "第 2 行 complaint_mean_minutes：「234.41分」不是数"),
        ("top_issues", "高速公路ETC", "高速公路TEC", "第 3 行 issue：没有名为「高速公路TEC」的事项。是指「高速公路ETC」吗"),
        ("top_issue_details", "ETC卡片办理", "ETC卡办", "第 2 行 name：没有名为「ETC卡办」的子事项"),
        ("top_issue_details", "sub_issue,ETC卡片办理", "sub,ETC卡片办理", "第 2 行 breakdown：没有名为「sub」的分法"),
        ("top_issue_details", "ETC卡片办理", "用户信息查询", "第 3 行：「信息咨询/高速公路ETC/sub_issue/用户信息查询」与第 2 行重复"),
    ],
)  # fmt: skip
def test_a_table_to_simulate_from_is_told_with_row_and_column(project, published, table, old, new, says):
    file = published.published(MONTH) / f"{table}.csv"
    content = file.read_text(encoding="utf-8")
    assert old in content
    file.write_text(content.replace(old, new, 1), encoding="utf-8")
    message = refused(read_printed, MONTH, load_params(MONTH, project.params), published)
    assert message.startswith(f"data/published/{MONTH}/{table}.csv ")
    assert says in message


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("王小明 13900001234;沈阳;random;yes;yes;no", "工单编号"),
        ("JT2101002024090100000001;王小明 13900001234;random;yes;yes;no", "分平台"),
    ],
)
def test_a_name_in_place_of_a_drawn_ticket_is_told_by_its_row_only(project, published, line, column):
    file = published.spot_checks(MONTH)
    file.parent.mkdir()
    file.write_bytes(f"ticket_id;unit;drawn;called_back;closed;satisfied\n\n{line}\n".encode("gb18030"))
    message = refused(read_printed, MONTH, load_params(MONTH, project.params), published)
    assert message.startswith(f"data/spot_checks/{MONTH}.csv ") and f"第 3 行「{column}」：" in message
    assert "王小明" not in message
    assert "1390" not in message
