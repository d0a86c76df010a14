"""Whatever a figure depends on is in the key of what is kept of it: nothing that changes is answered from before."""

import os
from contextlib import suppress
from dataclasses import replace

import duckdb
import pandas as pd
import pytest
from pydantic import BaseModel
from support import examples
from test_tickets import MONTH, ROW, tickets, write

from hotline_lib.errors import HotlineError, TicketsError
from hotline_lib.params import Params, load_params
from hotline_lib.tickets import scan, source_parquet, table_digest
from hotline_lib.tickets.read import find_input
from hotline_lib.tickets.rules import in_words
from hotline_lib.tickets.scan import accepted, submitted


@pytest.fixture
def own(project, tmp_path):
    paths = replace(project, data=tmp_path / "data", output=tmp_path / "output")
    write(
        paths,
        tickets({}, {"unit": "大连"}, {"closed_at": "2024-09-14 10:00:00", "submitted_at": "2024-09-18 09:00:00"}),
    )
    write(paths, tickets({"accepted_at": "2024-08-31 08:00:00", "ticket_id": "JT2101002024083100000001"}), "2024-08")
    return paths


def variants(value: object, path: str = ""):
    """Everything that can be changed in a model, one thing at a time: the changed model, by what was changed.

    Of many alike the first and the last.
    """
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in type(value).model_fields}  # without what it has worked out
        for name, inner in fields.items():
            for at, new in variants(inner, f"{path}.{name}"):
                with suppress(ValueError):  # what no file can say
                    yield at, type(value).model_construct(set(value.model_fields_set), **{**fields, name: new})
    elif isinstance(value, tuple) and value:
        yield f"{path}[-1] left out", value[:-1]
        for place in sorted({0, len(value) - 1}):
            for at, new in variants(value[place], f"{path}[{place}]"):
                yield at, (*value[:place], new, *value[place + 1 :])
    elif isinstance(value, dict) and value:
        first = next(iter(value))
        yield f"{path}[{first}] left out", {key: inner for key, inner in value.items() if key != first}
        yield from ((at, {**value, first: new}) for at, new in variants(value[first], f"{path}[{first}]"))
    elif isinstance(value, bool):
        yield path, not value
    elif isinstance(value, str):
        yield path, value + "甲"
    elif value is not None and not isinstance(value, tuple | dict | os.PathLike):
        yield path, type(value)(*value.timetuple()[:2], 1) if hasattr(value, "timetuple") else value + 1


class Kept(Exception):
    pass


def scanned(params: Params, paths, monkeypatch, unless: list[str] | None = None) -> tuple[list[str], list]:
    """Keys and frames of the month. unless: raises Kept as soon as a key is another than these."""
    keys, frames = [], []

    def kept(what, month, key, scan, paths):
        keys.append(key)
        if unless and key != unless[len(keys) - 1]:
            raise Kept
        frames.append({name: frame.to_csv() for name, frame in scan().items()})
        return frames[-1]

    monkeypatch.setattr(scan, "kept", kept)
    accepted(MONTH, params, paths)
    submitted(MONTH, params, paths)
    return keys, frames


def test_every_field_of_the_parameters_is_in_the_key_or_changes_nothing(own, monkeypatch):
    params = load_params(MONTH, own.params)
    keys, frames = scanned(params, own, monkeypatch)
    assert len(keys) == 3, "the month, the month before it, what was submitted"
    found = dict(variants(params))
    assert len(found) > 120
    must = (
        ".units[0].code", ".units[-1] left out", ".units[0].population", ".units[0].name",
        ".catalogue.domains[0].name", ".catalogue.business_types[0].role", ".month.reach_back_months", ".month.source.simulated",
        ".columns[0].label",
    )  # fmt: skip
    anew, step = set(), 1 if examples(120) == 120 else 8  # all of them in make test-all
    for path, other in [each for n, each in enumerate(found.items()) if each[0] in must or n % step == 0]:
        try:
            assert scanned(other, own, monkeypatch, unless=keys)[1] == frames, path
        except Kept:
            anew.add(path)
    for path in must:
        assert path in anew, path
    assert any(path.startswith(".calendar") for path in anew)
    assert ".scheme.full_marks" in found and ".scheme.full_marks" not in anew


def test_a_units_code_changes_what_is_said_of_its_tickets(own):
    params = load_params(MONTH, own.params)
    said = lambda params: in_words(accepted(MONTH, params, own)[0]["warnings"], None)
    assert "工单编号的区划代码与分平台不符：1件" in said(params)
    units = tuple(unit.model_copy(update={"code": "990100"}) if unit.name == "沈阳" else unit for unit in params.units)
    assert "工单编号的区划代码与分平台不符：3件" in said(params.model_copy(update={"units": units}))


def test_the_same_bytes_under_another_month_are_another_month(own):
    params = load_params(MONTH, own.params)
    accepted(MONTH, params, own)
    own.tickets("2024-08").write_bytes(own.tickets(MONTH).read_bytes())
    with pytest.raises(TicketsError, match="不在 2024-08 之内"):
        accepted("2024-08", params, own)


def test_an_earlier_month_that_must_be_refused_is_although_the_figures_are_kept(own, own_params, monkeypatch):
    paths = replace(own, params=own_params.params)
    params = load_params(MONTH, paths.params)
    submitted(MONTH, params, paths)
    renamed = params.catalogue.model_copy(update={"domains": params.catalogue.domains[:1]})
    before = params.model_copy(update={"catalogue": renamed})
    monkeypatch.setattr(scan, "load_params", lambda *_, **__: before)
    with pytest.raises(HotlineError, match="业务领域"):
        submitted(MONTH, params, paths)


@pytest.fixture
def database(own, tmp_path):
    """A database with three tickets, and parameters that read it."""
    file = tmp_path / "hotline.ddb"

    def change(*statements: str, at=file) -> str:
        with duckdb.connect(str(at)) as connection:
            for statement in statements:
                connection.execute(statement)
        return digest(at)

    def digest(at=file, table: str = "t") -> str:
        params = load_params(MONTH, own.params)
        source = type(params.month.source)(kind="duckdb", path=str(at), table=table)
        params = params.model_copy(update={"month": params.month.model_copy(update={"source": source})})
        table_digest.forget()
        found = find_input(MONTH, params, own).sha256
        source_parquet.forget()
        return found

    rows = tickets(
        {"rating": 5}, {"rating": 4, "accepted_at": "2024-09-02 08:00:01"}, {"closed_at": None, "submitted_at": None}
    )
    rows.to_parquet(tmp_path / "rows.parquet")
    change.load = f"CREATE OR REPLACE TABLE t AS FROM read_parquet('{tmp_path / 'rows.parquet'}')"
    change.digest, change.file = digest, file
    return change


WHERE = "WHERE ticket_id LIKE '%1'"
CHANGES = {
    **{
        name: f"UPDATE t SET {name} = NULL {WHERE}"
        for name in ("rating", "issue", "sub_issue", "transferred_at", "called_back")
    },
    "a rating": f"UPDATE t SET rating = 1 {WHERE}",
    "two ratings that change places": "UPDATE t SET rating = 9 - rating WHERE rating IN (4, 5) AND submitted_at IS NOT NULL",
    "a second": f"UPDATE t SET closed_at = closed_at + INTERVAL 1 SECOND {WHERE}",
    "a flag": f"UPDATE t SET classified_correctly = NOT classified_correctly {WHERE}",
    "a unit": f"UPDATE t SET unit = '大连' {WHERE}",
    "a division code": f"UPDATE t SET ticket_id = replace(ticket_id, 'JT2101', 'JT2102') {WHERE}",
    "a review": f"UPDATE t SET failed_reviews = 2 {WHERE}",
    "a ticket more": "INSERT INTO t SELECT * REPLACE ('JT2101002024090100009999' AS ticket_id) FROM t LIMIT 1",
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_database_changed_in_place_is_noticed(database, what):
    first = database(database.load)
    assert database(database.load) == first, "the same tickets are the same"
    assert database(CHANGES[what]) != first


def test_every_column_of_a_database_is_in_its_digest(database):
    first = database(database.load)
    for column, value in ROW.items():
        if column == "ticket_id":
            continue
        new = f"NOT {column}" if isinstance(value, bool) else f"{column} + 1" if isinstance(value, int) else None
        new = new or (
            f"{column} + INTERVAL 1 MINUTE" if column.endswith("_at") else f"coalesce({column}::VARCHAR, '') || '甲'"
        )
        new = "true" if column == "bad_rating_fixed" else new
        assert database(database.load, f"UPDATE t SET {column} = {new} {WHERE}") != first, column


def test_the_same_table_at_another_address_is_another_source(database, tmp_path):
    first = database(database.load)
    assert database(database.load, at=tmp_path / "other.ddb") != first
    database("CREATE TABLE other AS FROM t")
    assert database.digest(table="other") != first


def test_more_tickets_than_a_number_can_hold_are_still_told_apart(own, database):
    far = "CREATE OR REPLACE TABLE t AS SELECT * REPLACE (TIMESTAMP '9999-12-31' AS due_at) FROM t, range(200000)"
    first = database(database.load, far)
    assert first != database("UPDATE t SET due_at = TIMESTAMP '9999-12-30'")


def test_frames_that_are_kept_are_those_of_the_scan(own):
    params = load_params(MONTH, own.params)
    for made in (accepted, submitted):
        scan, kept = made(MONTH, params, own)[0], made(MONTH, params, own)[0]
        for name, frame in scan.items():
            pd.testing.assert_frame_equal(frame, kept[name])
