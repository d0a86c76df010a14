"""Months made of drawn frames: no ticket, no file but params/."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from support import MONTH, drawn

from hotline_lib.beside import named
from hotline_lib.month import Base, Month
from hotline_lib.params import load_params

COUNT_KEYS = ["business_type", "domain", "issue", "sub_issue", "unit"]


@pytest.fixture
def month_of(project):
    """A Month whose counts are drawn; rates, bases and spot checks may be given too."""

    def make(
        counts: str,
        *,
        rates: str = "unit | indicator | numerator | denominator",
        last_year: str | None = None,
        spot_checks: str | None = None,
    ) -> Month:
        params = load_params(MONTH, project.params)

        def frame_of(text: str) -> pd.DataFrame:
            frame = drawn(text).reindex(columns=[*COUNT_KEYS, "tickets"])
            return named(frame.assign(tickets=frame["tickets"].fillna(0).astype("int64")), params)

        submissions = pd.DataFrame({"unit": [], "business_type": [], "accepted_month": [], "tickets": []})
        calendar = pd.DataFrame({"date": [], "hour": [], "business_type": [], "unit": [], "tickets": []})
        handling = pd.DataFrame({"unit": [], "business_type": [], "minute": [], "tickets": [], "seconds": []})
        missed = pd.DataFrame({"unit": [], "ticket_id": [], "seconds": [], "due_seconds": []})
        m = Month(
            month=MONTH, params=params, paths=project, counts=frame_of(counts), calendar=calendar,
            rates=drawn(rates), handling=handling, submissions=submissions,
            last_year=Base("2023-09", "tickets" if last_year else None, frame_of(last_year) if last_year else None),
            previous=Base("2024-08", None), spot_checks=None if spot_checks is None else drawn(spot_checks),
            errata=None, inputs=(), odd=pd.DataFrame({"warning": [], "tickets": []}),
        )  # fmt: skip
        m.__dict__["missed"] = missed
        return m

    return make


@pytest.fixture
def project_of(twelve, tmp_path):
    """A project with the tickets of some of the twelve months and of 2023-09, and published tables of others."""

    def make(*months: str, published: tuple[str, ...] = ()):
        paths = replace(twelve, data=tmp_path / "data")
        paths.tickets(MONTH).parent.mkdir(parents=True)
        for month in months:
            paths.tickets(month).symlink_to(twelve.tickets(month))
        for month in published:
            shutil.copytree(twelve.published(MONTH), paths.published(month))
        return paths

    return make
