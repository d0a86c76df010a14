"""Commands for spot checks: how many where, which tickets, and what checkers answered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotline_lib.cli.app import Data, Month, Output, Params, app, names, project
from hotline_lib.cli.help import Group, command

if TYPE_CHECKING:
    from hotline_lib.paths import Paths
    from hotline_lib.sampling.draw import Made

sample = typer.Typer(
    cls=Group, help="抽检：排计划、抽工单、读回答案。", epilog="hotline sample plan 2024-10", no_args_is_help=True
)
app.add_typer(sample, name="sample")
_FLOOR = typer.Option(help="按 --calls 分配时，每个单位至少几件（不够的全部抽取；默认 2）", min=0)


@command(sample, "hotline sample plan 2024-10 --calls 60")
def plan(
    month: Month,
    calls: Annotated[int, typer.Option(help="一共打多少个电话", min=1)] = 60,
    floor: Annotated[int, _FLOOR] = 2,
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """每个单位该抽多少件、为什么；抽多少件才能发现问题。这个月还没有工单的，按上月的投诉件数排。"""
    from hotline_lib import present
    from hotline_lib.sampling.draw import planned

    found, told = planned(month, project(data=data, params=params, output=output), calls, floor)
    typer.echo(f"{month} 抽检计划：{int(found['calls'].sum())} 件，{len(found)} 个单位（{told}）。")
    typer.echo(repr(present.table(found)))
    typer.echo(f"抽取：hotline sample draw {month} --calls {calls}" + (f" --floor {floor}" if floor != 2 else ""))


@command(
    sample, "hotline sample draw 2024-10 --calls 60 --checkers 3", "hotline sample draw 2024-10 --from-leads --calls 20"
)
def draw(
    month: Month,
    *,
    week: Annotated[
        int | None, typer.Option(help="只抽这一周报送的：1 至 4（1–7、8–14、15–21 日、22 日至月末）", min=1, max=4)
    ] = None,
    calls: Annotated[int | None, typer.Option(help="一共抽多少件，按计划分给各单位", min=1)] = None,
    per_unit: Annotated[int | None, typer.Option(help="每个单位抽多少件（默认 4）", min=1)] = None,
    floor: Annotated[int | None, _FLOOR] = None,
    seed: Annotated[int, typer.Option(help="种子：同样的工单、同样的种子，抽出同样的工单")] = 1,
    by: Annotated[
        str, typer.Option(help="按这一列分层，各层按件数抽：domain、issue 或 sub_issue", metavar="COLUMN")
    ] = "",
    test_calls: Annotated[int, typer.Option(help="另给每个单位排几次拨测", min=0, max=20)] = 0,
    from_leads: Annotated[
        bool, typer.Option("--from-leads", help="不随机，按线索从前往后抽；结果另记，不计入抽检率")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="复查上月有问题的工单（同一季度可以再抽的只有这些）；结果也另记")
    ] = False,
    checkers: Annotated[
        str, typer.Option(help="几个人核查，或他们的名字（逗号分隔）：每人一个工作簿", metavar="N|NAME,…")
    ] = "",
    more: Annotated[bool, typer.Option("--more", help="已经抽过，再抽一批不同的；每加一次多抽一批")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="撤回最后一次抽取；可加 --week、--from-leads、--again")] = False,
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """从本月报送的办结投诉中抽取工单，写出给核查人填的工作簿。再运行一次（不加 --more），得到同样的工作簿。"""
    from hotline_lib import open_month
    from hotline_lib.sampling.draw import draw as draw_tickets
    from hotline_lib.sampling.draw import undo as take_back
    from hotline_lib.sampling.ledger import FLOOR, PER_UNIT, Asked
    from hotline_lib.sampling.workbook import write

    if bool(calls) + bool(per_unit) + again > 1:
        raise typer.BadParameter("--calls、--per-unit 和 --again 只写一个", param_hint="--calls")
    if floor is not None and (not calls or from_leads):
        raise typer.BadParameter("--floor 只与 --calls 一起用，按线索抽取不用", param_hint="--floor")
    paths = project(data=data, params=params, output=output)
    if undo:
        drawn = "leads" if from_leads else "again" if again else ""
        typer.echo(f"撤回了 {take_back(month, week, paths, drawn=drawn).label} 的抽取；已经发出的工作簿请作废。")
        return
    m = open_month(month, paths)
    least = FLOOR if floor is None else floor
    asked = Asked(week, calls, per_unit or PER_UNIT, least, seed, by, test_calls, from_leads, again)
    who = [f"核查员{n}" for n in range(1, int(checkers) + 1)] if checkers.isdecimal() else names(checkers)
    for made in draw_tickets(m, asked, more=more):
        _told(made, write(m, made.draw, list(dict.fromkeys(who))), paths)
    typer.echo("填好后：hotline sample read 工作簿…")


def _told(made: Made, files: Mapping[Path, bool], paths: Paths) -> None:
    rung = [each for each in made.draw.tickets if each.when]
    tickets = [each for each in made.draw.tickets if not each.reserve and not each.when]
    units = len({each.unit for each in tickets})
    head = "抽取 " if made.new else "以前抽过，名单不变："
    spare = len(made.draw.tickets) - len(tickets) - len(rung)
    rings = f"，拨测 {len(rung)} 次" if rung else ""
    typer.echo(f"{head}{made.draw.label}：{units} 个单位 {len(tickets)} 件，候补 {spare} 件{rings}。")
    if made.short:
        typer.echo(f"  {'、'.join(made.short)}的办结投诉不够这么多，有多少抽多少。")
    if made.draw.asked.again:
        typer.echo("  是上月抽检有问题的工单（同一季度不重复抽，只有复查例外）；不是随机抽取，不计入抽检率。")
    if made.gone:
        named = f"{len(made.gone)} 件：{'、'.join(made.gone[:3])}"
        of_again = f"  工单数据中没有 {named}；表中事项、时间空着，请按编号在热线系统中找。"
        others = f"  抽取以后撤销或改动了 {named}；名单不变，可选未接通、用候补。"
        typer.echo(of_again if made.draw.asked.again else others)
    for file, fresh in files.items():
        typer.echo(
            f"  {paths.short(file)}" + ("" if fresh else "：已经有了，可能填过，没有改动。要重新写，请先把它移走。")
        )


@command(sample, "hotline sample read 抽检_2024-10-1.xlsx")
def read(
    files: Annotated[list[Path], typer.Argument(help="核查人填好的工作簿", metavar="FILE…")],
    replace: Annotated[bool, typer.Option("--replace", help="以前读入过、答案不同的，以这次的为准")] = False,
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """读回填好的工作簿，并入 data/spot_checks/。有一处不对就一件也不读，并逐行说明。"""
    from hotline_lib.params import month_before
    from hotline_lib.sampling.take import read as read_back

    for done in read_back(files, project(data=data, params=params, output=output), replace=replace):
        calls = f"、拨测 {done.calls} 次" if done.calls else ""
        typer.echo(
            f"{done.month}：读了 {done.tickets} 件{calls}，其中新的 {done.new}；本月共 {done.total} 件，{done.problems} 件有问题。"
        )
        if not done.new:
            typer.echo("  都读过了，没有改动。")
        if done.before:
            typer.echo(f"  之前的名单保留在 {done.before}。")
        for line in done.said:
            typer.echo(f"  {line}")
        typer.echo(f"  接着：hotline run {done.month}")
        if done.problems:
            typer.echo(f"  下月复查有问题的：hotline sample draw {month_before(done.month, -1)} --again")
