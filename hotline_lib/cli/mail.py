"""The command that sends: mail."""

from __future__ import annotations

from typing import Annotated

import typer

from hotline_lib.cli import posting
from hotline_lib.cli.app import Data, Month, Output, Params, app, names, project
from hotline_lib.cli.help import command
from hotline_lib.errors import HotlineError


@command(app, "hotline mail 2024-10", "hotline mail 2024-10 --smtp smtp.example.invalid:587")
def mail(
    month: Month,
    smtp: Annotated[str, typer.Option(help="邮件服务器；不写就只列出要发的，不发", metavar="HOST:PORT")] = "",
    unit: Annotated[
        str, typer.Option(help="发这些单位的分册，逗号分隔，或 all；不写就发全省月报", metavar="UNIT,…")
    ] = "",
    to: Annotated[str, typer.Option(help="只发给名单中的这些地址，逗号分隔", metavar="ADDRESS,…")] = "",
    again: Annotated[str, typer.Option(help="发过的再发一次，并写明原因", metavar="REASON")] = "",
    despite: Annotated[
        str, typer.Option(help="校核发现错或矛盾也发，并写明原因（记入发送记录）", metavar="REASON")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="不再询问就发")] = False,
    allow_simulated: Annotated[bool, typer.Option("--allow-simulated", help="用模拟工单做的月报也发")] = False,
    output: Output = None,
    data: Data = None,
    params: Params = None,
) -> None:
    """把月报（或各单位分册）发给 params/recipients.yaml 中的收件人。发过的不会再发；改过数字的作为更正发。"""
    from hotline_lib.batch import alone
    from hotline_lib.batch.mailing import listed, mail_server, plan_mail, sending
    from hotline_lib.batch.whole import sent_now, write_pages
    from hotline_lib.params import first_day

    first_day(month)  # refuses what is no month, before a file is named after it
    paths = project(data=data, params=params, output=output)
    host, port = posting.host_and_port(smtp) if smtp else ("", 0)
    with sending(month, paths), alone(month, paths):
        why = {"again": posting.reason(again), "despite": posting.reason(despite, "--despite")}
        mailing = plan_mail(month, paths, units=names(unit), only_to=names(to), **why)
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
            try:
                posting.send_all(mailing, server)
            finally:
                sent_now(month, paths)
                write_pages(paths, mailing.params.organisation.hotline, month)
        elif mailing.letters:
            typer.echo("以上还没有发。要发，请加 --smtp 服务器:端口。")
        if smtp and mailing.unknown:
            raise typer.Exit(1)
