"""What a message may show: a value that resembles something known. Everything else could name somebody, and is hidden.

There are too many ways to write a name, a number or an address to forbid them one by one, so ``Known`` allows: words
that params/ has, alone or put together with the words of every export; dates and times; short numbers; a ticket's
id; a slip of the pen in a known word. Text is judged in half-width form, without spaces and what cannot be seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

HIDDEN = "（已隐去）"

_LONGEST = 60  # characters; longer is free text
_DIGITS = 4  # in all, outside dates and known words: no telephone, postcode or card has so few
_DATES = 2  # a span of time has two
_ALIKE = 0.8  # how like one of the few values of its place a value must be
_LETTER = (_DIGITS, 0)  # beside a single letter stands no digit (A 1234)
_CODE = (_DIGITS, _DATES)  # nor beside a division code, nor a date: an identity number has both

# Words of exports that go together with each other and with those of params/: names of files, sheets and columns,
# states of a ticket. None may be a person's name, alone or beside another (a test tries).
_WORDS = """
工单 明细 清单 列表 台账 报表 月报 周报 日报 汇总 统计 导出 导入 下载 数据 原始 全量 全部 部分 附件 附表 副本 备份 模板 新建
工作表 工作簿 表格 文件 压缩包 修改 修订 更新 补充 补报 补录 最终 正式 测试 示例 样例 说明 封面 目录 总表 分表 合并 拆分 上报 报送
年度 季度 月度 上半年 下半年 上半月 下半月 上旬 中旬 下旬 本月 上月 当月 本年 去年 今年 同期 截至 截止 期间 时间 日期 时刻 时限 期限
时长 用时 耗时 分钟 小时 天数 工作日 今天 昨天 一季度 二季度 三季度 四季度 全省 各市 全市 本省 本市 我省 省级 市级 县级 区县 市区 市县
辖区 地区 区域 地市 各地 分中心 中心 分平台 平台 热线 服务 服务中心 交通 运输 交通运输 交投 集团 省厅 市局 受理 来电 转办 派单 转派
签收 承办 主办 协办 办理 处理 处置 反馈 答复 回复 办结 完结 结案 归档 关闭 完成 评价 好评 差评 中评 默认 系统 自动 人工 生成 回访 抽检
抽查 复核 审核 审批 督办 催办 退回 退单 驳回 延期 超时 超期 逾期 及时 按时 限时 撤销 作废 无效 有效 重复 重办 正常 异常 错误 公式 空白
未知 待定 待办 在办 编号 序号 流水号 单号 工单号 编码 代码 名称 标题 主题 描述 备注 事项 问题 原因 结果 意见 方式 来源 渠道 途径 类型
类别 分类 大类 小类 等级 级别 一级 二级 三级 优先级 紧急 程度 状态 环节 节点 流程 次数 数量 件数 总数 合计 小计 总计 累计 平均 占比 比例
同比 环比 排名 得分 分值 分数 是否 需要 无需 不需要 单位 部门 机构 盖章 签字 填报 记录 以上 以下 其中 出租车 很满意 较满意 比较满意
不太满意 表扬 求助 其他 sheet copy export data ticket tickets table list hotline microsoft excel wps
"""
# What may stand alone only: heads of columns about people, which a name or number might follow, and short values.
_ALONE = """
来电人 来电人姓名 来电号码 主叫 主叫号码 被叫号码 联系人 联系人姓名 联系电话 联系方式 联系地址 电话 电话号码 手机 手机号 手机号码 号码
姓名 性别 年龄 身份证 身份证号 身份证号码 证件号 证件号码 地址 住址 邮箱 电子邮箱 车牌 车牌号 车牌号码 车号 诉求 诉求人 诉求内容 内容
投诉人 投诉内容 反映人 反映内容 被投诉人 经办人 承办人 处理人 操作人 操作员 坐席 坐席工号 话务员 工号 制表 制表人 审核人 填报人 填表人
负责人 公司 公司名称 企业 企业名称 好 差 优 良 中 无 空 null none nan true false refused problems changes
#n/a #na #div/0! #ref! #value! #name? #num! #null!
"""
_BEFORE, _AFTER = "已未非不无待", "省市县局厅处类表版级率数量件"  # of a word, and only there
_SEPARATORS = " -_.,:;/\\|()[]>~&+#%$*'\"=·—–…、。《》〈〉「」『』【】〔〕“”‘’•"
_UNITS = "件条个次页批期版份星分级类天日周季行列项例"  # of a number
_NUMERALS = "一二三四五六七八九十"
_NUMBER = re.compile(rf"([第共]?[0-9]{{1,4}}|第[{_NUMERALS}]{{1,3}}|\([{_NUMERALS}]\))[{_UNITS}]?")

_HALF = "上午|下午|凌晨|早上|中午|晚上"
_CLOCK = (
    rf"(?:{_HALF}|[ap]m)?(?:[0-2]?\d:[0-6]?\d(?::[0-6]?\d(?:[.:,]\d{{1,6}})?)?|[0-2]?\d[时点](?:[0-6]?\d分?)?"
    rf"(?:[0-6]?\d秒)?)(?:{_HALF}|[ap]\.?m\.?|z|[+-]0\d:?00)?"
)
_MM, _DD = "(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_MONTH, _DAY = "(?:1[0-2]|0?[1-9])", r"(?:0?[1-9]|[12]\d|3[01])"
_LATER = rf"(?:\(?(?:星期|周)[一二三四五六日天]\)?)?(?:[ t]?{_CLOCK})?"
_YEAR = r"20[0-4]\d"  # somebody was born in an earlier one
# Damaged ones too (2024-13-02, 25:00), as far as no telephone is written so.
_DATE = re.compile(
    rf"[至到]?(?:{_YEAR}[-/._][01]?\d[-/._][0-3]?\d{_LATER}|{_YEAR}年[01]?\d月[0-3]?\d[日号]{_LATER}"
    rf"|{_YEAR}年(?:[01]?\d月份?)?|{_YEAR}[-/._][01]?\d"
    rf"|(?P<compact>{_YEAR}[01]\d[0-3]\d[-_ t]?[0-2]\d:?[0-6]\d:?[0-6]\d"
    rf"|{_YEAR}{_MM}(?:{_DD}(?:[-_ t]?[0-2]\d:?[0-5]\d)?)?)"
    rf"|{_MONTH}月(?:份|[0-3]?\d[日号]{_LATER})?|(?:十[一二]?|[一二三四五六七八九])月份?"
    rf"|(?P<short>{_MONTH}\.{_DAY}[-~]{_MONTH}\.{_DAY}))(?:(?<!\d)|(?!\d))",
    re.ASCII,
)
_DATE_DIGITS = {None: 0, "compact": 2, "short": 4}  # what they count as digits: 139-20240902 is a telephone
_DATE_ALONE = re.compile(
    rf"{_CLOCK}|(?:\d\d[-/.])?{_MONTH}[-/.]{_DAY}(?: {_CLOCK})?"
    rf"|[01]?\d/[0-3]?\d/{_YEAR}(?: {_CLOCK})?"
    r"|(?:mon|tue|wed|thu|fri|sat|sun) (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\d\d"
    r" \d\d:\d\d:\d\d(?:cst|utc|gmt)20\d\d"
    rf"|(?:0000-00-00|0001-01-01|1899-12-3[01]|1900-01-0[01]|1904-01-01|1970-01-01|9999-12-31)(?: {_CLOCK})?"
    rf"|二[〇○零][〇○零{_NUMERALS}]{{2}}年[{_NUMERALS}]{{1,2}}月(?:[{_NUMERALS}]{{1,3}}[日号])?"
    r"|(?:3[7-9]|[4-6]\d|7[0-2])\d{3}(?:\.(?:\d|\d{4,10}|[27]5|[16]25|[38]75))?"  # days as Excel counts them
    r"|\d\.\d{1,5}e\+2[0-4]",  # an id that Excel took for a number
    re.ASCII,
)
_ID = re.compile(rf"(?:jt)?(\d{{6}}){_YEAR}{_MM}{_DD}\d{{6,10}}", re.ASCII)
_ID_MARKS = re.compile(r"[\s='\"\-_]")
_NEVER = re.compile(r"\*\*|\*[0-9]|[0-9]\*|(?<![0-9e])\+[0-9]")  # 139****1234, +86
_SPACES = re.compile(r"(?<![0-9a-z])\s+|(?<=[0-9])\s+(?![0-9])|(?<=[a-z])\s+(?![a-z])")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile(
    "[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff\U000e0000-\U000e007f]"
)
_EXTENSION = re.compile(
    r"(?i)\.(?:xlsx|xlsm|xlsb|xls|et|ods|csv|txt|tsv|parquet|zip|rar|7z|html?|xml|mht|pdf|docx?|json)$"
)
_DIGIT, _LATIN = _UNBROKEN = frozenset("0123456789"), frozenset("abcdefghijklmnopqrstuvwxyz")

_WRITTEN_OUT = str.maketrans("〇○零一二三四五六七八九幺", "0001234567891")
_TICKET_IDS = re.compile(r"(?i)JT\d{22}(?!\d)")
_GAP = r"[-\s._/\\·()]?"
_PERSONAL = re.compile(
    rf"(?<!\d)(?:\+?86{_GAP})?1[3-9](?:{_GAP}\d){{9}}(?!\d)|(?<!\d)1[3-9]\d{_GAP}[*xX]{{3,6}}{_GAP}\d{{2,4}}(?!\d)"
    rf"|(?<![\d.])\(?0\d{{2,3}}\)?{_GAP}\d{{3,4}}{_GAP}\d{{4}}(?!\d)|(?:电话|手机|微信|联系方式|QQ|qq)\D{{0,6}}\d{{6}}"
    r"|(?<!\d)\d{6} ?(?:19|20)\d\d ?[01]\d ?[0-3]\d ?[\dxX*]{4}(?!\d)|(?<!\d)\d{8}[01]\d[0-3]\d{4}(?!\d)"
    r"|(?<!\d)\d{3,10}\*{4,12}[\dxX*]{1,4}"
)


class Known:
    """What is known, and so may be shown.

    words: all spellings that params/ has. codes: the six digits with which the ids of its units begin.
    """

    def __init__(self, words: Iterable[str], codes: Iterable[str] = ()):
        given = {_judged(word) for word in words} - {""}
        given |= {word[:-1] for word in given if len(word) > 2 and word[-1] in "省市"}
        pairing = {*given, *_WORDS.split()}
        self._codes = frozenset(codes)
        self._whole = pairing | set(_ALONE.split())
        self._spends = {word: (0, 0) for word in pairing if _goes_with_others(word)} | dict.fromkeys(self._codes, _CODE)
        self._starts: dict[str, list[str]] = {}
        for word in self._spends:
            self._starts.setdefault(word[0], []).append(word)
        in_dates = "第共至到年月份日号时点秒星期周天〇○零" + _HALF + _NUMERALS
        self._characters = (
            _DIGIT | _LATIN | set("".join(self._whole) + _SEPARATORS + _BEFORE + _AFTER + _UNITS + in_dates)
        )
        self._long = {word for word in pairing if len(word) >= 4 and not word.isascii()}
        self._short_of_one = {
            (i, word[:i] + word[i + 1 :])
            for word in self._long
            # not in 沈阳 of 沈阳分中心: 王阳分中心 would name somebody
            for i in range(max((n for n in (2, 3) if word[:n] in pairing), default=0), len(word))
        }

    def resembles(self, text: str) -> bool:
        """Whether all of ``text`` is known words, dates, short numbers, a ticket's id, or a slip of a known word."""
        if len(text) > 2 * _LONGEST:
            return False
        text = _judged(text)
        strange = len(set(text) - self._characters)
        if strange > 1 or len(text) > _LONGEST:
            return False
        core = text.strip(_SEPARATORS)
        if strange or _NEVER.search(text):
            return self._is_slip(core)
        fits = text in self._whole or core in self._whole or _DATE_ALONE.fullmatch(core)
        return bool(fits) or self._is_id(text) or self._is_made_of_known(text) or self._is_slip(core)

    def shown(self, text: str | None, among: Iterable[str] = ()) -> str:
        """``text`` as a message may show it: on one line, and nothing that Excel takes for a formula; else HIDDEN.

        among: English words that its place may have, if they are few; what is very like one of them is shown too.
        """
        text = text or ""
        like = text.isascii() and len(text) <= _LONGEST and get_close_matches(text, list(among), n=1, cutoff=_ALIKE)
        return _inert(text) if self.resembles(text) or like else HIDDEN

    def shown_name(self, name: str, otherwise: str) -> str:
        """The name of a file, of a member of a .zip with its folders, or of a sheet, as a message may show it.

        otherwise: what to call it if a part of it resembles nothing known, such as 第 3 个文件; its extension is kept.
        """
        parts = [_EXTENSION.sub("", part) for part in re.split(r"[/\\]", _clean(name))]
        numbers = sum(not _DIGIT.isdisjoint(_judged(part)) for part in parts)  # 139/0000/1234.csv
        if all(map(self.resembles, parts)) and (numbers < 2 or self.resembles("/".join(parts))):
            return _inert(name)
        extension = _EXTENSION.search(_clean(name))
        return otherwise + (extension[0].lower() if extension else "")

    def _is_id(self, text: str) -> bool:
        """A ticket's id, whole or a little damaged; with less digits it could be an identity number."""
        text = _ID_MARKS.sub("", text)
        found = _ID.fullmatch(text)
        return found is not None and found[1] in self._codes and (text.startswith("jt") or len(text) == 22)

    def _is_made_of_known(self, text: str) -> bool:
        """Whether known words, dates, short numbers and separators, one after the other, are all of ``text``."""
        ways: dict[int, set[tuple[int, int]]] = {0: {(0, 0)}}  # to each place: the digits and dates spent on the way
        for at in range(len(text)):
            before = ways.pop(at, ())
            for end, digits, dates in self._pieces(text, at) if before else ():
                if not any({text[end - 1], *text[end : end + 1]} <= alike for alike in _UNBROKEN if end < len(text)):
                    spent = {(d + digits, n + dates) for d, n in before}
                    ways.setdefault(end, set()).update(s for s in spent if s[0] <= _DIGITS and s[1] <= _DATES)
        return not text or bool(ways.get(len(text)))

    def _pieces(self, text: str, at: int) -> Iterator[tuple[int, int, int]]:
        """The pieces that may begin at a place: where each ends, and how many digits and dates it spends."""
        if text[at] in _SEPARATORS:
            yield at + 1, 0, 0
        elif text[at] in _LATIN:
            yield at + 1, *_LETTER
        if date := _DATE.match(text, at):
            yield date.end(), _DATE_DIGITS[date.lastgroup], 1
        if number := _NUMBER.match(text, at):
            digits = sum(c in _DIGIT or c in _NUMERALS for c in number[0])
            yield from ((end, digits, 0) for end in {number.end(), number.end(1)})
        for first in (at, at + 1) if text[at] in _BEFORE else (at,):
            for word in self._starts.get(text[first : first + 1], ()):
                if text.startswith(word, first):
                    end = first + len(word)
                    yield end, *self._spends[word]
                    if end < len(text) and text[end] in _AFTER:
                        yield end + 1, *self._spends[word]

    def _is_slip(self, text: str) -> bool:
        """Whether one character was exchanged, left out, doubled or swapped with the next in a word of four or more.

        One more character that the word does not have is no slip: it would be a name beside it.
        """
        if len(text) < 4 or text.isascii():
            return False
        cut = [text[:i] + text[i + 1 :] for i in range(len(text))]
        return (
            any((i, rest) in self._short_of_one for i, rest in enumerate(cut))
            or any((i, text) in self._short_of_one for i in range(len(text) + 1))
            or any(rest in self._long and text[i] in rest for i, rest in enumerate(cut))
            or any(text[:i] + text[i + 1] + text[i] + text[i + 2 :] in self._long for i in range(len(text) - 1))
        )


def personal(text: str) -> list[int]:
    """The lines of an analyst's own text, from 1, that seem to hold a telephone or an identity number.

    Only a warning, hence a list of what is forbidden: it says where to look, and hides nothing.
    """
    lines = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_WRITTEN_OUT).split("\n")
    return [number for number, line in enumerate(lines, 1) if _PERSONAL.search(_TICKET_IDS.sub(" ", line))]


def _clean(text: str) -> str:
    """On one line, without what cannot be seen."""
    return _CONTROL.sub(" ", _INVISIBLE.sub("", text)).strip()


def _judged(text: str) -> str:
    """Half-width and in small letters; spaces stay only where they part one number from another, or one Latin word."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", _clean(text)).casefold())


def _inert(text: str) -> str:
    text = _clean(text)
    return f"'{text}" if unicodedata.normalize("NFKC", text[:1]) in tuple("=+-@") else text


def _goes_with_others(word: str) -> bool:
    """Not single characters, which could be part of a name, nor 5, 5星 or y, which could be part of a number."""
    letters = sum(c.isalpha() for c in word)
    return letters >= 3 or (letters == 2 and not word.isascii()) or (word.isdecimal() and len(word) > _DIGITS)
