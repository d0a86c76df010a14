"""Intake in one word, in a project of its own."""

from pathlib import Path

import pandas as pd
import pytest

from hotline_lib.intake import Intake, IntakeError, intake
from hotline_lib.paths import Paths


class Desk:
    """Where an analyst sits: files come in, months of tickets come out."""

    def __init__(self, paths: Paths, folder: Path):
        self.paths, self.folder = paths, folder

    def take(self, *files: Path, month: str = "2024-09", **options: bool) -> Intake:
        return intake(files, month, self.paths, **options)

    def refused(self, *files: Path, **options) -> str:
        """The message of an intake that takes nothing, and leaves nothing behind."""
        before = self.bytes()
        with pytest.raises(IntakeError) as caught:
            self.take(*files, **options)
        assert self.bytes() == before
        return str(caught.value)

    def bytes(self) -> dict[str, bytes]:
        folder = self.paths.data / "tickets"
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def tickets(self, month: str = "2024-09") -> pd.DataFrame:
        return pd.read_parquet(self.paths.tickets(month))

    def problems(self) -> pd.DataFrame:
        (file,) = (self.paths.output / "intake").glob("*/problems.csv")
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        return pd.read_csv(file, encoding="utf-8-sig", keep_default_na=False)
