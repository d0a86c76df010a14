"""What output/MONTH holds: its manifest, and putting a report in its place whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter

from hotline_lib.fingerprint import file_sha256
from hotline_lib.journal import write_whole

if TYPE_CHECKING:
    from hotline_lib.batch.plan import Report

_NAME = "manifest.json"
Status = Literal["made", "unchanged", "failed"]  # of a report in a run
SUFFIXES = (".html", ".ipynb")  # of what is made of one report


@dataclass(frozen=True)
class Record:
    """One report as the manifest knows it.

    status: made or failed. made_at: local time with offset, ISO. error: why it failed, in words. basis: what all reports
    of the month stood on when it was made. parameters: what its notebook got. shared: those that it has in common with the
    whole bulletin. digests: SHA-256 of its files, by suffix. places: by file of data, the id of what stands over its link.
    """

    status: str
    title: str = ""
    unit: str | None = None
    notebook: str = ""
    seconds: float = 0.0
    made_at: str = ""
    error: str | None = None
    fingerprint: str = ""
    basis: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def is_current(self, basis: str, shared: Mapping[str, Any]) -> bool:
        """Whether it was made from just this, and says what the whole bulletin of these parameters says."""
        return self.basis == basis and self.shared.items() <= shared.items()


@dataclass(frozen=True)
class Tables:
    """The month's tables, or its mail: the files' names, what they were made from, or why they were not made.

    shared: the whole bulletin's parameters. digests: SHA-256 of the files, by name.
    """

    fingerprint: str = ""
    files: tuple[str, ...] = ()
    error: str | None = None
    shared: dict[str, Any] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def top(self) -> int:
        """Ranks of issues in Word, mail and tables."""
        return self.shared.get("top", 5)


@dataclass(frozen=True)
class Run:
    """A run that printed, or was made from, something else than the one before it; what is kept in runs/ (``printed``)."""

    version: str
    made_at: str


@dataclass(frozen=True)
class Open:
    """Something of the month that nobody confirmed. count: values. href: where 待补充 stands on a page."""

    words: str
    count: int
    href: str


@dataclass
class Manifest:
    """What was made of one month. ``inputs`` and ``code`` are those of the last run.

    typed: what ``-p`` said of the whole bulletin's parameters when it was made last. proofs: by file of the bulletin, what
    in it cannot be right. runs: those that differ, the last one last. open: what pages print as 待补充; confirmed: how many
    values of the month somebody has filled in. names: by CSV, what its table is called.
    """

    month: str
    simulated: bool = False
    inputs: dict[str, str] = field(default_factory=dict)
    code: dict[str, Any] = field(default_factory=dict)
    tables: Tables = Tables()
    mail: Tables = Tables()
    typed: dict[str, Any] = field(default_factory=dict)
    reports: dict[str, Record] = field(default_factory=dict)
    proofs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()
    open: tuple[Open, ...] = ()
    confirmed: int = 0
    names: dict[str, str] = field(default_factory=dict)

    def take(self, other: Manifest) -> None:
        """What ``whole.remember`` wrote into a copy of this one."""
        self.names, self.open, self.confirmed, self.runs = other.names, other.open, other.confirmed, other.runs


def read_manifest(folder: Path) -> Manifest:
    """The manifest of output/MONTH; an empty one if there is none, or none that can be read."""
    try:
        return TypeAdapter(Manifest).validate_json((folder / _NAME).read_bytes())
    except (OSError, ValueError):
        return Manifest(month=folder.name)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    manifest.reports = dict(sorted(manifest.reports.items()))
    write_whole(folder / _NAME, json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n")


def moment(time: str) -> str:
    """2024年10月14日09:30, of a time as manifests and ledgers keep it."""
    at = datetime.fromisoformat(time)
    return f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"


def all_manifests(output: Path) -> list[Manifest]:
    """The manifests of all months, newest first."""
    return [read_manifest(path.parent) for path in sorted(output.glob(f"*/{_NAME}"), reverse=True)]


def digests(manifest: Manifest) -> dict[str, str]:
    """The SHA-256 that each file of output/MONTH had when it was made, by its path there."""
    of_reports = {
        f"{name}{suffix}": digest for name, each in manifest.reports.items() for suffix, digest in each.digests.items()
    }
    return of_reports | manifest.tables.digests | manifest.mail.digests


def is_whole(file: Path, digest: str | None) -> bool:
    """Whether a file lies there as it was made. digest: None if nobody knows."""
    return file.is_file() and (digest is None or file_sha256(file) == digest)


def to_attach(folder: Path, manifest: Manifest, unit: str | None = None) -> tuple[Path | None, tuple[Path, ...]]:
    """What a mail carries: the bulletin as PDF or in Word, if a run makes one, and the pages; or a unit's pages.

    Pages that failed, or were made from other things than the tables, stay out.
    """
    of = manifest.tables.fingerprint, manifest.tables.shared
    written = [folder / name for name in manifest.tables.files if name.endswith((".pdf", ".docx"))]
    document = max(written, key=lambda file: file.suffix, default=None)  # the PDF, if there is one
    made = {name: each for name, each in manifest.reports.items() if each.status == "made" and each.is_current(*of)}
    return None if unit else document, tuple(folder / f"{name}.html" for name in made if made[name].unit == unit)


def titles(manifest: Manifest, due: Iterable[Report]) -> dict[str, str]:
    """The pages of the whole month that there are or will be, with their titles."""
    made = {name: each.title for name, each in manifest.reports.items() if not each.unit}
    made |= {each.name: each.notebook.title for each in due if not each.unit}
    return {name: title or name for name, title in sorted(made.items())}


def beside(
    folder: Path, manifest: Manifest, now: Container[str], basis: str, shared: Mapping[str, Any]
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """How many reports can be opened; of those not asked for ``now``, which are old and which failed."""
    made = {name: each for name, each in manifest.reports.items() if each.status == "made"}
    good = {name: each.is_current(basis, shared) for name, each in made.items() if (folder / f"{name}.html").is_file()}
    others = [name for name in manifest.reports if name not in now]
    old, unmade = ([name for name in others if good.get(name) is found] for found in (False, None))
    return len(good), tuple(old), tuple(unmade)


def put(folder: Path, name: str, *, html: str, notebook: str | None) -> dict[str, str]:
    """Put a report, or its failure page and the notebook as far as it got, in place. Returns SHA-256 by suffix."""
    texts = {".ipynb": notebook, ".html": html}
    files = {suffix: text.encode("utf-8", "replace") for suffix, text in texts.items() if text is not None}
    for suffix, content in files.items():
        write_whole(folder / f"{name}{suffix}", content)
    return {suffix: hashlib.sha256(content).hexdigest() for suffix, content in files.items()}


def set_aside(folder: Path, name: str, record: Record | None) -> bool:
    """Move a good report, if there is one, to previous/. Returns whether one lies there now."""
    for suffix in SUFFIXES:
        old, kept = folder / f"{name}{suffix}", _previous(folder, name, suffix)
        if old.is_file() and (record is None or record.status == "made"):
            kept.parent.mkdir(parents=True, exist_ok=True)
            os.replace(old, kept)
    return _previous(folder, name, ".html").is_file()


def drop_previous(folder: Path, name: str) -> None:
    """Remove what was set aside, and its folders if nothing else is in them."""
    for suffix in SUFFIXES:
        _previous(folder, name, suffix).unlink(missing_ok=True)
    with suppress(OSError):
        os.removedirs(_previous(folder, name, "").parent)


def retire(folder: Path, manifest: Manifest, notebooks: Iterable[str]) -> bool:
    """Take out reports whose notebook is gone or renamed: they would grow old beside the new ones.

    Good ones move to previous/. Returns whether there were any.
    """
    gone = [name for name, record in manifest.reports.items() if record.notebook not in notebooks]
    for name in gone:
        set_aside(folder, name, manifest.reports.pop(name))
        _drop(folder, name)
    return bool(gone)


def withdraw(folder: Path, manifest: Manifest, reports: Iterable[str], why: str) -> None:
    """Remove reports, tables and mail that were made just now and may not be left as good."""
    for name in reports:
        _drop(folder, name)
    for name in (*manifest.tables.files, *manifest.mail.files):
        (folder / name).unlink(missing_ok=True)
    manifest.tables = manifest.mail = Tables(error=why, shared=manifest.tables.shared)


def _drop(folder: Path, name: str) -> None:
    for suffix in SUFFIXES:
        (folder / f"{name}{suffix}").unlink(missing_ok=True)


def _previous(folder: Path, name: str, suffix: str) -> Path:
    return folder / "previous" / f"{name}{suffix}"
