"""Re-checked tickets: from any table that people keep of them to data/spot_checks/MONTH.csv, and from there.

One row a drawn ticket. Heads and answers may be Chinese (params/columns.yaml); what is stored has the names of the
contract. Nothing is guessed and nothing is taken by halves.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import file_sha256, write_whole
from hotline_lib.intake.reader.grid import FileProblem
from hotline_lib.intake.reader.headings import Headings, plain
from hotline_lib.params import Params, load_params
from hotline_lib.paths import Paths

COLUMNS = ("ticket_id", "unit", "drawn", "called_back", "closed", "satisfied")
QUESTIONS = COLUMNS[3:]
ANSWERS = ("yes", "no", "not reached", "refused")
_DRAWN = ("random", "lead")
_MOST_TOLD = 20


def headings(params: Params) -> Headings:
    """What the columns of a list of drawn tickets may be called. Without a column for it, all were drawn at random."""
    spellings: dict[str, tuple[str, int]] = {}
    labels = {}
    for name in COLUMNS:
        of_name = [column for column in params.columns if column.name == name]
        labels[name] = params.label(name)
        for word in (name, *(word for column in of_name for word in column.spellings)):
            spellings.setdefault(plain(word), (name, 0))
    units = {plain(word): unit.name for unit in params.units for word in unit.spellings}
    return Headings(labels=labels, spellings=spellings, units=units, optional=frozenset({"drawn"}))


def checked(raw: pd.DataFrame, params: Params, name: str) -> pd.DataFrame:
    """Drawn tickets as COLUMNS, in the words of the contract.

    raw: text, columns named as COLUMNS, ``row`` as Excel counts it. name: of the file, as it may be shown.
    Raises HotlineError that lists every wrong cell: an unknown unit or answer, one that is missing, an id that is
    none, a ticket listed twice.
    """
    known = params.known
    drawn, wrong = raw.copy(), []
    allowed = {"unit": params.unit_names, "drawn": list(_DRAWN)} | {each: list(ANSWERS) for each in QUESTIONS}
    for column, values in allowed.items():
        meanings = _meanings(column, params)
        cells = raw[column].fillna("").map(plain) if column in raw else pd.Series("random", index=raw.index)
        drawn[column] = cells.map(lambda cell, m=meanings: m.get(cell, ""))
        said = "、".join(_said(value, column, params) for value in values[:_MOST_TOLD])
        for at in drawn.index[drawn[column] == ""]:
            given = raw[column][at] or ""
            what = f"「{known.shown(given)}」不能用" if given.strip() else "未填写"
            wrong.append((raw["row"][at], params.label(column), f"{what}。可填：{said}。"))
    drawn["ticket_id"] = raw["ticket_id"].fillna("").map(lambda cell: plain(cell).upper())
    for at in drawn.index[~drawn["ticket_id"].str.fullmatch(r"JT\d{22}")]:
        given = raw["ticket_id"][at] or ""
        what = f"「{known.shown(given)}」不是工单编号" if given.strip() else "未填写"
        wrong.append((raw["row"][at], params.label("ticket_id"), f"{what}。应为 JT 和 22 位数字。"))
    for at in drawn.index[drawn["ticket_id"].duplicated() & drawn["ticket_id"].str.fullmatch(r"JT\d{22}")]:
        wrong.append((raw["row"][at], params.label("ticket_id"), f"{drawn['ticket_id'][at]} 出现了两次。请只留一行。"))
    if wrong:
        lines = [f"  第 {row} 行「{column}」：{what}" for row, column, what in sorted(wrong, key=lambda each: each[0])]
        more = [f"  ……另有 {len(lines) - _MOST_TOLD} 处。"] if len(lines) > _MOST_TOLD else []
        raise HotlineError("\n".join([f"{name} 中有 {len(lines)} 处问题：", *lines[:_MOST_TOLD], *more]))
    return drawn[list(COLUMNS)].reset_index(drop=True)


def _meanings(column: str, params: Params) -> dict[str, str]:
    """By its plain spelling, what a cell means."""
    if column == "unit":
        return {plain(word): unit.name for unit in params.units for word in (*unit.spellings, unit.code)}
    found = {plain(value): value for value in (_DRAWN if column == "drawn" else ANSWERS)}
    for name in (column, "closed"):  # the three questions have the same answers
        if column == "drawn" and name == "closed":
            continue
        for entry in (each for each in params.columns if each.name == name):
            yes_no = {"true": "yes", "false": "no"}
            found |= {plain(word): yes_no.get(means, means) for means, words in entry.values.items() for word in words}
    return {spelling: means for spelling, means in found.items() if means != "blank"}


def _said(value: str, column: str, params: Params) -> str:
    """An answer as people write it."""
    if column == "unit":
        return value
    entry = next((each for each in params.columns if each.name == ("drawn" if column == "drawn" else "closed")), None)
    return next(iter(entry.values.get(value, ())), value) if entry else value


def from_table(cells: Sequence[Sequence[str | None]], params: Params, name: str) -> pd.DataFrame:
    """Drawn tickets from rows of cells, the first ones numbered 1; blank rows are passed over.

    Raises HotlineError as ``checked`` does, and if there is no header or a column is missing.
    """
    head = headings(params)
    header = head.find(cells, "", "")
    if header is None or header.problems:
        missing = (
            "、".join(f"「{problem.column}」" for problem in header.problems)
            if header
            else "、".join(f"「{label}」" for label in head.labels.values())
        )
        raise HotlineError(f"{name}：缺少列 {missing}。请补上这些列，或用 hotline intake 文件 --spot-checks 导入。")
    rows = [(n, row) for n, row in enumerate(cells, 1) if n > header.row and any(cell and cell.strip() for cell in row)]
    columns = {
        column: [row[places[0]] if places[0] < len(row) else "" for _, row in rows]
        for column, places in header.columns.items()
    }
    return checked(pd.DataFrame({"row": [n for n, _ in rows]} | columns, dtype=object), params, name)


@dataclass(frozen=True)
class Taken:
    """What came of taking spot checks. before: where the list before is kept, if it was another one."""

    file: str
    tickets: int
    units: int
    before: str | None


def take(files: Iterable[Path], month: str, paths: Paths) -> Taken:
    """Spot checks from exports (.xlsx, .csv …) into data/spot_checks/MONTH.csv.

    Raises IntakeError in words, with nothing written.
    """
    from hotline_lib.intake.apart import answers
    from hotline_lib.intake.reader.process import Asked, Begun, Opened, Rows
    from hotline_lib.intake.screen import Screen
    from hotline_lib.intake.words import IntakeError, place, words_of

    params = load_params(month, paths.params, need_month_file=False)
    screen, files = Screen(params), list(files)
    frames, problems, number, label = [], [], 0, ""
    for message in answers(Asked([file.absolute() for file in files], headings(params))):
        match message:
            case Begun():
                number = message.number
            case FileProblem():
                problems.append((message, screen.file(message.file, number)))
            case Opened():
                label = screen.file(message.file, number)
                problems += [(problem, label) for problem in message.header.problems]
            case Rows():
                rows = pa.ipc.open_stream(message.stream).read_all().to_pandas()
                frames.append((label, rows[rows["kind"].isin(["", "above"])]))
    told = []
    for problem, file in problems:
        what, remedy = (text.format(value="", hint="") for text in words_of(problem.rule))
        told.append(f"  {place(file, '', problem.row, problem.column)}：{what}。{remedy}")
    if not told and not sum(len(rows) for _, rows in frames):
        told.append("  文件中没有抽检的工单。请确认表头（工单编号、分平台、是否回访、是否办结、是否满意）。")
    if told:
        raise IntakeError("\n".join(["抽检没有导入：", *dict.fromkeys(told), "改好后重新运行。"]))
    try:
        drawn = pd.concat([checked(rows, params, file) for file, rows in frames if len(rows)], ignore_index=True)
    except HotlineError as error:
        raise IntakeError(f"抽检没有导入：{error}\n改好后重新运行。") from None
    if (twice := drawn["ticket_id"][drawn["ticket_id"].duplicated()]).any():
        raise IntakeError(f"抽检没有导入：{twice.iloc[0]} 等 {len(twice)} 件在几个文件中都有。请只留一处后重新运行。")
    return _kept(drawn, month, paths)


def _kept(drawn: pd.DataFrame, month: str, paths: Paths) -> Taken:
    path, before = paths.spot_checks(month), None
    content = io.BytesIO(drawn.to_csv(index=False, lineterminator="\n").encode("utf-8")).getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() != content:
        kept = path.parent / "previous" / f"{month}.{file_sha256(path)[:12]}.csv"
        kept.parent.mkdir(exist_ok=True)
        if not kept.exists():
            os.link(path, kept) if hasattr(os, "link") else kept.write_bytes(path.read_bytes())
        before = paths.short(kept)
    write_whole(path, content)
    return Taken(paths.short(path), len(drawn), drawn["unit"].nunique(), before)
