"""An exhibit: one subject of the bulletin. A frame, whose tickets its rows count, and what is said and shown of it.

Sentence, table and chart are made from the same frame with the same options, so they cannot disagree; where a number
comes from follows from ``keys`` and ``within``. A topic's module has a function a subject, which returns one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotline_lib.bulletin._derived import BASES, PER_10K, about_people, with_base, with_own, with_per_10k
from hotline_lib.bulletin._wording import cited, setting
from hotline_lib.errors import UnknownValueError
from hotline_lib.month import Month
from hotline_lib.params.organisation import Printed
from hotline_lib.present._cells import Column
from hotline_lib.present._changes import about_changes
from hotline_lib.present._page import Written
from hotline_lib.present._sentences import Figure, Sentence, shortened
from hotline_lib.present._sources import Source, counted, links_of
from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import WORDS, word

if TYPE_CHECKING:
    from hotline_lib.present._chart import Chart
    from hotline_lib.present._drill_down import DrillDown

_ATTRIBUTES = {
    "tickets": "count",
    ("tickets", "of"): "share",
    ("tickets", "yoy_base"): "yoy",
    ("tickets", "mom_base"): "mom",
}


@dataclass(frozen=True)
class Says:
    """Words of params/wording/TEMPLATE.j2. figures: an exhibit -> what the template may name; a list: a paragraph each.

    kind: how it is set; a ``lead`` is cut to what fifty characters hold.
    """

    template: str
    figures: Callable[[Exhibit], dict | list[dict]]
    kind: str = "sentence"

    def of(self, x: Exhibit) -> Sentence:
        found = self.figures(x)
        text, numbers = cited(x.m, self.template, *(found if isinstance(found, list) else [found]))
        short = shortened(text) if self.kind == "lead" else text
        kept = tuple(each for each in numbers if each[1] < len(short) or short == text)
        return Sentence(short, self.kind, kept, links_of(x.m, edition=x.edition))


@dataclass(frozen=True)
class Parts:
    """How an exhibit is said and shown; what there is not is None."""

    heading: str | None = None
    lead: Says | None = None
    sentence: Says | None = None
    details: Says | None = None
    note: Says | None = None
    table: Callable[[Exhibit], Table | Sentence] | None = None
    chart: Callable[[Exhibit], Chart | DrillDown | Sentence] | None = None


@dataclass(frozen=True, repr=False, eq=False)
class Exhibit:
    """One subject of the month: ``sentence``, ``table``, ``chart`` and the ``frame`` they are made from.

    Only what there is completes with Tab: ``lead`` (the opening sentence of a page), ``details`` (a paragraph a row) and
    ``note`` (how to read it) stand with some. A cell that ends in the exhibit itself shows sentence, table and chart.

    m: the month. frame: pandas, as ``metrics`` made it: a row is what ``keys`` say. keys: column of the frame -> column of
    the tickets that it filters. within: the filter that all rows share; ``of`` of a share is over these tickets.
    edition: whether it is of one unit only, which ``hotline explain`` does not look at.
    """

    m: Month
    frame: pd.DataFrame
    keys: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, Any] = field(default_factory=dict)
    _parts: Parts = Parts()
    _find: Callable[[Exhibit, Column, Mapping], Source | None] | None = None
    _added: tuple[Column, ...] = ()
    _foot: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    _order: str = ""
    edition: bool = False

    def __post_init__(self) -> None:
        """A frame of its own: what an analyst writes into it changes no other exhibit of the month."""
        object.__setattr__(self, "frame", self.frame.copy(deep=False))  # pandas copies what is written to

    @property
    def heading(self) -> str:
        """What its section is called on a page."""
        return self._made("heading")

    @property
    def title(self) -> Written:
        """The heading, as a cell of a page shows it."""
        return Written(f"## {self.heading}")

    @property
    def lead(self) -> Sentence:
        """The sentence that opens a page: at most fifty characters, with the month's number."""
        return self._made("lead").of(self)

    @property
    def sentence(self) -> Sentence:
        """The official wording (params/wording); some are several paragraphs."""
        return self._made("sentence").of(self)

    @property
    def details(self) -> Sentence:
        """A paragraph for each row."""
        return self._made("details").of(self)

    @property
    def note(self) -> Sentence:
        """What a reader must know to trust it."""
        return self._made("note").of(self)

    @property
    def table(self) -> Table | Sentence:
        """As printed, every number explained. ``.cells()`` are its words, ``.csv()`` its file; a month without what it needs says so."""
        made = self._made("table")(self)
        if not isinstance(made, Table):
            return made
        foot = {kind: getattr(made, kind) for kind in ("subtotal", "total")}
        foot = {kind: row and {**row, **self._foot.get(kind, {})} for kind, row in foot.items()}
        find = self._find or volume_source
        made = replace(
            made, **foot, columns=[*made.columns, *self._added] if made.columns else [], order=self._order or made.order,
            source=lambda column, row: find(self, column, row), links=links_of(self.m, edition=self.edition),
        )  # fmt: skip
        per_people = any(each.kind == "rate" and str(each.value).endswith("_per_10k") for each in made.shown)
        notes = [*about_changes(made, setting(self.m)), *_out_of_use(self.m, made)]
        return replace(made, notes=[*made.notes, *(about_people(self.m) if per_people else []), *notes])

    @property
    def chart(self) -> Chart | DrillDown | Sentence:
        """The picture (of issues: the bars that drill down) with its title, how to read it, and its text for those who cannot see it."""
        made = self._made("chart")(self)
        if hasattr(made, "data"):
            made.data = self.frame
        return replace(made, links=links_of(self.m, edition=self.edition)) if hasattr(made, "links") else made

    def with_column(
        self, name: str, values: Mapping | Sequence | pd.Series | None = None, *, unit: str = "", head: str = ""
    ) -> Exhibit:
        """The same with one column more, in table, CSV, workbook and Word.

        name: of the vocabulary (``"mom"`` or ``"环比"``): ``yoy``, ``mom``, ``share``, ``complaint_per_10k``,
            ``ticket_per_10k``, or any column of ``frame``. With ``values`` (one a row, or row name -> value) a column of
            one's own: head is the name over it (else ``name``), unit the line under that.
        Raises UnknownValueError with the columns there are.
        """
        if values is not None:
            return with_own(self, name, values, unit, head or name)
        if name in self.frame and name not in WORDS:
            return replace(self, _added=(*self._added, Column(name, name, key=name)))
        entry = word(name)
        x = self if entry.name not in BASES or BASES[entry.name] in self.frame else with_base(self, entry.name)
        if entry.name in PER_10K and {"population", PER_10K[entry.name]} <= set(self.frame.columns):
            x = with_per_10k(x, entry.name)
        if not set(entry.pair or [entry.name]) <= set(x.frame.columns):
            known = [each for each in (*BASES, *PER_10K, *self.frame.columns) if each in WORDS]
            raise UnknownValueError("列", name, [f"{each}（{WORDS[each].head}）" for each in known], "这张表")
        significant = entry.significant if entry.significant in x.frame else None
        return replace(x, _added=(*x._added, entry.column(key=entry.name, significant=significant)))

    def sorted(self, by: str, *, descending: bool = True) -> Exhibit:
        """The same with its rows in another order, in table and chart. Provincial groups stay before the cities.

        by: a column of ``frame`` or a name of the vocabulary (``"yoy"``); missing values come last.
        """
        own = self.frame.get(by)
        if own is None:
            entry = word(by)
            if not set(entry.pair or [entry.name]) <= set(self.frame.columns):
                raise UnknownValueError("列", by, map(str, self.frame.columns), "这张表")
            own = pd.Series([entry.column().raw(row) for row in self.frame.to_dict("records")], self.frame.index)
        order = own.astype(object).where(own.notna(), None)
        rows = sorted((at for at in order.index if order[at] is not None), key=order.__getitem__, reverse=descending)
        rows += [at for at in order.index if order[at] is None]
        if "kind" in self.frame:
            rows.sort(key=lambda at: self.frame.loc[at, "kind"] != "group")
        head = WORDS[by].head if by in WORDS else by
        words_of_order = f"按{head}从{'高到低' if descending else '低到高'}排"
        return replace(self, frame=self.frame.loc[rows].reset_index(drop=True), _order=words_of_order)

    def figures(self, rows: pd.DataFrame | None = None, name: str | None = None) -> list[Figure]:
        """A Figure per row (of the frame, or of some of its rows), for a template. name: the column that names it."""
        rows = self.frame if rows is None else rows
        return [self.figure(row[name or next(iter(self.keys))], row) for row in rows.to_dict("records")]

    def figure(self, name: str, row: Mapping) -> Figure:
        """A row as a sentence prints it; it knows its tickets, if the exhibit has keys."""
        where = where_of(self, row) if self.keys or "where" in row else None
        bases = row.get("yoy_base"), row.get("mom_base")
        return Figure(name, int(row["tickets"]), row.get("of"), *bases, where=where, of_where=self.within)

    def __dir__(self) -> list[str]:
        there = [part for part in Parts.__dataclass_fields__ if getattr(self._parts, part) is not None]
        return [
            *there,
            *(["title"] if "heading" in there else []),
            "frame",
            "keys",
            "m",
            "sorted",
            "with_column",
            "within",
        ]

    def __repr__(self) -> str:
        return "\n".join(filter(None, map(repr, self._shown())))

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for part in self._shown():
            display(part)

    def _shown(self) -> list[object]:
        return [
            getattr(self, part) for part in ("sentence", "table", "chart") if getattr(self._parts, part) is not None
        ]

    def _made(self, part: str) -> Any:
        found = getattr(self._parts, part)
        if found is None:
            there = [each for each in Parts.__dataclass_fields__ if getattr(self._parts, each) is not None]
            raise UnknownValueError("部分", part, [*there, "frame"], "这一项")
        return found


def with_more(x: Exhibit, printed: Printed) -> Exhibit:
    """With the columns that params/organisation.yaml adds to a printed table (``more_columns``)."""
    for name in x.m.params.organisation.more_columns.get(printed, ()):
        x = x.with_column(name)
    return x


def _out_of_use(m: Month, table: Table) -> list[str]:
    """A note on the business types no longer in use whose change a table shows."""
    retired = [each.name for each in m.params.catalogue.business_types if each.role == "retired"]
    there = [name for name in retired if name in set(table.frame.get("business_type", ()))]
    changes = any(column.kind in ("change", "difference", "pull") for column in table.shown)
    return [f"{'、'.join(there)}：已不再使用的分类，增减出自分类的改变，不是来电多了少了"] if there and changes else []


def where_of(x: Exhibit, row: Mapping) -> dict[str, Any]:
    """The filter of a row's tickets; a total says its own."""
    if isinstance(own := row.get("where"), Mapping):
        return dict(own)
    return {**x.within, **{column: row[name] for name, column in x.keys.items()}}


def source_of(x: Exhibit, attribute: str, where: Mapping[str, Any], **counts: Any) -> Source | None:
    """``counted`` in the words of the exhibit's month."""
    return counted(attribute, setting(x.m), where, **counts)


def volume_source(x: Exhibit, column: Column, row: Mapping) -> Source | None:
    """Where a number of accepted tickets comes from, by keys and filter; None for what is no such number."""
    if not x.keys:
        return None
    where, types = where_of(x, row), {each.role: each.name for each in x.m.params.catalogue.business_types}
    if column.value in types:
        return source_of(x, "count", {**where, "business_type": types[column.value]}, tickets=row[column.value])
    if column.value not in _ATTRIBUTES:
        return None
    bases = {name: row.get(name) for name in ("of", "yoy_base", "mom_base")}
    return source_of(x, _ATTRIBUTES[column.value], where, tickets=row["tickets"], of_where=x.within or None, **bases)
