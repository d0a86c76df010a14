"""The pages of a run, as text: what a report, a failure and the index say about themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from nbformat import NotebookNode

from hotline_lib.batch.clean import numbered
from hotline_lib.batch.export import Link, PageContext, export_html, render
from hotline_lib.batch.failure import Failure, PageError
from hotline_lib.batch.manifest import Manifest, Record
from hotline_lib.batch.plan import Report
from hotline_lib.contract import breach, closes
from hotline_lib.month import Month, label
from hotline_lib.present import _page as page

# where a run writes the data of tables, by the name that a table has, and of the numbered figures
DATA = MappingProxyType(
    {name: f"tables/{file}.csv" for file, names in {
        "business_types": ("业务类型", "图1"), "domains": ("业务领域", "图4"), "units": ("附件3 业务量区域分布", "图2"),
        "indicators": ("附件1 考评指标",), "spot_checks": ("附件2 抽检情况",), "top_issue_details": ("图5", "图6"),
        "analysis/overview": ("各单位一览",), "analysis/year_to_date": ("本年累计",), "analysis/days": ("工作日与休息日",),
        "analysis/domain_units": ("各单位各领域件数",), "analysis/needs_help": ("需要帮助的单位",),
        "analysis/bands": ("分档和名次区间",), "analysis/points_lost": ("失分矩阵", "图3"),
        "analysis/points_explained": ("失分逐项说明",), "analysis/what_it_takes": ("多得1分、进位各要几件",),
        "analysis/unsubmitted": ("未上报的工单",), "analysis/possible_rates": ("各率最坏和最好",),
    }.items() for name in names}
)  # fmt: skip
_COMMAND = re.compile(
    '(?:&#10;|\n)命令：hotline explain [^"]*(?=")'
)  # which tells of the month's pages, not of a unit's
Links = dict[str, tuple[str, str | None]]  # by title: where a page is, and why it failed, if it did


def report(
    notebook: NotebookNode, asked: Report, month: Month, beside: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The page of a notebook that ran to its end. beside: the month's other pages, name -> title.

    Raises PageError for one that may not be shown.
    """
    html = export_html(
        notebook, replace(_context(asked, month), around=around(asked, beside), data={} if asked.unit else dict(DATA))
    )
    _hold(html, notebook)
    return _COMMAND.sub("", html) if asked.unit else html


def around(asked: Report, beside: Mapping[str, str]) -> list[Link]:
    """From a page back to the index, and to the month's other pages; a unit's knows none but the index of units."""
    if asked.unit:
        return [Link("../../../index.html", "全部月份", back=True), Link("../index.html", "各单位", back=True)]
    others = [Link(f"{quote(name)}.html", title) for name, title in beside.items() if name != asked.name]
    return (
        [Link("../index.html", "全部月份", back=True), *others]
        if others
        else [Link("../index.html", "全部月份", back=True)]
    )


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


def failure(failed: Failure, asked: Report, month: Month, *, has_previous: bool) -> str:
    """The page in place of a report that was not made: the cell that failed, the error, the trace."""
    previous = f"{'../' * asked.name.count('/')}previous/{quote(asked.name)}.html" if has_previous else ""
    return _held(render("failure.html.j2", _context(asked, month), failure=failed, previous=previous))


def index(manifests: Sequence[Manifest], hotline: str) -> str:
    """The index of all months, newest first. The units' pages of a month have an index of their own."""
    lines = []
    for manifest in manifests:
        own = {name: record for name, record in manifest.reports.items() if record.unit is None}
        links = _links(own.values(), [f"{manifest.month}/{name}" for name in own])
        units = [record for record in manifest.reports.values() if record.unit is not None]
        if units:
            failed = "；".join(f"{record.unit}：{record.error}" for record in units if record.status == "failed")
            links["各单位报告"] = (f"{manifest.month}/units/index.html", failed or None)
        if links:
            line = _line(label(manifest.month), manifest, links, [*own.values(), *units])
            lines.append(line | {"files": _files(manifest)})
    return _index(lines, hotline, "月度报告", "月份")


def _files(manifest: Manifest) -> list[tuple[str, str]]:
    """What was made beside the pages: what it is called, and where it lies."""
    called = {".docx": "Word", ".pdf": "PDF", ".xlsx": "附表", ".eml": "邮件"}
    made = {name[name.rfind(".") :]: name for name in (*manifest.tables.files, *manifest.mail.files)}
    return [(words, f"{manifest.month}/{quote(made[suffix])}") for suffix, words in called.items() if suffix in made]


def units_index(manifest: Manifest, hotline: str, order: Sequence[str] = ()) -> str:
    """The index of one month's pages of single units, as it lies in output/MONTH/units. order: of the units, as tables have it."""
    lines = []
    units = dict.fromkeys(record.unit for record in manifest.reports.values() if record.unit is not None)
    for unit in sorted(units, key=lambda each: order.index(each) if each in order else len(order)):
        own = {name: record for name, record in manifest.reports.items() if record.unit == unit}
        links = _links(own.values(), [name.removeprefix("units/") for name in own])
        lines.append(_line(unit, manifest, links, own.values()))
    back = [Link("../../index.html", "全部月份", back=True)]
    return _index(lines, hotline, f"{label(manifest.month)}各单位报告", "单位", back)


def _links(records: Iterable[Record], names: Iterable[str]) -> Links:
    """A title that is not alone is followed by its notebook: a copied one keeps its heading at first."""
    titles = Counter(record.title for record in records)
    links: Links = {}
    for record, name in zip(records, names, strict=True):
        title = record.title if titles[record.title] == 1 else f"{record.title} {record.notebook}".strip()
        error = record.error if record.status == "failed" else None
        links[title or record.notebook] = (f"{quote(name)}.html", error)
    return links


def _line(head: str, manifest: Manifest, links: Links, records: Iterable[Record]) -> dict[str, Any]:
    seconds = sum(record.seconds for record in records)
    time = max(record.made_at for record in records)[:16].replace("T", " ")  # 2024-10-14 09:30
    return {"head": head, "simulated": manifest.simulated, "links": links, "seconds": f"{seconds:.1f}", "time": time}


def _index(lines: Sequence[dict[str, Any]], hotline: str, title: str, head: str, back: Sequence[Link] = ()) -> str:
    """Lines as they come (``head``: what they are), reports across in the order of appearance."""
    links = [(title, error) for line in lines for title, (_, error) in line["links"].items()]
    failed = sum(error is not None for _, error in links)
    facts = [f"{len(links) - failed}份报告"] + ([f"{failed}份失败"] if failed else [])
    columns = list(dict.fromkeys(title for title, _ in links))
    about = PageContext(title, "", hotline, facts=facts, around=back)
    filed = any(line.get("files") for line in lines)
    return _held(render("index.html.j2", about, lines=lines, columns=columns, head=head, filed=filed))


def _held(html: str) -> str:
    """A page that is no notebook's, if it keeps to the contract. Raises PageError."""
    if wrong := breach(html):
        raise PageError(f"这一页不能打开：{wrong}。")
    return html


def _context(asked: Report, month: Month) -> PageContext:
    now = datetime.now()
    return PageContext(
        title=(asked.notebook.title or asked.notebook.name) + (f"：{asked.unit}" if asked.unit else ""),
        month_label=month.label,
        hotline=month.params.organisation.hotline,
        simulated=month.simulated,
        facts=facts(month),
        generated=f"{now.year}年{now.month}月{now.day}日{now:%H:%M}",
    )


def facts(month: Month) -> tuple[str, ...]:
    """What the line under a page's title says: tickets, and the months compared."""
    return tuple(part for part in str(page.caption(month)).split(" · ") if part != page.SIMULATED)
