"""All that intake says, in one place; and what it never says: values that could name somebody.

A problem is a rule, such as ``unit/unknown``, and the facts of one place; this module words it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hotline_lib.errors import HotlineError

HIDDEN = "（已隐去）"
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
    "row/ragged": ("这一行的列数与表头不符", "多半是内容中有没加引号的逗号或换行，请检查后改正。"),
    "missing": ("未填写", "请补上；若原表是合并单元格，请取消合并并填满每一行。"),
    "unknown": ("「{value}」不在{place}中", "{hint}"),
    "value": ("「{value}」不是可填的值", "{hint}"),
    "integer": ("「{value}」不是整数", "应写作 0、1、2 等。"),
    "time": ("「{value}」不是有效的日期时间", "应写作 2024-09-02 09:15:00。"),
    "format": ("「{value}」不是工单编号", "应为 JT、6 位区划代码、8 位日期和 8 位序号，共 24 位。"),
    "repeated": ("{value} 在同一个文件中出现多次而内容不同", "请只保留最新的一行。"),
    "early": ("{value} 太早：月报 {month} 只收 {first} 起受理的工单", "请去掉这些行，或用 --month 写明它们的月份另行导入。"),
    "late": ("{value} 晚于月报的月份 {month}", "请检查时间；属于以后月份的，用 --month 写明那个月另行导入。"),
    "open": ("没有填写，却有「{other}」{value}", "已报送的工单必须有办结时间，请补上，或清空报送时间。"),
    "orphan": ("「{value}」没有对应的「{other}」", "请补上{other}。"),
    "misplaced": ("「{value}」与「{other}」不符", "{hint}"),
}  # fmt: skip

BLANK = ("", "-", "--", "—", "——", "/", "\\n", "null", "none", "nan", "n/a", "#n/a", "无", "空", "(空)", "(空白)")

_SURNAMES = (
    "金赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕张孔曹严华魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦昌马苗"
    "方俞任袁柳史唐费薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅卞齐康伍余元顾孟黄穆萧尹姚邵汪祁毛禹狄臧戴宋庞"
    "熊纪舒屈项祝董梁杜阮蓝闵季贾娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房缪解应宗"
    "丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀甄曲封储靳焦牧隗谷车侯班仇仲宫宁甘厉刘景龙叶司黎蒲白尚"
    "温庄晏柴瞿阎连习艾鱼容向古易戈廖终居衡步耿满匡国文寇广欧聂晁曾沙关游简肖闫覃隋邸佟佘岳乔冷鞠丛初"
)
_PLATE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_LONG = 39  # bytes: thirteen Chinese characters; longer is free text
_DATE = r"^(19|20)\d\d[-/.年]|^(19|20)\d\d[01]\d[0-3]\d([\sT]?[0-2]\d:?[0-5]\d(:?[0-5]\d)?)?$"
# Looked for in a text without spaces, hyphens, dots and brackets. Python and the engine read the same patterns.
_ANYWHERE = (
    r"(^|\D)(86)?1[3-9]\d{9}(\D|$)|(^|\D)0\d{9,11}(\D|$)|(^|\D)(\d{17}[\dXx]|\d{15})(\D|$)"
    rf"|[{_PLATE}][A-Za-z][A-Za-z0-9]{{5,6}}|[A-Za-z]{{4,}}|@|先生|女士|小姐|师傅|[，。；！？,;!?]"
    rf"|^[{_SURNAMES}][\x{{4e00}}-\x{{9fff}}]{{1,2}}$"
    r"|^(欧阳|上官|司马|诸葛|皇甫|令狐|慕容|司徒|夏侯|尉迟)[\x{4e00}-\x{9fff}]{1,2}$"
)
_NUMBER = r"\d{7,}"  # whatever it is, unless it is a date
_TICKET = r"^JT\d{20,24}$"
_LOOSE = r"[\s\-－·.()（）]+"


class IntakeError(HotlineError):
    """An intake that was not done. Nothing was written to data/tickets."""


class FileProblem(Exception):
    """A file or sheet that cannot be read: ``rule`` of PROBLEMS, and where."""

    def __init__(self, rule: str, file: str, sheet: str = "", column: str = "", value: str = "", hint: str = ""):
        self.rule, self.file, self.sheet, self.column, self.value, self.hint = rule, file, sheet, column, value, hint
        super().__init__(rule)


def hides(text: str) -> bool:
    """Whether ``text`` could name a person, a telephone, an identity, a number plate, or is somebody's own words."""
    if re.search(_TICKET, text):
        return False
    bare = re.sub(_LOOSE, "", text)
    anywhere = re.sub(r"\\x\{(\w{4})\}", r"\\u\1", _ANYWHERE)
    number = not re.search(_DATE, text) and re.search(_NUMBER, bare)
    return bool(len(text.encode()) > _LONG or re.search(anywhere, bare) or number)


def shown(text: str | None) -> str:
    """``text`` as a message may show it. The engine's macro ``shown`` does the same."""
    clean = re.sub(r"[\x00-\x1f\x7f]", " ", text or "").strip()
    return HIDDEN if hides(clean) else ("'" + clean if clean[:1] in tuple("=+-@") else clean)


def shown_macros() -> list[str]:
    """SQL that makes the macro ``shown(text)``; a cell that Excel would take for a formula is quoted."""
    return [
        r"CREATE OR REPLACE MACRO tidy(x) AS trim(regexp_replace(x, '[\x00-\x1f\x7f]', ' ', 'g'))",
        f"CREATE OR REPLACE MACRO bare(x) AS regexp_replace(tidy(x), '{_LOOSE}', '', 'g')",
        rf"""CREATE OR REPLACE MACRO shown(x) AS CASE
            WHEN x IS NULL THEN ''
            WHEN regexp_matches(tidy(x), '{_TICKET}') THEN tidy(x)
            WHEN strlen(tidy(x)) > {_LONG} OR regexp_matches(bare(x), '{_ANYWHERE}')
                 OR (NOT regexp_matches(tidy(x), '{_DATE}') AND regexp_matches(bare(x), '{_NUMBER}')) THEN '{HIDDEN}'
            WHEN regexp_matches(tidy(x), '^[=+\-@]') THEN '''' || tidy(x)
            ELSE tidy(x) END""",
    ]


def words_of(rule: str) -> tuple[str, str]:
    """What is wrong and how to mend it, as templates."""
    return PROBLEMS.get(rule) or PROBLEMS[rule.partition("/")[2]]


def place(file: str, sheet: str, row: int | None, column: str) -> str:
    return (
        file
        + (f"「{sheet}」" if sheet else "")
        + (f" 第 {row} 行" if row else "")
        + (f"「{column}」" if column else "")
    )


def refusal(lines: Sequence[str], total: int, files: Sequence[str], report: str, again: str, fatal: bool) -> str:
    """The message of an intake that took nothing. lines: the first problems. fatal: no good rows can be taken either."""
    where = files[0] if len(files) == 1 else f"{len(files)} 个文件"
    more = [f"  ……共 {total} 处，全部列在 {report}。"] if report else []
    good = [] if fatal else [f"只导入没有问题的行：{again} --accept-good"]
    head = f"{where} 中有 {total} 处问题，本次没有导入任何工单："
    return "\n".join([head, *(f"  {line}" for line in lines), *more, f"改好后重新运行：{again}", *good])


def cannot_write(folder: str) -> str:
    return (
        f"写不进 {folder}：磁盘已满、文件大小受限，或没有写权限。本次没有导入任何工单，原有的工单没有变。"
        "清出空间或改好权限后重新运行。"
    )


BUSY = "另一次导入正在进行，本次没有导入任何工单。请等它结束后重新运行。"
INTERRUPTED = "已中断，本次没有导入任何工单，原有的工单没有变。重新运行即可。"
ENGINE = "处理时出错（{kind}），本次没有导入任何工单，原有的工单没有变。请把文件另存为 .xlsx 或 UTF-8 的 .csv 后重试。"
MEMORY = "内存不够，本次没有导入任何工单。请关闭其他程序，或把文件分成几份导入。"
