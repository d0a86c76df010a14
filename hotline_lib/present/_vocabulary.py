"""Every column that a frame of ``metrics``, a Month or the scan can have, once: its head, its unit, how it prints, what it means.

``column(name)`` gives the Column of a name, ``columns_of(frame)`` those of a frame; ``present.table`` prints any frame so.
A new column is one entry here. The data dictionary (docs/数据字典.md) is written from this list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hotline_lib.errors import UnknownValueError
from hotline_lib.indicators import INDICATORS
from hotline_lib.present._cells import Column, Kind

if TYPE_CHECKING:
    import pandas as pd

KIND_NAMES: dict[str, str] = {
    "text": "文字", "words": "文字", "count": "件数", "difference": "带符号的件数", "share": "占比，由两个件数算出",
    "change": "增减，由两个件数算出", "percent": "百分比，由两个件数算出", "pull": "百分点", "rate": "率，由分子和分母算出",
    "score": "得分", "minutes": "分钟", "points": "分", "rank": "名次", "flag": "是或否", "signals": "信号",
    "interval": "95%区间", "change_interval": "95%区间", "plain": "数",
}  # fmt: skip
DAY_KINDS = {"workday": "工作日", "makeup": "调休上班日", "weekend": "双休日", "holiday": "法定节假日"}
_KINDS_OF_ROWS = {"city": "市", "group": "省级集团", **DAY_KINDS, "rate": "率", "minutes": "时长", "count": "次数",
                  "per_10k": "每万人", "flag": "是否"}  # fmt: skip
_ROLES = {"inquiry": "咨询", "suggestion": "建议", "complaint": "投诉", "retired": "已停用"}
_ANSWERS = {"yes": "是", "no": "否", "not reached": "未接通", "refused": "拒访"}


@dataclass(frozen=True)
class Word:
    """One column of a frame.

    head: over a column; long: the full name, where they differ. meaning: one sentence. pair: the two counts that the
    printed figure is made from, if the frame has them. names: value -> what is printed. helper: not shown by itself,
    because another column is printed from it, or because only the code needs it.
    """

    name: str
    head: str
    kind: Kind
    unit: str
    meaning: str
    long: str = ""
    pair: tuple[str, str] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    significant: str | None = None
    helper: bool = False

    def column(self, **changes: Any) -> Column:
        """Its Column. changes: fields of Column that are otherwise here (key, head, group …)."""
        value = self.pair or self.name
        made = Column(self.head, value, self.kind, unit=self.unit, title=self.long, names=self.names)
        return replace(made, **({"significant": self.significant} | changes))


_TICKETS = "tickets"
_LIST = (
    # who, what, when
    Word("unit", "单位", "text", "", "分平台：市，或省级集团"),
    Word("long_name", "单位全称", "text", "", "单位的全称", helper=True),
    Word("kind", "类别", "text", "", "市还是省级集团；是工作日还是休息日；指标怎样计", names=_KINDS_OF_ROWS, helper=True),
    Word("code", "区划代码", "text", "", "六位行政区划代码", helper=True),
    Word("population", "人口", "count", "人", "params/units.yaml 中的常住人口，万人工单数量的分母", helper=True),
    Word("business_type", "业务类型", "text", "", "信息咨询、意见建议、投诉举报"),
    Word("role", "类型", "text", "", "业务类型在程序中的名称", names=_ROLES, helper=True),
    Word("domain", "业务领域", "text", "", "工单的业务领域"),
    Word("printed_domain", "业务领域", "text", "", "月报中的业务领域，几个小的合为一个"),
    Word("grouped", "合并", "flag", "", "是否几个小的领域合在一起", helper=True),
    Word("issue", "事项", "text", "", "工单的事项；没有标注的不参加排名，但计入分母"),
    Word("sub_issue", "子事项", "text", "", "事项下的子事项"),
    Word("breakdown", "分项", "text", "", "这一行按单位还是按子事项分", names={"unit": "单位", "sub_issue": "子事项"}),
    Word("name", "名称", "text", "", "这一行说的是什么"),
    Word("month", "月份", "text", "", "YYYY-MM"),
    Word("accepted_month", "受理月份", "text", "", "当月上报的工单是哪个月受理的"),
    Word("date", "日期", "text", "", "受理的日期"),
    Word("hour", "时", "plain", "时", "受理的钟点：9 是9时至10时"),
    Word("working", "上班", "flag", "", "是否上班日，调休计入"),
    Word("days", "天数", "count", "天", "这类日期有几天"),
    # how many
    Word("tickets", "件数", "count", "件", "受理的工单"),
    Word("of", "总数", "count", "件", "占比的分母", helper=True),
    Word("share", "占比", "share", "%", "件数占总数的百分比", pair=(_TICKETS, "of")),
    Word("yoy_base", "上年同月", "count", "件", "上年同月的件数", helper=True),
    Word("yoy", "同比", "change", "%", "比上年同月增减；▲▼ 为显著", pair=(_TICKETS, "yoy_base"), significant="yoy_significant"),
    Word("yoy_significant", "同比显著", "flag", "", "同比是否超出通常波动（metrics.judged：计数误差加同类或以前各月的变动，Benjamini–Hochberg 5%）", helper=True),
    Word("yoy_q", "校正后的p", "plain", "", "同比的p值，整张表一起校正（metrics.judged）", helper=True),
    Word("mom_base", "上月", "count", "件", "上月的件数", helper=True),
    Word("mom", "环比", "change", "%", "比上月增减", pair=(_TICKETS, "mom_base")),
    Word("complaint", "投诉", "count", "件", "投诉举报的件数"),
    Word("inquiry", "咨询", "count", "件", "信息咨询的件数"),
    Word("suggestion", "建议", "count", "件", "意见建议的件数"),
    Word("complaint_per_10k", "万人投诉", "rate", "件/万人", "投诉举报件数按人口计", long="每万人投诉举报件数"),
    Word("ticket_per_10k", "万人件数", "rate", "件/万人", "受理件数按人口计", long="每万人受理件数"),
    Word("base", "对比月", "count", "件", "对比月份的件数"),
    Word("difference", "增减", "difference", "件", "比对比月份多多少件"),
    Word("pull", "拉动", "pull", "百分点", "这一部分的增减占对比月份总量的百分点"),
    Word("significant", "显著", "flag", "", "增减是否超出通常波动（metrics.judged）", helper=True),
    Word("q", "校正后的p", "plain", "", "整张表一起校正后的p值（metrics.judged，Benjamini–Hochberg）", helper=True),
    Word("phi", "离散倍数", "plain", "", "通常波动：计数误差的倍数（metrics.judged）", helper=True),
    Word("sd", "通常波动", "plain", "", "通常波动：比值对数的标准差，计数误差之外（metrics.judged）", helper=True),
    Word("df", "自由度", "plain", "", "估计通常波动的自由度", helper=True),
    Word("basis", "波动来自", "text", "", "peers 同类、months 以前各月、params 参数", helper=True),
    Word("rose", "增加", "flag", "", "是增加还是减少", helper=True),
    Word("low", "95%区间", "interval", "%", "95%区间的两端", pair=("low", "high")),
    Word("high", "区间上端", "plain", "", "区间的上端，0.264 即26.4%", helper=True),
    Word("unit_count", "单位数", "count", "个", "有这一事项的单位有几个"),
    Word("rest", "其他单位", "count", "件", "同类单位合计的件数"),
    Word("rest_of", "其他单位总数", "count", "件", "同类单位该业务类型的总数", helper=True),
    Word("more", "相差", "pull", "百分点", "本单位的占比比同类单位高多少", significant="told"),
    Word("told", "相差显著", "flag", "", "两个占比之差是否超出偶然（Fisher 精确检验，Benjamini–Hochberg 5%）", helper=True),
    Word("accepted", "本月受理", "count", "件", "本月受理的工单"),
    Word("submitted", "其中本月上报", "count", "件", "本月受理、本月上报的工单"),
    Word("unsubmitted", "本月未上报", "count", "件", "本月受理、本月没有上报的工单"),
    Word("part", "其中一类", "count", "件", "未上报的工单中一类业务的件数", helper=True),
    Word("open", "未办结", "count", "件", "本月受理、尚未办结的工单"),
    Word("of_domain", "领域件数", "count", "件", "一个领域的件数"),
    Word("of_unit", "单位件数", "count", "件", "一个单位的件数"),
    Word("of_both", "共有件数", "count", "件", "既属于这个领域、又属于这个单位的件数"),
    Word("left", "未上报/未办结", "words", "件", "本月受理、本月没有上报的件数，和其中尚未办结的件数"),
    Word("worst", "最坏", "rate", "%", "未上报的工单全不合格时的率"),
    Word("best", "最好", "rate", "%", "未上报的工单全合格时的率"),
    Word("earlier", "以前受理本月上报", "count", "件", "以前月份受理、本月上报的工单"),
    Word("to_date", "本年累计", "count", "件", "1月至本月的件数"),
    Word("to_date_base", "上年累计", "count", "件", "上年1月至同月的件数"),
    # indicators and scores
    Word("rank", "名次", "rank", "", "并列同名次，其后空出（1、1、3）"),
    Word("indicator", "指标", "text", "", "考评指标", names={of.key: of.label for of in INDICATORS}),
    Word("label", "指标", "text", "", "考评指标的短名"),
    Word("numerator", "分子", "count", "", "合格的工单（时长为秒）"),
    Word("denominator", "分母", "count", "", "计入的工单（每万人为人口）"),
    Word("value", "指标值", "words", "", "印出的指标值：率为百分数，时长为分钟"),
    Word("score", "总分", "score", "分", "满分减去各项失分，保留两位小数"),
    Word("rank_before", "上月名次", "rank", "", "上月的名次；评分办法不同、上月的成绩不完整时为空", helper=True),
    Word("score_before", "上月总分", "score", "分", "上月的总分；评分办法不同、上月的成绩不完整时为空", helper=True),
    Word("rank_mom", "名次升降", "words", "", "名次比上月升降几位：升2、降3、平"),
    Word("score_mom", "总分升降", "pull", "分", "总分比上月多多少分"),
    Word("lost", "失分", "score", "分", "满分与总分之差"),
    Word("points", "失分", "points", "分", "一项指标失去的分"),
    Word("missed", "未达标", "count", "件", "计入指标而没有达标的工单（次数类为次数）"),
    Word("one_less", "少一件", "points", "分", "未达标的少一件，可多得的分"),
    Word("one_more", "多一件", "points", "分", "未达标的多一件，会多失的分"),
    Word("rank_without", "不失时名次", "rank", "", "这一项若不失分，单位的名次"),
    Word("next_limit", "下一档", "points", "", "失分较少的最近一档的界限"),
    Word("next_gain", "可多得", "points", "分", "到下一档可多得的分"),
    Word("shown", "指标值", "words", "", "指标的值，按印出的位数，带单位", helper=True),
    Word("next", "下一档", "text", "", "失分较少的最近一档：界限、还差多少、多得几分", helper=True),
    Word("short", "还差", "points", "", "指标值离下一档多远"),
    Word("spare", "余地", "points", "", "指标值离多失分多远"),
    Word("target", "目标", "text", "", "多得一分，还是进位", names={"point": "多得1分", "place": "进位"}),
    Word("way", "做法", "text", "", "只动一项指标的工单，还是几项一起", names={"single": "一项", "set": "几项"}),
    Word("indicators", "涉及的指标", "words", "", "得分随之变化的指标", helper=True),
    Word("far", "远近", "text", "", "件数占计入的工单多少：不超过5%为近", names={"near": "近", "far": "较远"}),
    Word("ids", "工单编号", "words", "", "照常办好即可的工单", helper=True),
    Word("band", "档", "rank", "", "同一档的单位，得分的先后可能只是一个月的偶然"),
    Word("rank_low", "名次区间", "rank", "", "同样的工作再遇一个月的偶然，九成月份的名次不高于此"),
    Word("rank_high", "至", "rank", "", "同样的工作再遇一个月的偶然，九成月份的名次不低于此"),
    Word("lowest", "99.8%下限", "plain", "", "只因偶然，千次中至多一次低于此", helper=True),
    Word("highest", "99.8%上限", "plain", "", "只因偶然，千次中至多一次高于此", helper=True),
    Word("tau", "单位间差别", "plain", "", "各单位本身的差别，偶然之外（0：没有）", helper=True),
    Word("beyond", "与合计相比", "text", "", "明显偏高或偏低：出了99.8%界限，且与其余各市有别", names={"high": "明显偏高", "low": "明显偏低", "": ""}),
    Word("needs", "不足之处", "text", "", "失分、未上报、抽检到了须关注程度的"),
    Word("score_now", "现总分", "score", "分", "按现行评分办法的总分"),
    Word("rank_now", "现名次", "rank", "", "按现行评分办法的名次"),
    Word("gained", "得分变化", "pull", "分", "换一种评分办法多得的分"),
    Word("mean_minutes", "平均时长", "minutes", "分钟", "受理到办结的平均分钟数"),
    Word("median_minutes", "中位时长", "count", "分钟", "半数工单在这么多分钟内办结"),
    Word("p10_minutes", "一成时长", "count", "分钟", "一成工单在这么多分钟内办结"),
    Word("p90_minutes", "九成时长", "count", "分钟", "九成工单在这么多分钟内办结"),
    Word("within_24h", "24小时内", "share", "%", "24小时内办结的占比", pair=("within_24h", "tickets")),
    Word("within_5d", "5日内", "share", "%", "5日内办结的占比", pair=("within_5d", "tickets")),
    Word("due_seconds", "时限秒数", "count", "秒", "受理到时限"),
    Word("minute", "办结分钟", "count", "分钟", "办结时长的整分钟数"),
    Word("seconds", "办结秒数", "count", "秒", "办结时长合计"),
    # spot checks
    Word("sampled", "抽检", "count", "件", "随机抽取的工单"),
    Word("answered", "有答复", "count", "件", "抽检的工单中至少一问有答复的", helper=True),
    Word("problems", "有问题", "count", "件", "回访、办结、满意中至少一项与上报不符的工单"),
    Word("found", "抽检问题", "words", "件/抽检件", "有问题的件数和抽检的件数"),
    Word("signals", "信号", "signals", "", "● 关注、○ 留意，界限在 params/scoring.yaml"),
    Word("problem_ids", "问题工单", "words", "", "有问题的工单编号", helper=True),
    Word("score_rank", "考评名次", "rank", "", "总分的名次"),
    Word("score_place", "考评位次", "rank", "", "有抽检的单位中按总分排的位置", helper=True),
    Word("place", "抽检位次", "rank", "", "有抽检的单位中按问题占比排的位置", helper=True),
    Word("contrary", "相反", "flag", "", "考评和抽检的位置是否相差三分之一以上；未上报多的单位总分不作对照，不计"),
    *(
        Word(f"{key}_{end}", f"{head}{word}", "count", "件", f"抽检的工单中{head}{said}的件数")
        for key, head in (("called_back", "回访"), ("closed", "办结"), ("satisfied", "满意"))
        for end, word, said in (("yes", "属实", "属实"), ("of", "答复", "有答复"))
    ),
    # how sure, what became of last month's
    Word("fewest", "问题件数95%区间", "words", "件", "全部办结投诉中有问题的件数，精确区间（超几何）的下端", helper=True),
    Word("most", "上端", "words", "件", "全部办结投诉中有问题的件数，精确区间（超几何）的上端", helper=True),
    Word("at_most", "至多", "count", "件", "抽检未发现问题时，全部办结投诉中有问题的件数的95%单侧上界", helper=True),
    Word("if_reported", "若上报属实，抽到这些的概率", "plain", "", "各项上报属实（另容许5%有问题）时，抽到这么多或更多有问题的概率，三项中最小的乘以项数（超几何，GB/T 2828.4）"),
    Word("over_reports", "多报", "flag", "", "上报值高于实际：上述概率整张表一起校正后不超过5%（Benjamini–Hochberg）"),
    Word("pooled", "合并估计", "interval", "%", "结合各单位的抽检估计的问题率（贝塔–二项，最大似然），0.046 即4.6%"),
    *(Word(f"pooled_{end}", f"合并估计{name}", "plain", "", f"合并估计95%区间的{name}，各单位相差多少也当作不确定", helper=True) for end, name in (("low", "下端"), ("high", "上端"))),
    *(Word(f"score_{end}", f"抽检代入{name}", "score", "分", f"抽检所见代替上报值，总分的{name}（95%）") for end, name in (("low", "下端"), ("high", "上端"))),
    Word("what", "事由", "text", "", "跟踪什么：抽检、问题工单，或一项指标", names={"sample": "抽检", "tickets": "问题工单", "points": "失分"}),
    Word("before", "上月", "text", "", "上月的情况"),
    Word("now", "本月", "text", "", "本月的情况"),
    Word("outcome", "结果", "text", "", "又发现、已整改，还是未了", names={"again": "又发现", "mended": "已整改", "open": "未了"}),
    # where to look next
    Word("complaints", "办结投诉", "count", "件", "本月上报的（都已办结的）投诉举报，抽检从中抽取"),
    *(
        Word(f"need_{share}", f"{share}%须抽", "count", "件", f"有问题的占{share}%及以上时，至少抽这么多件才有95%的机会抽到一件（超几何）")
        for share in (25, 10, 5)
    ),
    Word("last_answered", "上次有答复", "count", "件", "上次抽检中有答复的件数"),
    Word("last_problems", "上次有问题", "count", "件", "上次抽检中有问题的件数"),
    Word("leads", "线索", "count", "件", "有线索的工单"),
    Word("calls", "建议抽", "count", "件", "建议抽检的件数"),
    Word("why", "理由", "text", "", "为什么抽这么多，或为什么列为线索"),
    # single tickets
    Word("ticket_id", "工单编号", "text", "", "工单编号"),
    Word("lead", "线索", "text", "", "不合常情之处的名称；值得一查，不是结论"),
    Word("drawn", "抽取", "text", "", "随机抽取，或因线索抽取", names={"random": "随机", "lead": "线索"}),
    *(
        Word(name, head, "text", "", f"抽检结果：{head}", names=_ANSWERS)
        for name, head in (("called_back", "已回访"), ("closed", "已办结"), ("satisfied", "满意"))
    ),
    *(
        Word(of.key, of.brief, "rate" if of.kind == "per_10k" else of.kind, of.unit, f"考评指标：{of.label}", long=of.label)
        for of in INDICATORS
    ),
)  # fmt: skip
WORDS: dict[str, Word] = {word.name: word for word in _LIST}
UNIT, RANK = (WORDS[name].column(key=name) for name in ("unit", "rank"))
SCORE = WORDS["score"].column(unit="")


def column(name: str, **changes: Any) -> Column:
    """The Column of a name of the vocabulary (or of its Chinese head). Raises UnknownValueError with the known ones."""
    return word(name).column(**changes)


def word(name: str) -> Word:
    """The entry of a name, or of a Chinese head. Raises UnknownValueError with the known ones."""
    found = WORDS.get(name) or next((each for each in WORDS.values() if name in (each.head, each.long)), None)
    if found is None:
        raise UnknownValueError(
            "列", name, [f"{each.name}（{each.head}）" for each in WORDS.values() if not each.helper]
        )
    return found


def columns_of(frame: pd.DataFrame, names: Sequence[str] = ()) -> list[Column]:
    """How a frame's columns print, in its order; what the vocabulary does not know prints as it is.

    names: only these, helpers included; without them all that are no helpers.
    Raises UnknownValueError for a name that the frame does not have.
    """
    for name in names:
        if name not in frame and not (name in WORDS and _has_pair(frame, WORDS[name])):
            raise UnknownValueError("列", name, map(str, frame.columns))
    return [
        _of_frame(frame, name)
        for name in names or frame.columns
        if names or name not in WORDS or not WORDS[name].helper
    ]


def _of_frame(frame: pd.DataFrame, name: Any) -> Column:
    """A known column; a share without its counts, and what is not known, as it is."""
    found = WORDS.get(name)
    if found is None:
        return Column(str(name), name, _plain_kind(frame[name]))
    if found.pair is None:
        return replace(found.column(), significant=found.significant if found.significant in frame else None)
    if not _has_pair(frame, found):
        return Column(found.head, name, "plain", title=found.long)
    kind = "change_interval" if found.kind == "interval" and "base" in frame else found.kind
    return replace(found.column(), kind=kind, significant=found.significant if found.significant in frame else None)


def _has_pair(frame: pd.DataFrame, found: Word) -> bool:
    return found.pair is not None and set(found.pair) <= set(frame.columns)


def _plain_kind(values: pd.Series) -> Kind:
    """Whole numbers have their commas, other numbers stand as they are, all else is text."""
    from pandas.api import types

    if types.is_integer_dtype(values):
        return "count"
    return "plain" if types.is_numeric_dtype(values) and not types.is_bool_dtype(values) else "text"
