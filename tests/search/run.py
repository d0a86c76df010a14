"""The command intake in this process, as an analyst meets it, and what must hold whatever was given to it."""

from __future__ import annotations

import contextlib
import io
import re
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "intake"), str(HERE.parent)]  # before this folder, whose script is called exports too

import pandas as pd  # noqa: E402
from personal import named  # noqa: E402
from test_canaries import everything  # noqa: E402

from hotline_lib.cli import main  # noqa: E402

MOST_LINES, MOST_LETTERS, MOST_SECONDS, MOST_BYTES = 40, 8_000, 10.0, 2 << 30
_FALSE = ("磁盘已满", "写不进", "程序出错", "Traceback", "另一次导入")
_KNOWN = r"hotline [^\n]*|[\w./\\:~ -]*/[\w./ -]*|params/\S+|--[\w-]+|CSV UTF-8|aliases|values|name"  # English that may be said
_ENGLISH = r"[A-Za-z']{2,} [A-Za-z']{2,} [A-Za-z']{2,}|\w+Error\b|\w+Exception\b|Errno|panicked|\bcodec\b|0x[0-9a-f]{2}|<class|nullptr"


@dataclass
class Done:
    """What came of one intake. told: problems.csv and refused.csv. kept: stored tickets by id. seconds: of a processor."""

    code: int
    said: str
    told: str
    kept: dict[str, dict[str, object]]
    seconds: float
    folder: Path

    def left(self) -> str:
        """Every byte under data/ and output/, as text."""
        return "\n".join(f"{name} {content.decode('utf-8', 'replace')}" for name, content in everything(self.folder))


def take(files: Sequence[Path], folder: Path, *options: str) -> Done:
    """Runs hotline intake into ``folder``, which is new."""
    folders = [f"--data={folder / 'data'}", f"--output={folder / 'output'}"]
    said, code, began = io.StringIO(), 0, _worked()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main(["intake", *map(str, files), "--month", "2024-09", *folders, *options])
        except SystemExit as ended:
            code = int(ended.code or 0)
    seconds = _worked() - began
    lists = [
        file.read_text(encoding="utf-8-sig")
        for name in ("problems.csv", "refused.csv")
        for file in folder.glob(f"output/intake/*/{name}")
    ]
    return Done(code, said.getvalue(), "\n".join(lists), _kept(folder / "data" / "tickets"), seconds, folder)


def _kept(folder: Path) -> dict[str, dict[str, object]]:
    found = {}
    for file in folder.glob("*.parquet"):
        for row in pd.read_parquet(file).astype(object).to_dict("records"):
            found[row["ticket_id"]] = {c: None if pd.isna(value) else value for c, value in row.items()}
    return found


def faults(done: Done) -> list[str]:
    """What was said or left that never may be, whatever the file was."""
    found = [f"said {word}" for word in _FALSE if word in done.said]
    if done.code not in (0, 1):
        found.append(f"exit {done.code}")
    if done.code == 1 and (done.kept or "没有导入任何工单" not in done.said):
        found.append("exit 1 without its words, or with tickets")
    if english := re.search(_ENGLISH, re.sub(_KNOWN, " ", done.said)):
        found.append(f"English: {english[0]}")
    if len(done.said.splitlines()) > MOST_LINES or len(done.said) > MOST_LETTERS:
        found.append(f"{len(done.said.splitlines())} lines, {len(done.said)} letters on the screen")
    if people := named(done.said):
        found.append(f"shown: {', '.join(sorted(people)[:4])}")
    if people := named(done.left()):
        found.append(f"stored: {', '.join(sorted(people)[:4])}")
    if done.seconds > MOST_SECONDS:
        found.append(f"{done.seconds:.0f} seconds")
    sums = re.search(r"读入 ([\d,]+) 行 = ([^\n]*)", done.said)
    numbers = [int(each.replace(",", "")) for each in re.findall(r"[\d,]+", sums[2])] if sums else []
    if sums and int(sums[1].replace(",", "")) != sum(numbers):
        found.append("the sum of the rows is none")
    left = [p.name for p in done.folder.glob("*/*/.*") if not p.name.endswith("lock")]
    return [*found, *([f"left behind: {left}"] if left else [])]


def _worked() -> float:
    """Seconds for which this process and its children had a processor: others may be busy on the same machine."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def peak() -> int:
    """The most memory that this process or one of its children ever had, in bytes."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) * 1024
