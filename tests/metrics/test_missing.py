"""Days, hours and volumes are told as missing where chance cannot be the reason, and nowhere else."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import examples

from hotline_lib.metrics._missing import (
    HOLIDAY,
    WEEKEND,
    WORKING,
    _beta_binomial,
    day_grid,
    missing_days,
    silent_hours,
    volume_jumps,
)

DAYS = pd.date_range("2025-04-01", "2025-04-30")  # a Tuesday
WORK = pd.Series(WORKING, index=DAYS)
WEEK = pd.Series([WORKING if date.isoweekday() < 6 else WEEKEND for date in DAYS], index=DAYS)
BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "coverage.py"


def grid(*units: list[int], hours: tuple[int, ...] = (9, 10, 14, 15), dates: pd.DatetimeIndex = DAYS) -> pd.DataFrame:
    """Units 甲, 乙 … with so many tickets each day, shared out over those hours."""
    counts = np.zeros((len(units) * len(dates), 24), dtype="int64")
    for row, tickets in enumerate(number for unit in units for number in unit):
        for ticket in range(len(hours)):
            counts[row, hours[ticket]] = tickets // len(hours) + (ticket < tickets % len(hours))
    index = pd.MultiIndex.from_product([list("甲乙丙丁")[: len(units)], dates], names=["unit", "date"])
    return pd.DataFrame(counts, index=index, columns=range(24))


def found(missing: pd.DataFrame) -> list[tuple]:
    return [(row.unit, row.first.day, row.last.day, row.tickets, row.expected) for row in missing.itertuples()]


def test_a_grid_has_every_unit_day_and_hour_and_all_tickets():
    calls = pd.DataFrame(
        [("乙", "2025-04-02", 9, 3), ("乙", "2025-04-02", 9, 4), ("乙", "2025-04-30", 23, 1)],
        columns=["unit", "date", "hour", "tickets"],
    ).assign(date=lambda calls: pd.to_datetime(calls["date"]))
    whole = day_grid(calls, "2025-04", ["甲", "乙"])
    assert whole.shape == (60, 24) and whole.to_numpy().sum() == 8
    assert whole.loc[("乙", pd.Timestamp("2025-04-02")), 9] == 7
    assert day_grid(calls[:0], "2025-04", ["甲"]).to_numpy().sum() == 0


def test_a_missing_half_of_the_month_is_told_with_what_it_would_have_had():
    assert found(missing_days(grid([34] * 30, [34] * 15 + [0] * 15), WORK)) == [("乙", 16, 30, 0, 15 * 34)]


@pytest.mark.parametrize("tickets", [[1] * 3 + [0] * 27, [0] * 29 + [3], [1, 0, 0] * 3 + [0] * 21])
def test_a_unit_with_a_few_tickets_never_alarms(tickets):
    assert missing_days(grid(tickets), WORK).empty


@pytest.mark.parametrize(("a_day", "told"), [(7000, True), (60, True), (10, False)])
def test_one_day_is_told_only_of_a_unit_that_never_has_such_days(a_day, told):
    assert found(missing_days(grid([a_day] * 11 + [0] + [a_day] * 18), WORK)) == [("甲", 12, 12, 0, a_day)] * told


def test_several_gaps_do_not_hide_each_other():
    tickets = [40 if day % 6 else 0 for day in range(1, 31)]
    assert [row[1] for row in found(missing_days(grid(tickets), WORK))] == [6, 12, 18, 24, 30]


def test_a_unit_whose_days_are_very_uneven_is_not_told():
    bursts = [0, 150, 0, 4, 0, 90, 0, 0, 30, 0] * 3
    assert missing_days(grid(bursts), WORK).empty


def test_closed_weekends_are_told_only_if_last_month_was_open():
    closed = grid([50 if WEEK.iloc[day] == WORKING else 0 for day in range(30)])
    assert missing_days(closed, WEEK).empty
    assert missing_days(closed, WEEK, before=(closed, WEEK)).empty
    told = missing_days(closed, WEEK, before=(grid([50] * 30), WEEK))
    assert [row[1:3] for row in found(told)] == [(5, 6), (12, 13), (19, 20), (26, 27)]
    assert told["expected"].eq(100).all()


@pytest.mark.parametrize(("a_day", "told"), [(40, False), (7000, True)])
def test_a_first_holiday_without_tickets_is_told_only_of_a_unit_too_large_to_close(a_day, told):
    kinds = WEEK.copy()
    kinds.iloc[14:17] = HOLIDAY
    tickets = [0 if kind == HOLIDAY else a_day for kind in kinds]
    assert len(missing_days(grid(tickets), kinds)) == told


def test_a_few_tickets_on_a_working_day_are_as_good_as_none():
    trickle = grid([7000] * 11 + [8] + [7000] * 18)
    assert found(missing_days(trickle, WORK)) == [("甲", 12, 12, 8, 7000)]
    assert missing_days(trickle, WORK, almost=False).empty


def test_days_that_are_known_are_not_told_again():
    tickets = grid([500] * 11 + [0] + [500] * 10 + [0] + [500] * 7)
    assert [row[1] for row in found(missing_days(tickets, WORK))] == [12, 23]
    assert [row[1] for row in found(missing_days(tickets, WORK, known=[DAYS[11]]))] == [23]


def test_an_export_made_on_the_afternoon_of_the_last_day_is_told():
    tickets = grid([400] * 30)
    tickets.loc[("甲", DAYS[-1]), 14:] = 0  # half of a day: 100 in each of 9, 10, 14, 15
    (gap,) = missing_days(tickets, WORK).itertuples()
    assert (gap.days, gap.expected, gap.since) == (0, round(200 * 29.5 / 30), pd.Timestamp("2025-04-30 10:00"))
    assert missing_days(grid([400] * 30), WORK).empty
    cut = grid([400] * 19 + [200] + [0] * 10)
    assert missing_days(cut, WORK)["since"].tolist() == [pd.Timestamp("2025-04-20 15:00")]


@given(most=st.integers(0, 50), more=st.integers(0, 50))
def test_of_a_level_beta_binomial_every_number_has_one_chance(most, more):
    assert _beta_binomial(most, most + more, 1, 1) == pytest.approx((most + 1) / (most + more + 1))


def test_none_of_so_many_falls_on_these_days_by_the_product_of_chances():
    # urn of 2 and 3 that grows with each draw: 3/5 × 4/6 × 5/7
    assert _beta_binomial(0, 3, 2, 3) == pytest.approx(3 / 5 * 4 / 6 * 5 / 7)


@settings(max_examples=examples(30))
@given(st.integers(0, 2**32 - 1))
def test_even_days_of_any_size_never_alarm(seed):
    rng = np.random.default_rng(seed)
    days = rng.poisson(np.exp(rng.uniform(-1, 8)), 30)
    assert missing_days(grid(days.tolist()), WORK).empty


def test_hours_that_last_month_had_are_told_when_they_are_silent():
    before = grid([48] * 30, hours=tuple(range(24)))
    now = grid([44] * 30, hours=tuple(range(12)))  # a clock of twelve hours
    assert silent_hours(now, before).values.tolist() == [["甲", 12, 23, 44 * 30 // 2, True]]
    assert silent_hours(now, now).empty


def test_silent_hours_go_over_midnight():
    before, now = grid([48] * 30, hours=tuple(range(24))), grid([48] * 30, hours=tuple(range(6, 22)))
    assert silent_hours(now, before).values.tolist() == [["甲", 22, 5, 48 * 30 // 3, True]]


def test_without_last_month_only_silent_office_hours_are_told():
    assert silent_hours(grid([48] * 30, hours=tuple(range(8, 18)))).empty
    told = silent_hours(grid([48] * 30, hours=tuple(range(13))))
    assert told.values.tolist() == [["甲", 14, 16, round(0.09 * 48 * 30), False]]


def test_a_small_unit_may_have_silent_hours():
    before = grid([24] * 30, hours=tuple(range(24)))
    assert silent_hours(grid([1] * 9 + [0] * 21), before).empty
    assert silent_hours(grid([0] * 30), before).empty


@pytest.mark.parametrize(
    ("now", "base", "told"),
    [
        (300, 1000, True), (340, 1000, False), (3100, 1000, True), (2900, 1000, False),  # a third, three times
        (3, 15, False), (15, 3, False),  # not beyond chance
        (500, 0, True), (8, 0, False), (0, 1000, False),
    ],
)  # fmt: skip
def test_a_volume_is_told_beyond_a_third_or_three_times_and_beyond_chance(now, base, told):
    rows = volume_jumps(pd.Series({"甲": now}), pd.Series({"甲": base}), days=(30, 30))
    assert rows.values.tolist() == [["甲", now, base]] * told


def test_a_volume_is_compared_by_the_day():
    now, base = pd.Series({"甲": 250}), pd.Series({"甲": 1000})
    assert len(volume_jumps(now, base, days=(30, 30))) == 1
    assert volume_jumps(now, base, days=(15, 30)).empty


def test_months_with_nothing_missing_alarm_no_more_often_than_the_docstring_says():
    spec = importlib.util.spec_from_file_location("coverage_benchmark", BENCHMARK)
    benchmark = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    alarms = benchmark.false_alarms(benchmark.AS_CALLS_COME, 20)  # 300 months of a unit
    assert {rule: number for rule, number in alarms.items() if number} == {}
