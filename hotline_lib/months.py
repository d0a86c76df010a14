"""All months at a glance: what there is of each, and how far it has come. Quick: no ticket is looked at but for its unit."""

from __future__ import annotations

import json
from pathlib import Path

from hotline_lib.batch.manifest import Manifest, read_manifest
from hotline_lib.deliver.ledger import sent
from hotline_lib.errors import HotlineError, TicketsError
from hotline_lib.new_month import TO_CHECK
from hotline_lib.params import first_day, load_params
from hotline_lib.paths import Paths
from hotline_lib.ringing import with_calls
from hotline_lib.text_files import read_text
from hotline_lib.tickets.files import MONTH, draw_no_bar, kept_as, marks, parts, tickets_in, version_name, versions

_NONE = "—"
_WHOLE = 4  # the first columns, which a narrow terminal does not break


def overview(paths: Paths) -> list[dict[str, str]]:
    """Every month of which there is anything, oldest first: by heading what there is of it; — where there is nothing."""
    folders = (
        *(paths.data / name for name in ("tickets", "tickets/previous", "spot_checks", "published")),
        *(paths.output, paths.sent, paths.output / "sent", paths.params / "months"),
    )
    names = {path.name[:7] for folder in folders if folder.is_dir() for path in folder.iterdir()}
    return [_state(name, paths) for name in sorted(names) if MONTH.fullmatch(name)]


def _state(month: str, paths: Paths) -> dict[str, str]:
    manifest, kept = read_manifest(paths.report_folder(month)), kept_as(month, "*", paths)
    tickets, units, source = _tickets(month, paths)
    made = {"Word": any(n.endswith(".docx") for n in manifest.tables.files), "邮件": bool(manifest.mail.files)}
    return {
        "月份": month,
        "工单": tickets,
        "单位": units,
        "来源": source,
        "旧版": _some(len([*kept.parent.glob(kept.name)]), "个"),
        "报告": _reports(manifest, month, paths),
        "附件": " ".join(name for name, there in made.items() if there) or _NONE,
        "已发": _mailed(month, paths),
        "参数": _params(paths.params / "months" / f"{month}.yaml", paths),
        "抽检": _drawn(paths.spot_checks(month)),
        "印刷表": "有" if paths.published(month).is_dir() else _NONE,
    }


def _tickets(month: str, paths: Paths) -> tuple[str, str, str]:
    """How many tickets, how many of the units have some, and what they are."""
    path = paths.tickets(month)
    try:
        params = load_params(month, paths.params, need_month_file=False)
        if not params.month.source.in_data:
            return _NONE, _NONE, "数据库"
        known = params.unit_names
    except HotlineError:
        known = []  # told in another column
    if not path.exists():
        return _NONE, _NONE, _NONE
    try:
        number, says, units = tickets_in(path), marks(path), _units(path)
    except TicketsError:
        return "打不开", _NONE, _NONE
    source = "模拟" if says.simulated else "不完整" if says.partial else "真实"
    of = f"/{len(known)}" if known else ""
    return f"{number:,}", f"{units}{of}", source + "（文件夹）" * path.is_dir()


def _units(path: Path) -> str:
    """How many units have tickets there: one column, of which the engine reads little more than the dictionary."""
    import duckdb

    files = [str(file) for file in parts(path)]
    try:
        draw_no_bar(duckdb.execute)
        found = duckdb.execute("SELECT count(DISTINCT unit) FROM read_parquet(?, union_by_name = true)", [files])
        return str((found.fetchone() or "?")[0])
    except duckdb.Error:
        return "?"


def _reports(manifest: Manifest, month: str, paths: Paths) -> str:
    """How many of the reports are made; whether they are older than the tickets that there are now."""
    if not manifest.reports:
        return _NONE
    failed = sum(each.status != "made" for each in manifest.reports.values())
    words = f"{len(manifest.reports) - failed}/{len(manifest.reports)}" + f"，失败 {failed}" * (failed > 0)
    then, now = manifest.inputs.get(paths.short(paths.tickets(month))), version_name(paths.tickets(month), paths)
    return words + "，旧于工单" * (then is not None and not then.startswith(now or " "))


def _mailed(month: str, paths: Paths) -> str:
    """To how many the bulletin and the units' editions went, and when last; read only, whoever may be mailing now."""
    if (gone := sent(month, paths.sent, paths.output / "sent")) is None:
        return _NONE
    if gone.damaged:
        return "记录读不懂"
    last = f"（{gone.last[5:10]}）" if gone.last else ""
    return f"{gone.people + gone.units} 封{last}" + f"，不明 {gone.unknown}" * bool(gone.unknown)


def _params(file: Path, paths: Paths) -> str:
    if not file.is_file():
        return _NONE
    try:
        params = with_calls(load_params(file.stem, file.parent.parent), paths)
        open_lines = sum(f"{TO_CHECK}：" in line for line in read_text(file).splitlines())
        open_lines += len(params.month.unfilled(params.unit_names))
    except HotlineError:
        return "有误，见 check"
    return f"待补充 {open_lines}" if open_lines else "已填"


def _drawn(file: Path) -> str:
    try:
        lines = read_text(file).splitlines() if file.is_file() else []
    except HotlineError:
        return "有误，见 check"
    return _some(sum(bool(line.strip()) for line in lines) - 1, "件")


def _some(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number > 0 else _NONE


def print_overview(months: list[dict[str, str]]) -> None:
    """The table, in the width of the terminal; where nobody watches, a line a month."""
    import sys

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    if not months:
        print("还没有任何月份。开始一个月：hotline new 月份，再 hotline intake 导出文件 --month 月份。")
        return
    watched = sys.stdout.isatty()
    table = Table(box=SIMPLE_HEAD if watched else None, pad_edge=False, padding=(0, 1 if watched else 2, 0, 0))
    for number, head in enumerate(months[0]):
        whole = number < _WHOLE or not watched
        table.add_column(head, justify="right" if head in ("工单", "单位") else "left", no_wrap=whole, overflow="fold")
    for month in months:
        table.add_row(*month.values())
    Console(width=None if watched else 200, highlight=False, markup=False).print(table)


def version_lines(month: str, paths: Paths) -> list[str]:
    """The versions of one month as lines: when, how many tickets, from which files; what to type to put one back."""
    first_day(month)
    found = versions(month, paths)
    if not found:
        return [f"{month} 没有工单，也没有留存的版本。导入：hotline intake 导出文件 --month {month}"]
    made = _made(month, paths)
    lines = [f"{month} 的版本（* 是现在用的）："]
    for each in found:
        lines.append(f"{'*' if each.current else ' '} {each.line}　{made.get(each.name, '')}".rstrip())
    if len(found) > found[0].current:
        lines.append(f"放回某一个：hotline intake --undo 版本号 --month {month}；撤回上一次导入：不写版本号。")
    return lines


def _made(month: str, paths: Paths) -> dict[str, str]:
    """By version, the export files that made it, as the records in output/intake have it."""
    found: dict[str, str] = {}
    for file in sorted((paths.output / "intake").glob("*/summary.json")):
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
            names = [
                each["sha256"][:12] for each in record.get("stored", ()) if each["month"] == month and each["sha256"]
            ]
            files = "、".join(record["rows"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        found |= {name: f"{files}（{paths.short(file.parent)}）" for name in names}
    return found
