"""Fixtures of all tests: the project's folders, and months of tickets that are simulated once and shared."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import surroundings
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.internal.conjecture import providers
from support import ROOT, end_all

from hotline_lib.params import month_span
from hotline_lib.paths import Paths, find_paths

# the same examples every time, on any machine: none is remembered, none depends on what is loaded or how long it takes
providers._get_local_constants = lambda: providers._local_constants
set_hypothesis_home_dir(surroundings.place() / "hypothesis")
usual = settings(
    deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.register_profile("tests", usual)
settings.register_profile("quick", usual, max_examples=30)  # the first of them: make test
settings.register_profile(
    "search", usual, derandomize=False, database=DirectoryBasedExampleDatabase(surroundings.place() / "examples"), print_blob=True,
    max_examples=int(os.environ.get("HOTLINE_EXAMPLES", "3000")),
)  # fmt: skip
settings.load_profile("tests")


@pytest.fixture(autouse=True)
def nothing_outlives_a_test():
    yield
    end_all()


@pytest.fixture(scope="session")
def project() -> Paths:
    """The project: its params/ and notebooks/, what is printed in data/, no ticket, an output folder of the tests."""
    return find_paths(data=surroundings.printed(), params=ROOT / "params")


@pytest.fixture
def own_params(tmp_path: Path, project: Paths) -> Paths:
    """The project with a copy of params/ that a test may break."""
    shutil.copytree(project.params, tmp_path / "params")
    return replace(project, params=tmp_path / "params", output=tmp_path / "output")


@pytest.fixture(scope="session")
def september(tmp_path_factory: pytest.TempPathFactory, project: Paths) -> Paths:
    """The published month with tickets of the default seed; output/ is this process's own."""
    return replace(project, data=surroundings.september(), output=tmp_path_factory.mktemp("september"))


@pytest.fixture(scope="session")
def twelve(tmp_path_factory: pytest.TempPathFactory, project: Paths) -> Paths:
    """Twelve simulated months that end with the published one; output/ is this process's own."""
    from hotline_lib.simulate.seasons import simulate_run

    def make(folder: Path) -> None:
        surroundings.copy_printed(folder)
        simulate_run(month_span("2023-10..2024-09"), replace(project, data=folder))

    return replace(project, data=surroundings.kept("twelve", make), output=tmp_path_factory.mktemp("twelve"))


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory, project: Paths) -> Paths:
    """An invented province with simulated tickets: its own units, catalogue, scheme, organisation and month.

    Columns, calendar and wording are the nation's.
    """
    from hotline_lib.simulate import simulate

    here = ROOT / "tests" / "second_province"

    def make(folder: Path) -> None:
        shutil.copytree(here / "params", folder / "params")
        shutil.copytree(here / "data", folder / "data")
        shutil.copytree(project.params / "wording", folder / "params" / "wording")
        for name in ("columns.yaml", "calendar.yaml"):
            shutil.copy(project.params / name, folder / "params" / name)
        simulate("2025-03", replace(project, data=folder / "data", params=folder / "params"), seed=5)

    folder = surroundings.kept("云岭 省", make)  # a path with a space and Chinese characters
    output = tmp_path_factory.mktemp("云岭 省")
    return replace(project, data=folder / "data", params=folder / "params", output=output)


@pytest.fixture
def published(tmp_path: Path, project: Paths) -> Paths:
    """The project with a copy of data/published that a test may break."""
    shutil.copytree(project.data / "published", tmp_path / "data" / "published")
    return replace(project, data=tmp_path / "data")
