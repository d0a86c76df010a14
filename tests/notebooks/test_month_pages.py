"""The pages with twelve months before them: overview, domains and issues show them, and nothing is torn."""

import json

import pytest
from bs4 import BeautifulSoup
from support import MONTH

from hotline_lib.batch import run_month

SECTIONS = {"01_overview": "近几个月", "02_domains": "近几个月的各领域", "03_top_issues": "近几个月的投诉事项"}


@pytest.fixture(scope="module")
def pages(twelve):
    result = run_month(MONTH, twelve, only=["01", "02", "03"])
    assert result.failed == []
    return {
        report.name: BeautifulSoup(report.page.read_text(encoding="utf-8"), "html.parser") for report in result.reports
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_shows_the_months(pages, name):
    (section,) = [each for each in pages[name].find_all("section") if each.h2 and each.h2.get_text() == SECTIONS[name]]
    assert "2023年10月至2024年9月" in section.get_text() and "控制限" in section.get_text()
    assert "试用" not in section.get_text()
    (picture,) = section.find_all("img")
    assert picture["width"] == "440" and "2023年10月至2024年9月" in picture["alt"]


@pytest.mark.slow
def test_the_year_so_far_stands_beside_the_month(pages):
    (table,) = [each for each in pages["01_overview"].find_all("table") if "本年累计" in each.get_text()]
    assert "1月至9月累计" in table.get_text() and "243,909" in table.get_text()


@pytest.mark.slow
def test_the_foot_names_every_month(pages):
    foot = pages["01_overview"].find(id="sources").get_text()
    assert all(f"data/tickets/2023-{number}.parquet" in foot for number in (10, 11, 12))


@pytest.mark.parametrize("name", SECTIONS)
def test_the_committed_pages_have_two_months_and_no_course(project, name):
    cells = json.loads((project.notebooks / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    shown = json.dumps([cell.get("outputs", []) for cell in cells], ensure_ascii=False)
    assert not any(word in shown for word in ("走势", "趋势", "控制限", "两个月的"))
