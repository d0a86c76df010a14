"""What tickets on a server are held to."""

from dataclasses import replace

import pytest
import same
import surroundings
from support import MONTH


@pytest.fixture(scope="session")
def from_files(project, tmp_path_factory):
    """Everything that is read of September from Parquet files."""
    paths = replace(project, data=surroundings.september(), output=tmp_path_factory.mktemp("files"))
    return same.all_of(MONTH, paths)
