"""Commands about the scheme of scoring: what another one would do, and which rules fit printed scores."""

from __future__ import annotations

from typing import Annotated

import typer

from hotline_lib.cli.app import Data, Output, Params, app, project
from hotline_lib.cli.help import Group, command

scheme = typer.Typer(
    cls=Group,
    help="评分办法：换一种会怎样；哪些规则符合印出的得分。",
    epilog="hotline scheme infer 2024-09",
    no_args_is_help=True,
)
app.add_typer(scheme, name="scheme")


@command(scheme, "hotline scheme compare 2024-10 --month 2024-09")
def compare(
    name: Annotated[str, typer.Argument(help="params/scoring.yaml 中另一段的 name", metavar="NAME")],
    month: Annotated[str, typer.Option(help="用哪个月的工单比", metavar="MONTH")],
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """换一种评分办法，各单位的得分和名次会怎样。"""
    from hotline_lib import open_month, present
    from hotline_lib.params import load_scheme
    from hotline_lib.scoring import compare as under

    m = open_month(month, project(data=data, params=params, output=output))
    other = load_scheme(name, m.params.folder)
    frame = under(m, other)
    now = m.params.scheme
    typer.echo(
        f"{m.label}：改用「{other.name}」（满分 {other.full_marks}），现为「{now.name}」（满分 {now.full_marks}）。"
    )
    typer.echo(repr(present.table(frame)))


@command(scheme, "hotline scheme infer 2024-09")
def infer(
    months: Annotated[
        list[str],
        typer.Argument(help="已公布月报的月份（data/published/），可写多个，或 2024-01..2024-09", metavar="MONTH…"),
    ],
    data: Data = None,
    params: Params = None,
) -> None:
    """由印出的得分推断评分规则：列出全部符合的规则，每条界限能在什么范围；月份越多越窄。"""
    from hotline_lib.params import load_params, month_span
    from hotline_lib.published import printed_indicators
    from hotline_lib.scoring import in_words
    from hotline_lib.scoring import infer as fitting

    paths = project(data=data, params=params)
    wanted = sorted({each for span in months for each in month_span(span)})
    scheme = load_params(wanted[-1], paths.params, need_month_file=None).scheme
    printed = {month: printed_indicators(month, paths) for month in wanted}
    for line in in_words(fitting(printed, scheme), scheme):
        typer.echo(line)
