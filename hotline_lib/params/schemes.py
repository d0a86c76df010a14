"""Blocks of scoring.yaml that say only what they change: ``changes_from`` an earlier block, ``drop`` some of its rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from hotline_lib.errors import ParamsError, nearest
from hotline_lib.params.models import Scheme
from hotline_lib.yaml_files import rows_of

_OWN = ("applies_from", "name", "changes_from", "drop")  # what no block has from another
Refuse = Callable[[str, str], NoReturn]


def whole(content: Any, path: Path) -> Any:
    """Every block of scoring.yaml as if it stood alone: what it says, and all else of the block that it changes.

    A rule takes the place of those on the same indicator, a new one comes last; of settings inside settings (signals)
    each is inherited by itself. Content that is no list of blocks stays as it is: others say what is wrong with it.
    Raises ParamsError, with the row, for a block that is not there or not earlier (itself, or one that changes from it,
    never is), and for a rule that is dropped and not there.
    """
    if not isinstance(content, list) or not all(isinstance(block, dict) for block in content):
        return content
    made = list(content)
    begins = [str(block.get("applies_from"))[:7] for block in content]
    for at in sorted(range(len(content)), key=begins.__getitem__):

        def refuse(key: str, words: str, at: int = at) -> NoReturn:
            rows = rows_of(path)
            raise ParamsError(
                f"params/scoring.yaml 第 {rows.get((at, key), rows[at,])} 行：[{begins[at]}] 的 {key} {words}。"
            )

        if "changes_from" in content[at]:
            earlier = [block for block, begin in zip(made, begins, strict=True) if begin < begins[at]]
            made[at] = _changed(_named(content[at]["changes_from"], earlier, content, refuse), content[at], refuse)
        elif "drop" in content[at]:
            refuse("drop", "只能和 changes_from 一起写：没有 changes_from 的一段要写全所有规则")
    return made


def refuse_no_change(schemes: Sequence[Scheme]) -> None:
    """Raises ParamsError for a block that says ``changes_from`` and is the same in all but its name."""
    terms = lambda scheme: (scheme.full_marks, scheme.least, scheme.rules, scheme.signals)
    by_name = {each.name: each for each in schemes}
    for scheme in schemes:
        if scheme.changes_from is not None and terms(scheme) == terms(by_name[scheme.changes_from]):
            raise ParamsError(
                f"params/scoring.yaml：[{scheme.applies_from}] 与「{scheme.changes_from}」没有不同："
                "请在 rules 或 drop 中写上要改的，或删去这一段。"
            )


def _named(name: Any, earlier: list[dict], blocks: list[dict], refuse: Refuse) -> dict:
    """The one earlier block of that name."""
    found = [block for block in earlier if block.get("name") == name]
    if sum(block.get("name") == name for block in blocks) > 1:
        refuse("changes_from", f"写的「{name}」不止一段：每段的 name 要各不相同")
    if not found:
        there = any(block.get("name") == name for block in blocks)
        why = "不早于这一段，只能写更早的一段，不能写自己或互相引用" if there else "没有这样一段"
        refuse("changes_from", f"写的是「{name}」，{why}：{_hint(name, [block.get('name') for block in earlier])}")
    return found[0]


def _hint(wrong: Any, known: list) -> str:
    close = nearest(str(wrong), map(str, known))
    return f"是指「{close}」吗" if close else f"可写的有 {'、'.join(map(str, known)) or '（没有）'}"


def _changed(before: dict, block: dict, refuse: Refuse) -> dict:
    made = _over({key: value for key, value in before.items() if key not in _OWN}, block)
    rules, own, drop = before.get("rules", ()), block.get("rules", []), block.get("drop", [])
    if not all(isinstance(each, list) and all(isinstance(rule, dict) for rule in each) for each in (rules, own)):
        return made
    if not isinstance(drop, list):
        refuse("drop", "应为一列指标，写作 [complaint_5d_rate] 的样子")
    there, changed = ([rule.get("indicator") for rule in each] for each in (rules, own))
    for key in drop:
        if key not in there:
            refuse("drop", f"写的 {key} 在「{block['changes_from']}」中没有规则：{_hint(key, there)}")
        if key in changed:
            refuse("drop", f"写的 {key} 又写在 rules 中，只能留一处")
    kept = [key for key in dict.fromkeys([*there, *changed]) if key not in drop]
    source = lambda key: own if key in changed else rules
    return {**made, "rules": [rule for key in kept for rule in source(key) if rule.get("indicator") == key]}


def _over(before: Mapping, now: Mapping) -> dict:
    """``before`` with what ``now`` says otherwise, setting by setting."""
    both = lambda key: isinstance(before.get(key), Mapping) and isinstance(now[key], Mapping)
    return {**before, **{key: _over(before[key], now[key]) if both(key) else now[key] for key in now}}
