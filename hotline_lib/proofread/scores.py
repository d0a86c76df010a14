"""Scores from indicators, by a scheme of params, where a table has both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hotline_lib.indicators import BY_KEY, Indicator
from hotline_lib.params import Scheme
from hotline_lib.proofread.tables import Column, Table
from hotline_lib.proofread.verdicts import Verdict
from hotline_lib.scoring import points_lost, printed_score

_MOST = 0.6  # of the printed scores that a scheme must give to be the one that was used


def scored(table: Table, schemes: Sequence[Scheme]) -> Iterator[Verdict]:
    """Printed scores against those of the scheme that gives most of them; nothing if none does."""
    scores = next(iter(table.of("score")), None)
    if scores is None:
        return
    best: tuple[int, dict] = (0, {})
    for scheme in schemes:
        named = [rule.indicator for rule in scheme.rules if rule.indicator in BY_KEY]
        columns = {key: column for key in named if (column := _column(table, BY_KEY[key]))}
        if not columns or len(columns) < len(set(named)):
            continue
        should = {row: _score(row, scores, columns, scheme) for row in scores.cells}
        agree = sum(scores.cells[row].value == score for row, (score, _) in should.items())
        if agree > best[0]:
            best = (agree, should)
    agree, should = best
    if agree < _MOST * max(1, len(scores.cells)):
        return
    for row, (score, text) in should.items():
        figure = scores.cells[row]
        said = f"「{figure.label}」按评分办法 {text} = {score}，印作 {figure.text}"
        yield Verdict.of(figure.value == score, [figure], said)


def _column(table: Table, indicator: Indicator) -> Column | None:
    heads = {indicator.label, indicator.group + indicator.head.replace("|", "")}
    plain = lambda head: re.sub(r"[\s（）]|件/万人|分钟|%|①", "", head)
    return next((column for column in table.columns if plain(column.head) in {plain(head) for head in heads}), None)


def _score(row: int, scores: Column, columns: dict[str, Column], scheme: Scheme) -> tuple:
    lost = 0 * scheme.full_marks
    parts = []
    for rule in scheme.rules:
        cells = columns[rule.indicator].cells
        value = cells[row].value if row in cells else None
        points = points_lost(value, rule, [cells[other].value for other in cells if other != row])
        lost += points
        parts += [f"{points.normalize():f}"] if points else []
    return printed_score(lost, scheme), " − ".join([f"{scheme.full_marks:f}", *parts])
