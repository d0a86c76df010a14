"""The search for exports that go wrong: its count is right on whole files, it would see a fault, and a small run finds none."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
import run  # first: it puts the folders of the tests before this one

import bases  # isort: skip
import oracle  # isort: skip
import spoil_cells  # isort: skip
from cases import as_stored  # isort: skip
from exports import LABELS  # isort: skip

SEARCH = Path(__file__).with_name("exports.py")


def truth(cells: bases.Grid) -> dict[str, dict[str, object]]:
    """The tickets of an unspoilt grid."""
    head = next(n for n, row in enumerate(cells) if "工单编号" in row)
    places = {column: cells[head].index(label) for column, label in LABELS.items()}
    rows = [row for row in cells[head + 1 :] if row[places["ticket_id"]].startswith("JT")]
    stored = [as_stored({column: row[place] for column, place in places.items()}) for row in rows]
    return {row["ticket_id"]: row for row in stored}


@pytest.mark.parametrize("form", bases.FORMS)
def test_the_count_sees_every_ticket_of_a_whole_file_and_its_values(tmp_path, form):
    for seed in range(6):
        cells = bases.grid(random.Random(seed))
        right = truth(cells)
        file = bases.FORMS[form](tmp_path, cells)
        counted = oracle.count(file.name, file.read_bytes())
        assert counted.whole and counted.ids() == set(right)
        values = counted.values()
        assert {ticket: right[ticket] for ticket in values} == values
        assert len(values) >= len(right) // 3, "the line breaks in a text file's free text leave some out"


def test_the_count_follows_a_second_header_and_sees_what_stands_above_the_first(tmp_path):
    r = random.Random(3)
    cells = bases.grid(r)
    right = truth(cells)
    spoil_cells.second_table(cells, random.Random(1))
    file = bases.FORMS["xlsx shared"](tmp_path, cells)
    counted = oracle.count(file.name, file.read_bytes())
    below = {ticket.replace("20240901", "20240902") for ticket in right} & counted.ids()
    assert below and counted.ids() == set(right) | below
    for ticket in below:
        same = right[ticket.replace("20240902", "20240901")] | {"ticket_id": ticket}
        assert counted.values()[ticket] == same
    spoil_cells.header_below(cells, random.Random(2))
    file = bases.FORMS["csv utf-8 comma"](tmp_path, cells)
    assert oracle.count(file.name, file.read_bytes()).ids() == counted.ids()


def test_a_lost_row_an_exchanged_value_and_a_stranger_would_be_found(tmp_path):
    sys.path.insert(0, str(SEARCH.parent))
    import importlib.util

    spec = importlib.util.spec_from_file_location("search_exports", SEARCH)
    search = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(search)
    cells = bases.grid(random.Random(11))
    file = bases.FORMS["csv unquoted"](tmp_path, cells)
    seen, kept = oracle.count(file.name, file.read_bytes()), truth(cells)
    done = run.Done(0, "", "", kept, 0.0, tmp_path)
    assert len(kept) > 2 and not list(search._compared(seen, done, False))
    first = next(iter(kept))
    done.kept = {ticket: row for ticket, row in kept.items() if ticket != first}
    assert "lost" in "".join(search._compared(seen, done, False))
    assert "lost" in "".join(search._compared(seen, done, True))
    done.told = f"第 2 行 {first}"
    assert not list(search._compared(seen, done, True))
    done.kept = kept | {first: kept[first] | {"due_at": kept[first]["accepted_at"]}}
    assert "other values: ['due_at']" in "".join(search._compared(seen, done, False))
    done.kept = kept | {"JT" + "9" * 22: kept[first]}
    assert "not in the file" in "".join(search._compared(seen, done, False))


@pytest.mark.skipif(sys.platform == "win32", reason="resource")
@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_small_search_finds_nothing(seed):
    command = [sys.executable, str(SEARCH), "--examples", "15", "--seed", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "nothing was found" in done.stdout, done.stdout + done.stderr
