"""Versions of months put back.

What one command changed together goes back together. Nothing is ever deleted: the version that leaves is kept, and can
be named to be put back.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hotline_lib.fingerprint import file_sha256
from hotline_lib.intake.stage import counted, quoted, stage
from hotline_lib.intake.store import place
from hotline_lib.intake.take import in_words
from hotline_lib.intake.words import IntakeError
from hotline_lib.params import first_day, load_params, month_before
from hotline_lib.paths import Paths
from hotline_lib.tickets.files import Change, Version, changes, marks, parts, version_name, versions


@dataclass(frozen=True)
class Restored:
    """A month that went back. before, after: its versions (None: no tickets). moved: tickets by unit that are there
    again (回来), are there no more (去掉), or are as they were (改回)."""

    month: str
    before: Version | None
    after: Version | None
    moved: dict[str, dict[str, int]]


def undo(month: str, paths: Paths, version: str = "") -> tuple[Change | None, list[Restored]]:
    """Put back what the intake that made the present version of a month replaced, in all months that it changed.

    version: or this version of the month, by the first digits of its name; with the months that changed together with
    it, if one change leads there. Returns the change that was undone (None if a version was named) and what became of
    each month. Raises IntakeError, with nothing changed, where there is nothing to put back, or it would not fit the
    rest.
    """
    first_day(month)
    return in_words(lambda: _undone(month, paths, version))


def _undone(month: str, paths: Paths, version: str) -> tuple[Change | None, list[Restored]]:
    with stage(load_params(month, paths.params, need_month_file=False), paths) as at:
        if at.change.ended:
            raise IntakeError(f"{at.change.ended}刚刚才补完，所以这一次没有再撤回什么。还要撤回，请再运行一次。")
        change, names = (None, _named(month, version, paths)) if version else _last(month, paths)
        known = {each: {v.name: v for v in versions(each, paths)} for each in names}
        if lost := [f"{each} 的 {name}" for each, name in names.items() if name and name not in known[each]]:
            words = f"之前的版本不在 data/tickets/previous/ 中（{'、'.join(lost)}），不能撤回，没有改动任何工单。"
            raise IntakeError(words + _listed(month, paths))
        new = {each: _copied(known[each][name], at.folder) if name else None for each, name in names.items()}
        _refuse_mixture(new, month, paths)
        if len(new) == 1 and (only := new[month]):
            _refuse_twice(at.con, month, only, paths)
        done = []
        for each, path in new.items():
            before = next((v for v in known[each].values() if v.current), None)
            moved = _moved(at.con, before.path if before else None, path)
            done.append(Restored(each, before, known[each].get(names[each] or ""), moved))
        place(at.change, new, paths, what="undo")
    return change, done


def _last(month: str, paths: Paths) -> tuple[Change, dict[str, str | None]]:
    """The intake that made the month's present version, and the versions before it."""
    now, log = version_name(paths.tickets(month), paths), changes(paths)
    made = (each for each in reversed(log) if each.what == "intake" and month in each.months)
    change = next((each for each in made if each.months[month][1] == now), None)
    if change is None:
        raise IntakeError(f"没有导入记录说明 {month} 现在的工单从哪里来，没有可以撤回的。{_listed(month, paths)}")
    for each, (_, after) in change.months.items():
        if version_name(paths.tickets(each), paths) != after:
            raise IntakeError(
                f"{_when(change)}的导入同时改了 {'、'.join(change.months)}，而 {each} 后来又换过，不能一起撤回，没有改动任何工单。"
                f"请先撤回 {each}：hotline intake --undo --month {each}。"
            )
    return change, {each: before for each, (before, _) in change.months.items()}


def _named(month: str, version: str, paths: Paths) -> dict[str, str | None]:
    """The version of that name; with the others of a change of which it is one side, if all are at the other now."""
    found = [each for each in versions(month, paths) if each.name.startswith(version.lower())]
    if len(found) != 1 or found[0].current:
        many = f"有 {len(found)} 个版本号这样开头，请多写几位" if found else "没有这样的版本号"
        words = f"现在就是版本 {found[0].name}" if len(found) == 1 else many
        raise IntakeError(f"{month} {words}，没有改动任何工单。{_listed(month, paths)}")
    name = found[0].name
    for each in reversed(changes(paths)):
        if name in (sides := each.months.get(month, ())):
            there = sides.index(name)
            if all(version_name(paths.tickets(m), paths) == both[1 - there] for m, both in each.months.items()):
                return {m: both[there] for m, both in each.months.items()}
    return {month: name}


def _listed(month: str, paths: Paths) -> str:
    """The versions that can be put back by name."""
    others = [each for each in versions(month, paths) if not each.current]
    if not others:
        return f"{month} 没有留下之前的版本。"
    head = f"{month} 留有这些版本，放回其中一个：hotline intake --undo 版本号 --month {month}"
    return "\n".join([head, *(f"  {each.line}" for each in others)])


def _copied(version: Version, folder: Path) -> Path:
    """A copy of a kept version in the stage; itself it stays where it is. Raises IntakeError if it was damaged."""
    target = folder / "back" / version.path.name
    target.parent.mkdir(exist_ok=True)
    (shutil.copytree if version.path.is_dir() else shutil.copyfile)(version.path, target)
    if not file_sha256(target).startswith(version.name):
        raise IntakeError(
            f"data/tickets/previous/{version.path.name} 已损坏或被改过，不能放回，没有改动任何工单。请从备份恢复它。"
        )
    return target


def _around(months: list[str], month: str, paths: Paths) -> list[str]:
    """The other months with tickets that a bulletin could take together with these."""
    reach = load_params(month, paths.params, need_month_file=False).month.reach_back_months
    near = {month_before(each, back) for each in months for back in range(-reach, reach + 1)} - set(months)
    return [each for each in sorted(near) if paths.tickets(each).exists()]


def _refuse_mixture(new: Mapping[str, Path | None], month: str, paths: Paths) -> None:
    unreal = [each for each, path in new.items() if path and marks(path).simulated]
    real = [each for each in _around(list(new), month, paths) if unreal and not marks(paths.tickets(each)).simulated]
    if real:
        raise IntakeError(
            f"{'、'.join(unreal)} 会变回模拟工单，而 {'、'.join(real)} 是真实工单，不能混在一起，没有改动任何工单。"
            f"确实要回到模拟工单，请先撤回 {real[-1]}：hotline intake --undo --month {real[-1]}。"
        )


def _refuse_twice(con: duckdb.DuckDBPyConnection, month: str, path: Path, paths: Paths) -> None:
    """A ticket whose time of acceptance was corrected stands in another month by now."""
    for other in _around([month], month, paths):
        ids = [f"SELECT ticket_id FROM read_parquet({_files(each)})" for each in (path, paths.tickets(other))]
        if twice := counted(con, f"SELECT count(*) FROM ({ids[0]}) SEMI JOIN ({ids[1]}) USING (ticket_id)"):
            raise IntakeError(
                f"这个版本有 {twice:,} 件工单后来改了受理时间，现在在 {other} 中；只放回 {month} 会算两次，没有改动任何工单。"
                f"请先把 {other} 也放回那时的版本：hotline months {other} 列出它的版本。"
            )


def _moved(con: duckdb.DuckDBPyConnection, before: Path | None, after: Path | None) -> dict[str, dict[str, int]]:
    """How the tickets of a month differ, by unit; nothing if one version cannot be read: it can be replaced all the same."""
    sides = [
        f"(SELECT ticket_id, unit, hash(t) AS digest FROM read_parquet({_files(path)}, union_by_name = true) t)"
        if path
        else "(SELECT '' AS ticket_id, '' AS unit, 0 AS digest LIMIT 0)"
        for path in (before, after)
    ]
    try:
        found = con.execute(f"""
            SELECT coalesce(a.unit, b.unit) AS of_unit, count(*) FILTER (b.ticket_id IS NULL),
                count(*) FILTER (a.ticket_id IS NULL), count(*) FILTER (a.digest <> b.digest)
            FROM {sides[1]} a FULL JOIN {sides[0]} b USING (ticket_id)
            GROUP BY of_unit ORDER BY count(*) DESC, of_unit""").fetchall()
    except (duckdb.BinderException, duckdb.InvalidInputException, duckdb.IOException):
        return {}
    return {words: {row[0]: row[i] for row in found if row[i]} for i, words in enumerate(("回来", "去掉", "改回"), 1)}


def _files(path: Path) -> str:
    return "[" + ", ".join(quoted(file) for file in parts(path)) + "]"


def told(change: Change | None, done: list[Restored], month: str) -> str:
    """What was put back, in words."""
    lines = ["放回了：" if change is None else f"撤回了 {_when(change)}的导入："]
    for each in done:
        sides = [f"{side.amount}（{side.name}）" if side else "没有工单" for side in (each.before, each.after)]
        lines.append(f"  {each.month}：{' → '.join(sides)}")
        for words, of_units in each.moved.items():
            units = "、".join(f"{unit} {number:,}" for unit, number in of_units.items())
            lines += [f"    {words} {sum(of_units.values()):,} 件：{units}"] * bool(of_units)
    named = [f"{each.before.name} --month {each.month}" for each in done if each.before]
    if named:
        again = f"hotline intake --undo {named[-1]}"
        lines.append(f"撤下的版本留在 data/tickets/previous/。要恢复成刚才的样子：{again}")
    return "\n".join([*lines, f"接着：hotline check {month}"])


def _when(change: Change) -> str:
    return f"{change.time[:16].replace('T', ' ')} "
