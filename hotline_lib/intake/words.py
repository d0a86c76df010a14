"""All that intake says, in one place; what it says of single cells has been through ``screen`` before.

A problem is a rule, such as ``unit/unknown``, and the facts of one place; this module words it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_lib.errors import HotlineError
from hotline_lib.intake.rules import BLANK, NOTES, OWN_VALUES, PROBLEMS
from hotline_lib.masking import HIDDEN
from hotline_lib.params import Params, month_before

if TYPE_CHECKING:
    from hotline_lib.intake.screen import Screen
    from hotline_lib.intake.take import Intake, Options

__all__ = ["BLANK", "OWN_VALUES"]
SHOWN = 20  # lines of problems on the screen; all problems are in the CSV


class IntakeError(HotlineError):
    """An intake that was not done. Nothing was written to data/tickets."""


def words_of(rule: str) -> tuple[str, str]:
    """What is wrong and how to mend it, as templates."""
    return PROBLEMS.get(rule) or PROBLEMS[rule.partition("/")[2]]


def row_problem(rule: str, params: Params) -> tuple[str, str, str]:
    """The column's label, what is wrong and how to mend it; ``{value}``, ``{context}`` and ``{hint}`` are left open."""
    column, month = rule.partition("/")[0], params.month.month
    facts = {name: params.label(f"{name}_at") for name in ("submitted", "closed")}
    facts |= {name: params.label(name) for name in ("domain", "issue", "sub_issue")}
    facts |= {"month": month, "first": f" {month_before(month, params.month.reach_back_months)} "}
    facts |= {name: "{" + name + "}" for name in ("value", "context", "hint")}
    what, remedy = words_of(rule)
    return "" if column == "row" else params.label(column), what.format(**facts), remedy.format(**facts)


def line(
    examples: Sequence[tuple[str, str, int | None, str, str]], labels: str, times: int, kinds: int, *, name_file: bool
) -> str:
    """One rule and its columns: the first place with the remedy, how many more there are, and a second one."""
    where = [place(file if name_file or row is None else "", sheet, row, labels) for file, sheet, row, *_ in examples]
    text = f"{where[0]}：{examples[0][3]}。{examples[0][4]}".strip()
    if times < 2 or len(examples) < 2:
        return text
    many = f"共 {times} {'行' if examples[0][2] else '处'}" + (f"、{kinds} 种" if 1 < kinds < times else "")
    _, _, _, what, remedy = examples[1]
    again = where[1] + (f"：{what}" if what != examples[0][3] else "")
    again += f"。{remedy}" if remedy != examples[0][4] else ""
    return f"{text}（同类{many}，又如{again.strip()}）"


def note(kind: str, where: str, facts: Mapping[str, Any], params: Params | None = None) -> str:
    """Something to be said of a table that is no problem."""
    labels = {"ticket_id": "ticket_id", "accepted_at": "accepted_at", "unit_label": "unit"}
    if params:
        labels = {key: f"「{params.label(column)}」" for key, column in labels.items()}
    where = where if where.endswith("」") else f"{where} "
    return NOTES[kind].format(**{**labels, **facts, "place": where})


def place(file: str, sheet: str, row: int | str | None, column: str) -> str:
    parts = [file, f"「{sheet}」" if sheet else "", f" 第 {row} 行" if row else "", f"「{column}」" if column else ""]
    return "".join(parts).strip()


def unread(names: Mapping[str, str | None], shown: Callable[[str], str]) -> str:
    """Columns that are none of ours, each with the known one that is like it; those whose names may not be shown are
    counted."""
    told = {name: shown(name) for name in names}
    lines = [
        f"{told[name]}（最接近「{close}」）" if close else told[name]
        for name, close in names.items()
        if told[name] != HIDDEN
    ]
    hidden = sum(each == HIDDEN for each in told.values())
    if hidden:
        lines.append(f"另有 {hidden} 列" if lines else f"{hidden} 列")
    return "、".join(lines)


def not_read(tables: Sequence[str], columns: str) -> str:
    where = f"{tables[0]} " if len(tables) == 1 else f"{tables[0]} 等 {len(tables)} 个表"
    return f"{where}没有读取这些列：{columns}"


def command(files: Sequence[Path], options: Options, month: str, screen: Screen) -> str:
    """The command that would do the same again; a file whose name may not be shown is only counted."""
    told = [screen.file(file.name, number) == file.name for number, file in enumerate(files)]
    named = [f'"{file}"' if re.search(r"[\s()&;（）]", str(file)) else str(file) for file in files]
    if not all(told) or len(named) > 4:
        named = [*(named[:2] if all(told) else ()), f"……（同样的 {len(named)} 个文件）"]
    given = [f" --sheet {sheet}" for sheet in options.sheets] + [f" --unit {options.unit}"] * bool(options.unit)
    given += [" --accept-good"] * options.accept_good + [" --replace-simulated"] * options.replace_simulated
    given += [f" --replace-unit {','.join(options.replace_units)}"] * bool(options.replace_units)
    return f"hotline intake {' '.join(named)} --month {month}{''.join(given)}"


def refusal(lines: Sequence[str], total: int, named: str, report: str, again: str, *, fatal: bool) -> str:
    """Why nothing was taken. lines: of problems. fatal: good rows could not be taken alone."""
    good = "" if fatal else "\n只想先导入没有问题的行，在这条命令后面加上 --accept-good。"
    if fatal and "--accept-good" in again:
        good = "\n文件、表头或整列有问题时，没有问题的行也不能先导入；其他文件可以单独导入。"
    head = f"{named}中有 {total} 处问题，本次没有导入任何工单："
    return "\n".join(
        [head, *(f"  {line}" for line in lines), f"全部问题逐行列在 {report}。", f"改好后重新运行：{again}{good}"]
    )


_BECAME = {
    "new": "新增", "updated": "更新", "unchanged": "未变", "refused": "拒收",
    "title": "标题和说明", "header": "表头", "total": "合计行", "blank": "空行",
}  # fmt: skip


def summary(done: Intake, folder: str) -> str:
    """What came of an intake: the rows, that add up, the months, and where the rest is."""
    always = ("new", "updated", "unchanged", "refused")
    sums = [(words, done.count(each)) for each, words in _BECAME.items() if done.count(each) or each in always]
    lines = [f"读入 {done.count(*_BECAME):,} 行 = " + " + ".join(f"{words} {number:,}" for words, number in sums)]
    if len(done.rows) > 1:
        for where, became in done.rows.items():
            lines.append(f"  {where}：{added_up(became)}")
    for each in done.stored:
        version = f"{each.tickets:,} 件，版本 {each.sha256[:12]}" if each.sha256 else "模拟工单已移走"
        partial = "，只有其他月份导出中带来的工单，不作对比的基数" if each.partial else ""
        before = f"，之前的版本 {each.before}" if each.before else ""
        lines.append(f"  {each.month}：{version}{partial}{before}")
    if done.voided:
        units = "、".join(f"{unit} {number:,}" for unit, number in done.voided.items())
        lines.append(
            f"  撤销 {sum(done.voided.values()):,} 件（{units}）：不在这次的导出里，清单在 {folder}/removed.csv"
        )
    if not done.stored:
        lines.append("  各月工单没有变化。")
    lines += [f"  提示：{note}" for note in done.notes]
    if done.count("refused"):
        lines.append(f"  拒收的行在 {folder}/refused.csv，改好后可以再导入这个文件。")
    return "\n".join([*lines, f"记录（各文件的行数、更新清单）在 {folder}。接着：hotline check {done.month}"])


def added_up(became: Mapping[str, int]) -> str:
    """What became of the rows of a table; together they are all its rows."""
    parts = [f"{said} {became[each]:,}" for each, said in {**_BECAME, "not taken": "工单"}.items() if became.get(each)]
    return f"{sum(became.values()):,} 行 = {' + '.join(parts)}"


def cannot_write(folder: str) -> str:
    return (
        f"写不进 {folder}：磁盘已满、文件大小受限，或没有写权限。本次没有导入任何工单，原有的工单没有变。"
        "清出空间或改好权限后重新运行。"
    )


def simulated(name: str) -> str:
    return (
        f"{name} 是模拟工单，不能与真实工单混在一起，本次没有导入任何工单。"
        "要用真实工单取代模拟工单，请加上 --replace-simulated（模拟的会移到 data/tickets/previous/）。"
    )


BUSY = "另一次导入、撤回或模拟正在进行，本次没有改动任何工单。请等它结束后重新运行。"
INTERRUPTED = "已中断，本次没有导入任何工单，原有的工单没有变。重新运行即可。"
MEMORY = "内存不够，本次没有导入任何工单。请在 params/organisation.yaml 的 memory_gb 中写大一些，关闭其他程序，或把文件分成几份导入。"
DATABASE = "params/ 写明 {month} 的工单不在 data/tickets 中（source），不从文件导入。"
