"""What a file, a folder, a setting or the code itself is, in one short name.

The runner asks on every start whether anything has changed. A real month of tickets takes seconds to
hash, so the answer is kept under ``output/.cache/sha256`` for as long as size and times of change stay.
"""

import hashlib
import json
import os
import platform
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hotline_lib.journal import write_whole
from hotline_lib.processes import child_environment

_WORTH_REMEMBERING = 1 << 20  # bytes; smaller files are hashed faster than a memory of them is read
_PACKAGES = (
    "pandas", "duckdb", "ibis-framework", "pyarrow", "scipy", "matplotlib", "seaborn", "papermill", "nbconvert",
    "python-docx",
)  # fmt: skip
_SETTLED = 2 * 10**9  # ns; FAT and some network drives keep times of change to 2 s only


def file_sha256(path: Path, cache_folder: Path | None = None) -> str:
    """SHA-256 (hex) of a file's bytes, or of a folder's names and files.

    cache_folder: where digests of big files are remembered (``output/.cache``); None hashes every time.
    Raises FileNotFoundError if there is no such path.
    """
    if path.is_dir():
        files = (file for file in path.rglob("*") if file.is_file() and not _hidden(file.relative_to(path)))
        return tree_fingerprint(files, root=path, cache_folder=cache_folder)
    found = path.stat()
    if cache_folder is None or found.st_size < _WORTH_REMEMBERING:
        return _digest(path)

    memory = cache_folder / "sha256" / hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:24]
    # nobody can set the time of a change of the file itself (ctime); Windows has none, and believes the other
    state = f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
    if (known := _remembered(memory, state)) is not None:
        return known
    digest = _digest(path)
    if (
        time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) > _SETTLED
    ):  # else it may change again without showing it
        with suppress(OSError):  # a memory that cannot be kept costs time, not the answer
            write_whole(memory, f"{state} {digest} {_check(state, digest)}\n", flushed=False)
    return digest


def tree_fingerprint(files: Iterable[Path], *, root: Path, cache_folder: Path | None = None) -> str:
    """One digest (hex) over many files: their names below ``root`` and their contents, whatever the order."""
    named = {file.relative_to(root).as_posix(): file_sha256(file, cache_folder) for file in files}
    return value_fingerprint(named)


def value_fingerprint(value: object) -> str:
    """One digest (hex) of anything JSON can hold; other values (dates, paths) count as their text."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@cache
def library_fingerprint() -> str:
    """The library itself; what runs does not change while it runs."""
    folder = Path(__file__).parent
    return tree_fingerprint(files_below(folder), root=folder)


def files_below(folder: Path) -> list[Path]:
    """Files below a folder, without what tools leave there."""
    inside = {path: path.relative_to(folder).parts for path in sorted(folder.rglob("*")) if path.is_file()}
    return [path for path, parts in inside.items() if not any(part.startswith((".", "__pycache__")) for part in parts)]


@cache
def package_versions() -> dict[str, str]:
    """The Python and the packages that a printed figure or a page can depend on."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def git_commit(root: Path) -> str | None:
    """The commit that the project's folder is at, with + if something is not committed; None outside git."""
    command = ["git", "-C", str(root), "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+"]
    try:
        asked = subprocess.run(command, env=child_environment(), capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout.strip() or None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remembered(memory: Path, state: str) -> str | None:
    try:
        known, digest, check = memory.read_text(encoding="utf-8").strip().rsplit(" ", 2)
    except (OSError, ValueError):
        return None
    return digest if known == state and check == _check(state, digest) else None


def _check(state: str, digest: str) -> str:
    """What shows that a memory is as it was written: a wrong one would be taken for another version of the tickets."""
    return hashlib.sha256(f"{state} {digest}".encode()).hexdigest()[:16]


def _hidden(relative: Path) -> bool:
    return any(part.startswith((".", "_")) for part in relative.parts)  # Parquet readers skip these too
