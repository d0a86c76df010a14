"""All that intake says, in one place. Values go through ``masking`` first: nobody is named.

A problem is a rule, such as ``unit/unknown``, and the facts of one place; this module words it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hotline_lib.errors import HotlineError, nearest
from hotline_lib.masking import HIDDEN, hides
from hotline_lib.params import Params, month_before

if TYPE_CHECKING:
    from hotline_lib.intake import Intake

SHOWN = 20  # problems on the screen; all of them are in the CSV

# rule, or the part after the column: (what is wrong, how to mend it)
PROBLEMS = {
    "file/none": ("找不到这个文件", "请检查文件名和所在的文件夹。"),
    "file/folder": ("是文件夹", "请写文件名；要一次导入多个文件，可写 文件夹/*.xlsx，或打成 .zip。"),
    "file/permission": ("没有读取权限", "请关闭正在使用它的程序，或改权限后重试。"),
    "file/empty": ("是空文件", "请重新导出。"),
    "file/html": ("其实是网页（HTML 或 XML 表格），不是 Excel 文件", "请用 Excel 打开，另存为 .xlsx 后再导入。"),
    "file/unknown": ("不是能识别的表格文件", "可导入 .xlsx、.xls、.csv、.parquet，以及装有这些文件的 .zip。"),
    "file/password": ("有密码保护", "请用 Excel 打开，去掉密码后另存，再导入。"),
    "file/damaged": ("文件损坏或不完整", "请重新导出或重新拷贝。"),
    "file/nested": ("压缩包里还有压缩包", "请先解压，再导入里面的文件。"),
    "file/bomb": ("解压后大得不合常理，没有打开", "请确认来源；确实是自己的导出时，请先解压再导入。"),
    "file/entities": ("内含 XML 实体定义，正常的 Excel 文件没有，没有打开", "请确认来源；可用 Excel 打开，另存后再导入。"),
    "file/encoding": ("既不是 UTF-8 也不是 GB18030（GBK）编码", "请用 Excel 打开，另存为「CSV UTF-8」后再导入。"),
    "file/ragged": ("大部分行的列数对不上，或引号没有成对", "请用 Excel 打开检查，另存为 .xlsx 后再导入。"),
    "file/simulated": ("是模拟工单", "模拟工单不能当作真实工单导入。要模拟请用 hotline simulate。"),
    "file/header": ("没有找到表头", "表头要在前 50 行，且至少有三列是 params/columns.yaml 中的名称。"),
    "sheet/header": ("有工单编号而没有表头，或表头不认识", "表头要在前 50 行，且至少有三列是 params/columns.yaml 中的名称。"),
    "column/none": ("缺少这一列", "请补上这一列（确实没有内容的可以留空）{hint}。"),
    "column/twice": ("有两列是同一个意思：{value}", "只留一列，或从 params/columns.yaml 的 aliases 中去掉其中一个名称。"),
    "ragged": ("这一行的列数与表头不符", "多半是内容中有没加引号的逗号或换行，或这一行不完整，请改正。"),
    "missing": ("未填写", "请补上；若原表是合并单元格，请取消合并并填满每一行。"),
    "unknown": ("「{value}」不在 params/catalogue.yaml 中", "{hint}"),
    "unit/unknown": ("「{value}」不在 params/units.yaml 中", "{hint}"),
    "sub_issue/unknown": ("「{value}」不在 params/catalogue.yaml 的事项「{context}」之下", "{hint}"),
    "value": ("「{value}」不是这一列的值", "{hint}"),
    "integer": ("「{value}」不是整数", "应写作 0、1、2 等。"),
    "time": ("{value} 不是有效的日期时间", "应写作 2024-09-02 09:15:00。"),
    "format": ("「{value}」不是工单编号", "应为 JT、6 位区划代码、8 位日期和 8 位序号，共 24 位。"),
    "repeated": ("{value} 在同一个文件中出现多次而内容不同", "请只保留最新的一行。"),
    "early": ("{value} 早于{first}：{month} 月报只收此后受理的工单", "请去掉这些行，或另用 --month 写明它们的月份导入。"),
    "late": ("{value} 晚于月报的月份 {month}", "请检查时间；属于以后月份的，另用 --month 写明那个月导入。"),
    "open": ("未填写，却有{submitted}", "已报送的工单必须有{closed}，请补上，或清空{submitted}。"),
    "orphan": ("有{sub_issue}而没有{issue}", "请补上{issue}。"),
    "issue/misplaced": ("「{value}」不属于工单所写的{domain}「{context}」", "{hint}"),
    "sub_issue/misplaced": ("「{value}」不属于工单所写的{issue}「{context}」", "{hint}"),
}  # fmt: skip

BLANK = ("", "-", "--", "—", "——", "/", "\\n", "null", "none", "nan", "n/a", "#n/a", "无", "空", "(空)", "(空白)")


class IntakeError(HotlineError):
    """An intake that was not done. Nothing was written to data/tickets."""


class FileProblem(Exception):
    """A file or sheet that cannot be read: ``rule`` of PROBLEMS, and where."""

    def __init__(self, rule: str, file: str, sheet: str = "", column: str = "", value: str = "", hint: str = ""):
        self.rule, self.file, self.sheet, self.column, self.value, self.hint = rule, file, sheet, column, value, hint
        super().__init__(rule)


def shown_sheet(title: str, number: int) -> str:
    """A sheet's name as a message may show it, else its place."""
    return title if re.fullmatch(r"Sheet\d*", title) or not hides(title) else f"第 {number + 1} 张表"


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


def hint(rule: str, value: str, context: str | None, params: Params) -> str:
    """What to change so that ``value`` is known: the question for the analyst, with the line of YAML to add."""
    column, _, kind = rule.partition("/")
    catalogue, file = params.catalogue, "params/catalogue.yaml"
    if value == HIDDEN:
        return "内容可能涉及个人，请在原文件的这一行查看并改正。"
    if kind == "value":
        known = next(c for c in params.columns if c.name == column)
        return f'若是新的写法，请在 params/columns.yaml 的「{known.label}」的 values 中加上 "{value}"。'
    if rule == "issue/misplaced":
        return f"它属于「{catalogue.issue(value).domain}」，请改正其中一项。"
    if rule == "sub_issue/misplaced":
        homes = [issue.name for issue in catalogue.issues if any(value in sub.spellings for sub in issue.sub_issues)]
        elsewhere = f"它属于「{'、'.join(homes)}」，请改正其中一项；" if homes else ""
        return f"{elsewhere}若确实是，请在 {file} 的「{context}」的 sub_issues 下加一行：- {{name: {value}}}"
    among = {
        "unit": params.units, "business_type": catalogue.business_types, "domain": catalogue.domains,
        "issue": catalogue.issues, "sub_issue": catalogue.issue(context).sub_issues if column == "sub_issue" else (),
    }  # fmt: skip
    file = "params/units.yaml" if column == "unit" else file
    owner = {word: entry.name for entry in among[column] for word in entry.spellings}
    close = nearest(value, owner)
    alias = (
        f"是指「{owner[close]}」吗？若是，请在 {file} 的「{owner[close]}」下加上 aliases: [{value}]；" if close else ""
    )
    line = {
        "unit": f"在 {file} 照其他单位的写法加一条：- name: {value}",
        "business_type": f"在 {file} 的 business_types 下加一行：- {{name: {value}, role: …}}",
        "domain": f"在 {file} 的 domains 下加一行：- {{name: {value}}}",
        "issue": f"在 {file} 的 issues 下加一行：- {{name: {value}, domain: {context or '…'}}}",
        "sub_issue": f"在 {file} 的「{context}」的 sub_issues 下加一行：- {{name: {value}}}",
    }
    return f"{alias}若是新的，请{line[column]}"


def place(file: str, sheet: str, row: int | None, column: str) -> str:
    parts = [file, f"「{sheet}」" if sheet else "", f" 第 {row} 行" if row else "", f"「{column}」" if column else ""]
    return "".join(parts).strip()


def unread(names: dict[str, str | None]) -> str:
    """Columns that are none of ours, each with the known one that is like it."""
    return "、".join(f"{name}（最接近「{close}」）" if close else name for name, close in names.items())


def not_read(tables: Sequence[str], columns: str) -> str:
    where = f"{tables[0]} " if len(tables) == 1 else f"{tables[0]} 等 {len(tables)} 个表"
    return f"{where}没有读取这些列：{columns}"


def command(files: Sequence[Path], month: str, *, accept_good: bool, replace_simulated: bool) -> str:
    """The command that would do the same again."""
    named = [f'"{file}"' if re.search(r"[\s()&;（）]", str(file)) else str(file) for file in files]
    named = named if len(named) < 5 else [*named[:2], f"……（同样的 {len(named)} 个文件）"]
    options = [" --accept-good"] * accept_good + [" --replace-simulated"] * replace_simulated
    return f"hotline intake {' '.join(named)} --month {month}{''.join(options)}"


def refusal(lines: Sequence[str], total: int, files: Sequence[Path], report: str, again: str, *, fatal: bool) -> str:
    """Why nothing was taken. lines: the first problems. fatal: good rows could not be taken alone."""
    where = f"{files[0].name} " if len(files) == 1 else f"{len(files)} 个文件"
    good = "" if fatal else "\n只想先导入没有问题的行，在这条命令后面加上 --accept-good。"
    head = f"{where}中有 {total} 处问题，本次没有导入任何工单："
    return "\n".join(
        [head, *(f"  {line}" for line in lines), f"全部问题逐行列在 {report}。", f"改好后重新运行：{again}{good}"]
    )


_BECAME = {
    "new": "新增", "updated": "更新", "unchanged": "未变", "refused": "拒收",
    "total": "合计行", "blank": "空行", "header": "重复的表头",
}  # fmt: skip


def summary(done: Intake, folder: str) -> str:
    """What came of an intake: the rows, that add up, the months, and where the rest is."""
    always = ("new", "updated", "unchanged", "refused")
    sums = [(words, done.count(each)) for each, words in _BECAME.items() if done.count(each) or each in always]
    lines = [f"读入 {done.count(*_BECAME):,} 行 = " + " + ".join(f"{words} {number:,}" for words, number in sums)]
    for each in done.stored:
        version = f"{each.tickets:,} 件，版本 {each.sha256[:12]}" if each.sha256 else "模拟工单已移走"
        partial = "，只有其他月份导出中带来的工单，不作对比的基数" if each.partial else ""
        before = f"，之前的版本 {each.before}" if each.before else ""
        lines.append(f"  {each.month}：{version}{partial}{before}")
    if not done.stored:
        lines.append("  各月工单没有变化。")
    lines += [f"  提示：{note}" for note in done.notes]
    if done.count("refused"):
        lines.append(f"  拒收的行在 {folder}/refused.csv，改好后可以再导入这个文件。")
    return "\n".join([*lines, f"记录（各文件的行数、更新清单）在 {folder}。接着：hotline check {done.month}"])


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


NO_TABLE = "{name} 不是表格，没有读取"
BUSY = "另一次导入正在进行，本次没有导入任何工单。请等它结束后重新运行。"
INTERRUPTED = "已中断，本次没有导入任何工单，原有的工单没有变。重新运行即可。"
MEMORY = "内存不够，本次没有导入任何工单。请关闭其他程序，或把文件分成几份导入。"
DATABASE = "params/months/{month}.yaml 写明 {month} 的工单在数据库中（source），不从文件导入。"
