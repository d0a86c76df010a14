"""The YAML of a new month: all that no ticket holds, ready to be filled in."""

from __future__ import annotations

from pathlib import Path

import yaml

from hotline_lib.errors import HotlineError
from hotline_lib.fingerprint import write_whole
from hotline_lib.params import MonthParams, Unit, first_day, load_params
from hotline_lib.paths import Paths

TO_CHECK = "待核对"  # stands in the file until somebody has checked the lines below it; ``check`` looks for it


def new_month(month: str, paths: Paths) -> Path:
    """Write params/months/MONTH.yaml after the latest month before it, with comments on what to fill in.

    Raises HotlineError if the file is there already: it may be filled in.
    """
    first_day(month)
    path = paths.params / "months" / f"{month}.yaml"
    if path.exists():
        raise HotlineError(f"{paths.short(path)} 已经有了，没有改动它。要重写请先把它移走。")
    earlier = [file.stem for file in sorted(path.parent.glob("*.yaml")) if file.stem < month]
    before = load_params(earlier[-1], paths.params).month if earlier else None
    units = load_params(month, paths.params, need_month_file=False).units
    write_whole(path, _text(month, before, units))
    return path


def _text(month: str, before: MonthParams | None, units: tuple[Unit, ...]) -> str:
    year, number = month.split("-")
    last = before or MonthParams(month=month)
    copied = f"以下照抄自 {before.month}" if before else "以下为默认值"
    source = last.source.model_dump(exclude_none=True)
    return f"""\
# {year}年{int(number)}月：工单里没有、要人填的数。每个单位一行。
# 核对或填好一段，就删去那一段的「{TO_CHECK}」；hotline check {month} 会提醒还剩哪些。
month: {month}

# {TO_CHECK}：印发日期，如 issued: {month}-14
issued:

# {TO_CHECK}：拨测中没有及时接听的、转工单慢的单位；没有就留空。没做拨测就删去这三行
test_calls:
  not_answered: []
  slow: []

# {TO_CHECK}：人写的话，嵌在第三、第五部分生成的句子里；没有就留空。第六、第七部分和开头写在 params/months/{month}/ 下的
# opening.md、cases.md、plans.md
remarks: {{national: "", consequence: "", quality: "", handling: ""}}

source: {_inline(source)}         # data/tickets/ 下的 Parquet；也可写 kind: database 及 connect、table

reach_back_months: {last.reach_back_months}            # 考评按当月上报的工单计算，受理时间最早往前看几个月

offline_minutes:                # {TO_CHECK}：断网时长，分钟（附件1），没有断网填 0
{_lines(units, lambda unit: 0)}

monthly_analysis_done:          # {TO_CHECK}：投诉举报月度分析报告是否已开展（附件1），true 或 false；{copied}
{_lines(units, lambda unit: last.monthly_analysis_done.get(unit, True))}

# {TO_CHECK}：数据规范率，按部平台的答复填规范条数和上报条数（附件1）。收到前留 0/0，附件1 印 100.00（n = 0）。
data_conformity:
{_lines(units, lambda unit: {"numerator": 0, "denominator": 0})}

# 各笔记本的参数，例如  03_top_issues: {{top: 5}}
notebooks: {_inline(last.notebooks)}
"""


def _lines(units: tuple[Unit, ...], value) -> str:
    return "\n".join(f"  {_inline(unit.name)}: {_inline(value(unit.name))}" for unit in units)


def _inline(value: object) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")
