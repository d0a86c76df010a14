"""A sentence of one's own, whose numbers explain themselves."""

from __future__ import annotations

from typing import Any

from hotline_lib.bulletin._wording import cited
from hotline_lib.month import Count, Month
from hotline_lib.present._sentences import Figure, Sentence
from hotline_lib.present._sources import links_of


def say(m: Month, text: str, **figures: Any) -> Sentence:
    """自己写的一句话，数字自带来源：``bulletin.say(m, "大连出租车{{ taxi.count }}件。", taxi=m.count(unit="大连", …))``。

    text：写法同 params/wording。figures：句中用到的名称；m.count(…) 给出的件数可写 .count（件数）、.share（占比）、.yoy（同比）、
    .mom（环比）、.myriads（万件）。写了没有的名称时，报出可用的有哪些。
    """
    named = {name: _figure(value) for name, value in figures.items()}
    made, numbers = cited(m, "这句话", named, text=text)
    return Sentence(made, cited=numbers, links=links_of(m))


def _figure(value: object) -> object:
    if not isinstance(value, Count):
        return value
    bases = {"yoy_base": value.yoy_base, "mom_base": value.mom_base}
    return Figure(value.name, value.tickets, value.of, **bases, where=value.where, of_where={})
