"""Our own bulletin, as Word has it, contradicts itself nowhere; the page says what was held; a fault stops the mail."""

import re
import shutil
from dataclasses import replace
from html import escape

import pytest
from support import MONTH

from hotline_lib import bulletin, open_month
from hotline_lib.batch import proofs
from hotline_lib.batch.manifest import Manifest
from hotline_lib.deliver.word import write_word
from hotline_lib.errors import HotlineError
from hotline_lib.new_month import new_month
from hotline_lib.params import load_schemes
from hotline_lib.proofread import proofread, show
from hotline_lib.proofread.read import blocks_of_page


@pytest.fixture(scope="module")
def own(september, tmp_path_factory):
    return write_word(open_month(MONTH, september), tmp_path_factory.mktemp("word"))


def test_the_published_month_is_right(own, september):
    document = proofread(own, load_schemes(september.params))
    assert not document.faulty
    assert document.held > 300
    assert proofs.file_proof(own, september) == ()


def test_another_province_is_right(province, tmp_path):
    assert proofs.file_proof(write_word(open_month("2025-03", province), tmp_path), province) == ()


@pytest.mark.slow
@pytest.mark.parametrize("month", [f"2024-{number:02}" for number in range(1, 9)] + ["2023-10", "2023-11", "2023-12"])
def test_simulated_months_are_right(twelve, month, tmp_path):
    shutil.copytree(twelve.params, tmp_path / "params")
    paths = replace(twelve, params=tmp_path / "params", output=tmp_path / "output")
    new_month(month, paths)
    assert proofs.file_proof(write_word(open_month(month, paths), tmp_path), paths) == ()


def test_the_types_table_says_what_the_base_month_had_besides(september):
    notes = "".join(bulletin.business_types(open_month(MONTH, september)).table.below)
    assert re.search(r"上年同月另有4[67]\d件其他（已停用）", notes)


PAGE = "<html><body><p>共受理100件，其中投诉20件，占{}%。</p><footer><p>来源</p></footer></body></html>"


def test_the_page_says_in_its_foot_what_was_held(project):
    html, faults = proofs.page_proof(PAGE.format(20), "00_bulletin.html", project)
    assert not faults
    assert "3个数，3个与别处相核（1条关系）；没有发现问题。</p>\n</footer>" in html


def test_what_is_counted_in_the_foot_stands_there_with_its_place(project):
    page = PAGE.replace("占{}%。", "占20%。</p><p>沈阳，大连,丹东等6市受理20件。")
    html, faults = proofs.page_proof(page, "00_bulletin.html", project)
    document = proofread(blocks_of_page(page), (), "00_bulletin.html")
    assert not faults and document.remarks
    items = re.findall("<li>(.*?)</li>", html[html.index('<details class="why">') :])
    assert items == [escape(line) for line in show.each(document)]
    assert len(items) == len(document.findings) + len(document.remarks) and "半角「,」" in items[-1]


def test_a_fault_in_the_bulletin_is_remembered_and_told_at_the_end(project):
    made = Manifest(MONTH)
    here = lambda work, *given: work(*given)
    assert "校核本页" in proofs.of_page(PAGE.format(30), "00_bulletin", made, project, here)
    assert proofs.of_page(PAGE.format(30), "01_overview", made, project, here) == PAGE.format(30)
    (told,) = proofs.told(made.proofs)
    assert told.startswith("校核 00_bulletin.html：") and "20件 ÷ 100件" in told


def test_a_fault_stops_the_mail_and_says_how_to_go_on():
    proofs.refuse_faulty({"00_bulletin.html": ()}, MONTH)
    with pytest.raises(HotlineError, match="--despite 原因"):
        proofs.refuse_faulty({"bulletin.docx": ["错　一、　20件 ÷ 100件 = 20%，印作 30%"]}, MONTH)
