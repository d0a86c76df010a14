"""check --verify: whatever is damaged is named, with what mends it; what is whole is not."""

import json
import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from test_tickets import tickets, write

from hotline_lib import cli
from hotline_lib.batch import printed
from hotline_lib.batch.manifest import Manifest, Record, Tables, put, write_manifest
from hotline_lib.deliver.ledger import Entry
from hotline_lib.fingerprint import file_sha256
from hotline_lib.journal import write_folder, write_whole
from hotline_lib.opening import open_month
from hotline_lib.sampling import ledger
from hotline_lib.sampling.ledger import Asked, Draw, Drawn
from hotline_lib.tickets.files import Change, kept_as, log_file, version_name
from hotline_lib.verify import verify

MONTH = "2024-09"


@pytest.fixture
def stored(own_params, tmp_path):
    """One of everything that is stored."""
    paths = replace(own_params, data=tmp_path / "data")
    write(paths, tickets({}))
    old = version_name(paths.tickets(MONTH), paths)
    kept_as(MONTH, old, paths).parent.mkdir()
    shutil.move(paths.tickets(MONTH), kept_as(MONTH, old, paths))
    write(paths, tickets({}, {}))
    change = Change("2024-10-08T09:00:00+08:00", "intake", {MONTH: (old, version_name(paths.tickets(MONTH), paths))})
    write_whole(log_file(paths), json.dumps(asdict(change)) + "\n")
    head, answers = "ticket_id,unit,drawn,called_back,closed,satisfied", "JT21010020240901000001".ljust(24, "0")
    write_whole(paths.spot_checks(MONTH), f"{head}\n{answers},沈阳,random,yes,yes,yes\n")
    write_whole(paths.test_calls(MONTH), "call_id,unit,answered,passed_on\nBC-1,沈阳,yes,yes\n")
    drawn = Draw("2024-09-1", MONTH, Asked(), "f", "2024-10-01", (Drawn(answers, "沈阳"),))
    write_whole(ledger.file(paths), ledger.as_text([drawn]))
    open_month(MONTH, paths)
    folder = paths.report_folder(MONTH)
    record = Record("made", digests=put(folder, "01_overview", html="<p>", notebook="{}"))
    unit = Record("made", unit="沈阳", digests=put(folder, "units/沈阳/06_unit", html="<p>", notebook="{}"))
    write_whole(folder / "bulletin.docx", "word")
    tables = Tables(files=("bulletin.docx",), digests={"bulletin.docx": file_sha256(folder / "bulletin.docx")})
    reports = {"01_overview": record, "units/沈阳/06_unit": unit}
    write_manifest(folder, Manifest(MONTH, tables=tables, reports=reports))
    entry = Entry("bulletin", "p1@example.invalid", "e1", "", "2024-10-08T09:00:00+08:00", "sent", "250")
    write_whole(paths.sent / f"{MONTH}.jsonl", json.dumps(asdict(entry)) + "\n")
    write_folder(paths.sent / MONTH / "tables" / "e1", {"units.csv": b"unit\n"})
    made = printed.Printed(MONTH, {}, {}, {"一": ("话",)})
    printed.keep(folder, made)
    write_whole(paths.sent / MONTH / "runs" / "e1.json.gz", made.content)
    return paths


def test_what_is_whole_is_whole(stored, capsys):
    found = verify(stored)
    assert not found.damaged and found.exit_code == 0 and found.read >= 18
    folders = [f"--{name}={getattr(stored, name)}" for name in ("data", "params", "output")]
    with pytest.raises(SystemExit) as end:
        cli.main(["check", "--verify", *folders])
    assert end.value.code == 0 and "都完好" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("data/tickets/2024-09.parquet", "备份.*重新导入"),
        ("data/tickets/previous/2024-09.*.parquet", "不能再放回.*备份"),
        ("data/tickets/previous/log.jsonl", "备份"),
        ("data/spot_checks/2024-09.csv", "读不了"),
        ("data/spot_checks/2024-09_calls.csv", "读不了"),
        ("data/spot_checks/draws.jsonl", "读不懂.*备份"),
        ("data/sent/2024-09.jsonl", "不能再发.*备份"),
        ("data/sent/2024-09/tables/e1/units.csv", "更正邮件.*备份"),
        ("data/sent/2024-09/runs/e1.json.gz", "hotline diff 2024-09 mail.*备份"),
        ("output/2024-09/runs/*.json.gz", "hotline diff 2024-09.*删去"),
        ("output/.cache/frames/*/counts.parquet", "重新算"),
        ("output/2024-09/manifest.json", "hotline run 2024-09"),
        ("output/2024-09/01_overview.html", "hotline run 2024-09"),
        ("output/2024-09/01_overview.ipynb", "hotline run 2024-09"),
        ("output/2024-09/units/沈阳/06_unit.html", "hotline run 2024-09 --unit 沈阳"),
        ("output/2024-09/bulletin.docx", "手工改过.*删去"),
    ],
    ids=lambda value: value.replace("/", " "),
)
@pytest.mark.parametrize("how", ["altered", "cut"])
def test_what_is_damaged_is_named_with_what_mends_it(stored, capsys, place, says, how):
    (file,) = stored.data.parent.glob(place)
    content = file.read_bytes()
    half = len(content) // 2 + 25 * (file.name == "2024-09.csv")  # a list cut after its heads is a list of none
    file.write_bytes(content[:half] if how == "cut" else content[:half] + b"\xff" + content[half + 1 :])
    found = verify(stored)
    (line,) = found.damaged
    assert re.search(says, line) and found.exit_code == 1
    assert str(stored.data.parent) not in line
    folder = Path(place).parent.name if place.endswith(("counts.parquet", "units.csv")) else None
    assert (file.parent.name if folder else file.name) in line
