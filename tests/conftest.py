"""Fixtures of all tests: the project's folders, and one month of tickets simulated once per run."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from support import ROOT, simulated

from hotline_lib.params import month_span
from hotline_lib.paths import Paths, find_paths

settings.register_profile(
    "hotline", deadline=None, derandomize=os.environ.get("CI") == "true"
)  # the first example pays for imports; machines differ
settings.load_profile("hotline")


@pytest.fixture(scope="session")
def project() -> Paths:
    """The project's own folders."""
    return find_paths(
        data=ROOT / "data", params=ROOT / "params", output=Path(os.environ.get("HOTLINE_OUTPUT", ROOT / "output"))
    )


@pytest.fixture
def own_params(tmp_path: Path, project: Paths) -> Paths:
    """The project with a copy of params/ that a test may break."""
    shutil.copytree(project.params, tmp_path / "params")
    return replace(project, params=tmp_path / "params", output=tmp_path / "output")


@pytest.fixture(scope="session")
def september(tmp_path_factory: pytest.TempPathFactory, project: Paths) -> Paths:
    """The published month with tickets of the default seed, in folders of its own."""
    return simulated(tmp_path_factory.mktemp("september"), project)


@pytest.fixture(scope="session")
def twelve(tmp_path_factory: pytest.TempPathFactory, project: Paths) -> Paths:
    """Twelve simulated months that end with the published one."""
    from hotline_lib.simulate.seasons import simulate_run

    folder = tmp_path_factory.mktemp("twelve")
    for name in ("published", "spot_checks"):
        shutil.copytree(project.data / name, folder / "data" / name)
    paths = replace(project, data=folder / "data", output=folder / "output")
    simulate_run(month_span("2023-10..2024-09"), paths)
    return paths


@pytest.fixture(scope="session")
def province(tmp_path_factory, project) -> Paths:
    """An invented province with simulated tickets: its own units, catalogue, scheme, organisation and month.

    Columns, calendar and wording are the nation's.
    """
    from hotline_lib.simulate import simulate

    here = ROOT / "tests" / "second_province"
    folder = tmp_path_factory.mktemp("云岭 省")  # a path with a space and Chinese characters
    shutil.copytree(here / "params", folder / "params")
    shutil.copytree(here / "data", folder / "data")
    shutil.copytree(project.params / "wording", folder / "params" / "wording")
    for name in ("columns.yaml", "calendar.yaml"):
        shutil.copy(project.params / name, folder / "params" / name)
    paths = replace(project, data=folder / "data", params=folder / "params", output=folder / "output")
    simulate("2025-03", paths, seed=5)
    return paths


@pytest.fixture
def published(tmp_path: Path, project: Paths) -> Paths:
    """The project with a copy of data/published that a test may break."""
    shutil.copytree(project.data / "published", tmp_path / "data" / "published")
    return replace(project, data=tmp_path / "data")
