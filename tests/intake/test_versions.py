"""Every version of a month stays, and can be put back: together with the months that changed with it."""

import json
from pathlib import Path

import pytest
from exports import rows, table, write_csv
from test_faults import command, ended, limited
from test_store import simulate

from hotline_lib.errors import HotlineError
from hotline_lib.intake import IntakeError
from hotline_lib.intake.stage import stage
from hotline_lib.intake.versions import told, undo
from hotline_lib.params import load_params
from hotline_lib.tickets.files import kept_as, log_file, versions

AUGUST = {"accepted_at": "2024-08-31 09:00:00"}
OCTOBER = {"accepted_at": "2024-10-01 09:00:00", "ticket_id": "JT2101002024100100000001"}
MONTHS = ("2024-08", "2024-09")


def take(desk, *changes, month="2024-09", **options):
    return desk.take(write_csv(desk.folder / "a.csv", table(rows(*changes))), month=month, **options)


def now(desk, *months) -> dict[str, bytes]:
    return {month: path.read_bytes() for month in months or MONTHS if (path := desk.paths.tickets(month)).is_file()}


def refused(desk, month="2024-09", version="") -> str:
    before = desk.bytes()
    with pytest.raises(IntakeError) as caught:
        undo(month, desk.paths, version)
    assert desk.bytes() == before
    return str(caught.value)


def test_all_months_that_an_intake_changed_go_back_together_and_nothing_is_lost(desk):
    take(desk, {}, AUGUST)
    first = now(desk)
    take(desk, {"rating": "1"}, {**AUGUST, "unit": "大连"}, {})
    second = now(desk)
    change, done = undo("2024-09", desk.paths)
    assert now(desk) == first
    assert {each.month: each.moved for each in done} == {
        "2024-08": {"回来": {}, "去掉": {}, "改回": {"沈阳": 1}},
        "2024-09": {"回来": {}, "去掉": {"沈阳": 1}, "改回": {"沈阳": 1}},
    }
    words = told(change, done, "2024-09")
    assert "去掉 1 件：沈阳 1" in words and "2 件" in words
    kept = {path.read_bytes() for path in (desk.paths.data / "tickets/previous").glob("*.parquet")}
    assert kept == {*first.values(), *second.values()}


def test_what_was_undone_comes_back_by_the_command_that_undo_names(desk):
    take(desk, {}, AUGUST)
    take(desk, {"rating": "1"}, {**AUGUST, "rating": "1"})
    second = now(desk)
    words = told(*undo("2024-09", desk.paths), "2024-09")
    version, month = words.split("hotline intake --undo ")[1].split("\n")[0].split(" --month ")
    undo(month, desk.paths, version)
    assert now(desk) == second


def test_undo_goes_back_intake_by_intake_to_no_tickets_at_all(desk):
    states = []
    for n in (1, 2, 3):
        states.append(now(desk))
        take(desk, *[{}] * n)
    for state in reversed(states):
        undo("2024-09", desk.paths)
        assert now(desk) == state
    assert now(desk) == {}
    assert "没有导入记录" in refused(desk) and len(versions("2024-09", desk.paths)) == 3


def test_a_month_that_changed_again_since_must_go_back_first(desk):
    take(desk, {}, AUGUST)
    first = now(desk)
    take(desk, {"rating": "1"}, {**AUGUST, "rating": "1"})
    take(desk, {**AUGUST, "ticket_id": "JT2101002024083100000009"}, month="2024-08")
    message = refused(desk)
    assert "2024-08 后来又换过" in message and "hotline intake --undo --month 2024-08" in message
    undo("2024-08", desk.paths)
    undo("2024-09", desk.paths)
    assert now(desk) == first


def test_a_certain_version_is_put_back_by_the_first_digits_of_its_name(desk):
    take(desk, {})
    first = now(desk)
    take(desk, {}, {})
    take(desk, {}, {}, {})
    names = [each.name for each in versions("2024-09", desk.paths)]
    assert [each.tickets for each in versions("2024-09", desk.paths)] == [3, 2, 1]
    undo("2024-09", desk.paths, names[2][:6].upper())
    assert now(desk) == first
    assert {each.name: each.current for each in versions("2024-09", desk.paths)} == {
        name: name == names[2] for name in names
    }


@pytest.mark.parametrize(
    ("version", "says"), [("zz", "没有这样的版本号"), ("{}", "现在就是版本"), ("c0ff", "2 个版本号这样开头")]
)
def test_a_version_that_cannot_be_put_back_is_answered_with_the_list(desk, version, says):
    take(desk, {})
    names = ["c0ffee000001", "c0ffee000002"]
    for name in names:
        kept_as("2024-09", name, desk.paths).write_bytes(desk.paths.tickets("2024-09").read_bytes())
    message = refused(desk, version=version.format(versions("2024-09", desk.paths)[0].name))
    assert says in message and all(f"\n  {name}" in message for name in names)


def test_a_month_without_tickets_and_a_month_that_is_none(desk):
    assert "2024-09 没有留下之前的版本" in refused(desk)
    with pytest.raises(HotlineError, match="不是月份"):
        undo("2024-9", desk.paths)


def test_tickets_that_were_removed_by_hand_come_back_by_name(desk):
    take(desk, {})
    take(desk, {}, {})
    desk.paths.tickets("2024-09").unlink()
    message = refused(desk)
    (version,) = versions("2024-09", desk.paths)
    assert f"  {version.name}" in message
    undo("2024-09", desk.paths, version.name)
    assert len(desk.tickets()) == 1


def test_simulated_months_that_were_set_aside_come_back(desk):
    old = {month: simulate(desk, month) for month in MONTHS}
    take(desk, {}, replace_simulated=True)
    undo("2024-09", desk.paths)
    assert now(desk) == old


def test_simulated_tickets_do_not_come_back_beside_real_ones(desk):
    simulate(desk, "2024-09")
    take(desk, {}, replace_simulated=True)
    take(desk, OCTOBER, month="2024-10")
    message = refused(desk)
    assert "2024-10 是真实工单" in message and "--undo --month 2024-10" in message
    undo("2024-10", desk.paths)
    undo("2024-09", desk.paths)
    assert versions("2024-09", desk.paths)[0].marks.simulated


def test_a_ticket_that_moved_to_another_month_is_not_counted_twice(desk):
    take(desk, {}, {})
    take(desk, {}, {}, {})
    take(desk, {}, {**AUGUST})
    first = versions("2024-09", desk.paths)[-1]
    message = refused(desk, version=first.name)
    assert "1 件工单后来改了受理时间，现在在 2024-08 中" in message


def test_a_month_kept_as_a_folder_goes_and_comes_back(desk):
    take(desk, {}, {})
    path = desk.paths.tickets("2024-09")
    file = path.rename(path.with_name("x"))
    path.mkdir()
    file.rename(path / "part.parquet")
    take(desk, {}, {}, {})
    for _ in range(2):
        undo("2024-09", desk.paths)
        assert path.is_dir() and len(desk.tickets()) == 2
        undo("2024-09", desk.paths, next(v.name for v in versions("2024-09", desk.paths) if v.tickets == 3))
        assert path.is_file() and len(desk.tickets()) == 3


def test_a_kept_version_that_was_spoilt_is_not_put_back(desk):
    take(desk, {})
    take(desk, {}, {})
    (kept,) = (desk.paths.data / "tickets/previous").glob("*.parquet")
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    assert f"{kept.name} 已损坏" in refused(desk)
    kept.unlink()
    assert "不在 data/tickets/previous/ 中" in refused(desk)


def test_a_spoilt_month_is_mended_by_a_version(desk):
    take(desk, {})
    first = now(desk)
    take(desk, {}, {})
    desk.paths.tickets("2024-09").write_bytes(b"PAR1 broken")
    version = versions("2024-09", desk.paths)[1]
    _, (month,) = undo("2024-09", desk.paths, version.name)
    assert now(desk) == first and month.before.amount == "打不开"


def test_a_log_with_lines_that_cannot_be_read_still_serves(desk):
    take(desk, {})
    first = now(desk)
    log = log_file(desk.paths)
    log.write_text("{\n" + log.read_text(encoding="utf-8"), encoding="utf-8")
    take(desk, {}, {})
    assert [json.loads(line)["what"] for line in log.read_text(encoding="utf-8").splitlines()[1:]] == ["intake"] * 2
    undo("2024-09", desk.paths)
    assert now(desk) == first
    log.unlink()
    assert "没有导入记录" in refused(desk)


def test_undo_waits_for_no_intake(desk):
    take(desk, {})
    with stage(load_params("2024-09", desk.paths.params), desk.paths):
        code, words = ended(command(desk, Path("--undo")))
    assert code == 1 and "另一次导入、撤回或模拟正在进行" in words
    code, words = ended(command(desk, Path("--undo")))
    assert code == 0 and "去掉 1 件：沈阳 1" in words and now(desk) == {}


@pytest.mark.slow  # test_faults.py has an intake on a full disk
@pytest.mark.parametrize("size", [100 << 10, 4 << 10])
def test_undo_on_a_full_disk_changes_nothing(desk, size):
    """At the first byte, and while a version is copied."""
    take(desk, *[{"ticket_id": f"JT210100{n * 7919:016d}"} for n in range(60_000)])
    take(desk, {})
    take(desk, {}, {})
    first = versions("2024-09", desk.paths)[-1]
    assert first.path.stat().st_size > 100 << 10
    before = desk.bytes()
    code, words = ended(command(desk, Path("--undo"), Path(first.name), preexec_fn=limited(size)))
    assert code == 1 and "写不进" in words and desk.bytes() == before
    assert ended(command(desk, Path("--undo"), Path(first.name)))[0] == 0
    assert len(desk.tickets()) == 60_000
