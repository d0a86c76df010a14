"""Handling times with an exact sum, reporting rounds, and serials of ticket numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_lib.errors import PublishedError
from hotline_lib.params import load_params
from hotline_lib.simulate.ids import serials
from hotline_lib.simulate.submitted import seconds_of_mean
from hotline_lib.simulate.times import DAY, FIVE_DAYS, HOUR, Rounds, clock, handling_times, least_and_most


@pytest.fixture(scope="module")
def calendar(project):
    return load_params("2024-09", project.params, need_month_file=False).calendar


def at(text: str) -> np.ndarray:
    return np.array([(pd.Timestamp(text) - pd.Timestamp(0)) // pd.Timedelta(seconds=1)])


def day(seconds: np.ndarray) -> str:
    return str(pd.Timestamp(int(seconds[0]), unit="s").date())


def test_the_seconds_of_a_printed_mean():
    assert seconds_of_mean(10, 37_70) == 22_620  # 10 tickets x 37.70 minutes x 60
    assert seconds_of_mean(3, 100_01) == 18_002  # 18001.8


@given(st.integers(1, 400), st.floats(0, 1), st.integers(0, 3), st.integers(0, 2), st.integers(0, 5))
def test_handling_times_sum_exactly_and_keep_their_limits(number, where, over_day, over_five, seed):
    over_day, over_five = min(over_day, number), min(over_five, over_day, number)
    least, most = least_and_most(number, over_day, over_five)
    total = int(least + where * (most - least))
    times = handling_times(number, total, over_day, over_five, np.random.default_rng(seed))
    assert times.sum() == total
    assert (times > FIVE_DAYS).sum() == over_five
    assert (times > DAY).sum() == over_day


def test_short_means_are_skewed_and_long_ones_flat():
    rng = np.random.default_rng(1)
    short, long = (handling_times(2_000, 2_000 * 60 * minutes, 0, 0, rng) for minutes in (9, 661))
    assert np.median(short) < 0.75 * short.mean()
    assert np.median(long) == pytest.approx(long.mean(), rel=0.1)


def test_a_mean_that_the_limits_do_not_allow_is_refused():
    with pytest.raises(PublishedError, match="1 件超过 24 小时"):
        handling_times(1, 12 * HOUR, 1, 0, np.random.default_rng(0))


def test_a_ticket_goes_in_with_the_next_round_of_a_working_day(calendar):
    rounds, rng = Rounds(clock("2024-09", calendar), calendar), np.random.default_rng(0)
    assert day(rounds.usual(at("2024-09-11 10:00"), rng)) == "2024-09-11"  # Wednesday before the round
    assert day(rounds.usual(at("2024-09-11 20:00"), rng)) == "2024-09-12"
    assert day(rounds.usual(at("2024-09-14 10:00"), rng)) == "2024-09-14"  # a Saturday that was worked
    assert day(rounds.usual(at("2024-09-15 10:00"), rng)) == "2024-09-18"  # after the holiday
    assert day(rounds.usual(at("2024-09-30 20:00"), rng)) == "2024-10-08"
    assert day(rounds.deadlines(at("2024-09-13 10:00"))) == "2024-09-15"  # midnight ending the 14th


def test_the_last_round_of_a_month_is_that_of_its_last_working_day(calendar):
    august = clock("2024-08", calendar)  # the 31st was a Saturday
    assert day(np.array([august.last_round])) == "2024-08-30"


def test_serials_rise_with_time_and_keep_the_printed_ones(calendar):
    september, rng = clock("2024-09", calendar), np.random.default_rng(0)
    accepted_at = september.start + rng.integers(0, september.end - september.start, 900)
    pins = pd.DataFrame({"day": [12, 12, 29], "serial": [51_350, 51_703, 60_200]})
    found, pinned_at, first = serials(accepted_at, september, pins, "city", None, rng)
    everything = pd.DataFrame({"serial": [*found, *pins["serial"]], "at": [*accepted_at, *pinned_at]})
    assert everything["serial"].is_unique and everything["serial"].min() >= first
    assert everything.sort_values("serial")["at"].is_monotonic_increasing
    assert ((pinned_at - september.start) // DAY + 1).tolist() == [12, 12, 29]


def test_an_earlier_month_ends_before_the_serials_of_a_later_one(calendar):
    september, rng = clock("2024-09", calendar), np.random.default_rng(0)
    accepted_at = september.start + rng.integers(0, september.end - september.start, 500)
    no_pins = pd.DataFrame({"day": [], "serial": []}, dtype=int)
    found, _, first = serials(accepted_at, september, no_pins, "city", 70_000, rng)
    assert first <= found.min() and found.max() < 70_000
