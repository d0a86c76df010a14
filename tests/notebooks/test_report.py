"""A month from end to end: the page that officials open from an e-mail, with the network off."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from printed import rows_by_key
from support import MONTH, ROOT

from hotline_lib.batch import run_month, shared_kernels

MARKUP = "<b>东</b>川<script>"
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
    names = {path.stem for path in paths.notebooks.glob("[0-9]*.ipynb")} - {"06_unit"}  # made on --unit
    assert {report.name for report in result.reports} == names
    assert (paths.report_folder(MONTH) / "tables" / "units.csv").exists()
    for report in result.reports:
        for data in re.findall('href="(tables/[^"]+)"', report.page.read_text(encoding="utf-8")):
            assert (report.page.parent / data).is_file(), (report.name, data)
    assert "2024年9月" in (paths.output / "index.html").read_text(encoding="utf-8")


def test_pages_are_whole_and_need_nothing_from_outside(pages):
    for name, html in pages.items():
        page = Page(html)
        assert page.open == [], name
        assert not page.all("script", "iframe", "object", "link"), name
        addresses = [
            value for _, attributes in page.tags for key, value in attributes.items() if key in ("src", "href")
        ]
        beside = [address for address in addresses if not address.startswith(("#", "data:image/png;base64,"))]
        there = {f"{other}.html" for other in pages} | {"../index.html", "../tables.html"}
        assert all(each in there or re.fullmatch(r"tables/[\w/%-]+\.csv", each) for each in beside), (name, beside)
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
        targets = [each["href"][1:] for each in page.all("a") if each["href"].startswith("#")]
        assert set(targets) <= set(ids)
        assert all("scope" in cell for cell in page.all("th"))


def test_every_number_of_the_bulletin_says_on_the_page_how_it_is_made(pages):
    page = Page(pages["00_bulletin"])
    numbers = [link for link in page.all("a") if link.get("class") == "n"]
    formulas = {span["id"] for span in page.all("span") if re.fullmatch(r"s\d+-\d+", span.get("id", ""))}
    assert len(numbers) > 700
    for link in numbers:
        assert link["href"][1:] in formulas
        formula, tickets, *command = link["data-why"].split("\n")  # 未发现 is no number that can be asked for
        assert formula.startswith("算式：") and tickets.startswith("工单："), link
        assert all(each.startswith(f"命令：hotline explain {MONTH} ") for each in command), link


_RUNNER = """
import sys
from hotline_lib import cli
try:
    cli.main(sys.argv[1:])
except SystemExit as end:
    print("code", end.code)
print("loaded", *{"pandas", "ibis", "matplotlib", "scipy", "docx"} & set(sys.modules))
"""


@pytest.mark.parametrize("more", [[], ["--only", "05", "--force"]])
def test_the_process_that_runs_a_month_imports_nothing_that_others_have_imported(made, more):
    paths, _ = made
    folders = ["--data", str(paths.data), "--params", str(paths.params), "--output", str(paths.output)]
    command = [sys.executable, "-c", _RUNNER, "run", MONTH, *more, *folders]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=paths.root)
    assert "5_spot_checks" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["loaded"]


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
    assert "同比：印刷本+7.04%，应为+31.47%" in text


def test_every_figure_of_annexes_1_and_2_stands_on_its_page_as_printed(pages, september):
    folder = september.published(MONTH)
    page = Page(pages["04_city_scoring"]).text
    for unit, row in rows_by_key((folder / "indicators.csv").read_text(encoding="utf-8"), ["unit"]).items():
        assert unit in page
        figures = {figure for column, figure in row.items() if column not in ("unit", "monthly_analysis_done")}
        figures = {
            "37.70" if f == "37.7" else "299.70" if f == "299.7" else f for f in figures
        }  # printed with one decimal
        assert not [figure for figure in figures if figure not in page], unit
    page = Page(pages["05_spot_checks"]).text
    for unit, row in rows_by_key((folder / "spot_checks.csv").read_text(encoding="utf-8"), ["unit"]).items():
        assert unit in page
        problems = int(row["problem_tickets"])
        assert (f"{problems}/4" if problems else "未发现问题（0/4）") in page
        assert all(number in page for number in row["problem_ticket_ids"].split(";"))


@pytest.mark.slow  # two small runs are compared in make test
def test_a_second_run_gives_the_same_bytes_but_for_the_time(made, tmp_path):
    paths, result = made
    here = replace(paths, output=tmp_path)
    with shared_kernels(here) as shared:  # as the command does: Word and tables come from another process
        again = run_month(MONTH, here, shared=shared)
    for before, after in zip(result.reports, again.reports, strict=True):
        for suffix in (".html", ".ipynb"):
            first, second = (report.page.with_suffix(suffix).read_text(encoding="utf-8") for report in (before, after))
            assert without_times(first) == without_times(second), before.name
    folder = paths.report_folder(MONTH)
    for file in [*sorted(folder.rglob("*.csv")), folder / "附表.xlsx", folder / "bulletin.docx"]:
        assert file.read_bytes() == (tmp_path / MONTH / file.relative_to(folder)).read_bytes()


def without_times(text: str) -> str:
    text = re.sub(r"\d{4}年\d{1,2}月\d{1,2}日\d{2}:\d{2}生成", "TIME生成", text)
    return re.sub(r"生成于 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "生成于 TIME", text)


def test_an_unchanged_month_is_not_made_again(made):
    paths, result = made
    again = run_month(MONTH, paths)
    assert {report.status for report in again.reports} == {"unchanged"}
    assert [report.name for report in again.reports] == [report.name for report in result.reports]


@pytest.mark.slow  # the next one makes its pages too
def test_another_province_gets_its_own_pages(province):
    result = run_month("2025-03", province)
    assert not result.failed, [report.error for report in result.failed]
    for report in result.reports:
        text = Page(report.page.read_text(encoding="utf-8")).text
        assert "云岭省出行服务热线" in text
        assert not [words for words in ("辽宁", "沈阳", "省交投") if words in text], report.name


@pytest.mark.slow
def test_markup_in_a_name_shows_as_text_in_every_page(province, tmp_path):
    """In params, published tables and tickets a unit is called so."""
    paths = replace(province, data=tmp_path / "data", params=tmp_path / "params", output=tmp_path / "output")
    for folder, copy in ((province.data, paths.data), (province.params, paths.params)):
        shutil.copytree(folder, copy)
        for file in copy.rglob("*.*"):
            if file.suffix in (".csv", ".yaml"):
                file.write_text(file.read_text(encoding="utf-8").replace("东川", MARKUP), encoding="utf-8")
    for file in (paths.data / "tickets").glob("*.parquet"):
        tickets = pq.read_table(file)
        named = pc.replace_substring(tickets["unit"].cast("string"), "东川", MARKUP)
        pq.write_table(tickets.set_column(tickets.column_names.index("unit"), "unit", named), file)
    result = run_month("2025-03", paths)
    assert not result.failed and not result.tables.error, [report.error for report in result.failed]
    for report in result.reports:
        page = Page(report.page.read_text(encoding="utf-8"))
        assert not page.all("b", "script"), report.name
        assert MARKUP in page.text or report.name == "05_spot_checks"  # nothing was drawn there


@pytest.mark.slow  # runs execute notebooks through papermill too
def test_papermills_own_command_works(september, tmp_path):
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", "notebooks/05_spot_checks.ipynb", str(out), "-p", "month", MONTH]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120,
        env={**os.environ, **september.environment(), "HOTLINE_OUTPUT": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Clopper" in out.read_text(encoding="utf-8")


def test_the_heads_of_a_page_are_nouns(project):
    heads = [
        line
        for path in sorted(project.notebooks.glob("0*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for line in "".join(cell["source"]).splitlines()
        if cell["cell_type"] == "markdown" and line.startswith("#")
    ]
    assert len(heads) > 30
    assert [head for head in heads if re.search(r"什么|怎样|怎么|多大|多少|哪里|为何|吗|[？：了]", head)] == []


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
