"""No page of a month keeps anybody out: axe-core finds nothing wrong in any of them, on a desk and on a phone.

Beside the project's own notebooks the month has two of an analyst: one, made for a unit, shows what analysts show (a
frame, printed text, Markdown), one fails. A notebook that is added later is covered without a word here.

Needs the extra ``browser``, the system's Chromium, and axe-core, which ``make browser`` takes from npm. Skipped where
they are missing, but not under CI=true.
"""

import os

import pytest
from browsers import CHROMIUM, PAGES, sync_playwright
from support import ROOT

AXE = ROOT / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = pytest.mark.skipif(
    (CHROMIUM is None or sync_playwright is None or not AXE.is_file()) and os.environ.get("CI") != "true",
    reason="needs Chromium, playwright and axe-core: make browser",
)


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
