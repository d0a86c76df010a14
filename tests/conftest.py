"""Shared by all tests: small drawn frames, and one month of tickets simulated once per run."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from hotline_lib.paths import Paths, find_paths

ROOT = Path(__file__).resolve().parent.parent
MONTH = "2024-09"


def drawn(text: str) -> pd.DataFrame:
    """A frame drawn as text: a header, then rows, columns parted by |. Whole numbers become int64, blanks None."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines[1:], columns=lines[0]).replace({"": None})
    for column in frame:
        if frame[column].notna().all() and frame[column].str.fullmatch(r"-?\d+").all():
            frame[column] = frame[column].astype("int64")
    return frame


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


def simulated(folder: Path, project: Paths, *, month: str = MONTH, **options: int) -> Paths:
    """A project whose data is copied to ``folder`` and whose tickets are simulated there."""
    from hotline_lib.simulate import simulate

    for name in ("published", "spot_checks"):
        if (project.data / name).exists():
            shutil.copytree(project.data / name, folder / "data" / name)
    paths = replace(project, data=folder / "data", output=folder / "output")
    simulate(month, paths, **options)
    return paths
