"""The ledger of draws, data/spot_checks/draws.jsonl: a line a draw, so that nothing is drawn twice and answers find their ticket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
from pydantic import TypeAdapter

from hotline_lib.beside import as_rows, read_spot_checks
from hotline_lib.errors import HotlineError
from hotline_lib.metrics import spot_check_results
from hotline_lib.params import load_params, month_before
from hotline_lib.paths import Paths
from hotline_lib.ringing import read_calls
from hotline_lib.sampling.plan import FLOOR

BUSY = "另一个命令正在改动抽检（抽取、读回或导入）。请稍候再运行。"
PER_UNIT = 4
STRATA = {"domain": "业务领域", "issue": "事项", "sub_issue": "子事项"}
_ONCE = {  # how a draw was asked for stood in words in ledgers of before
    "calls": r"共 (\d+) 件", "per_unit": r"^每个单位 (\d+) 件", "floor": r"每个单位至少 (\d+) 件", "rings": r"拨测每个单位 (\d+) 次",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """How a draw is asked for. calls: spent as ``plan`` says; without it ``per_unit`` of each unit. by: spread over a
    column of STRATA. rings: test calls to each unit. Not at random: leads: the first of the month's leads; again: the problem
    tickets of the month before."""

    week: int | None = None
    calls: int | None = None
    per_unit: int = PER_UNIT
    floor: int = FLOOR
    seed: int = 1
    by: str = ""
    rings: int = 0
    leads: bool = False
    again: bool = False

    def __str__(self) -> str:
        size = f"共 {self.calls} 件" if self.calls else f"每个单位 {self.per_unit} 件"
        floor = f"，每个单位至少 {self.floor} 件" if self.calls and not self.leads else ""
        by = f"，按{STRATA[self.by]}分层" if self.by else ""
        rings = f"，拨测每个单位 {self.rings} 次" if self.rings else ""
        return ("上月有问题的工单" if self.again else size + floor + by) + rings


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
    """One draw. number: 2024-09-1, the first of its month. fingerprint: of the tickets that were drawn from."""

    number: str
    month: str
    asked: Asked
    fingerprint: str
    time: str
    tickets: tuple[Drawn, ...]
    undone: bool = False

    @property
    def drawn(self) -> str:
        """random or lead, as data/spot_checks has it."""
        return "lead" if self.asked.leads or self.asked.again else "random"

    @property
    def kind(self) -> str:
        """What it is, beside a draw at random: （按线索）"""
        return "（按线索）" * self.asked.leads + "（复查上月问题）" * self.asked.again

    @property
    def label(self) -> str:
        """2024-09 第2周"""
        return self.month + (f" 第{self.asked.week}周" if self.asked.week else "") + self.kind


def file(paths: Paths) -> Path:
    return paths.data / "spot_checks" / "draws.jsonl"


def read_ledger(paths: Paths) -> list[Draw]:
    """All draws, oldest first, undone ones too. Raises HotlineError for a line that cannot be read."""
    if not (path := file(paths)).exists():
        return []
    found = []
    for row, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            found.append(TypeAdapter(Draw).validate_python(_typed(json.loads(line))))
        except (ValueError, LookupError, TypeError, AttributeError):
            words = f"{paths.short(path)} 第 {row} 行读不懂，分不清抽过哪些工单。请从备份或 git 恢复这个文件。"
            raise HotlineError(words) from None
    return found


def _typed(line: dict) -> dict:
    if not isinstance(said := line["asked"], str):
        return line
    asked = {name: int(found[1]) for name, form in _ONCE.items() if (found := re.search(form, said))}
    by = next((column for column, label in STRATA.items() if f"按{label}分层" in said), "")
    return line | {
        "asked": asked | {"by": by, "week": line["week"], "seed": line["seed"], "leads": line["drawn"] == "lead"}
    }


def as_text(draws: Iterable[Draw]) -> str:
    return "".join(json.dumps(asdict(draw), ensure_ascii=False) + "\n" for draw in draws)


def standing(draws: Iterable[Draw]) -> list[Draw]:
    """Those that were not undone."""
    return [draw for draw in draws if not draw.undone]


def read_back(month: str, paths: Paths) -> set[str]:
    """The tickets checked and the test calls made of a month, as far as they were read."""
    params = load_params(month, paths.params, need_month_file=False)
    frames = read_spot_checks(month, params, paths), read_calls(month, params, paths)
    return {name for frame in frames if frame is not None for name in frame.iloc[:, 0]}


def quarter(month: str) -> list[str]:
    first = (int(month[5:]) - 1) // 3 * 3 + 1
    return [f"{month[:5]}{number:02d}" for number in range(first, first + 3)]


def taken(months: Iterable[str], draws: Iterable[Draw], paths: Paths, kind: str = "") -> set[str]:
    """The tickets drawn or checked in those months, reserves too. kind: only those drawn so."""
    ids = set()
    for month in months:
        own = (each for each in standing(draws) if each.month == month and kind in ("", each.drawn))
        ids |= {each.ticket_id for draw in own for each in draw.tickets}
        checked = read_spot_checks(month, load_params(month, paths.params, need_month_file=False), paths)
        if checked is not None:
            ids |= set(checked.loc[checked["drawn"].isin([kind] if kind else ["random", "lead"]), "ticket_id"])
    return ids


def last_results(month: str, paths: Paths) -> pd.DataFrame | None:
    """What the check of the month before found, by unit (metrics.spot_check_results); None if nobody answered who was drawn at
    random."""
    before = month_before(month)
    params = load_params(before, paths.params, need_month_file=False)
    checked = read_spot_checks(before, params, paths)
    found = None if checked is None else spot_check_results(checked, as_rows(params.units))
    return found if found is not None and found["answered"].any() else None
