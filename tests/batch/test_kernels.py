"""Forked kernels: as fresh as plain ones, and the same to the byte; plain ones take over where a fork fails."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_run_faults import MONTH, ended, gone, half_written, hotline, province

from hotline_lib.batch import forks, kernels
from hotline_lib.errors import HotlineError
from hotline_lib.journal import held

__all__ = ["province"]  # a fixture

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks")
DRAWING = """import matplotlib.pyplot as plt
plt.plot([1, 3, 2])
plt.show()"""
TABLE = """import pandas as pd
display(pd.DataFrame({"件数": [1, 2]}))
print({"a", "b", "c"}, __name__)"""
KILLS_ITS_PARENT = """import os, signal, subprocess, time
parent = subprocess.run(["ps", "-o", "args=", "-p", str(os.getppid())], capture_output=True, text=True).stdout
if "zygote" in parent:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(5)"""
ERROR = "def f():\n    return 1/0\nf()"


def notebooks(house) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(house.folder.glob("*.ipynb"))}


@pytest.mark.slow
def test_outputs_are_those_of_plain_kernels_to_the_byte(house, monkeypatch):
    for name, code in (
        ("01_draws", DRAWING),
        ("02_table", TABLE),
        ("03_error", ERROR),
        ("04_magic", "%pwd\n!echo hallo"),
    ):
        house.write(name, code, "print('月份', month)")
    forked = house.run()
    made = notebooks(house)
    assert b"image/png" in made["01_draws.ipynb"], "plt.show() shows nothing in a forked kernel"
    monkeypatch.setattr(forks, "_CAN_FORK", False)
    plain = house.run(force=True)
    assert house.statuses(forked) == house.statuses(plain)
    assert notebooks(house) == made


def test_no_state_goes_from_one_notebook_to_the_next(house):
    house.write(
        "01_leaves", "import pandas as pd, sys\npd.set_option('display.max_rows', 7)\nsys.modules['left'] = sys\nx = 5"
    )
    house.write(
        "02_finds",
        "import pandas as pd, sys\nprint(pd.get_option('display.max_rows'), 'left' in sys.modules, 'x' in globals())",
    )
    house.run(jobs=1)
    assert "60 False False" in house.page("02_finds")


def test_kernels_are_forks_of_one_process_in_groups_of_their_own(house):
    for number in (1, 2):
        house.write(
            f"0{number}_who",
            "import os, pandas; print('父', os.getppid(), '组', os.getpgid(0) == os.getpid(), pandas.Series(['']).dtype.storage)",
        )
    house.run(jobs=1)
    parents = {house.page(f"0{number}_who").partition("父 ")[2].split()[0] for number in (1, 2)}
    assert len(parents) == 1 and str(os.getpid()) not in parents
    assert "组 True python" in house.page("01_who")  # and its small frames are quick
    assert gone(int(parents.pop()))


@pytest.mark.slow
def test_a_fork_that_fails_once_makes_way_for_plain_kernels(house, monkeypatch):
    asked = []

    def refuse(self, *arguments):
        asked.append(arguments)
        raise OSError("no fork today")

    monkeypatch.setattr(forks.ForkServer, "start", refuse)
    for number in (1, 2, 3):
        house.write(f"0{number}_a", "import os; print(os.getppid())")
    result = house.run(jobs=1)
    assert set(house.statuses(result).values()) == {"made"} and len(asked) == 1
    assert str(os.getpid()) in house.page("03_a")


@pytest.mark.slow
def test_the_warm_process_may_die_in_the_middle(house):
    house.write("01_kills", KILLS_ITS_PARENT)
    house.write("02_next", "print('月份', month)")
    result = house.run(jobs=1)
    assert set(house.statuses(result).values()) == {"made"}  # the first one by a second, plain kernel


def test_where_nothing_can_be_forked_kernels_are_plain(house, monkeypatch):
    monkeypatch.setattr(forks, "_CAN_FORK", False)
    house.write("01_a", "import os; print(os.getppid())")
    assert house.run().exit_code == 0
    assert str(os.getpid()) in house.page("01_a")


@pytest.mark.slow
@pytest.mark.parametrize(("number", "seed"), [(4, 1), (20, 12328)])
def test_a_run_killed_at_any_moment_is_completed_by_the_next(province, number, seed):
    """Moments are drawn; whatever was being written is whole or not there."""
    moments = random.Random(seed)
    (province.output / "go").touch()
    assert ended(hotline(province, "run", MONTH))[0] == 0
    whole = 4.0
    for _ in range(number):
        begun = time.monotonic()
        process = hotline(province, "run", MONTH, "--force", start_new_session=True)
        time.sleep(moments.uniform(0.2, whole))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        for page in province.report_folder(MONTH).glob("*.html"):
            assert page.read_bytes().endswith(b"</html>\n")
        code, told = ended(hotline(province, "run", MONTH))
        assert code == 0, told
        assert {"01_quick.html", "02_waits.html"} <= {page.name for page in province.report_folder(MONTH).iterdir()}
        assert not half_written(province)
        assert time.monotonic() - begun < 120
    assert gone(int((province.output / "kernel.pid").read_text()))


@pytest.mark.skipif(os.name != "posix", reason="processes as POSIX has them")
def test_what_a_dead_run_left_is_removed_and_what_a_living_one_has_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(forks.tempfile, "tempdir", str(tmp_path))
    dead, living = (tmp_path / f"{forks._PREFIX}{name}" for name in ("dead", "living"))
    left = []
    for folder in (dead, living):
        folder.mkdir()
        (folder / forks.ALIVE).touch()
        environment = {**os.environ, "IPYTHONDIR": str(folder / "ipython")}
        left.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env=environment))
    with held(living / forks.ALIVE, HotlineError()), kernels.kernels({}, fork=False):
        assert left[0].wait(10) == -9 and left[1].poll() is None
        assert not dead.exists() and living.exists()
    left[1].kill()
    left[1].wait()


def test_threads_find_every_class_of_a_kernel_already_looked_up():
    """Two that look one up at once can fail with "import_item accepts strings", and a notebook with them."""
    code = (
        "from hotline_lib.batch import kernels as k\n"
        "with k.kernels({}, fork=False): pass\n"
        "kinds = (k.ReportKernelManager, k.ForkedProvisioner, k.AsyncKernelClient)\n"
        "traits = [trait for kind in kinds for trait in kind.class_traits().values()]\n"
        "print([t.name for t in traits if isinstance(getattr(t, 'klass', None), str)], len(traits) > 20)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[] True\n"


def test_what_one_process_compiles_the_others_of_the_run_find(tmp_path):
    """The wording's templates are compiled once a run, in a folder that goes with it."""
    (tmp_path / "a.j2").write_text("{{ n }}件", encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from hotline_lib.present._sentences import render_cited\n"
        "from hotline_lib.present._sources import Setting\n"
        "print(render_cited(Path(sys.argv[1]), 'a', [{'n': 3}], None)[0])"
    )
    with kernels.kernels({}, fork=False) as started:
        kept = Path(started.environment["HOTLINE_COMPILED"])
        asked = [sys.executable, "-c", code, str(tmp_path)]
        for _ in range(2):
            made = subprocess.run(
                asked, capture_output=True, text=True, encoding="utf-8", env={**os.environ, **started.environment}
            )
            assert made.stdout == "3件\n", made.stderr
        assert len(list(kept.iterdir())) == 1
        (tmp_path / "a.j2").write_text("{{ n }}起", encoding="utf-8")  # another text is not the one that was compiled
        made = subprocess.run(
            asked, capture_output=True, text=True, encoding="utf-8", env={**os.environ, **started.environment}
        )
        assert made.stdout == "3起\n", made.stderr
    assert not kept.exists()


@pytest.mark.skipif(not forks._CAN_FORK, reason="no fork here")
def test_the_warm_process_is_there_before_what_a_run_imports_and_gone_if_it_was_not_needed(tmp_path):
    code = (
        "import sys, psutil\n"
        "from hotline_lib.batch.forks import shared_kernels\n"
        "from hotline_lib.paths import find_paths\n"
        "theirs = lambda: [each for each in psutil.Process().children() if 'hotline_lib.batch.zygote' in each.cmdline()]\n"
        "with shared_kernels(find_paths()):\n"
        "    print(len(theirs()))\n"
        "with shared_kernels(find_paths(), soon=True):\n"
        "    print(len(theirs()), {'hotline_lib.batch.run', 'jupyter_client', 'pandas'} & set(sys.modules))\n"
        "print(len(theirs()))"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout == "0\n1 set()\n0\n", done.stderr
    assert not list(tmp_path.iterdir()), "its folder is gone too"
