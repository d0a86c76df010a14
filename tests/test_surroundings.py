"""``make test`` is the same for everybody: in the background, in another locale, in any folder, beside real tickets."""

import os
import shutil
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest
import surroundings
from hypothesis import given, settings
from hypothesis import strategies as st
from support import MONTH, ROOT

posix = pytest.mark.skipif(os.name != "posix", reason="signals and users of POSIX")
FOLDER = "某省 热线's（终稿）"


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    }


def child(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    ).stdout.strip()


@posix
def test_what_is_started_can_be_interrupted_and_ended():
    names = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGCHLD")
    code = f"import signal; print([signal.getsignal(getattr(signal, name)) == signal.SIG_IGN for name in {names}])"
    assert child(code) == str([False] * 4)
    assert child("import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))") == "set()"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_started_writes_and_reads_as_everywhere():
    found = child(
        "import os, sys, time; print(sys.getfilesystemencoding(), sys.stdout.encoding, time.tzname[0], os.getcwd())"
    )
    assert found == f"utf-8 utf-8 UTC {ROOT}"
    if os.name == "posix":
        assert oct(os.umask(0o022)) == "0o22" and not [name for name in os.environ if name.startswith("LC_")]


def test_folders_are_the_tests_own(project, september):
    own = {name: Path(value) for name, value in os.environ.items() if name.startswith("HOTLINE_")}
    assert set(own) - set(surroundings.SEARCH) == {"HOTLINE_DATA", "HOTLINE_OUTPUT"}
    assert project.data == own["HOTLINE_DATA"] and project.output == own["HOTLINE_OUTPUT"]
    assert not (project.data / "tickets").exists() and (project.data / "published" / MONTH).is_dir()
    assert {file.stem for file in (september.data / "tickets").iterdir()} == {"2023-09", "2024-08", MONTH}
    for folder in (ROOT / "data", ROOT / "output"):
        assert not [each for each in (project.data, project.output, september.data) if each.is_relative_to(folder)]


def test_hypothesis_tries_the_same_examples_whatever_is_loaded(tmp_path, monkeypatch):
    def tried() -> list:
        found = []

        @settings(max_examples=100)
        @given(st.text(), st.integers())
        def remember(text: str, number: int) -> None:
            found.append((text, number))

        remember()
        return found

    before = tried()
    file = tmp_path / "loaded_elsewhere.py"
    file.write_text("\n".join(f"a{n} = ['一段 {n}', {n * 7 + 1000}]" for n in range(300)), encoding="utf-8")
    module = types.ModuleType(file.stem)
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, file.stem, module)
    assert tried() == before and settings.default.database is None


def test_all_tests_can_be_collected_together():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(set(names)) == len(names)


# The commands of the Makefile, with a Python that only writes down what it is asked for.


@pytest.fixture
def project_of_somebody(tmp_path):
    """A project in a folder with spaces and Chinese; make(target) gives what Python was asked for."""
    folder = tmp_path / FOLDER
    (folder / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("pyproject.toml", "constraints.txt"):
        (folder / name).touch()
    python = folder / ".venv" / "bin" / "python"
    python.write_text(
        '#!/bin/sh\necho "$*" >> asked\ncase $1 in tests/*) test ! -e broken && echo "$PWD/.cache/own";; esac\n'
    )
    python.chmod(0o755)
    later = time.time() + 60
    (folder / ".venv" / ".ready").touch()
    os.utime(folder / ".venv" / ".ready", (later, later))
    return folder


def asked(folder: Path, target: str) -> list[str]:
    (folder / "asked").unlink(missing_ok=True)
    environment = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "HOTLINE_DATA")
    }
    done = subprocess.run(["make", target], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == (2 if (folder / "broken").exists() else 0), done.stderr
    return (folder / "asked").read_text(encoding="utf-8").splitlines()


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_make_simulates_nothing_where_somebody_works(project_of_somebody):
    folder = project_of_somebody
    (folder / "data" / "tickets").mkdir(parents=True)
    assert asked(folder, "lab") == ["-m jupyter lab notebooks"]
    refresh = asked(folder, "refresh")
    assert refresh == ["tests/surroundings.py", f"-m hotline_lib refresh --data {folder / '.cache' / 'own'}"]
    for target in ("test", "test-all", "search"):
        assert not [line for line in asked(folder, target) if "hotline_lib" in line], target
    (folder / "broken").touch()  # then nothing is refreshed, least of all on what the person has
    assert asked(folder, "refresh") == ["tests/surroundings.py"]


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_make_lab_in_a_fresh_clone_has_a_month_to_show(project_of_somebody):
    assert asked(project_of_somebody, "lab") == [f"-m hotline_lib simulate {MONTH}", "-m jupyter lab notebooks"]


# The tests themselves, as somebody else runs them.


@posix
@pytest.mark.slow
def test_the_suite_in_the_background_in_another_folder_and_locale_beside_real_tickets(tmp_path):
    """These tests and a notebook, whose kernel opens a month: what they need is there, what is the person's stays."""
    home = tmp_path / FOLDER
    for name in ("hotline_lib", "params", "data/published", "data/spot_checks", "tests"):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "conftest.py", "notebooks/05_spot_checks.ipynb"):
        (home / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, home / name)
    (home / "data" / "tickets").mkdir()
    (home / "data" / "tickets" / "2024-10.parquet").write_bytes(b"a real month, which no test opens")
    (home / "output" / "2024-10").mkdir(parents=True)
    before = {name: everything(home / name) for name in ("data", "output", "params", "notebooks")}

    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        os.umask(0o077)

    nowhere = str(tmp_path / "nowhere")
    hostile = {
        "LC_ALL": "C", "TZ": "America/St_Johns", "HOME": nowhere, "HOTLINE_DATA": nowhere, "HOTLINE_PARAMS": nowhere,
        "JUPYTER_DATA_DIR": nowhere, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(home),
    }  # fmt: skip
    given = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "HOTLINE"))} | hostile
    command = [sys.executable, "-m", "pytest", "-q", "-n", "1", "--nbval", str(home / "tests" / "test_surroundings.py")]
    done = subprocess.run(
        [*command, str(home / "notebooks"), "-k", "not suite and not make"], cwd=tmp_path, env=given, preexec_fn=ignore,
        capture_output=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-3000:]
    assert {name: everything(home / name) for name in before} == before
    assert not (home / ".hypothesis").exists()
