"""A page opens alone, says what the notebook said and nothing else, and everything in it can be reached and read."""

import copy
import re
from dataclasses import replace
from itertools import pairwise
from urllib.parse import unquote

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hotline_lib.batch import indexes
from hotline_lib.batch.export import Link, PageContext, export_html, render
from hotline_lib.batch.failure import Failure
from hotline_lib.batch.manifest import Manifest, Open, Record, Tables
from hotline_lib.batch.typeset import DataLinks, typeset
from hotline_lib.contract import data_slot
from hotline_lib.deliver.ledger import Sent
from hotline_lib.present._cells import Column
from hotline_lib.present._tables import Table

PAGE = PageContext("运行总览", "2024年9月", "某省热线", True, ("受理243,909件", "对比2024年8月"), "2024年10月14日09:30")
PNG = "iVBORw0KGgo="
HEAD = '<div class="figure-head"><p class="figure-title">图1　题</p><p class="figure-note">读法</p></div>'


def text(source: str, *tags: str) -> NotebookNode:
    return new_markdown_cell(source, metadata={"tags": list(tags)})


def code(*outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    return new_code_cell("secret = 1", outputs=list(outputs), metadata={"tags": list(tags)})


def html(markup: str, kind: str = "execute_result") -> NotebookNode:
    return new_output(kind, data={"text/html": markup, "text/plain": "plain"})


def picture(**about) -> NotebookNode:
    return new_output("display_data", data={"image/png": PNG}, metadata={"image/png": about})


def exported(*cells: NotebookNode, page: PageContext = PAGE) -> str:
    return export_html(new_notebook(cells=list(cells)), page)


def parsed(*cells: NotebookNode, page: PageContext = PAGE) -> BeautifulSoup:
    return BeautifulSoup(exported(*cells, page=page), "html.parser")


FULL = (
    text("# 运行总览\n\n本页回答：一个问题。"),
    code(),
    code(html('<p class="lead">24.39万件，同比增加27.58%。</p>')),
    text("## 总体情况"),
    code(html('<p class="sentence">9月份，受理24.39万件。</p>')),
    code(html('<table class="hotline"><tr><td>1</td></tr></table>'), tags=("half",)),
    code(html(HEAD, "display_data"), picture(alt="图1 说明", width=440, height=200), tags=("half",)),
    text("## 各单位业务量", "half"),
    code(html("<p>左</p>")),
    text("## 考评成绩", "half"),
    code(html("<p>右</p>")),
    text("### 小题\n\n文字"),
    text("## 附件1　17项指标", "landscape"),
    code(html("<p>宽</p>")),
    code(html('<section class="sources"><p>模拟工单：还原。</p></section>'), tags=("provenance",)),
)


def test_page_opens_alone():
    page = exported(*FULL)
    assert not re.findall(r"<script|<link|<iframe|@import|url\(|https?:|src=\"(?!data:image/png;base64,)", page)
    assert page.startswith("<!DOCTYPE html>")
    assert len(page.encode()) < 60_000


def test_page_says_its_language_title_and_main_part_once():
    page = parsed(*FULL)
    assert page.html["lang"] == "zh-CN"
    assert page.title.get_text() == "运行总览（2024年9月） 某省热线"
    assert page.find("meta", attrs={"name": "viewport"}) is not None
    assert [heading.get_text() for heading in page.find_all("h1")] == ["运行总览（2024年9月）"]
    assert len(page.find_all("main")) == 1


def test_header_has_owner_mark_and_provenance_in_order():
    header = parsed(*FULL).header
    assert header.find(class_="outline").get_text() == "模拟工单"
    facts = ["受理243,909件", "对比2024年8月", "来源与口径", "2024年10月14日09:30生成"]
    assert [fact.get_text() for fact in header.find_all("li")] == facts


def test_real_tickets_carry_no_mark():
    assert "模拟工单" not in exported(*FULL[:-1], page=PageContext("运行总览", "2024年9月", "某省热线"))


def test_contents_lead_to_every_section_and_the_sources():
    page = parsed(*FULL)
    links = page.nav.find_all("a")
    sections = ["总体情况", "各单位业务量", "考评成绩", "附件1　17项指标", "来源与口径"]
    assert [link.get_text() for link in links] == sections
    for link in page.find_all("a"):
        assert page.find(id=link["href"].removeprefix("#")), link


def test_ids_are_there_once_and_what_refers_to_one_finds_it():
    page = parsed(*FULL, text("## 考评成绩"), text("## main"))
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert all(page.find(id=element["aria-labelledby"]) for element in page.find_all(attrs={"aria-labelledby": True}))


def test_headings_leave_no_gap():
    page = parsed(*FULL, text("## 末节\n##### 太深\n#### 再来\n标题\n===="))
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_code_and_empty_cells_are_not_shown():
    assert "secret" not in exported(*FULL)


def test_a_section_whose_cells_show_nothing_is_left_out():
    nothing = new_output("execute_result", data={"text/html": "", "text/plain": ""})
    page = parsed(
        text("## 近几个月"), code(nothing, tags=("half",)), code(tags=("half",)),
        text("## 只有一句\n\n话在这里。"), code(nothing),
        text("## 有一格"), code(nothing), code(html("<p>句</p>")),
        text("## 没有代码"),
    )  # fmt: skip
    assert [heading.get_text() for heading in page.main.find_all("h2")] == ["只有一句", "有一格", "没有代码"]
    assert "近几个月" not in page.nav.get_text()


def test_a_title_cell_may_say_more_and_a_removed_one_says_nothing():
    assert "本页回答：一个问题。" in parsed(*FULL).main.get_text()
    removed = parsed(text("# 题目\n\n给分析人员的话", "remove-cell"))
    assert "题目" not in removed.get_text()
    assert "给分析人员的话" not in removed.get_text()


def test_two_half_cells_and_two_half_sections_stand_side_by_side():
    outer = parsed(*FULL).main.find_all(class_="halves")
    cells, sections = outer
    assert [half.name for half in cells.find_all(class_="half", recursive=False)] == ["div", "div"]
    assert cells.table is not None
    assert cells.figure is not None
    assert [section.h2.get_text() for section in sections.find_all("section", recursive=False)] == [
        "各单位业务量", "考评成绩",
    ]  # fmt: skip


def test_a_third_half_begins_a_new_row_and_a_stacked_cell_stays_in_its_column():
    halves = parsed(
        text("## 节"), code(html("<i>1</i>"), tags=("half",)), code(html("<i>2</i>"), tags=("half",)),
        code(html("<i>3</i>"), tags=("stack",)), code(html("<i>4</i>"), tags=("half",)),
    ).find_all(class_="halves")  # fmt: skip
    assert [[i.get_text() for i in half.find_all("i")] for half in halves[0].find_all(class_="half")] == [
        ["1"],
        ["2", "3"],
    ]
    assert len(halves) == 1


def test_a_turned_section_keeps_the_foot_on_its_sheet():
    page = parsed(*FULL)
    assert "landscape" in page.find(id="附件1-17项指标")["class"]
    assert "landscape" in page.footer["class"]
    assert page.footer.h2.get_text() == "来源与口径"
    assert "模拟工单：还原。" in page.footer.get_text()


def test_a_chart_is_one_figure_with_its_words_and_alternative_text():
    figure = parsed(*FULL).figure
    assert figure.figcaption.get_text("|") == "图1　题|读法"
    assert (figure.img["alt"], figure.img["width"], figure.img["height"]) == ("图1 说明", "440", "200")


def test_a_picture_without_words_says_so_in_chinese():
    page = exported(code(picture()))
    assert 'alt="图，作者没有写文字说明"' in page
    assert "No description" not in page


def test_alternative_text_is_escaped():
    assert parsed(code(picture(alt='"><script>'))).img["alt"] == '"><script>'


@pytest.mark.parametrize(
    "cell",
    [
        text("<script>alert(1)</script> 和 <b>粗</b>"),
        text("## <script>alert(1)</script>"),
        text("[点](javascript:alert(1)) ![图](https://example.org/a.png) [外](https://example.org)"),
        code(new_output("display_data", data={"text/plain": "<script>alert(1)</script>"})),
        code(new_output("stream", name="stdout", text="<script>alert(1)</script>")),
        code(new_output("error", ename="E", evalue="<script>alert(1)</script>", traceback=[])),
        code(new_output("display_data", data={"text/markdown": "<script>alert(1)</script>"})),
    ],
)
def test_text_is_escaped_whoever_wrote_it(cell):
    page = parsed(cell)
    assert page.find("script") is None
    assert page.main.find("b") is None
    assert page.find("img") is None
    assert not [link for link in page.find_all("a") if not link["href"].startswith("#")]


def test_title_owner_and_sheet_foot_are_escaped():
    hostile = PageContext('</style><script>"\\', "9月", "<b>", facts=("<i>",))
    page = parsed(page=hostile)
    assert page.find("script") is None
    assert page.find("i") is None
    assert page.h1.get_text() == '</style><script>"\\（9月）'


def test_markdown_tables_and_emphasis_are_markup():
    page = parsed(text("**重** 见 [附件](#x)\n\n| a | b |\n|---|---|\n| 1 | 2 |"))
    assert page.main.strong.get_text() == "重"
    assert page.main.table is not None
    assert page.main.a["href"] == "#x"


def test_warnings_stay_in_the_notebook_and_prints_are_shown():
    page = exported(
        code(new_output("stream", name="stderr", text="warn"), new_output("stream", name="stdout", text="数"))
    )
    assert "warn" not in page
    assert '<pre class="output">数</pre>' in page


def test_a_head_that_names_nothing_is_no_head():
    frame = pd.DataFrame({"tickets": [1]}, index=pd.Index(["沈阳"], name="unit"))
    page = parsed(text("## 一"), code(html(frame._repr_html_())))
    assert [head.get_text() for head in page.find_all("th")] == ["tickets", "unit", "沈阳"]
    assert len(page.find_all("td")) == 3


def test_html_that_present_made_goes_through_as_it_is():
    assert '<td class="num">1</td>' in exported(code(html('<table><tr><td class="num">1</td></tr></table>')))


def test_a_page_is_written_as_the_template_has_it():
    assert 'title="一&#10;二">字<br>' in exported(code(html('<p title="一&#10;二">字<br></p>')))


def test_a_widget_that_only_runs_in_jupyter_shows_its_text():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "滑块"}
    assert '<pre class="output">滑块</pre>' in exported(code(new_output("display_data", data=view)))


def test_exporting_leaves_the_notebook_alone_and_gives_the_same_page_again():
    notebook = new_notebook(cells=list(FULL))
    before = copy.deepcopy(notebook)
    assert export_html(notebook, PAGE) == export_html(notebook, PAGE)
    assert notebook == before


def test_a_number_and_its_unit_stay_together():
    assert typeset('<p class="sentence">共24158件，<a title="1件">27.52个百分点</a></p>') == (
        '<p class="sentence">共2415<span class="whole">8件</span>，'
        '<a title="1件">27.5<span class="whole">2个</span>百分点</a></p>'
    )
    assert typeset("<p>（后果待补充），<b>待补充</b></p><td>待补充</td>") == (
        '<p>（后果<span class="open">待补充</span>），<b><span class="open">待补充</span></b></p><td>待补充</td>'
    )
    assert typeset("<p>24.39万件</p>") == '<p>24.3<span class="whole">9万件</span></p>'
    assert typeset("<li><strong>有<i>1</i>处</strong><span>共74件</span></li>").count("whole") == 1
    assert typeset('<p class="table-note">前5位，列第15位，见图6</p>') == (
        '<p class="table-note">前<span class="whole">5位</span>，列<span class="whole">第15位</span>，见<span class="whole">图6</span></p>'
    )
    assert typeset("<p>2.\u20099月11日</p>").startswith('<p>2.\u2009<span class="whole">9月</span>')
    assert (
        typeset('<td class="text prose">多得0.29分</td>')
        == '<td class="text prose">多得0.2<span class="whole">9分</span></td>'
    )
    assert typeset("<td>3件</td>") == "<td>3件</td>"


def test_failure_page_shows_cell_and_error():
    failure = Failure("没有「x」。\n<i>", 3, "m.x <b>", "Trace")
    page = BeautifulSoup(
        render("failure.html.j2", PAGE, failure=failure, previous="previous/a.html"),
        "html.parser",
    )
    assert "第3个单元格" in page.main.get_text()
    assert page.find(class_="message").get_text() == "没有「x」。\n<i>"
    assert "m.x <b>" in page.get_text()
    assert page.main.a["href"] == "previous/a.html"
    assert (page.find("i"), page.find("b")) == (None, None)


def test_index_has_a_line_a_month_and_shows_failures():
    good = Record("made", "运行总览", seconds=2.2, made_at="2024-10-14T09:29:00+08:00")
    bad = Record("failed", "考评<成绩>", seconds=2.01, made_at="2024-10-14T09:30:00+08:00", error="缺列")
    months = [Manifest("2024-09", True, reports={"a": good, "b": bad}), Manifest("2024-08", reports={"a": good})]
    page = BeautifulSoup(indexes.index([*months, Manifest("2024-07")], "某省热线"), "html.parser")
    lines = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in page.tbody.find_all("tr")]
    assert lines == [
        ["2024年9月模拟工单", "运行总览", "● 失败", "4.2", "2024-10-14 09:30"],
        ["2024年8月", "运行总览", "—", "2.2", "2024-10-14 09:29"],
    ]
    assert page.find(class_="failure")["href"] == "2024-09/b.html"
    assert [fact.get_text() for fact in page.header.find_all("li")] == ["2份报告", "1份失败"]


def test_the_index_leads_to_all_that_was_made_and_units_stand_in_the_order_of_the_tables():
    made = Record("made", "月报", made_at="2024-10-14T09:29:00+08:00")
    own = {f"units/{unit}/06_unit": replace(made, unit=unit, title="单位分册") for unit in ("丹东", "沈阳", "省交投")}
    of_month = Manifest(
        "2024-09", reports={"00_bulletin": made, **own}, mail=Tables(files=("bulletin.eml",)),
        tables=Tables(files=("tables/units.csv", "附表.xlsx", "bulletin.docx", "bulletin.pdf")),
    )  # fmt: skip
    index = BeautifulSoup(indexes.index([of_month], "某省热线"), "html.parser")
    files = {each.get_text(): unquote(each["href"]) for each in index.tbody.find_all("a")}
    assert {
        "Word": "2024-09/bulletin.docx",
        "PDF": "2024-09/bulletin.pdf",
        "附表": "2024-09/附表.xlsx",
    }.items() <= files.items()
    assert files["邮件"] == "2024-09/bulletin.eml" and files["单位分册"] == "2024-09/units/index.html"
    units = BeautifulSoup(indexes.units_index(of_month, "某省热线", ["省交投", "沈阳"]), "html.parser")
    assert [row.th.get_text() for row in units.tbody.find_all("tr")] == ["省交投", "沈阳", "丹东"]
    assert units.header.a["href"] == "../../index.html"


def test_a_page_leads_to_the_index_to_the_others_and_to_its_data():
    there = {"附件3": "tables/units.csv", "图2": "tables/units.csv"}
    page = replace(
        PAGE,
        around=[Link("../index.html", "全部月份", back=True), Link("01_overview.html", "运行总览")],
        data=DataLinks(there),
    )
    table = Table(pd.DataFrame({"unit": ["沈阳"]}), [Column("单位", "unit", "text")], label="附件3", notes=["一句"])
    shown = new_output("display_data", {"text/html": table._repr_html_()})
    other = new_output("display_data", {"text/html": replace(table, label="别的")._repr_html_()})
    made = export_html(new_notebook(cells=[code(shown), code(other)]), page)
    assert [each["href"] for each in BeautifulSoup(made, "html.parser").find(class_="around").find_all("a")] == [
        "../index.html", "01_overview.html",
    ]  # fmt: skip
    (link,) = BeautifulSoup(made, "html.parser").find_all(class_="data")
    assert link.a["href"] == "tables/units.csv" and link.find_previous_sibling()["class"] == ["table-note"]
    assert "<!--back-->" in made  # what a mail leaves out


def test_index_without_a_month_says_how_to_make_one():
    assert "hotline run" in indexes.index([], "某省热线")


def test_the_index_tells_of_a_month_what_is_filled_sent_and_corrected():
    made = Record("made", "月报", made_at="2024-10-14T09:29:00+08:00")
    edition = replace(made, unit="沈阳", title="单位分册")
    of_month = Manifest(
        "2024-09", reports={"00_bulletin": made, "units/沈阳/06_unit": edition}, confirmed=50,
        open=(Open("断网时长（沈阳）", 1, "00_bulletin.html#附件1"), Open("印发日期", 1, "00_bulletin.html")),
        names={"tables/units.csv": "附件3"}, tables=Tables(error="磁盘已满"),
    )  # fmt: skip
    gone = Sent(7, 2, 1, "2024-10-15T10:00:00+08:00", "2024-10-15T10:00:00+08:00")
    html = indexes.index([of_month], "某省热线", {"2024-09": gone}, {"2024-09"}, {"2024-09": ["沈阳"]})
    section = BeautifulSoup(html, "html.parser").find("section")
    said = {row.dt.get_text(): row.dd.get_text().strip() for row in section.dl.find_all("div")}
    assert said == {
        "失败": "● 附表：磁盘已满",
        "报告": "月报、单位分册",
        "单位分册": "沈阳",
        "文件": "1张表（CSV）",
        "填写": "已确认50项，待补充2项：断网时长（沈阳）、印发日期",
        "发送": "已发给月报7人、单位分册2人，最近一次2024年10月15日10:00；2024年10月15日10:00发过更正；1人是否收到不明",
        "改动": "印出的改动和原因",
    }
    links = {each.get_text(): unquote(each["href"]) for each in section.find_all("a")}
    assert links["断网时长（沈阳）"] == "2024-09/00_bulletin.html#附件1"
    assert links["印出的改动和原因"] == "2024-09/diff.html"
    assert "尚未发送" in indexes.index([of_month], "某省热线")
    unknown = indexes.index([of_month], "某省热线", {"2024-09": Sent(damaged=True)})
    assert "尚未发送" not in unknown and "发送记录读不懂" in unknown
    first = indexes.index([of_month], "某省热线", {"2024-09": Sent(4, 0, 0, "2024-10-14T09:30:00+08:00", "")})
    assert "已发给月报4人，最近一次2024年10月14日09:30<" in first.replace("\n", "") and "更正" not in first


def test_the_same_table_of_all_months_stands_on_one_line():
    record = Record("made", "运行总览", places={"tables/units.csv": "data-units"})
    names = {"tables/units.csv": "附件3", "tables/analysis/days.csv": "工作日与休息日"}
    months = [
        Manifest("2024-09", reports={"01_overview": record}, names=names),
        Manifest("2024-08", names=dict([*names.items()][:1])),
    ]
    page = BeautifulSoup(indexes.tables(months, "某省热线"), "html.parser")
    lines = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in page.find_all("tr")]
    heads = ["表", "2024年9月", "2024年8月"]
    assert lines == [heads, ["附件3", "网页　CSV", "CSV"], heads, ["工作日与休息日", "CSV", "—"]]
    assert [each["href"] for each in page.tbody.find_all("a")] == [
        "2024-09/01_overview.html#data-units", "2024-09/tables/units.csv", "2024-08/tables/units.csv",
    ]  # fmt: skip
    assert page.header.a["href"] == "index.html"


def test_a_link_to_data_has_an_id_once_on_a_page():
    links = DataLinks({"工作日与休息日": "tables/analysis/days.csv"})
    html = links.fill((data_slot("工作日与休息日") + data_slot("别的")) * 2)
    assert links.places == {"tables/analysis/days.csv": "data-analysis-days"}
    assert html.count("id=") == 1 and html.count("<a href") == 2 and "<!--" not in html
