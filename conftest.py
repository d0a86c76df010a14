"""What holds for tests and notebooks alike: what they find around them is theirs, not the person's who runs them."""

import os
import shutil

import pytest
import surroundings

surroundings.prepare()
# files that take a minute come first: each is done by one process, and the last ones should be short
LONG = (
    "test_run_faults.py", "test_mutations.py", "test_kernels.py", "test_whole_month.py", "test_canaries.py", "test_send.py",
    "test_report.py", "test_refresh.py", "test_run.py", "test_simulate.py", "test_seasons.py", "test_surroundings.py",
    "test_spoilt_files.py", "test_faults.py", "test_deadly.py", "test_people.py", "test_versions.py", "00_bulletin.ipynb",
)  # fmt: skip


def pytest_sessionstart() -> None:
    os.chdir(surroundings.ROOT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A notebook's kernel finds simulated tickets; every other test has folders of its own."""
    notebook = item.path.suffix == ".ipynb"
    os.environ["HOTLINE_DATA"] = str(surroundings.september() if notebook else surroundings.printed())


def pytest_unconfigure() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["HOTLINE_OUTPUT"], ignore_errors=True)
