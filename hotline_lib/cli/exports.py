"""Commands that bring a month in and look at it: new, intake, months, check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline_lib.cli.app import Data, Month, Output, Params, app, names, project
from hotline_lib.cli.help import command
from hotline_lib.cli.progress import steps, waiting
from hotline_lib.paths import Paths, find_paths


@command(app, "hotline new 2024-10")
def new(month: Month, params: Params = None) -> None:
    """为新的月份写好 params/months/ 下的参数文件，其中注明要填什么。"""
    from hotline_lib.new_month import new_month

    paths = project(params=params)
    file = paths.short(new_month(month, paths))
    typer.echo(f"写好了 {file}。请按其中的说明填写；接着导入工单：hotline intake 导出文件 --month {month}")


@command(app, "hotline intake 10月导出.xlsx --month 2024-10 --preview", "hotline intake 10月导出.xlsx --month 2024-10")
def intake(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="导出文件：.xlsx .xls .ods .csv .parquet 或 .zip", metavar="FILE…"),
    ] = None,
    *,
    month: Annotated[str, typer.Option(help="月报的月份，如 2024-10", metavar="MONTH")],
    preview: Annotated[
        bool, typer.Option("--preview", help="只看各列、各值认成了什么，和要加进 params/ 的行；什么也不写入")
    ] = False,
    sheet: Annotated[
        list[str] | None, typer.Option(help="只读这个工作表（隐藏的也读），可写多次", metavar="NAME")
    ] = None,
    unit: Annotated[str, typer.Option(help="没有「分平台」一列的文件，都算这个单位的", metavar="UNIT")] = "",
    accept_good: Annotated[bool, typer.Option("--accept-good", help="导入没有问题的行，其余留在文件里待改")] = False,
    replace_simulated: Annotated[
        bool, typer.Option("--replace-simulated", help="用真实工单取代这几个月的模拟工单")
    ] = False,
    replace_unit: Annotated[
        str,
        typer.Option(help="这些单位当月的工单以导出为准，其中没有的算作废、撤销；逗号分隔，或 all", metavar="UNIT,…"),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="要撤销的再多也撤销")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="撤回这个月的上一次导入（后面可写一个版本号，见 hotline months MONTH）")
    ] = False,
    spot_checks: Annotated[bool, typer.Option("--spot-checks", help="文件是抽检的结果，不是工单")] = False,
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """导入各系统导出的工单。有问题时一件也不导入，并逐行说明；同一文件导入两次不会重复。"""
    # undo looks itself at what a command that was killed had begun: it may have been just this
    paths = (find_paths if undo else project)(data=data, params=params, output=output)
    others = accept_good or replace_simulated or replace_unit or yes
    if undo and (len(files or []) > 1 or others or preview or spot_checks or sheet or unit):
        raise typer.BadParameter(
            "只写月份，至多再写一个版本号：hotline intake --undo 版本号 --month 2024-10", param_hint="--undo"
        )
    if undo:
        return _undo(month, paths, "".join(map(str, files or [])))
    if not files:
        raise typer.BadParameter("请写导出文件，如 hotline intake 10月导出.xlsx --month 2024-10", param_hint="FILE")
    if (preview or spot_checks) and (others or (preview and spot_checks)):
        raise typer.BadParameter("只与文件、--month、--sheet、--unit 一起用", param_hint="--preview, --spot-checks")
    if preview:
        from hotline_lib.intake.preview import preview as look

        for line in look(files, month, paths, sheets=sheet or (), unit=unit):
            typer.echo(line)
    elif spot_checks:
        _spot_checks(files, month, paths, sheet or ())
    else:
        _take(
            files, month, paths, sheets=sheet or (), unit=unit, accept_good=accept_good,
            replace_simulated=replace_simulated, replace_units=names(replace_unit), confirmed=yes,
        )  # fmt: skip
    return None


def _take(files: list[Path], month: str, paths: Paths, **options: Any) -> None:
    from hotline_lib.intake import intake as take_in
    from hotline_lib.intake.words import summary

    with steps() as show:
        done = take_in(files, month, paths, on_step=show, **options)
    typer.echo(summary(done, paths.short(done.folder)))
    if done.stored:
        from hotline_lib.coverage import coverage_told

        for line in coverage_told(month, paths):
            typer.echo(line)


def _undo(month: str, paths: Paths, version: str) -> None:
    from hotline_lib.intake import versions

    change, restored = versions.undo(month, paths, version)
    typer.echo(versions.told(change, restored, month))


def _spot_checks(files: list[Path], month: str, paths: Paths, sheets: Sequence[str]) -> None:
    from hotline_lib.intake.spot_checks import take

    done = take(files, month, paths, sheets=sheets)
    typer.echo(f"抽检 {done.tickets} 件、{done.units} 个单位，写入 {done.file}。接着：hotline check {month}")
    if done.before:
        typer.echo(f"  之前的保留在 {done.before}。")


@command(app, "hotline months", "hotline months 2024-10")
def months(
    month: Annotated[str, typer.Argument(help="只看这个月的各个版本，如 2024-09", metavar="[MONTH]")] = "",
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """列出各月的工单、报告、邮件和参数到了哪一步；写明月份，就列出那个月的各个版本。"""
    from hotline_lib.months import overview, print_overview, version_lines

    paths = project(data=data, params=params, output=output)
    if month:
        for line in version_lines(month, paths):
            typer.echo(line)
    else:
        print_overview(overview(paths))


@command(app, "hotline check 2024-10", "hotline check --verify")
def check(
    month: Annotated[str, typer.Argument(help="报告月份，如 2024-09", metavar="[MONTH]")] = "",
    stored: Annotated[
        bool, typer.Option("--verify", help="不看月份：把存下的一切读一遍，说出哪个文件损坏、怎样恢复")
    ] = False,
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """检查一个月的报告能不能出、会缺什么，并看数据质量；不执行笔记本。"""
    if bool(month) == stored:
        raise typer.BadParameter("写一个月份，或者只写 --verify", param_hint="MONTH")
    if stored:
        from hotline_lib.verify import verify

        verified = verify(project(data=data, params=params, output=output))
        typer.echo(verified.told)
        raise typer.Exit(verified.exit_code)
    from hotline_lib.coverage import write_coverage
    from hotline_lib.readiness import check as check_month
    from hotline_lib.readiness import told, write_quality

    paths = project(data=data, params=params, output=output)
    with waiting("读取并检查工单"):
        found = check_month(month, paths)
        file = write_quality(found, paths)
        pictured = write_coverage(found.coverage, paths) if found.coverage else []
    typer.echo(told(found, paths.short(file) if file else "", "、".join(paths.short(each) for each in pictured)))
    raise typer.Exit(found.exit_code)
