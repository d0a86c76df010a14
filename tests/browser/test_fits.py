"""Nothing of a page is wider than its screen or its paper, nothing is cut off, and no sheet holds only the foot."""

import os

import pypdfium2
import pytest
from browsers import CHROMIUM, PAGES, sync_playwright
from support import MONTH

from hotline_lib.batch import run_month

MM = 96 / 25.4
UPRIGHT, TURNED = (210 - 18 - 16) * MM, (297 - 18 - 16) * MM  # px between the margins of a sheet
ON_PAPER = 12  # sheets of the bulletin at most

# the words and pictures that stand beyond the right edge, but for those that a box lets scroll
BEYOND = """([upright, turned]) => {
  const beyond = [], words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const look = (element, box, said) => {
    const edge = element.closest('.landscape') ? turned : upright;
    const scrolls = turned === upright && element.closest('.table-box');
    if (box.width && box.height && !scrolls && !element.closest('.skip') && (box.right > edge + 1 || box.left < -1))
      beyond.push(`${said} (${Math.round(box.left)}-${Math.round(box.right)} of ${Math.round(edge)})`);
  };
  for (let node; (node = words.nextNode());) {
    if (!node.textContent.trim()) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    for (const box of range.getClientRects()) look(node.parentElement, box, node.textContent.trim().slice(0, 30));
  }
  for (const image of document.images) look(image, image.getBoundingClientRect(), image.alt.slice(0, 30));
  return beyond;
}"""
# cells whose words come within 2 px of their neighbour's: [words, words]
TOUCHING = """() => [...document.querySelectorAll('tr')].flatMap(row => {
  const boxes = [...row.cells].map(cell => {
    const range = document.createRange(); range.selectNodeContents(cell);
    return [cell.textContent.trim(), range.getBoundingClientRect()];
  }).filter(([words]) => words);
  return boxes.slice(1).flatMap(([words, box], at) => box.left - boxes[at][1].right < 2 ? [[boxes[at][0], words]] : []);
})"""
# the numbers of a table whose panel is cut off: it is looked for under the number, where it opens
CUT_OFF = """() => [...document.querySelectorAll('td a.n')].filter(link => {
  link.focus({focusVisible: true}); link.scrollIntoView({block: 'center'});
  const box = link.getBoundingClientRect(), at = [box.left + box.width / 2 - 8, box.bottom + 22];
  return document.elementFromPoint(...at) !== link;
}).map(link => link.closest('tr').textContent)"""

pytestmark = pytest.mark.skipif(
    (CHROMIUM is None or sync_playwright is None) and os.environ.get("CI") != "true",
    reason="needs Chromium and playwright: make browser",
)


def opened(chromium, file, width):
    page = chromium.new_page(viewport={"width": round(width), "height": 900}, offline=True)
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("width", [1280, 768, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_wide_as_its_screen(made, chromium, name, width):
    page = opened(chromium, made[name], width)
    across = page.evaluate("document.documentElement.scrollWidth")
    beyond, touching = page.evaluate(BEYOND, [width, width]), page.evaluate(TOUCHING)
    page.close()
    assert (across <= width, beyond, touching) == (True, [], [])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_wide_as_its_paper(made, chromium, name):
    page = opened(chromium, made[name], UPRIGHT)
    page.emulate_media(media="print")
    beyond = page.evaluate(BEYOND, [UPRIGHT, TURNED])
    page.close()
    assert beyond == []


@pytest.mark.parametrize("name", PAGES)
def test_a_name_or_a_date_of_the_head_stays_on_one_line(made, chromium, name):
    page = opened(chromium, made[name], 390)
    lines = page.evaluate("[...document.querySelectorAll('.around a')].filter(link => link.getClientRects().length > 1).map(link => link.textContent)")  # fmt: skip
    page.close()
    assert lines == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_panel_of_a_number_is_not_cut_off(made, chromium, width):
    page = opened(chromium, made[f"{MONTH}/00_bulletin"], width)
    cut = page.evaluate(CUT_OFF)
    page.close()
    assert cut == []


@pytest.mark.parametrize("name", PAGES)
def test_no_sheet_holds_only_the_foot_or_begins_with_a_note(made, chromium, name):
    sheets = printed(chromium, made[name])
    assert not sheets[-1].startswith("来源与口径")
    page = opened(chromium, made[name], 1280)
    notes = ["".join(note.split()) for note in page.locator("p.table-note").all_text_contents()]
    page.close()
    assert [note for note in notes for sheet in sheets if note and sheet.startswith(note[:10])] == []
    assert len(sheets) <= ON_PAPER


def test_a_year_of_months_fits_too(twelve, chromium):
    made = run_month(MONTH, twelve, units=["营口"])
    assert not made.failed
    for file in sorted((twelve.output / MONTH).rglob("0*.html")):
        for width in (1280, 390):
            page = opened(chromium, file, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (file.name, width)
            page.close()
        sheets = printed(chromium, file)
        assert not sheets[-1].startswith("来源与口径") and len(sheets) <= ON_PAPER, file.name


def printed(chromium, file) -> list[str]:
    """The words of the highest line of each sheet of the page on paper: a PDF has the running foot first."""
    page = opened(chromium, file, 1280)
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))
    page.close()
    return [_highest(sheet.get_textpage()) for sheet in document]


def _highest(text) -> str:
    boxes = [text.get_rect(at) for at in range(text.count_rects())]
    top = max(box[3] for box in boxes)
    return "".join("".join(text.get_text_bounded(*box).split()) for box in sorted(boxes) if box[3] > top - 8)
