"""A project of its own for each test."""

from dataclasses import replace

import pytest
from desk import Desk

pytest.register_assert_rewrite("outcomes", "remedies")


@pytest.fixture
def desk(project, tmp_path) -> Desk:
    (tmp_path / "in").mkdir()
    return Desk(replace(project, data=tmp_path / "data", output=tmp_path / "output"), tmp_path / "in")
