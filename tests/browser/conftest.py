"""The pages of a month and a browser to look at them, shared by all tests of this folder."""

import shutil
from dataclasses import replace

import pytest
from browsers import BY_HAND, CHROMIUM, FAILING, FLAGS, UNIT, sync_playwright
from nbformat import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from support import MONTH, ROOT

from hotline_lib.batch import printed, run_month, whole
from hotline_lib.batch.manifest import Run, read_manifest, write_manifest

MARKDOWN = """\
## 手写的一节

一段话，有[目录](#main)和 `代码`。

### 小题

- 一
- 二

| 单位 | 件 |
|---|---|
| 沈阳 | 1 |
"""


@pytest.fixture(scope="session")
def made(september, tmp_path_factory):
    """The pages of the month by their place in output/, without suffix."""
    root = tmp_path_factory.mktemp("axe")
    paths = replace(september, root=root, output=root / "output")
    shutil.copytree(ROOT / "notebooks", paths.notebooks)
    shown = ["m", "m.counts.head(3)", "m.counts.groupby('unit')[['tickets']].sum()", "print('行' * 500)"]
    by_hand = _notebook("# 手写", MARKDOWN, *shown, declared='unit: str = ""')
    write(by_hand, paths.notebooks / f"{BY_HAND}.ipynb")
    write(_notebook("# 失败", "m.no_such_thing"), paths.notebooks / f"{FAILING}.ipynb")
    result = run_month(MONTH, paths, units=[UNIT])
    assert [report.name for report in result.failed] == [FAILING]
    _run_before(paths)
    return {page.relative_to(paths.output).with_suffix("").as_posix(): page for page in paths.output.rglob("*.html")}


def _run_before(paths):
    """A run before this one, of other words and figures, so that there is a page of what changed."""
    folder = paths.report_folder(MONTH)
    manifest = read_manifest(folder)
    now = printed.read(folder / printed.FOLDER / f"{manifest.runs[-1].version}.json.gz")
    units = now.tables["units"]
    rows = tuple((*row[:-1], "0.01") for row in units.rows)
    words = {
        heading: tuple(f"{each[:40]}另有一句话。{each[40:]}" for each in said) for heading, said in now.words.items()
    }
    inputs = {**now.inputs, "program - hotline_lib": "0", f"tickets {MONTH} data/tickets/{MONTH}.parquet": "0"}
    before = replace(now, tables={**now.tables, "units": replace(units, rows=rows)}, words=words, inputs=inputs)
    manifest.runs = (Run(printed.keep(folder, before), "2024-10-12T09:00:00+08:00"), *manifest.runs)
    write_manifest(folder, manifest)
    whole.write_pages(paths, "某省热线", MONTH)


def _notebook(title, *cells, declared=""):
    """A notebook that opens the month; # begins a Markdown cell."""
    declared = f'month: str = "{MONTH}"\n{declared}'.strip()
    parameters = new_code_cell(declared, metadata={"tags": ["parameters"]})
    opened = new_code_cell("from hotline_lib import open_month\n\nm = open_month(month)")
    rest = [new_markdown_cell(cell) if cell.startswith("#") else new_code_cell(cell) for cell in cells]
    return new_notebook(cells=[new_markdown_cell(title), parameters, opened, *rest])


@pytest.fixture(scope="session")
def chromium():
    """The one browser of all these tests: a second driver cannot be started beside the first."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
