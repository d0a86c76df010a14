"""What is said of what is missing: by rule, the sentence with its next step, and the particulars of units and days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from hotline_lib.metrics._missing import WORKING

ALL = "全部"
_MOST_SHOWN = 6  # units in a sentence; the table has them all

# what is told, in this order: in the table (before the particulars), and as a sentence with its next step
RULES = {
    "absent": ("没有工单", "没有一件工单的单位：{}。多半是漏了导出文件，请补导；确实没有工单的可不管。"),
    "never": ("没有工单", "本月、上月都没有工单的单位：{}。确实没有的可不管。"),
    "ended": ("", "{}。导出可能早于月底：请在月底之后重新导出本月工单并导入，已有的不会重复。"),
    "days": ("缺", "全部单位都没有工单的日子：{}。请补导这些日子的工单，已有的不会重复。"),
    "gaps": ("缺", "缺了几天、超出偶然波动范围的单位：{}。请索取这些日子的工单并导入，已有的不会重复。"),
    "midnight": (
        "受理时间都是 00:00:00",
        "受理时间都是 00:00:00：{}。导出时丢了时刻，办结时长等指标会算错：请连同时刻重新导出并导入。",
    ),
    "hours": (
        "整月没有工单的时段",
        "整月没有工单、超出偶然波动范围的时段：{}。请核对导出的受理时间：是否为 12 小时制，是否只导出了部分时段；更正后重新导入。",
    ),
    "volume": ("与上月相差三倍以上", "件数与上月相差三倍以上：{}。请核对是否漏导，或写错了单位；确实如此的可不管。"),
    "round": (
        "件数正好是整数",
        "件数正好是整数：{}。许多系统只导出到整数行：请与系统中的件数核对，少了就分几次导出再导入。",
    ),
}


class Told(NamedTuple):
    """What a rule tells of a unit, or of ALL, in particulars."""

    rule: str
    unit: str
    words: str = ""


def ended(gap: Any, kinds: pd.Series) -> Told:
    """The month's last ticket of all, and what is missing after it."""
    last = f"最后一件受理于 {_day(gap.since)} {gap.since.hour} 时"
    if not gap.days:
        return Told("ended", ALL, f"{last}，按平时当天还应有约 {gap.expected:,} 件")
    working = int((kinds[gap.first : gap.last] == WORKING).sum())
    return Told("ended", ALL, f"{last}，此后 {gap.days} 天（其中工作日 {working} 天）没有工单")


def stretches(rule: str, gaps: pd.DataFrame) -> Iterator[Told]:
    """9月12日、9月16日至30日（按平时约 510 件）"""
    for unit, rows in gaps.groupby("unit", sort=False):
        words = []
        for gap in rows.itertuples():
            last = "" if gap.first == gap.last else f"至{gap.last.day}日"
            when = f"{_day(gap.first)}{last}" if gap.days else f"{_day(gap.since)} {gap.since.hour} 时以后"
            words.append(f"{when}只有 {gap.tickets:,} 件" if gap.tickets else when)
        yield Told(rule, unit, f"{'、'.join(words)}（按平时约 {rows['expected'].sum():,} 件）")


def sentences(told: Sequence[Told]) -> Iterator[str]:
    for rule, (_, sentence) in RULES.items():
        found = [each for each in told if each.rule == rule]
        if rule in ("absent", "never"):
            shown = [f"{each.unit}（{each.words}）" if each.words else each.unit for each in found]
        elif rule in ("ended", "days"):
            shown = [each.words for each in found]
        else:
            shown = [f"{each.unit} {each.words}" for each in found]
        if found:
            more = f" 等 {len(found)} 个单位" if len(found) > _MOST_SHOWN else ""
            yield sentence.format("；".join(shown[:_MOST_SHOWN]) + more)


def _day(date: pd.Timestamp) -> str:
    return f"{date.month}月{date.day}日"
