"""Month: all that a notebook holds about one month, as parameters and small frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, TypeVar, cast

import pandas as pd

from hotline_lib import beside
from hotline_lib.beside import HISTORY, Annex, Base, Count, filtered, known_value, month_length, read_spot_checks
from hotline_lib.errors import HotlineError, UnknownValueError
from hotline_lib.indicators import find_indicator
from hotline_lib.params import Params, label, month_before
from hotline_lib.paths import Paths
from hotline_lib.tickets.files import LONGEST
from hotline_lib.tickets.rules import in_words
from hotline_lib.tickets.scan import leads
from hotline_lib.tickets.schema import KEYS, SCHEMA, Input
from hotline_lib.tickets.single import chosen_tickets, left_tickets, missed_tickets, tickets_behind

_Make = TypeVar("_Make", bound=Callable[..., Any])


@dataclass(frozen=True, repr=False, eq=False)
class Month:
    """One month of the hotline.

    counts, calendar: tickets accepted in the month. rates, handling, submissions: tickets submitted in the month.
    still_open: those accepted in the month that are not closed; None if nobody knows.
    ``counts`` has ``role`` and ``printed_domain`` beside the columns of the scan (see hotline_lib.tickets.scan).
    last_year, previous: the base months of yoy and mom. spot_checks: the drawn tickets, or None.
    errata: what is wrong in this month's printed bulletin, if it was printed.
    odd: what cannot well be of the tickets accepted in the month: ``warning``, ``tickets``.
    left_out: what of them is not there, in words; incomplete: what Annex 1 lacks of it.
    made: what the bulletin has made of it so far, each thing once (``once_a_month``).
    """

    month: str
    params: Params
    paths: Paths
    counts: pd.DataFrame
    calendar: pd.DataFrame
    rates: pd.DataFrame
    handling: pd.DataFrame
    submissions: pd.DataFrame
    last_year: Base
    previous: Base
    spot_checks: pd.DataFrame | None
    errata: pd.DataFrame | None
    inputs: tuple[Input, ...]
    odd: pd.DataFrame
    left_out: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    still_open: pd.DataFrame | None = None
    made: dict[tuple[Any, ...], Any] = field(default_factory=dict, init=False)

    @property
    def label(self) -> str:
        """2024年9月"""
        return label(self.month)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the tickets, and what of them is not there, in words."""
        return (*in_words(self.odd, self.still_open), *self.left_out)

    @property
    def simulated(self) -> bool:
        return any(source.simulated for source in self.inputs)

    @cached_property
    def units(self) -> pd.DataFrame:
        """``unit``, ``long_name``, ``kind``, ``code``, ``population``: a row per unit, by division code."""
        return beside.as_rows(self.params.units)

    @cached_property
    def types(self) -> pd.DataFrame:
        """``business_type``, ``role``: in the order of params/catalogue.yaml, which is that of the sentences."""
        rows = [(each.name, each.role) for each in self.params.catalogue.business_types]
        return pd.DataFrame(rows, columns=["business_type", "role"])

    @cached_property
    def domains(self) -> pd.DataFrame:
        """``printed_domain``, ``grouped``: once each, in the order of params/catalogue.yaml."""
        rows = [(each.printed, each.group is not None) for each in self.params.catalogue.domains]
        frame = pd.DataFrame(rows, columns=["printed_domain", "grouped"])
        return frame.drop_duplicates("printed_domain", ignore_index=True)

    @cached_property
    def history(self) -> tuple[Base, ...]:
        """Up to twelve months that follow one another, this one last; they are read when first asked for.

        By the rule of base months: from tickets, else from published tables. They begin after the latest month of
        which nothing is known: a gap is never filled, and what lies before it is not shown.
        """
        before = self._known(month_before(self.month, back) for back in range(1, HISTORY))
        return (*reversed(before), Base(self.month, "tickets", self.counts))

    @cached_property
    def annexes(self) -> tuple[Annex, ...]:
        """What the scores of up to eleven months before are made from, oldest first; they are read when first asked for.

        By the rule of base months: from tickets, else from the published table. A month of which nothing is known is among
        them, but not the first.
        """
        months = [month_before(self.month, back) for back in range(1, HISTORY)]
        found = [beside.annex_of(month, self.params, self.paths, self._own_simulated) for month in months]
        return tuple(reversed(found[: max((at for at, each in enumerate(found, start=1) if each), default=0)]))

    @property
    def _own_simulated(self) -> bool:
        return any(source.simulated for source in self.inputs if source.month == self.month)

    @cached_property
    def year_before(self) -> tuple[Base, ...]:
        """January to this month of the year before, if each of them is known; else none."""
        number = int(self.month[5:])
        known = self._known(month_before(self.month, back) for back in range(12, 12 + number))
        return tuple(reversed(known)) if len(known) == number else ()

    @cached_property
    def long_history(self) -> tuple[Base, ...]:
        """``history`` and what goes on before it, up to three years: what limits and the season are made from."""
        further = range(HISTORY, LONGEST) if len(self.history) == HISTORY else ()
        return (*reversed(self._known(month_before(self.month, back) for back in further)), *self.history)

    def monthly(self, *keys: str, most: int = HISTORY) -> dict[str, pd.DataFrame]:
        """The months shown together, oldest first: by month, tickets over those columns of ``counts`` (no keys: the total).

        As far back as every month can say so much: published tables know margins only. most: how many months; from more
        than twelve limits take out the season.
        """
        known = {}
        for base in reversed((self.long_history if most > HISTORY else self.history)[-most:]):
            if (frame := base.by(*keys)) is None:
                break
            known[base.month] = frame
        return dict(reversed(known.items()))

    def days(self, against: str) -> tuple[int, int]:
        """The length of the month and of its base month. against: ``"yoy"`` or ``"mom"``."""
        if against not in (bases := {"yoy": self.last_year, "mom": self.previous}):
            raise UnknownValueError("对比", against, bases)
        return month_length(self.month), month_length(bases[against].month)

    @property
    def sources(self) -> tuple[Input, ...]:
        """The inputs, and those of the months beside them that reports look at, newest first."""
        found = {base.input.month: base.input for base in self._beside if base.input}
        found |= {each.month: each for each in self.inputs}
        return tuple(found[month] for month in sorted(found, reverse=True))

    @property
    def _beside(self) -> tuple[Base, ...]:
        """The months beside this one: ``long_history``, and ``year_before`` where it begins in January, as the year so far does."""
        return (*self.long_history, *(self.year_before if len(self.history) >= int(self.month[5:]) else ()))

    def _known(self, months: Iterable[str]) -> list[Base]:
        """Those months, up to the first of which nothing is known."""
        bases, known = {base.month: base for base in (self.last_year, self.previous)}, []
        for month in months:
            base = bases.get(month) or beside.base_of(month, self.params, self.paths, self._own_simulated)[0]
            if base.source is None:
                break
            known.append(base)
        return known

    def tickets(self, where: dict[str, Any] | None = None, columns: list[str] | None = None) -> pd.DataFrame:
        """Single tickets accepted in the month: the one door for ids behind a figure.

        where: column -> the value it must have (None: missing), or a list of such values. columns: which to fetch, ``ticket_id`` by default.
        Raises UnknownValueError for a column that the ticket table does not have, or a name that params/ does not.
        """
        wanted, where = columns or ["ticket_id"], where or {}
        _check_columns([*wanted, *where])
        among = {}
        for column, value in where.items():
            values = list(value) if isinstance(value, list | tuple) else [value]
            given = [each for each in values if not pd.isna(each)]
            known = known_value(self.params, column, given) if column in KEYS else given
            among[column] = known + [None] * (len(given) < len(values))
        return chosen_tickets(self.month, among, wanted, self.params, self.paths)

    def behind(self, unit: str | None, indicator: str, columns: list[str] | None = None) -> pd.DataFrame:
        """The ids behind a unit's indicator: of a rate the tickets that are counted and not good, else all it counts.

        unit: a name or an alias; None: all units. indicator: its key (``"complaint_24h_rate"``) or its Chinese name.
        columns: which to fetch, ``ticket_id`` by default. The rule of who is counted stands in ``indicators``.
        Raises UnknownValueError for another unit, indicator or column.
        """
        of = find_indicator(indicator)
        if of.counted is None:
            raise HotlineError(f"{of.label}不是由工单算出的，没有可列的工单：它取自 params/ 或受理件数。")
        _check_columns(columns or [])
        name = unit and self.params.unit(unit).name
        if columns is None and of.key in self.missed:  # the same rule, and asks no engine
            rows = self.missed if name is None else self.missed[self.missed["unit"] == name]
            return rows.loc[rows[of.key].astype(bool), ["ticket_id"]].reset_index(drop=True)
        return tickets_behind(self.month, name, of, columns or ["ticket_id"], self.params, self.paths)

    @cached_property
    def missed(self) -> pd.DataFrame:
        """The submitted tickets that an indicator misses, and all complaints: ``unit``, ``ticket_id``, ``seconds``,
        ``due_seconds``, and a column per indicator: whether it counts the ticket and the ticket is not good."""
        return missed_tickets(self.month, self.params, self.paths)

    @cached_property
    def left(self) -> pd.DataFrame:
        """The tickets accepted in the month and not submitted by its end: ``unit``, ``ticket_id``."""
        return left_tickets(self.month, self.params, self.paths)

    def leads(self) -> pd.DataFrame:
        """Closed complaints to look at next (``tickets.leads``): ``ticket_id``, ``unit``, ``lead``, ``rank`` in it, ``why``."""
        return leads(self.month, self.params, self.paths)

    @cached_property
    def checks_before(self) -> pd.DataFrame | None:
        """The drawn tickets of the month before, or None if there is no such file."""
        return read_spot_checks(self.previous.month, self.params, self.paths)

    def count(self, **where: object) -> Count:
        """Tickets accepted in the month with those values: ``m.count(unit="大连", issue="巡游出租汽车")``.

        where: ``unit``, ``business_type``, ``domain``, ``issue``, ``sub_issue``: a value, or a list of them. The count knows
        its base months and its share of the whole month, and can be named in ``bulletin.say``.
        Raises UnknownValueError for another column, or a value that the month's parameters do not know.
        """
        where = {column: known_value(self.params, column, value) for column, value in where.items()}
        bases = (("yoy", self.last_year), ("mom", self.previous))
        known = {name: filtered(base.by(*where), where) for name, base in bases}
        name = " · ".join("、".join(value) if isinstance(value, list) else str(value) for value in where.values())
        total = int(self.counts["tickets"].sum())
        return Count(
            name or "全部工单", int(filtered(self.counts, where) or 0), total, known["yoy"], known["mom"], where
        )

    def __repr__(self) -> str:
        simulated = " · 模拟工单" if self.simulated else ""
        bases = "、".join(label(base.month) for base in (self.previous, self.last_year) if base.source) or "无"
        volume = f"受理 {self.counts['tickets'].sum():,} 件"
        return f"{self.label}{simulated} · {volume} · {len(self.units)} 个单位 · 对比 {bases}"


def _check_columns(names: list[str]) -> None:
    if unknown := [name for name in names if name not in SCHEMA]:
        raise UnknownValueError("列", unknown[0], SCHEMA)


def once_a_month(make: _Make) -> _Make:
    """``make(m, ...)``, made once and kept with the month."""

    @wraps(make)
    def kept(m: Month, *given: Any, **named: Any) -> Any:
        key = (make.__module__, make.__qualname__, *given, *sorted(named.items()))
        if key not in m.made:
            m.made[key] = make(m, *given, **named)
        return m.made[key]

    return cast(_Make, kept)
