"""The pages of a month and a browser to look at them, shared by all tests of this folder."""

import shutil
from dataclasses import replace

import pytest
from browsers import BY_HAND, CHROMIUM, FAILING, FLAGS, UNIT, sync_playwright
from nbformat import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from support import MONTH, ROOT

from hotline_lib.batch import run_month

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
    return {page.relative_to(paths.output).with_suffix("").as_posix(): page for page in paths.output.rglob("*.html")}


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
