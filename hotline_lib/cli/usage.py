"""What is wrong with what was typed, in words: the command line's own are English."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from hotline_lib.errors import nearest
from hotline_lib.yaml_files import kind_of


def told(error: Any) -> str:
    """The message for a usage error of Typer's: what, and what to type instead."""
    return f"{_wrong(error)}\n写法见：{_command(error)} --help"


def _command(error: Any) -> str:
    names: list[str] = []
    at = getattr(error, "ctx", None)
    while at is not None and at.parent is not None:
        names, at = [at.info_name, *names], at.parent
    return " ".join(["hotline", *names])


def _wrong(error: Any) -> str:
    said, param = str(error.message or ""), getattr(error, "param", None)
    match type(error).__name__:
        case "NoSuchOption":
            close = nearest(error.option_name, error.possibilities or ())
            return f"没有选项 {error.option_name}。" + (f"是指 {close} 吗？" if close else "")
        case "MissingParameter":
            return f"缺少 {_name(param, error)}：请写上。"
        case "BadOptionUsage":
            needs = "后面要写上值" if "requires" in said else "后面不带值：请去掉它的值"
            return f"选项 {error.option_name} {needs}。"
        case "BadParameter":
            name = _name(param, error)
            if re.search("[\u4e00-\u9fff]", said):
                return f"{name}：{said.rstrip('。')}。"
            return f"{name} 的值不对：{_kind(error.__cause__) or '请对照帮助改正'}。"
    if found := re.match(r"No such command '(.*?)'", said):
        known = error.ctx.command.list_commands(error.ctx) if error.ctx else []
        close = nearest(found[1], known)
        return f"没有命令「{found[1]}」。" + (f"是指 {close} 吗？" if close else f"可用的有：{'、'.join(known)}。")
    if found := re.search(r"unexpected extra argument(?:\(s\)|s)? \((.*)\)", said):
        return f"多写了「{found[1]}」：请去掉，有空格的请加引号。"
    return "命令没有写对，请对照写法改正。"


def _name(param: Any, error: Any) -> str:
    """What the wrong value was given for, as the analyst typed it or as the help calls it."""
    if hint := getattr(error, "param_hint", None):
        return hint if isinstance(hint, str) else "、".join(hint)
    if param is None:
        return "参数"
    options = [name for name in param.opts if name.startswith("-")]
    return options[-1] if options else param.metavar or param.name


def _kind(cause: BaseException | None) -> str:
    """What the value should have been, where Typer took it from pydantic."""
    problems = cause.errors() if isinstance(cause, ValidationError) else []
    return kind_of(dict(problems[0])) if problems else ""
