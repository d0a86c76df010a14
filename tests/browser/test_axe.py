"""No page of a month keeps anybody out: axe-core finds nothing wrong in any of them, on a desk and on a phone.

Beside the project's own notebooks the month has two of an analyst: one, made for a unit, shows what analysts show (a
frame, printed text, Markdown), one fails. A notebook that is added later is covered without a word here.

Needs the extra ``browser``, the system's Chromium, and axe-core, which ``make browser`` takes from npm. Skipped where
they are missing, but not under CI=true.
"""

import os
import shutil
from dataclasses import replace

import pytest
from browsers import CHROMIUM, FLAGS, sync_playwright
from nbformat import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from support import MONTH, ROOT

from hotline_lib.batch import run_month
from hotline_lib.batch.plan import discover

AXE = ROOT / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"

UNIT, BY_HAND, FAILING = "沈阳", "98_by_hand", "99_failing"
FOLDER = {False: f"{MONTH}/", True: f"{MONTH}/units/{UNIT}/"}
PAGES = [
    *(FOLDER[notebook.per_unit] + notebook.name for notebook in discover(ROOT / "notebooks")),
    FOLDER[True] + BY_HAND,
    FOLDER[False] + FAILING,
    f"{MONTH}/units/index",
    "index",
]
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

pytestmark = pytest.mark.skipif(
    (CHROMIUM is None or sync_playwright is None or not AXE.is_file()) and os.environ.get("CI") != "true",
    reason="needs Chromium, playwright and axe-core: make browser",
)


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def test_every_page_made_is_looked_at(made):
    assert sorted(made) == sorted(PAGES)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_wrong(made, chromium, name, width):
    assert AXE.is_file(), "no axe-core: make browser"
    page = chromium.new_page(viewport={"width": width, "height": 900}, offline=True)
    page.goto(made[name].as_uri())
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")  # by default with the best practices
    page.close()
    assert len(found["passes"]) > 20  # it did look
    wrong = [
        f"{rule['id']}: {rule['help']}\n"
        + "".join(f"    {' '.join(map(str, node['target']))}\n" for node in rule["nodes"])
        for rule in found["violations"]
    ]
    assert not wrong, f"{name}.html, {width} px\n" + "".join(wrong)
