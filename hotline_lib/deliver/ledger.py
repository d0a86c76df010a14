"""The ledger of what was sent to whom: output/sent/MONTH.jsonl, so that nobody gets the same mail twice by accident.

A line is on the disk before the next mail goes out. While the server has a mail and has not answered yet, what is
under way lies in MONTH.pending beside it: whatever happens then, the next run knows that nobody knows.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from hotline_lib.errors import HotlineError, refused
from hotline_lib.fingerprint import write_whole

_OUTCOME = {"time": "", "status": "unknown", "answer": ""}
UNANSWERED = "连接断在服务器答复之前"


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
        _to_disk(self._pending, "w", replace(entry, time=_now(), answer=UNANSWERED))

    def end(self, entry: Entry) -> None:
        """The server accepted it, or broke off without a word."""
        self._append(replace(entry, time=_now()))
        self._pending.unlink()

    def forget(self) -> None:
        """The server said no: it did not arrive."""
        self._pending.unlink(missing_ok=True)

    def _append(self, entry: Entry) -> None:
        _to_disk(self.file, "a", entry)
        self.entries.append(entry)

    def _read(self) -> list[Entry]:
        try:
            lines = self.file.read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return []
        if lines and not lines[-1].endswith("\n") and self._pending.is_file():
            write_whole(self.file, "".join(lines[:-1]))  # broken off while it was written; .pending still has it
            lines.pop()
        entries = []
        for number, line in enumerate(lines, start=1):
            try:
                entries.append(TypeAdapter(Entry).validate_json(line))
            except ValueError:
                name = f"output/sent/{self.file.name}"
                words = f"发送记录 {name} 第 {number} 行读不懂，分不清谁已经收到，所以什么也没有发。请恢复这个文件。"
                raise HotlineError(words) from None
        return entries


def _to_disk(path: Path, mode: Literal["w", "a"], entry: Entry) -> None:
    """One line, and not before it is on the disk does anything go on."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode, encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        words = refused(error) or f"{error.strerror}。"
        raise HotlineError(f"发送记录 output/sent/{path.name} 写不进去，不再往下发。{words}") from None


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
