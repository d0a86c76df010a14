"""Reading params/ for one month, and holding its files to each other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from hotline_lib.errors import ParamsError, UnknownValueError
from hotline_lib.masking import Known
from hotline_lib.params.columns import Column, gathered
from hotline_lib.params.dates import Calendar, CalendarYear, first_day
from hotline_lib.params.files import Reader, as_written
from hotline_lib.params.models import Catalogue, Model, Named, Scheme, Unit, find
from hotline_lib.params.names import once, unique
from hotline_lib.params.of_month import PER_UNIT, MonthParams
from hotline_lib.params.organisation import Organisation, Recipients
from hotline_lib.params.schemes import refuse_no_change, whole
from hotline_lib.paths import as_folder
from hotline_lib.yaml_files import Shown

_FILES = ("units.yaml", "catalogue.yaml", "scoring.yaml", "columns.yaml", "calendar.yaml", "organisation.yaml")


class Params(Model):
    """All of params/ for one month. scheme_before: the block of scoring.yaml before the one that holds."""

    folder: Path
    units: tuple[Unit, ...]
    catalogue: Catalogue
    scheme: Scheme
    scheme_before: Scheme | None = None
    columns: tuple[Column, ...]
    columns_only: tuple[Column, ...] = ()
    calendar: Calendar
    organisation: Organisation
    month: MonthParams

    @cached_property
    def unit_names(self) -> list[str]:
        return [unit.name for unit in self.units]

    def unit(self, name: str) -> Unit:
        """The unit with that short name, long name or alias. Raises UnknownValueError, with the nearest name."""
        return find("单位", name, self.units, "params/units.yaml")

    @cached_property
    def known(self) -> Known:
        """What a message may show: whatever resembles one of the words of params/."""
        catalogue, columns = self.catalogue, [*self.columns, *self.columns_only]
        named: list[Named | Column] = [*self.units, *catalogue.business_types, *catalogue.domains, *catalogue.issues]
        named += [*columns, *(sub for issue in catalogue.issues for sub in issue.sub_issues)]
        words = [word for entry in named for word in entry.spellings]
        words += [each.brief for each in catalogue.business_types] + [each.brief for each in catalogue.issues]
        words += catalogue.printed_domains
        words += [word for column in columns for value, each in column.values.items() for word in (value, *each)]
        own = self.organisation
        words += [own.province, own.region, own.hotline, own.department, own.title, own.platform, own.centre]
        return Known(words, [unit.code for unit in self.units])

    def label(self, column: str) -> str:
        """The Chinese name of a column of the ticket table."""
        return next((known.label for known in self.columns if known.name == column), column)


def load_params(month: str, folder: Path, *, need_month_file: bool | None = True) -> Params:
    """All parameters of one month, checked against each other.

    month: YYYY-MM. folder: params/. need_month_file: without it a month that has no months/MONTH.yaml gets the
    defaults (base months); None does not look at it at all.
    Raises ParamsError or UnknownValueError.
    """
    first_day(month)
    return _loaded(month, folder, need_month_file, as_written(folder, [*_FILES, f"months/{month}.yaml"]))


@lru_cache(maxsize=128)
def _loaded(month: str, folder: Path, need_month_file: bool | None, written: tuple[bytes | None, ...]) -> Params:
    """``load_params``, once for what stands in the files: opening a month of many asks seventy times. written: they are read again."""
    read = Reader(folder)
    units = read("units.yaml", tuple[Unit, ...])
    catalogue, _ = _in_force(read("catalogue.yaml", tuple[Catalogue, ...]), month, "catalogue.yaml")
    scheme, scheme_before = _in_force(_schemes(read), month, "scoring.yaml")
    columns, some = gathered(read("columns.yaml", tuple[Column, ...]))
    some = tuple(column.model_copy(update={"only": _short_name(column.only, units)}) for column in some)
    params = Params(
        folder=folder,
        units=units,
        catalogue=catalogue,
        scheme=scheme,
        scheme_before=scheme_before,
        columns=columns,
        columns_only=some,
        calendar=Calendar(years=read("calendar.yaml", dict[int, CalendarYear])),
        organisation=read("organisation.yaml", Organisation),
        month=MonthParams(month=month),
    )
    of_month = _month_params(read, month, need_month_file, lambda *text: params.known.shown(*text))
    if "source" not in of_month.model_fields_set:
        of_month = of_month.model_copy(update={"source": params.organisation.source})
    params = params.model_copy(update={"month": of_month})
    _check(params)
    if need_month_file is not None:
        _check_month(params)
    return params


def load_scheme(name: str, folder: Path) -> Scheme:
    """The block of scoring.yaml with that name, whatever month it is for. Raises ParamsError or UnknownValueError."""
    schemes = load_schemes(folder)
    for scheme in schemes:
        if scheme.name == name:
            return scheme
    raise UnknownValueError("评分办法", name, [each.name for each in schemes], "params/scoring.yaml")


def load_schemes(folder: Path) -> tuple[Scheme, ...]:
    """All blocks of scoring.yaml. Raises ParamsError."""
    return _schemes(Reader(folder))


def _schemes(read: Reader) -> tuple[Scheme, ...]:
    path = read.folder / "scoring.yaml"
    schemes = read("scoring.yaml", tuple[Scheme, ...], ready=lambda content: whole(content, path))
    refuse_no_change(schemes)
    return schemes


def load_recipients(params: Params) -> Recipients:
    """Who gets the mail: params/recipients.yaml, units by their short names. Raises ParamsError or UnknownValueError."""
    name = "recipients.yaml"
    if not os.path.lexists(params.folder / name):
        raise ParamsError(
            f"没有收件人名单 params/{name}。请把 params/recipients.example.yaml 复制为 params/{name}，填好收件人。"
        )
    found = Reader(params.folder)(name, Recipients)
    units = {find("单位", unit, params.units, f"params/{name}").name: who for unit, who in found.units.items()}
    if len(units) < len(found.units):
        raise ParamsError(f"params/{name}：units 中有单位用两个名称写了两次，只能留一处。")
    for whose, people in {"bulletin": found.bulletin, **units}.items():
        addresses = [each.address.casefold() for each in people]
        for address in addresses:
            if addresses.count(address) > 1:
                raise ParamsError(f"params/{name}：{whose} 中「{address}」写了两次，只能留一处。")
    return Recipients(bulletin=found.bulletin, units=units)


def _month_params(read: Reader, month: str, needed: bool | None, shown: Shown) -> MonthParams:
    name = f"months/{month}.yaml"
    if needed is None:
        return MonthParams(month=month)
    if not os.path.lexists(read.folder / name):
        if not needed:
            return MonthParams(month=month)
        known = sorted(path.stem for path in (read.folder / "months").glob("*.yaml"))
        there = f"已有参数的月份：{'、'.join(known[-12:])}。" if known else ""
        raise ParamsError(f"没有 params/{name}。请先运行 hotline new {month}，再按其中的说明填写。{there}")
    params = read(name, MonthParams, shown)
    if params.month != month:
        raise ParamsError(f"params/{name}：month 写的是 {params.month}，应与文件名一致，写作 {month}。")
    return params


def _in_force(versions: Sequence[Any], month: str, name: str) -> tuple[Any, Any]:
    """The block that holds in the month, and the one before it, or None."""
    begins = [version.applies_from for version in versions]
    for begin in begins:
        if begins.count(begin) > 1:
            raise ParamsError(f"params/{name}：有 {begins.count(begin)} 段都写着 applies_from: {begin}，只能留一段。")
    in_force = sorted((each for each in versions if each.applies_from <= month), key=lambda each: each.applies_from)
    if not in_force:
        raise ParamsError(f"params/{name}：没有适用于 {month} 的一段。请写一段 applies_from 不晚于 {month} 的。")
    return in_force[-1], in_force[-2] if len(in_force) > 1 else None


def _check(params: Params) -> None:
    """What one file may not say of another."""
    params.calendar.refuse_contradictions()
    unique("params/units.yaml", "单位", params.units)
    for what, of in (
        ("code（区划代码）", lambda unit: unit.code),
        ("分册文件夹", lambda unit: as_folder(unit.name).casefold()),
    ):
        once("params/units.yaml", what, params.units, of)
    for kind in (params.catalogue.business_types, params.catalogue.issues):
        once("params/catalogue.yaml", "short（简称）", kind, lambda entry: entry.brief)
    unique("params/columns.yaml", "列", params.columns)
    catalogue, name = params.catalogue, "params/catalogue.yaml"
    unique(name, "业务类型", catalogue.business_types)
    unique(name, "业务领域", catalogue.domains)
    unique(name, "事项", catalogue.issues)
    for role in ("inquiry", "suggestion", "complaint"):
        catalogue.name_of(role)
    for issue in catalogue.issues:
        find(f"业务领域（事项「{issue.name}」的 domain）", issue.domain, catalogue.domains, name)
        unique(name, f"「{issue.name}」的子事项", issue.sub_issues)

    scopes = {unit.name for unit in params.units}
    for column in params.columns_only:
        if column.only not in scopes and not set("*?[") & set(column.only):
            raise UnknownValueError("单位（only）", column.only, sorted(scopes), "params/columns.yaml")
    _refuse_contradictions(params)
    for column in (*params.columns, *params.columns_only):
        allowed = _values_of(column.name, catalogue, params.unit_names)
        for value in column.values:
            if value not in (*allowed, "blank"):
                where = f"值（「{params.label(column.name)}」的 values）"
                raise ParamsError(
                    str(
                        UnknownValueError(
                            where, params.known.shown(value, ["blank"]), [*allowed, "blank"], "params/columns.yaml"
                        )
                    )
                )


def _refuse_contradictions(params: Params) -> None:
    """One spelling may not mean two things in the same exports."""
    meant: dict[tuple[str, str, str], str] = {}
    for column in (each for each in (*params.columns, *params.columns_only) if each.name != "sub_issue"):
        for value, words in column.values.items():
            for word in dict.fromkeys(words):
                before = meant.setdefault((column.name, column.only, word), value)
                if before != value:
                    shown = params.known.shown(word)
                    raise ParamsError(
                        f"params/columns.yaml：「{params.label(column.name)}」的「{shown}」既是 {before} 又是 {value}，只能留一处。"
                    )


def _check_month(params: Params) -> None:
    """What a month's file may not say of the units."""
    month = params.month
    file = f"params/months/{month.month}.yaml"
    if not (params.folder / "months" / f"{month.month}.yaml").exists():
        return
    calls, spellings = month.test_calls, {word for unit in params.units for word in unit.spellings}
    for unit in (*(calls.not_answered or ()), *(calls.slow or ()), *calls.unseen) if calls else ():
        if unit not in spellings:
            raise UnknownValueError("单位（test_calls）", unit, params.unit_names, file, params.known.shown(unit))
    for key in PER_UNIT:
        for unit in getattr(month, key):
            if unit not in params.unit_names:
                raise UnknownValueError(f"单位（{key}）", unit, params.unit_names, file, params.known.shown(unit))


def _short_name(name: str, units: Sequence[Unit]) -> str:
    return next((unit.name for unit in units if name in unit.spellings), name)


def _values_of(column: str, catalogue: Catalogue, units: Sequence[str]) -> list[str]:
    """What ``values`` of a column may give other words for."""
    named = {
        "unit": units,
        "business_type": [each.name for each in catalogue.business_types],
        "domain": [each.name for each in catalogue.domains],
        "issue": [each.name for each in catalogue.issues],
        "sub_issue": [sub.name for issue in catalogue.issues for sub in issue.sub_issues],
        "rating": "12345",
        "failed_reviews": "0123456789",
        "drawn": ["random", "lead"],
        "closed": ["yes", "no", "not reached", "refused"],
        "satisfied": ["yes", "no", "not reached", "refused"],
    }
    if column.endswith("_at") or column == "ticket_id":
        return []
    return list(named.get(column, ("true", "false")))
