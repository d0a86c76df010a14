"""A desk where spot checks are drawn, filled in and read back, in data of its own."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from checkers import Desk, here
from support import MONTH

from hotline_lib import open_month
from hotline_lib.intake import recorded
from hotline_lib.month import Month
from hotline_lib.paths import Paths
from hotline_lib.sampling import draw as drawing
from hotline_lib.sampling.draw import complaints


@pytest.fixture(scope="session")
def month(september: Paths) -> Month:
    return open_month(MONTH, september)


@pytest.fixture(scope="session")
def reported(month: Month) -> pd.DataFrame:
    return complaints(month)


@pytest.fixture
def desk(tmp_path: Path, september: Paths, month: Month, reported: pd.DataFrame, monkeypatch) -> Desk:
    (tmp_path / "data").mkdir()
    for name in ("tickets", "published"):
        (tmp_path / "data" / name).symlink_to(september.data / name)
    (tmp_path / "output").mkdir()
    (september.output / ".cache").mkdir(parents=True, exist_ok=True)
    (tmp_path / "output" / ".cache").symlink_to(september.output / ".cache")
    paths = replace(september, data=tmp_path / "data", output=tmp_path / "output")
    monkeypatch.setattr(recorded, "answers", here)  # a process for each would cost more than what is tried
    monkeypatch.setattr(drawing, "complaints", lambda m: reported)
    return Desk(paths, replace(month, paths=paths, spot_checks=None))
