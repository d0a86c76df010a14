"""Months, and the days on which people work."""

from __future__ import annotations

import datetime as dt
import re

from hotline_lib.errors import ParamsError
from hotline_lib.params.models import Model


class CalendarYear(Model):
    source: str
    holidays: tuple[dt.date, ...]
    workdays: tuple[dt.date, ...] = ()


class Calendar(Model):
    """Public holidays and make-up working days by year."""

    years: dict[int, CalendarYear]
    file: str = "params/calendar.yaml"

    def refuse_contradictions(self) -> None:
        """Raises ParamsError for a day that stands under another year, or as a holiday and a working day."""
        for year, of in self.years.items():
            for key in ("holidays", "workdays"):
                for day in getattr(of, key):
                    if day.year != year:
                        words = f"{year} 的 {key} 中写着 {day}，不是这一年的：请移到 {day.year} 下，或改正年份"
                        raise ParamsError(f"{self.file}：{words}。")
            if both := sorted(set(of.holidays) & set(of.workdays)):
                words = f"{year} 的 {both[0]} 既在 holidays 又在 workdays 中：请删去一处"
                raise ParamsError(f"{self.file}：{words}。")

    def _year(self, day: dt.date) -> CalendarYear:
        if day.year not in self.years:
            known = "、".join(str(year) for year in sorted(self.years))
            raise ParamsError(
                f"{self.file}：没有 {day.year} 年的放假安排（要用到 {day:%Y-%m-%d}；已有 {known}）。"
                "请按国务院办公厅当年的通知补上 holidays 和 workdays。"
            )
        return self.years[day.year]

    def is_holiday(self, day: dt.date) -> bool:
        return day in self._year(day).holidays

    def is_working_day(self, day: dt.date) -> bool:
        year = self._year(day)
        return day in year.workdays or (day.weekday() < 5 and day not in year.holidays)

    def submit_before(self, closed_on: dt.date) -> dt.datetime:
        """Midnight ending the first working day after the day of closing: later is not timely submission."""
        day = closed_on + dt.timedelta(days=1)
        while not self.is_working_day(day):
            day += dt.timedelta(days=1)
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time())


def month_range(month: str) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of ``month`` (YYYY-MM) and that of the month after."""
    first = first_day(month)
    return dt.datetime.combine(first, dt.time()), dt.datetime.combine(first_day(month_before(month, -1)), dt.time())


def first_day(month: str) -> dt.date:
    if not re.fullmatch(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise ParamsError(f"「{month}」不是月份。应写作 年-月 两段，例如 2024-09。")
    return dt.date(int(month[:4]), int(month[5:]), 1)


def label(month: str) -> str:
    """2024-09 -> 2024年9月"""
    year, number = month.split("-")
    return f"{year}年{int(number)}月"


def month_before(month: str, months: int = 1) -> str:
    """The month that lies ``months`` before ``month``; negative numbers look ahead."""
    first = first_day(month)
    index = first.year * 12 + first.month - 1 - months
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def month_span(text: str) -> list[str]:
    """2023-10..2024-09 as its months in order; a single month as itself. Raises ParamsError for what is neither."""
    first, dots, last = text.partition("..")
    first_day(first)
    months = [first]
    if dots:
        if first_day(last) < first_day(first):
            raise ParamsError(f"「{text}」的后一个月份早于前一个。应写作 早的..晚的，例如 2023-10..2024-09。")
        while months[-1] != last:
            months.append(month_before(months[-1], -1))
    return months
