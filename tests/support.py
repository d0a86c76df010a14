"""What tests share beside fixtures: drawn frames, and a project with simulated tickets."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd

from hotline_lib.paths import Paths

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


def simulated(folder: Path, project: Paths, *, month: str = MONTH, **options: int) -> Paths:
    """A project whose data is copied to ``folder`` and whose tickets are simulated there."""
    from hotline_lib.simulate import simulate

    for name in ("published", "spot_checks"):
        if (project.data / name).exists():
            shutil.copytree(project.data / name, folder / "data" / name)
    paths = replace(project, data=folder / "data", output=folder / "output")
    simulate(month, paths, **options)
    return paths
