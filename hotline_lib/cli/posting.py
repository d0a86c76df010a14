"""What ``hotline mail`` asks, understands and tells at the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer

from hotline_lib.errors import HotlineError

if TYPE_CHECKING:
    from hotline_lib.batch.mailing import Mailing
    from hotline_lib.deliver.send import Server


def reason(text: str, option: str = "--again") -> str:
    from hotline_lib.params.organisation import one_line

    try:
        return one_line(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")  # [::1]:25
    if (
        not re.fullmatch(r"[A-Za-z0-9._:-]+", host)
        or not port.isascii()
        or not port.isdigit()
        or not 0 < int(port) < 65536
    ):
        raise typer.BadParameter(f"「{text}」应写作 服务器:端口，如 smtp.example.invalid:587", param_hint="--smtp")
    return host, int(port)


def ask(question: str) -> None:
    try:
        answer = typer.confirm(question)
    except typer.Abort:
        raise HotlineError("没有人回答，什么也没有发。不经询问就发，请加 --yes。") from None
    if not answer:
        raise HotlineError("什么也没有发。")


def send_all(mailing: Mailing, server: Server) -> None:
    """Sends, with a line per letter as it goes. Raises typer.Exit(1) if somebody did not get it."""
    from hotline_lib.deliver.send import send

    words = {"sent": "已发", "refused": "被拒", "unknown": "不明", "unsent": "未发"}
    tell = lambda each: typer.echo(
        f"{words[each.status]}　{each.letter.title}　{each.letter.to.address}　{each.answer}", err=each.status != "sent"
    )
    outcomes = send(mailing.letters, server, mailing.ledger, tell)
    number = {status: sum(each.status == status for each in outcomes) for status in words}
    typer.echo(f"发出 {number['sent']} 封，没有发到 {len(outcomes) - number['sent']} 封。")
    if number["refused"] or number["unsent"]:
        typer.echo("再运行一次同样的命令，只发给还没有收到的人。", err=True)
    if number["unknown"]:
        typer.echo("「不明」的请向对方核实；没有收到的，用 --to 地址 --again 原因 再发。", err=True)
    if number["sent"] < len(outcomes):
        raise typer.Exit(1)
