"""The commands: what an analyst types, what they see meanwhile, and how it ended.

Exit codes: 0 all done; 1 something that was asked for was not done (the message says what, where and how to mend
it); 2 wrong usage. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import typer

from hotline_lib.cli import exports, mail, proofreading, reports, schemes
from hotline_lib.cli.app import app
from hotline_lib.errors import HotlineError, refused
from hotline_lib.paths import find_paths

__all__ = ["app", "exports", "mail", "main", "proofreading", "reports", "schemes"]


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
