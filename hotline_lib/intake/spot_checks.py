"""Re-checked tickets: from any table that people keep of them to data/spot_checks/MONTH.csv, and from there.

One row a drawn ticket. Heads and answers may be Chinese (params/columns.yaml); what is stored has the names of the
contract. Nothing is guessed and nothing is taken by halves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import file_sha256
from hotline_lib.intake.reader.headings import Headings, plain
from hotline_lib.intake.recorded import meant, parts
from hotline_lib.intake.words import IntakeError, place
from hotline_lib.journal import Change, Move, write_whole
from hotline_lib.params import Params, load_params
from hotline_lib.paths import Paths
from hotline_lib.text_files import read_table

COLUMNS = ("ticket_id", "unit", "drawn", "called_back", "closed", "satisfied")
QUESTIONS = COLUMNS[3:]
ANSWERS = ("yes", "no", "not reached", "refused")
_DRAWN = ("random", "lead")
_MOST_TOLD = 20
_TICKET_ID = r"JT[0-9]{6}20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{8}"


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
    drawn, wrong = raw.copy(), []
    allowed = {"unit": params.unit_names, "drawn": list(_DRAWN)} | {each: list(ANSWERS) for each in QUESTIONS}
    for column, values in allowed.items():
        means, choice = meanings(column, params), {value: said(value, column, params) for value in values}
        cells = raw[column].fillna("") if column in raw else pd.Series("random", index=raw.index)
        known_as = {cell: meant(cell, means, choice, params) for cell in cells.unique()}
        drawn[column] = cells.map(lambda cell, known_as=known_as: known_as[cell][0])
        wrong += [
            (raw["row"][at], params.label(column), known_as[cells[at]][1]) for at in drawn.index[drawn[column] == ""]
        ]
    drawn["ticket_id"] = raw["ticket_id"].fillna("").map(lambda cell: plain(cell).upper())
    right = drawn["ticket_id"].str.fullmatch(_TICKET_ID)
    for at in drawn.index[~right]:
        given = raw["ticket_id"][at] or ""
        what = f"「{params.known.shown(given)}」不是工单编号" if given.strip() else "未填写"
        wrong.append(
            (
                raw["row"][at],
                params.label("ticket_id"),
                f"{what}。应为 JT、6 位区划代码、8 位日期和 8 位序号，共 24 位。",
            )
        )
    for at in drawn.index[drawn["ticket_id"].duplicated() & right]:
        wrong.append((raw["row"][at], params.label("ticket_id"), f"{drawn['ticket_id'][at]} 出现了两次。请只留一行。"))
    if wrong:
        lines = [f"  第 {row} 行「{column}」：{what}" for row, column, what in sorted(wrong, key=lambda each: each[0])]
        more = [f"  ……另有 {len(lines) - _MOST_TOLD} 处。"] if len(lines) > _MOST_TOLD else []
        raise HotlineError("\n".join([f"{name} 中有 {len(lines)} 处问题：", *lines[:_MOST_TOLD], *more]))
    return drawn[list(COLUMNS)].reset_index(drop=True)


def meanings(column: str, params: Params) -> dict[str, str]:
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


def said(value: str, column: str, params: Params) -> str:
    """An answer as people write it."""
    if column == "unit":
        return value
    entry = next((each for each in params.columns if each.name == ("drawn" if column == "drawn" else "closed")), None)
    return next(iter(entry.values.get(value, ())), value) if entry else value


def read(path: Path, params: Params, name: str) -> pd.DataFrame:
    """Drawn tickets from a file that somebody keeps in data/spot_checks: text of any encoding, or a workbook.

    name: of the file, as messages call it. Raises HotlineError in words.
    """
    if path.suffix != ".csv":
        return _from_exports([path], params, name)
    table = read_table(path, name)
    heads = headings(params)
    header = heads.header([list(table.columns)], 0, 1, "")
    if header.problems:
        known = [problem.column for problem in header.problems]
        raise HotlineError(
            f"{name} 第 1 行缺少列 {'、'.join(known)}。表头应为 {','.join(COLUMNS)}，也可用中文名：{'、'.join(heads.labels.values())}。"
        )
    columns = {column: table.iloc[:, places[0]].tolist() for column, places in header.columns.items()}
    return checked(pd.DataFrame({"row": list(table.index)} | columns, dtype=object), params, name)


@dataclass(frozen=True)
class Taken:
    """What came of taking spot checks. before: where the list before is kept, if it was another one."""

    file: str
    tickets: int
    units: int
    before: str | None


def take(files: Sequence[Path], month: str, paths: Paths, *, sheets: Sequence[str] = ()) -> Taken:
    """Spot checks from exports (.xlsx, .csv …) into data/spot_checks/MONTH.csv.

    Raises IntakeError in words, with nothing written.
    """
    params = load_params(month, paths.params, need_month_file=False)
    try:
        return _kept(_from_exports(files, params, sheets=sheets), month, paths)
    except HotlineError as error:
        raise IntakeError(f"抽检没有导入。{error}\n改好后重新运行。") from None


def _from_exports(files: Sequence[Path], params: Params, name: str = "", *, sheets: Sequence[str] = ()) -> pd.DataFrame:
    """Drawn tickets from files that the reader's process reads. name: of the one file; by default as may be shown."""
    frames, told = [], []
    for part in parts(files, headings(params), params, sheets):
        told += [f"{place(name or part.file, '', row, column)}：{what}" for row, column, what in part.problems]
        if part.rows is not None:
            frames.append((name or part.file, part.rows))
    if not told and not sum(len(rows) for _, rows in frames):
        told.append(f"{name or '文件'}中没有抽检的工单：表头应有{'、'.join(headings(params).labels.values())}。")
    if told:
        raise HotlineError("\n".join(dict.fromkeys(told)))
    drawn = pd.concat([checked(rows, params, file) for file, rows in frames if len(rows)], ignore_index=True)
    if len(twice := drawn["ticket_id"][drawn["ticket_id"].duplicated()]):
        raise HotlineError(f"{twice.iloc[0]} 等 {len(twice)} 件在几个文件或工作表中都有。请只留一处。")
    return drawn


def _kept(drawn: pd.DataFrame, month: str, paths: Paths) -> Taken:
    with paths.area("spot_checks").opened(IntakeError("另一次抽检导入正在进行。")) as at:
        moves, before = placed(drawn, paths.spot_checks(month), paths, at)
        at.commit(moves, f"导入 {month} 的抽检")
    return Taken(f"data/spot_checks/{month}.csv", len(drawn), drawn["unit"].nunique(), before)


def placed(rows: pd.DataFrame, there: Path, paths: Paths, at: Change) -> tuple[list[Move], str | None]:
    """The moves by which a list takes the place of the one that is there, in a change of spot checks, and where that is kept
    then."""
    path, before, moves = there.with_suffix(".csv"), None, []
    content = rows.to_csv(index=False, lineterminator="\n").encode("utf-8")
    if there.exists() and there.read_bytes() != content:
        kept = path.parent / "previous" / f"{path.stem}.{file_sha256(there)[:12]}{there.suffix}"
        moves, before = [Move("keep", there, kept)], paths.short(kept)
    write_whole(at.stage / path.name, content)
    return [*moves, Move("place", at.stage / path.name, path)], before
