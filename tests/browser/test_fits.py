"""Nothing of a page is wider than its screen or its paper, nothing is cut off, and no sheet holds only the foot."""

import os
from functools import lru_cache
from urllib.parse import unquote

import pypdfium2
import pytest
from browsers import CHROMIUM, PAGES, sync_playwright
from support import MONTH

from hotline_lib.batch import run_month

MM = 96 / 25.4
UPRIGHT, TURNED = (210 - 18 - 16) * MM, (297 - 18 - 16) * MM  # px between the margins of a sheet
ONE_SHEET = 17  # rows of a table that is not torn: fifteen units, a total and a subtotal
ON_PAPER = 12  # sheets of the bulletin at most
FOOT = 15 * MM * 0.75  # points from the sheet's edge, under which its running foot stands

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

# columns and totals that hold nothing but —, sections of nothing but their heading, charts without a link to their data
HOLLOW = """() => {
  const said = cells => cells.some(cell => !['', '—'].includes(cell.textContent.trim()));
  const hollow = [];
  for (const table of document.querySelectorAll('table.hotline:not(.dense)')) {
    const rows = [...table.tBodies].flatMap(body => [...body.rows]), name = table.dataset.name || table.caption?.textContent || '';
    for (let at = 0; rows.length && at < rows[0].cells.length; at++)
      if (rows.every(row => row.cells[at]?.textContent.trim() === '—')) hollow.push(`${name}: column ${at}`);
    for (const row of [...table.rows].filter(row => row.matches('.total, .subtotal') || /^(合计|总计)$/.test(row.cells[1]?.textContent)))
      if (!said([...row.cells].slice(1).filter(cell => !/^(合计|总计)$/.test(cell.textContent)))) hollow.push(`${name}: ${row.textContent}`);
  }
  for (const section of document.querySelectorAll('.section'))
    if (![...section.children].some(each => each.tagName !== 'H2' && (each.textContent.trim() || each.querySelector('img')))) hollow.push(section.id);
  for (const figure of document.querySelectorAll('figure'))
    if (!figure.querySelector('.data a') && !figure.nextElementSibling?.matches('.data')) hollow.push(figure.textContent.slice(0, 20));
  return hollow;
}"""
# numbers of a column that do not end where the others do; a number on one line and its unit on the next; heads under a group
# that stand off their neighbour by less than the others
ASTRAY = """() => {
  const end = cell => { const range = document.createRange(); range.selectNodeContents(cell); return range.getBoundingClientRect().right; };
  const astray = [];
  for (const table of document.querySelectorAll('table.hotline')) {
    const ends = {};
    for (const cell of table.querySelectorAll('tbody td.num'))
      if (cell.textContent.trim()) (ends[cell.cellIndex] ||= []).push(end(cell));
    for (const [at, all] of Object.entries(ends))
      if (Math.max(...all) - Math.min(...all) > 1) astray.push(`${table.dataset.name}: column ${at}`);
  }
  for (const text of document.querySelectorAll('p.sentence, p.lead, p.table-note, .text p, td.text')) {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT), places = [];
    for (let node; (node = walker.nextNode());) for (let at = 0; at < node.length; at++) places.push([node, at]);
    const top = ([node, at]) => { const range = document.createRange(); range.setStart(node, at); range.setEnd(node, at + 1); return range.getBoundingClientRect().top; };
    for (const found of text.textContent.matchAll(/\\d(?=[件分个月日年位项%])/g))
      if (top(places[found.index + 1]) - top(places[found.index]) > 8) astray.push(text.textContent.slice(Math.max(0, found.index - 5), found.index + 2));
  }
  for (const row of document.querySelectorAll('table.hotline thead tr + tr'))
    if (new Set([...row.cells].map(cell => getComputedStyle(cell).paddingLeft)).size > 1) astray.push(`heads: ${row.textContent}`);
  return astray;
}"""
# the last line of each table's head
HEAD_LINES = """() => [...document.querySelectorAll('table.hotline thead')].map(head => [...head.querySelectorAll('th:not(.group)')]
  .sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left).map(cell => cell.innerText.trim().split('\\n').pop()).join(''))"""

# the rows of each table, without its head
ROWS = """() => [...document.querySelectorAll('table.hotline')].map(table =>
  [...table.tBodies].flatMap(body => [...body.rows]).map(row => [...row.cells].map(cell => cell.innerText).join('')))"""

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
def test_nothing_of_a_page_is_hollow_or_astray(made, chromium, name):
    page = opened(chromium, made[name], 1280)
    hollow = page.evaluate(HOLLOW)
    dead = [
        link for link in page.eval_on_selector_all(".data a", "all => all.map(link => link.getAttribute('href'))")
        if not (made[name].parent / unquote(link)).is_file()
    ]  # fmt: skip
    astray = page.evaluate(ASTRAY)
    page.set_viewport_size({"width": 390, "height": 900})
    astray += page.evaluate(ASTRAY)
    page.close()
    assert (hollow, dead, astray) == ([], [], [])


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
    heads = ["".join(head.split()) for head in page.locator("h2, h3, caption, .figure-title").all_text_contents()]
    heads += ["".join(line.split()) for line in page.evaluate(HEAD_LINES)]
    foot = page.locator(".foot").count()
    page.close()
    assert [last for last in lowest(chromium, made[name]) if last in heads] == []
    assert not foot or "来源与口径" in _words(chromium, made[name])[-1]  # the foot is not parted
    assert [note for note in notes for sheet in sheets if note and sheet.startswith(note[:10])] == []
    assert len(sheets) <= ON_PAPER


def test_sheets_are_full(made, chromium):
    """The first sheet of the bulletin to its end; of the others no less than a third, where nothing must begin anew."""
    for name in (each for each in PAGES if each.rpartition("/")[2][:2].isdigit()):
        document = pypdfium2.PdfDocument(on_paper(chromium, made[name]))
        turned = [sheet.get_width() > sheet.get_height() for sheet in document]
        filled = [_filled(sheet) for sheet in document]
        held = [at for at in range(len(filled) - 1) if not turned[at] and not turned[at + 1]]
        assert [(at + 1, filled[at]) for at in held if filled[at] < 0.33] == [], name
        if name == f"{MONTH}/00_bulletin":  # the first sheet has all of 一览: its head does not come again
            assert filled[0] > 0.8 and "抽检问题" not in document[1].get_textpage().get_text_range()


@pytest.mark.parametrize("name", PAGES)
def test_a_table_of_units_stays_on_one_sheet(made, chromium, name):
    sheets, seen = ["".join(words.split()) for words in _words(chromium, made[name])], 0
    page = opened(chromium, made[name], 1280)
    tables = [["".join(row.split()) for row in rows] for rows in page.evaluate(ROWS)]
    page.close()
    for rows in (rows for rows in tables if len(rows) <= ONE_SHEET):
        on = [there for row in rows if row and (there := {at for at, words in enumerate(sheets) if row in words})]
        assert not on or set.intersection(*on), (name, rows[0], on)
        seen += len(on)
    assert seen >= 0.8 * sum(len(rows) for rows in tables if len(rows) <= ONE_SHEET), "most rows are found on paper"


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
        words = _words(chromium, file)
        assert "来源与口径" in words[-1], file.name
        assert file.stem != "00_bulletin" or ("灰字" in words[0] and "抽检问题" not in words[1])  # all of 一览


def printed(chromium, file) -> list[str]:
    """The words of the highest line of each sheet of the page on paper: a PDF has the running foot first."""
    return [_line(sheet.get_textpage(), max) for sheet in pypdfium2.PdfDocument(on_paper(chromium, file))]


def lowest(chromium, file) -> list[str]:
    """The words of the lowest line of each sheet above the running foot."""
    return [_line(sheet.get_textpage(), min) for sheet in pypdfium2.PdfDocument(on_paper(chromium, file))]


def _words(chromium, file) -> list[str]:
    """All words of each sheet."""
    return [sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(on_paper(chromium, file))]


@lru_cache(maxsize=2)
def on_paper(chromium, file) -> bytes:
    page = opened(chromium, file, 1280)
    made = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    return made


def _filled(sheet) -> float:
    """How much of the height between the margins something stands in."""
    tall = sheet.get_height()
    ends = [bottom for _, bottom, *_ in (each.get_bounds() for each in sheet.get_objects()) if bottom > FOOT]
    return (tall - 15 * MM * 0.75 - min(ends)) / (tall - 31 * MM * 0.75)


def _line(text, end) -> str:
    boxes = [box for box in map(text.get_rect, range(text.count_rects())) if box[1] > FOOT]
    at = end(box[3] for box in boxes)
    return "".join("".join(text.get_text_bounded(*box).split()) for box in sorted(boxes) if abs(box[3] - at) < 8)
