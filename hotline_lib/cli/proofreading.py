"""The command that says what in a bulletin cannot be right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hotline_lib.cli.app import Params, app
from hotline_lib.cli.help import command
from hotline_lib.errors import HotlineError
from hotline_lib.paths import find_paths


@command(app, "hotline proofread 月报.docx --html 校核.html")
def proofread(
    file: Annotated[Path, typer.Argument(help="月报：.docx .html .txt .md .xlsx，或有文字层的 .pdf", metavar="FILE")],
    other: Annotated[
        Path | None,
        typer.Option("--against", help="另一期：上月的（核环比、找沿用的数），或上年同月的", metavar="FILE"),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="写一页：数字标在原处，理由在旁边", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="印成 JSON，供程序读")] = False,
    params: Params = None,
) -> None:
    """校核一份月报：哪些数不可能对（错）、哪些不能同时对（矛盾）、哪些另有口径。有错或矛盾时以 1 结束。"""
    import json

    from hotline_lib.params import load_schemes
    from hotline_lib.proofread import against, proofread, show

    schemes = load_schemes(find_paths(params=params).params)
    document = proofread(file, schemes)
    if other:
        document = against(document, proofread(other, schemes))
    if html:
        from hotline_lib.present._style import css_variables

        if html.resolve() in (file.resolve(), other and other.resolve()):
            raise HotlineError(f"--html 会盖掉 {html.name} 本身：请换一个文件名。")
        html.write_text(show.page(document, css_variables()), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(show.as_json(document), ensure_ascii=False, indent=1))
    else:
        for line in [*show.lines(document), *([f"写好了 {html.name}。"] if html else [])]:
            typer.echo(line)
    if document.faulty:
        raise typer.Exit(1)
