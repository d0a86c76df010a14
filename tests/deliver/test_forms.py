"""Every form of a month's bulletin follows the same parameters: page, Word, workbook, mail, CSV, unit editions, explain."""

import csv
import email
import re
import shutil
from dataclasses import replace
from email import policy

import openpyxl
import pytest
from bs4 import BeautifulSoup
from docx import Document
from support import MONTH, one_in

from hotline_lib import bulletin, metrics, open_month, published
from hotline_lib.batch import run_month
from hotline_lib.batch.manifest import read_manifest
from hotline_lib.batch.written import only_tables, top_of
from hotline_lib.errors import HotlineError
from hotline_lib.params import load_params

ROLES = ("complaint", "inquiry")


@pytest.fixture(scope="module", params=one_in(2, ["3, by the month's YAML", "7, typed"]))
def made(request, september, tmp_path_factory):
    """A run with another ``top`` than five: the paths, the month, and ``top``."""
    top, folder = int(request.param[0]), tmp_path_factory.mktemp("forms")
    (folder / "params").symlink_to(september.params) if top == 7 else _with_top(
        september.params, folder / "params", top
    )
    paths = replace(september, params=folder / "params", output=folder / "output")
    asked = {"parameters": {"top": "7"}} if top == 7 else {}
    result = run_month(MONTH, paths, only=["00", "03", "06"], units=["沈阳"], **asked)
    assert not result.failed and not result.tables.error and not result.mail.error
    return paths, open_month(MONTH, paths), top


def _with_top(params, folder, top):
    shutil.copytree(params, folder)
    file = folder / "months" / f"{MONTH}.yaml"
    text = file.read_text(encoding="utf-8")
    assert "notebooks: {}" in text
    written = text.replace("notebooks: {}", f"notebooks: {{03_top_issues: {{top: {top}}}}}")
    file.write_text(written, encoding="utf-8")


@pytest.fixture(scope="module")
def issues(made):
    """The issues that every form must list, by role, in order."""
    _, m, top = made
    found = {role: metrics.top_issues(m.counts, role, top=top)["issue"].tolist() for role in ROLES}
    assert all(len(names) == top for names in found.values())
    return found


def page(made, name):
    return BeautifulSoup((made[0].report_folder(MONTH) / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize(
    ("name", "order"), [("00_bulletin", ["inquiry", "complaint"]), ("03_top_issues", ["inquiry", "complaint"])]
)
def test_pages_list_them(made, issues, name, order):
    shown = [
        [each.strong.text for each in drill.select(".drill-title")] for drill in page(made, name).select("figure.drill")
    ]
    assert shown == [issues[role] for role in order]


def test_word_lists_them(made, issues):
    text = [each.text for each in Document(made[0].report_folder(MONTH) / "bulletin.docx").paragraphs]
    listed = [found[1] for line in text if (found := re.match(r"\d+\.(\w+)。(?:工单|主要|全部)", line))]
    assert listed == issues["inquiry"] + issues["complaint"]
    assert sum(f"排名前{made[2]}位的事项" in line for line in text) == 4  # two headings, two sentences


def rows(made, name):
    file = made[0].report_folder(MONTH) / "tables" / f"{name}.csv"
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))


def test_tables_workbook_and_mail_list_them(made, issues):
    folder, whole = made[0].report_folder(MONTH), issues["inquiry"] + issues["complaint"]
    assert [row["issue"] for row in rows(made, "top_issues")] == whole
    details = dict.fromkeys((row["type"], row["issue"]) for row in rows(made, "top_issue_details"))
    assert [issue for _, issue in details] == whole
    sheet = openpyxl.load_workbook(folder / "附表.xlsx")["热点事项"]
    assert [cell for (cell,) in sheet.iter_rows(min_row=4, min_col=3, max_col=3, values_only=True) if cell] == whole
    mail = email.message_from_bytes((folder / "bulletin.eml").read_bytes(), policy=policy.default)
    (word,) = [part.get_content() for part in mail.iter_attachments() if part.get_filename().endswith(".docx")]
    assert word == (folder / "bulletin.docx").read_bytes()


def test_a_unit_edition_lists_as_many(made):
    _, m, top = made
    shown = page(made, "units/沈阳/06_unit").text
    for role in ROLES:
        own = metrics.top_issues(m.counts[m.counts["unit"] == "沈阳"], role, top=top + 1)["issue"].tolist()
        assert all(issue in shown for issue in own[:top])
    tables = [each for each in page(made, "units/沈阳/06_unit").select("table") if "占本单位" in each.text]
    assert [len(table.select("tbody tr")) for table in tables] == [top, top]


def test_explain_and_tables_afterwards_follow_the_run(made, issues):
    paths, m, top = made
    assert read_manifest(paths.report_folder(MONTH)).tables.shared == {"top": top}
    assert top_of(MONTH, paths, m.params) == top
    before = {file.name: file.read_bytes() for file in (paths.report_folder(MONTH) / "tables").glob("*.csv")}
    assert {file.name: file.read_bytes() for file in only_tables(m, paths)} == before
    whole = metrics.top_issues(m.counts, "complaint", top=7)
    last = str(whole["tickets"].iloc[-1])
    assert any(whole["issue"].iloc[-1] in line for line in bulletin.explain(m, last, 7))
    if top == 3:
        assert not any(whole["issue"].iloc[-1] in line for line in told(m, last, top))


def told(m, number, top):
    try:
        return bulletin.explain(m, number, top)
    except HotlineError:
        return []


def test_as_a_base_the_tables_say_the_same(made, september, tmp_path):
    """Totals, units and domains of the kept CSV do not depend on how many issues are listed."""
    _, m, _ = made
    bulletin.write_tables(m, tmp_path / "published" / MONTH)
    five = published.margins(MONTH, m.params, replace(september, data=tmp_path))
    kept = tmp_path / "kept" / "published"
    kept.mkdir(parents=True)
    (kept / MONTH).symlink_to(made[0].report_folder(MONTH) / "tables")
    own = published.margins(MONTH, m.params, replace(september, data=kept.parent))
    assert five.keys() == own.keys() and all(five[key].equals(own[key]) for key in five)


def test_a_changed_month_is_no_longer_what_the_tables_say(september, tmp_path):
    _with_top(september.params, tmp_path / "params", 7)
    paths = replace(september, params=tmp_path / "params", output=tmp_path / "output")
    assert top_of(MONTH, paths, load_params(MONTH, paths.params)) == 7
