"""What a report is made from, as fingerprints: as long as they stay, the report need not be made again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import file_sha256, files_below, library_fingerprint, package_versions, value_fingerprint
from hotline_lib.params import Params, month_before
from hotline_lib.paths import Paths
from hotline_lib.tickets.files import LONGEST
from hotline_lib.yaml_files import read_yaml


def basis(month: str, paths: Paths, params: Params, *, again: bool = False) -> tuple[dict[str, str], str]:
    """What all reports of a month stand on, now. again: a table is asked again, though this process has asked it before.

    Returns data files with their SHA-256, by the path an analyst knows; and one digest of these, parameters, library
    and packages.
    """
    months, source = looked_at(month, params), params.month.source
    data = [
        path
        for each in months
        for path in (paths.tickets(each), paths.published(each), paths.spot_checks(each), paths.test_calls(each))
        if path.exists() and (path != paths.tickets(each) or source.in_data)
    ]
    files = {paths.short(path): file_sha256(path, paths.cache) for path in data}
    if not source.in_data:
        from hotline_lib.tickets import read, table_digest  # slow to import, and only a table needs them

        if again:
            table_digest.forget()
        found = [of for each in reversed(months) if (of := read.find_input(each, params, paths))]
        files |= {of.name: of.sha256 for of in found}
    return files, value_fingerprint(
        [files, _params_files(paths.params, months), library_fingerprint(), package_versions()]
    )


def looked_at(month: str, params: Params) -> list[str]:
    """The months that a month's reports look at, oldest first: last year's submissions and its January too."""
    back = max(LONGEST - 1, 12 + params.month.reach_back_months, 11 + int(month[5:]))
    return [month_before(month, each) for each in range(back, -1, -1)]


def mixed(files: dict[str, str], before: str, now: Callable[[], tuple[dict[str, str], str]]) -> str:
    """In words, what has changed since a run began: then it is none, because nobody knows which of both a report has read.

    files, before: the ``basis`` that it began with. now: gives the one that there is now.
    """
    try:
        there, after = now()
    except (HotlineError, OSError):  # it cannot even be read any more
        there, after = files, ""
    if after == before:
        return ""
    changed = [name for name in sorted(files | there) if files.get(name) != there.get(name)]
    return f"{'、'.join(changed) or 'params/'} 在这次运行中换过，前后读到的可能不是同一份，所以这次做的都不算。请重新运行同一条命令。"


def _params_files(folder: Path, months: list[str]) -> dict[str, Any]:
    """params/ without the months that this one never looks at, without parameters of single notebooks, and without what
    only mail needs."""
    found: dict[str, Any] = {}
    for file in files_below(folder):
        name = file.relative_to(folder)
        of_month = name.parts[1] if name.parts[0] == "months" and len(name.parts) > 1 else None
        if of_month and Path(of_month).stem not in months:
            continue
        if name.as_posix() in ("recipients.yaml", "recipients.example.yaml"):
            continue
        found[name.as_posix()] = file_sha256(file)
        unseen = {"organisation.yaml": "mail", f"months/{of_month}": "notebooks"}.get(name.as_posix())
        if unseen and file.suffix == ".yaml":
            content = read_yaml(file, f"params/{name.as_posix()}")
            if isinstance(content, dict):  # else the month beside it that needs this file says so
                found[name.as_posix()] = {str(key): repr(value) for key, value in content.items() if key != unseen}
    return found
