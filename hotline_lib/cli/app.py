"""The command line itself, and the options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hotline_lib import __version__
from hotline_lib.cli.help import Group
from hotline_lib.errors import BrokenOff
from hotline_lib.journal import broken_off
from hotline_lib.paths import Paths, find_paths


class _Commands(Group):
    """The commands; Ctrl-C (or SIGTERM) in one of them ends it in our words, not in Typer's."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as error:
            if broken_off(error) and not isinstance(error, BrokenOff):
                raise BrokenOff("已中断。已经完成的都在，重新运行会接着做其余的。") from None
            raise


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="12328 热线月报：从工单到报告。每个命令都有自己的说明：hotline run --help。",
    epilog="hotline run 2024-09\nhotline check 2024-10",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"hotline {__version__}")
        raise typer.Exit


@app.callback()
def _all(
    version: Annotated[
        bool, typer.Option("--version", help="版本号", callback=_version, is_eager=True, expose_value=False)
    ] = False,
) -> None: ...


asked: list[Paths] = []  # the folders of the command that runs
Month = Annotated[str, typer.Argument(help="报告月份，如 2024-09", metavar="MONTH")]
Data = Annotated[Path | None, typer.Option(help="数据文件夹（默认 data/）", metavar="DIR")]
Params = Annotated[Path | None, typer.Option(help="参数文件夹（默认 params/）", metavar="DIR")]
Output = Annotated[Path | None, typer.Option(help="输出文件夹（默认 output/）", metavar="DIR")]
TimeLimit = Annotated[float | None, typer.Option(help="每个笔记本最多执行多少秒（默认 600）", min=1, metavar="SECONDS")]
Jobs = Annotated[int | None, typer.Option(help="同时执行几个笔记本（默认比处理器核数多一）", min=1)]


def project(**folders: Path | None) -> Paths:
    """The project's folders, after what commands that were killed had begun was ended; it says where they lie elsewhere."""
    (paths := find_paths(**folders)).recover()
    asked[:] = [paths]
    if elsewhere := paths.elsewhere():
        typer.echo("，".join(f"{name}/ 指 {folder}" for name, folder in elsewhere.items()), err=True)
    return paths


def names(text: str) -> list[str]:
    """The names in a list that somebody typed, with commas of either width."""
    return [name.strip() for name in text.replace("，", ",").replace("、", ",").split(",") if name.strip()]
