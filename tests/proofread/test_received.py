"""The received bulletin of September 2024: exactly what is wrong in it, and nothing else."""

import csv
import dataclasses
from decimal import Decimal

import pytest
from support import ROOT

from hotline_lib.params import load_schemes
from hotline_lib.proofread import AGAINST, BASE, WRONG, proofread
from hotline_lib.proofread.read import read

PRINTED = ROOT / "data" / "published" / "2024-09"


@pytest.fixture(scope="module")
def received():
    return proofread(PRINTED / "report.txt", load_schemes(ROOT / "params"))


def test_the_errata_are_proved_wrong_and_nothing_else_is(received):
    with (PRINTED / "errata.csv").open(encoding="utf-8-sig") as file:
        errata = {(Decimal(row["printed"]), Decimal(row["correct"])) for row in csv.DictReader(file)}
    wrong = [verdict for verdict in received.findings if verdict.kind == WRONG]
    assert {(verdict.figures[0].value, Decimal(verdict.right.rstrip("%"))) for verdict in wrong} == errata
    assert len(wrong) == len(errata) == 14


def test_the_contradictions_are_these(received):
    texts = [verdict.text for verdict in received.findings if verdict.kind == AGAINST]
    assert len(texts) == 4
    for part in ("190697–190711", "「高速公路」与「省交投」", "称前 4 位，列出 3 个", "均在规定时间内得到有效解决"):
        assert sum(part in text for text in texts) == 1


def test_the_rest_is_lists_that_are_not_complete(received):
    texts = sorted(verdict.text for verdict in received.findings if verdict.kind == BASE)
    assert len(texts) == 4
    assert texts[-1] == "列出 5 个，称等6市：没有列全"
    assert sum("个编号，称等" in text for text in texts) == 3


def test_the_false_sentence_names_both_annexes(received):
    found = next(verdict for verdict in received.findings if "均在规定" in verdict.text)
    assert "营口 99.54%（限时办结率）" in found.text and "鞍山 0%（抽检）" in found.text


def test_scores_are_those_of_the_scheme(received):
    scored = [verdict for verdict in received.verdicts if "按评分办法 100" in verdict.text]
    assert len(scored) == 15


def test_a_score_that_the_indicators_do_not_give_is_found():
    blocks = read(PRINTED / "report.txt")
    for block in blocks:
        block.rows = [["97.17" if cell == "97.71" else cell for cell in row] for row in block.rows]
    document = proofread(blocks, load_schemes(ROOT / "params"))
    assert any("按评分办法" in verdict.text and "97.17" in verdict.text for verdict in document.findings)


def test_a_note_of_what_the_base_month_had_besides_explains_the_gap():
    blocks = read(PRINTED / "report.txt")
    at = next(block for block in blocks if block.text.startswith("图1"))
    noted = [
        dataclasses.replace(b, text=b.text + "。上年同月另有464件属已停用的业务类型") if b is at else b for b in blocks
    ]
    assert not any("190697" in verdict.text for verdict in proofread(noted).findings)
