"""Work that is killed at any change of a file's name, and pairs of works at once: python tests/crashing.py FOLDER (see Forge).

A point is the moment before, or after, one of the system's calls that make, rename, link or remove a file or folder.
Works run in forks of a process that has imported all and connected to nothing, so that a thousand of them are cheap.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

KILLED = 77
_CALLS = ("replace", "rename", "link", "unlink", "remove", "mkdir", "rmdir")
MONTH = "2024-09"


class Forge:
    """Forks that work: ``with Forge() as forge: forge.run(...)``."""

    def __enter__(self) -> Forge:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        self._process.kill()
        self._process.wait()

    def run(self, *works: dict) -> list[dict]:
        """Does works at once; gives of each its ``code`` (KILLED, 0, 1 with ``said``), and at how many ``points`` it was.

        A work: ``do`` (a function below), ``point`` (to be killed at; 0: never), ``after`` (seconds to wait first), and what
        the function takes.
        """
        self._process.stdin.write(json.dumps(works) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def folders(project: Path, here: Path) -> dict[str, str]:
    """A project whose data and output lie in ``here``, as a work takes it."""
    return {"root": str(project), "data": str(here / "data"), "output": str(here / "output")}


def content(paths: dict[str, str], *, but: tuple[str, ...] = ()) -> dict[str, object]:
    """All that is stored in data/, without locks; of the log what was done, without when."""
    found: dict[str, object] = {}
    data = Path(paths["data"])
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data).as_posix()
        if path.is_dir() or name.startswith((".locks", *but)):
            continue
        found[name] = path.read_bytes()
        if path.name == "log.jsonl":
            lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
            found[name] = [[each["what"], each["months"]] for each in lines]
    return found


def left(paths: dict[str, str]) -> list[str]:
    """What nobody needs any more."""
    folders = (Path(paths[name]) for name in ("data", "output"))
    found = [path for folder in folders for path in folder.rglob(".*") if path.name not in (".locks", ".cache")]
    return [path.name for path in found]


# works: in the fork


def _paths(given: dict[str, str]):
    from hotline_lib.paths import Paths

    root = Path(given["root"])
    return Paths(root, Path(given["data"]), root / "params", Path(given["output"]))


def intake(paths: dict, files: list[str], month: str = MONTH, **options: object) -> None:
    from hotline_lib.intake import intake as take

    take([Path(file) for file in files], month, _paths(paths), **options)


def undo(paths: dict, month: str = MONTH) -> None:
    from hotline_lib.intake.versions import undo as back

    back(month, _paths(paths))


def simulate(paths: dict, made: str, months: list[str]) -> None:
    """``simulate`` with tickets that were made before: it is the commit that is looked at."""
    import hotline_lib.simulate as room

    def staged(month: str, at, *_: object, **__: object) -> dict[str, Path]:
        return {each: Path(shutil.copy(made, at.stage / f"{each}.parquet")) for each in months}

    room.staged = staged
    room.simulate(months[-1], _paths(paths))


def spot_checks(paths: dict, ids: list[str]) -> None:
    import pandas as pd

    from hotline_lib.intake.spot_checks import _kept

    row = {"unit": "沈阳", "drawn": "random", "called_back": "yes", "closed": "yes", "satisfied": "yes"}
    _kept(pd.DataFrame([{"ticket_id": each, **row} for each in ids]), MONTH, _paths(paths))


def lot(paths: dict, ids: list[str]) -> None:
    """A draw of these tickets, with a test call each, into the ledger."""
    from hotline_lib.errors import HotlineError
    from hotline_lib.sampling import draw, ledger
    from hotline_lib.sampling.ledger import Asked, Draw, Drawn

    (here := _paths(paths)).recover()
    drawn = [*(Drawn(each, "沈阳") for each in ids), *(Drawn(f"BC-{each}", "沈阳", when="周一 9 时") for each in ids)]
    made = Draw(ids[0], MONTH, Asked(), "f", "t", tuple(drawn))
    with here.area("spot_checks").opened(HotlineError(ledger.BUSY)) as at:
        draws = ledger.read_ledger(here)
        draw._place(at, [*(each for each in draws if each != made), made], "抽取", here)


def read_back(paths: dict, ids: list[str]) -> None:
    """Answers to the tickets and calls of those draws."""
    from hotline_lib.sampling import ledger, take
    from hotline_lib.sampling.answers import Row

    (here := _paths(paths)).recover()
    draws = [each for each in ledger.read_ledger(here) if each.number in ids]
    said = dict.fromkeys(("called_back", "closed", "satisfied"), "yes"), {"answered": "yes", "passed_on": "no"}
    rows = []
    for draw in draws:
        for each in draw.tickets:
            rows.append(row := Row("", "", 1, {"ticket_id": each.ticket_id}, said=said[bool(each.when)]))
            row.of, row.draw = each, draw
    take.store(rows, draws, here)


def mail(paths: dict, port: int, people: list[str]) -> None:
    """The letters that the ledger does not know of, by way of all that ``hotline mail`` writes."""
    from hotline_lib.batch.mailing import sending
    from hotline_lib.deliver.ledger import Entry, Ledger, carry_over
    from hotline_lib.deliver.send import Letter, Server, send
    from hotline_lib.journal import read_folder, write_folder
    from hotline_lib.params import Recipient

    (here := _paths(paths)).recover()
    with sending(MONTH, here):
        carry_over(MONTH, here.output / "sent", here.sent)
        ledger, kept = Ledger(here.sent / f"{MONTH}.jsonl"), here.sent / MONTH / "tables" / "e2"
        if read_folder(kept) is None:
            write_folder(kept, {"units.csv": b"unit,tickets\n"}, flushed=True)
        entries = [Entry("bulletin", to, "e2") for to in people if ledger.find("bulletin", to, "e2") is None]
        text = b"Subject: x\r\n\r\nx\r\n"
        letters = [
            Letter(Recipient(name="", address=each.address), "a@example.invalid", text, each) for each in entries
        ]
        if letters:
            send(letters, Server("127.0.0.1", port, starttls=False), ledger)


def frames(paths: dict, what: str) -> None:
    from hotline_lib.journal import write_folder

    write_folder(_paths(paths).cache / "frames" / "x", {f"{each}.parquet": what.encode() * 9 for each in ("a", "b")})


def recover(paths: dict) -> None:
    _paths(paths).recover()


# the process that forks


class _Killed:
    """The calls as they are, but for a death at one point."""

    def __init__(self, point: int):
        self.point, self.seen, self.deep = point, 0, False
        for name in _CALLS:
            setattr(os, name, self._watched(getattr(os, name)))

    def _reached(self) -> None:
        self.seen += 1
        if self.seen == self.point:
            os._exit(KILLED)

    def _watched(self, call):
        def watched(*arguments, **options):
            self._reached()
            try:
                return call(*arguments, **options)
            finally:
                self._reached()

        return watched


def _fork(work: dict) -> tuple[int, int]:
    ours, theirs = os.pipe()
    if pid := os.fork():
        os.close(theirs)
        return pid, ours
    os.close(ours)
    code, said, watch = 0, "", None
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        try:
            time.sleep(work.pop("after", 0))
            do, watch = globals()[work.pop("do")], _Killed(work.pop("point", 0))
            do(**work)
        except Exception as error:
            from hotline_lib.errors import HotlineError

            code, said = 1, str(error) if isinstance(error, HotlineError) else f"BUG {error!r}"
    os.write(theirs, json.dumps({"said": said, "points": watch.seen if watch else 0}).encode())
    os._exit(code)


def _answers(started: list[tuple[int, int]]) -> Iterator[dict]:
    for pid, end in started:
        with os.fdopen(end, "rb") as pipe:
            told = pipe.read()
        _, status = os.waitpid(pid, 0)
        yield (
            {"said": "", "points": 0} | (json.loads(told) if told else {}) | {"code": os.waitstatus_to_exitcode(status)}
        )


def _read_here() -> None:
    """Exports are read in the fork itself: the process of its own is not what is looked at."""
    from hotline_lib.intake import apart, reading
    from hotline_lib.intake.reader.process import Begun, Ended, read

    def answers(asked, **_: object) -> Iterator:
        told: list = []
        for number, file in enumerate(asked.files):
            told.append(Begun(number))
            read(file, asked, told.append)
        return iter([*told, Ended()])

    apart.started, reading.answers = nullcontext, answers


if __name__ == "__main__":
    import importlib

    for name in (
        "intake.settle",
        "intake.versions",
        "intake.spot_checks",
        "sampling.take",
        "simulate",
        "batch.mailing",
        "deliver.send",
    ):
        importlib.import_module(f"hotline_lib.{name}")
    for name in ("books", "files", "markup", "sift", "texts"):
        importlib.import_module(f"hotline_lib.intake.reader.{name}")
    for name in ("ibis.backends.duckdb", "ibis.backends.sql.compilers.duckdb", "pandas", "scipy.stats"):
        importlib.import_module(name)
    _read_here()
    for line in sys.stdin:
        print(json.dumps(list(_answers([_fork(work) for work in json.loads(line)]))), flush=True)
