"""Test calls that were recorded: what of them the month's parameters hold, and the page prints."""

import pytest

from hotline_lib.errors import HotlineError
from hotline_lib.journal import write_whole
from hotline_lib.params import load_params
from hotline_lib.ringing import read_calls, with_calls

MONTH = "2024-10"


@pytest.fixture
def rung(own_params, tmp_path):
    """Params of a month whose YAML says ``typed``, with recorded calls: one good call a unit, and ``more``."""
    from dataclasses import replace

    paths = replace(own_params, data=tmp_path / "data")

    def make(typed: str = "", more: str = "", without: str = ""):
        write_whole(paths.params / "months" / f"{MONTH}.yaml", f"month: {MONTH}\n{typed}")
        params = load_params(MONTH, paths.params)
        good = "".join(f"BC-{n},{unit},yes,yes\n" for n, unit in enumerate(params.unit_names) if unit != without)
        write_whole(paths.test_calls(MONTH), f"call_id,unit,answered,passed_on\n{good}{more}")
        return with_calls(params, paths).month.test_calls

    make.paths = paths
    return make


def test_calls_of_every_unit_are_what_section_three_says(rung):
    assert (rung().not_answered, rung().slow) == ((), ())
    calls = rung(more="BC-X,沈阳,no,not reached\nBC-Y,大连,yes,no\n")
    assert calls.not_answered == ("沈阳",)
    assert calls.slow == ("大连",)  # one call of 沈阳 was passed on at once, of the other nobody knows
    assert calls.unseen == ()
    assert not calls.open


def test_a_unit_that_nobody_could_reach_is_neither_fast_nor_slow(rung):
    calls = rung(more="BC-X,沈阳,no,not reached\n", without="沈阳")
    assert (calls.not_answered, calls.slow, calls.unseen) == (("沈阳",), (), ("沈阳",))
    typed = rung("test_calls: {not_answered: ~, slow: [大连]}\n", "BC-X,沈阳,no,not reached\n", "沈阳")
    assert (typed.slow, typed.unseen) == (("大连",), ())  # what somebody typed holds


def test_a_unit_that_nobody_rang_leaves_it_open(rung):
    assert rung(without="沈阳") is None


def test_what_somebody_typed_holds(rung):
    bad = "BC-X,沈阳,no,no\n"
    typed = rung("test_calls: {not_answered: [大连], slow: ~}\n", bad)
    assert (typed.not_answered, typed.slow) == (("大连",), ("沈阳",))
    assert rung("test_calls: {done: false}\n", bad).done is False


@pytest.mark.parametrize(("line", "said"), [("BC-X,沈阳,maybe,yes", "answered"), ("BC-X,沈扬,yes,yes", "unit")])
def test_a_wrong_cell_is_told_with_its_row(rung, line, said):
    with pytest.raises(HotlineError, match=rf"2024-10_calls\.csv 第 17 行「{said}」"):
        rung(more=f"{line}\n")


def test_a_call_that_is_there_twice_is_told(rung):
    with pytest.raises(HotlineError, match=r"2024-10_calls\.csv 第 17 行「call_id」：与上面的一行相同"):
        rung(more="BC-1,大连,yes,yes\n")


def test_a_month_without_calls_stays_as_it_is(rung, own_params):
    rung()
    rung.paths.test_calls(MONTH).unlink()
    params = load_params(MONTH, rung.paths.params)
    assert read_calls(MONTH, params, rung.paths) is None
    assert with_calls(params, rung.paths) is params
