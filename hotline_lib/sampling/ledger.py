"""The ledger of draws, data/spot_checks/draws.jsonl: a line a draw, so that nothing is drawn twice and answers find their ticket."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import TypeAdapter

from hotline_lib.beside import as_rows, read_spot_checks
from hotline_lib.errors import HotlineError
from hotline_lib.metrics import spot_check_results
from hotline_lib.params import load_params, month_before
from hotline_lib.paths import Paths

BUSY = "另一个命令正在改动抽检（抽取、读回或导入）。请稍候再运行。"


@dataclass(frozen=True)
class Drawn:
    """One ticket of a draw, or one test call to make. reserve: 0 if it is to be checked; 1, 2 … it takes the place, in this
    order, of one not reached. when: the hour that was drawn for a call; a ticket has none."""

    ticket_id: str
    unit: str
    reserve: int = 0
    when: str = ""


@dataclass(frozen=True)
class Draw:
    """One draw. number: 2024-09-1, the first of its month. week: 1 to 4, or of the whole month. asked: how many, how.

    fingerprint: of the tickets that were drawn from. Month, week, drawn, seed and asked make a draw the same one.
    """

    number: str
    month: str
    week: int | None
    drawn: Literal["random", "lead"]
    seed: int
    asked: str
    fingerprint: str
    time: str
    tickets: tuple[Drawn, ...]
    undone: bool = False

    @property
    def label(self) -> str:
        """2024-09 第2周（按线索）"""
        return self.month + (f" 第{self.week}周" if self.week else "") + ("（按线索）" if self.drawn == "lead" else "")

    def same(self, other: Draw) -> bool:
        return self._asked == other._asked

    @property
    def _asked(self) -> tuple[object, ...]:
        return self.month, self.week, self.drawn, self.seed, self.asked


def file(paths: Paths) -> Path:
    return paths.data / "spot_checks" / "draws.jsonl"


def read_ledger(paths: Paths) -> list[Draw]:
    """All draws, oldest first, undone ones too. Raises HotlineError for a line that cannot be read."""
    if not (path := file(paths)).exists():
        return []
    found = []
    for row, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            found.append(TypeAdapter(Draw).validate_json(line))
        except ValueError:
            words = f"{paths.short(path)} 第 {row} 行读不懂，分不清抽过哪些工单。请从备份或 git 恢复这个文件。"
            raise HotlineError(words) from None
    return found


def as_text(draws: Iterable[Draw]) -> str:
    return "".join(json.dumps(asdict(draw), ensure_ascii=False) + "\n" for draw in draws)


def standing(draws: Iterable[Draw]) -> list[Draw]:
    """Those that were not undone."""
    return [draw for draw in draws if not draw.undone]


def taken(month: str, draws: Iterable[Draw], paths: Paths) -> set[str]:
    """The tickets drawn or checked in the month's quarter, reserves too: none of them may be drawn again in it."""
    first = (int(month[5:]) - 1) // 3 * 3 + 1
    quarter = [f"{month[:5]}{number:02d}" for number in range(first, first + 3)]
    ids = {each.ticket_id for draw in standing(draws) if draw.month in quarter for each in draw.tickets}
    for each in quarter:
        checked = read_spot_checks(each, load_params(each, paths.params, need_month_file=False), paths)
        ids |= set() if checked is None else set(checked["ticket_id"])
    return ids


def led(month: str, draws: Iterable[Draw], paths: Paths) -> set[str]:
    """The month's tickets that were drawn or checked because of leads."""
    ids = {each.ticket_id for draw in standing(draws) if draw.drawn == "lead" for each in draw.tickets}
    checked = read_spot_checks(month, load_params(month, paths.params, need_month_file=False), paths)
    return ids | (set() if checked is None else set(checked.loc[checked["drawn"] == "lead", "ticket_id"]))


def last_results(month: str, paths: Paths) -> pd.DataFrame | None:
    """What the check of the month before found, by unit (metrics.spot_check_results); None if there was none."""
    before = month_before(month)
    params = load_params(before, paths.params, need_month_file=False)
    checked = read_spot_checks(before, params, paths)
    return None if checked is None else spot_check_results(checked, as_rows(params.units))
