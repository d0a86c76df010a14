"""What can be wrong with an export, and how to mend it: by rule, what is said. Remedies are applied by a test."""

from __future__ import annotations

_HEADER = "表头要在前 50 行，且至少有三列是 params/columns.yaml 中的名称；加 --preview 可看各列认成了什么。"
_SAVE_AGAIN = "请用 Excel 打开检查，另存为 .xlsx 后再导入。"

# rule, or the part after the column: (what is wrong, how to mend it)
PROBLEMS = {
    "file/none": ("找不到这个文件", "请检查文件名和所在的文件夹。"),
    "file/folder": ("是文件夹", "请写文件名；要一次导入多个文件，可写 文件夹/*.xlsx，或打成 .zip。"),
    "file/special": ("不是普通文件", "请把它另存为文件后再导入。"),
    "file/permission": ("没有读取权限", "请关闭正在使用它的程序，或改权限后重试。"),
    "file/unreadable": ("读不出来（磁盘、U 盘或网络盘的问题）", "请把它拷到本机的文件夹里再导入。"),
    "file/changed": ("读取时文件变了", "请等写入或下载完成、关闭正在使用它的程序，再重新运行。"),
    "file/lock": ("是 Excel 打开文件时留下的临时文件", "请先在 Excel 中保存并关闭那个文件，再重新运行。"),
    "file/empty": ("是空文件", "请重新导出。"),
    "file/unknown": ("不是能识别的表格文件", "可导入 .xlsx、.xls、.ods、.csv、.parquet，以及装有这些文件的 .zip。"),
    "file/password": ("有密码保护", "请用 Excel 打开，去掉密码后另存，再导入。"),
    "zip/password": ("压缩包有密码", "请先解压，再导入里面的文件。"),
    "file/damaged": ("文件损坏或不完整", "请用 Excel 打开，另存为 .xlsx 后再导入；打不开的请重新导出。"),
    "file/reader": ("读取时中途退出：文件损坏，或大得内存不够", "请用 Excel 打开，另存为「CSV UTF-8」后再导入。"),
    "file/memory": ("大得内存不够", "请用 Excel 打开，另存为「CSV UTF-8」后再导入，或分成几个文件。"),
    "file/nested": ("压缩包里还有压缩包", "请先解压，再导入里面的文件。"),
    "file/bomb": ("解压后大得不合常理，没有打开", "请确认来源；确实是自己的导出时，请先解压再导入。"),
    "file/entities": (
        "内含 XML 实体定义，正常的 Excel 文件没有，没有打开",
        "请确认来源；可用 Excel 打开，另存后再导入。",
    ),
    "file/ragged": ("大部分行的列数对不上", _SAVE_AGAIN),
    "file/quotes": (
        "引号没有成对，分不清哪里是一行",
        f"{_SAVE_AGAIN}或请导出的系统把内容中的引号写成两个。",
    ),
    "file/rows": ("读出的工单比文件中的工单编号少", _SAVE_AGAIN),
    "file/simulated": ("是模拟工单", "模拟工单不能当作真实工单导入。请导入从系统中导出的文件。"),
    "file/no_tickets": (
        "没有工单",
        "请确认导出的内容（可用 Excel 打开检查，另存为 .xlsx 后再导入）；不该导入的，从命令中去掉它，或先解压再选。",
    ),
    "sheet/header": ("有工单编号而没有表头，或表头不认识", _HEADER),
    "sheet/none": (
        "没有 --sheet 所写的工作表",
        "它的工作表有：{value}。只有个别文件要用 --sheet 的，把它们单独导入；几个名称就写几次 --sheet。",
    ),
    "sheet/stray": (
        "很远处（{value}）还有单元格，整张表大得读不进来",
        "请用 Excel 打开，删去表格右边和下面的整列、整行，保存后再导入。",
    ),
    "sheet/cells": ("有 {value} 个单元格读不出来（行号或列号重复，或没有写明类型）", _SAVE_AGAIN),
    "column/none": ("缺少这一列", "请补上这一列（确实没有内容的可以留空）{hint}。"),
    "column/unit": (
        "缺少这一列",
        "整个文件都是一个单位的，单独导入它，并在命令后面加上 --unit 单位名{hint}。",
    ),
    "sheet/unit": (
        "工作表的名称是「{value}」，与 --unit 不是一个单位",
        "--unit 管这次命令中所有没有「分平台」列的表：请把要用 --unit 的文件单独导入。",
    ),
    "unit/code": (
        "工单编号是{context}的，与整张表的单位（--unit 或工作表的名称）不符",
        "--unit 管这次命令中所有没有「分平台」列的文件：请把各单位的文件分开导入，各写各的 --unit。",
    ),
    "column/twice": (
        "有两列是同一个意思：{value}",
        "只留一列，或从 params/columns.yaml 的 aliases 中去掉其中一个名称；只有个别单位这样叫的，给那一行加上 only: 单位名。",
    ),
    "row/above": ("工单在表头上面", "请把表头移到第一件工单上面，再导入。"),
    "row/quotes": (
        "这一格以引号开头，引号没有成对，吞掉了后面 {value} 行工单",
        f"请把这一格内容中的引号删去或写成两个；或{_SAVE_AGAIN.removeprefix('请')}",
    ),
    "ragged": (
        "这一行的列数与表头不符",
        f"多半是内容中有没加引号的逗号或换行，或行尾少了空列：请改正，或{_SAVE_AGAIN.removeprefix('请')}",
    ),
    "error": ("公式错误（如 #N/A、#DIV/0!）", "请在原表中改正公式，或填上值。"),
    "no_value": ("公式没有算出值", "请用 Excel 打开这个文件，保存一次，再导入。"),
    "missing": ("未填写", "请补上；若原表是合并单元格，请取消合并并填满每一行；若是表尾的说明，请删去这一行。"),
    "unknown": ("「{value}」不在 params/catalogue.yaml 中", "{hint}"),
    "unit/unknown": ("「{value}」不在 params/units.yaml 中", "{hint}"),
    "sub_issue/unknown": ("「{value}」不在 params/catalogue.yaml 的事项「{context}」之下", "{hint}"),
    "value": ("「{value}」不是这一列的值", "{hint}"),
    "integer": ("「{value}」不是整数", "应写作 0、1、2 等。{hint}"),
    "time": ("「{value}」不是有效的日期时间", "应写作 2024-09-02 09:15:00。{hint}"),
    "format": ("「{value}」不是工单编号", "应为 JT、6 位区划代码、8 位日期和 8 位序号，共 24 位，请改正。"),
    "repeated": (
        "{value} 在同一个文件中出现多次而内容不同",
        "请只保留最新的一行；若两张工作表里都有它，单独导入这个文件，用 --sheet 写明要读的那张。",
    ),
    "early": (
        "{value} 早于{first}：{month} 月报只收此后受理的工单",
        "请去掉这些行，或另用 --month 写明它们的月份导入。",
    ),
    "late": ("{value} 晚于月报的月份 {month}", "请检查时间；属于以后月份的，另用 --month 写明那个月导入。"),
    "open": ("未填写，却有{submitted}", "已报送的工单必须有{closed}，请补上，或清空{submitted}。"),
    "orphan": ("有{sub_issue}而没有{issue}", "请补上{issue}。"),
    "issue/misplaced": ("「{value}」不属于工单所写的{domain}「{context}」", "{hint}"),
    "sub_issue/misplaced": ("「{value}」不属于工单所写的{issue}「{context}」", "{hint}"),
}
OWN_VALUES = ("sheet/stray", "sheet/cells", "row/quotes")  # rules whose value is none of the file's words
WITH_VALUES = ("unknown", "misplaced", "value", "integer", "time")  # rules whose hint depends on the value

NOTES = {
    "member": "{place}不是表格，没有读取",
    "no header": "{place}没有表头，没有读取（{rows} 行）",
    "other sheet": "{place}没有读取（{rows} 行）：--sheet 没有写它",
    "other month": "这些文件里没有 {month} 受理的工单，都受理于 {months}：是不是该写 --month {last}？",
    "no rows": "{place}只有表头，没有工单",
    "no tickets": "{place}没有{ticket_id}这一列，没有读取（{rows} 行）",
    "hidden sheet": "{place}是隐藏的工作表，没有读取（{rows} 行）；要读它，加 --sheet 写明它的名称",
    "hidden rows": "{place}有 {rows} 行被筛选或隐藏，也读取了",
    "unit of sheet": "{place}没有{unit_label}这一列，按工作表的名称作「{unit}」",
    "unit not used": "{place}已有{unit_label}这一列，没有用 --unit {unit}",
    "midnight": "{place}的{accepted_at}都是 0 点整（{rows} 件）：导出的多半只有日期，按小时的分析和 24 小时办结率会不准",
    "round": "{place}正好 {rows} 行，像是导出时被截断了：请核对系统中的件数，必要时分段导出",
}
NEUTRAL = {"null", "none", "nan", "n/a"}
# what stands for nothing in any column
BLANK = ("", "-", "--", "—", "——", "/", "\\n", *sorted(NEUTRAL), "无", "空", "(空)", "(空白)")
