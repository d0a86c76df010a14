"""The command that tells what a month prints otherwise than before, and why: diff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hotline_lib.cli.app import Data, Month, Output, Params, app, project
from hotline_lib.cli.help import command

if TYPE_CHECKING:
    from hotline_lib.batch.differences import Differences


@command(app, "hotline diff 2024-09", "hotline diff 2024-09 mail")
def diff(
    month: Month,
    version: Annotated[
        str, typer.Argument(help="与哪一份比：mail 为发出的，或列出的版本；不写为上一次不同的运行", metavar="[VERSION]")
    ] = "",
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """说出月报里印出的哪些数字和文字变了，因为什么：与上一次运行比，或与发出的比。"""
    from hotline_lib.batch.whole import compare, versions
    from hotline_lib.params import first_day

    first_day(month)
    paths = project(data=data, params=params, output=output)
    words, found = compare(month, paths, version)
    typer.echo(f"{month} {words}{'' if found is None else f'：{found.told}'}。")
    if found is not None:
        _tell(found)
    typer.echo("可以比较的版本：")
    for line in versions(month, paths):
        typer.echo(f"  {line}")


def _tell(found: Differences) -> None:
    """A table a reason; where nobody watches, a line a change."""
    import sys

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    watched = sys.stdout.isatty()
    console = Console(highlight=False, markup=False)
    for why, changes in found.by_reason().items():
        typer.echo("")
        for number, words in enumerate(why):
            typer.echo(("　　　" if number else "因为：") + words)
        if not watched:
            for each in changes:
                place = "　".join(filter(None, (each.table, each.row, each.column)))
                typer.echo(f"  {place}：{each.was} → {each.now}")
            continue
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for head in ("表或章节", "行", "列", "原为", "现为"):
            table.add_column(head, overflow="fold")
        for each in changes:
            table.add_row(each.table, each.row, each.column, each.was, each.now)
        console.print(table)
    for words in found.unused:
        typer.echo(f"没有改变任何印出的数字和文字：{words}")
