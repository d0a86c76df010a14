"""What is installed is what was locked: every version pinned once, every file known by its SHA-256, and the bundle holds to it."""

import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from support import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINS = (ROOT / "constraints.txt").read_text(encoding="utf-8").split("\n")[:-1]


@pytest.fixture(scope="module")
def hashes():
    """bundle/hashes.py, which is no part of the library."""
    spec = spec_from_file_location("hashes", ROOT / "bundle" / "hashes.py")
    spec.loader.exec_module(module := module_from_spec(spec))
    return module


def wheel(folder, text: str = "x = 1\n"):
    """A package of one line, as a wheel."""
    path, about = folder / "tiny-1.0-py3-none-any.whl", "tiny-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny.py", text)
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{about}/RECORD", "")
    return path


def test_every_version_is_pinned_once(hashes):
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in PINS)
    names = [hashes.one_name(pin.partition("==")[0]) for pin in PINS]
    assert len(set(names)) == len(names)


def test_every_file_that_may_be_installed_is_known_by_its_hash(hashes):
    known = hashes.known(LOCK)
    assert all(known.values()) and "://" not in LOCK
    for pin in PINS:
        name, _, version = pin.partition("==")
        assert known.get((hashes.one_name(name), version)), f"{pin}: make lock"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [each for extra in project["project"]["optional-dependencies"].values() for each in extra]
    wanted += project["project"]["dependencies"]
    for name in [re.match(r"[\w.-]+", each)[0] for each in wanted]:
        assert hashes.one_name(name) in {known_name for known_name, _ in known}, f"{name}: make lock"


def test_what_builds_the_project_is_pinned_too(hashes):
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    assert all(tuple(each.split("==")) in hashes.known(LOCK) and each in PINS for each in requires)


def test_a_wheel_from_elsewhere_is_named_when_the_bundle_is_made(hashes, tmp_path):
    (tmp_path / "hotline_suite-0.1.0-py3-none-any.whl").write_bytes(b"the project")
    digest = hashlib.sha256(wheel(tmp_path).read_bytes()).hexdigest()
    lines, wrong = hashes.held(
        tmp_path, f"other==1.0 \\\n    --hash=sha256:{'0' * 64}\ntiny==1.0 ; x \\\n    --hash=sha256:{digest}\n"
    )
    assert (lines, wrong) == ([f"tiny==1.0 --hash=sha256:{digest}"], [])
    for lock in ("", f"tiny==1.0 \\\n    --hash=sha256:{'0' * 64}\n", f"tiny==1.1 \\\n    --hash=sha256:{digest}\n"):
        (told,) = hashes.held(tmp_path, lock)[1]
        assert told.startswith("tiny-1.0-py3-none-any.whl 与 requirements.lock 不符：请")


@pytest.mark.parametrize("script", ["start.sh", "start.bat"])
def test_the_first_start_of_a_bundle_asks_for_the_hashes(script):
    commands = [
        line for line in (ROOT / "bundle" / script).read_text(encoding="utf-8").split("\n") if "pip install" in line
    ]
    assert len(commands) == 2 and all("--no-index" in command for command in commands)
    assert "--require-hashes -r wheels.lock" in commands[0] and "--no-deps" in commands[1]


@pytest.mark.slow
def test_a_wheel_that_was_changed_is_not_installed(hashes, tmp_path):
    (wheels := tmp_path / "wheels").mkdir()
    file = wheel(wheels)
    lock = tmp_path / "wheels.lock"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    lock.write_text("\n".join(hashes.held(wheels, f"tiny==1.0 \\\n    --hash=sha256:{digest}\n")[0]), encoding="utf-8")
    for place, says in (("good", 0), ("bad", 1)):
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--no-index",
            "--find-links",
            wheels,
            "--require-hashes",
            "-r",
            lock,
        ]
        done = subprocess.run([*command, "--target", tmp_path / place], capture_output=True, text=True, timeout=120)
        assert done.returncode == says, done.stderr
        wheel(wheels, "x = 2\n")
    assert (tmp_path / "good" / "tiny.py").exists() and not (tmp_path / "bad").exists()
