"""The pages of a run, as text: what a report, a failure and the index say about themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from nbformat import NotebookNode

from hotline_lib.batch.clean import numbered
from hotline_lib.batch.export import PageContext, export_html, render
from hotline_lib.batch.failure import Failure, PageError
from hotline_lib.batch.manifest import Manifest, Record
from hotline_lib.batch.plan import Report
from hotline_lib.contract import breach, closes
from hotline_lib.month import Month, label
from hotline_lib.present import _page as page

Links = dict[str, tuple[str, str | None]]  # by title: where a page is, and why it failed, if it did


def report(notebook: NotebookNode, asked: Report, month: Month) -> str:
    """The page of a notebook that ran to its end. Raises PageError for one that may not be shown."""
    html = export_html(notebook, _context(asked, month))
    _hold(html, notebook)
    return html


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
            lines.append(_line(label(manifest.month), manifest, links, [*own.values(), *units]))
    return _index(lines, hotline, "月度报告", "月份")


def units_index(manifest: Manifest, hotline: str) -> str:
    """The index of one month's pages of single units, as it lies in output/MONTH/units."""
    lines = []
    for unit in dict.fromkeys(record.unit for record in manifest.reports.values() if record.unit is not None):
        own = {name: record for name, record in manifest.reports.items() if record.unit == unit}
        links = _links(own.values(), [name.removeprefix("units/") for name in own])
        lines.append(_line(unit, manifest, links, own.values()))
    return _index(lines, hotline, f"{label(manifest.month)}各单位报告", "单位")


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


def _index(lines: Sequence[dict[str, Any]], hotline: str, title: str, head: str) -> str:
    """Lines as they come (``head``: what they are), reports across in the order of appearance."""
    links = [(title, error) for line in lines for title, (_, error) in line["links"].items()]
    failed = sum(error is not None for _, error in links)
    facts = [f"{len(links) - failed}份报告"] + ([f"{failed}份失败"] if failed else [])
    columns = list(dict.fromkeys(title for title, _ in links))
    about = PageContext(title, "", hotline, facts=facts)
    return _held(render("index.html.j2", about, lines=lines, columns=columns, head=head))


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
