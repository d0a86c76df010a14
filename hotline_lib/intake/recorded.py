"""Tables that people keep of checked tickets: the rows of files, and what a cell of an answer means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from hotline_lib.errors import nearest
from hotline_lib.intake import words
from hotline_lib.intake.apart import answers
from hotline_lib.intake.reader.grid import FileProblem
from hotline_lib.intake.reader.headings import Header, Headings, plain
from hotline_lib.intake.reader.process import Asked, Begun, Opened, Rows
from hotline_lib.intake.screen import Screen
from hotline_lib.masking import HIDDEN
from hotline_lib.params import Params

_MOST_TOLD = 20


@dataclass(frozen=True)
class Part:
    """What was read next: of a file and sheet, as they may be shown, a header, or some rows, or what is wrong: row, column, words."""

    file: str
    sheet: str = ""
    header: Header | None = None
    rows: pd.DataFrame | None = None
    problems: Sequence[tuple[int | None, str, str]] = ()


def parts(files: Sequence[Path], headings: Headings, params: Params, sheets: Sequence[str] = ()) -> Iterator[Part]:
    """What a process of its own reads from exports. Cells are text, none is missing; sheets: only these."""
    screen, number, file, sheet = Screen(params), 0, "", ""
    for message in answers(Asked([file.absolute() for file in files], headings, sheets)):
        found: Sequence[FileProblem] = ()
        match message:
            case Begun():
                number = message.number
            case FileProblem():
                file, sheet, found = screen.file(message.file, number), "", [message]
            case Opened():
                file, sheet = screen.file(message.file, number), screen.sheet(message.sheet, message.number)
                found = message.header.problems
                if not found:
                    yield Part(file, sheet, message.header)
            case Rows():
                rows = pa.ipc.open_stream(message.stream).read_all().to_pandas()
                yield Part(file, sheet, rows=rows[rows["kind"].isin(["", "above"])].fillna(""))
        if found:
            told = ((each.row, each.column, "。".join(words.words_of(each.rule))) for each in found)
            yield Part(file, sheet, problems=[(row, at, text.format(value="", hint="")) for row, at, text in told])


def meant(cell: str, means: Mapping[str, str], choice: Mapping[str, str], params: Params) -> tuple[str, str]:
    """What a cell of an answer means, and why it can mean nothing.

    means: by plain spelling. choice: what can be meant, and how people write it.
    """
    if (found := means.get(plain(cell), "")) in choice:
        return found, ""
    can = f"可填：{'、'.join([*choice.values()][:_MOST_TOLD])}。"
    if not plain(cell):
        return "", f"未填写。{can}"
    shown = params.known.shown(
        cell, [word for word in (*choice, *means) if not word.isdigit()]
    )  # a code is near a postcode
    close = nearest(cell.strip(), [*choice, *means]) if shown != HIDDEN else None
    hint = f"是指「{close}」吗？" if close and means.get(close, close) in choice else ""
    return "", f"「{shown}」不能用。{hint}{can}"
