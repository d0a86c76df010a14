"""Nobody is named: invented people go through intake, with errors, and into every page; not one byte of them comes out.

All names, numbers and plates here are invented.
"""

import base64
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from exports import LABELS, rows, table, write_csv, write_xlsx
from support import ROOT

import hotline_lib.intake
from hotline_lib import masking
from hotline_lib.cli import main
from hotline_lib.intake import intake

CANARIES = {
    "name": "慕容虚构", "name in a sentence": "虚构者慕容某投诉，司机绕路还骂人", "phone": "13900001234", "landline": "02488881234",
    "identity": "210102190001011239", "plate": "辽A虚1234", "our plate": "辽A98765", "mail": "xugou@example.com",
    "free text": "我要举报！这是一段虚构的诉求内容，不应出现在任何地方", "address": "沈阳市虚构区虚构路99号虚构小区3单元",
}  # fmt: skip
TEXTS = ("unit", "issue", "sub_issue", "ticket_id", "domain", "business_type")
# in a column of ours by mistake
MISPLACED = {
    "unit": "phone", "issue": "name", "sub_issue": "free text", "ticket_id": "identity", "rating": "our plate",
    "accepted_at": "name in a sentence", "called_back": "landline", "failed_reviews": "phone", "domain": "mail",
    "business_type": "address",
}  # fmt: skip


def everything(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte under a folder, and what is packed or encoded in it."""
    for path in folder.rglob("*"):
        yield path.name, path.name.encode()
        if path.is_file():
            yield from unpacked(path.name, path.read_bytes())


def unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if content.startswith(b"PAR1"):
        file = pq.ParquetFile(io.BytesIO(content))
        yield name, str(file.schema_arrow.metadata).encode() + file.schema_arrow.to_string().encode()
        for group in range(file.num_row_groups):
            statistics = [file.metadata.row_group(group).column(c).statistics for c in range(file.metadata.num_columns)]
            yield name, str([(s.min, s.max) for s in statistics if s and s.has_min_max]).encode()
        yield name, file.read().to_pandas().to_csv().encode()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from unpacked(f"{name}/{member}", archive.read(member))
    for encoded in re.findall(rb"base64,([A-Za-z0-9+/=]+)", content):
        yield f"{name}/image", base64.b64decode(encoded)


def leaks(pieces: Iterator[tuple[str, bytes]]) -> set[tuple[str, str]]:
    found = set()
    for name, content in pieces:
        for canary, text in CANARIES.items():
            if any(text.encode(encoding) in content for encoding in ("utf-8", "gb18030", "utf-16-le")):
                found.add((canary, name))
    return found


@pytest.fixture
def exports(desk) -> list[Path]:
    """Three exports full of people, each with a good row and every way for a person to be in the wrong place."""
    changes = [{}, *({column: CANARIES[canary]} for column, canary in MISPLACED.items())]
    cells = table(rows(*changes))
    labels = ["来电人", "联系电话", "身份证号", "车牌号", "邮箱", "诉求内容", "地址"]
    people = [CANARIES[key] for key in ("name", "phone", "identity", "plate", "mail", "free text", "address")]
    cells = [[*cells[0], *labels], *([*row, *people] for row in cells[1:])]
    title, total = [f"制表：{CANARIES['name']} {CANARIES['phone']}"], ["合计", *people]
    ragged = [*cells[1], CANARIES["free text"], CANARIES["phone"]]
    csv = write_csv(desk.folder / "a.csv", [title, *cells, ragged, total], encoding="gb18030")
    book = write_xlsx(
        desk.folder / "b.xlsx", [title, [], *cells, total], [people], names=("工单", CANARIES["name"])
    )  # fmt: skip
    frame = pd.DataFrame(cells[1:], columns=cells[0])
    frame.to_parquet(desk.folder / "c.parquet", index=False)
    return [csv, book, desk.folder / "c.parquet"]


@pytest.fixture
def hotline(desk, capfd, monkeypatch):
    """A command: its exit code, and all that it and what it starts said."""

    def command(*arguments: str) -> tuple[int, bytes]:
        monkeypatch.setenv("HOTLINE_OUTPUT", str(desk.paths.output))
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--data", str(desk.paths.data), "--output", str(desk.paths.output)])
        return int(ended.value.code or 0), "".join(capfd.readouterr()).encode()

    return command


def test_nobody_comes_out(desk, hotline, exports):
    said = []
    for export in exports:
        code, told = hotline("intake", str(export), "--month", "2024-09")
        assert code == 1 and "处问题".encode() in told
        said.append(told)
    code, told = hotline("intake", *map(str, exports), "--month", "2024-09", "--accept-good")
    assert code == 0, told.decode()
    said.append(told)
    assert desk.paths.tickets("2024-09").exists(), told.decode()
    assert len(desk.tickets()) == 1
    assert len(list(desk.paths.output.rglob("refused.csv"))) == 1
    for command in ("check", "tables", "run"):
        code, told = hotline(command, "2024-09")
        said.append(told)
    assert list(desk.paths.output.glob("2024-09/*.html"))
    assert not leaks([("said", b"\n".join(said)), *everything(desk.paths.data), *everything(desk.paths.output)])


def test_one_column_that_leaked_would_be_found(desk, exports):
    """The search finds what it should: in Parquet, in a workbook, in an image inside a page, in a name of a file."""
    folder = desk.paths.output / "leaks"
    folder.mkdir(parents=True)
    frame = pd.DataFrame({"ticket_id": ["JT"] * 1000, "note": [CANARIES["name"]] * 1000})
    frame.to_parquet(folder / "a.parquet", compression="zstd")
    with xlsxwriter.Workbook(folder / "b.xlsx") as book:
        book.add_worksheet().write(0, 0, CANARIES["plate"])
    image = base64.b64encode(b"\x89PNG tEXt" + CANARIES["phone"].encode()).decode()
    (folder / "c.html").write_text(f'<img src="data:image/png;base64,{image}">')
    (folder / f"{CANARIES['our plate']}.csv").touch()
    (folder / "d.csv").write_text(CANARIES["address"], encoding="gb18030")
    assert {canary for canary, _ in leaks(everything(folder))} == {"name", "plate", "phone", "our plate", "address"}


def test_a_reader_that_let_one_more_column_out_would_be_found(desk, exports, monkeypatch):

    monkeypatch.setattr(hotline_lib.masking.Known, "resembles", lambda known, text: True)
    with pytest.raises(hotline_lib.intake.IntakeError) as caught:
        intake(exports, "2024-09", desk.paths)
    found = leaks([("said", str(caught.value).encode()), *everything(desk.paths.output)])
    assert {canary for canary, _ in found} >= {"name", "phone", "identity", "our plate"}


@pytest.mark.slow
def test_a_month_that_did_not_come_through_intake_names_nobody_either(desk, hotline):
    """Somebody put a Parquet file and a list of drawn tickets in place by hand."""
    cells = table(rows({}, *({column: CANARIES[canary]} for column, canary in MISPLACED.items() if column in TEXTS)))
    frame = pd.DataFrame(cells[1:], columns=list(LABELS)).replace(
        {"": None, "是": True, "否": False, "非常满意": 5, "0": 0}
    )
    for column in ("accepted_at", "transferred_at", "due_at", "closed_at", "submitted_at"):
        frame[column] = pd.to_datetime(frame[column])
    for column in ("rating", "failed_reviews"):
        frame[column] = frame[column].astype("Int64")
    for column in (
        "answered_instantly",
        "called_back",
        "resolved_first_time",
        "bad_rating_fixed",
        "classified_correctly",
    ):
        frame[column] = frame[column].astype("boolean")
    desk.paths.tickets("2024-09").parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(desk.paths.tickets("2024-09"), index=False)
    checks = desk.paths.spot_checks("2024-09")
    checks.parent.mkdir(parents=True, exist_ok=True)
    header = "ticket_id,unit,drawn,called_back,closed,satisfied\n"
    for row in (f"JT1,{CANARIES['name']},random,yes,yes,yes\n", f"{CANARIES['phone']},沈阳,random,yes,yes,yes\n" * 2):
        checks.write_text(header + row, encoding="utf-8")
        for command in ("check", "tables", "run"):
            code, told = hotline(command, "2024-09")
            assert code == 1 and masking.HIDDEN.encode() in told, told.decode()
            assert not leaks([("said", told), *everything(desk.paths.output)])


def test_a_bug_of_ours_does_not_quote_a_cell_in_the_log(desk, exports):
    code = (
        "import hotline_lib.intake.settle as i, hotline_lib.cli\n"
        f"def broken(*_): raise ValueError({CANARIES['name']!r})\n"
        "i.map_rows = broken\n"
        f"hotline_lib.cli.main(['intake', {str(exports[0])!r}, '--month', '2024-09', '--data', {str(desk.paths.data)!r}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, timeout=60,
        env={**os.environ, "HOTLINE_OUTPUT": str(desk.paths.output), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    log = (desk.paths.output / ".cache" / "hotline-error.log").read_text(encoding="utf-8")
    assert done.returncode == 1 and "ValueError" in log
    assert not leaks([("said", done.stderr), *everything(desk.paths.output), *everything(desk.paths.data)])


def test_markup_in_an_export_does_not_show(desk):
    message = desk.refused(write_csv(desk.folder / "a.csv", table(rows({"issue": "<b>[red]x"}))))
    assert "<b>" not in message and masking.HIDDEN in message
    assert list(LABELS)[4] == "issue"
