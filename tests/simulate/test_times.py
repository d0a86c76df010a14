"""Handling times with an exact sum, reporting rounds, and serials of ticket numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_lib.errors import HotlineError
from hotline_lib.params import load_params
from hotline_lib.simulate.handling import DAY, FIVE_DAYS, handling_times
from hotline_lib.simulate.tickets import Clock, serials

NO_PINS = pd.DataFrame({"day": [], "serial": []}, dtype=int)


@pytest.fixture(scope="module")
def calendar(project):
    return load_params("2024-09", project.params, need_month_file=False).calendar


def at(text: str) -> np.ndarray:
    return np.array([(pd.Timestamp(text) - pd.Timestamp(0)) // pd.Timedelta(seconds=1)])


def day(seconds: np.ndarray) -> str:
    return str(pd.Timestamp(int(seconds[0]), unit="s").date())


def limits(fast: int, slow: int = 0, very_slow: int = 0) -> tuple[np.ndarray, np.ndarray]:
    low, high = [FIVE_DAYS + 1, DAY + 1, 30], [2 * FIVE_DAYS, FIVE_DAYS, DAY]
    number = [very_slow, slow, fast]
    return np.repeat(low, number), np.repeat(high, number)


@given(st.integers(0, 400), st.integers(0, 3), st.integers(0, 2), st.floats(0, 1), st.integers(0, 5))
def test_handling_times_sum_exactly_and_keep_their_limits(fast, slow, very_slow, where, seed):
    low, high = limits(fast, slow, very_slow)
    total = int(low.sum() + where * (high.sum() - low.sum()))
    times = handling_times(low, high, total, np.random.default_rng(seed))
    assert times.sum() == total
    assert (times >= low).all() and (times <= high).all()


def test_short_means_are_skewed_and_long_ones_flat():
    rng = np.random.default_rng(1)
    short, long = (handling_times(*limits(2_000), 2_000 * 60 * minutes, rng) for minutes in (9, 661))
    assert np.median(short) < 0.75 * short.mean()
    assert np.median(long) == pytest.approx(long.mean(), rel=0.1)


def test_a_ticket_goes_in_with_the_next_round_of_a_working_day(calendar):
    september, rng = Clock("2024-09", calendar), np.random.default_rng(0)
    assert day(september.reported(at("2024-09-11 10:00"), rng)) == "2024-09-11"  # Wednesday before the round
    assert day(september.reported(at("2024-09-11 20:00"), rng)) == "2024-09-12"
    assert day(september.reported(at("2024-09-14 10:00"), rng)) == "2024-09-14"  # a Saturday that was worked
    assert day(september.reported(at("2024-09-15 10:00"), rng)) == "2024-09-18"  # after the holiday
    assert day(september.reported(at("2024-09-30 20:00"), rng)) == "2024-10-08"
    assert day(september.deadlines(at("2024-09-13 10:00"))) == "2024-09-15"  # midnight ending the 14th


def test_the_last_round_of_a_month_is_that_of_its_last_working_day(calendar):
    august = Clock("2024-08", calendar)  # the 31st was a Saturday
    assert day(np.array([august.last_round])) == "2024-08-30"


def test_serials_rise_with_time_and_keep_the_printed_ones(calendar):
    september, rng = Clock("2024-09", calendar), np.random.default_rng(0)
    accepted_at = september.start + rng.integers(0, september.end - september.start, 900)
    pins = pd.DataFrame({"day": [12, 12, 29], "serial": [51_350, 51_703, 60_200]})
    found, pinned_at, first = serials(accepted_at, september, pins, 1_000, None, rng)
    everything = pd.DataFrame({"serial": [*found, *pins["serial"]], "at": [*accepted_at, *pinned_at]})
    assert everything["serial"].is_unique and everything["serial"].min() >= first
    assert everything.sort_values("serial")["at"].is_monotonic_increasing
    assert ((pinned_at - september.start) // DAY + 1).tolist() == [12, 12, 29]


def test_an_earlier_month_ends_before_the_serials_of_a_later_one(calendar):
    september, rng = Clock("2024-09", calendar), np.random.default_rng(0)
    accepted_at = september.start + rng.integers(0, september.end - september.start, 500)
    found, _, first = serials(accepted_at, september, NO_PINS, 1_000, 70_000, rng)
    assert first <= found.min() and found.max() < 70_000


def test_pinned_serials_that_leave_no_room_are_refused(calendar):
    september = Clock("2024-09", calendar)
    accepted_at = np.full(100, september.start + 12 * DAY)  # a hundred on the 13th
    pins = pd.DataFrame({"day": [12, 14], "serial": [51_000, 51_050]})
    with pytest.raises(HotlineError, match="流水号"):
        serials(accepted_at, september, pins, 1_000, None, np.random.default_rng(0))
