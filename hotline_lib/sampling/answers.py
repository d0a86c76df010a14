"""What checkers answered: every row of a workbook held to what was drawn, and to what can be answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hotline_lib.errors import HotlineError
from hotline_lib.intake import words
from hotline_lib.intake.reader.headings import Headings, plain
from hotline_lib.intake.recorded import meant, parts
from hotline_lib.intake.spot_checks import ANSWERS, QUESTIONS, meanings, said
from hotline_lib.params import Params
from hotline_lib.sampling.ledger import Draw, Drawn
from hotline_lib.sampling.workbook import CALL, CODE, RUNG, USE, WHEN, code, locked, use

_MOST_TOLD, _MOST_NAMED = 50, 3
_AGAIN = "再运行一次当时的 hotline sample draw（不加 --more），得到同样的工作簿，把答案填进去"


@dataclass
class Row:
    """One row of a workbook. name: of its ticket or test call. said: what was answered, by question, as the contract has it."""

    file: str
    sheet: str
    number: int | None
    cells: Mapping[str, str]
    of: Drawn = field(init=False, repr=False)  # once it is found in a draw
    draw: Draw = field(init=False, repr=False)
    said: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return plain(self.cells["ticket_id"]).upper()

    @property
    def reached(self) -> bool:
        return any(answer in ("yes", "no") for answer in self.said.values())


class Problems:
    """What is wrong with the files, in their order; ``stop`` tells all of it at once, the same of one column in one line."""

    def __init__(self, params: Params):
        self.params, self.labels = params, headings(params).labels
        self.found: dict[tuple[str, str, str, str], list[int | None]] = {}

    def add(self, row: Row, column: str, what: str) -> None:
        self.found.setdefault((row.file, row.sheet, column, what), []).append(row.number)

    def stop(self) -> None:
        if not self.found:
            return
        lines = []
        for (file, sheet, column, what), rows in self.found.items():
            numbers = "、".join(map(str, dict.fromkeys(filter(None, rows))))
            lines.append(f"  {words.place(file, sheet, numbers, self.labels.get(column, column))}：{what}")
        more = [f"  ……另有 {len(lines) - _MOST_TOLD} 行。"] * (len(lines) > _MOST_TOLD)
        head = f"有 {sum(map(len, self.found.values()))} 处问题，一件也没有读入："
        raise HotlineError("\n".join([head, *lines[:_MOST_TOLD], *more, "改好后重新运行同一条命令。"]))


def headings(params: Params) -> Headings:
    """What the columns of our workbooks are called."""
    labels = locked(params) | {question: params.label(question) for question in QUESTIONS}
    labels |= {"when": WHEN, **RUNG, "code": CODE}
    spellings = {plain(label): (name, 0) for name, label in (*labels.items(), ("ticket_id", CALL), ("use", USE))}
    return Headings(labels, spellings, optional=frozenset(set(labels) - {"ticket_id"}))


def answered(files: Sequence[Path], draws: Sequence[Draw], params: Params) -> list[Row]:
    """The rows of workbooks that stand for a ticket or test call of a draw, with what was answered.

    Raises HotlineError that lists what is wrong, with file, sheet, row, column and remedy.
    """
    problems = Problems(params)
    rows = list(_drawn(_rows(files, params, problems), draws, problems))
    for row in rows:
        _answer(row, problems)
    if not problems.found:  # else what is missing may be what is wrong
        _complete(rows, problems)
    problems.stop()
    if not rows:
        raise HotlineError("文件中没有抽检的工单。请给出 hotline sample draw 写出、已经填好的工作簿。")
    return rows


def _rows(files: Sequence[Path], params: Params, problems: Problems) -> Iterator[Row]:
    """Whatever could hold an answer."""
    for part in parts(files, headings(params), params):
        for row, column, what in part.problems:
            problems.add(Row(part.file, "", row, {}), column, what)
        if part.header:
            there = part.header.columns
            for column in (*(RUNG if "when" in there else QUESTIONS), "unit", "code"):
                if column not in there:
                    what = "表头中没有这一列。表头改动过的请改回。"
                    problems.add(Row(part.file, part.sheet, part.header.row, {}), column, what)
        if part.rows is not None:
            for cells in part.rows.to_dict("records"):
                yield Row(part.file, part.sheet, int(cells["row"]), cells)


def _drawn(rows: Iterable[Row], draws: Sequence[Draw], problems: Problems) -> Iterator[Row]:
    """Those that are of a draw, each once and as it was written; all else is told."""
    drawn: dict[str, list[tuple[Drawn, Draw]]] = {}
    for draw in draws:
        for each in draw.tickets:
            drawn.setdefault(each.ticket_id, []).append((each, draw))
    units = {plain(word): unit.name for unit in problems.params.units for word in unit.spellings}
    met: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.name not in drawn:
            what = f"「{problems.params.known.shown(row.name)}」不在抽取的名单中" if row.name else "未填写"
            problems.add(row, "ticket_id", f"{what}。改动过的请改回；不是抽中的请删去这一行；抽取已撤回的不要再读。")
            continue
        names = ("ticket_id", "unit", "when") if drawn[row.name][0][0].when else locked(problems.params)
        cells, mark = [row.cells[name].strip() for name in names], row.cells["code"].strip()
        # a ticket that is checked again is in draws of two months
        fits = [each for each in drawn[row.name] if mark in (code(cells, each[1].number), code(cells))]
        row.of, row.draw = (fits or drawn[row.name])[-1]
        if (first := met.setdefault((row.name, row.draw.number), row)) is not row:
            at = words.place(first.file, first.sheet, first.number, "")
            problems.add(row, "ticket_id", f"{row.name} 在 {at} 已经有了。请只留一处，同一个文件只写一次。")
            continue
        if (title := units.get(plain(row.sheet), row.of.unit)) != row.of.unit:
            what = f"里面是{row.of.unit}的工单，表名却是{title}。请把表名改回{row.of.unit}。"
            problems.add(Row(row.file, row.sheet, None, {}), "", what)
        elif _as_written(row, bool(fits), problems):
            yield row


def _as_written(row: Row, fits: bool, problems: Problems) -> bool:
    """Whether the locked cells are what they were; else that is told. fits: so says the code."""
    for column, value in {"unit": row.of.unit, **({} if row.of.when else {"use": use(row.of)})}.items():
        if plain(row.cells[column]) != plain(value):
            problems.add(row, column, f"抽取时写的是「{value}」，改动过。请改回「{value}」。")
            return False
    if not fits:
        what = f"这一行锁定的格子（编号、事项、时间、校验码）改动过，分不清答案是哪一件的。请{_AGAIN}。"
        problems.add(row, "code", what)
        return False
    return True


def _answer(row: Row, problems: Problems) -> None:
    """Fills ``row.said``. What is missing, in words that nobody knows, or contradictory is told."""
    given = {question: row.cells[question] for question in (RUNG if row.of.when else QUESTIONS)}
    if not any(map(plain, given.values())):
        if not row.of.reserve:  # else it was not needed
            problems.add(
                row, next(iter(given)), f"这一行的 {len(given)} 项都没有填写。请各选一个；没有打通的选未接通。"
            )
        return
    for question, cell in given.items():
        allowed = {"answered": ANSWERS[:2], "passed_on": ANSWERS[:3]}.get(question, ANSWERS)
        means = meanings("closed" if row.of.when else question, problems.params)
        choice = {answer: said(answer, question, problems.params) for answer in allowed}
        answer, what = meant(cell, means, choice, problems.params)
        if what:
            problems.add(row, question, what)
        else:
            row.said[question] = answer
    if not row.of.when and "not reached" in row.said.values() and len(set(row.said.values())) > 1:
        what = "有的项未接通，有的项有回答，互相矛盾。没有打通的，三项都选未接通；打通了、不肯回答的项选拒绝。"
        problems.add(row, QUESTIONS[0], what)
    if row.said == {"answered": "yes", "passed_on": "not reached"}:
        problems.add(row, "passed_on", "及时接听了，却未接通，互相矛盾。请选是或否；没有及时接听的，前一项选否。")


def _complete(rows: Sequence[Row], problems: Problems) -> None:
    """What was drawn of a unit comes back all together. A reserve is called in its order, and only for one that could not
    be reached or would not say anything: who may choose would choose the better ones."""
    groups: dict[tuple[str, str, bool], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.draw.number, row.of.unit, bool(row.of.when)), []).append(row)
    for (_, unit, calls), own in groups.items():
        there = {row.name for row in own}
        should = [each for each in own[0].draw.tickets if each.unit == unit and bool(each.when) == calls]
        if missing := [each.ticket_id for each in should if not each.reserve and each.ticket_id not in there]:
            named = "、".join(missing[:_MOST_NAMED]) + (f" 等 {len(missing)} 行" if len(missing) > _MOST_NAMED else "")
            what = f"缺少{unit}的 {named}。删去了的，请{_AGAIN}；分在几个文件里的，请在一条命令里写上全部文件。"
            problems.add(Row(own[0].file, own[0].sheet, None, {}), "", what)
        open_places, skipped = sum(not row.reached for row in own if not row.of.reserve), None
        for row in sorted((row for row in own if row.of.reserve), key=lambda row: row.of.reserve):
            if not row.said:
                skipped = skipped or row
            elif skipped:
                problems.add(row, QUESTIONS[0], f"候补要按次序用：请先打{use(skipped.of)}，或清空这一行的三项。")
            elif not open_places:
                problems.add(row, QUESTIONS[0], "抽中的都有答复，用不到这件候补：请清空这一行的三项。")
            else:
                open_places -= row.reached
