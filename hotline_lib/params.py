"""What an analyst may change: typed models of params/*.yaml.

Everything that makes the suite one province's stands there (and in data/). ``load_params`` reads all of it for one
month and refuses, before anything runs, what a typing slip would otherwise turn into a wrong figure: each message
names the file, the key, what was expected, and the nearest known name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from hotline_lib.errors import ParamsError, UnknownValueError
from hotline_lib.yaml_files import explain, read_yaml

Role = Literal["inquiry", "suggestion", "complaint", "retired"]
MonthText = Annotated[
    str,
    BeforeValidator(lambda v: v.strftime("%Y-%m") if isinstance(v, dt.date) else v),
    Field(pattern=r"^\d{4}-\d{2}$"),
]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Named(Model):
    """Something with one name and others that mean the same."""

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


class Unit(Named):
    """One of the units that take calls. ``population`` counts persons: the base of tickets per 10,000 people."""

    code: str = Field(pattern=r"^\d{6}$")
    long_name: str
    kind: Literal["city", "group"]
    population: int = Field(gt=0)
    population_source: str

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, self.long_name, *self.aliases)


class BusinessType(Named):
    """``short``: the name inside a chart; the name itself by default."""

    role: Role
    short: str = ""

    @property
    def brief(self) -> str:
        return self.short or self.name


class Domain(Named):
    """``group``: the name under which several small domains are printed together."""

    group: str | None = None

    @property
    def printed(self) -> str:
        return self.group or self.name


class SubIssue(Named):
    pass


class Issue(Named):
    domain: str
    sub_issues: tuple[SubIssue, ...] = ()
    short: str = ""

    @property
    def brief(self) -> str:
        return self.short or self.name


class Catalogue(Model):
    """The names that tickets may carry, from ``applies_from`` on."""

    applies_from: MonthText
    business_types: tuple[BusinessType, ...]
    domains: tuple[Domain, ...]
    issues: tuple[Issue, ...]

    def name_of(self, role: Role) -> str:
        """The business type with that role. Raises ParamsError if the catalogue has none."""
        return self.of_role(role).name

    def of_role(self, role: Role) -> BusinessType:
        for business_type in self.business_types:
            if business_type.role == role:
                return business_type
        raise ParamsError(f"params/catalogue.yaml：business_types 中没有 role 为 {role} 的业务类型。")

    def business_type(self, name: str) -> BusinessType:
        return find("业务类型", name, self.business_types, "params/catalogue.yaml")

    def domain(self, name: str) -> Domain:
        return find("业务领域", name, self.domains, "params/catalogue.yaml")

    def issue(self, name: str) -> Issue:
        return find("事项", name, self.issues, "params/catalogue.yaml")

    @property
    def printed_domains(self) -> list[str]:
        """Domain names as the bulletin prints them, the grouped ones once, in the order of the file."""
        return list(dict.fromkeys(domain.printed for domain in self.domains))


class Deduction(Model):
    """How one indicator costs points: exactly one of three forms.

    below: {limit: points}: the first limit that the value is under counts, else ``otherwise``.
    at_least: {limit: points}: the highest limit that the value reaches counts, else ``otherwise``.
    per_point_short_of: ``points`` for each percentage point that the value is short of it, in proportion.
    """

    below: dict[Decimal, Decimal] | None = None
    at_least: dict[Decimal, Decimal] | None = None
    otherwise: Decimal = Decimal(0)
    per_point_short_of: Decimal | None = None
    points: Decimal = Decimal(0)

    def model_post_init(self, _context: Any) -> None:
        if sum(form is not None for form in (self.below, self.at_least, self.per_point_short_of)) != 1:
            raise ValueError("deduct 必须在 below、at_least、per_point_short_of 中恰好写一种")


class Rule(Model):
    indicator: str
    deduct: Deduction
    source: Literal["inferred", "published"]
    evidence: str = ""
    freedom: str = ""


class Scheme(Model):
    """A scoring scheme (评分办法), from ``applies_from`` on."""

    applies_from: MonthText
    name: str
    full_marks: Decimal
    rules: tuple[Rule, ...]


class Column(Model):
    """One column of the ticket table, and what exports call it. values: other ways to write true, 5, and so on."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    values: Annotated[
        dict[str, tuple[str, ...]],
        BeforeValidator(lambda v: {str(k).lower(): w for k, w in v.items()} if isinstance(v, dict) else v),
    ] = {}

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, self.label, *self.aliases)


class CalendarYear(Model):
    source: str
    holidays: tuple[dt.date, ...]
    workdays: tuple[dt.date, ...] = ()


class Calendar(Model):
    """Public holidays and make-up working days by year."""

    years: dict[int, CalendarYear]
    file: str = "params/calendar.yaml"

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


class Organisation(Model):
    """Who publishes the bulletin, in the words that its pages and mails use."""

    province: str
    region: str
    hotline: str
    department: str
    title: str
    platform: str = ""


class Source(Model):
    """Where a month's tickets are: Parquet under data/tickets (default), or a table of any engine Ibis connects to."""

    kind: Literal["parquet", "database"] = "parquet"
    connect: str | None = None
    table: str | None = None

    def model_post_init(self, _context: Any) -> None:
        if self.kind == "database" and not (self.connect and self.table):
            raise ValueError("kind 为 database 时必须写明 connect（连接地址）和 table（表名）")


class Fraction(Model):
    numerator: int = Field(ge=0)
    denominator: int = Field(ge=0)


class MonthParams(Model):
    """What no ticket holds: params/months/MONTH.yaml."""

    month: MonthText
    source: Source = Source()
    reach_back_months: int = Field(2, ge=0, le=12)
    offline_minutes: dict[str, int] = {}
    monthly_analysis_done: dict[str, bool] = {}
    data_conformity: dict[str, Fraction] = {}
    notebooks: dict[str, dict[str, Any]] = {}


class Params(Model):
    """All of params/ for one month."""

    folder: Path
    units: tuple[Unit, ...]
    catalogue: Catalogue
    scheme: Scheme
    columns: tuple[Column, ...]
    calendar: Calendar
    organisation: Organisation
    month: MonthParams

    @cached_property
    def unit_names(self) -> list[str]:
        return [unit.name for unit in self.units]

    def unit(self, name: str) -> Unit:
        """The unit with that short name, long name or alias. Raises UnknownValueError, with the nearest name."""
        return find("单位", name, self.units, "params/units.yaml")

    def label(self, column: str) -> str:
        """The Chinese name of a column of the ticket table."""
        return next((known.label for known in self.columns if known.name == column), column)


def find(kind: str, name: str, among: Sequence[Named], where: str) -> Any:
    """The entry of ``among`` that is spelt ``name``. Raises UnknownValueError with all names."""
    for entry in among:
        if name in entry.spellings:
            return entry
    raise UnknownValueError(kind, name, [entry.name for entry in among], where)


def month_range(month: str) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of ``month`` (YYYY-MM) and that of the month after."""
    first = first_day(month)
    return dt.datetime.combine(first, dt.time()), dt.datetime.combine(first_day(month_before(month, -1)), dt.time())


def first_day(month: str) -> dt.date:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise ParamsError(f"「{month}」不是月份。应写作 年-月 两段，例如 2024-09。")
    return dt.date(int(month[:4]), int(month[5:]), 1)


def month_before(month: str, months: int = 1) -> str:
    """The month that lies ``months`` before ``month``; negative numbers look ahead."""
    first = first_day(month)
    index = first.year * 12 + first.month - 1 - months
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def load_params(month: str, folder: Path, *, need_month_file: bool = True) -> Params:
    """All parameters of one month, checked against each other.

    month: YYYY-MM. folder: params/. need_month_file: without it a month that has no months/MONTH.yaml gets the
    defaults (base months).
    Raises ParamsError or UnknownValueError.
    """
    first_day(month)
    read = _Reader(folder)
    units = read("units.yaml", tuple[Unit, ...])
    catalogue = _in_force(read("catalogue.yaml", tuple[Catalogue, ...]), month, "catalogue.yaml")
    scheme = _in_force(read("scoring.yaml", tuple[Scheme, ...]), month, "scoring.yaml")
    params = Params(
        folder=folder,
        units=units,
        catalogue=catalogue,
        scheme=scheme,
        columns=read("columns.yaml", tuple[Column, ...]),
        calendar=Calendar(years=read("calendar.yaml", dict[int, CalendarYear])),
        organisation=read("organisation.yaml", Organisation),
        month=_month_params(read, month, need_month_file),
    )
    _check(params)
    return params


class _Reader:
    def __init__(self, folder: Path):
        self.folder = folder

    def __call__(self, name: str, kind: Any) -> Any:
        path = self.folder / name
        content = read_yaml(path)
        try:
            return TypeAdapter(kind).validate_python(content)
        except ValidationError as error:
            raise ParamsError(explain(error, f"params/{name}", content, _models())) from None


def _models() -> list[type[Model]]:
    found, new = [], [Model]
    while new:
        new = [below for model in new for below in model.__subclasses__()]
        found += new
    return found


def _month_params(read: _Reader, month: str, needed: bool) -> MonthParams:
    name = f"months/{month}.yaml"
    if not (read.folder / name).exists():
        if not needed:
            return MonthParams(month=month)
        known = sorted(path.stem for path in (read.folder / "months").glob("*.yaml"))
        raise UnknownValueError("月份", month, known, "params/months/")
    params = read(name, MonthParams)
    if params.month != month:
        raise ParamsError(f"params/{name}：month 写的是 {params.month}，应与文件名一致，写作 {month}。")
    return params


def _in_force(versions: Sequence[Any], month: str, name: str) -> Any:
    in_force = [version for version in versions if version.applies_from <= month]
    if not in_force:
        raise ParamsError(f"params/{name}：没有适用于 {month} 的一段。请写一段 applies_from 不晚于 {month} 的。")
    return max(in_force, key=lambda version: version.applies_from)


def _check(params: Params) -> None:
    """What one file may not say of another."""
    _unique("params/units.yaml", "单位", params.units)
    _unique("params/columns.yaml", "列", params.columns)
    catalogue, name = params.catalogue, "params/catalogue.yaml"
    for kind, entries in (
        ("业务类型", catalogue.business_types),
        ("业务领域", catalogue.domains),
        ("事项", catalogue.issues),
    ):
        _unique(name, kind, entries)
    for role in ("inquiry", "suggestion", "complaint"):
        catalogue.name_of(role)
    for issue in catalogue.issues:
        find(f"业务领域（事项「{issue.name}」的 domain）", issue.domain, catalogue.domains, name)
        _unique(name, f"「{issue.name}」的子事项", issue.sub_issues)

    month = params.month
    file = f"params/months/{month.month}.yaml"
    if not (params.folder / "months" / f"{month.month}.yaml").exists():
        return
    for key in ("offline_minutes", "monthly_analysis_done", "data_conformity"):
        given = getattr(month, key)
        for unit in given:
            if unit not in params.unit_names:
                raise UnknownValueError(f"单位（{key}）", unit, params.unit_names, file)
        if missing := [unit for unit in params.unit_names if unit not in given]:
            raise ParamsError(f"{file}：{key} 缺少 {'、'.join(missing)}。每个单位都要写一行。")


def _unique(file: str, kind: str, entries: Sequence[Named | Column]) -> None:
    owner: dict[str, str] = {}
    for entry in entries:
        for spelling in dict.fromkeys(entry.spellings):
            if spelling in owner:
                raise ParamsError(
                    f"{file}：{kind}「{spelling}」既指「{owner[spelling]}」又指「{entry.name}」，只能留一处。"
                )
            owner[spelling] = entry.name
