"""What holds for tests and notebooks alike: what they find around them is theirs, not the person's who runs them."""

import os
import shutil

import pytest
import surroundings

surroundings.prepare()


def pytest_sessionstart() -> None:
    os.chdir(surroundings.ROOT)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A notebook's kernel finds simulated tickets; every other test has folders of its own."""
    notebook = item.path.suffix == ".ipynb"
    os.environ["HOTLINE_DATA"] = str(surroundings.september() if notebook else surroundings.printed())


def pytest_unconfigure() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["HOTLINE_OUTPUT"], ignore_errors=True)
