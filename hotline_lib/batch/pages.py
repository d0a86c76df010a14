"""The pages of a run, as text: what a report, a failure and the index say about themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from hotline_lib.batch.export import MonthLine, PageContext, ReportLink, export_html, failure_page, index_page
from hotline_lib.batch.manifest import Manifest, Record
from hotline_lib.batch.plan import Report

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from hotline_lib.batch.execute import Failure
    from hotline_lib.month import Month


def report(notebook: NotebookNode, asked: Report, month: Month) -> str:
    """The page of a notebook that ran to its end."""
    return export_html(notebook, _context(asked, month))


def failure(failed: Failure, asked: Report, month: Month, *, has_previous: bool) -> str:
    """The page in place of a report that was not made."""
    upwards = "../" * asked.name.count("/")
    return failure_page(
        _context(asked, month),
        failed.cell_source,
        failed.message,
        cell_number=failed.cell_number,
        details=failed.traceback,
        previous=f"{upwards}previous/{quote(asked.name)}.html" if has_previous else "",
    )


def index(manifests: Sequence[Manifest], hotline: str) -> str:
    """The index of all months, newest first. The units' pages of a month have an index of their own."""
    return index_page([_line(manifest) for manifest in manifests if manifest.reports], hotline=hotline)


def units_index(manifest: Manifest, hotline: str) -> str:
    """The index of one month's pages of single units, as it lies in output/MONTH/units."""
    by_unit: dict[str, list[tuple[str, Record]]] = {}
    for name, record in manifest.reports.items():
        if record.unit is not None:
            by_unit.setdefault(record.unit, []).append((name.removeprefix("units/"), record))
    lines = [
        MonthLine(
            unit,
            [_link(name, record) for name, record in records],
            manifest.simulated,
            sum(record.seconds for _, record in records),
            _clock(record.made_at for _, record in records),
        )
        for unit, records in by_unit.items()
    ]
    return index_page(lines, hotline=hotline, title=f"{_label(manifest.month)}各单位报告", head="单位")


def _line(manifest: Manifest) -> MonthLine:
    own = {name: record for name, record in manifest.reports.items() if record.unit is None}
    titles = Counter(record.title for record in own.values())
    links = [
        _link(f"{manifest.month}/{name}", record, also=record.notebook if titles[record.title] > 1 else "")
        for name, record in own.items()
    ]
    units = [record for record in manifest.reports.values() if record.unit is not None]
    if units:
        failed = [f"{record.unit}：{record.error}" for record in units if record.status == "failed"]
        href = f"{manifest.month}/units/index.html"
        links.append(ReportLink("各单位报告", href, bool(failed), "；".join(failed)))
    records = list(manifest.reports.values())
    seconds = sum(record.seconds for record in records)
    time = _clock(record.made_at for record in records)
    return MonthLine(_label(manifest.month), links, manifest.simulated, seconds, time)


def _link(name: str, record: Record, *, also: str = "") -> ReportLink:
    """``also``: told after the title where that is not enough: a copied notebook keeps its heading at first."""
    title = " ".join(filter(None, (record.title, also))) or record.notebook
    return ReportLink(title, f"{quote(name)}.html", record.status == "failed", record.error or "")


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
    from hotline_lib.present import page

    return tuple(part for part in str(page.caption(month)).split(" · ") if part != page.SIMULATED)


def _label(month: str) -> str:
    from hotline_lib.month import label

    return label(month)


def _clock(times: Iterable[str]) -> str:
    """The latest of some ISO times, as the index shows it: 2024-10-14 09:30."""
    return max(times, default="")[:16].replace("T", " ")
