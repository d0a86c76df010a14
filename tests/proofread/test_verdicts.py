"""The arithmetic by itself: intervals, roundings, and what no whole number gives."""

from decimal import Decimal

import pytest

from hotline_lib.proofread import BASE, proofread
from hotline_lib.proofread.figures import Figure
from hotline_lib.proofread.read import Block, blocks_of
from hotline_lib.proofread.verdicts import base_months, bases, fits, possible, slip


def figure(text: str, kind: str = "count", scale: int = 1) -> Figure:
    return Figure(text, Decimal(text), "件", scale, Block(), 0, 0, kind)


def test_means_of_28_that_are_possible():
    """Published: scrutiny's tests of GRIM."""
    found = [possible(Decimal(f"5.{at}"), 28) for at in range(19, 31)]
    assert found == [letter == "T" for letter in "FFTFFFTFFFTF"]


def test_tens_of_thousands_are_an_interval_of_whole_numbers():
    one = figure("24.39", scale=10_000)
    assert (one.low, one.high) == (243_850, 243_949)
    assert (figure("243909").low, figure("243909").high) == (243_909, 243_909)


@pytest.mark.parametrize(
    ("share", "count", "whole", "ways"),
    [
        ("20.24", 843, 4164, {"up", "even"}),  # 20.2449…: cut it prints the same
        ("15.56", 161, 1035, {"up", "even"}),
        ("15.55", 161, 1035, {"cut"}),
        ("0.13", 1, 800, {"up"}),  # 0.125 exactly
        ("0.12", 1, 800, {"even", "cut"}),
        ("21.54", 843, 4164, set()),
    ],
)
def test_roundings_are_told_apart(share, count, whole, ways):
    found = fits(figure(share, "share"), figure(str(count)), whole)
    assert found - {"cut"} == ways - {"cut"} and ("cut" in found or "cut" not in ways)


@pytest.mark.parametrize(
    ("share", "count", "wholes"),
    [("21.54", 843, (3913, 3914)), ("25.68", 151, (588, 588)), ("79.21", 880, (1111, 1111))],
)
def test_denominators_that_a_share_leaves(share, count, wholes):
    assert bases(figure(share, "share"), figure(str(count))) == wholes


def test_a_share_that_no_denominator_gives():
    low, high = bases(figure("17.00", "share"), figure("3"))
    assert low > high
    assert proofread(blocks_of("其中投诉3件，占17.00%。")).faulty


def test_base_months_that_a_change_leaves():
    assert base_months(figure("219751"), figure("7.04", "change")) == (205_289, 205_307)
    assert base_months(figure("219751"), figure("31.51", "change")) == (167_092, 167_104)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [(1250, 1350, True), (1250, 1520, True), (1250, 12250, True), (1250, 125, True), (1250, 1361, False)],
)
def test_slips_of_the_hand(one, other, near):
    assert slip(one, other) is near


def test_a_rate_that_the_sample_cannot_give_has_another_base():
    found = proofread(blocks_of("抽查28件，满意率93.00%。")).findings
    assert [verdict.kind for verdict in found] == [BASE]
    assert not proofread(blocks_of("抽查28件，满意率92.86%。")).findings
