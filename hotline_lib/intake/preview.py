"""What an intake would make of files, and the lines for params/ that would make it take them; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hotline_lib.intake import offers, report, words
from hotline_lib.intake.check import map_rows
from hotline_lib.intake.reader.headings import plain, without_aside
from hotline_lib.intake.reader.process import Opened
from hotline_lib.intake.reading import Reading
from hotline_lib.intake.stage import stage
from hotline_lib.intake.take import Options, in_words
from hotline_lib.masking import HIDDEN
from hotline_lib.params import Params, load_params
from hotline_lib.paths import Paths

_FILES = {"columns.yaml": "末尾", "catalogue.yaml": "末尾"}


def preview(
    files: Sequence[Path], month: str, paths: Paths, *, sheets: Sequence[str] = (), unit: str = ""
) -> list[str]:
    """The headings of each table and the columns they are taken for, what the rows are, and the lines that would make
    unknown headings and values known.

    Raises IntakeError for what the computer refuses.
    """
    params = load_params(month, paths.params, need_month_file=False)
    options = Options(sheets=tuple(sheets), unit=params.unit(unit).name if unit else "")
    return in_words(lambda: _previewed(files, options, params, paths))


def _previewed(files: Sequence[Path], options: Options, params: Params, paths: Paths) -> list[str]:
    with stage(params, paths) as staged:
        reading = Reading(staged, options, params, lambda *_: None)
        reading.read(files)
        staged.close()
        map_rows(staged.con, params)
        found = report.wanted(staged.con, params, reading.screen)
        sums = report.sums(staged.con, taken=False)
        lines = [f"预览 {len(files)} 个文件，什么也没有写入。"]
        for label, opened in reading.tables:
            lines += _table(label, opened, reading, params)
            if label in sums:
                lines.append(f"  {words.added_up(sums.pop(label))}")
        lines += [f"{place}：{words.added_up(became)}" for place, became in sums.items()]
        lines += [f"提示：{note}" for note in reading.notes + report.oddities(staged.con, params)]
        proposed = [*_headings(reading, params), *_values(found, params)]
        for file, where in _FILES.items():
            of_file = list(dict.fromkeys(line for name, line in proposed if name == file))
            if of_file:
                lines += [f"若说得对，把下面各行原样加到 params/{file} 的{where}：", *of_file]
        report.tell(staged.con, reading.broken, params, reading.screen, offered="加上面的一行")
        problems, total = report.first_problems(staged.con, name_file=len(files) > 1)
        lines += (
            [f"现在导入会有 {total} 处问题：", *(f"  {line}" for line in problems)] if total else ["现在导入没有问题。"]
        )
        return lines


def _table(label: str, opened: Opened, reading: Reading, params: Params) -> Iterator[str]:
    """One table's headings: those that have our own names are only counted."""
    header = opened.header
    yield f"{label}：表头在第 {header.row} 行"
    same = 0
    for column, places in header.columns.items():
        names = [_shown(header.names[place], reading) for place in places]
        if [plain(name) for name in names] == [plain(params.label(column))]:
            same += 1
        else:
            yield f"  {params.label(column)} ← " + "、".join(
                f"{_letters(p)} 列「{n}」" for p, n in zip(places, names, strict=True)
            )
    for column, value in header.fixed.items():
        yield f"  {params.label(column)} ← 「{value}」（{'--unit' if reading.options.unit else '工作表的名称'}）"
    if same:
        yield f"  另有 {same} 列，表头就是列名"
    for name, close in header.unread.items():
        shown = reading.screen.value(name)
        place = _letters(header.names.index(name))
        yield (
            f"  没有读取 {place} 列"
            + (f"「{shown}」" if shown != HIDDEN else "")
            + (f"（最接近「{close}」）" if close else "")
        )
    for problem in header.problems:
        yield f"  {problem.column}：{words.words_of(problem.rule)[0].format(value=reading.screen.value(problem.value))}"


def _shown(name: str, reading: Reading) -> str:
    """A heading that is known; what stands behind its name may be hidden."""
    told = reading.screen.value(name)
    return reading.screen.value(without_aside(name)) if told == HIDDEN else told


def _headings(reading: Reading, params: Params) -> Iterator[tuple[str, str]]:
    for label, opened in reading.tables:
        for problem in opened.header.problems:
            if problem.like and reading.screen.value(problem.like) != HIDDEN:
                offer = offers.heading(problem.like, problem.column, params, problem.unit)
                yield offer.file, f"{offer.line}  # {label}"


def _values(found: Sequence[tuple[str, str, str | None, int]], params: Params) -> Iterator[tuple[str, str]]:
    for rule, value, context, rows in found:
        for number, offer in enumerate(offers.hint(rule, value, context, params).offers):
            if not offer.under:
                other = "# 或者 " if number else ""
                when = offer.when.rstrip("，").replace("？若是", "")
                yield offer.file, f"{other}{offer.line}  # {when}（{rows} 行）"


def _letters(place: int) -> str:
    """Excel's name of a column, from 0."""
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
