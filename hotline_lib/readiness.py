"""What would stop or weaken a run of a month, found in seconds and without running it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from hotline_lib import published
from hotline_lib.batch.plan import discover, plan
from hotline_lib.beside import left_out, read_spot_checks
from hotline_lib.bulletin._outline import TEXTS, texts_missing, texts_odd
from hotline_lib.coverage import Coverage, coverage
from hotline_lib.doubts import doubts
from hotline_lib.errors import HotlineError, UnknownValueError
from hotline_lib.indicators import BY_KEY
from hotline_lib.journal import write_whole
from hotline_lib.masking import personal
from hotline_lib.new_month import HINTS, TO_CHECK
from hotline_lib.params import Params, first_day, label, load_params, month_before
from hotline_lib.paths import Paths
from hotline_lib.ringing import with_calls
from hotline_lib.rule_changes import lost_rules, scheme_changes
from hotline_lib.sampling import ledger
from hotline_lib.sampling.take import left
from hotline_lib.text_files import read_text
from hotline_lib.tickets.files import hint_to_simulate
from hotline_lib.tickets.quality import data_quality
from hotline_lib.tickets.read import fetch, find_input, no_tickets, read_month
from hotline_lib.tickets.rules import in_words
from hotline_lib.tickets.scan import accepted, reached, submitted
from hotline_lib.yaml_files import rows_of

_MOST_SHOWN = 3  # units
_MOST_DOUBTS = 10  # places of a text
_SHANGHAI = dt.timezone(dt.timedelta(hours=8))


@dataclass
class Readiness:
    """What a check found, in words. stops: no report, or not all, could be made. weakens: a report would say less.

    ready: what is in order. quality: ``data_quality`` of the month's tickets, if there are any. coverage: which of
    them seem to be missing, which weakens every figure. rules: what a new block of scoring.yaml changes.
    """

    month: str
    stops: list[str] = field(default_factory=list)
    weakens: list[str] = field(default_factory=list)
    ready: list[str] = field(default_factory=list)
    quality: pd.DataFrame | None = None
    coverage: Coverage | None = None
    rules: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        return 1 if self.stops else 0

    @contextmanager
    def looking(self) -> Iterator[None]:
        """What is refused inside would stop a run; the check goes on with the next thing."""
        try:
            yield
        except HotlineError as error:
            if str(error) not in self.stops:
                self.stops.append(str(error))


def check(month: str, paths: Paths) -> Readiness:
    """Everything that a run of ``month`` needs: parameters, tickets, base months, calendar, spot checks, notebooks.

    Raises HotlineError only if there is nothing to go on: a month that is none, params/ that cannot be read.
    """
    found = Readiness(month)
    params = None
    with found.looking():
        params = with_calls(load_params(month, paths.params), paths)
        found.ready.append(f"参数 params/months/{month}.yaml")
        _month_file(found, params, paths)
        _scheme(found, params, paths)
    params = params or load_params(month, paths.params, need_month_file=None)
    with found.looking():
        _tickets(found, params, paths)
    for months_back, name in ((1, "环比"), (12, "同比")):
        with found.looking():
            _base(found, month_before(month, months_back), name, params, paths)
    with found.looking():
        _calendar(found, params)
    with found.looking():
        read_spot_checks(month_before(month), params, paths)  # page 05 follows its problems up
    with found.looking():
        _spot_checks(found, params, paths)
    with found.looking():
        _notebooks(found, params, paths)
    return found


def _month_file(found: Readiness, params: Params, paths: Paths) -> None:
    file = f"params/months/{found.month}.yaml"
    text = read_text(paths.params / "months" / f"{found.month}.yaml", file)
    marked = [number for number, line in enumerate(text.splitlines(), 1) if f"{TO_CHECK}：" in line]
    if marked:
        lines = "、".join(str(number) for number in marked)
        found.weakens.append(f"{file} 第 {lines} 行还写着「{TO_CHECK}」：核对或填好后删去这三个字。")
    given = params.month.data_conformity
    if empty := [unit for unit, share in given.items() if share and share.denominator == 0]:
        words = f"{file} 的 data_conformity 中{_who(empty, params)}为 0/0：有上报的单位印「待补充」，不计分。"
        found.weakens.append(words)
    rows = rows_of(paths.params / "months" / f"{found.month}.yaml")
    for key, units in params.month.unfilled(params.unit_names).items():
        way = tuple(key.split("."))
        at = [rows[(*way, unit)] for unit in units if (*way, unit) in rows] or [
            rows[each] for each in (way,) if each in rows
        ]
        together = len(at) > 1 and at == list(range(at[0], at[-1] + 1))
        which = f"{at[0]} 至 {at[-1]}" if together else "、".join(map(str, dict.fromkeys(at)))
        where = f"第 {which} 行" if at else "中没有写的"
        whose = f"（{_who(units, params)}）" if units else ""
        found.weakens.append(f"{file} {where} {key}{whose} 待补充：{HINTS[key]}。")
    found.weakens += [f"{words}。" for words in (*texts_missing(params), *texts_odd(params))]
    written = {f"{file} 的 remarks.{name}": words for name, words in params.month.remarks if words}
    for name in (f"{found.month}.yaml", *(f"{found.month}/{name}.md" for name in TEXTS)):
        path, shown = paths.params / "months" / name, f"params/months/{name}"
        content = read_text(path, shown) if path.is_file() else ""
        if found_in := personal(content):
            numbers = "、".join(map(str, found_in))
            found.weakens.append(f"{shown} 第 {numbers} 行像是有电话或证件号码：请核对，不该印的删去。")
        written |= {shown: content} if shown != file else {}
    names = [spelling for unit in params.units for spelling in unit.spellings]
    for shown, content in written.items():
        said = [f"第 {line} 行，{doubt}。" for line, doubt in doubts(content, names)]
        more = [f"……共 {len(said)} 处。"] if len(said) > _MOST_DOUBTS else []
        if said:
            found.weakens.append("\n  ".join([f"{shown} 请核对：", *said[:_MOST_DOUBTS], *more]))


def _who(units: Sequence[str], params: Params) -> str:
    return "全部单位" if len(units) == len(params.units) else "、".join(units)


def _scheme(found: Readiness, params: Params, paths: Paths) -> None:
    of = params.scheme
    for rule in of.rules:
        if rule.indicator not in BY_KEY:
            raise UnknownValueError("考评指标", rule.indicator, BY_KEY, "params/scoring.yaml")
    found.ready.append(f"评分办法「{of.name}」（自 {of.applies_from} 起）：{len(of.rules)} 条规则")
    found.rules = scheme_changes(params, paths)
    found.weakens += filter(None, [lost_rules(params)])


def _tickets(found: Readiness, params: Params, paths: Paths) -> None:
    month = found.month
    own = accepted(month, params, paths)
    if own is None:
        intake = (
            f"没有 {month} 的工单：请运行 hotline intake 导出文件 --month {month}{hint_to_simulate(month, paths)}。"
        )
        found.stops.append(intake if params.month.source.in_data else no_tickets(month, params, paths))
        return
    frames, source = own
    mark = "，模拟工单" if source.simulated else ""
    found.ready.append(f"工单 {source.name}：{frames['counts']['tickets'].sum():,} 件，版本 {source.sha256[:12]}{mark}")
    found.weakens += [f"{source.name}：{warning}。" for warning in in_words(frames["warnings"], frames["still_open"])]
    now = dt.datetime.now(_SHANGHAI).replace(tzinfo=None)
    found.quality = data_quality(read_month(month, params, paths), params, now)
    found.coverage = coverage(month, params, paths)
    for back in range(1, params.month.reach_back_months + 1):  # each that cannot be used, not the first only
        with found.looking():
            each = find_input(month_before(month, back), params, paths)
            if each and each.simulated == source.simulated:
                accepted(each.month, params, paths)
    with found.looking():
        scanned = submitted(month, params, paths)[1]
        found.weakens += [f"{words}。" for part in left_out(source, scanned, params, paths) for words in part]


def _base(found: Readiness, base: str, name: str, params: Params, paths: Paths) -> None:
    source, own = find_input(base, params, paths), find_input(found.month, params, paths)
    if source and own and source.simulated == own.simulated and not source.partial:
        accepted(base, params, paths)
        found.ready.append(f"{name}的基数 {source.name}")
    elif published.margins(base, params, paths):
        found.ready.append(f"{name}的基数 data/published/{base}/")
    else:
        found.weakens.append(f"没有{label(base)}的工单或月报表：{name}印为 —，相应的句子不写。")


def _calendar(found: Readiness, params: Params) -> None:
    """Every day on which a ticket submitted in the month can have been closed needs a deadline."""
    day = first_day(month_before(found.month, params.month.reach_back_months))
    while day < first_day(month_before(found.month, -1)):
        params.calendar.submit_before(day)
        day += dt.timedelta(days=1)
    found.ready.append("放假安排 params/calendar.yaml")


def _spot_checks(found: Readiness, params: Params, paths: Paths) -> None:
    drawn = read_spot_checks(found.month, params, paths)
    name = paths.short(paths.spot_checks(found.month))
    if drawn is None:
        found.weakens.append(f"没有 {name}：抽检一节只说明没有抽检记录。")
        return
    found.ready.append(f"抽检 {name}：{len(drawn)} 件")
    found.weakens += left(found.month, ledger.standing(ledger.read_ledger(paths)), ledger.read_back(found.month, paths))
    if found.quality is not None:
        before = read_spot_checks(month_before(found.month), params, paths)
        unknown = set(drawn["ticket_id"]) - set([] if before is None else before["ticket_id"])  # checked again
        for source in reached(found.month, params, paths):  # what is reported in a month may have come in before it
            tickets = read_month(source.month, params, paths)
            unknown -= set(
                fetch(tickets.filter(tickets.ticket_id.isin(list(unknown))).select("ticket_id"))["ticket_id"]
            )
        if unknown:
            found.weakens.append(
                f"{name} 有 {len(unknown)} 件不在 {found.month} 的工单中，例如 {params.known.shown(min(unknown))}。"
            )


def _notebooks(found: Readiness, params: Params, paths: Paths) -> None:
    notebooks = discover(paths.notebooks)
    found.stops += [notebook.problem for notebook in notebooks if notebook.problem]
    reports = plan(paths, params)
    found.ready.append(f"笔记本 {len(reports)} 个")


def told(found: Readiness, quality_file: str = "", coverage_files: str = "") -> str:
    """The check as an analyst reads it. quality_file, coverage_files: where the whole tables (and a picture) are."""
    lines = [f"{found.month} 运行前检查：" + ("不能运行" if found.stops else "可以运行")]
    for title, each in (("就绪", found.ready), ("会停止", found.stops), ("会减弱", found.weakens)):
        lines += [f"{title}："] * bool(each) + [f"  {text}".replace("\n", "\n  ") for text in each]
    lines += [f"{indent}{text}" for indent, text in zip(["", *["  "] * len(found.rules)], found.rules, strict=False)]
    if found.coverage is not None:
        lines.append(f"工单是否齐全（缺了会减弱；各单位每天见 {coverage_files}）：")
        lines += [f"  {words}" for words in (found.coverage.summary, *(found.coverage.sentences or ["没有发现缺漏。"]))]
    if found.quality is not None:
        lines.append(f"数据质量（件；最多的三个单位；各单位见 {quality_file}）：")
        units = found.quality.set_index("finding").drop(columns="tickets")
        for finding, total in zip(found.quality["finding"], found.quality["tickets"], strict=True):
            most = units.loc[finding].astype(int).nlargest(_MOST_SHOWN)
            lines.append(f"  {finding}：{total:,}（" + "、".join(f"{u} {n:,}" for u, n in most.items() if n) + "）")
    return "\n".join(lines)


def write_quality(found: Readiness, paths: Paths) -> Path | None:
    """The table of data quality as output/check/MONTH.csv; None if there are no tickets."""
    if found.quality is None:
        return None
    path = paths.output / "check" / f"{found.month}.csv"
    table = found.quality.rename(columns={"finding": "项目", "tickets": "全部"})
    write_whole(path, table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig"))
    return path
