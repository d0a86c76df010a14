"""The one list of Annex 1's indicators: who is counted, who is good, and how each prints.

A rate of Annex 1 is over the tickets *submitted* to the ministry in the month, whenever they were accepted; which
rule gives which printed figure was worked out from the bulletin of 2024-09, where it reproduces all of them.
A new indicator is one entry here; what it costs is one line in params/scoring.yaml.

``counted`` and ``good`` take the submitted tickets (a table of some engine, which this module does not know) and the
Rules below, and give a condition on each ticket. A missing value is never good. Only comparisons, ``isin`` and
whole-second arithmetic are used: they mean the same on every engine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from hotline_lib.errors import UnknownValueError

SUBMITTED_IN_TIME = "timely_submission_rate"
SATISFIED_FROM = 3  # rating of 3 and more is satisfied; 1 and 2 are bad reviews
Kind = Literal["rate", "minutes", "count", "per_10k", "flag"]
Table: TypeAlias = Any  # of the engine, as are the next two
BooleanValue: TypeAlias = Any
IntegerValue: TypeAlias = Any


@dataclass(frozen=True)
class Rules:
    """What the conditions need beside the ticket: names of business types by role, and the submission deadlines.

    deadline_days: closing days by the number of days from it to the midnight that ends its deadline.
    """

    inquiry: str
    complaint: str
    deadline_days: dict[int, list[dt.date]]


@dataclass(frozen=True)
class Indicator:
    """One column of Annex 1.

    key: its name in code and CSV. label: its full printed name. head: a short head for narrow columns, its lines
    parted by |. group: the heading over its columns. kind: how it prints.
    counted: the tickets it is over; None: it does not come from tickets submitted (population, month's parameters).
    good: the tickets that count for it; for ``minutes`` the seconds to sum. over, good_if: the same in words.
    """

    key: str
    label: str
    head: str
    group: str
    kind: Kind = "rate"
    counted: Callable[[Table, Rules], BooleanValue] | None = None
    good: Callable[[Table, Rules], BooleanValue | IntegerValue] | None = None
    over: str = ""
    good_if: str = ""
    missed: str = "未达标"

    def conditions(self, t: Table, rules: Rules) -> tuple[BooleanValue, Any]:
        """``counted`` and ``good`` of the tickets that it comes from."""
        assert self.counted is not None and self.good is not None  # one of FROM_TICKETS
        return self.counted(t, rules), self.good(t, rules)

    @property
    def counts(self) -> Literal["all", "complaint", ""]:
        """Whether it counts all submitted tickets, or all complaints among them; else nothing."""
        return "all" if self.counted is _all else "complaint" if self.counted is _complaints else ""

    @property
    def word(self) -> str:
        """One word for a signal: 24小时, 万人工单, 办结时长."""
        return self.brief.removesuffix("办结率").removesuffix("率").removeprefix("平均")

    @property
    def brief(self) -> str:
        """The name inside a chart: 平均办结时长, 24小时办结率."""
        *lines, unit = self.head.split("|")
        return "".join([*lines, unit]) if self.kind in ("rate", "flag") else "".join(lines)

    @property
    def unit(self) -> str:
        """What its values are in: %, 分钟; nothing for a flag."""
        return {"rate": "%", "flag": ""}.get(self.kind, self.head.split("|")[-1])

    @property
    def short(self) -> str:
        """The name where room is short: 平均办结时长."""
        return self.label.removeprefix("投诉举报类").removeprefix("信息咨询类工单")


def handling_seconds(t: Table) -> IntegerValue:
    """Whole seconds from acceptance to closing."""
    return whole_seconds(t.closed_at) - whole_seconds(t.accepted_at)


def due_seconds(t: Table) -> IntegerValue:
    """Whole seconds from acceptance to the due date."""
    return whole_seconds(t.due_at) - whole_seconds(t.accepted_at)


def whole_seconds(moment: Any) -> IntegerValue:
    """A moment as whole seconds."""
    return moment.epoch_seconds().floor().cast("int64")  # engines differ on fractions of a second


def _all(t: Table, _: Rules) -> BooleanValue:
    return t.submitted_at.notnull()


def _inquiries(t: Table, rules: Rules) -> BooleanValue:
    return t.business_type == rules.inquiry


def _complaints(t: Table, rules: Rules) -> BooleanValue:
    return t.business_type == rules.complaint


def _transferred(t: Table, _: Rules) -> BooleanValue:
    return t.transferred_at.notnull()


def _other_transferred(t: Table, rules: Rules) -> BooleanValue:
    return (t.business_type != rules.complaint) & t.transferred_at.notnull()


def _badly_rated(t: Table, _: Rules) -> BooleanValue:
    return t.rating < SATISFIED_FROM


def _complaints_rated(t: Table, rules: Rules) -> BooleanValue:
    return (t.business_type == rules.complaint) & t.called_back & t.rating.notnull()


def _closed_in_time(t: Table, _: Rules) -> BooleanValue:
    return t.closed_at <= t.due_at


def _closed_within(hours: int) -> Callable[[Table, Rules], BooleanValue]:
    return lambda t, _: handling_seconds(t) <= hours * 3600


def submitted_in_time(closed: Any, submitted: Any, rules: Rules) -> Any:
    """Whether days of submission are before the midnight that ends the first working day after the days of closing.

    closed, submitted: days, of a table or of a frame. What was reported before it was closed is early, whatever else is wrong.
    """
    in_time = submitted <= closed
    for days, dates in rules.deadline_days.items():
        in_time = in_time | (closed.isin(dates) & (submitted < closed + dt.timedelta(days=days)))
    return in_time


def _submitted_in_time(t: Table, rules: Rules) -> BooleanValue:
    return submitted_in_time(t.closed_at.date(), t.submitted_at.date(), rules)


INDICATORS: tuple[Indicator, ...] = (
    Indicator("tickets_per_10k", "万人工单数量", "万人工单|件/万人", "受理与答复", "per_10k",
              over="本月受理的工单，除以单位的人口"),
    Indicator("classification_accuracy", "工单分类正确率", "分类|正确率", "受理与答复", "rate",
              _all, lambda t, _: t.classified_correctly,
              over="全部上报的工单", good_if="分类正确", missed="分类不正确"),
    Indicator("instant_answer_rate", "信息咨询类工单即时答复率", "即时|答复率", "受理与答复", "rate",
              _inquiries, lambda t, _: t.answered_instantly,
              over="信息咨询", good_if="即时答复", missed="未即时答复"),
    Indicator("other_on_time_rate", "非投诉举报类限时办结率", "限时|办结率", "非投诉与转办", "rate",
              _other_transferred, _closed_in_time,
              over="非投诉举报、转办过的", good_if="办结不晚于时限", missed="超时限办结"),
    Indicator("transfer_callback_rate", "转办工单回访率", "回访率", "非投诉与转办", "rate",
              _transferred, lambda t, _: t.called_back,
              over="转办过的", good_if="已回访", missed="未回访"),
    Indicator("first_time_resolution_rate", "一次办结率", "一次|办结率", "非投诉与转办", "rate",
              _transferred, lambda t, _: t.resolved_first_time,
              over="转办过的", good_if="一次办结", missed="未一次办结"),
    Indicator("bad_review_fixed_rate", "差评整改率", "差评|整改率", "非投诉与转办", "rate",
              _badly_rated, lambda t, _: t.bad_rating_fixed,
              over="评分为1或2的（差评）", good_if="差评已整改", missed="差评未整改"),
    Indicator("complaint_on_time_rate", "投诉举报类限时办结率", "限时|办结率", "投诉举报", "rate",
              _complaints, _closed_in_time,
              over="投诉举报", good_if="办结不晚于时限", missed="超时限办结"),
    Indicator("complaint_24h_rate", "投诉举报类24小时办结率", "24小时|办结率", "投诉举报", "rate",
              _complaints, _closed_within(24),
              over="投诉举报", good_if="受理到办结不超过24小时", missed="超24小时办结"),
    Indicator("complaint_5d_rate", "投诉举报类5日办结率", "5日|办结率", "投诉举报", "rate",
              _complaints, _closed_within(5 * 24),
              over="投诉举报", good_if="受理到办结不超过5日", missed="超5日办结"),
    Indicator("complaint_mean_minutes", "投诉举报类平均办结时长", "平均|办结时长|分钟", "投诉举报", "minutes",
              _complaints, lambda t, _: handling_seconds(t),
              over="投诉举报", good_if="受理到办结的整秒数相加，除以件数"),
    Indicator("complaint_satisfaction_rate", "投诉举报类回访满意率", "回访|满意率", "投诉举报", "rate",
              _complaints_rated, lambda t, _: t.rating >= SATISFIED_FROM,
              over="投诉举报、已回访、有评分的", good_if="评分为3及以上", missed="回访不满意"),
    Indicator("monthly_analysis_done", "投诉举报月度分析报告", "月度|分析报告", "报送与运行", "flag",
              over="params/months/MONTH.yaml"),
    Indicator(SUBMITTED_IN_TIME, "数据及时报送率", "及时|报送率", "报送与运行", "rate",
              _all, _submitted_in_time,
              over="全部上报的工单", good_if="在办结后第一个工作日结束前上报", missed="上报不及时"),
    Indicator("data_conformity_rate", "数据规范率", "数据|规范率", "报送与运行", "rate",
              over="部平台的答复，params/months/MONTH.yaml", good_if="规范的数据", missed="数据不规范"),
    Indicator("offline_minutes", "断网时长", "断网|分钟", "报送与运行", "count",
              over="params/months/MONTH.yaml"),
    Indicator("failed_second_reviews", "复核2次未通过", "2次未过|次", "报送与运行", "count",
              _all, lambda t, _: t.failed_reviews >= 2,
              over="全部上报的工单", good_if="复核2次及以上未通过（计这些件数）"),
)  # fmt: skip

BY_KEY = {indicator.key: indicator for indicator in INDICATORS}
FROM_TICKETS = tuple(indicator for indicator in INDICATORS if indicator.counted)
FROM_MONTH = tuple(
    each for each in INDICATORS if not each.counted and each.kind != "per_10k"
)  # people say what they are


def find_indicator(name: str) -> Indicator:
    """The indicator of a key or of a Chinese name, full or short. Raises UnknownValueError with the known ones."""
    for indicator in INDICATORS:
        if name in (indicator.key, indicator.label, indicator.short, indicator.brief):
            return indicator
    raise UnknownValueError("考评指标", name, [f"{each.key}（{each.label}）" for each in INDICATORS])
