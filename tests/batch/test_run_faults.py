"""What goes wrong in the middle of a run: a clear message, exit code 1, nothing half-written, and a rerun that works."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from support import MONTH, ROOT, one_in, start

from hotline_lib.batch import execute
from hotline_lib.batch.manifest import read_manifest
from hotline_lib.batch.run import alone
from hotline_lib.paths import Paths

if sys.platform != "win32":
    import resource

WAITING = """
import os, pathlib, time
here = pathlib.Path(os.environ["HOTLINE_OUTPUT"])
(here / "kernel.pid").write_text(str(os.getpid()))
while not (here / "go").exists():
    time.sleep(0.05)
print("等到了", month)
"""


@pytest.mark.slow
def test_a_notebook_that_prints_without_end_is_stopped(house):
    house.write("01_good", "print('月份', month)")
    house.write("02_prints", "for number in range(100):\n    print('x' * 1_000_000)")
    house.write(
        "03_shows", "from IPython.display import HTML\nfor number in range(100):\n    display(HTML('x' * 1_000_000))"
    )
    house.write("04_forever", "while True:\n    print('x' * 10_000)")
    result = house.run(jobs=4, time_limit=60)
    assert list(house.statuses(result).values()) == ["made", "failed", "failed", "failed"]
    for report in result.reports[1:]:
        assert "输出超过 10 MB" in report.error and "第 2 个单元格" in report.error
        assert sum(path.stat().st_size for path in house.folder.glob(f"{report.name}.*")) < 2 * execute.OUTPUT_LIMIT
    assert "月份 2024-09" in house.page("01_good")


@pytest.mark.slow
def test_a_kernel_killed_in_the_middle(house, tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_OUTPUT", str(tmp_path))
    house.paths.output.mkdir()
    house.write("01_waits", WAITING.replace("HOTLINE_OUTPUT", "WAIT_HERE"))
    monkeypatch.setenv("WAIT_HERE", str(tmp_path))

    def kill():
        """The kernel, and the plain one that comes after it."""
        for _ in range(2):
            os.kill(int(text_of(tmp_path / "kernel.pid")), signal.SIGKILL)
            (tmp_path / "kernel.pid").unlink()

    thread = threading.Thread(target=kill)
    thread.start()
    result = house.run()
    thread.join()
    assert result.exit_code == 1 and "内核意外退出" in result.reports[0].error
    (tmp_path / "go").touch()
    assert house.statuses(house.run()) == {"01_waits": "made"}


@pytest.mark.parametrize("jump", one_in(3, [-86_400, 86_400, -1_700_000_000]), ids=["a day back", "a day on", "1970"])
def test_a_clock_that_jumps(house, monkeypatch, jump):
    """While kernels start: jupyter_client takes the wall clock for its patience, so it may start one again."""
    house.write("01_good", "import time; time.sleep(0.5); print('月份', month)")
    asked, true = [], time.time

    def jumping() -> float:
        asked.append(true())
        return asked[-1] + (jump if len(asked) > 1 else 0)

    monkeypatch.setattr(time, "time", jumping)
    result = house.run()
    assert len(asked) > 1, "nothing looked at the clock after the jump"
    assert house.statuses(result) == {"01_good": "made"} and 0 < result.reports[0].seconds < 60
    monkeypatch.setattr(time, "time", true)
    future = true() + 86_400
    for path in house.paths.notebooks.iterdir():
        os.utime(path, (future, future))
    assert house.statuses(house.run()) == {"01_good": "unchanged"}


@pytest.fixture
def province(september, tmp_path) -> Paths:
    """A whole project with two small notebooks, in a path with spaces, Chinese and a quotation mark."""
    root = tmp_path / "某省 九月（终稿）'s"
    shutil.copytree(september.data, root / "data")
    shutil.copytree(ROOT / "params", root / "params")
    (root / "output").mkdir()
    (root / "notebooks").mkdir()
    for name, code in (("01_quick", "print('月份', month)"), ("02_waits", WAITING)):
        cells = [
            {"id": "a", "cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": f'month: str = "{MONTH}"'},
            {"id": "b", "cell_type": "code", "metadata": {}, "source": code},
        ]
        cells = [{**cell, "outputs": [], "execution_count": None} for cell in cells]
        book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (root / "notebooks" / f"{name}.ipynb").write_text(json.dumps(book), encoding="utf-8")
    return Paths(root, root / "data", root / "params", root / "output")


def hotline(paths: Paths, *arguments: str, environment: dict | None = None, **options) -> subprocess.Popen:
    """A command in that project. Its kernels find the library, wherever the project lies."""
    given = {**os.environ, **paths.environment(), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "hotline_lib", *arguments]
    return start(command, cwd=paths.root, env=given | (environment or {}), **options)


def ended(process: subprocess.Popen) -> tuple[int, str]:
    out, error = process.communicate(timeout=180)
    told = (out + error).decode("utf-8", "replace")
    assert "Traceback" not in told and "程序出错" not in told, told
    return process.returncode, told


def text_of(file: Path) -> str:
    deadline = time.monotonic() + 60
    while not (file.exists() and (text := file.read_text())):
        assert time.monotonic() < deadline, f"{file.name} did not come"
        time.sleep(0.05)
    return text


def remembered(paths: Paths, report: str) -> None:
    """Waits until a run has written down that it made a report: from then on the next run need not make it again."""
    deadline = time.monotonic() + 60
    while report not in read_manifest(paths.report_folder(MONTH)).reports:
        assert time.monotonic() < deadline, f"{report} was not made"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    """Whether a process ends within seconds."""
    for _ in range(200):
        try:
            if "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:1]:
                return True
            os.kill(pid, 0)
        except (OSError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def half_written(paths: Paths) -> list[Path]:
    return [path for path in paths.output.rglob("*") if path.suffix == ".part"]


@pytest.mark.slow  # test_run.py has Ctrl-C, inside one process
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    "stopped",
    [(signal.SIGTERM, os.kill), (signal.SIGINT, os.killpg), (signal.SIGKILL, os.kill)],
    ids=["SIGTERM", "Ctrl-C", "SIGKILL"],
)
def test_a_run_that_is_stopped_leaves_no_kernel_and_the_next_one_does_the_rest(province, tmp_path, stopped):
    """A terminal sends Ctrl-C to all that the command has started; others end the command alone."""
    (how, to), scratch = stopped, tmp_path / "t"
    scratch.mkdir()
    process = hotline(province, "run", MONTH, start_new_session=True, environment={"TMPDIR": str(scratch)})
    pid = int(text_of(province.output / "kernel.pid"))
    remembered(province, "01_quick")
    to(process.pid, how)
    code, told = ended(process)
    if how != signal.SIGKILL:
        assert code == 1 and "已中断" in told
        assert not half_written(province) and not list(scratch.iterdir())
    assert gone(pid), "a kernel was left"
    (province.output / "go").touch()
    code, told = ended(hotline(province, "run", MONTH, environment={"TMPDIR": str(scratch)}))
    assert code == 0, told
    assert "没有变化　01_quick" in told and "完成　02_waits" in told
    assert not half_written(province) and not list(scratch.iterdir())


def test_the_second_of_two_runs_of_a_month_says_so(province):
    (province.output / "go").touch()
    with alone(MONTH, province):
        code, told = ended(hotline(province, "run", MONTH))
    assert code == 1 and f"另一次运行正在做 {MONTH} 的报告" in told
    assert not province.report_folder(MONTH).exists()


@pytest.mark.slow
def test_two_runs_at_once_for_real(province):
    processes = [hotline(province, "run", MONTH) for _ in range(2)]
    text_of(province.output / "kernel.pid")
    (province.output / "go").touch()
    codes = sorted(ended(process)[0] for process in processes)
    assert codes == [0, 1]
    assert (province.report_folder(MONTH) / "02_waits.html").exists()
    assert ended(hotline(province, "run", MONTH))[0] == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="file-size limits")
@pytest.mark.parametrize("size", [2 << 10, 30 << 10, 90 << 10])
def test_a_full_disk(province, size):
    """At the first table, at the first frame, and at a page."""
    (province.output / "go").touch()
    big = "from IPython.display import HTML\nimport random\nHTML('<p>' + 'x' * 200_000 + '</p>')"
    book = province.notebooks / "01_quick.ipynb"
    book.write_text(book.read_text().replace("print('\\u6708\\u4efd', month)", big.replace("\n", "\\n")))
    limited = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    code, told = ended(hotline(province, "run", MONTH, preexec_fn=limited))
    assert code == 1 and "磁盘已满" in told, told
    assert not half_written(province)
    pages = province.report_folder(MONTH).glob("0*.html")
    assert all(page.read_bytes().endswith(b"</html>\n") for page in pages)
    code, told = ended(hotline(province, "run", MONTH))
    assert code == 0, told
    assert not half_written(province)


AS_NOBODY = """
import os, sys
from hotline_lib.cli import main
if os.getuid() == 0:  # root may write anywhere
    import encodings.utf_8_sig, filelock, hotline_lib.batch.forks, hotline_lib.batch.run, hotline_lib.month, duckdb, pyarrow.parquet, pyarrow.dataset, ibis.backends.duckdb
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
assert not os.access(os.environ["HOTLINE_OUTPUT"], os.W_OK), "the machine lets anybody write anywhere"
main(["run", "2024-09"])
"""


@pytest.mark.skipif(os.name != "posix", reason="users")
def test_an_output_folder_that_may_not_be_written(province):
    with tempfile.TemporaryDirectory() as home:  # pytest's own folders are closed to others
        root = Path(home, "project")
        shutil.copytree(province.root, root)
        for folder in (Path(home), *(path for path in root.rglob("*") if path.is_dir()), root):
            folder.chmod(0o755)
        (root / "output").chmod(0o555)
        paths = Paths(root, root / "data", root / "params", root / "output")
        given = {**os.environ, **paths.environment(), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run([sys.executable, "-c", AS_NOBODY], capture_output=True, cwd=home, env=given, timeout=120)
        told = done.stderr.decode()
        assert done.returncode == 1 and "无法写入" in told and "写入权限" in told, told
        assert not list((root / "output").iterdir())


@pytest.mark.slow
def test_a_locale_without_utf_8(province):
    (province.output / "go").touch()
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code, told = ended(hotline(province, "run", MONTH, environment=plain))
    assert code == 0, told
    page = (province.report_folder(MONTH) / "01_quick.html").read_text(encoding="utf-8")
    assert f"月份 {MONTH}" in page
    code, _ = ended(hotline(province, "check", MONTH, environment=plain | {"PYTHONIOENCODING": "ascii"}))
    assert code == 0
