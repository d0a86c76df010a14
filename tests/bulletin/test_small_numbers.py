"""A unit's edition prints no small number, and none that would give one away: another number there, the same page."""

import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import MONTH, examples

from hotline_lib import bulletin, open_month
from hotline_lib.bulletin import _figures as figures
from hotline_lib.bulletin._peers import types_told
from hotline_lib.bulletin._small import rows_withheld
from hotline_lib.indicators import BY_KEY
from hotline_lib.present._cells import is_withheld

THREE = re.compile('<td class="num[^>]*>(<a [^>]*>)?3<')
COUNTS = st.lists(st.integers(0, 9), min_size=1, max_size=4)


def held(m, least=5):
    """The month of a province that prints no count under ``least`` to its units."""
    of = m.params.organisation.model_copy(update={"small_numbers": least})
    return replace(m, params=m.params.model_copy(update={"organisation": of}))


def edition(m, unit):
    """All that a unit's edition says, its hidden sources too."""
    types, indicators = bulletin.unit_types(m, unit), bulletin.unit_indicators(m, unit)
    parts = [types.lead, types.sentence, types.table, types.chart, indicators.sentence, indicators.table]
    parts += [bulletin.unit_issues(m, role, unit).table for role in ("complaint", "inquiry")]
    parts += [bulletin.unit_points(m, unit).sentence, bulletin.unit_points(m, unit).table]
    parts += [bulletin.unit_peers(m, unit).table, bulletin.unit_spot_checks(m, unit).table]
    parts += [
        bulletin.follow_up(m, unit).sentence,
        bulletin.follow_up(m, unit).table,
        bulletin.next_checks(m, unit).sentence,
    ]
    shown = [part._repr_html_() if hasattr(part, "_repr_html_") else f"{part!r}{part.alt}{part.note}" for part in parts]
    from hotline_lib import present

    return "\n".join([*shown, present.sources(m)._repr_html_()])


@pytest.fixture(scope="module")
def month(september):
    return open_month(MONTH, september)


@settings(max_examples=examples(300))
@given(counts=COUNTS, base=COUNTS, least=st.integers(2, 6))
def test_no_withheld_count_follows_from_what_is_printed(counts, base, least):
    """Whoever knows the sums, the other rows and which rows are withheld is left with two numbers or more for each."""
    columns = [counts, (base * 4)[: len(counts)]]
    gone = rows_withheld(columns, least)
    for column in columns:
        if gone is None:
            continue
        printed = [value for at, value in enumerate(column) if at not in gone]
        assert not any(0 < value < least for value in printed)
        floor = 0 if any(column[at] == 0 for at in gone) else 1
        here = list(gone)
        total = sum(column[at] for at in here)
        could = [each for each in product(range(floor, total + 1), repeat=len(here)) if sum(each) == total]
        for place in range(len(here)):
            if any(0 < column[at] < least for at in here):
                assert len({each[place] for each in could}) > 1, (column, here)


@pytest.mark.parametrize(
    ("counts", "gone"),
    [([580, 287, 3], {1, 2}), ([580, 287, 0], set()), ([9, 9, 9], set()), ([4], None), ([1, 1, 9], {0, 1, 2}), ([1, 1, 0], None),
     ([3, 4, 90], {0, 1}), ([2, 2, 90, 50], {0, 1, 3})],
)  # fmt: skip
def test_never_one_alone_and_never_fewer_than_the_threshold_together(counts, gone):
    assert rows_withheld([counts], 5) == gone


def test_it_is_off_by_default_and_said_on_the_page_when_on(month):
    assert month.params.organisation.small_numbers == 0
    assert "＊" not in edition(month, "盘锦") and "不列出" not in edition(month, "盘锦")
    page = edition(held(month), "盘锦")
    assert "少于5件的数不列出，印作＊" in page and not THREE.search(page) and "意见建议3件" not in page
    assert "已开展" in str(
        bulletin.unit_indicators(held(month), "盘锦").table.cells()[12]
    )  # said of the unit, no count
    assert "3/3" not in page and "有不列出的数，所以没有图。" in page


def test_another_split_of_what_is_withheld_prints_the_same_page(month):
    """盘锦: 3 suggestions and 287 complaints are withheld; 4 and 286 must not look different, nor 2 of 2 for 3 of 3."""
    before = edition(held(month), "盘锦")
    complaint, suggestion = (month.params.catalogue.name_of(role) for role in ("complaint", "suggestion"))
    counts = month.counts.copy()
    own = counts[(counts["unit"] == "盘锦") & (counts["business_type"] == complaint)]
    least = own.groupby("issue")["tickets"].sum().idxmin()
    moved = own.index[own["issue"] == least][0]
    counts.loc[moved, ["business_type", "role"]] = [suggestion, "suggestion"]
    rates = month.rates.copy()
    for unit, more in {"盘锦": -1, "大连": 1}.items():  # of all cities together, which is printed, there are as many
        of = (rates["unit"] == unit) & (rates["indicator"] == "other_on_time_rate")
        rates.loc[of, ["numerator", "denominator"]] += more
    other = replace(held(month), counts=counts, rates=rates)
    assert types_of(other) != types_of(month)
    assert edition(other, "盘锦") == before


def types_of(m):
    return dict(bulletin.unit_types(m, "盘锦").frame[["business_type", "tickets"]].to_numpy().tolist())


@pytest.mark.slow
@pytest.mark.parametrize("least", [5, 10, 50, 300])
def test_no_edition_prints_a_small_count(month, least):
    m = held(month, least)
    for unit in m.params.unit_names:
        told = types_told(m, unit)
        rows = [] if told is None else told["tickets"]
        assert all(is_withheld(tickets) or tickets == 0 or tickets >= least for tickets in rows)
        assert sum(map(is_withheld, rows)) != 1
        for role in ("complaint", "inquiry"):
            table = bulletin.unit_issues(m, role, unit).table
            if hasattr(table, "frame"):
                assert all(is_withheld(tickets) or tickets >= least for tickets in table.frame["tickets"])
        own = figures.indicators_by_unit(m).loc[unit]
        for row in bulletin.unit_indicators(m, unit).table.frame.to_dict("records"):
            of = own.loc[row["key"]]
            if of["kind"] == "rate" and BY_KEY[row["key"]].counted and 0 < of["denominator"] < least:
                assert is_withheld(row["own"])
        assert edition(m, unit).count("＊") >= sum(map(is_withheld, rows))


def test_a_unit_with_hardly_a_ticket_is_told_no_count_at_all(month):
    few = month.counts[(month.counts["unit"] != "盘锦") | (month.counts["role"] == "suggestion")]
    late = month.submissions[month.submissions["unit"] != "盘锦"]
    page = edition(replace(held(month), counts=few, submissions=late), "盘锦")
    assert "盘锦市受理的工单不足5件，或太少，各数不列出。" in page and "受理3件" not in page and not THREE.search(page)
