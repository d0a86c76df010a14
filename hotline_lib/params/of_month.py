"""params/months/MONTH.yaml as a typed model: what no ticket holds. What nobody confirmed is open, and stays to be seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from hotline_lib.params.models import Model, MonthText
from hotline_lib.params.source import Source


class Fraction(Model):
    numerator: int = Field(ge=0)
    denominator: int = Field(ge=0)

    def model_post_init(self, _context: Any) -> None:
        if self.numerator > self.denominator:
            raise ValueError(f"numerator（{self.numerator}）不能大于 denominator（{self.denominator}）")


class TestCalls(Model):
    """What ringing the units showed (拨测): those that did not answer in time, or were slow to make a ticket of it.

    None: nobody has said. done False: nobody was rung. unseen: those none of whose calls came so far that anybody could see
    how fast a ticket is made of it.
    """

    done: bool = True
    not_answered: tuple[str, ...] | None = None
    slow: tuple[str, ...] | None = None
    unseen: tuple[str, ...] = ()

    def model_post_init(self, _context: Any) -> None:
        if not self.done and (self.not_answered or self.slow or self.unseen):
            raise ValueError("done 为 false 是没做拨测，不能再写 not_answered、slow、unseen 中的单位")

    @property
    def open(self) -> list[str]:
        """What is still to be said."""
        return [key for key in ("not_answered", "slow") if self.done and getattr(self, key) is None]


class Remarks(Model):
    """What people add to generated sentences, in their own words. Empty: nothing to add; None: still to be written."""

    national: str | None = ""
    consequence: str | None = ""
    quality: str | None = ""
    handling: str | None = ""


class National(Model):
    """How the ministry scored the whole province, and which place that is of all."""

    score: Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]
    rank: Annotated[int, Field(ge=1, le=40)]


def _or(made: Any) -> BeforeValidator:
    """What a key without a value (``offline_minutes:``) stands for."""
    return BeforeValidator(lambda value: made if value is None else value)


OPEN_REMARKS = dict.fromkeys(Remarks.model_fields)
PER_UNIT = ("offline_minutes", "monthly_analysis_done", "data_conformity")


class MonthParams(Model):
    """What no ticket holds: params/months/MONTH.yaml. issued: the date on the bulletin. national: nothing is said without.

    A value that is not there, or null, was never confirmed: it is open, and no page prints it as a fact.
    """

    month: MonthText
    issued: dt.date | None = None
    national: National | None = None
    test_calls: TestCalls | None = None
    remarks: Annotated[Remarks, _or(OPEN_REMARKS)] = Remarks()
    source: Source = Source()
    reach_back_months: int = Field(default=2, ge=0, le=12)
    offline_minutes: Annotated[dict[str, Annotated[int, Field(ge=0, le=31 * 24 * 60)] | None], _or({})] = {}
    monthly_analysis_done: Annotated[dict[str, bool | None], _or({})] = {}
    data_conformity: Annotated[dict[str, Fraction | None], _or({})] = {}
    notebooks: dict[str, dict[str, Any]] = {}

    def unfilled(self, units: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """What is open, by key (``test_calls.slow``): the units it is open for, none where it is not said by unit."""
        found = ["issued"] * (self.issued is None) + ["test_calls"] * (self.test_calls is None)
        found += [f"test_calls.{key}" for key in (self.test_calls.open if self.test_calls else ())]
        found += [f"remarks.{key}" for key, words in self.remarks if words is None]
        by_unit = {key: tuple(unit for unit in units if getattr(self, key).get(unit) is None) for key in PER_UNIT}
        return dict.fromkeys(found, ()) | {key: who for key, who in by_unit.items() if who}
