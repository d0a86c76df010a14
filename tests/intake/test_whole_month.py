"""A month that comes as messy workbooks of 15 units, in two overlapping instalments, gives what the clean one gives.

Every 24th ticket of the simulated months, so that writing the workbooks takes seconds; HOTLINE_EVERY=1 takes them all.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from exports import LABELS, messy, write_xlsx
from support import ROOT

from hotline_lib import open_month
from hotline_lib.intake import intake
from hotline_lib.params import load_params

MONTH, BEFORE, LAST_YEAR = "2024-09", "2024-08", "2023-09"
EVERY = int(os.environ.get("HOTLINE_EVERY", "24"))
OUTCOME = ["closed_at", "submitted_at", "called_back", "rating", "bad_rating_fixed", "resolved_first_time"]


@pytest.fixture(scope="module")
def sampled(september) -> dict[str, pd.DataFrame]:
    months = {month: pd.read_parquet(september.tickets(month)) for month in (LAST_YEAR, BEFORE, MONTH)}
    return {month: tickets.iloc[::EVERY].reset_index(drop=True) for month, tickets in months.items()}


def project(september, folder):
    for name in ("published", "spot_checks"):
        shutil.copytree(september.data / name, folder / "data" / name)
    return replace(september, data=folder / "data", output=folder / "output")


@pytest.fixture(scope="module")
def clean(september, sampled, tmp_path_factory):
    paths = project(september, tmp_path_factory.mktemp("clean"))
    for month, tickets in sampled.items():
        paths.tickets(month).parent.mkdir(exist_ok=True)
        tickets.to_parquet(paths.tickets(month), index=False)
    return paths


def as_of(tickets: pd.DataFrame, day: str) -> pd.DataFrame:
    """What an export of that day held: tickets accepted by then, and nothing of what happened later."""
    seen = tickets[tickets["accepted_at"] < day].copy()
    seen.loc[seen["closed_at"] >= day, OUTCOME] = None
    seen.loc[seen["submitted_at"] >= day, "submitted_at"] = pd.NaT
    return seen


@pytest.fixture(scope="module")
def taken(september, sampled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("杂乱的 导出")
    paths = project(september, folder)
    units = load_params(MONTH, paths.params).unit_names
    for month in (LAST_YEAR, BEFORE):
        file = folder / f"{month}.csv"
        sampled[month].rename(columns=LABELS).to_csv(file, index=False, encoding="gb18030")
        intake([file], month, paths)

    first = as_of(sampled[MONTH], "2024-09-21")
    known = first.set_index("ticket_id")["submitted_at"]
    second = sampled[MONTH]  # from the tenth on, and what was still under way on the twentieth
    under_way = known.reindex(second["ticket_id"]).isna().to_numpy()
    second = second[(second["accepted_at"] >= "2024-09-10") | under_way]
    for name, instalment in (("上半月", first), ("全月", second)):
        files = []
        for style, unit in enumerate(units):
            cells = messy(instalment[instalment["unit"] == unit], style)
            half = len(cells) - (len(cells) // 3 if style % 4 == 1 else 0)
            head = next(i for i, row in enumerate(cells) if len(row) > 2)
            sheets = [cells[:half], [cells[head], *cells[half:]]] if half < len(cells) else [cells]
            files.append(write_xlsx(folder / f"{unit} {name}.xlsx", [["填表说明"]], *sheets))
        told = hotline(paths, "intake", *map(str, files), "--month", MONTH)
        new, updated, unchanged, refused = (
            int(re.search(rf"{word} ([\d,]+)", told)[1].replace(",", "")) for word in ("新增", "更新", "未变", "拒收")
        )
        assert refused == 0 and new + updated + unchanged == len(instalment)
    assert updated > 50 and unchanged > 500
    return paths


def hotline(paths, *arguments: str) -> str:
    given = {**os.environ, **paths.environment(), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-m", "hotline_lib", *arguments], capture_output=True, cwd=ROOT, env=given)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_the_tickets_are_the_same(clean, taken):
    for month in (LAST_YEAR, BEFORE, MONTH):
        ours, theirs = (pd.read_parquet(paths.tickets(month)) for paths in (taken, clean))
        theirs = theirs.sort_values(["accepted_at", "ticket_id"], ignore_index=True)
        pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


def test_every_frame_is_the_same(clean, taken):
    ours, theirs = open_month(MONTH, taken), open_month(MONTH, clean)
    for name in ("counts", "calendar", "rates", "handling", "submissions"):
        pd.testing.assert_frame_equal(getattr(ours, name), getattr(theirs, name))


@pytest.mark.slow
def test_a_run_gives_the_same_tables(clean, taken):
    folders: list[Path] = []
    for paths in (taken, clean):
        hotline(paths, "run", MONTH, "--only", "05_spot_checks")
        folders.append(paths.report_folder(MONTH) / "tables")
    ours, theirs = (
        {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.csv")} for folder in folders
    )
    assert len(ours) > 5 and ours == theirs
