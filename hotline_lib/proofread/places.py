"""What is said to be first, second, third (位居第一, 居全省第3位), against the list, the column or the others said so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

from hotline_lib.exact import competition_rank
from hotline_lib.proofread.figures import Figure, alike, mark, name
from hotline_lib.proofread.numbers import NUMERAL, numeral
from hotline_lib.proofread.read import Block
from hotline_lib.proofread.tables import Table
from hotline_lib.proofread.verdicts import Verdict, slip
from hotline_lib.proofread.web import Series

_PLACED = re.compile(
    rf"(?:位[居列]|排名?|名列|居|列)(?:在)?(?:全[省市国区州]|各[市县区地])?第({NUMERAL}|\d+)(?:[位名]|(?=[，。；、）]|$))"
)
Placed = tuple[int, Figure, Figure]  # place, the words, the figure whose place it is


def placed(block: Block, figures: list[Figure], series: list[Series], tables: list[Table]) -> Iterator[Verdict]:
    """第N of one paragraph: against each other, against lists and columns of the same figures."""
    found: list[Placed] = []
    for match in _PLACED.finditer(block.text):
        start = 1 + max(block.text.rfind(end, 0, match.start()) for end in "。；")
        words, of = mark(block, match.start(), match.end()), [f for f in figures if start <= f.start < match.start()]
        counted = [f for f in of if f.kind in ("count", "score", "rate")]
        if counted and numeral(match[1]) > 0:
            found.append((numeral(match[1]), words, counted[-1]))
        elif not of:
            clause = re.split("[，：（]", block.text[start : match.start()])[-1]
            yield from _in_columns(numeral(match[1]), words, name(clause), tables)
    for (first, words, one), (second, _, other) in combinations(found, 2):
        # 居全市第1位 is of another list each
        within = not re.search("[全各]", words.text) and one.series == other.series
        if within and (one.kind, one.unit) == (other.kind, other.unit) and first != second:
            ahead = (one.value > other.value) == (first < second) or one.value == other.value
            text = f"{one} 第 {first}，{other} 第 {second}"
            yield Verdict.of(ahead, [words, one, other], text)
    for place, words, figure in found:
        yield from _in_lists(place, words, figure, series)


def _of_one(figure: Figure, other: Figure) -> bool:
    return bool(other.label) and (alike(figure.label, other.label) or figure.label.startswith(other.label))


def _in_lists(place: int, words: Figure, figure: Figure, series: list[Series]) -> Iterator[Verdict]:
    for each in series:
        own = [at for at, f in enumerate(each.figures) if f.value == figure.value and _of_one(figure, f)]
        if len(each.figures) > 2 and figure not in each.figures and own and each.kind != "share":
            yield from _ranked(place, words, each.figures, own[0], each.figures[0].block.place)
            return


def _ranked(place: int, words: Figure, figures: list[Figure], at: int, where: str) -> Iterator[Verdict]:
    """A place against the order of figures; nothing where it is right counted from the other end."""
    values = [f.value for f in figures]
    most, least = (competition_rank(values, descending=down)[at] for down in (True, False))
    right = most <= place < most + values.count(values[at])  # what prints alike may have an order
    text = f"「{figures[at].label}」{figures[at].text} 在{where}的 {len(figures)} 项中排第 {most}，文中说第 {place}"
    if right or place != least:
        yield Verdict.of(right, [words, figures[at]], text)


def _in_columns(place: int, words: Figure, said: str, tables: list[Table]) -> Iterator[Verdict]:
    """A place without its figure (甲市投诉量居第2位): against the column of that head."""
    for table in tables:
        for column in table.of("count", "score", "rate"):
            head, rows = name(column.head), column.rows
            own = [at for at, f in enumerate(rows) if len(f.label) > 1 and said.startswith(f.label)]
            if len(head) > 1 and head in said and own and len(rows) > 2:
                yield from _ranked(place, words, rows, own[0], f"「{column.head}」")
                return


def ranges(block: Block, figures: list[Figure], tables: list[Table]) -> Iterator[Verdict]:
    """满意率为95.1%至98.2%: the least and the greatest of the column of that head, where one of the two is."""
    for one, other in pairwise(figures):
        if re.fullmatch("[至到]", block.text[one.end : other.start]) and one.unit == other.unit:
            clause = re.split("[，。；：（]", block.text[: one.start])[-1]
            for column in (column for table in tables for column in table.of("count", "score", "rate")):
                head, values = name(re.sub("%|（.*", "", column.head)), sorted(figure.value for figure in column.rows)
                said = sorted((one, other), key=lambda figure: figure.value)
                if len(head) < 2 or head not in clause or len(values) < 3 or re.search("[前后除其]", clause):
                    continue
                ends = list(zip(said, (values[0], values[-1]), strict=True))
                off = [(figure, value) for figure, value in ends if abs(figure.value - value) > figure.step]
                text = f"「{column.head}」最小 {values[0]}、最大 {values[-1]}，文中说 {one.text} 至 {other.text}"
                slips = [slip(*(str(each).replace(".", "") for each in (figure.value, value))) for figure, value in off]
                if slips in ([], [True]):
                    yield Verdict.of(not off, [one, other], text)
