"""What a chart was drawn from lies beside its page, linked under it; an analyst's own tables and charts too."""

from dataclasses import replace

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hotline_lib import present
from hotline_lib.batch.clean import strip_for_commit
from hotline_lib.batch.export import PageContext, export_html
from hotline_lib.batch.plan import Notebook, Report
from hotline_lib.batch.typeset import DataLinks
from hotline_lib.batch.written import data_of_charts
from hotline_lib.bulletin._finding import Finding
from hotline_lib.bulletin._findings import Findings
from hotline_lib.present._drill_down import DrillDown, Issue
from hotline_lib.present._sentences import Figure, Sentence

FRAME = pd.DataFrame({"unit": ["甲", "乙"], "tickets": [1200, 400], "where": [{"unit": "甲"}, {"unit": "乙"}]})
PNG = "iVBORw0KGgo="


def notebook(*outputs):
    cells = [new_markdown_cell("# 自己的一页"), *(new_code_cell("shown", outputs=[each]) for each in outputs)]
    return new_notebook(cells=cells)


def picture(data):
    return new_output("display_data", {"image/png": PNG}, metadata={"image/png": {"alt": "图", "data": data}})


def shown(table):
    bundle, about = table._repr_mimebundle_()
    words = {"text/html": table._repr_html_(), "text/plain": repr(table)}
    return new_output("execute_result", {**words, **bundle}, metadata=about, execution_count=1)


@pytest.fixture
def report(tmp_path):
    return Report(Notebook(tmp_path / "07_自己.ipynb", "自己的一页", {}), {})


def test_a_chart_and_an_own_table_have_their_data_beside_the_page(report, tmp_path):
    book = notebook(picture("单位,件数\n甲,1\n"), shown(present.heat(FRAME[["unit", "tickets"]])), picture("a\n"))
    data_of_charts(book, report, tmp_path)
    html = export_html(book, PageContext("自己的一页", "2024年9月", "热线"))
    links = [f'href="tables/charts/07_%E8%87%AA%E5%B7%B1-{number}.csv"' for number in (1, 2, 3)]
    assert [html.count(link) for link in links] == [1, 1, 1] and html.index(links[0]) < html.index(links[1])
    files = sorted((tmp_path / "tables" / "charts").glob("*.csv"))
    assert [file.read_text(encoding="utf-8-sig") for file in files] == [
        "单位,件数\n甲,1\n",
        "单位,件数\n甲,1200\n乙,400\n",
        "a\n",
    ]
    data_of_charts(notebook(picture("a\n")), report, tmp_path)
    assert [file.name for file in (tmp_path / "tables" / "charts").glob("*.csv")] == ["07_自己-1.csv"]


def test_what_is_kept_leads_to_its_own_file(report, tmp_path):
    kept = present.keep(None, FRAME[["unit", "tickets"]], "各单位")
    output = new_output("execute_result", kept._repr_mimebundle_(), execution_count=1)
    book = notebook(output)
    data_of_charts(book, report, tmp_path)
    html = export_html(book, PageContext("自己的一页", "2024年9月", "热线"))
    assert 'href="tables/own/%E5%90%84%E5%8D%95%E4%BD%8D.csv"' in html


def test_an_own_table_called_like_one_of_the_month_leads_to_its_own_data(report, tmp_path):
    book = notebook(shown(present.table(FRAME[["unit", "tickets"]], caption="业务领域")))
    data_of_charts(book, report, tmp_path)
    links = DataLinks({"业务领域": "tables/domains.csv"})
    assert "tables/domains.csv" not in export_html(book, PageContext("自己的一页", "2024年9月", "热线", data=links))
    assert list(links.places) == ["tables/charts/07_自己-1.csv"]


def test_a_committed_notebook_holds_no_data():
    book = strip_for_commit(notebook(picture("a\n"), shown(present.table(FRAME[["unit", "tickets"]]))))
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert len(outputs) == 1 and not outputs[0].metadata


def test_a_printed_figure_and_the_findings_lead_to_the_files_of_the_month():
    links = DataLinks({"图5": "tables/top.csv", "要点工单": "tables/findings.csv"})
    issue = Issue(1, Figure("巡游出租汽车", 3, 4, None, None), [], [], only="沈阳")
    drill = DrillDown([issue], "事项", ("", "", ""), "一句", "说明", number=5)
    assert links.fill(drill.html()).endswith(
        '</figure><p class="data" id="data-top"><a href="tables/top.csv">数据（CSV）</a></p>'
    )
    assert "<a" not in links.fill(replace(drill, number=None).html())
    named = Finding("标题", Sentence("正文"), "图2", "units", tickets=lambda: ["JT1"])
    told = lambda *found: links.fill(Findings(found, {"units": "x"}).html())
    assert "tables/findings.csv" in told(named, replace(named, tickets=None))
    assert "tables/findings.csv" not in told(replace(named, tickets=None))


def test_a_charts_data_are_the_frame_in_words(monkeypatch):
    out = []
    monkeypatch.setattr("IPython.display.display", lambda data, **options: out.append(options))
    present.bars(FRAME, "unit", "tickets")._ipython_display_()
    assert out[1]["metadata"]["image/png"]["data"] == "单位,件数\n甲,1200\n乙,400\n"
    present.lines(FRAME.set_index("unit"), "tickets", ["tickets"])._ipython_display_()
    assert out[3]["metadata"]["image/png"]["data"].startswith("单位,件数\n甲,1200")
