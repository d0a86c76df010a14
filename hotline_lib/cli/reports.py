"""Commands that make and explain reports: run, tables, simulate, refresh, explain."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from functools import partial
from typing import Annotated

import typer

from hotline_lib.cli.app import Data, Jobs, Month, Output, Params, TimeLimit, app, names, project
from hotline_lib.cli.help import command
from hotline_lib.cli.progress import progress, steps, tell_month, waiting
from hotline_lib.errors import HotlineError
from hotline_lib.journal import broken_off
from hotline_lib.paths import Paths, find_paths


@command(app, "hotline run 2024-10", "hotline run 2024-10 --unit all", "hotline run 2024-10 --only 03 -p top=10")
def run(
    months: Annotated[
        list[str],
        typer.Argument(help="报告月份，可写多个或一段，如 2024-08 2024-09、2023-10..2024-09", metavar="MONTH…"),
    ],
    only: Annotated[str, typer.Option(help="只做这些笔记本，逗号分隔，如 01,03_top_issues", metavar="NAME,…")] = "",
    unit: Annotated[str, typer.Option(help="做这些单位的分册，逗号分隔，或 all", metavar="UNIT,…")] = "",
    parameter: Annotated[
        list[str] | None, typer.Option("-p", help="笔记本参数，可写多次，如 -p top=10", metavar="NAME=VALUE")
    ] = None,
    jobs: Jobs = None,
    time_limit: TimeLimit = None,
    force: Annotated[bool, typer.Option("--force", help="没有变化的也重做")] = False,
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """执行笔记本，生成一个月（或几个月）的报告。没有变化的报告不重做。"""
    from hotline_lib.batch.forks import shared_kernels

    paths = project(data=data, params=params, output=output)
    given, failed = _parameters(parameter or []), list[str]()
    with ExitStack() as stack:
        shared = stack.enter_context(shared_kernels(paths, soon=force))
        from hotline_lib.batch import run_month
        from hotline_lib.params.dates import month_span

        asked = [each for text in months for each in month_span(text)]
        show = stack.enter_context(progress(asked))
        for month in asked:
            try:
                result = run_month(
                    month, paths, only=names(only), units=names(unit), parameters=given, jobs=jobs,
                    time_limit=time_limit, force=force, on_event=partial(show, month), shared=shared,
                )  # fmt: skip
            except HotlineError as error:
                if len(asked) == 1 or broken_off(error):
                    raise
                typer.echo(f"失败　{month}：{error}", err=True)
                failed.append(month)
                continue
            tell_month(result, paths, short=len(asked) > 1)
            _tell_rules(month, paths)
            failed += [month] * result.exit_code
    if len(asked) > 1:
        rest = f"，{len(failed)} 个没有做成或不全：{'、'.join(failed)}" if failed else ""
        typer.echo(f"共 {len(asked)} 个月：{len(asked) - len(failed)} 个都做成了{rest}")
    if failed:
        raise typer.Exit(1)


def _tell_rules(month: str, paths: Paths) -> None:
    """What a new block of scoring rules does, in the first month in which it holds."""
    from hotline_lib.params import load_params
    from hotline_lib.rule_changes import lost_rules, scheme_changes

    with suppress(HotlineError):  # the run itself has said what is wrong with params/
        params = load_params(month, paths.params)
        for line in (*(f"提示　{words}" for words in [lost_rules(params)] if words), *scheme_changes(params, paths)):
            typer.echo(f"  {line}")


@command(app, "hotline tables 2024-10")
def tables(month: Month, output: Output = None, data: Data = None, params: Params = None) -> None:
    """只写出月报的各张表（CSV），不执行笔记本。"""
    from hotline_lib import open_month
    from hotline_lib.batch.written import only_tables

    paths = project(data=data, params=params, output=output)
    with waiting("读取工单，写出附表"):
        m = open_month(month, paths)
        files = only_tables(m, paths)
    typer.echo(repr(m))
    for file in files:
        typer.echo(f"  {paths.short(file)}")
    for warning in m.warnings:
        typer.echo(f"  提示：{warning}")


@command(app, "hotline simulate 2024-09 --if-missing", "hotline simulate 2023-10..2024-09 --data trial")
def simulate(
    month: Annotated[str, typer.Argument(help="已公布月报的月份，或一段月份，如 2023-10..2024-09", metavar="MONTH")],
    seed: Annotated[int, typer.Option(help="随机种子：同一种子得到同样的文件", min=0)] = 12328,
    if_missing: Annotated[
        bool, typer.Option("--if-missing", help="已有这个月的工单（真实的也算）就什么也不做")
    ] = False,
    with_leads: Annotated[
        bool,
        typer.Option("--with-leads", help="在抽检有问题的单位里埋入线索（办得太快、卡着时限办结等），印出的数字不变"),
    ] = False,
    scale: Annotated[
        int, typer.Option(help="每件工单写多少份（编号各不相同），只为测速：各项数字也是这么多倍", min=1, max=1000)
    ] = 1,
    data: Data = None,
    params: Params = None,
) -> None:
    """由已公布的月报还原出模拟工单（当月、上月、上年同月），各项数字与印刷本一致。一段月份：其余各月由最近的月报推想。"""
    from hotline_lib.params import month_span
    from hotline_lib.simulate import lay_out, refuse_real, there_already

    paths = project(data=data, params=params)
    months = month_span(month)
    if with_leads and len(months) > 1:
        raise HotlineError(f"--with-leads 一次只做一个月：{month} 是一段月份。请写一个已公布的月份，如 {months[-1]}。")
    if scale > 1 and ".." in month:
        raise typer.BadParameter("只能放大一个月，不能是一段月份", param_hint="--scale")
    if if_missing and (real := there_already(months, paths)) is not None:
        typer.echo(real, nl=bool(real))
        return
    refuse_real(months, paths)
    if data:
        lay_out(paths, find_paths(params=params))
    typer.echo(f"正在生成 {month} 的模拟工单……")
    if ".." in month:
        from hotline_lib.simulate.seasons import simulate_run

        files = simulate_run(months, paths, seed=seed, if_missing=if_missing)
    else:
        from hotline_lib.simulate import simulate as simulate_month

        with steps() as show:
            files = simulate_month(month, paths, seed=seed, plant=with_leads, scale=scale, on_step=show)
    for file in files:
        typer.echo(f"  {paths.short(file)}")
    if data:
        own = f' --params "{params}"' if params else ""
        typer.echo(f'出报告：hotline run {months[-1]} --data "{data}"{own} --output "{data / "output"}"')


@command(app, "hotline refresh")
def refresh(jobs: Jobs = None, data: Data = None) -> None:
    """重新执行 notebooks/ 并把结果写回其中，供测试比对。改过笔记本之后运行。"""
    from hotline_lib.batch.refresh import refresh as refresh_notebooks

    paths = project(data=data)
    with progress([""]) as show:
        changed = refresh_notebooks(paths, jobs=jobs, on_event=partial(show, ""))
    typer.echo(f"更新了 {len(changed)} 个笔记本。" if changed else "笔记本都没有变化。")
    for file in changed:
        typer.echo(f"  {paths.short(file)}")


@command(app, "hotline explain 2024-09 90.10%", "hotline explain 2024-09 90.10% --tickets")
def explain(
    month: Month,
    number: Annotated[
        str, typer.Argument(help='月报里印出的数字，如 "90.10%" 或 219751；或单位名称', metavar="NUMBER")
    ],
    tickets: Annotated[bool, typer.Option("--tickets", help="也列出背后的工单编号")] = False,
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """说明月报里的一个数字怎么来的：印在哪里，怎样算出，是哪些工单。"""
    from hotline_lib import bulletin, open_month
    from hotline_lib.batch.written import top_of

    paths = project(data=data, params=params, output=output)
    with waiting("读取工单"):
        m = open_month(month, paths)
        said = list(bulletin.explain(m, number, top_of(month, paths, m.params), tickets=tickets))
    typer.echo("\n".join(said))


def _parameters(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    found: dict[str, str] = {}
    for name, equals, value in pairs:
        if not equals or not name.strip():
            raise typer.BadParameter(f"「{name}」应写作 名称=值，例如 -p top=10", param_hint="-p")
        if found.setdefault(name.strip(), value) != value:
            raise typer.BadParameter(f"「{name.strip()}」有两个值，请只留一个", param_hint="-p")
    return found
