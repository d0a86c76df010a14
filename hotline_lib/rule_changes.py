"""What a new block of scoring rules changes against the block before it, in words: its rules, and each unit's score.

Every run asks; pandas and the tickets are looked for when there is something to tell."""

from __future__ import annotations

from hotline_lib.errors import HotlineError
from hotline_lib.indicators import BY_KEY, Indicator
from hotline_lib.params import Params, Rule, Scheme
from hotline_lib.paths import Paths
from hotline_lib.present import _numbers as numbers

SETTINGS = {
    "full_marks": "满分", "least": "总分的下限",
    "signals.attention.points": "● 关注，一项指标失分", "signals.attention.bad": "● 关注，抽检有问题的件数",
    "signals.notice.points": "○ 留意，一项指标失分", "signals.notice.bad": "○ 留意，抽检有问题的件数",
    "signals.unsubmitted": "● 关注，未上报占比（%）", "signals.changes.least": "▲▼ 增减至少（%）",
    "signals.changes.monthly_sd": "▲▼ 通常波动，每月（%）",
}  # fmt: skip


def scheme_changes(params: Params, paths: Paths) -> list[str]:
    """What the month's block of scoring.yaml changes, a line each, in the first month in which it holds; else nothing.

    Which rules are new, gone or other than before, other settings, and each unit whose score or rank is another.
    A month counts as the first if no month before it that has a file in params/months was under the same block.
    """
    now, before, month = params.scheme, params.scheme_before, params.month.month
    earlier = [file.stem for file in (params.folder / "months").glob("*.yaml")]
    if before is None or any(now.applies_from <= each < month for each in earlier):
        return []
    told = [*_rules(before, now), *_settings(before, now)]
    head = f"评分办法「{now.name}」自 {now.applies_from} 起执行，与「{before.name}」相比"
    return [f"{head}：", *told, *_scores(params, paths)] if told else [f"{head}没有不同。"]


def lost_rules(params: Params) -> str:
    """A warning, if a block that does not say ``changes_from`` lacks rules of the block before it; else nothing."""
    now, before = params.scheme, params.scheme_before
    if before is None or now.changes_from is not None:
        return ""
    gone = [key for key in _by_indicator(before) if key not in _by_indicator(now)]
    if not gone:
        return ""
    return (
        f"params/scoring.yaml 中「{now.name}」（自 {now.applies_from} 起）没有写 changes_from，比「{before.name}」"
        f"少了 {len(gone)} 项指标的规则：{'、'.join(map(_label, gone))}，这些不再扣分。"
        f"若只想改几条，请加 changes_from: {before.name}，只写要改的；确要取消，再加 drop: [{', '.join(gone)}]。"
    )


def _label(key: str) -> str:
    return BY_KEY[key].label if key in BY_KEY else key


def _by_indicator(scheme: Scheme) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in scheme.rules:
        found.setdefault(rule.indicator, []).append(rule)
    return found


def _rules(before: Scheme, now: Scheme) -> list[str]:
    old, new = ({key: _words(key, rules) for key, rules in _by_indicator(each).items()} for each in (before, now))
    return [
        *(f"新增　{_label(key)}：{new[key]}" for key in new if key not in old),
        *(f"取消　{_label(key)}：{old[key]}" for key in old if key not in new),
        *(f"改动　{_label(key)}：{old[key]} → {new[key]}" for key in new if old.get(key, new[key]) != new[key]),
    ]


def _words(key: str, rules: list[Rule]) -> str:
    return "；另".join(_rule(rule, BY_KEY.get(key)) for rule in rules)


def _rule(rule: Rule, of: Indicator | None) -> str:
    """低于60分钟不扣分，低于240分钟扣1分，其余扣3分."""
    from hotline_lib.scoring import ladder

    form, unit, sign = rule.points, of.unit if of else "", "扣" if rule.deduct else "得"
    costs = lambda points: f"{sign}{numbers.points(points)}分" if points else f"不{sign}分"
    if of and of.kind == "flag" and (form.below or form.at_least):
        made = [next(points for limit, points in ladder(form) if value < limit) for value in (1, 0)]
        return f"已开展{costs(made[0])}，未开展{costs(made[1])}"
    if form.by_rank is not None:
        best = "高" if form.best == "high" else "低"
        parts = [f"前{place}名{costs(points)}" for place, points in sorted(form.by_rank.items())]
        return "，".join([f"由{best}到{'低' if best == '高' else '高'}排名", *parts, f"其余{costs(form.otherwise)}"])
    limit = form.per_point_over if form.per_point_short_of is None else form.per_point_short_of
    if limit is not None:
        short = form.per_point_short_of is not None
        each, most = "个百分点" if unit == "%" else unit, f"，至多{costs(form.most)}" if form.most is not None else ""
        return f"{'低于' if short else '高于'}{numbers.points(limit)}{unit}的，每差1{each}{costs(form.points)}{most}"
    below = form.below is not None
    steps = sorted((form.below or form.at_least or {}).items(), reverse=not below)
    parts = [f"{'低于' if below else '达到'}{numbers.points(limit)}{unit}{costs(points)}" for limit, points in steps]
    return "，".join([*parts, f"其余{costs(form.otherwise)}"])


def _settings(before: Scheme, now: Scheme) -> list[str]:
    """Full marks, the least score, and signals."""
    old, new = (_flat(each.model_dump(include={"full_marks", "least", "signals"})) for each in (before, now))
    return [f"改动　{SETTINGS.get(key, key)}：{old[key]} → {new[key]}" for key in new if old[key] != new[key]]


def _flat(settings: dict, way: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in settings.items():
        found |= _flat(value, f"{way}{key}.") if isinstance(value, dict) else {f"{way}{key}": value}
    return found


def _scores(params: Params, paths: Paths) -> list[str]:
    from hotline_lib.opening import open_month
    from hotline_lib.scoring import compare

    try:
        rows = compare(open_month(params.month.month, paths), params.scheme, params.scheme_before)
    except HotlineError:
        return ["还没有可用的工单，算不出各单位的得分怎样变。"]
    moved = rows[(rows["score"] != rows["score_now"]) | (rows["rank"] != rows["rank_now"])]
    place = lambda now, then: f"仍为第 {now}" if now == then else f"第 {then} → 第 {now}"
    lines = [
        f"{row.unit}　{row.score_now} 分 → {row.score} 分，{place(row.rank, row.rank_now)}"
        for row in moved.itertuples()
    ]
    rest = len(rows) - len(moved)
    return [*lines, f"其余 {rest} 个单位不变" if lines else "各单位的得分和名次不变"] if rest else lines
