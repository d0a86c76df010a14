"""Simulated and real tickets never meet in a figure, and a page says which months were left out for it."""

from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from test_tickets import MONTH, tickets, write

from hotline_lib import present
from hotline_lib.errors import TicketsError
from hotline_lib.opening import open_month
from hotline_lib.params import load_params
from hotline_lib.readiness import check
from hotline_lib.tickets.read import newest_month
from hotline_lib.tickets.scan import submitted


@pytest.fixture
def own(project, tmp_path):
    return replace(project, data=tmp_path / "data", output=tmp_path / "output")


def simulated(path) -> None:
    """Has a file say that it is."""
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, "hotline.simulated": "true"}), path)


@pytest.mark.parametrize("kind", ["real", "simulated"])
def test_real_and_simulated_tickets_never_meet(own, kind):
    before = tickets({"ticket_id": "JT2101002024083100000001", "accepted_at": "2024-08-31 09:00:00"})
    last_year = tickets({"ticket_id": "JT2101002023090100000001", "accepted_at": "2023-09-01 09:00:00"})
    for month, frame in ((MONTH, tickets({})), ("2024-08", before), ("2023-09", last_year)):
        write(own, frame, month)
        if (month == MONTH) == (kind == "simulated"):
            simulated(own.tickets(month))
    params = load_params(MONTH, own.params)
    frames, inputs = submitted(MONTH, params, own)
    assert [source.month for source in inputs] == [MONTH] and frames["submissions"]["tickets"].sum() == 1
    m = open_month(MONTH, own)
    assert [source.month for source in m.sources] == [MONTH] and m.simulated == (kind == "simulated")
    assert m.previous.source is None and m.last_year.source is None and len(m.history) == 1
    assert m.behind("沈阳", "complaint_24h_rate").empty
    here, there = ("真实", "模拟") if kind == "real" else ("模拟", "真实")
    said = f"2023年9月、2024年8月只有{there}工单，不与{here}工单放在一起：没有用来对比，也没有计入附件1"
    assert said in m.warnings and said in repr(present.provenance(m))
    assert any(f"没有2024年8月的{here}工单" in words and "附件1不完整" in words for words in m.warnings)
    assert said + "。" in check(MONTH, own).weakens


def test_months_of_the_same_kind_meet(own):
    before = tickets({"ticket_id": "JT2101002024083100000001", "accepted_at": "2024-08-31 09:00:00"})
    for month, frame in ((MONTH, tickets({})), ("2024-08", before)):
        write(own, frame, month)
        simulated(own.tickets(month))
    assert submitted(MONTH, load_params(MONTH, own.params), own)[0]["submissions"]["tickets"].sum() == 2
    m = open_month(MONTH, own)
    assert m.previous.source == "tickets" and not any("只有" in words for words in m.warnings)


def test_a_folder_that_holds_both_is_refused(own):
    folder = own.tickets(MONTH)
    folder.mkdir(parents=True)
    both = tickets({}, {})
    both.iloc[:1].to_parquet(folder / "a.parquet", index=False)
    both.iloc[1:].to_parquet(folder / "b.parquet", index=False)
    simulated(folder / "b.parquet")
    with pytest.raises(TicketsError, match="既有模拟工单，又有真实工单"):
        open_month(MONTH, own)


def test_without_a_month_the_newest_is_opened_real_ones_first(own):
    with pytest.raises(TicketsError, match="还没有任何工单"):
        open_month(paths=own)
    for month in ("2024-07", "2024-08", MONTH):
        write(own, tickets({"accepted_at": f"{month}-01 09:00:00"}), month)
    for month in ("2024-08", MONTH):
        simulated(own.tickets(month))
    assert newest_month(own) == "2024-07"
    own.tickets("2024-07").unlink()
    assert open_month(paths=own).month == open_month("", own).month == MONTH
    assert "hotline simulate" in refused_month(own, "2024-10")
    write(own, tickets({"accepted_at": "2024-07-01 09:00:00"}), "2024-07")
    assert "simulate" not in refused_month(own, MONTH, remove=True)


def refused_month(paths, month: str, *, remove: bool = False) -> str:
    if remove:
        paths.tickets(month).unlink()
    found = check(month, paths)
    return "\n".join(found.stops)
