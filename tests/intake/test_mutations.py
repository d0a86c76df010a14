"""However an export is spoilt: never a trace, rows always add up, and what is taken passes the schema."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
from exports import LABELS, rows, table, write_csv, write_xlsx
from hypothesis import given, settings
from hypothesis import strategies as st
from support import examples

from hotline_lib.intake import IntakeError, intake
from hotline_lib.params import load_params
from hotline_lib.tickets.scan import accepted
from hotline_lib.tickets.schema import SCHEMA

BASE = table(
    rows({}, {"unit": "大连"}, {"accepted_at": "2024-08-31 09:00:00"}, {"closed_at": "", "submitted_at": ""}, {}, {})
)
CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "'", '"', "\\", "\n", "\0", "=1+1", "是", "大连", "2024-09-01", "45537.5", "1e400", "-1", "9" * 40, "NaN",
         "JT210100202409010000000１", "合计", "工单编号", "{value}", "{0}", "[red]", "%s", "'); DROP TABLE raw; --", "𠮷", "１２"]
    ),
    st.text(max_size=8).map(lambda text: text.encode("utf-8", "ignore").decode()),
)  # fmt: skip
PLACE = st.tuples(st.integers(0, len(BASE) - 1), st.integers(0, len(LABELS) - 1))
MUTATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("corrupt"), PLACE, CELLS),
        st.tuples(st.just("swap"), PLACE, PLACE),
        st.tuples(st.just("duplicate"), PLACE, st.none()),
        st.tuples(st.just("delete row"), PLACE, st.none()),
        st.tuples(st.just("cut row"), PLACE, st.none()),
        st.tuples(st.just("insert cell"), PLACE, CELLS),
        st.tuples(st.just("swap columns"), PLACE, PLACE),
        st.tuples(st.just("swap row"), PLACE, PLACE),
    ),
    max_size=6,
)
FORMATS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "xlsx"])


def spoilt(mutations: list) -> list[list[str]]:
    cells = [[*row] for row in BASE]
    for kind, (r, c), other in mutations:
        r = r % len(cells)
        c = c % max(len(cells[r]), 1)
        if kind == "duplicate":
            cells.insert(r, [*cells[r]])
        elif kind == "delete row" and len(cells) > 2:
            del cells[r]
        elif kind == "cut row":
            del cells[r][c:]
        elif not cells[r]:
            continue
        elif kind == "corrupt":
            cells[r][c] = other
        elif kind == "insert cell":
            cells[r].insert(c, other)
        elif kind == "swap row":
            s = other[0] % len(cells)
            cells[r], cells[s] = cells[s], cells[r]
        elif kind == "swap columns" and all(len(row) > max(c, other[1]) for row in cells):
            for row in cells:
                row[c], row[other[1]] = row[other[1]], row[c]
        elif kind == "swap":
            s = other[0] % len(cells)
            if len(cells[s]) > other[1]:
                cells[r][c], cells[s][other[1]] = cells[s][other[1]], cells[r][c]
    return cells


def written(folder: Path, cells: list[list[str]], form: str) -> Path:
    if form == "xlsx":
        return write_xlsx(folder / "a.xlsx", [[cell.replace("\0", "") for cell in row] for row in cells])
    return write_csv(folder / "a.csv", cells, encoding=form)


@settings(max_examples=examples(25))
@given(mutations=MUTATIONS, form=FORMATS)
def test_whatever_is_done_to_an_export(project, mutations, form):
    folder = Path(tempfile.mkdtemp())
    try:
        paths = replace(project, data=folder / "data", output=folder / "output")
        cells = spoilt(mutations)
        file = written(folder, cells, form)
        try:
            done = intake([file], "2024-09", paths, accept_good=True)
        except IntakeError:
            assert not list((paths.data / "tickets").glob("*.parquet"))
            return
        everything = done.count("new", "updated", "unchanged", "refused", "title", "total", "blank", "header")
        assert everything == sum(done.rows[file.name].values())
        assert everything <= len(cells)
        stored = sum(each.tickets for each in done.stored)
        assert stored == done.count("new")
        params = load_params("2024-09", paths.params)
        for each in done.stored:
            tickets = pd.read_parquet(paths.tickets(each.month))
            assert list(tickets.columns) == list(SCHEMA)
            assert len(tickets) == each.tickets == accepted(each.month, params, paths)[0]["counts"]["tickets"].sum()
        again = intake([file], "2024-09", paths, accept_good=True)
        assert again.count("new", "updated") == 0 or done.count("updated") > 0
    finally:
        shutil.rmtree(folder)


@settings(max_examples=examples(25))
@given(changes=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(list(LABELS)), CELLS), max_size=8), form=FORMATS)
def test_rows_in_are_rows_accounted_for(project, changes, form):
    """Below an intact header every row is counted once, and only whole rows are taken without asking."""
    folder = Path(tempfile.mkdtemp())
    try:
        paths = replace(project, data=folder / "data", output=folder / "output")
        cells = [[*row] for row in BASE]
        for row, column, cell in changes:
            # a zero byte makes the whole file no table: refused as a file, which another property holds it to
            cells[1 + row][list(LABELS).index(column)] = cell.replace("\0", "")
        file = written(folder, cells, form)
        done = intake([file], "2024-09", paths, accept_good=True)
        assert sum(done.rows.get(file.name, {}).values()) == len(BASE)
        assert sum(each.tickets for each in done.stored) == done.count("new")
        refused = done.folder / "refused.csv"
        assert refused.exists() == (done.count("refused") > 0)
        if refused.exists():
            assert len(pd.read_csv(refused, dtype=str, encoding="utf-8-sig")) == done.count("refused")
    finally:
        shutil.rmtree(folder)
