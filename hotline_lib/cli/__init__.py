"""The commands: what an analyst types, what they see meanwhile, and how it ended.

Exit codes: 0 all done; 1 something that was asked for was not done (the message says what, where and how to mend
it); 2 wrong usage. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Any

import typer

from hotline_lib.cli import differing, exports, mail, proofreading, reports, sampling, schemes
from hotline_lib.cli.app import app, asked
from hotline_lib.errors import HotlineError, refused
from hotline_lib.journal import end_on_signals, private_folder
from hotline_lib.paths import find_paths
from hotline_lib.processes import few_collections

__all__ = ["app", "differing", "exports", "mail", "main", "proofreading", "reports", "sampling", "schemes"]


_UsageError: Any = typer.BadParameter.__mro__[1]  # wrong usage of any kind


def main(arguments: list[str] | None = None) -> None:
    """The command ``hotline``: like ``app``, but an analyst never meets a bare trace."""
    if arguments is None and sys.getfilesystemencoding() != "utf-8":  # Chinese paths would not get through to DuckDB
        command = [sys.executable, "-X", "utf8", "-m", "hotline_lib", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | {"PYTHONUTF8": "1"})
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without Chinese shows ? instead of failing
    if arguments is None:
        end_on_signals()
        few_collections()
    try:
        raise SystemExit(app(arguments, standalone_mode=False) or 0)
    except _UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message(), err=True)
        else:
            from hotline_lib.cli import usage

            typer.echo(usage.told(error), err=True)
        raise SystemExit(2) from None
    except Exception as error:
        typer.echo(str(error) if isinstance(error, HotlineError) else _unforeseen(error), err=True)
        raise SystemExit(1) from None


def _unforeseen(error: Exception) -> str:
    if words := refused(error) if isinstance(error, OSError) else None:
        return f"{words}已完成的报告都在。"
    return f"程序出错了，不是您的操作问题。详细记录在 {_logged()}，请连同命令一起发给维护人员。"


def _logged() -> Path:
    """Where the trace of a bug of ours was written: beside what the command makes."""
    import tempfile

    trace = traceback.format_exc()
    try:
        folder = (asked[0] if asked else find_paths()).cache
        private_folder(folder)
    except (HotlineError, OSError):
        folder = Path(tempfile.gettempdir())
    path = folder / "hotline-error.log"
    path.write_text(trace, encoding="utf-8")
    return path
