"""What a command's --help prints: Chinese, plain, folded to the terminal's width with nothing cut, an example at its end."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import typer
from rich.cells import cell_len as text_width
from typer.core import TyperCommand, TyperGroup

_WIDEST, _NAMES = 100, 24  # columns of a terminal: of the whole; of names beside which words begin
_THEIRS = {  # options of Typer's
    "--help": "显示这份说明",
    "--install-completion": "让这台机器的命令行会补全（按 Tab）",
    "--show-completion": "只显示补全的脚本",
}
# what stands on one line: a word or a letter, and the signs that follow it
_PIECES = re.compile(r"(?:[!-~]+|\S)[、，。；：！？）」』】》”…—]*|\s+")


class Command(TyperCommand):
    """A command whose help is ours, and that refuses an option written twice, of which the first would be lost in silence."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, [*args])
        read: list[Any] = self.make_parser(ctx).parse_args([*args])[2]
        written = [each for each in read if each.param_type_name == "option"]
        for param in {each.name: each for each in written if not (each.multiple or each.is_flag)}.values():
            if (times := written.count(param)) > 1 and not ctx.resilient_parsing:
                many = (
                    f"多个写在一起，用逗号分隔，如 {param.opts[0]} 甲,乙" if "…" in str(param.metavar) else "请只留一个"
                )
                raise typer.BadParameter(f"写了 {times} 次，只能写一次：{many}", ctx, param)
        return rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(told(self, ctx))


class Group(TyperGroup):
    """A family of commands whose help is ours."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(told(self, ctx))


def command(family: typer.Typer, *examples: str) -> Any:
    """What makes a function a command of that family. examples: as they are typed; --help ends with them."""
    return family.command(cls=Command, epilog="\n".join(examples))


def told(of: Any, ctx: Any, width: int = 0) -> str:
    """The help of a command or a family. width: columns of the terminal; its own where 0, at most 100."""
    width = width or min(shutil.get_terminal_size().columns, _WIDEST)
    arguments = [each for each in of.get_params(ctx) if each.param_type_name == "argument"]
    options = [each for each in of.get_params(ctx) if each.param_type_name != "argument"]
    subject = [ctx.command_path.replace("python -m hotline_lib", "hotline"), *["[选项]"] * bool(options)]
    subject += [_called(each) for each in arguments] or ["命令 …"] * hasattr(of, "commands")
    parts = [" ".join(subject), "\n".join(folded(" ".join((of.help or "").split()), width))]
    for head, rows in (
        ("命令", [(name, each.help or "") for name, each in getattr(of, "commands", {}).items()]),
        ("参数", [(_called(each), _meaning(each)) for each in arguments]),
        ("选项", [(_called(each), _meaning(each)) for each in options]),
        ("例", [(each, "") for each in (of.epilog or "").splitlines()]),
    ):
        if rows:
            parts.append("\n".join([head, *_listed(rows, width)]))
    return "\n\n".join(parts) + "\n"


def folded(text: str, width: int) -> list[str]:
    """Lines of at most that many columns; a Chinese letter takes two, and none of the signs that follow one begins a line."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if text_width(lines[-1] + piece.rstrip()) > width and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def _listed(rows: list[tuple[str, str]], width: int) -> Iterator[str]:
    """Names, and beside each what it means, or below it where the name is long."""
    names = min(_NAMES, 2 + max(text_width(name) for name, _ in rows))
    for name, meaning in rows:
        first, *more = folded(meaning, width - names - 2) if meaning else [""]
        if text_width(name) + 2 > names and meaning:
            yield f"  {name}"
            name = ""
        yield f"  {name}{' ' * (names - text_width(name))}{first}".rstrip()
        yield from (" " * (names + 2) + line for line in more)


def _called(param: Any) -> str:
    """A parameter as it is typed, with a name for its value."""
    value = param.metavar or "N"
    if param.param_type_name == "argument":
        return value
    names = "，".join([*param.opts, *param.secondary_opts])
    return names if param.is_flag or param.count else f"{names} {value}"


def _meaning(param: Any) -> str:
    """What it is for, whether it must be there, between what, and what it is if nothing is typed."""
    said = _THEIRS.get(param.opts[0], param.help or "")
    low, high = param.min, param.max
    more = ["必填"] if param.required and param.param_type_name != "argument" else []
    if low is not None and high is not None:
        more += [f"{low} 至 {high}"] * (f"{low} 至 {high}" not in said)
    elif low:
        more.append(f"至少 {low}")
    if isinstance(param.default, (int, float)) and not isinstance(param.default, bool) and "默认" not in said:
        more.append(f"默认 {param.default}")
    if not more:
        return said
    return f"{said[:-1]}；{'；'.join(more)}）" if said.endswith("）") else f"{said}（{'；'.join(more)}）"
