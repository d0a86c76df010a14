"""Files and folders that appear whole or not at all; those that others may not read; and that they are on the disk."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

DIGESTS = "sha256.json"


def write_whole(path: Path, content: str | bytes, *, private: bool = False, flushed: bool = True) -> None:
    """Write a file so that it appears whole or not at all: beside it first, then renamed over it.

    What is no character (half of one, from some JSON) becomes a question mark. private: nobody else may read it. flushed: it is on the disk then; not if it is verified when it is read.
    """
    private_folder(path.parent) if private else path.parent.mkdir(parents=True, exist_ok=True)
    part = beside(path)
    try:
        with _opened(part, "xb", private) as file:
            file.write(content.encode("utf-8", "replace") if isinstance(content, str) else content)
            if flushed:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if flushed:
        flush(path.parent)


def add_line(path: Path, line: str) -> None:
    """A line at the end of a private file; it is on the disk then."""
    private_folder(path.parent)
    new = not path.exists()
    with _opened(path, "ab", True) as file:
        file.write(line.encode("utf-8") + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if new:
        flush(path.parent)


def write_folder(folder: Path, files: Mapping[str, bytes], *, flushed: bool = False) -> None:
    """Write a private folder of files, whole or not at all, with what ``read_folder`` verifies them by."""
    part, old = beside(folder), beside(folder, ".old")
    private_folder(part)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    try:
        for name, content in (dict(files) | {DIGESTS: json.dumps(digests).encode()}).items():
            write_whole(part / name, content, private=True, flushed=flushed)
        with suppress(FileNotFoundError):  # damaged, or of an earlier version of the suite
            os.replace(folder, old)
        with suppress(OSError):  # somebody was faster with the same
            os.replace(part, folder)
    finally:
        for rest in (part, old):
            shutil.rmtree(rest, ignore_errors=True)
    if flushed:
        flush(folder.parent)


def read_folder(folder: Path) -> dict[str, bytes] | None:
    """What ``write_folder`` wrote; None if there is no such folder, or it is not as it was written."""
    try:
        digests = json.loads((folder / DIGESTS).read_bytes())
        files = {name: (folder / name).read_bytes() for name in digests}
        whole = all(hashlib.sha256(content).hexdigest() == digests[name] for name, content in files.items())
    except (OSError, ValueError, TypeError):
        return None
    return files if whole else None


def private_folder(folder: Path) -> None:
    """A folder that, if it is new, nobody else may look into."""
    folder.mkdir(0o700, parents=True, exist_ok=True)


def flush(path: Path) -> None:
    """A file's content, or which files a folder has, are on the disk then. Windows keeps folders by itself."""
    if os.name == "nt" and path.is_dir():
        return
    number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def beside(path: Path, mark: str = "") -> Path:
    """A name in the same folder, of this thread, under which something is made before it takes its place."""
    return path.with_name(f".{path.name}{mark}.{os.getpid()}-{threading.get_ident()}.part")


def close_to_others(path: Path) -> None:
    """What is private takes its place as such, whatever wrote it."""
    for each in (path, *path.rglob("*")):
        each.chmod(0o700 if each.is_dir() else 0o600)


def _opened(path: Path, mode: str, private: bool) -> IO[bytes]:
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600 if private else 0o666))
