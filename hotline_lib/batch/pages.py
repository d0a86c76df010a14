"""The pages of a run, as text: what a report and a failure say about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote

from nbformat import NotebookNode

from hotline_lib.batch.clean import numbered
from hotline_lib.batch.desk import About
from hotline_lib.batch.export import Link, PageContext, export_html, render
from hotline_lib.batch.failure import Failure, PageError
from hotline_lib.batch.plan import Report
from hotline_lib.batch.typeset import DataLinks
from hotline_lib.contract import breach, closes

# where a run writes the data of tables, by the name that a table has, and of the numbered figures
DATA = MappingProxyType(
    {name: f"tables/{file}.csv" for file, names in {
        "findings": ("要点工单",), "business_types": ("业务类型", "图1"), "domains": ("业务领域", "图4"), "units": ("附件3 业务量区域分布", "图2"),
        "indicators": ("附件1 考评指标",), "spot_checks": ("附件2 抽检情况",), "top_issue_details": ("图5", "图6"),
        "analysis/overview": ("各单位一览",), "analysis/year_to_date": ("本年累计",), "analysis/days": ("工作日与休息日",),
        "analysis/domain_units": ("各单位各领域件数",), "analysis/needs_help": ("需要帮助的单位",),
        "analysis/bands": ("分档和名次区间",), "analysis/points_lost": ("失分矩阵", "图3"),
        "analysis/points_explained": ("失分逐项说明",), "analysis/what_it_takes": ("多得1分、进位各要几件",),
        "analysis/unsubmitted": ("未上报的工单",), "analysis/possible_rates": ("各率最坏和最好",),
        "analysis/domain_contributions": ("各领域增减",), "analysis/type_contributions": ("各业务类型增减",),
        "analysis/movers_yoy": ("事项同比升降",), "analysis/movers_mom": ("事项环比升降",), "analysis/without_issue": ("未标注事项的工单",),
        "analysis/handling": ("投诉举报办结时长",), "analysis/how_sure": ("抽检结果的可信程度",), "analysis/follow_up": ("上月的问题",),
        "analysis/next_checks": ("下月抽检建议",),
    }.items() for name in names}
)  # fmt: skip


def report(
    notebook: NotebookNode,
    asked: Report,
    month: About,
    beside: Mapping[str, str] = MappingProxyType({}),
    data: Mapping[str, str] = DATA,
) -> tuple[str, dict[str, str]]:
    """The page of a notebook that ran to its end, and the places of its links to data by the file that they lead to.

    beside: the month's other pages, name -> title. data: where, seen from the page, the data of a table lie, by its name.

    Raises PageError for one that may not be shown.
    """
    links = DataLinks(data)
    html = export_html(notebook, replace(_context(asked, month), around=around(asked, beside), data=links))
    _hold(html, notebook)
    return html, links.places


def around(asked: Report, beside: Mapping[str, str]) -> list[Link]:
    """From a page back to the index, and to the month's other pages; a unit's knows none but the index of units."""
    if asked.unit:
        return [Link("../../../index.html", "全部月份", back=True), Link("../index.html", "各单位", back=True)]
    others = [Link(f"{quote(name)}.html", title) for name, title in beside.items() if name != asked.name]
    return [Link("../index.html", "全部月份", back=True), Link("../tables.html", "各月的表", back=True), *others]


def _hold(html: str, notebook: NotebookNode) -> None:
    """Every finished page keeps to the contract, and every output ends where it should, whatever a notebook printed."""
    wrong = breach(html)
    for number, cell in numbered(notebook):
        for output in cell.get("outputs", ()):
            printed = output.get("data", {}).get("text/html", "")
            if printed and (words := breach(printed) if wrong else None):
                raise PageError(f"它的输出不能放进网页：{words}。", number, cell.source)
            if printed and not closes(printed):
                words = "标签没有配对，会打乱后面的内容：请补上或删去多出的标签，或用 present.table 等显示"
                raise PageError(f"它的输出不能放进网页：{words}。", number, cell.source)
    if wrong:
        raise PageError(f"这一页不能打开：{wrong}。")


def failure(failed: Failure, asked: Report, month: About, *, has_previous: bool) -> str:
    """The page in place of a report that was not made: the cell that failed, the error, the trace."""
    previous = f"{'../' * asked.name.count('/')}previous/{quote(asked.name)}.html" if has_previous else ""
    return held(render("failure.html.j2", _context(asked, month), failure=failed, previous=previous))


def held(html: str) -> str:
    """A page that is no notebook's, if it keeps to the contract. Raises PageError."""
    if wrong := breach(html):
        raise PageError(f"这一页不能打开：{wrong}。")
    return html


def _context(asked: Report, month: About) -> PageContext:
    now = datetime.now()
    return PageContext(
        title=(asked.notebook.title or asked.notebook.name) + (f"：{asked.unit}" if asked.unit else ""),
        month_label=month.label,
        hotline=month.hotline,
        simulated=month.simulated,
        facts=month.facts,
        generated=f"{now.year}年{now.month}月{now.day}日{now:%H:%M}",
    )
