"""Sentences of the bulletin: figures in, official wording out. The wording stands in params/wording/*.j2.

A template sees plain values and Figures, whose attributes are printed strings made exactly from counts. What it names
and there is not stops the run, with file and line. Line breaks in a template are for its reader and vanish.
"""

from __future__ import annotations

import html
import re
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from hotline_lib import exact
from hotline_lib.errors import WordingError, nearest
from hotline_lib.exact import is_missing
from hotline_lib.present import numbers

_NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Figure:
    """One named count with what it is compared with, as sentences print it.

    name: what is counted. tickets: how many (件). of: the whole it is part of. yoy_base, mom_base: the base months.
    """

    name: str
    tickets: int
    of: object = None
    yoy_base: object = None
    mom_base: object = None

    @property
    def count(self) -> str:
        """219751"""
        return str(int(self.tickets))

    @property
    def myriads(self) -> str:
        """24.39 (万件)"""
        return numbers.myriads(self.tickets)

    @property
    def share(self) -> str:
        """95.18 (%)"""
        return numbers.share(self.tickets, self.of)

    @property
    def yoy(self) -> str:
        """增加27.58%, 减少11.32%, 持平; empty without a base"""
        return change_words(self.tickets, self.yoy_base)

    @property
    def mom(self) -> str:
        return change_words(self.tickets, self.mom_base)

    @property
    def yoy_difference(self) -> str:
        """多2084件, 少782件, 持平; empty without a base"""
        return difference_words(self.tickets, self.yoy_base)


@dataclass(frozen=True)
class Sentence:
    """Text that shows itself as a paragraph; ``str(sentence)`` is the text. kind: sentence, lead or caption."""

    text: str
    kind: str = "sentence"

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return "".join(f'<p class="{self.kind}">{html.escape(line)}</p>' for line in self.text.split("\n") if line)


def change_words(now: object, base: object) -> str:
    """增加27.58%, 减少11.32% or 持平, by the printed figure; empty where there is no base."""
    value = exact.change(now, base)
    if not value:
        return "" if value is None else "持平"
    return f"{'增加' if value > 0 else '减少'}{numbers.decimal(abs(value))}%"


def difference_words(now: object, base: object) -> str:
    """多2084件, 少782件 or 持平; empty where there is no base."""
    if is_missing(now) or is_missing(base):
        return ""
    difference = int(now) - int(base)
    return "持平" if difference == 0 else f"{'多' if difference > 0 else '少'}{abs(difference)}件"


def pull(part: Figure, whole: Figure) -> str:
    """拉动27.52个百分点 or 下拉0.30个百分点: the part's change, in percent of the whole's base; empty without one."""
    if is_missing(part.yoy_base) or not whole.yoy_base:
        return ""
    points = exact.percent(part.tickets - int(part.yoy_base), whole.yoy_base)
    return f"{'下拉' if points < 0 else '拉动'}{numbers.decimal(abs(points))}个百分点"


def shortened(text: str, most: int = 50) -> str:
    """As many whole clauses of a lead as make ``most`` characters, the full stop not counted."""
    text = text.rstrip("。")
    while len(text) > most and (cut := max(text.rfind("；"), text.rfind("，"))) > 0:
        text = text[:cut]
    return f"{text}。"


@jinja2.pass_environment
def each(environment: jinja2.Environment, items: Iterable[object], attribute: str, unit: str = "") -> list[str]:
    """One attribute of each item, with its unit: types | each("share", "%")."""
    return [f"{environment.getattr(item, attribute)}{unit}" for item in items]


def list_and(items: Iterable[object]) -> str:
    """甲、乙和丙"""
    items = [str(item) for item in items]
    return items[0] if len(items) == 1 else "和".join(["、".join(items[:-1]), items[-1]]) if items else ""


def numeral(number: int) -> str:
    """三 (up to 99), as in 三类业务."""
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


def render(folder: Path, name: str, figures: Mapping[str, object]) -> str:
    """The text of params/wording/NAME.j2 with those figures, on one line.

    folder: params/wording. Raises WordingError with file and line for a template that is missing, is not Jinja, or
    names a figure that there is not.
    """
    return _one_line(_rendered(folder, name, figures))


def render_parts(folder: Path, name: str, figures: Mapping[str, object]) -> dict[str, str]:
    """The parts of a template whose lines begin with 标题：, 读法： or 说明：; other lines continue the part above."""
    found = re.split(r"^\s*(标题|读法|说明)：", _rendered(folder, name, figures), flags=re.MULTILINE)[1:]
    parts = {label: _one_line(text) for label, text in zip(found[::2], found[1::2], strict=True)}
    if missing := {"标题", "说明"} - set(parts):
        raise WordingError(f"params/wording/{name}.j2：缺少以「{'」「'.join(sorted(missing))}：」开头的一行。")
    return parts


def _one_line(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


def _rendered(folder: Path, name: str, figures: Mapping[str, object]) -> str:
    try:
        return _environment(folder).get_template(f"{name}.j2").render(figures)
    except jinja2.TemplateNotFound:
        raise WordingError(f"找不到 params/wording/{name}.j2。") from None
    except jinja2.TemplateSyntaxError as error:
        where = f"params/wording/{Path(error.filename or name).name} 第 {error.lineno} 行"
        raise WordingError(
            f"{where}：模板写法有误（{error.message}）。请检查 {{{{ }}}} 和 {{% %}} 是否成对。"
        ) from None
    except jinja2.UndefinedError as error:
        unknown, *known = str(error).split("\n")
        close = nearest(unknown, known := known or list(figures))
        hint = f"是指「{close}」吗？" if close else ""
        raise WordingError(
            f"{_place(error, name)}：没有名为「{unknown}」的数字。{hint}可用的有：{'、'.join(known)}。"
        ) from None
    except Exception as error:
        raise WordingError(f"{_place(error, name)}：这里算不出来（{error}）。") from error


def _place(error: BaseException, name: str) -> str:
    """File and line of the template that raised: Jinja puts the template's own lines into the trace."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    file, line = next(((at.filename, at.lineno) for at in frames if at.filename.endswith(".j2")), (name, 0))
    return f"params/wording/{Path(file).stem}.j2 第 {line} 行"


class _Unknown(jinja2.StrictUndefined):
    """An undefined name whose message is the name, then those there are in what it was looked for in, a line each."""

    @property
    def _undefined_message(self) -> str:
        owner = self._undefined_obj
        inside = owner if isinstance(owner, Mapping) else [key for key in dir(owner) if not key.startswith("_")]
        return "\n".join(map(str, [self._undefined_name, *([] if owner is jinja2.utils.missing else inside)]))


@cache
def _environment(folder: Path) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folder), undefined=_Unknown, trim_blocks=True, lstrip_blocks=True
    )  # plain text, not escaped: whoever shows it escapes it
    filters = (each, list_and, numeral, pull, numbers.decimal, numbers.points)
    environment.filters |= {each.__name__: each for each in filters}
    return environment
