"""The commands: what an analyst types, what they see meanwhile, and how it ended.

Exit codes: 0 all done; 1 something that was asked for was not done (the message says what, where and how to mend
it); 2 wrong usage. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import os
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from hotline_lib import posting
from hotline_lib.errors import HotlineError, refused
from hotline_lib.paths import find_paths
from hotline_lib.progress import progress, steps, tell_month

if TYPE_CHECKING:
    pass


class _Commands(TyperGroup):
    """The commands; Ctrl-C in one of them ends it in our words, not in Typer's."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise HotlineError("已中断。已完成的报告都在，重新运行会接着做其余的。") from None


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="12328 热线月报：从工单到报告。",
)

Month = Annotated[str, typer.Argument(help="报告月份，如 2024-09", metavar="MONTH")]
Data = Annotated[Path | None, typer.Option(help="数据文件夹（默认 data/）", metavar="DIR")]
Params = Annotated[Path | None, typer.Option(help="参数文件夹（默认 params/）", metavar="DIR")]
Output = Annotated[Path | None, typer.Option(help="输出文件夹（默认 output/）", metavar="DIR")]
TimeLimit = Annotated[float | None, typer.Option(help="每个笔记本最多执行多少秒（默认 600）", min=1, metavar="SECONDS")]
Jobs = Annotated[int | None, typer.Option(help="同时执行几个笔记本（默认比处理器核数多一）", min=1)]


@app.command()
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
    from hotline_lib.batch import run_month, shared_kernels
    from hotline_lib.params.dates import month_span

    paths = find_paths(data=data, params=params, output=output)
    given, asked = _parameters(parameter or []), [each for text in months for each in month_span(text)]
    failed = False
    with shared_kernels(paths) as shared, progress(asked) as show:
        for month in asked:
            try:
                result = run_month(
                    month, paths, only=_names(only), units=_names(unit), parameters=given, jobs=jobs,
                    time_limit=time_limit, force=force, on_event=partial(show, month), shared=shared,
                )  # fmt: skip
            except HotlineError as error:
                if len(asked) == 1:
                    raise
                typer.echo(f"失败　{month}：{error}", err=True)
                failed = True
                continue
            tell_month(result, paths, short=len(asked) > 1)
            failed |= result.exit_code != 0
    if failed:
        raise typer.Exit(1)


@app.command()
def tables(month: Month, output: Output = None, data: Data = None, params: Params = None) -> None:
    """只写出月报的各张表（CSV），不执行笔记本。"""
    from hotline_lib import bulletin, open_month

    paths = find_paths(data=data, params=params, output=output)
    m = open_month(month, paths)
    files = bulletin.write_tables(m, paths.report_folder(month) / "tables")
    typer.echo(repr(m))
    for file in files:
        typer.echo(f"  {paths.short(file)}")
    for warning in m.warnings:
        typer.echo(f"  提示：{warning}")


@app.command()
def simulate(
    month: Annotated[str, typer.Argument(help="已公布月报的月份，或一段月份，如 2023-10..2024-09", metavar="MONTH")],
    seed: Annotated[int, typer.Option(help="随机种子：同一种子得到同样的文件")] = 12328,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="已有这个月的工单就什么也不做")] = False,
    data: Data = None,
    params: Params = None,
) -> None:
    """由已公布的月报还原出模拟工单（当月、上月、上年同月），各项数字与印刷本一致。一段月份：其余各月由最近的月报推想。"""
    from hotline_lib.params import month_span

    paths = find_paths(data=data, params=params)
    months = month_span(month)
    if if_missing and all(paths.tickets(each).exists() for each in months):
        return
    typer.echo(f"正在生成 {month} 的模拟工单……")
    if ".." in month:
        from hotline_lib.simulate.seasons import simulate_run

        files = simulate_run(months, paths, seed=seed, if_missing=if_missing)
    else:
        from hotline_lib.simulate import simulate as simulate_month

        files = simulate_month(month, paths, seed=seed)
    for file in files:
        typer.echo(f"  {paths.short(file)}")


@app.command()
def intake(
    files: Annotated[list[Path], typer.Argument(help="导出文件：.xlsx .xls .csv .parquet 或 .zip", metavar="FILE…")],
    month: Annotated[str, typer.Option(help="月报的月份，如 2024-10", metavar="MONTH")],
    accept_good: Annotated[bool, typer.Option("--accept-good", help="导入没有问题的行，其余留在文件里待改")] = False,
    replace_simulated: Annotated[
        bool, typer.Option("--replace-simulated", help="用真实工单取代这几个月的模拟工单")
    ] = False,
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """导入各系统导出的工单。有问题时一件也不导入，并逐行说明；同一文件导入两次不会重复。"""
    from hotline_lib.intake import intake as take_in
    from hotline_lib.intake.words import summary

    paths = find_paths(data=data, params=params, output=output)
    with steps() as show:
        done = take_in(files, month, paths, accept_good=accept_good, replace_simulated=replace_simulated, on_step=show)
    typer.echo(summary(done, paths.short(done.folder)))


@app.command()
def new(month: Month, params: Params = None) -> None:
    """为新的月份写好 params/months/ 下的参数文件，其中注明要填什么。"""
    from hotline_lib.new_month import new_month

    paths = find_paths(params=params)
    file = paths.short(new_month(month, paths))
    typer.echo(f"写好了 {file}。请按其中的说明填写；接着导入工单：hotline intake 导出文件 --month {month}")


@app.command()
def check(month: Month, output: Output = None, data: Data = None, params: Params = None) -> None:
    """检查一个月的报告能不能出、会缺什么，并看数据质量；不执行笔记本。"""
    from hotline_lib.readiness import check as check_month
    from hotline_lib.readiness import told, write_quality

    paths = find_paths(data=data, params=params, output=output)
    found = check_month(month, paths)
    file = write_quality(found, paths)
    typer.echo(told(found, paths.short(file) if file else ""))
    raise typer.Exit(found.exit_code)


@app.command()
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

    m = open_month(month, find_paths(data=data, params=params, output=output))
    for paragraph in bulletin.explain(m, number, tickets=tickets):
        typer.echo(paragraph)


@app.command()
def mail(
    month: Month,
    smtp: Annotated[str, typer.Option(help="邮件服务器；不写就只列出要发的，不发", metavar="HOST:PORT")] = "",
    unit: Annotated[
        str, typer.Option(help="发这些单位的分册，逗号分隔，或 all；不写就发全省月报", metavar="UNIT,…")
    ] = "",
    to: Annotated[str, typer.Option(help="只发给名单中的这些地址，逗号分隔", metavar="ADDRESS,…")] = "",
    again: Annotated[str, typer.Option(help="发过的再发一次，并写明原因", metavar="REASON")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="不再询问就发")] = False,
    allow_simulated: Annotated[bool, typer.Option("--allow-simulated", help="用模拟工单做的月报也发")] = False,
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """把月报（或各单位分册）发给 params/recipients.yaml 中的收件人。发过的不会再发；改过数字的作为更正发。"""
    from hotline_lib.batch import alone
    from hotline_lib.batch.mailing import listed, mail_server, plan_mail
    from hotline_lib.params import first_day

    first_day(month)  # refuses what is no month, before a file is named after it
    paths = find_paths(data=data, params=params, output=output)
    host, port = posting.host_and_port(smtp) if smtp else ("", 0)
    with alone(month, paths):
        mailing = plan_mail(month, paths, units=_names(unit), only_to=_names(to), again=posting.reason(again))
        for line in listed(mailing):
            typer.echo(line)
        if mailing.simulated and not allow_simulated:
            words = "这是用模拟工单做的月报，不能当作真的发出去。只有试发时才加 --allow-simulated。"
            if smtp:
                raise HotlineError(words)
            typer.echo(words)
        if smtp and mailing.letters:
            server = mail_server(mailing, host, port)
            if not yes:
                posting.ask(f"发送以上 {len(mailing.letters)} 封，经由 {server.told}？")
            posting.send_all(mailing, server)
        elif mailing.letters:
            typer.echo("以上还没有发。要发，请加 --smtp 服务器:端口。")
        if smtp and mailing.unknown:
            raise typer.Exit(1)


@app.command()
def refresh(jobs: Jobs = None) -> None:
    """重新执行 notebooks/ 并把结果写回其中，供测试比对。改过笔记本之后运行。"""
    from hotline_lib.batch.refresh import refresh as refresh_notebooks

    paths = find_paths()
    with progress([""]) as show:
        changed = refresh_notebooks(paths, jobs=jobs, on_event=partial(show, ""))
    typer.echo(f"更新了 {len(changed)} 个笔记本。" if changed else "笔记本都没有变化。")
    for file in changed:
        typer.echo(f"  {paths.short(file)}")


def main(arguments: list[str] | None = None) -> None:
    """The command ``hotline``: like ``app``, but an analyst never meets a bare trace."""
    if arguments is None and sys.getfilesystemencoding() != "utf-8":  # Chinese paths would not get through to DuckDB
        command = [sys.executable, "-X", "utf8", "-m", "hotline_lib", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | {"PYTHONUTF8": "1"})
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without Chinese shows ? instead of failing
    try:
        app(arguments)
    except HotlineError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from None
    except Exception as error:
        words = refused(error) if isinstance(error, OSError) else None
        ours = "程序出错了，不是您的操作问题。详细记录在 {}，请连同命令一起发给维护人员。"
        typer.echo(f"{words}已完成的报告都在。" if words else ours.format(_logged()), err=True)
        raise SystemExit(1) from None


def _logged() -> Path:
    """Where the trace of a bug of ours was written."""
    import tempfile

    trace = traceback.format_exc()
    try:
        folder = find_paths().cache
        folder.mkdir(parents=True, exist_ok=True)
    except (HotlineError, OSError):
        folder = Path(tempfile.gettempdir())
    path = folder / "hotline-error.log"
    path.write_text(trace, encoding="utf-8")
    return path


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("，", ",").replace("、", ",").split(",") if name.strip()]


def _parameters(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals or not name.strip():
            raise typer.BadParameter(f"「{name}」应写作 名称=值，例如 -p top=10", param_hint="-p")
    return {name.strip(): value for name, _, value in pairs}
