"""What every test finds around it, whoever runs it, wherever and how: signals, locale, zone, folders and tickets.

    python tests/surroundings.py      # simulates the tests' own September, and prints its folder: what HOTLINE_DATA is to be

Nobody's data/tickets or output/ are read or written by a test.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent
MONTH = "2024-09"
COPIED = ("published", "spot_checks")  # of data/: what is in git
SEARCH = ("HOTLINE_EXAMPLES", "HOTLINE_EVERY")  # how long a search is: all that is asked of a test by its environment
# of the person's shell: what would change what the suite does, says or finds
_LEFT_OUT = re.compile(
    r"HOTLINE_|PG[A-Z]+$|SPARK_|LC_|LANG|TZ$|PYTHON(?!PATH$|PYCACHEPREFIX$|DONTWRITEBYTECODE$)|MPL|JUPYTER|IPYTHON|(NO|FORCE)_COLOR$|COLUMNS$|LINES$"
    r"|GIT_(DIR|WORK_TREE|INDEX_FILE)$"
)
_UNUSED = 86_400  # seconds after which tickets of another state of the project are thrown away


def prepare() -> None:
    """Set up this process and what it starts; again in each worker of xdist, which inherits all but the mask and zone."""
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGQUIT", "SIGTERM", "SIGCHLD"):
            # a job in the background ignores some, and so do its children
            number = getattr(signal, name, None)
            if number and signal.getsignal(number) is signal.SIG_IGN:
                signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.umask(0o022)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        for name in [name for name in os.environ if _LEFT_OUT.match(name) and name not in SEARCH]:
            del os.environ[name]
        home = place() / "home"  # a person's settings of these are not the tests', and HOME may not be written
        home.mkdir(exist_ok=True)
        os.environ |= {
            "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "XDG_CACHE_HOME": str(home / "cache"),
            "MPLCONFIGDIR": str(home / "matplotlib"),
            "IPYTHONDIR": str(home / "ipython"), "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
            "JUPYTER_DATA_DIR": str(home / "jupyter"), "JUPYTER_RUNTIME_DIR": str(home / "jupyter" / "runtime"),
            "HOTLINE_DATA": str(printed()), "HOTLINE_OUTPUT": tempfile.mkdtemp(prefix="hotline-tests-"),
        }  # fmt: skip
    if hasattr(time, "tzset"):
        time.tzset()


@cache
def place() -> Path:
    """Where tests keep what takes long to make; in the project, or beside other temporary files if that is closed."""
    try:
        folder = ROOT / ".cache" / "tests"
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        folder = Path(tempfile.gettempdir(), f"hotline-tests-of-{getattr(os, 'getuid', int)()}")
        folder.mkdir(exist_ok=True)
    return folder


def kept(name: str, make: Callable[[Path], object]) -> Path:
    """A folder that ``make`` fills, once for the project as it is now, and that is only read then."""
    state = place() / _state()
    if not state.exists():
        for other in place().glob("state-*"):
            if time.time() - other.stat().st_mtime > _UNUSED:
                shutil.rmtree(other, ignore_errors=True)
        state.mkdir(exist_ok=True)
    os.utime(state)
    folder = state / name
    with FileLock(state / f"{name}.lock"):
        if not folder.exists():
            beside = state / f"{name}.part"
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir()
            make(beside)
            beside.rename(folder)
    return folder


def printed() -> Path:
    """What data/ holds in git: no ticket."""
    return kept("printed", copy_printed)


def september() -> Path:
    """The same, with the simulated tickets of the printed month and of the two months it is compared with."""

    def make(folder: Path) -> None:
        from hotline_lib.paths import Paths
        from hotline_lib.simulate import simulate

        copy_printed(folder)
        simulate(MONTH, Paths(ROOT, folder, ROOT / "params", folder / "output"))

    return kept("september", make)


def copy_printed(folder: Path) -> None:
    for name in COPIED:
        shutil.copytree(ROOT / "data" / name, folder / name)


@cache
def _state() -> str:
    """Whatever simulated tickets depend on, and more: the library, params/, what is printed, and the packages."""
    from hotline_lib.fingerprint import package_versions, tree_fingerprint, value_fingerprint

    folders = [
        ROOT / "hotline_lib",
        ROOT / "params",
        ROOT / "tests" / "second_province",
        *(ROOT / "data" / name for name in COPIED),
    ]
    files = [
        path for folder in folders for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    return f"state-{value_fingerprint([tree_fingerprint(files, root=ROOT), package_versions()])[:16]}"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    print(september())
