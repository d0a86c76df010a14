import datetime as dt

import pandas as pd
import pytest

from hotline_lib.errors import ParamsError
from hotline_lib.metrics import daily_calls, day_kinds, hourly_calls
from hotline_lib.params import Calendar, CalendarYear

YEAR = CalendarYear(source="", holidays=[dt.date(2024, 9, 17)], workdays=[dt.date(2024, 9, 14)])
DAYS = Calendar(years={2024: YEAR})
CALLS = pd.DataFrame(
    [("2024-09-16", 9, 3), ("2024-09-16", 10, 1), ("2024-09-17", 9, 5), ("2024-09-14", 23, 2)],
    columns=["date", "hour", "tickets"],
).assign(date=lambda calls: pd.to_datetime(calls["date"]))


def test_every_day_of_the_month_is_there_with_its_kind():
    daily = daily_calls(CALLS, "2024-09", DAYS)
    assert len(daily) == 30
    by_day = daily.set_index(daily["date"].dt.day)
    assert by_day.loc[[13, 14, 15, 16, 17], "kind"].tolist() == ["workday", "makeup", "weekend", "workday", "holiday"]
    assert by_day.loc[[13, 14, 15, 16, 17], "tickets"].tolist() == [0, 2, 0, 4, 5]
    assert by_day.loc[[13, 14, 15, 16, 17], "working"].tolist() == [True, True, False, True, False]


def test_days_of_a_kind_count_whether_anyone_called_or_not():
    kinds = day_kinds(daily_calls(CALLS, "2024-09", DAYS)).set_index("kind")
    assert kinds["days"].to_dict() == {"workday": 20, "makeup": 1, "weekend": 8, "holiday": 1}
    assert kinds["tickets"].to_dict() == {"workday": 4, "makeup": 2, "weekend": 0, "holiday": 5}


def test_hours_are_all_there_and_add_up():
    hours = hourly_calls(CALLS)
    assert hours["hour"].tolist() == list(range(24))
    assert (hours["tickets"][9], hours["tickets"][23], hours["tickets"][0]) == (8, 2, 0)
    assert hours["of"].eq(11).all()


def test_a_month_without_a_call_has_its_days():
    assert daily_calls(CALLS[:0], "2024-02", DAYS)["tickets"].tolist() == [0] * 29
    assert hourly_calls(CALLS[:0])["tickets"].sum() == 0


def test_a_year_without_holidays_names_the_file():
    with pytest.raises(ParamsError, match="没有 2025 年的放假安排"):
        daily_calls(CALLS, "2025-09", DAYS)
