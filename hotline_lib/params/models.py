"""The typed models of params/*.yaml: units, catalogue, scoring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from hotline_lib.errors import ParamsError, UnknownValueError
from hotline_lib.paths import as_folder

Role = Literal["inquiry", "suggestion", "complaint", "retired"]
MonthText = Annotated[
    str,
    BeforeValidator(lambda v: v.strftime("%Y-%m") if isinstance(v, dt.date) else v),
    Field(pattern=r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$"),
]
Spelling = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    def __repr__(self) -> str:
        """Short, for whoever looks at it in a notebook: plain values, and of everything else how much there is."""
        return f"{type(self).__name__}({', '.join(f'{name}={_short(value)}' for name, value in self)})"

    __str__ = __repr__


def _short(value: object) -> str:
    if isinstance(value, tuple | dict):
        return f"{len(value)}项"
    text = str(
        getattr(value, "name", None)
        or getattr(value, "month", None)
        or ("…" if isinstance(value, BaseModel) else value)
    )
    return text if len(text) <= 40 else text[:40] + "…"


class Named(Model):
    """Something with one name and others that mean the same."""

    name: Spelling
    aliases: tuple[Spelling, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


def _folder(name: str) -> str:
    """``name``, if a folder can be called so: a unit's edition lies in one."""
    if not as_folder(name).strip("_"):
        raise ValueError(f"「{name}」不能作单位的名称：要有字，分册的文件夹用它命名")
    return name


class Unit(Named):
    """One of the units that take calls. ``population`` counts persons: the base of tickets per 10,000 people."""

    name: Annotated[Spelling, AfterValidator(_folder)]
    code: str = Field(pattern=r"^[0-9]{6}$")
    long_name: Spelling
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


def _issues(entries: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """Issues once each: a later entry of the same name and domain adds its aliases and sub-issues."""
    whole: dict[tuple[str, str], Issue] = {}
    for entry in entries:
        key = (entry.name, entry.domain)
        if before := whole.get(key):
            more = {"aliases": (*before.aliases, *entry.aliases), "sub_issues": (*before.sub_issues, *entry.sub_issues)}
            entry = before.model_copy(update=more)
        whole[key] = entry
    return tuple(whole.values())


class Catalogue(Model):
    """The names that tickets may carry, from ``applies_from`` on."""

    applies_from: MonthText
    business_types: tuple[BusinessType, ...]
    domains: tuple[Domain, ...]
    issues: Annotated[tuple[Issue, ...], AfterValidator(_issues)]

    def name_of(self, role: str) -> str:
        """The business type with that role. Raises ParamsError if the catalogue has none."""
        return self.of_role(role).name

    def of_role(self, role: str) -> BusinessType:
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


_TIERS, _PER_POINT = {"otherwise"}, {"points", "most"}
_FORMS = {  # how points can be written, and what each form reads besides
    "below": _TIERS, "at_least": _TIERS, "by_rank": {"otherwise", "best"},
    "per_point_short_of": _PER_POINT, "per_point_over": _PER_POINT,
}  # fmt: skip


class Points(Model):
    """How one indicator makes points: exactly one of five forms.

    below: {limit: points}: the lowest limit that the value is under counts, else ``otherwise``.
    at_least: {limit: points}: the highest limit that the value reaches counts, else ``otherwise``.
    by_rank: {place: points}: the first place that the unit's is not behind counts, else ``otherwise``; places are
        competition ranks over the units' printed values, the highest value first unless ``best`` is low.
    per_point_short_of, per_point_over: ``points`` for each whole 1 that the value is short of it or over it, in proportion.
    most: the most that a proportional form makes.
    """

    below: dict[Decimal, Decimal] | None = None
    at_least: dict[Decimal, Decimal] | None = None
    by_rank: dict[int, Decimal] | None = None
    best: Literal["high", "low"] = "high"
    otherwise: Decimal = Decimal(0)
    per_point_short_of: Decimal | None = None
    per_point_over: Decimal | None = None
    points: Decimal = Decimal(0)
    most: Decimal | None = None

    def model_post_init(self, _context: Any) -> None:
        forms = [form for form in _FORMS if getattr(self, form) is not None]
        if len(forms) != 1:
            raise ValueError(f"deduct 和 award 必须在 {'、'.join(_FORMS)} 中恰好写一种")
        if _FORMS[forms[0]] is _PER_POINT and "points" not in self.model_fields_set:
            raise ValueError("per_point_short_of 和 per_point_over 还要写 points：每低于（高于）1扣几分")
        if idle := sorted(self.model_fields_set - _FORMS.keys() - _FORMS[forms[0]]):
            raise ValueError(f"{forms[0]} 用不到 {'、'.join(idle)}：请删去，或改用别的写法")
        tiers = (self.below or self.at_least or self.by_rank or {}).values()
        if min((*tiers, self.otherwise, self.points, self.most or 0)) < 0:
            raise ValueError("扣分和得分不能是负数：加分请写在 award")
        if min(self.by_rank or [1]) < 1:
            raise ValueError("by_rank 的名次从 1 起")


class Rule(Model):
    """What one indicator costs (``deduct``) or earns (``award``); an award is a part of the full marks."""

    indicator: str
    deduct: Points | None = None
    award: Points | None = None
    source: Literal["inferred", "published"]
    evidence: str = ""
    freedom: str = ""

    def model_post_init(self, _context: Any) -> None:
        if (self.deduct is None) == (self.award is None):
            raise ValueError("一条规则在 deduct（扣分）和 award（得分）中恰好写一种")
        if self.award and self.award.most is None and self.award.per_point_over is not None:
            raise ValueError("按比例得分要写明 most（最多得几分）")
        if self.award and self.award.per_point_short_of is not None:
            raise ValueError("award 没有 per_point_short_of：每低于一点扣分请写在 deduct")

    @property
    def points(self) -> Points:
        made = self.deduct or self.award
        assert made is not None  # one of the two is written
        return made


class Threshold(Model):
    """What raises a signal: points lost by one indicator, or spot-checked tickets found bad."""

    points: Decimal = Field(gt=0)
    bad: int = Field(gt=0)


class Changes(Model):
    """When a change is marked. least: in percent. monthly_sd: usual variation of a month's tickets, in percent, where
    neither earlier months nor comparable rows can tell (``metrics.judged``)."""

    least: Decimal = Field(default=Decimal(10), ge=0)
    monthly_sd: Decimal = Field(default=Decimal(7), gt=0)


class Signals(Model):
    """When the first page, 图3 and section 三 say 关注 (attention) or 留意 (notice), and when a change is marked."""

    changes: Changes = Changes()
    unsubmitted: Decimal = Field(
        default=Decimal(10), gt=0, le=100
    )  # percent of a unit's tickets; from there its rates speak of the rest only
    attention: Threshold = Threshold(points=Decimal(3), bad=3)
    notice: Threshold = Threshold(points=Decimal(2), bad=1)

    def model_post_init(self, _context: Any) -> None:
        if self.attention.points < self.notice.points or self.attention.bad < self.notice.bad:
            raise ValueError("attention（关注）的 points 和 bad 不能小于 notice（留意）的")

    def of(self, *, points: object = 0, bad: object = 0) -> str:
        """attention, notice or nothing."""
        for level in ("attention", "notice"):
            least = getattr(self, level)
            if points >= least.points or bad >= least.bad:
                return level
        return ""


class Scheme(Model):
    """A scoring scheme (评分办法), from ``applies_from`` on. changes_from: the name of the one that it was written as a
    change of (``schemes.whole``), drop: which of its rules it has no more; what it inherits stands here too."""

    applies_from: MonthText
    name: str
    changes_from: str | None = None
    drop: tuple[str, ...] = ()
    full_marks: Decimal = Field(gt=0, le=10_000)
    least: Decimal = Field(default=Decimal(0), ge=-10_000)  # no score is lower
    rules: tuple[Rule, ...]
    signals: Signals = Signals()

    def model_post_init(self, _context: Any) -> None:
        if self.least >= self.full_marks:
            raise ValueError("least（总分的下限）应低于 full_marks（满分）")


def find(kind: str, name: str, among: Sequence[Named], where: str) -> Any:
    """The entry of ``among`` that is spelt ``name``. Raises UnknownValueError with all names."""
    for entry in among:
        if name in entry.spellings:
            return entry
    raise UnknownValueError(kind, name, [entry.name for entry in among], where)
