"""The ledger of what was sent to whom: data/sent/MONTH.jsonl, so that nobody gets the same mail twice by accident.

A line is on the disk before the next mail goes out. While the server has a mail and has not answered yet, what is
under way lies in MONTH.pending beside it: whatever happens then, the next run knows that nobody knows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from hotline_lib.errors import HotlineError, refused
from hotline_lib.journal import add_line, write_folder, write_whole

_OUTCOME: dict[str, Any] = {"time": "", "status": "unknown", "answer": ""}
UNANSWERED = "连接断在服务器答复之前"
WHOLE = "bulletin"  # the audience of the whole bulletin; every other is a unit


@dataclass(frozen=True)
class Entry:
    """One mail. audience: bulletin, or the unit whose edition it is. again: why it was sent once more.
    despite: why it was sent although something in it could not be right.

    status: sent (the server accepted it) or unknown (it may have). answer: what the server said.
    """

    audience: str
    address: str
    edition: str
    again: str = ""
    time: str = ""
    status: Literal["sent", "unknown"] = "unknown"
    answer: str = ""
    despite: str = ""

    def is_to(self, audience: str, address: str) -> bool:
        return self.audience == audience and self.address.casefold() == address.casefold()


class Ledger:
    """The ledger of one month. Raises HotlineError if it cannot be understood: to guess could send twice."""

    def __init__(self, file: Path):
        self.file, self._pending = file, file.with_suffix(".pending")
        self.entries = self._read()
        if self._pending.is_file():  # the run before ended between a mail and the server's answer
            with suppress(ValueError):  # half a line: the dot that makes it a mail had not gone out yet
                entry = TypeAdapter(Entry).validate_json(self._pending.read_bytes())
                if not any(replace(entry, **_OUTCOME) == replace(each, **_OUTCOME) for each in self.entries):
                    self._append(entry)
            self._pending.unlink()

    def find(self, audience: str, address: str, edition: str, again: str = "") -> Entry | None:
        """The entry of just this mail: the last one of that edition or, with a reason (again), the one for it."""
        theirs = [each for each in self.entries if each.is_to(audience, address)]
        if again:
            return next((each for each in theirs if (each.edition, each.again) == (edition, again)), None)
        return theirs[-1] if theirs and theirs[-1].edition == edition else None

    def last(self, audience: str, address: str) -> Entry | None:
        """What somebody got last."""
        return next((each for each in reversed(self.entries) if each.is_to(audience, address)), None)

    def begin(self, entry: Entry) -> None:
        """A mail is about to be the server's: from here on nobody can be sure that it did not arrive."""
        with _said(self._pending):
            write_whole(self._pending, _line(replace(entry, time=_now(), answer=UNANSWERED)) + "\n", private=True)

    def end(self, entry: Entry) -> None:
        """The server accepted it, or broke off without a word."""
        self._append(replace(entry, time=_now()))
        self._pending.unlink()

    def forget(self) -> None:
        """The server said no: it did not arrive."""
        self._pending.unlink(missing_ok=True)

    def _append(self, entry: Entry) -> None:
        with _said(self.file):
            add_line(self.file, _line(entry))
        self.entries.append(entry)

    def _read(self) -> list[Entry]:
        try:
            lines = self.file.read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return []
        if lines and not lines[-1].endswith("\n"):
            if self._pending.is_file():
                lines.pop()  # broken off while it was written; .pending still has it
            else:
                lines[-1] += "\n"  # whoever mended the file left it away
            write_whole(self.file, "".join(lines), private=True)
        entries = []
        for number, line in enumerate(lines, start=1):
            try:
                entries.append(TypeAdapter(Entry).validate_json(line))
            except ValueError:
                name = f"data/sent/{self.file.name}"
                words = f"发送记录 {name} 第 {number} 行读不懂，分不清谁已经收到，所以什么也没有发。请恢复这个文件。"
                raise HotlineError(words) from None
        return entries


@dataclass(frozen=True)
class Sent:
    """What the ledger says of a month, without names. people: who have the whole bulletin; units: who have a unit's edition;
    unknown: who may have one. last, corrected: when a mail went out last, and one that mended another; edition: of the
    last whole bulletin, with its time. damaged: nobody can read the ledger, so nothing of this is known."""

    people: int = 0
    units: int = 0
    unknown: int = 0
    last: str = ""
    corrected: str = ""
    edition: str = ""
    edition_time: str = ""
    damaged: bool = False


def sent(month: str, *places: Path) -> Sent | None:
    """What was sent of a month; None if nothing was. Read only: somebody may be mailing now.

    places: folders of ledgers, the first that has the month's counts.
    """
    file = next((there for folder in places if (there := folder / f"{month}.jsonl").is_file()), None)
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file else []
        entries = [TypeAdapter(Entry).validate_json(line) for line in lines]
    except (OSError, ValueError):
        return Sent(damaged=True)
    had: dict[tuple[str, str], Entry] = {}
    corrected, whole = "", Entry("", "", "")
    for each in (each for each in entries if each.status == "sent"):
        key = (each.audience, each.address.casefold())
        if key in had and had[key].edition != each.edition:
            corrected = each.time
        had[key] = each
        whole = each if each.audience == WHOLE else whole
    unknown = {(each.audience, each.address.casefold()) for each in entries} - had.keys()
    people = sum(audience == WHOLE for audience, _ in had)
    last = max((each.time for each in had.values()), default="")
    return (
        Sent(people, len(had) - people, len(unknown), last, corrected, whole.edition, whole.time) if entries else None
    )


def carry_over(month: str, old: Path, new: Path) -> None:
    """Brings over what an earlier version of the suite kept of a month in output/sent; again if it was broken off.

    Raises HotlineError if one of the ledgers cannot be understood.
    """
    file = old / f"{month}.jsonl"
    if not any(each.exists() for each in (file, file.with_suffix(".pending"), old / month)):
        return
    with _said(new / file.name):
        for folder in (old / month / "tables").glob("*"):
            if not (target := new / month / "tables" / folder.name).exists():
                write_folder(target, {each.name: each.read_bytes() for each in folder.iterdir()}, flushed=True)
        both = dict.fromkeys((*Ledger(file).entries, *Ledger(new / file.name).entries))
        lines = (_line(each) + "\n" for each in sorted(both, key=lambda each: each.time))
        write_whole(new / file.name, "".join(lines), private=True)
        file.unlink(missing_ok=True)
        shutil.rmtree(old / month, ignore_errors=True)


@contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        words = refused(error) or f"{error.strerror}。"
        raise HotlineError(f"发送记录 data/sent/{path.name} 写不进去，不再往下发。{words}") from None


def _line(entry: Entry) -> str:
    return json.dumps(asdict(entry), ensure_ascii=False)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
