"""What two runs of a month print differently, and which of the inputs that changed it can come from.

Why is never guessed: of what changed, all that a figure depends on is said. What a table does not depend on is known here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from hotline_lib.batch.printed import Grid, Printed
from hotline_lib.params import month_before
from hotline_lib.params.of_month import PER_UNIT

_VOLUMES = {"business_types", "domains", "units", "top_issues", "top_issue_details"}
_WRITTEN = {
    "概述": "opening",
    "六、典型案例及先进做法": "cases",
    "七、下一步工作安排": "plans",
}  # by people, and nothing else
_SAMPLE = ("spot_checks", "calls")
_KINDS = {
    "tickets": "工单", "published": "已公布的月报", "spot_checks": "抽检记录", "calls": "拨测记录", "scoring": "评分规则", "month": "月份参数",
    "params": "参数", "wording": "措辞", "text": "人写的文字", "notebooks": "笔记本", "options": "命令中的参数", "packages": "软件包",
    "program": "程序",
}  # fmt: skip
_NOBODY = "输入都没有变化，原因不明"
_ONE_NUMBER = re.compile(r"[\d.,]{2}")  # two signs of one number, which is not cut
_LONGEST = 40  # letters around what changed in a sentence


@dataclass(frozen=True)
class Input:
    """One input that changed: KIND MONTH NAME, and its values; missing where there was or is none."""

    kind: str
    month: str
    name: str
    was: str | None
    now: str | None

    @property
    def told(self) -> str:
        values = [each or "" for each in (self.was, self.now)]
        of_kind = f"{_KINDS[self.kind]}　{self.name}"
        if None in (self.was, self.now):
            return f"{of_kind}（{'新有' if self.was is None else '不再有'}）"
        return (
            of_kind
            if any(each.startswith("#") or self.kind in _BY_DIGEST for each in values)
            else f"{of_kind}：{values[0]} → {values[1]}"
        )


_BY_DIGEST = ("tickets", "published", "spot_checks", "calls", "program", "notebooks")


@dataclass(frozen=True)
class Change:
    """One place where something else is printed. row, column: none where a whole table is new or gone. why: in words."""

    table: str
    row: str
    column: str
    was: str
    now: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """figures, words: what changed, in the order of the document. changed: all the inputs that did. explained: whether it
    is known what the earlier one was made from."""

    figures: tuple[Change, ...]
    words: tuple[Change, ...]
    changed: tuple[Input, ...]
    explained: bool = True

    def __bool__(self) -> bool:
        return bool(self.figures or self.words)

    @property
    def told(self) -> str:
        parts = [f"{len(self.figures)}处数字"] * bool(self.figures) + [f"{len(self.words)}处文字"] * bool(self.words)
        return f"{'、'.join(parts)}有变化" if parts else "印出的数字和文字都没有变化"

    @property
    def unused(self) -> list[str]:
        """The inputs that changed and that nothing comes from."""
        used = {words for change in (*self.figures, *self.words) for words in change.why}
        return [each.told for each in self.changed if each.told not in used]

    def by_reason(self) -> dict[tuple[str, ...], list[Change]]:
        """Figures, then words, by what they come from."""
        groups: dict[tuple[str, ...], list[Change]] = defaultdict(list)
        for change in (*self.figures, *self.words):
            groups[change.why].append(change)
        return dict(groups)


def differences(before: Printed, now: Printed, *, explained: bool = True) -> Differences:
    """What ``now`` prints otherwise than ``before``. explained: False if nobody kept what the earlier one was made from."""
    changed = tuple(_inputs(before, now)) if explained else ()
    back = max(before.reach_back, now.reach_back)

    def why(table: str, key: str = "") -> tuple[str, ...]:
        if not explained:
            return ("当时没有记下由什么做成，原因不明",)
        return tuple(each.told for each in changed if _reaches(each, table, key, now.month, back)) or (_NOBODY,)

    figures: list[Change] = []
    for name in [*now.tables, *(name for name in before.tables if name not in now.tables)]:
        old, new = before.tables.get(name), now.tables.get(name)
        if old is None or new is None:
            called = new.called if new else old.called if old else name
            rows = [f"{len(each.rows)}行" if each else "—" for each in (old, new)]
            figures.append(Change(called, "整张表", "新有" if old is None else "不再有", rows[0], rows[1], why(name)))
        else:
            figures += [
                Change(new.called, row, head, was, is_, why(name, key)) for row, key, head, was, is_ in _cells(old, new)
            ]
    words = [
        Change(heading, "", "", *_apart(was, is_), why(f"words {heading}"))
        for heading in dict.fromkeys([*now.words, *before.words])
        for was, is_ in _paragraphs(before.words.get(heading, ()), now.words.get(heading, ()))
    ]
    return Differences(tuple(figures), tuple(words), changed, explained)


def _inputs(before: Printed, now: Printed) -> Iterator[Input]:
    for key in sorted(before.inputs | now.inputs, key=lambda key: list(_KINDS).index(key.split(" ", 1)[0])):
        was, is_ = before.inputs.get(key), now.inputs.get(key)
        if was != is_:
            kind, month, name = key.split(" ", 2)
            yield Input(kind, month, name, was, is_)


def _reaches(each: Input, table: str, key: str, month: str, back: int) -> bool:
    """Whether what a table prints in a column can depend on an input; where that is not known, it can."""
    of_words = table.startswith("words ")
    if of_words and (file := _WRITTEN.get(table.removeprefix("words "))):
        return each.kind == "program" or each.name.endswith(f"{month}/{file}.md")
    if each.kind in ("wording", "text"):
        return of_words or "/" in table  # tables of the analysis and own ones have sentences in their cells
    if each.kind == "notebooks":
        return table.startswith("own/")
    base = (month, month_before(month), month_before(month, 12))
    if table in _VOLUMES:
        of_tickets = each.kind in ("tickets", "published") and each.month in base
        of_source = each.kind == "month" and each.month in base and " source" in each.name
        top = each.kind == "options" and table.startswith("top_")
        return of_tickets or of_source or top or _always(each)
    if table == "indicators":
        return _reaches_indicators(each, key, month, back)
    if table == "spot_checks":
        return _always(each) or (each.kind == "spot_checks" and each.month == month)
    return True


def _always(each: Input) -> bool:
    """Names, units and code; holidays matter to what is measured in working days only."""
    return each.kind in ("packages", "program") or (each.kind == "params" and "calendar.yaml" not in each.name)


def _reaches_indicators(each: Input, key: str, month: str, back: int) -> bool:
    """Annex 1: rates of what was submitted in the month; a score also of the rules, and of every value of the month."""
    scored = key in ("rank", "score", "")
    if each.kind == "scoring":
        return scored and not any(f" {word}" in each.name for word in ("signals", "evidence", "freedom"))
    if each.kind == "tickets":
        return month_before(month, back) <= each.month <= month
    if each.kind == "month":
        told = next((name for name in PER_UNIT if f" {name}" in each.name), None)
        of_column = {"data_conformity": "data_conformity_rate"}.get(told or "", told)
        return each.month == month and (told is None or scored or key == of_column)
    return each.kind not in (*_SAMPLE, "published", "options")


def _cells(old: Grid, new: Grid) -> Iterator[tuple[str, str, str, str, str]]:
    """Row, key and head of the column, and both values, where two states of one table differ."""
    number = _enough(old, new)
    before, now = _by_row(old, number), _by_row(new, number)
    for row in [*now, *(row for row in before if row not in now)]:
        if row not in before:
            yield row, "", "整行", "—", _told(new, now[row])
        elif row not in now:
            yield row, "", "整行", _told(old, before[row]), "—"
        else:
            for key in dict.fromkeys([*new.keys, *old.keys]):
                was, is_ = before[row].get(key, ""), now[row].get(key, "")
                if was != is_:
                    grid = new if key in new.keys else old
                    yield row, key, grid.heads[grid.keys.index(key)], was or "—", is_ or "—"


def _enough(old: Grid, new: Grid) -> int:
    """How many of the columns that name a row tell all rows apart, before and now."""
    for number in range(1, len(new.about)):
        if all(len({_name(grid, row, number) for row in grid.rows}) == len(grid.rows) for grid in (old, new)):
            return number
    return max(len(new.about), 1)


def _name(grid: Grid, row: Sequence[str], number: int) -> str:
    return "／".join(filter(None, (row[at] for at in (grid.about or (0,))[:number])))


def _by_row(grid: Grid, number: int) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in grid.rows:
        name = _name(grid, row, number)
        if name in found:  # nothing tells them apart but their place
            name = f"{name}（{sum(each.startswith(name) for each in found) + 1}）"
        found[name] = dict(zip(grid.keys, row, strict=True))
    return found


def _told(grid: Grid, row: dict[str, str]) -> str:
    return "，".join(f"{head}{row[key]}" for key, head in zip(grid.keys, grid.heads, strict=True) if row[key])[:120]


def _paragraphs(before: Sequence[str], now: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The paragraphs that changed, in pairs; one that is new or gone has nothing beside it."""
    matched = SequenceMatcher(None, before, now, autojunk=False)
    for what, a, b, c, d in matched.get_opcodes():
        if what != "equal":
            for at in range(max(b - a, d - c)):
                yield before[a + at] if a + at < b else "", now[c + at] if c + at < d else ""


def _apart(was: str, now: str) -> tuple[str, str]:
    """Both, cut to what differs and a few words around it."""
    if not was or not now:
        return was or "—", now or "—"
    least = min(len(was), len(now))
    start = next((at for at in range(least) if was[at] != now[at]), least)
    end = next((at for at in range(least - start) if was[-1 - at] != now[-1 - at]), least - start)
    first, last = max(0, start - _LONGEST // 2), max(0, end - _LONGEST // 2)
    while first and _ONE_NUMBER.fullmatch(was[first - 1 : first + 1]):
        first -= 1
    while last and _ONE_NUMBER.fullmatch(was[len(was) - last - 1 : len(was) - last + 1]):
        last -= 1

    def cut(text: str) -> str:
        return ("…" if first else "") + text[first : len(text) - last] + ("…" if last else "")

    return cut(was), cut(now)
