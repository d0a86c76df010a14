"""Answers into data/spot_checks/MONTH.csv, test calls into MONTH_calls.csv: all that the files say, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hotline_lib.beside import read_spot_checks
from hotline_lib.errors import HotlineError
from hotline_lib.intake.spot_checks import COLUMNS, QUESTIONS, placed
from hotline_lib.journal import Change, Move
from hotline_lib.params import Params, load_params
from hotline_lib.paths import Paths
from hotline_lib.ringing import COLUMNS as OF_CALLS
from hotline_lib.ringing import read_calls, told
from hotline_lib.sampling import ledger
from hotline_lib.sampling.answers import Row, answered
from hotline_lib.sampling.ledger import Draw

_MOST_NAMED = 3


@dataclass(frozen=True)
class Taken:
    """What came of a month. tickets, calls: read; new: not known before. total, problems: of the month now. said: what is
    open, in words. before: where the list before is kept."""

    month: str
    tickets: int
    calls: int
    new: int
    total: int
    problems: int
    said: tuple[str, ...]
    before: str | None


def read(files: Sequence[Path], paths: Paths, *, replace: bool = False) -> list[Taken]:
    """Workbooks of draws into the months they are of; what was read before stays.

    replace: answers that were read before and are others now give way. Raises HotlineError in words, with nothing written.
    """
    draws = ledger.standing(ledger.read_ledger(paths))
    if not draws:
        raise HotlineError(
            "还没有抽取过，没有可读的：先运行 hotline sample draw。别处抽的用 hotline intake 文件 --spot-checks。"
        )
    newest = load_params(max(each.month for each in draws), paths.params, need_month_file=False)
    return store(answered(files, draws, newest), draws, paths, replace=replace)


def store(rows: Sequence[Row], draws: Sequence[Draw], paths: Paths, *, replace: bool = False) -> list[Taken]:
    """Answered rows into the months they are of, in one change."""
    with paths.area("spot_checks").opened(HotlineError(ledger.BUSY)) as at:
        moves, found = [], []
        for month in sorted({row.draw.month for row in rows}):
            params = load_params(month, paths.params, need_month_file=False)
            own = [row for row in rows if row.draw.month == month]
            more, taken = _merged(own, draws, params, paths, at, replace)
            moves += more
            found.append(taken)
        at.commit(moves, f"读回 {'、'.join(each.month for each in found)} 的抽检")
    return found


def _merged(
    rows: Sequence[Row], draws: Sequence[Draw], params: Params, paths: Paths, at: Change, replace: bool
) -> tuple[list[Move], Taken]:
    """The moves that add what was read of a month to it, and what came of it."""
    month = rows[0].draw.month
    number = {each.ticket_id: draw.number for draw in draws if draw.month == month for each in draw.tickets}
    tickets = [
        {"ticket_id": row.name, "unit": row.of.unit, "drawn": row.draw.drawn, **row.said}
        for row in rows
        if row.said and not row.of.when
    ]
    calls = [{"call_id": row.name, "unit": row.of.unit, **row.said} for row in rows if row.of.when]
    blank = {row.name for row in rows if not row.said}
    checked, new = _together(read_spot_checks(month, params, paths), tickets, COLUMNS, params, replace, blank)
    rung, new_calls = _together(read_calls(month, params, paths), calls, OF_CALLS, params, replace)
    moves: list[Move] = []
    before, listed = None, checked.assign(draw=checked["ticket_id"].map(number).fillna(""))
    for more, frame, there in ((new_calls, rung, paths.test_calls(month)), (new, listed, paths.spot_checks(month))):
        if more:
            placing, kept = placed(frame, there, paths, at)
            moves, before = [*moves, *placing], kept or before
    problems = int((checked[list(QUESTIONS)] == "no").any(axis=1).sum())
    open_ = (*left(month, draws, {*checked["ticket_id"], *rung["call_id"]}), *_rung(rung, params))
    of_both = len(tickets), len(calls), new + new_calls, len(checked), problems
    return moves, Taken(month, *of_both, open_, before)


def _together(
    old: pd.DataFrame | None, read_: Sequence[dict], columns: Sequence[str], params: Params, replace: bool,
    blank: Collection[str] = (),
) -> tuple[pd.DataFrame, int]:  # fmt: skip
    """What there was and what was read, by unit and number, and how many rows are new or others.

    blank: what was read to have no answer: a reserve that was not needed after all.
    Raises HotlineError where they contradict each other, and the new ones are not to hold.
    """
    key, own = columns[0], {each[columns[0]]: each for each in read_}
    known = {} if old is None else {each[key]: each for each in old.to_dict("records")}
    other = [name for name in known if name in blank or (name in own and known[name] != own[name])]
    if other and not replace:
        named = "、".join(other[:_MOST_NAMED]) + (f" 等 {len(other)} 件" if len(other) > _MOST_NAMED else "")
        raise HotlineError(
            f"{named}以前读入过，答案与这次的不同，一件也没有读入。以这次的为准：加上 --replace；以以前的为准：不要再读这个文件。"
        )
    order = {unit: place for place, unit in enumerate(params.unit_names)}
    rows = [each for name, each in (known | own).items() if name not in blank]
    rows.sort(key=lambda each: (order.get(each["unit"], len(order)), each[key]))
    return pd.DataFrame(rows, columns=list(columns)), len(own.keys() - known.keys()) + len(other)


def left(month: str, draws: Sequence[Draw], there: set[str]) -> list[str]:
    """What of the month's draws was not read yet: 2024-09 第1周 还没有读回：沈阳 4 件、大连 4 件。"""
    listed, own = [], [each for each in draws if each.month == month]
    labels = Counter(each.label for each in own)
    for draw in own:
        open_ = [each for each in draw.tickets if not each.reserve and each.ticket_id not in there]
        parts = [f"{unit} {n} 件" for unit, n in Counter(each.unit for each in open_ if not each.when).items()]
        rings = sum(bool(each.when) for each in open_)
        parts += [f"拨测 {rings} 次"] * bool(rings)
        name = draw.label + (f"（抽取号 {draw.number}）" if labels[draw.label] > 1 else "")
        listed += [f"{name} 还没有读回：{'、'.join(parts)}。"] * bool(parts)
    return listed


def _rung(calls: pd.DataFrame, params: Params) -> list[str]:
    """What section 三 does not say of the test calls, and why."""
    if calls.empty:
        return []
    if without := [unit for unit in params.unit_names if unit not in set(calls["unit"])]:
        return [f"{'、'.join(without)}还没有拨测记录：全部单位都有了，第三部分才写拨测情况。"]
    found, typed = told(calls, params), params.month.test_calls
    same = lambda key: {params.unit(unit).name for unit in getattr(typed, key)} == set(getattr(found, key))
    keys = ("not_answered", "slow")
    if typed and not (typed.done and all(getattr(typed, key) is None or same(key) for key in keys)):
        lists = "，".join(f"{key}: [{', '.join(getattr(found, key))}]" for key in keys)
        file = f"params/months/{params.month.month}.yaml"
        said = f"{file} 的 test_calls 与拨测记录（{lists}）不同，月报照 params/ 的印。"
        return [said + "以记录为准的，把那里的" + ("两项改成 ~。" if typed.done else "整个 test_calls 删去。")]
    return []
