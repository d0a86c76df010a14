"""The YAML of a new month: all that no ticket holds, ready to be filled in."""

from __future__ import annotations

from pathlib import Path

import yaml

from hotline_lib.errors import HotlineError
from hotline_lib.journal import write_whole
from hotline_lib.params import PER_UNIT, MonthParams, Unit, first_day, load_params
from hotline_lib.params.source import Source
from hotline_lib.paths import Paths

TO_CHECK = "待核对"  # stood over values that nobody had confirmed, before those were left open; ``check`` looks for it
HINTS = {  # key -> what to write
    "issued": "印发日期，写作 2024-10-14 的样子",
    "test_calls": "拨测情况：填 not_answered 和 slow；没做拨测写 test_calls: {done: false}",
    "test_calls.not_answered": "没有及时接听的单位，写作 [单位, 单位]；都及时接听写 []",
    "test_calls.slow": "转工单慢的单位，写作 [单位, 单位]；都不慢写 []",
    "remarks.national": '第三部分第2条与全国比较的一句；不写这一句填 ""',
    "remarks.consequence": '第三部分第2条的后果；不写这一句填 ""',
    "remarks.quality": '第三部分第3条抽检时看到的情况；不写这一句填 ""',
    "remarks.handling": '第五部分末句的前半句；不写这一句填 ""',
    "offline_minutes": "断网时长，分钟（附件1）；没有断网填 0",
    "monthly_analysis_done": "投诉举报月度分析报告是否已开展（附件1），true 或 false",
    "data_conformity": "数据规范率，按部平台的答复写 {numerator: 规范条数, denominator: 上报条数}（附件1）",
}


def new_month(month: str, paths: Paths) -> Path:
    """Write params/months/MONTH.yaml after the latest month before it; what somebody has to say is open, with a comment.

    Raises HotlineError if the file is there already: it may be filled in.
    """
    first_day(month)
    path = paths.params / "months" / f"{month}.yaml"
    if path.exists():
        raise HotlineError(f"{paths.short(path)} 已经有了，没有改动它。要重写请先把它移走。")
    earlier = [file.stem for file in sorted(path.parent.glob("*.yaml")) if file.stem < month]
    before = load_params(earlier[-1], paths.params).month if earlier else None
    params = load_params(month, paths.params, need_month_file=False)
    write_whole(path, _text(month, before, params.units, params.organisation.source))
    return path


def _text(month: str, before: MonthParams | None, units: tuple[Unit, ...], usual: Source) -> str:
    year, number = month.split("-")
    last = before or MonthParams(month=month)
    own = last.source.model_dump(exclude_unset=True) if last.source != usual else None
    source = f"source: {_inline(own)}" if own else "# source:"
    copied = f"以下照抄自 {before.month}" if before else "以下为默认值"
    open_units = "\n".join(f"  {_inline(unit.name)}: ~" for unit in units)
    by_unit = "\n".join(f"{key}:  # {HINTS[key]}\n{open_units}\n" for key in PER_UNIT)
    return f"""\
# {year}年{int(number)}月：工单里没有、要人填的数。
# ~ 是还没有人填的：月报中印「待补充」，不扣分也不得分。把 ~ 换成右边说的；hotline check {month} 会提醒还剩哪些。
month: {month}

issued: ~  # {HINTS["issued"]}

# national: {{score: 98.10, rank: 5}}  # 部里公布的本月全省总分和全国名次，印在首页；公布后去掉行首的 # 并改数，没有公布就不写

test_calls:  # 拨测；没做拨测就把这三行改成一行 test_calls: {{done: false}}
  not_answered: ~  # {HINTS["test_calls.not_answered"]}
  slow: ~  # {HINTS["test_calls.slow"]}

remarks:  # 人写的话，嵌在生成的句子里。第六、第七部分和开头写在 params/months/{month}/ 下的 opening.md、cases.md、plans.md
{_lines("remarks")}

{by_unit}
# {copied}
{source}  # 工单在哪里：不写的随 params/organisation.yaml；写法见 docs/数据来源.md
reach_back_months: {last.reach_back_months}  # 考评按当月上报的工单计算，受理时间最早往前看几个月
notebooks: {_inline(last.notebooks)}  # 各笔记本的参数，例如 03_top_issues: {{top: 5}}
"""


def _lines(group: str) -> str:
    inside = {key.removeprefix(f"{group}."): words for key, words in HINTS.items() if key.startswith(f"{group}.")}
    return "\n".join(f"  {key}: ~  # {words}" for key, words in inside.items())


def _inline(value: object) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")
