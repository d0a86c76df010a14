"""Which edition of a month's bulletin was sent, and which printed figures are others since."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hotline_lib import bulletin
from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import value_fingerprint
from hotline_lib.journal import DIGESTS, read_folder, write_folder
from hotline_lib.present._prose import Prose
from hotline_lib.present._sentences import Sentence
from hotline_lib.text_files import read_text

if TYPE_CHECKING:
    from hotline_lib.month import Month

_NAMES = ("type", "domain", "unit", "issue", "breakdown", "name")  # columns of a CSV that say what a row is about
_CALLED = "names.json"
_BREAKDOWNS = {"sub_issue": "子事项", "unit": "单位"}
Rows = dict[str, dict[str, str]]  # what a row is about -> its figures by column


@dataclass(frozen=True)
class Correction:
    """What a mail says of the one before it: the printed figures that changed."""

    lines: tuple[str, ...]
    since: str  # the day of the mail before: 2024年10月14日
    MOST: ClassVar[int] = 100  # lines in the body; all of them are attached if there are more

    @property
    def heading(self) -> str:
        return f"更正：{self.since}发出的本月报有改动，以这一封为准"

    @property
    def shown(self) -> tuple[str, ...]:
        return self.lines[: self.MOST]

    @property
    def rest(self) -> str:
        if not self.lines:
            return "各表印出的数字没有变化，改动在文字。"
        more = f"，这里列出前{self.MOST}处，全部见附件" if len(self.lines) > self.MOST else ""
        return f"共{len(self.lines)}处数字有变化{more}。"


def printed(m: Month, unit: str | None = None, top: int = 5) -> dict[str, str]:
    """The printed tables as CSV by name; of a unit's edition the lines about it only. top: ranks of issues, here and below."""
    tables = {name: table.csv(in_page_only=True) for name, table in bulletin.files(m, top).items()}
    if unit is None:
        return tables
    own = {}
    for name, content in tables.items():
        head, *lines = csv.reader(io.StringIO(content))
        lines = [line for line in lines if "unit" in head and line[head.index("unit")] == unit]
        if lines:
            own[name] = _written([head, *lines])
    return own


def fingerprint(m: Month, unit: str | None = None, top: int = 5) -> str:
    """The edition: the same as long as nothing printed is another. How it looks, and when it was made, is not in it."""
    words: list[Any] = []
    if unit is None:
        words = [[each.title, str(each.text)] for each in bulletin.findings(m).found]
        for section in bulletin.outline(m, top):
            words += [str(part) for part in section.parts if isinstance(part, Sentence | Prose)]
    return value_fingerprint([m.month, unit, printed(m, unit, top), words])[:16]


def keep(m: Month, folder: Path, unit: str | None = None, top: int = 5) -> None:
    """The edition's tables as FOLDER/NAME.csv, to be compared with a later edition's, and what they and their columns are
    called: a later one may have no such table. An edition that lies there whole is left alone."""
    if read_folder(folder) is None:
        files = {f"{name}.csv": f"\ufeff{content}".encode() for name, content in printed(m, unit, top).items()}
        called = json.dumps(_called(m, top), ensure_ascii=False).encode()
        write_folder(folder, files | {_CALLED: called}, flushed=True)


def _called(m: Month, top: int) -> dict[str, tuple[str, dict[str, str]]]:
    """By table its name and those of its columns, as a reader knows them."""
    heads = lambda table: {column.key: column.name for column in table.columns if column.key}
    return {name: (table.name, heads(table)) for name, table in bulletin.files(m, top).items()}


def changes(m: Month, folder: Path, unit: str | None = None, top: int = 5) -> tuple[str, ...]:
    """The printed figures that are others than those kept in ``folder``, in words, in the order of the tables.

    Where small numbers are not printed, a unit's are named without their values.
    """
    named_only = bool(unit and bulletin.small_numbers(m))
    if (folder / DIGESTS).exists() and read_folder(folder) is None:
        words = f"data/sent/{m.month}/tables/{folder.name} 是上次发出的数字，已损坏，不能说明改了什么，所以没有发。请从备份恢复它。"
        raise HotlineError(words)
    kept = {file.stem: read_text(file) for file in sorted(folder.glob("*.csv"))}
    now, called = printed(m, unit, top), _called(m, top)
    with suppress(HotlineError, ValueError):  # an edition kept by an earlier version of the suite
        called = json.loads(read_text(folder / _CALLED)) | called
    return tuple(
        line
        for name in [*now, *(name for name in kept if name not in now)]
        for line in _differences(
            *called.get(name, ("不再有的表", {})), kept.get(name, ""), now.get(name, ""), named_only
        )
    )


def _differences(title: str, heads: dict[str, str], before: str, after: str, named_only: bool) -> Iterator[str]:
    old, new = _rows(before), _rows(after)
    for about in [*new, *(about for about in old if about not in new)]:
        if about not in old:
            yield f"{title}　{about}：新列入" + ("" if named_only else f"（{_told(heads, new[about])}）")
        elif about not in new:
            yield f"{title}　{about}：不再列入" + ("" if named_only else f"（原为{_told(heads, old[about])}）")
        else:
            for key, value in new[about].items():
                was = old[about].get(key, "")
                if was != value:
                    values = "有改动" if named_only else f"原为 {was or '—'}，应为 {value or '—'}"
                    yield f"{title}　{about}　{heads.get(key, key)}：{values}"


def _told(heads: dict[str, str], row: dict[str, str]) -> str:
    return "，".join(f"{heads.get(key, key)} {value or '—'}" for key, value in row.items())


def _rows(content: str) -> Rows:
    rows: Rows = {}
    for row in csv.DictReader(io.StringIO(content)):
        about = "／".join(_BREAKDOWNS.get(row[key], row[key]) for key in _NAMES if row.get(key))
        rows[about] = {key: value for key, value in row.items() if key not in _NAMES}
    return rows


def _written(lines: list[list[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(lines)
    return file.getvalue()
