"""How a command has something to itself, how it is ended, and what is left of those that were killed."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline_lib.errors import HotlineError
from hotline_lib.journal.files import private_folder

ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def end_on_signals() -> None:
    """SIGTERM, and a terminal that is closed, end a command as Ctrl-C does."""
    for number in ENDING[1:]:
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def broken_off(error: BaseException | None) -> bool:
    """Whether it came of Ctrl-C, of which whatever it met at work may have made an error of its own: DuckDB does, and so does
    an import that was half done and is asked for again."""
    duckdb = type(error).__name__ in ("RuntimeError", "InterruptException") and "interrupt" in str(error).lower()
    return duckdb or isinstance(error, KeyboardInterrupt) or (error is not None and broken_off(error.__context__))


@contextmanager
def held(file: Path, busy: HotlineError, patience: float = 0) -> Iterator[None]:
    """Holds a lock file, which is never deleted; the lock ends with the process, however it ends. Raises ``busy`` if
    another one has it for longer than ``patience`` (seconds)."""
    from filelock import FileLock, Timeout

    private_folder(file.parent)
    lock = FileLock(file, timeout=patience, preserve_lock_file=True)
    try:
        lock.acquire()
    except Timeout:
        raise busy from None
    try:
        yield
    finally:
        lock.release()


def sweep(*folders: Path) -> None:
    """Removes what programs that were killed had begun to write there."""
    for part in (part for folder in folders for part in folder.glob(".*.part")):
        import psutil

        owner = part.name.removesuffix(".part").rpartition(".")[2].partition("-")[0]
        if not (owner.isdigit() and psutil.pid_exists(int(owner))):
            shutil.rmtree(part, ignore_errors=True) if part.is_dir() else part.unlink(missing_ok=True)
