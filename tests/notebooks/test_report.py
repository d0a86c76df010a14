"""A month from end to end: the page that officials open from an e-mail, with the network off."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from printed import rows_by_key
from support import MONTH

from hotline_lib.batch import run_month

VOID = {"meta", "img", "br", "link", "input", "hr", "col"}


class Page(HTMLParser):
    """The tags of a page, in order, with their attributes, and its visible text."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag in VOID
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    def all(self, *names: str) -> list[dict]:
        return [attributes for tag, attributes in self.tags if tag in names]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


@pytest.fixture(scope="module")
def made(september, tmp_path_factory):
    from dataclasses import replace

    paths = replace(september, output=tmp_path_factory.mktemp("output"))
    result = run_month(MONTH, paths)
    assert not result.failed, [report.error for report in result.failed]
    return paths, result


@pytest.fixture(scope="module")
def pages(made):
    _, result = made
    return {report.name: report.page.read_text(encoding="utf-8") for report in result.reports}


def test_every_notebook_gives_a_page_tables_and_an_index(made):
    paths, result = made
    names = {path.stem for path in paths.notebooks.glob("[0-9]*.ipynb")}
    assert {report.name for report in result.reports} == names
    assert (paths.report_folder(MONTH) / "tables" / "units.csv").exists()
    assert "2024年9月" in (paths.output / "index.html").read_text(encoding="utf-8")


def test_pages_are_whole_and_need_nothing_from_outside(pages):
    for name, html in pages.items():
        page = Page(html)
        assert page.open == [], name
        assert not page.all("script", "iframe", "object", "link"), name
        addresses = [
            value for _, attributes in page.tags for key, value in attributes.items() if key in ("src", "href")
        ]
        assert all(address.startswith(("#", "data:image/png;base64,")) for address in addresses), name
        assert "url(" not in html and "@import" not in html
        assert not any(key.startswith("on") for _, attributes in page.tags for key in attributes)
        assert len(html.encode()) < 1_000_000


def test_pages_are_accessible(pages):
    for name, html in pages.items():
        page = Page(html)
        assert page.all("html")[0]["lang"] == "zh-CN"
        assert all(len(image["alt"]) >= 20 for image in page.all("img")), name
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), name
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        targets = [attributes["href"][1:] for attributes in page.all("a")]
        assert set(targets) <= set(ids)
        assert all("scope" in cell for cell in page.all("th"))


def test_pages_say_that_their_tickets_are_simulated_and_where_figures_come_from(pages):
    for html in pages.values():
        text = Page(html).text
        assert "模拟工单" in text
        assert "SHA-256" in text
        assert "pandas" in text


def test_every_figure_of_annex_3_stands_on_the_overview_as_printed(pages, september):
    printed = rows_by_key((september.published(MONTH) / "units.csv").read_text(encoding="utf-8"), ["unit"])
    text = Page(pages["01_overview"]).text
    for unit, row in printed.items():
        assert unit in text
        for column in ("complaint", "inquiry", "suggestion", "total"):
            assert f"{int(row[column]):,}" in text
        if unit != "省交投":  # the erratum
            change = row["yoy_pct"]
            assert (f"−{change[1:]}" if change.startswith("-") else f"+{change}") in text
    assert "+31.47" in text
    assert "印刷本为 7.04，应为 31.47" in text


def test_notebook_cells_call_and_show_and_no_more(project):
    for path in sorted(project.notebooks.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code":
                assert len([line for line in source.splitlines() if line.strip()]) <= 5, path
                assert not re.search(r"^\s*(def|class|for|while|if)\b", source, re.M), path
            elif "#" not in source:
                assert not re.search(r"\d{2,}", source), path  # numbers are made, not typed
            assert not any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])), path
