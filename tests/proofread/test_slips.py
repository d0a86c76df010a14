"""Slips of the hand in right bulletins, as tests/benchmarks/proofread.py makes them by the thousand."""

import random

import pytest
from benchmarks.proofread import bulletin, changed
from support import one_in

from hotline_lib.proofread import ALONE, proofread
from hotline_lib.proofread.read import blocks_of


@pytest.mark.parametrize("seed", one_in(8, range(32)))
def test_a_slip_is_caught_where_there_is_a_witness_and_nothing_is_alleged_otherwise(seed):
    rng = random.Random(seed)
    text = bulletin(rng)
    right = proofread(blocks_of(text))
    assert not right.findings
    caught = witnessed = 0
    for _ in range(6):
        blocks, figure = changed(rng, text, right)
        own = right.by_figure.get(id(figure))
        witnessed += own is not None and own.kind != ALONE
        caught += own is not None and own.kind != ALONE and bool(proofread(blocks).findings)
    assert caught >= witnessed - 1
