"""What a terminal shows while something is made (nothing where nobody watches), and what came of it."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hotline_lib.batch import Event, RunResult
    from hotline_lib.paths import Paths


_SOON = 2  # seconds that somebody waits without a word


@contextmanager
def progress(months: list[str]) -> Iterator[Callable[[str, Event], None]]:
    """A line per report while it is made, or of several months a line each and a total; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda month, event: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:
        lines: dict[str, TaskID] = {}
        ended: Counter[bool] = Counter()
        total = progress.add_task(f"共 {len(months)} 个月", total=1) if len(months) > 1 else None

        def show_month(month: str, event: Event) -> None:
            if month not in lines:
                for earlier in lines.values():
                    progress.update(earlier, completed=1)
                lines[month] = progress.add_task(month, total=1)
                ended.clear()
                if total is not None:
                    progress.update(total, description=f"共 {len(months)} 个月，第 {months.index(month) + 1} 个")
            if event.kind == "finished":
                ended[event.status == "failed"] += 1
                failed = f"，失败 {ended[True]} 份" if ended[True] else ""
                progress.update(lines[month], description=f"{month}　{ended[False]} 份报告{failed}")

        def show(month: str, event: Event) -> None:
            if event.kind == "preparing" and "preparing" not in lines:
                lines["preparing"] = progress.add_task("读取工单", total=1)
            elif event.kind in ("started", "finished") and "preparing" in lines:
                progress.update(lines.pop("preparing"), completed=1)
            if event.kind == "started":
                lines[event.label] = progress.add_task(event.label, total=1)
            elif event.kind == "finished" and event.label in lines:
                word = {"failed": "[red]失败[/red]", "unchanged": "没有变化"}.get(event.status, "")
                progress.update(lines[event.label], completed=1, description=f"{event.label} {word}".strip())

        yield show if total is None else show_month
        if total is not None:
            progress.update(total, description=f"共 {len(months)} 个月")
        for line in [*lines.values(), *([] if total is None else [total])]:
            progress.update(line, completed=1)


@contextmanager
def steps() -> Iterator[Callable[[str, float | None], None]]:
    """A bar for what is being done, full where nobody knows how much is left; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, TaskID] = {}

        def show(words: str, done: float | None) -> None:
            if words not in tasks:
                for earlier in tasks.values():
                    progress.update(earlier, total=1, completed=1)
                tasks[words] = progress.add_task(words, total=None)
            progress.update(tasks[words], total=None if done is None else 1, completed=done or 0)

        yield show


@contextmanager
def waiting(words: str) -> Iterator[None]:
    """What is being done, for as long as it is, if it takes longer than two seconds; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield
        return
    from threading import Timer

    from rich.console import Console

    shown = Console(stderr=True).status(words)
    later = Timer(_SOON, shown.start)
    later.start()
    try:
        yield
    finally:
        later.cancel()
        later.join()
        shown.stop()


def tell_month(result: RunResult, paths: Paths, *, short: bool = False) -> None:
    """What came of a month, in a line per report, and where to look. short: only what failed, and the sum."""
    words = {"made": "完成", "unchanged": "没有变化", "failed": "失败"}
    for report in result.failed if short else result.reports:
        seconds = f"（{report.seconds:.1f} 秒）" if report.status != "unchanged" else ""
        typer.echo(f"{words[report.status]}　{report.label}{seconds}　{paths.short(report.page)}")
        if report.error:
            typer.echo(f"　　　{report.error}", err=True)
    for warning in result.warnings:
        typer.echo(f"　提示　{warning}")
    for what, made in (("附表", result.tables), ("邮件草稿", result.mail)):
        if made.error:
            typer.echo(f"失败　{what}：{made.error}", err=True)
    counts = Counter[str](report.status for report in result.reports)
    now = "，".join(f"{word} {counts[status]} 份" for status, word in words.items() if counts[status])
    for which, names in (("仍是以前做的，与现在的数据、参数或程序不符", result.old), ("上次没有做成", result.unmade)):
        if names:
            named = "、".join(names[:6]) + (f"等 {len(names)} 份" if len(names) > 6 else "")
            typer.echo(f"　提示　这次没有做、{which}：{named}。")
    typer.echo(f"{result.month}：{result.available} 份报告可用（这次{now}），目录页 {paths.short(result.index)}")
