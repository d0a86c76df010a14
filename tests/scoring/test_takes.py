"""What it takes, against every subset of a few tickets; and September."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from unittest.mock import patch

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from support import examples

from hotline_lib.exact import half_up
from hotline_lib.params import Rule, Scheme
from hotline_lib.scoring import _takes, deductions, printed_score, takes

KEYS = ["complaint_on_time_rate", "complaint_24h_rate", "complaint_5d_rate", "classification_accuracy"]
SCHEME = Scheme(
    applies_from="2019-01",
    name="试",
    full_marks=100,
    rules=[
        Rule(indicator="complaint_mean_minutes", deduct={"below": {60: 0, 240: 1, 480: 2}, "otherwise": 3}, source="inferred"),
        Rule(indicator="complaint_on_time_rate", deduct={"per_point_short_of": 100, "points": "0.1"}, source="inferred"),
        Rule(indicator="complaint_24h_rate", deduct={"at_least": {100: 0, 80: 2}, "otherwise": 4}, source="inferred"),
        Rule(indicator="complaint_5d_rate", deduct={"at_least": {100: 0}, "otherwise": 2}, source="inferred"),
        Rule(indicator="classification_accuracy", deduct={"at_least": {90: 0, 70: 1}, "otherwise": 2}, source="inferred"),
        Rule(indicator="tickets_per_10k", deduct={"at_least": {9: 0}, "otherwise": 3}, source="inferred"),
    ],
)  # fmt: skip
DAY = 86400

complaints = st.tuples(
    st.sampled_from([600, 3600, 7000, 40000, DAY, DAY + 1, 3 * DAY, 6 * DAY]), st.sampled_from([DAY, 2 * DAY, 1200])
)
others = st.booleans()


def month(own: list[tuple[int, int, bool]], rest: list[bool]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The indicators of one unit 甲 and a better 乙, and 甲's tickets. own: (seconds, due, well classified) of complaints."""
    missed = [
        (f"甲{n}", seconds, due, seconds > due, seconds > DAY, seconds > 5 * DAY, not good)
        for n, (seconds, due, good) in enumerate(own)
    ]
    missed += [(f"乙{n}", None, None, False, False, False, not good) for n, good in enumerate(rest)]
    tickets = pd.DataFrame(missed, columns=["ticket_id", "seconds", "due_seconds", *KEYS]).assign(unit="甲")
    return indicators(tickets), tickets


def indicators(tickets: pd.DataFrame) -> pd.DataFrame:
    timed = tickets[tickets["seconds"].notna()]
    rows = [("甲", "tickets_per_10k", "per_10k", 1, 10000, Decimal("1.00"))]
    for key in KEYS:
        of = tickets if key == "classification_accuracy" else timed
        good = int((~of[key].astype(bool)).sum())
        rows.append(("甲", key, "rate", good, len(of), half_up(100 * good, len(of)) if len(of) else Decimal("100.00")))
    seconds = int(timed["seconds"].sum())
    mean = half_up(seconds, 60 * len(timed)) if len(timed) else None
    rows.append(("甲", "complaint_mean_minutes", "minutes", seconds, len(timed), mean))
    rows.append(("乙", "complaint_mean_minutes", "minutes", 1, 1, Decimal("1.00")))
    return pd.DataFrame(rows, columns=["unit", "indicator", "kind", "numerator", "denominator", "value"])


def score(tickets: pd.DataFrame) -> Decimal:
    lost = deductions(indicators(tickets), SCHEME)
    return printed_score(sum(lost.loc[lost["unit"] == "甲", "points"], Decimal(0)), SCHEME)


def otherwise(tickets: pd.DataFrame, chosen: tuple[int, ...]) -> pd.DataFrame:
    """Those tickets handled as the unit usually handles one."""
    changed = tickets.copy()
    seconds = tickets["seconds"].dropna().astype(int)
    usual = min(seconds.median(), DAY) if len(seconds) else 0
    for at in chosen:
        changed.loc[at, KEYS] = False
        if not pd.isna(tickets.loc[at, "seconds"]):
            saved = max(int(tickets.loc[at, "seconds"] - min(usual, tickets.loc[at, "due_seconds"])), 0)
            changed.loc[at, "seconds"] = tickets.loc[at, "seconds"] - saved
    return changed


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(complaints, others), min_size=1, max_size=6), st.lists(others, max_size=3))
def test_no_fewer_tickets_win_a_point_and_these_do(own, rest):
    values, tickets = month([(*each, good) for each, good in own], rest)
    now = score(tickets)
    targets = {"point": min(now + 1, Decimal(100)), "place": Decimal("97.00")}  # 乙 loses 3 for its calls, nothing else
    values.loc[len(values)] = ["乙", "tickets_per_10k", "per_10k", 1, 10000, Decimal("1.00")]
    found = takes(values, tickets, SCHEME, ["甲", "乙"])
    for name, target in targets.items():
        rows = found[found["target"] == name].set_index("way")
        if target <= now:
            assert rows.empty
            continue
        sizes = (
            size
            for size in range(1, len(tickets) + 1)
            if any(score(otherwise(tickets, chosen)) >= target for chosen in combinations(tickets.index, size))
        )
        fewest = next(sizes, None)
        limit = 0.25 * len(tickets)
        if fewest is None or fewest > limit:
            assert rows.empty or (rows["tickets"] <= 0.25 * rows["of"]).all()
        if rows.empty:
            continue
        best = rows.sort_values("tickets").iloc[0]
        assert best["tickets"] >= fewest
        chosen = tuple(tickets.index[tickets["ticket_id"].isin(best["ids"])])
        assert score(otherwise(tickets, chosen)) == best["score"] >= target
        assert best["tickets"] == fewest


@settings(max_examples=examples(20))
@given(st.lists(st.tuples(complaints, others), min_size=1, max_size=12), st.lists(others, max_size=6))
def test_what_plainly_takes_too_many_is_left_out_without_a_program_and_nothing_else(own, rest):
    values, tickets = month([(*each, good) for each, good in own], rest)
    found = takes(values, tickets, SCHEME, ["甲", "乙"])
    with patch.object(_takes, "_gained_at_most", lambda *_: Decimal(100)):
        pd.testing.assert_frame_equal(found, takes(values, tickets, SCHEME, ["甲", "乙"]))


def test_no_program_is_solved_for_what_plainly_takes_too_many():
    slow = [(3 * DAY + at % 2 * 3 * DAY, 9 * DAY, True) for at in range(40)]  # half of them too late for both rules
    values, tickets = month(slow, [])
    with patch("scipy.optimize.milp", side_effect=AssertionError):
        assert takes(values, tickets, SCHEME, ["甲"]).empty


def test_september(september):
    """One ticket of 营口 that comes in five days is on time too; 朝阳 lacks one; more calls are never advised."""
    from hotline_lib import metrics, open_month

    m = open_month("2024-09", september)
    values = metrics.indicator_values(m.rates, metrics.unit_volumes(m.counts, m.units), m.units, m.params.month)
    found = takes(values, m.missed, m.params.scheme, list(m.units["unit"])).set_index(["unit", "target", "way"])
    assert found.loc[("朝阳", "point", "single"), ["tickets", "score"]].tolist() == [1, Decimal("97.00")]
    point = found.loc[("营口", "point", "single")]
    assert (point["tickets"], point["gained"]) == (1, Decimal("2.460"))
    assert point["indicators"] == ("complaint_on_time_rate", "complaint_5d_rate")
    three = found.loc[("营口", "place", "single")]
    assert (three["tickets"], three["score"], three["far"]) == (3, Decimal("96.92"), "near")
    assert set(three["ids"]) == set(m.behind("营口", "complaint_24h_rate")["ticket_id"])
    assert not any("tickets_per_10k" in each for each in found["indicators"])
    assert "盘锦" not in found.index  # 234 minutes to under 60: more than a quarter of its complaints
