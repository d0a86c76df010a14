"""What a run that was killed left behind."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path

from hotline_lib.errors import HotlineError
from hotline_lib.journal import held

ALIVE = "alive"  # the file that a living run holds in its kernels' folder
_START_LIMIT = 60  # seconds


def bury(folder: Path) -> None:
    """Ends what a run that was killed left behind: processes that were started for its folder, and the folder.

    A run that lives holds the file ALIVE in its folder.
    """
    with suppress(OSError, HotlineError):
        if not (folder / ALIVE).exists() and time.time() - folder.stat().st_mtime < _START_LIMIT:
            return  # just being made
        import psutil  # a run that finds nothing left needs none of it

        with held(folder / ALIVE, HotlineError("alive")):
            for process in psutil.process_iter():
                with suppress(psutil.Error):
                    if process.environ().get("IPYTHONDIR", "").startswith(str(folder)):
                        process.kill()
            shutil.rmtree(folder, ignore_errors=True)
