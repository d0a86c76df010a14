"""The bundle installs on a machine without a network, and makes the month's report there."""

import os
import shutil
import subprocess

import pytest
from support import ROOT


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    subprocess.run(["make", "bundle"], cwd=ROOT, check=True, capture_output=True, timeout=900)
    place = tmp_path_factory.mktemp("没有 网络") / "hotline-suite"
    shutil.move(ROOT / "dist" / "hotline-suite", place)
    return place


def without_network() -> list[str]:
    """A command that runs another one in a network namespace of its own, where there is not even a loopback."""
    command = ["unshare", "--map-root-user", "--net"]
    works = shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0
    return command if works else []  # where there are no namespaces, pip at least asks no index (start.sh)


def test_from_nothing_to_the_report_with_the_network_off(bundle):
    alone = without_network()
    given = {
        key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "HOTLINE_", "PYTHON", "VIRTUAL"))
    }
    given |= {"PIP_NO_CACHE_DIR": "1", "PIP_CONFIG_FILE": os.devnull, "PYTHONIOENCODING": "utf-8"}
    for arguments in (["simulate", "2024-09"], ["run", "2024-09"]):
        done = subprocess.run(
            [*alone, "./start.sh", *arguments], cwd=bundle, env=given, capture_output=True, text=True, timeout=900
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "6 份报告可用" in done.stdout, done.stdout
    assert (bundle / "output" / "2024-09" / "00_bulletin.html").exists()
    assert (bundle / "output" / "2024-09" / "bulletin.docx").exists()
