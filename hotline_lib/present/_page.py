"""The lines that open and close every page: what it stands on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import takewhile
from typing import TYPE_CHECKING

from hotline_lib.fingerprint import git_commit, package_versions
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._sentences import Sentence

if TYPE_CHECKING:
    from hotline_lib.month import Month

SIMULATED = "模拟工单"
MONTHS_BEFORE = 5  # from which usual variation is estimated: that of metrics.judged
_PEERS = ("各市", "各事项")  # judged beside one another
_JUDGED = {"总量": (), "业务类型": ("business_type",), "各市": ("unit",), "各事项": ("business_type", "issue")}
NO_REAL_CALL = f"{SIMULATED}：由公开月报的数字逐项还原，不含任何真实来电"


@dataclass(frozen=True)
class Sources:
    """来源与口径: paragraphs, then one line in monospace. Shows itself as a section of the page."""

    paragraphs: tuple[str, ...]
    line: str

    def __repr__(self) -> str:
        return "\n".join((*self.paragraphs, self.line))

    def _repr_html_(self) -> str:
        text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in self.paragraphs)
        return f'<section class="sources">{text}<p class="mono">{escape(self.line)}</p></section>'


@dataclass(frozen=True)
class Shown:
    """HTML that is ready, and the same as plain text."""

    html: str
    plain: str

    def __repr__(self) -> str:
        return self.plain

    def _repr_html_(self) -> str:
        return self.html


@dataclass(frozen=True)
class Written:
    """Markdown: a heading, or what people wrote."""

    markdown: str

    def __repr__(self) -> str:
        return self.markdown

    __str__ = __repr__

    def _repr_markdown_(self) -> str:
        return self.markdown


def anchor(heading: str) -> str:
    """The id that a page gives to a heading."""
    return re.sub(r"[^\w-]+", "-", heading).strip("-") or "section"


def caption(m: Month) -> Sentence:
    """模拟工单 · 全省2024年9月受理243,909件 · 对比2024年8月、2023年9月"""
    from hotline_lib.params import label

    bases = "、".join(label(base.month) for base in (m.previous, m.last_year) if base.source)
    parts = [
        SIMULATED if m.simulated else "",
        f"{m.params.organisation.region}{m.label}受理{numbers.count(m.counts['tickets'].sum())}件",
        f"对比{bases}" if bases else "没有对比月份",
    ]
    return Sentence(" · ".join(filter(None, parts)), "caption")


def _warned(m: Month, unit: str) -> list[str]:
    """What is odd about the month's tickets: 74件工单尚未办结（均为营口）. unit: of which those that are
    open are told, if they are not too few for its edition; all."""
    told = [*(f"{each.warning}（{each.tickets}件）" for each in m.odd.itertuples()), *m.left_out]
    left = m.still_open
    if left is not None and unit:
        left = left[left["unit"] == m.params.unit(unit).name]
    number = 0 if left is None else int(left["tickets"].sum())
    if left is None or number < (m.params.organisation.small_numbers if unit else 0) or not number:
        return told
    units = left.loc[left["tickets"] > 0, "unit"].unique()
    return [f"{number}件工单尚未办结" + (f"（均为{units[0]}）" if len(units) == 1 else ""), *told]


def months_before(m: Month, *keys: str) -> int:
    """How many months before this one are known over those columns of ``counts``, without making their tables."""
    known = takewhile(lambda base: base.counts is not None or keys in base.margins, reversed(m.history))
    return sum(1 for _ in known) - 1


def _usual(m: Month) -> str:
    """What usual variation is estimated from; published months may tell the total and not the issues."""
    before = {name: months_before(m, *keys) for name, keys in _JUDGED.items()}
    enough = {name: number for name, number in before.items() if number >= MONTHS_BEFORE}
    months = "至".join(str(each) for each in sorted({min(enough.values()), max(enough.values())})) if enough else ""
    if len(enough) == len(before):
        return f"通常波动由以前{months}个月估计。"
    few = [name for name in before if name not in enough]
    groups = ["省级集团"] * ("各市" in few and bool((m.units["kind"] == "group").any()))
    peers, alone = [name for name in _PEERS if name in few], [name for name in few if name not in _PEERS] + groups
    told = [
        f"{'、'.join(peers)}由同类这次的变动估计" if peers else "",
        f"{'、'.join(alone)}按每月{m.params.scheme.signals.changes.monthly_sd}%计（暂定值）" if alone else "",
    ]
    lead = f"{'、'.join(enough)}的通常波动由以前{months}个月估计；其余" if enough else ""
    return f"{lead}以前的月份不足{MONTHS_BEFORE}个：{'，'.join(filter(None, told))}。"


def provenance(m: Month, *, changes: bool = True, unit: str = "") -> Sources:
    """Where the page's figures come from and how they are made: tickets, populations, rounding, inputs, versions.

    changes: whether to say what makes a change 显著: not on a page without changes, or that says it elsewhere.
    unit: whose page it is; none: the province's.
    """
    tickets = NO_REAL_CALL if m.simulated else f"工单：{'、'.join(source.name for source in m.sources)}"
    submitted = int(m.submissions["tickets"].sum())
    earlier = int(m.submissions.loc[m.submissions["accepted_month"] != m.month, "tickets"].sum())
    of = m.params.scheme.signals.changes
    judged = (
        f"{'▲▼和' if m.last_year.source else ''}“显著”指增减超出通常波动：计数误差之外，再计入以前各月或同类事物本来就有的变动"
        "（过度离散的乘法、加法模型，Spiegelhalter 2005；精确条件检验同时成立；各市、各事项各为一表，Benjamini–Hochberg 5%；增减至少"
        f"{of.least}%）。{_usual(m)}{'业务类型、业务领域的增减不标▲▼。' if m.last_year.source else ''}"
        "各市都没有变化时，一张表误标任何一市的机会不到十分之一。"
    )
    paragraphs = [
        f"{tickets}。",
        f"受理量按受理时间计，考评各率按当月上报的工单计，两者统计范围不同："
        f"本月上报{submitted}件，其中{earlier}件为以前月份受理{'（以前月份的工单不全）' if m.incomplete else ''}。",
        "占比、同比、环比由件数计算，四舍五入保留两位小数，合计可能因舍入不等于100；得分由保留两位小数的率计算。“—”为没有数据或不适用。",
        judged if changes and (m.previous.source or m.last_year.source) else "",
        f"{'；'.join(told)}。" if (told := _warned(m, unit)) else "",
    ]
    line = [
        *(f"{source.name} SHA-256 {source.sha256[:12]}" for source in m.sources),
        f"评分办法 {m.params.scheme.name}",
        f"代码 {git_commit(m.paths.root) or '未入库'}",
        *(f"{name} {version}" for name, version in package_versions().items()),
        f"生成于 {datetime.now():%Y-%m-%d %H:%M:%S}",
    ]
    return Sources(tuple(filter(None, paragraphs)), "　".join(line))
