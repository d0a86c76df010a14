"""Months made of drawn frames: no ticket, no file but params/."""

from __future__ import annotations

import pandas as pd
import pytest
from support import MONTH, drawn

from hotline_lib.month import Base, Month, _named
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

        def named(text: str) -> pd.DataFrame:
            frame = drawn(text).reindex(columns=[*COUNT_KEYS, "tickets"])
            return _named(frame.assign(tickets=frame["tickets"].fillna(0).astype("int64")), params)

        submissions = pd.DataFrame({"unit": [], "business_type": [], "accepted_month": [], "tickets": []})
        calendar = pd.DataFrame({"date": [], "hour": [], "business_type": [], "unit": [], "tickets": []})
        handling = pd.DataFrame({"unit": [], "business_type": [], "minute": [], "tickets": [], "seconds": []})
        missed = pd.DataFrame({"unit": [], "ticket_id": [], "seconds": [], "due_seconds": []})
        m = Month(
            month=MONTH, params=params, paths=project, counts=named(counts), calendar=calendar,
            rates=drawn(rates), handling=handling, submissions=submissions,
            last_year=Base("2023-09", "tickets" if last_year else None, named(last_year) if last_year else None),
            previous=Base("2024-08", None), spot_checks=None if spot_checks is None else drawn(spot_checks),
            errata=None, inputs=(), warnings=(),
        )  # fmt: skip
        m.__dict__["missed"] = missed
        return m

    return make
