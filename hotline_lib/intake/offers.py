"""What to change in params/ so that a value or a heading is known: lines of YAML that can be pasted as they stand.

Whatever an analyst has to add goes to the end of a file, where it adds to what stands above it (see ``params.models``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hotline_lib.errors import nearest
from hotline_lib.masking import HIDDEN
from hotline_lib.params import Params

_NOTHING = re.compile("[未无没空待免0]|默认|系统")  # what likely means that there is nothing
_YES_NO = {"true": "是", "false": "否"}


class Offer(NamedTuple):
    """One line. file: of params/. when: in which case it is right. under: the list it goes to; "": the file's end."""

    file: str
    line: str
    when: str = ""
    under: str = ""

    @property
    def told(self) -> str:
        place = f"的 {self.under} 下面" if self.under else "末尾"
        return f"{self.when}在 params/{self.file} {place}加一行：{self.line}"


class Hint(NamedTuple):
    """The remedy of one value: words before the offers, and the offers."""

    text: str
    offers: Sequence[Offer] = ()

    @property
    def told(self) -> str:
        return self.text + "".join(
            f"{offer.told}{mark}" for offer, mark in zip(self.offers, _marks(len(self.offers)), strict=True)
        )


def hint(rule: str, value: str, context: str | None, params: Params) -> Hint:
    """What to change so that ``value`` is known. A hidden value gets no line: it would put a person into params/.

    rule: that it breaks (COLUMN/RULE). context: the issue of a sub-issue, the domain of an issue.
    """
    column, _, kind = rule.partition("/")
    catalogue = params.catalogue
    if value == HIDDEN:
        return Hint("内容不像这一列的值，可能涉及个人，所以不显示：请在原文件的这一行查看并改正。")
    if kind in ("time", "integer"):
        means_nothing = not re.search(r"\d", value)
        return Hint("", [_spelling(column, "blank", value, "表示没有的，")] if means_nothing else ())
    if kind == "value":
        return Hint("", _values(column, value, params))
    if rule == "issue/misplaced":
        return Hint(f"它属于「{catalogue.issue(value).domain}」，请改正其中一项。")
    if rule == "sub_issue/misplaced":
        homes = [issue.name for issue in catalogue.issues if any(value in sub.spellings for sub in issue.sub_issues)]
        elsewhere = f"它属于「{'、'.join(homes)}」，请改正其中一项；" if homes else ""
        return Hint(elsewhere, [_sub_issue(context, value, params, "若确实是，")])
    among = {
        "unit": params.units, "business_type": catalogue.business_types, "domain": catalogue.domains,
        "issue": catalogue.issues, "sub_issue": catalogue.issue(context or "").sub_issues if column == "sub_issue" else (),
    }  # fmt: skip
    owner = {word: entry.name for entry in among[column] for word in entry.spellings}
    close = nearest(value, owner)
    alias = [_spelling(column, owner[close], value, f"是指「{owner[close]}」吗？若是，")] if close else []
    if column == "unit":
        return Hint("" if alias else "若是新的单位，请在 params/units.yaml 照其他单位的写法加一条。", alias)
    return Hint("", [*alias, *_new(column, value, context, params)])


def heading(name: str, label: str, params: Params, unit: str = "") -> Offer:
    """The line that makes a heading known as the column with that Chinese name; only in the files of ``unit``, if it
    could be several columns."""
    column = next(each.name for each in params.columns if each.label == label)
    entry: dict[str, Any] = {"name": column, "aliases": [name]}
    if unit and sum(name in each.label for each in params.columns) > 1:
        entry["only"] = unit
    return Offer("columns.yaml", f"- {_flow(entry)}", f"若「{name}」就是它，")


def _values(column: str, value: str, params: Params) -> list[Offer]:
    """Which of a column's few values it means: the likeliest first."""
    known = next(each for each in params.columns if each.name == column)
    words = {word: means for means, each in known.values.items() if means != "blank" for word in each}
    close = nearest(value, words)
    target = words[close] if close else next(iter(known.values), "true")
    said = _YES_NO.get(target, target)
    more = "（1 至 5，按实际写）" if column == "rating" else ""
    when = f"是「{said}」的意思吗？若是{more}，" if close else f"若是「{said}」的另一种写法{more}，"
    both = [_spelling(column, target, value, when), _spelling(column, "blank", value, "表示没有的，")]
    return both[::-1] if not close and _NOTHING.match(value) else both


def _new(column: str, value: str, context: str | None, params: Params) -> list[Offer]:
    """The line for a name that the catalogue does not have yet."""
    if column == "sub_issue":
        return [_sub_issue(context, value, params, "若是新的，")]
    if column == "issue":
        entry = {"name": value, "domain": context or ""}
        return [Offer("catalogue.yaml", f"    - {_flow(entry)}", "若是新的，")] if context else []
    under, entry = {
        "business_type": ("business_types", {"name": value, "role": "inquiry"}), "domain": ("domains", {"name": value}),
    }[column]  # fmt: skip
    when = "若是新的（role 按实际写 inquiry、suggestion 或 complaint），" if column == "business_type" else "若是新的，"
    return [Offer("catalogue.yaml", f"    - {_flow(entry)}", when, under)]


def _sub_issue(issue: str | None, value: str, params: Params, when: str) -> Offer:
    domain = next((each.domain for each in params.catalogue.issues if each.name == issue), "")
    entry = {"name": issue, "domain": domain, "sub_issues": [{"name": value}]}
    return Offer("catalogue.yaml", f"    - {_flow(entry)}", when)


def _spelling(column: str, means: str, value: str, when: str) -> Offer:
    """The line that makes ``value`` another spelling of what it means."""
    return Offer("columns.yaml", f"- {_flow({'name': column, 'values': {means: [value]}})}", when)


def _marks(number: int) -> list[str]:
    return ["；"] * (number - 1) + ["。"] * (number > 0)


def _flow(value: Any) -> str:
    """A value as YAML in one line; what is no plain word is quoted."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        cells = (_flow(each) if isinstance(each, Mapping) else json.dumps(each, ensure_ascii=False) for each in value)
        return f"[{', '.join(cells)}]"
    plain = re.fullmatch(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff]*|[1-9]", str(value))
    return str(value) if plain else json.dumps(str(value), ensure_ascii=False)
