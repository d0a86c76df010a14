"""What a run printed, and what it was made from: kept, so that a later run can say what changed since, and why.

output/MONTH/runs/VERSION.json.gz: the cells of every table, the words of every section, and a name and a short digest
of each input; no ticket, no citizen. VERSION is the digest of the content, so a run that changes nothing keeps nothing.
The mail's ledger keeps its own copy of what was sent, as data/sent/MONTH/runs/EDITION.json.gz.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from hotline_lib.fingerprint import files_below, library_fingerprint, package_versions, value_fingerprint
from hotline_lib.journal import write_whole
from hotline_lib.text_files import read_text
from hotline_lib.yaml_files import read_yaml

if TYPE_CHECKING:
    from hotline_lib.month import Month
    from hotline_lib.paths import Paths
    from hotline_lib.present._own import Kept
    from hotline_lib.present._tables import Table

FOLDER = "runs"
MOST = 20  # runs that are kept of a month
_NAMED_BY = ("indicator", "name", "applies_from", "unit", "key")  # what an entry of a list in params/ is known by
_UNSEEN = {"params/organisation.yaml": "mail"}  # what no table or sentence depends on
_DEEPEST = {"scoring": 4}  # keys of a YAML file that are told apart; three of any other


@dataclass(frozen=True)
class Grid:
    """One printed table. called: its name. keys, heads: of its columns, in the CSV and for a reader. about: which columns
    say what a row is about, the first one first. rows: as in the CSV."""

    called: str
    keys: tuple[str, ...]
    heads: tuple[str, ...]
    about: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Printed:
    """What a run printed. inputs: ``KIND MONTH NAME`` -> its value if that is a number, else a short digest; month is - for
    what is no month's. words: by heading, a section's paragraphs. reach_back: months of submissions that Annex 1 looks at."""

    month: str
    inputs: dict[str, str]
    tables: dict[str, Grid]
    words: dict[str, tuple[str, ...]]
    reach_back: int = 2
    own: tuple[str, ...] = field(default=())  # tables that notebooks keep

    @property
    def content(self) -> bytes:
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))
        return gzip.compress(text.encode(), mtime=0)

    @property
    def version(self) -> str:
        return value_fingerprint(asdict(self))[:8]


def printed(m: Month, kept: Sequence[Kept], top: int, inputs: dict[str, str]) -> Printed:
    """What the month's tables and sentences say. kept: tables of notebooks' own. top: ranks of issues."""
    from hotline_lib import bulletin
    from hotline_lib.present._prose import Prose
    from hotline_lib.present._sentences import Sentence

    grids = {name: _grid(table) for name, table in bulletin.files(m, top).items()}
    grids |= {f"analysis/{name}": _grid(table, by_name=True) for name, table in bulletin.analysis(m, top).items()}
    own = {f"own/{each.name}": _grid(each.table) for each in sorted(kept, key=lambda each: each.name)}
    found = bulletin.findings(m, top=top)
    words = {found.heading: tuple(f"{each.title}：{each.text}{each.todo}" for each in found.found)}
    for section in bulletin.outline(m, top):
        said = tuple(str(part) for part in section.parts if isinstance(part, Sentence | Prose))
        words[section.heading or "概述"] = tuple(line for each in said for line in each.splitlines() if line.strip())
    return Printed(m.month, inputs, grids | own, words, m.params.month.reach_back_months, tuple(own))


def _grid(table: Table, *, by_name: bool = False) -> Grid:
    """by_name: with the columns that have no key in the CSV."""
    columns = [column for column in table.columns if column.in_page and (column.key or by_name)]
    texts = [at for at, column in enumerate(columns) if column.kind == "text"]
    about = sorted(texts, key=lambda at: columns[at].value != table.row_head)
    heads = ["".join(filter(None, [column.group, column.name])) for column in columns]
    heads = [
        f"{head}（{column.unit}）" if column.unit and heads.count(head) > 1 else head
        for head, column in zip(heads, columns, strict=True)
    ]
    named = [column.key or column.name for column in columns]
    keys = tuple(key if named.count(key) == 1 else head for key, head in zip(named, heads, strict=True))
    return Grid(table.name, keys, tuple(heads), tuple(about), tuple(map(tuple, table.records(columns))))


# What it was made from.


def inputs_of(
    month: str, paths: Paths, files: Mapping[str, str], months: list[str], options: Mapping[str, Any]
) -> dict[str, str]:
    """Everything that a printed figure or word can depend on, one by one. files: of data/, with their SHA-256. months:
    that the month looks at. options: the whole bulletin's parameters."""
    places = {
        "tickets": paths.tickets,
        "published": paths.published,
        "spot_checks": paths.spot_checks,
        "calls": paths.test_calls,
    }
    known = {paths.short(place(each)): f"{kind} {each}" for kind, place in places.items() for each in months}
    found = {f"{known.get(name) or _elsewhere(name, months)} {name}": digest[:8] for name, digest in files.items()}
    found |= dict(_params(paths.params, months))
    found |= {
        f"notebooks - notebooks/{file.name}": _short(file.read_bytes().hex())
        for file in paths.notebooks.glob("*.ipynb")
    }
    found |= {f"options - {name}": _short(value) for name, value in options.items()}
    found |= {f"packages - {name}": version for name, version in package_versions().items()}
    return found | {"program - hotline_lib": library_fingerprint()[:8]}


def _elsewhere(name: str, months: list[str]) -> str:
    """Tickets that lie in no file: whose month stands in the name, else the latest."""
    return f"tickets {next((each for each in months if each in name), months[-1])}"


def _params(folder: Path, months: list[str]) -> Iterator[tuple[str, str]]:
    for file in files_below(folder):
        inside = file.relative_to(folder)
        name, of_month = f"params/{inside.as_posix()}", "-"
        if inside.parts[0] == "months":
            of_month = Path(inside.parts[1]).stem
        if (of_month != "-" and of_month not in months) or "recipients" in inside.name:
            continue
        kind = {"wording": "wording", "months": "month", "scoring.yaml": "scoring"}.get(inside.parts[0], "params")
        if file.suffix != ".yaml":
            yield f"{'text' if kind == 'month' else kind} {of_month} {name}", _short(read_text(file))
            continue
        content = read_yaml(file, name)
        if isinstance(content, list):  # blocks that begin later say nothing of this month
            content = [each for each in content if str(each.get("applies_from", ""))[:7] <= months[-1]]
        for way, value in _leaves(content, _DEEPEST.get(kind, 3)):
            if way[:1] != (_UNSEEN.get(name, "notebooks" if kind == "month" else None),):
                yield f"{kind} {of_month} {name} {' '.join(way)}".rstrip(), _short(value)


def _leaves(value: Any, deepest: int, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The parts of a YAML file that are told apart, each with the way to it."""
    parts: dict[str, Any] = {}
    if isinstance(value, dict):
        parts = {str(key): each for key, each in value.items()}
    elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        known = lambda key: all(key in each for each in value) and len({str(each[key]) for each in value}) == len(value)
        by = next(filter(known, _NAMED_BY), "")
        parts = {str(each.get(by)): each for each in value} if by else {}
    if not parts or len(way) == deepest:
        yield way, value
        return
    for key, each in parts.items():
        yield from _leaves(each, deepest, (*way, key))


def _short(value: Any) -> str:
    """A number as it is, else a digest: what people wrote is not kept."""
    if value is None or isinstance(value, bool):
        return {None: "待补充", True: "是", False: "否"}[value]
    return str(value) if isinstance(value, int | float) else f"#{value_fingerprint(value)[:8]}"


# Where it is kept.


def keep(folder: Path, made: Printed) -> str:
    """Keeps it in output/MONTH/runs; returns its version."""
    file = folder / FOLDER / f"{made.version}.json.gz"
    if not file.is_file():
        write_whole(file, made.content)
    return made.version


def read(file: Path) -> Printed | None:
    """What was kept; None if it is not there, or damaged."""
    with suppress(OSError, ValueError, EOFError, zlib.error):
        return TypeAdapter(Printed).validate_json(gzip.decompress(file.read_bytes()))
    return None


def forget(folder: Path, kept: list[str]) -> None:
    """Removes all but those versions."""
    for file in (folder / FOLDER).glob("*.json.gz"):
        if file.name.removesuffix(".json.gz") not in kept:
            file.unlink(missing_ok=True)
