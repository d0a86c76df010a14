"""Bulletins of other wording: nothing is alleged of a right one, and what is wrong in the others is found."""

import pytest
import worded
import wordings

from hotline_lib.proofread import AGAINST, BASE, FORCED, RIGHT, WRONG, Document, proofread
from hotline_lib.proofread.read import blocks_of


def read(text: str) -> Document:
    return proofread(blocks_of(text))


def prints(document: Document, *kinds: str) -> set[str]:
    """What is printed where a verdict of these kinds points."""
    return {verdict.figures[0].text for verdict in document.findings if verdict.kind in kinds}


@pytest.mark.parametrize("text", wordings.CLEAN.values(), ids=wordings.CLEAN)
def test_a_right_bulletin_is_left_alone(text):
    assert not read(text).findings


@pytest.mark.parametrize(("text", "suspect"), wordings.FAULTY.values(), ids=wordings.FAULTY)
def test_what_cannot_be_right_is_found(text, suspect):
    document = read(text)
    assert document.faulty
    suspects = [
        figure.text for found in document.findings if found.kind in (WRONG, AGAINST) for figure in found.figures
    ]
    assert any(suspect in text for text in suspects)


@pytest.mark.parametrize(("text", "right", "wrong"), worded.PAIRS.values(), ids=worded.PAIRS)
def test_the_right_figure_is_left_alone_and_the_wrong_one_found(text, right, wrong):
    assert not read(text.format(right)).findings
    assert read(text.format(wrong)).faulty


@pytest.mark.parametrize("text", worded.RIGHT.values(), ids=worded.RIGHT)
def test_what_only_looks_wrong_is_let_pass(text):
    assert not read(text).faulty


def test_shares_of_several_paragraphs_on_one_other_base_are_explained():
    document = read(worded.OTHER_BASE)
    assert {verdict.kind for verdict in document.findings} == {BASE}
    assert all("分母 3346" in verdict.text for verdict in document.findings)


def test_shares_without_counts_that_no_number_of_so_many_gives_have_another_base():
    (found,) = read(worded.NO_SUCH_PART).findings
    assert found.kind == BASE and found.text.endswith("全组合于分母 175")


def test_shares_forced_to_a_hundred_may_name_their_whole_in_two_ways():
    (found,) = read(worded.FORCED_IN_TWO_NAMES).findings
    assert (found.kind, found.figures[0].text) == (FORCED, "2.89%")


def test_the_share_of_a_list_says_the_sum():
    text, _, wrong = worded.PAIRS["three first together"]
    (found,) = read(text.format(wrong)).findings
    assert found.text == "(783件 + 579件 + 562件) ÷ 2495件（办理热线）= 77.11%，印作 71.11%"


@pytest.mark.parametrize("text", [wordings.HEBEI, wordings.PANZHIHUA], ids=["Hebei", "Panzhihua"])
def test_printed_bulletins_that_are_right_are_left_alone(text):
    document = read(text)
    assert not document.findings
    assert document.held >= 0.9 * len(document.figures)


def test_shares_on_the_sum_of_the_parts_are_explained():
    document = read(wordings.TANGSHAN)
    assert [verdict.kind for verdict in document.findings] == [BASE]
    assert "195532" in document.findings[0].text and "284406" in document.findings[0].text
    assert len(document.findings[0].figures) == 7


def test_shares_forced_to_a_hundred_are_a_verdict_of_their_own():
    document = read(wordings.HUAIBEI)
    assert [(verdict.kind, verdict.figures[0].text) for verdict in document.findings] == [(FORCED, "1.23%")]
    assert "1.24%" in document.findings[0].text


def test_truncated_shares_are_told_apart():
    document = read(
        "受理投诉900件，其中公交172件，占19.11%；出租149件，占16.55%；客运77件，占8.55%；其他502件，占55.77%。"
    )
    assert prints(document, BASE) and not document.faulty
    assert "舍去了尾数" in document.findings[0].text


def test_every_verdict_shows_its_arithmetic_in_one_line():
    for text, _ in wordings.FAULTY.values():
        assert all(verdict.text and "\n" not in verdict.text for verdict in read(text).verdicts)


def test_a_figure_with_nothing_to_hold_it_against_is_said_to_be_alone():
    document = read("本月出租汽车投诉较多，其中拒载45件，占比18.75%。")
    assert {verdict.kind for verdict in document.verdicts} == {"无旁证"}


def test_a_right_share_names_its_base():
    right = [verdict for verdict in read("共受理200件，其中投诉50件，占25%。").verdicts if verdict.kind == RIGHT]
    assert any(verdict.text == "50件 ÷ 200件（前文总数）= 25%" for verdict in right)


def test_a_list_that_ends_in_and_so_on_need_not_be_complete():
    document = read("甲、乙、丙、丁等5个县区实现零投诉。")
    assert [(verdict.kind, verdict.text) for verdict in document.findings] == [
        (BASE, "列出 4 个，称等5个县区：没有列全")
    ]
    assert not document.faulty


def test_a_few_of_many_are_no_list():
    assert not read("甲镇、乙镇、丙局等17个单位逾期回复。").findings
