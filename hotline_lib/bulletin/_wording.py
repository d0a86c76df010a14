"""Figures into the words of params/wording: what every template may name, and what stands around a chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hotline_lib.bulletin import _figures as figures
from hotline_lib.indicators import BY_KEY
from hotline_lib.month import Month
from hotline_lib.params import label
from hotline_lib.present import _numbers as numbers
from hotline_lib.present._chart import Chart
from hotline_lib.present._sentences import render_cited, render_parts
from hotline_lib.present._sources import Setting, Source

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


Cites = tuple[tuple[int, int, Source], ...]


def words(m: Month) -> dict[str, Any]:
    """What every template may name: the month's number, the days of it and of its base months, the province's words, its
    business types by role, and why scores are provisional, if they are."""
    return {
        "provisional": f"{'、'.join(_unconfirmed(m))}待补充" if _may_cost(m) else "",
        "month": int(m.month[5:]),
        "year": int(m.month[:4]),
        "days": _days(m),
        **m.params.organisation.model_dump(include={"region", "province", "platform", "centre"}),
        **{role: m.params.catalogue.name_of(role) for role in ("inquiry", "suggestion", "complaint")},
    }


def provisional(m: Month) -> list[str]:
    """The note under a table of scores while something of Annex 1 is open; none if all is confirmed."""
    names = _unconfirmed(m)
    then = "暂按不失分计，总分和名次为暂计" if _may_cost(m) else "评分办法没有相应的规则，不影响总分"
    return [f"{'、'.join(names)}{len(names)}项待补充，{then}"] if names else []


def _unconfirmed(m: Month) -> list[str]:
    """断网时长（沈阳、大连）, 数据规范率: the indicators that are open, with the units if it is not all of them."""
    names = []
    for key, units in figures.unconfirmed(m).items():
        few = "、".join(units) if len(units) <= 3 else f"{len(units)}个单位"
        names.append(BY_KEY[key].label + (f"（{few}）" if len(units) < len(m.units) else ""))
    return names


def _may_cost(m: Month) -> bool:
    """Whether what is open may cost points. An inferred scheme may lack the rule that the real one has."""
    open_ = figures.unconfirmed(m)
    return bool(open_) and any(each.indicator in open_ or each.source == "inferred" for each in m.params.scheme.rules)


def remarks(m: Month) -> dict[str, str]:
    """What people add to sentences, for a template; what they have not written yet says so."""
    of = {"national": "与全国比较", "consequence": "后果", "quality": "抽检所见", "handling": "办理情况"}
    said = {key: words if words is None else words.strip() for key, words in m.params.month.remarks}
    open_ = {key: f"（{of[key]}{numbers.OPEN}）" for key in of}
    open_ |= {key: f"{open_[key]}，" for key in ("national", "consequence")}  # which stand for a clause
    return {key: open_[key] if words is None else _clause(words) for key, words in said.items()}


def _clause(words: str) -> str:
    """Words that a sentence goes on from: a comma after them, unless they pause by themselves."""
    return words if not words or words[-1] in "，；：、" else f"{words.rstrip('。．.,; ')}，"


def setting(m: Month) -> Setting:
    """What the sources of numbers say of the month."""
    labels = {column.name: column.label for column in m.params.columns}
    return Setting(m.label, label(m.last_year.month), label(m.previous.month), labels, _days(m))


def _days(m: Month) -> dict[str, tuple[int, int]]:
    return {against: m.days(against) for against in ("yoy", "mom")}


def cited(m: Month, template: str, *paragraphs: dict[str, Any], text: str | None = None) -> tuple[str, Cites]:
    """The words of params/wording/TEMPLATE.j2, a paragraph of each, and where their numbers come from."""
    named = [words(m) | figures for figures in paragraphs]
    return render_cited(m.params.folder / "wording", template, named, setting(m), text=text)


def noted(m: Month, template: str, **figures: Any) -> list[str]:
    """A note under a table in the words of params/wording/TEMPLATE.j2; none if it says nothing."""
    return list(filter(None, cited(m, template, figures)[:1]))


def in_parts(m: Month, template: str, **figures: Any) -> dict[str, str]:
    """The words of params/wording/figures/TEMPLATE.j2: 标题, 读法 (may be left out) and 说明."""
    return {"读法": ""} | render_parts(m.params.folder / "wording", f"figures/{template}", words(m) | figures)


def drawn(
    m: Month, template: str, picture: Callable[[], Picture], number: int | None = None, /, **figures: Any
) -> Chart:
    """A picture, drawn when it is looked at, with its words; ``number``: 图1, if the printed bulletin has it."""
    parts = in_parts(m, template, **figures)
    return Chart(picture, title=parts["标题"], note=parts["读法"], alt=parts["说明"], number=number)
