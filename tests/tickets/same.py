"""What must be the same on every engine: frames, messages, data quality, single tickets; and printed tables."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from hotline_lib import bulletin
from hotline_lib.coverage import coverage
from hotline_lib.indicators import FROM_TICKETS
from hotline_lib.opening import open_month
from hotline_lib.params import load_params
from hotline_lib.paths import Paths
from hotline_lib.present._sentences import Sentence
from hotline_lib.tickets import leads
from hotline_lib.tickets.quality import data_quality
from hotline_lib.tickets.read import fetch, read_month
from hotline_lib.tickets.scan import accepted, submitted
from hotline_lib.tickets.single import chosen_tickets, missed_tickets, tickets_behind

NOW = dt.datetime(2024, 10, 8, 9)
BASES = ("2024-08",)


def all_of(month: str, paths: Paths) -> dict[str, pd.DataFrame]:
    """By name everything that the room of tickets answers about a month and its base months."""
    params = load_params(month, paths.params)
    found = dict(accepted(month, params, paths)[0]) | submitted(month, params, paths)[0]
    for base in BASES:
        found |= {f"{name} {base}": frame for name, frame in accepted(base, params, paths)[0].items()}
    found["missed"] = missed_tickets(month, params, paths)
    found["quality"] = data_quality(read_month(month, params, paths), params, NOW)
    for of in FROM_TICKETS:
        unit = params.unit_names[0]
        found[f"behind {of.key}"] = tickets_behind(month, unit, of, ["ticket_id", "closed_at"], params, paths)
    closed = leads.closed_complaints(read_month(month, params, paths), params.catalogue.name_of("complaint"))
    for look, label in leads.LEADS.items():
        asked = look(closed, 30)
        for name, query in (("of", asked.of), ("listed", asked.listed.select("unit", "ticket_id"))):
            rows = fetch(query)
            found[f"{label} {name}"] = rows.sort_values(list(rows.columns), ignore_index=True)
    where = {"unit": [params.unit_names[1]], "sub_issue": [None]}
    found["chosen"] = chosen_tickets(month, where, ["ticket_id", "accepted_at", "rating", "called_back"], params, paths)
    found["coverage"] = pd.DataFrame({"words": coverage(month, params, paths).sentences})
    return found


def pages_of(month: str, paths: Paths) -> tuple[dict[str, str], list[str]]:
    """The printed tables of a month as CSV by name, and its sentences."""
    m = open_month(month, paths)
    parts = [part for section in bulletin.outline(m) for part in section.parts]
    return {name: table.csv() for name, table in bulletin.files(m, 5).items()}, [
        str(part) for part in parts if isinstance(part, Sentence)
    ]


def assert_same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    """Columns, order, values and kinds. Of what was kept as Parquet the kinds are the file's; single times may differ in unit."""
    assert list(one) == list(other)
    for name in one:
        pd.testing.assert_frame_equal(
            _plain(one[name]), _plain(other[name]), check_dtype=name not in ("chosen",), obj=name
        )


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(dict.fromkeys(frame.select_dtypes("datetime"), "datetime64[us]"))
