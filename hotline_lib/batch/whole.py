"""A month as a whole, and all months: what a run printed is remembered, compared, and shown on the pages beside the reports.

output/index.html     months, newest first, with all that was made of each
output/tables.html    tables down, months across
output/MONTH/diff.html    what is printed otherwise than before, or than was sent, and why
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_lib.batch.inputs import looked_at
from hotline_lib.batch.manifest import Manifest, Open, Run, all_manifests, moment, read_manifest
from hotline_lib.batch.printed import FOLDER, MOST, Grid, Printed, forget, inputs_of, keep, printed, read
from hotline_lib.deliver.ledger import Sent, sent
from hotline_lib.errors import HotlineError
from hotline_lib.journal import read_folder, write_whole

if TYPE_CHECKING:
    from hotline_lib.batch.differences import Differences
    from hotline_lib.month import Month
    from hotline_lib.paths import Paths

MAILED = "mail"  # what was sent, as ``hotline diff`` calls it
_OPEN = {  # key of the month's file -> what it is called, and the section of the bulletin that prints it
    "issued": ("印发日期", ""), "test_calls": ("拨测", "checks"), "test_calls.not_answered": ("没有及时接听的单位", "checks"),
    "test_calls.slow": ("转工单慢的单位", "checks"), "remarks.national": ("与全国比较的一句", "checks"),
    "remarks.consequence": ("单项指标的后果", "checks"), "remarks.quality": ("抽检时看到的情况", "checks"),
    "remarks.handling": ("投诉举报的办理情况", "complaints"), "offline_minutes": ("断网时长", "indicators"),
    "monthly_analysis_done": ("月度分析报告", "indicators"), "data_conformity": ("数据规范率", "indicators"),
}  # fmt: skip


def remember(month: Month, paths: Paths, manifest: Manifest, kept: Sequence[dict[str, Any]], top: int) -> Manifest:
    """Keeps what the tables that were written just now print, from what; and what of the month is still open. Returns the
    manifest, which says so. kept: what notebooks keep of their own."""
    from hotline_lib.present._own import unpacked

    folder, params = paths.report_folder(month.month), month.params
    inputs = inputs_of(month.month, paths, manifest.inputs, looked_at(month.month, params), manifest.tables.shared)
    made = printed(month, [unpacked(each) for each in kept], top, inputs)
    manifest.names = {f"tables/{name}.csv": grid.called for name, grid in made.tables.items()}
    manifest.open, manifest.confirmed = _open(month, top)
    if not manifest.runs or manifest.runs[-1].version != made.version:
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        earlier = [each for each in manifest.runs if each.version != made.version]
        manifest.runs = (*earlier, Run(keep(folder, made), now))[-MOST:]
        forget(folder, [each.version for each in manifest.runs])
    return manifest


def _open(m: Month, top: int) -> tuple[tuple[Open, ...], int]:
    """What nobody confirmed, and how many values somebody has."""
    from hotline_lib.bulletin._outline import TEXTS, outline, text
    from hotline_lib.present._page import anchor

    names, month = m.params.unit_names, m.params.month
    anchors = {each.name: f"#{anchor(each.heading or '概述')}" for each in outline(m, top)} | {"": ""}
    href = lambda section: f"00_bulletin.html{anchors[section]}"
    found = []
    for key, units in month.unfilled(names).items():
        called, section = _OPEN.get(key, (key, ""))
        whose = f"（{'、'.join(units)}）" if 0 < len(units) < len(names) else f"（{len(units)}个单位）" if units else ""
        found.append(Open(called + whose, len(units) or (2 if key == "test_calls" else 1), href(section)))
    found += [Open(f"{called}的文字", 1, href(name)) for name, called in TEXTS.items() if text(m.params, name) is None]
    every = 1 + 2 + sum(key.startswith("remarks.") for key in _OPEN) + 3 * len(names) + len(TEXTS)
    return tuple(found), every - sum(each.count for each in found)


# What is compared.


def versions(month: str, paths: Paths) -> list[str]:
    """What can be compared with what lies in output/MONTH now, as lines: version, and when it was made or sent."""
    manifest, gone = read_manifest(paths.report_folder(month)), _sent(month, paths)
    lines = [f"{each.version}　{moment(each.made_at)}运行" for each in reversed(manifest.runs)]
    return [*lines, f"{MAILED}　{moment(gone.edition_time)}发出"] if gone and gone.edition else lines


def compare(month: str, paths: Paths, version: str = "") -> tuple[str, Differences | None]:
    """What the last run prints otherwise, and with what that is compared, in words. version: one of ``versions``; without
    it the run before. None if there is nothing to compare with.

    Raises HotlineError if nothing was made or sent, there is no such version, or what was kept of it is damaged.
    """
    folder = paths.report_folder(month)
    runs = read_manifest(folder).runs
    now = read(_file(folder, runs[-1].version)) if runs else None
    if now is None:
        raise HotlineError(f"{month} 没有可以比较的记录。请先运行 hotline run {month} --force。")
    if version == MAILED:
        return _with_mailed(month, paths, now)
    before = next((each for each in runs if each.version == version), None) if version else (runs[-2:-1] or (None,))[0]
    if before is None and not version:
        return f"记下的只有{moment(runs[-1].made_at)}的一次运行，此后没有变化", None
    kept = read(_file(folder, before.version)) if before else None
    if before is None or kept is None:
        known = "\n".join(f"  {line}" for line in versions(month, paths))
        raise HotlineError(f"{month} 没有留下版本「{before.version if before else version}」。可以比较的：\n{known}")
    from hotline_lib.batch.differences import differences

    return f"与{moment(before.made_at)}的运行相比", differences(kept, now)


def _with_mailed(month: str, paths: Paths, now: Printed) -> tuple[str, Differences]:
    from hotline_lib.batch.differences import differences

    gone = _sent(month, paths)
    if gone and gone.damaged:
        raise HotlineError(f"data/sent/{month}.jsonl 读不懂，不知道发出的是什么。请从备份恢复它。")
    if gone is None or not gone.edition:
        raise HotlineError(f"{month} 的月报还没有发过，没有可以比较的。与上一次运行比：hotline diff {month}")
    words, kept = f"与{moment(gone.edition_time)}发出的相比", read(_sent_file(month, paths, gone.edition))
    if kept is not None:
        return words, differences(kept, now)
    tables = read_folder(paths.sent / month / "tables" / gone.edition)
    if tables is None:
        raise HotlineError(f"data/sent/{month} 中没有留下发出的数字，或已损坏，不能比较。请从备份恢复它。")
    earlier = {name: grid for name, grid in now.tables.items() if f"{name}.csv" in tables}
    return words, differences(_from_tables(now, tables), replace(now, tables=earlier), explained=False)


def _from_tables(now: Printed, files: dict[str, bytes]) -> Printed:
    """What an earlier version of the suite kept of a mail: tables only. now: what they are compared with."""
    called, grids = {}, {}
    with suppress(ValueError, KeyError):
        called = json.loads(files["names.json"])
    for name, content in files.items():
        if name.endswith(".csv") and (like := now.tables.get(name.removesuffix(".csv"))):
            keys, *rows = csv.reader(content.decode("utf-8-sig").splitlines())
            heads = dict(zip(like.keys, like.heads, strict=True)) | dict(
                called.get(name.removesuffix(".csv"), ("", {}))[1]
            )
            about = tuple(keys.index(like.keys[at]) for at in like.about if like.keys[at] in keys)
            made = Grid(
                like.called, tuple(keys), tuple(heads.get(key, key) for key in keys), about, tuple(map(tuple, rows))
            )
            grids[name.removesuffix(".csv")] = made
    return replace(now, tables=grids)


def sent_now(month: str, paths: Paths) -> None:
    """A mail of the whole bulletin went out: what it says is kept with the ledger, and the pages say that it was sent."""
    folder, gone = paths.report_folder(month), _sent(month, paths)
    runs = read_manifest(folder).runs
    if gone and gone.edition and runs and (content := _file(folder, runs[-1].version)).is_file():
        write_whole(_sent_file(month, paths, gone.edition), content.read_bytes(), private=True)


def _file(folder: Path, version: str) -> Path:
    return folder / FOLDER / f"{version}.json.gz"


def _sent_file(month: str, paths: Paths, edition: str) -> Path:
    return paths.sent / month / FOLDER / f"{edition}.json.gz"


def _sent(month: str, paths: Paths) -> Sent | None:
    return sent(month, paths.sent, paths.output / "sent")


# The pages.


def write_pages(paths: Paths, hotline: str, month: str = "") -> Path:
    """output/index.html and output/tables.html, from the manifests of all months; of ``month`` what changed. Returns the index."""
    from hotline_lib.batch import indexes

    if month:
        _write_changes(month, paths, hotline)
    manifests = all_manifests(paths.output)
    gone = {each.month: _sent(each.month, paths) for each in manifests}
    changed = {each.month for each in manifests if (paths.report_folder(each.month) / "diff.html").is_file()}
    units = {each.month: units_of(each, paths) for each in manifests}
    write_whole(paths.output / "tables.html", indexes.tables(manifests, hotline))
    write_whole(paths.output / "index.html", indexes.index(manifests, hotline, gone, changed, units))
    return paths.output / "index.html"


def units_of(manifest: Manifest, paths: Paths) -> list[str]:
    """The units that have editions, in the order of annex 3."""
    from hotline_lib.batch.written import units_in

    order = units_in(paths.report_folder(manifest.month))
    units = dict.fromkeys(record.unit for record in manifest.reports.values() if record.unit is not None)
    return sorted(units, key=lambda each: order.index(each) if each in order else len(order))


def _write_changes(month: str, paths: Paths, hotline: str) -> None:
    from hotline_lib.batch import indexes

    found = []
    for version in ("", MAILED):
        with suppress(HotlineError):
            words, each = compare(month, paths, version)
            found += [(words, each)] if each else []
    file = paths.report_folder(month) / "diff.html"
    if found:
        simulated = read_manifest(file.parent).simulated
        write_whole(file, indexes.changes(month, found, hotline, simulated=simulated))
    else:
        file.unlink(missing_ok=True)
