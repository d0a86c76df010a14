"""Writes docs/数据字典.md from the library: python docs/dictionary.py. A test holds the page to what this writes."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from hotline_lib import bulletin, metrics, scoring
from hotline_lib.indicators import INDICATORS
from hotline_lib.month import Month
from hotline_lib.present._vocabulary import KIND_NAMES, WORDS
from hotline_lib.tickets.schema import KEYS

PAGE = Path(__file__).with_name("数据字典.md")
FRAMES = {
    "m.counts": ("本月受理的工单，按这些列分组计数", [*KEYS, "tickets", "role", "printed_domain"]),
    "m.calendar": ("本月受理的工单，按日和钟点计数", ["date", "hour", "business_type", "unit", "tickets"]),
    "m.rates": (
        "本月上报的工单，各指标的分子和分母（时长为秒和件）",
        ["unit", "indicator", "numerator", "denominator"],
    ),
    "m.handling": ("本月上报的工单，按办结时长的整分钟计数", ["unit", "business_type", "minute", "tickets", "seconds"]),
    "m.submissions": ("本月上报的工单，按受理月份计数", ["unit", "business_type", "accepted_month", "tickets"]),
    "m.missed": (
        "本月上报、没有达标的工单和全部投诉，一行一件；另有各指标一列：计入而没有达标",
        [
            *("unit", "ticket_id", "seconds", "due_seconds"),
            *(each.key for each in INDICATORS if each.counted and each.kind != "minutes"),
        ],
    ),
    "m.left": ("本月受理、月底前没有上报的工单，一行一件", ["unit", "ticket_id"]),
    "m.still_open": ("本月受理、尚未办结的工单计数（不知道时为空）", ["unit", "business_type", "tickets"]),
    "m.units": ("单位", ["unit", "long_name", "kind", "code", "population"]),
    "m.types": ("业务类型", ["business_type", "role"]),
    "m.spot_checks": ("抽检的工单", ["ticket_id", "unit", "drawn", "called_back", "closed", "satisfied"]),
    "m.leads()": ("线索：已办结投诉中值得抽检的，一行一件，不是结论", ["ticket_id", "unit", "lead", "rank", "why"]),
}
MEMBERS = {
    "label": "月份的写法：2024年9月",
    "simulated": "是否模拟工单",
    "params": "params/ 中的全部参数",
    "last_year": '上年同月；.by("unit") 给出按单位的件数，.counts 是它的工单计数（没有时为空）',
    "previous": "上月，用法同 last_year",
    "domains": "印刷的业务领域",
    "history": "连续的至多12个月，本月在最后",
    "annexes": "以前至多11个月的考评从什么算出：各月上报的工单，否则已公布的附件1，都没有时为空",
    "year_before": "上年1月至同月，缺一个月就没有",
    "monthly": "近几个月各自的件数，按给出的列分组；交给 metrics.side_by_side 并排；most 为至多几个月（满24个月可扣除季节）",
    "long_history": "连续的至多36个月，控制限由它们算出",
    "days": '本月和对比月的天数；against 为 "yoy" 或 "mom"',
    "tickets": "符合条件的单张工单（默认只有编号）：where 为列到值的对应",
    "behind": "一个单位的一项指标背后的工单：率为没有达标的，件数和时长为计入的",
    "leads": "线索：已办结投诉中值得抽检的，按线索和名次排；不是结论",
    "checks_before": "上月抽检的工单（没有时为空）",
    "count": "符合条件的件数，带占比和对比月份，可用在 bulletin.say 里",
    "sources": "用到的工单文件",
    "warnings": "数据提示",
    "odd": "工单里不合常理的：说法和件数",
    "left_out": "这个月缺了哪些工单（不缺时为空）",
    "incomplete": "附件1 缺了哪些工单（不缺时为空）",
    "errata": "本月印刷本的勘误（没有时为空）",
}


def page() -> str:
    """The whole page, as Markdown."""
    parts = [
        "# 数据字典",
        "由 `docs/dictionary.py` 生成，不要手改；改词汇表 `hotline_lib/present/_vocabulary.py`、指标"
        " `hotline_lib/indicators.py` 或各展品的说明后，运行 `make dictionary`。",
        "## 月份的表",
        "`m = open_month(month)` 之后：",
        _table(
            ["表", "说的是什么", "列"],
            [(f"`{name}`", said, _names(columns)) for name, (said, columns) in FRAMES.items()],
        ),
        "## 月份的其他",
        _table(["写法", "说明"], [(f"`m.{_call(name)}`", said) for name, said in MEMBERS.items()]),
        "## 展品",
        "每个展品有 `.frame`（pandas 表），并可 `.with_column(…)`、`.sorted(…)`；还有什么，写在各自的说明里。",
        *(f"### `bulletin.{each.__name__}{_options(each)}`\n\n{_told(each)}" for each in bulletin.EXHIBITS),
        "## 指标函数",
        "`metrics` 的函数：进去是表，出来是表；`scoring` 的函数：指标值和评分办法进去，分数出来。详细说明用 `metrics.名称?` 查看。",
        _table(
            ["函数", "参数"],
            [
                (f"`{room.__name__.removeprefix('hotline_lib.')}.{name}`", f"`{_options(getattr(room, name))}`")
                for room in (metrics, scoring)
                for name in room.__all__
            ],
        ),
        "## 列",
        _table(
            ["列", "印出的列名", "单位", "是什么数", "意思"],
            [(f"`{w.name}`", w.long or w.head, w.unit, KIND_NAMES[w.kind], w.meaning) for w in WORDS.values()],
        ),
        "## 考评指标",
        "各率以当月上报的工单为准，不论哪个月受理；`m.behind(单位, 指标)` 列出没有达标的工单。",
        _table(
            ["指标", "名称", "计入哪些", "怎样算达标"],
            [(f"`{of.key}`", of.label, of.over, of.good_if or "—") for of in INDICATORS],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _table(heads: list[str], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _names(columns: list[str]) -> str:
    return "、".join(f"`{name}`" for name in columns)


def _call(name: str) -> str:
    member = vars(Month).get(name)
    return name + (_options(member) if inspect.isfunction(member) else "")


def _options(made) -> str:
    """The parameters with their defaults, without types."""
    kept = [
        each.replace(annotation=each.empty)
        for name, each in inspect.signature(made).parameters.items()
        if name != "self"
    ]
    return str(inspect.Signature(kept))


def _told(made) -> str:
    """A docstring as Markdown: what belongs to a paragraph on one line."""
    paragraphs = re.split(r"\n\n", inspect.getdoc(made) or "")
    return "\n\n".join(re.sub(r"(?<=[。）])\n", "  \n", paragraph).replace("\n ", " ") for paragraph in paragraphs)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
