"""Leads: of units that have more than chance gives, the tickets with the pattern; of others none."""

import duckdb
import ibis
import numpy as np
import pandas as pd
import pytest

from hotline_lib.opening import open_month
from hotline_lib.tickets.leads import COLUMNS, LEADS, find_leads

DAYS, COMPLAINT = 30, "投诉举报"
START = pd.Timestamp("2024-09-01").timestamp()


def honest(number: int, unit: str, seed: int = 1) -> pd.DataFrame:
    """Complaints of which nothing is to be said: accepted at any time, closed after some hours, each of a sub-issue of its own."""
    r = np.random.default_rng(seed)
    accepted = np.sort(r.integers(0, (DAYS - 2) * 86_400, number))
    seconds = (86_400 * r.beta(2, 4, number)).astype(np.int64)
    return pd.DataFrame(
        {
            "ticket_id": [f"{unit}{at:05d}" for at in range(number)], "unit": unit, "business_type": COMPLAINT,
            "issue": "甲", "sub_issue": [f"子{at}" for at in range(number)], "accepted": accepted, "seconds": seconds,
            "due": accepted + 5 * 86_400, "after": r.integers(3_600, 36_000, number), "answered_instantly": False, "called_back": True,
            "rating": 5,
        }
    )  # fmt: skip


def found(*frames: pd.DataFrame) -> pd.DataFrame:
    """The leads of such complaints."""
    rows = pd.concat(frames, ignore_index=True)
    closed = rows["accepted"] + rows["seconds"]
    moments = {
        "accepted_at": rows["accepted"],
        "closed_at": closed,
        "due_at": rows["due"],
        "submitted_at": closed + rows["after"],
    }
    times = {name: pd.to_datetime(START + value, unit="s").astype("datetime64[us]") for name, value in moments.items()}
    table = rows.drop(columns=["accepted", "seconds", "due", "after"]).assign(**times)
    engine = duckdb.connect()
    engine.register("tickets", table)
    return find_leads(ibis.duckdb.from_connection(engine).table("tickets"), COMPLAINT, DAYS)


def some(rows: pd.DataFrame, every: int = 8) -> pd.Series:
    return pd.Series(np.arange(len(rows)) % every == 0, rows.index)


def too_fast(rows):
    return rows.assign(seconds=rows["seconds"].mask(some(rows), 31 + rows.index % 60))


def unasked(rows):
    return rows.assign(
        called_back=rows["called_back"].mask(some(rows, 16), None), after=rows["after"].mask(some(rows), 20)
    )


def again(rows):
    """In pairs: the second half an hour or more after the first was closed."""
    pairs = some(rows) | some(rows).shift(1, fill_value=False)
    first = some(rows).shift(1, fill_value=False)
    soon = (rows["accepted"] + rows["seconds"]).shift(1) + 5_000
    accepted = rows["accepted"].mask(first, soon).astype("int64")
    return rows.assign(accepted=accepted, due=accepted + 432_000, sub_issue=rows["sub_issue"].mask(pairs, "对" + (rows.index // 8).astype(str)))  # fmt: skip


def twins(rows):
    return rows.assign(seconds=rows["seconds"].mask(some(rows), 12_345))


def bursts(rows):
    """Five neighbours in forty are closed together."""
    last = rows["accepted"].groupby(rows.index // 5).transform("max")
    together = last + 1_000 + 7 * (rows.index % 5) - rows["accepted"]
    return rows.assign(seconds=rows["seconds"].mask(rows.index // 5 % 8 == 0, together))


def just_under(rows):
    return rows.assign(seconds=rows["seconds"].mask(some(rows), 86_400 - 60 - rows.index % 700))


def round_minutes(rows):
    closed = rows["accepted"] + rows["seconds"]
    rounded = (closed + 150) // 300 * 300 + rows.index % 60 - rows["accepted"]
    return rows.assign(seconds=rows["seconds"].mask(some(rows, 2), rounded))


PLANTED = {
    "办得太快": too_fast, "未回访即满意": unasked, "办结后再投诉": again, "用时雷同": twins, "成批办结": bursts, "卡着时限办结": just_under,
    "整五分钟办结": round_minutes,
}  # fmt: skip


def test_every_lead_is_tried_here():
    assert set(PLANTED) == set(LEADS.values())


def test_nothing_is_said_of_complaints_that_know_no_pattern():
    rows = found(honest(400, "甲市"), honest(150, "乙市", 2), honest(30, "丙市", 3))
    assert rows.empty and rows.columns.tolist() == COLUMNS


@pytest.fixture(scope="module")
def planted():
    """A unit for each pattern, and two that know none."""
    units = [pattern(honest(400, label, at)) for at, (label, pattern) in enumerate(PLANTED.items())]
    return found(*units, honest(400, "甲市", 11), honest(400, "乙市", 12))


def test_no_leads_have_the_kinds_of_leads(planted):
    assert found(honest(30, "甲市")).dtypes.equals(planted.dtypes)


@pytest.mark.parametrize("label", PLANTED)
def test_a_pattern_is_found_in_its_unit_and_where_there_is_none_nothing(planted, label):
    own = planted[(planted["lead"] == label) & (planted["unit"] == label)]
    assert own["rank"].is_monotonic_increasing and 0 < len(own) <= 20
    assert own["why"].str.len().gt(5).all() and own["ticket_id"].is_unique
    assert not planted["unit"].isin(["甲市", "乙市"]).any()
    assert planted.groupby("lead")["rank"].agg(list).map(lambda ranks: ranks == list(range(1, len(ranks) + 1))).all()


def test_the_most_striking_comes_first_and_says_why():
    rows = honest(400, "甲市")
    rows = rows.assign(seconds=rows["seconds"].mask(some(rows), 180 - rows.index // 8))
    first = found(rows, honest(400, "乙市", 2)).query("lead == '办得太快'").iloc[0]
    assert first["ticket_id"] == "甲市00392" and first["why"].startswith("办结用时2分钟")


def test_due_times_that_are_a_day_or_five_are_not_tested_twice():
    rows = just_under(honest(400, "甲市"))
    assert not found(rows.assign(due=rows["accepted"] + 86_400))["why"].str.contains("规定时限").any()
    own = rows.assign(due=rows["accepted"] + rows["seconds"].mask(some(rows), rows["seconds"] + 300))
    moved = own.assign(due=own["due"].where(some(own), own["accepted"] + 2 * 86_400), seconds=own["seconds"].mask(some(own), 40_000 + 9 * own.index))  # fmt: skip
    moved = moved.assign(due=moved["due"].mask(some(moved), moved["accepted"] + moved["seconds"] + 300))
    assert found(moved)["why"].str.contains("规定时限").any()


def test_times_kept_to_the_minute_are_no_bursts_and_no_twins():
    rows = honest(600, "甲市")
    rows = rows.assign(accepted=rows["accepted"] // 60 * 60, seconds=rows["seconds"] // 60 * 60)
    assert found(rows).empty


@pytest.mark.parametrize("which", ["all of a unit's", "some of a unit's", "lengths only"])
def test_one_unit_or_system_that_keeps_minutes_is_no_lead(which):
    rows = honest(600, "甲市")
    kept = some(rows, 1 if which != "some of a unit's" else 3)
    start = rows["accepted"] if which == "lengths only" else rows["accepted"] // 60 * 60
    rows = rows.assign(accepted=start.where(kept, rows["accepted"]), seconds=rows["seconds"].mask(kept, rows["seconds"] // 60 * 60))  # fmt: skip
    assert found(rows, honest(600, "乙市", 2), honest(600, "丙市", 3)).empty


def test_reported_before_closing_is_a_slip_of_the_clock_and_not_at_once():
    rows = honest(400, "甲市")
    assert found(rows.assign(after=rows["after"].mask(some(rows), -7_200))).empty


def test_answered_at_once_is_not_too_fast_and_open_ones_are_not_looked_at():
    rows = too_fast(honest(400, "甲市"))
    assert found(rows.assign(answered_instantly=some(rows))).empty
    assert found(rows.assign(business_type="信息咨询")).empty


def test_an_honest_month_is_kept_and_has_no_lead(september):
    m = open_month("2024-09", september)
    assert m.leads().empty and m.leads().columns.tolist() == COLUMNS
    assert m.leads() is not m.leads()  # a frame of one's own
