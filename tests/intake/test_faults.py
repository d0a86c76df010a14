"""What goes wrong ends in a clear message and exit code 1, with nothing half-written, and a rerun works."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from desk import Desk
from exports import LABELS, rows, table, write_csv, write_xlsx
from support import ROOT, one_in, start

from hotline_lib.intake.stage import stage
from hotline_lib.params import load_params

GOOD = table(rows({}, {}))


def command(desk: Desk, *files: Path, **options) -> subprocess.Popen:
    arguments = [sys.executable, "-m", "hotline_lib", "intake", *map(str, files), "--month", "2024-09"]
    arguments += ["--data", str(desk.paths.data), "--output", str(desk.paths.output)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **options.pop("environment", {})}
    return start(arguments, cwd=ROOT, env=environment, **options)


def ended(process: subprocess.Popen) -> tuple[int, str]:
    out, error = process.communicate(timeout=120)
    told = (out + error).decode("utf-8", "replace")
    assert "Traceback" not in told
    return process.returncode, told


def nothing_left(desk: Desk) -> bool:
    folders = (desk.paths.data / "tickets", desk.paths.output / "intake")
    return not [path for folder in folders for path in folder.glob(".*")]


@pytest.fixture
def big(desk) -> Path:
    """An export that takes seconds."""
    return export_of(80_000, desk)


def export_of(tickets: int, desk) -> Path:
    each = f"{{}},{','.join(GOOD[1][1:])}"
    lines = [each.format(f"JT21010020240901{n:08d}") for n in range(tickets)]
    file = desk.folder / "big.csv"
    file.write_text("\n".join([",".join(LABELS.values()), *lines]), encoding="utf-8")
    return file


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(64):
            member.write(b"0" * (1 << 20))
    return path


def lying_bomb(path: Path) -> Path:
    """A workbook whose sheet says it is small."""
    sheet = b"<worksheet>" + b" " * (64 << 20) + b"</worksheet>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    content = path.read_bytes().replace(len(sheet).to_bytes(4, "little"), (5000).to_bytes(4, "little"))
    path.write_bytes(content)
    return path


def entity_bomb(path: Path) -> Path:
    write_xlsx(path, GOOD)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    name = "xl/sharedStrings.xml"
    members[name] = members[name].replace(b"<sst", bomb + b"<sst", 1).replace("沈阳".encode(), b"&b;")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in members.items():
            archive.writestr(each, content)
    return path


def truncated(path: Path, desk: Desk) -> Path:
    desk.take(write_csv(desk.folder / "good.csv", GOOD))
    path.write_bytes(desk.paths.tickets("2024-09").read_bytes()[:-300])
    return path


def truncated_workbook(path: Path) -> Path:
    write_xlsx(path, GOOD)
    path.write_bytes(path.read_bytes()[:-2000])
    return path


def html(path: Path) -> Path:
    path.write_text("<html><table><tr><td>工单编号</td></tr></table></html>", encoding="utf-8")
    return path


def nested(path: Path) -> Path:
    inner = write_csv(path.with_suffix(".csv"), GOOD)
    with zipfile.ZipFile(path.with_suffix(".inner.zip"), "w") as archive:
        archive.write(inner, "a.csv")
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(path.with_suffix(".inner.zip"), "b.zip")
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"\n\n")
    return path


def picture(path: Path) -> Path:
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    return path


def neither_encoding(path: Path) -> Path:
    path.write_bytes("工单编号,分平台\n".encode("gb18030") + b"\xff\xff\xff,1\n")
    return path


@pytest.mark.parametrize(
    ("make", "name", "says"),
    [
        (html, "a.xlsx", "没有工单"),
        (truncated_workbook, "a.xlsx", "损坏或不完整"),
        (bomb, "a.zip", "大得不合常理"),
        (lying_bomb, "a.xlsx", "大得不合常理"),
        (entity_bomb, "a.xlsx", "XML 实体定义"),
        (nested, "a.zip", "压缩包里还有压缩包"),
        (empty, "a.csv", "是空文件"),
        (picture, "a.xls", "不是能识别的表格文件"),
        (neither_encoding, "a.csv", "没有工单"),
        (lambda path: path, "没有.csv", "找不到这个文件"),
        (lambda path: path.parent, "a", "是文件夹"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_file_that_cannot_be_read_is_told_beside_what_is_wrong_elsewhere(desk, make, name, says):
    wrong = write_csv(desk.folder / "wrong.csv", table(rows({"rating": "6"})))
    message = desk.refused(make(desk.folder / name), wrong)
    assert says in message and "「6」" in message
    assert nothing_left(desk)


def test_a_workbook_with_a_password(desk):
    assert "有密码保护" in desk.refused(Path(__file__).with_name("password.xlsx"))


def test_a_truncated_parquet_file(desk):
    file = truncated(desk.folder / "a.parquet", desk)
    assert "损坏或不完整" in desk.refused(file)


def test_a_broken_month_that_is_there_already_is_not_replaced(desk):
    truncated(desk.folder / "a.parquet", desk)
    desk.paths.tickets("2024-09").write_bytes(b"PAR1 broken")
    code, told = ended(command(desk, write_csv(desk.folder / "b.csv", GOOD)))
    assert code == 1 and "2024-09.parquet 打不开" in told
    assert desk.paths.tickets("2024-09").read_bytes() == b"PAR1 broken"


def limited(size: int):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", one_in(3, [300 << 10, 4 << 10, 2 << 20]))
def test_a_full_disk(desk, size):
    """At the first byte, while rows are staged, and while the month is written."""
    desk.take(write_csv(desk.folder / "a.csv", GOOD))
    before = desk.bytes()
    code, told = ended(command(desk, export_of(200_000, desk), preexec_fn=limited(size)))
    assert code == 1, told
    assert "写不进" in told and "没有导入任何工单" in told
    assert desk.bytes() == before
    assert nothing_left(desk)


AS_NOBODY = """
import os, sys
from hotline_lib.cli import main
scratch, *arguments = sys.argv[1:]
try:  # once as root: what is imported late may lie where nobody else can read
    main([*arguments, "--data", f"{scratch}/data", "--output", f"{scratch}/output"])
except SystemExit as done:
    assert not done.code, done.code
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
main([*arguments, "--data", "data", "--output", "output"])
"""


@pytest.mark.parametrize("closed", one_in(2, ["data", "output"]))
def test_a_folder_that_may_not_be_written(desk, closed):
    """Root may write anywhere, so the process becomes nobody."""
    with tempfile.TemporaryDirectory() as home:
        desk.paths = replace(desk.paths, data=Path(home, "data"), output=Path(home, "output"))
        desk.take(write_csv(desk.folder / "a.csv", GOOD))
        more = write_csv(Path(home) / "b.csv", table(rows({}, {}, {})))
        before = desk.bytes()
        folders = [Path(home), *(path for path in Path(home).rglob("*") if path.is_dir())]
        for folder in folders:
            folder.chmod(0o555 if closed in folder.relative_to(home).parts else 0o777)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, str(desk.folder), "intake", str(more), "--month", "2024-09"],
            capture_output=True, cwd=home, timeout=120, env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        told = done.stderr.decode()
        assert done.returncode == 1 and "写不进" in told, told
        for folder in folders:
            folder.chmod(0o755)
        assert desk.bytes() == before
        assert nothing_left(desk)


def begun(desk: Desk, big: Path) -> subprocess.Popen:
    process = command(desk, big)
    staged = desk.paths.data / "tickets" / ".stage" / "rows.duckdb"
    while not staged.exists():
        assert process.poll() is None
        time.sleep(0.02)
    time.sleep(0.5)
    return process


@pytest.mark.slow  # test_run.py has Ctrl-C, the next one an intake that is killed
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_ctrl_c_in_the_middle(desk, big, how):
    process = begun(desk, big)
    process.send_signal(how)
    code, told = ended(process)
    assert code == 1 and "已中断，本次没有导入任何工单" in told
    assert desk.bytes() == {} and nothing_left(desk)
    assert ended(command(desk, big))[0] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_in_the_middle(desk, big):
    process = begun(desk, big)
    process.kill()
    process.communicate()
    assert not desk.paths.tickets("2024-09").exists()
    code, told = ended(command(desk, big))
    assert code == 0 and "上次没有做完就中断了：data/tickets 什么也没有改动" in told
    assert nothing_left(desk) and sorted(desk.bytes()) == ["2024-09.parquet", "previous/log.jsonl"]


@pytest.mark.slow  # test_crashes.py and test_versions.py have two at once
def test_two_at_once(desk):
    file = write_csv(desk.folder / "a.csv", GOOD)
    with stage(load_params("2024-09", desk.paths.params), desk.paths):
        code, told = ended(command(desk, file))
    assert code == 1 and "另一次导入、撤回或模拟正在进行" in told
    assert ended(command(desk, file))[0] == 0


@pytest.mark.slow
def test_a_path_with_spaces_and_chinese_and_a_locale_without_utf_8(desk):
    folder = desk.folder / "九月 导出（终稿）'s"
    folder.mkdir()
    wrong = write_csv(folder / "沈阳 1.csv", table(rows({}, {"unit": "沈阳中心"})))
    environment = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    desk.paths = desk.paths.__class__(desk.paths.root, folder / "数 据", desk.paths.params, folder / "输 出")
    code, told = ended(command(desk, wrong, environment=environment))
    assert code == 1 and "「沈阳中心」" in told and f'"{wrong}"' in told
    code, told = ended(command(desk, write_csv(folder / "沈阳 2.csv", GOOD), environment=environment))
    assert code == 0 and "新增 2" in told, told
    code, told = ended(command(desk, wrong, environment=environment | {"PYTHONIOENCODING": "ascii"}))
    assert code == 1


def test_wrong_usage_is_exit_code_2(desk):
    process = subprocess.run(
        [sys.executable, "-m", "hotline_lib", "intake", "a.csv"], capture_output=True, cwd=ROOT, timeout=60
    )
    assert process.returncode == 2
