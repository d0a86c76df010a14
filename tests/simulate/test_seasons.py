"""A run of months: the published ones stay exact, the others are valid months with plausible seasons."""

import calendar
import shutil
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import MONTH

from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import file_sha256
from hotline_lib.params import load_params, month_span
from hotline_lib.simulate.seasons import simulate_run
from hotline_lib.tickets.files import marks
from hotline_lib.tickets.scan import accepted, submitted

MONTHS = month_span("2023-10..2024-09")
INVENTED = MONTHS[:-2]


@pytest.fixture
def own(twelve, tmp_path):
    """The twelve months in a folder that a test may change."""
    shutil.copytree(twelve.data, tmp_path / "data")
    return replace(twelve, data=tmp_path / "data", output=tmp_path / "output")


def frames(month: str, paths):
    return accepted(month, load_params(month, paths.params, need_month_file=False), paths)


def a_day(month: str, paths, kind: str) -> float:
    counts = frames(month, paths)[0]["counts"]
    of_kind = counts[(counts["unit"] == "省交投") == (kind == "group")]
    return of_kind["tickets"].sum() / calendar.monthrange(*map(int, month.split("-")))[1]


def sums(paths) -> dict:
    return {month: file_sha256(paths.tickets(month), paths.cache) for month in (*MONTHS, "2023-09")}


def test_published_months_are_the_same_bytes_inside_a_run(twelve, september):
    for month in ("2023-09", "2024-08", MONTH):
        assert twelve.tickets(month).read_bytes() == september.tickets(month).read_bytes()


def test_the_annex_of_the_published_month_stays_the_same(twelve, september):
    params = load_params(MONTH, twelve.params)
    alone, inside = (submitted(MONTH, params, paths)[0] for paths in (september, twelve))
    for name in alone:
        pd.testing.assert_frame_equal(alone[name], inside[name])


@pytest.mark.parametrize("month", INVENTED)
def test_every_month_is_valid_and_says_that_it_is_simulated(twelve, month):
    found, source = frames(month, twelve)
    assert source.simulated and not source.partial
    assert found["warnings"]["warning"].tolist() == []
    dates = found["calendar"]["date"]
    assert dates.min() == pd.Timestamp(f"{month}-01") and dates.nunique() == calendar.monthrange(
        *map(int, month.split("-"))
    )[1]  # fmt: skip


def test_numbers_have_their_day_and_reporting_its_rounds(twelve):
    tickets = pd.read_parquet(twelve.tickets("2024-02"))
    assert (tickets["ticket_id"].str[8:16] == tickets["accepted_at"].dt.strftime("%Y%m%d")).all()
    assert tickets["ticket_id"].is_unique and tickets["accepted_at"].is_monotonic_increasing
    new_year = pd.date_range("2024-02-10", "2024-02-17")
    assert not tickets["submitted_at"].dt.normalize().isin(new_year).any()
    assert (tickets["submitted_at"].dropna() >= tickets["closed_at"][tickets["submitted_at"].notna()]).all()


def test_long_holidays_are_busy_on_the_expressway_and_quiet_in_town(twelve):
    for month, days in (("2023-10", ("2023-10-01", "2023-10-06")), ("2024-02", ("2024-02-10", "2024-02-17"))):
        counts = frames(month, twelve)[0]["calendar"]
        group = counts["unit"] == "省交投"
        inside = counts["date"].between(*days)
        mean = {
            (g, i): counts[(group == g) & (inside == i)].groupby("date")["tickets"].sum().mean()
            for g in (True, False) for i in (True, False)
        }  # fmt: skip
        assert mean[True, True] > 1.5 * mean[True, False]
        assert mean[False, True] < 0.9 * mean[False, False]


def test_months_fit_their_neighbours(twelve):
    for kind in ("group", "city"):
        days = [a_day(month, twelve, kind) for month in ("2023-09", *MONTHS)]
        ratios = [later / earlier for earlier, later in pairwise(days)]
        assert min(ratios) > 0.6 and max(ratios) < 1.6


@pytest.mark.slow
def test_a_month_is_the_same_whatever_the_run_and_another_seed_is_another(twelve, own):
    before = sums(twelve)
    own.tickets("2024-03").unlink()
    assert simulate_run(month_span("2024-03..2024-04"), own) == [own.tickets("2024-03"), own.tickets("2024-04")]
    assert sums(own) == before
    simulate_run(["2024-03"], own, seed=7)
    assert file_sha256(own.tickets("2024-03"), own.cache) != before["2024-03"]
    assert marks(own.tickets("2024-03")).seed == 7


def test_only_what_is_missing_is_made(own):
    own.tickets("2024-05").unlink()
    before = {month: own.tickets(month).stat().st_mtime_ns for month in MONTHS if month != "2024-05"}
    simulate_run(MONTHS, own, if_missing=True)
    assert own.tickets("2024-05").exists()
    assert before == {month: own.tickets(month).stat().st_mtime_ns for month in before}


def test_a_real_month_is_never_written_over_and_nothing_else_is_written(own):
    real = own.tickets("2024-01")
    pq.write_table(pa.table({"a": [1]}), real)
    own.tickets("2023-12").unlink()
    with pytest.raises(
        HotlineError, match=r"有真实工单（2024-01）.*2023-10\.\.2024-09 --data 试用，再 hotline run 2024-09 "
    ):
        simulate_run(MONTHS, own)
    assert pq.read_table(real).num_rows == 1 and not own.tickets("2023-12").exists()


def test_without_a_published_month_it_says_so(own):
    shutil.rmtree(own.data / "published")
    with pytest.raises(HotlineError, match="没有已公布的月报"):
        simulate_run(MONTHS, own)
