"""Sentences of the bulletin: figures in, official wording out. The wording stands in params/wording/*.j2.

A template sees plain values and Figures, whose attributes are printed strings made exactly from counts. What it names
and there is not stops the run, with file and line. Line breaks in a template are for its reader and vanish.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from hotline_lib import exact
from hotline_lib.errors import HotlineError, WordingError, nearest
from hotline_lib.exact import CellValue, is_missing
from hotline_lib.present import _numbers as numbers
from hotline_lib.present import _templates as templates
from hotline_lib.present._bounded import Bounded, EndlessError, counting
from hotline_lib.present._changes import change_words, daily_words, difference_words
from hotline_lib.present._sources import Cited, Links, Setting, Source, counted

_NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Figure:
    """One named count with what it is compared with, as sentences print it.

    name: what is counted. tickets: how many (件). of: the whole it is part of. yoy_base, mom_base: the base months.
    where, of_where: the filters on the month's accepted tickets that give part and whole; None: not such a count.
    """

    name: str
    tickets: int
    of: CellValue = None
    yoy_base: CellValue = None
    mom_base: CellValue = None
    where: Mapping[str, object] | None = None
    of_where: Mapping[str, object] | None = None

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
        """增加2084件, 减少782件, 持平; empty without a base"""
        return difference_words(self.tickets, self.yoy_base)

    @property
    def against(self) -> str:
        """The base month that is known: yoy before mom."""
        return "yoy" if not is_missing(self.yoy_base) else "mom"

    @property
    def base(self) -> CellValue:
        """The tickets of that month."""
        return getattr(self, f"{self.against}_base")

    @property
    def difference(self) -> str:
        """增加2084件 on that month, whichever it is."""
        return difference_words(self.tickets, self.base)

    def source(self, attribute: str, at: Setting) -> Source | None:
        """Where one of the printed attributes comes from."""
        if self.where is None:
            return None
        attribute = f"{self.against}_difference" if attribute == "difference" else attribute
        whole: dict = {"of": self.of, "of_where": self.of_where, "yoy_base": self.yoy_base, "mom_base": self.mom_base}
        return counted(attribute, at, self.where, tickets=self.tickets, **whole)


@dataclass(frozen=True)
class Sentence:
    """Text that shows itself as paragraphs; ``str(sentence)`` is the text. kind: sentence, lead, table-note or caption.

    cited: where its numbers stand in ``text`` (start, end), in order, and their sources. links: the page's list of
    sources, which they lead to when the sentence shows itself.
    """

    text: str
    kind: str = "sentence"
    cited: tuple[tuple[int, int, Source], ...] = ()
    links: Links | None = None

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def html(self, link: Callable[[str, Source], str] | None = None) -> str:
        """A paragraph a line. link: makes a link of a number's words and source."""
        return "".join(f'<p class="{self.kind}">{line}</p>' for line in self.inline(link).split("\n") if line)

    def inline(self, link: Callable[[str, Source], str] | None = None) -> str:
        if link is None:
            return html.escape(self.text)
        pieces, at = [], 0
        for start, end, source in self.cited:
            pieces += [html.escape(self.text[at:start]), link(self.text[start:end], source)]
            at = end
        return "".join([*pieces, html.escape(self.text[at:])])

    def _repr_html_(self) -> str:
        return self.html(self.links.link if self.links is not None else None)


@jinja2.pass_context
def a_day(context: jinja2.runtime.Context, figure: Figure, against: str) -> str:
    """（日均减少8.36%）, to stand behind a change, where the month and its base month (yoy or mom) differ in length."""
    days, citing = context["days"][against], _citing.get()
    words = daily_words(figure.tickets, getattr(figure, f"{against}_base"), days)
    if not words or days[0] == days[1]:
        return ""
    return _marked(Cited(f"（日均{words}）", citing and figure.source(f"{against}_daily", citing[0])))


def pull(part: Figure, whole: Figure) -> str:
    """拉动27.52个百分点 or 下拉0.30个百分点: the part's change, in percent of the whole's base; empty without one."""
    known = not is_missing(part.base) and part.against == whole.against
    points = exact.percent(part.tickets - int(part.base), whole.base) if known else None
    return "" if points is None else f"{'下拉' if points < 0 else '拉动'}{numbers.decimal(abs(points))}个百分点"


def shortened(text: str, most: int = 50) -> str:
    """As many whole clauses of a lead as make ``most`` characters, the full stop not counted.

    What stands between semicolons goes as a whole: half of it would say something else, without what it depends on.
    """
    text = text.rstrip("。")
    while len(text) > most and (cut := max(text.rfind("；"), text.rfind("，") * ("；" not in text))) > 0:
        text = text[:cut]
    return f"{text}。"


@jinja2.pass_environment
def each(environment: jinja2.Environment, items: Iterable[object], attribute: str, unit: str = "") -> list[str]:
    """One attribute of each item, with its unit: types | each("share", "%")."""
    return [f"{_marked(environment.getattr(item, attribute))}{unit}" for item in items]


def list_and(items: Iterable[object]) -> str:
    """甲、乙和丙"""
    *before, last = [str(item) for item in items] or [""]
    return "和".join(["、".join(before), last]) if before else last


def numeral(number: int) -> str:
    """三 (up to 99), as in 三类业务."""
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


def render_cited(
    folder: Path, name: str, paragraphs: Iterable[Mapping[str, object]], at: Setting, text: str | None = None
) -> tuple[str, tuple[tuple[int, int, Source], ...]]:
    """The text of a template, a line per paragraph's figures, and where its numbers stand in it, with their sources.

    folder: params/wording. text: the template itself, instead of one of ``folder``; ``name`` is then what a message
    calls it. Raises WordingError with file and line for a template that is missing, is not Jinja, or names a figure that
    there is not.
    """
    sources: list[Source] = []
    token = _citing.set((at, sources))
    try:
        marked = "\n".join(_one_line(_rendered(folder, name, figures, text)) for figures in paragraphs)
    finally:
        _citing.reset(token)
    whole, cited = "", []
    for piece in re.split(f"({_OPEN}\\d+{_MIDDLE}[^{_CLOSE}]*{_CLOSE}{_UNIT})", marked):
        found = re.fullmatch(f"{_OPEN}(\\d+){_MIDDLE}([^{_CLOSE}]*){_CLOSE}({_UNIT})", piece)
        if found:
            piece = found[2] + found[3]
            cited.append((len(whole), len(whole) + len(piece), sources[int(found[1])]))
        whole += piece
    return whole, tuple(cited)


# While a template is rendered, a number that knows its source is wrapped in three letters of private use.
_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_UNIT = "(?:%|万件|件|分|个百分点)?"
_citing: ContextVar[tuple[Setting, list[Source]] | None] = ContextVar("citing", default=None)


def _marked(value: Any) -> Any:
    """The number in ``value`` between marks, if a source is known and somebody asks for it."""
    citing = _citing.get()
    if citing is None or not isinstance(value, Cited) or value.source is None:
        return value
    citing[1].append(value.source)
    number = r".+" if value.whole else r"\d[\d.,]*%?"
    return re.sub(number, lambda found: f"{_OPEN}{len(citing[1]) - 1}{_MIDDLE}{found[0]}{_CLOSE}", value, count=1)


class _Environment(Bounded):
    """Figures give their printed numbers together with the source."""

    def getattr(self, obj: object, attribute: str) -> object:
        value = super().getattr(obj, attribute)
        citing = _citing.get()
        if citing and isinstance(obj, Figure) and isinstance(value, str) and attribute != "name" and value:
            return Cited(value, obj.source(attribute, citing[0]))
        return value


def render_parts(folder: Path, name: str, figures: Mapping[str, object]) -> dict[str, str]:
    """The parts of a template whose lines begin with 标题：, 读法： or 说明：; other lines continue the part above."""
    found = re.split(r"^\s*(标题|读法|说明)：", _rendered(folder, name, figures), flags=re.MULTILINE)[1:]
    parts = {label: _one_line(text) for label, text in zip(found[::2], found[1::2], strict=True)}
    if missing := {"标题", "说明"} - set(parts):
        raise WordingError(f"params/wording/{name}.j2：缺少以「{'」「'.join(sorted(missing))}：」开头的一行。")
    return parts


def _one_line(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


def _rendered(folder: Path, name: str, figures: Mapping[str, object], text: str | None = None) -> str:
    environment = _environment(folder)
    try:
        template = environment.get_template(f"{name}.j2") if text is None else environment.from_string(text)
        with counting():
            return template.render(figures)
    except HotlineError:
        raise
    except EndlessError as error:
        where = templates.place(folder, error, name, text)
        raise WordingError(f"{where}：循环太多，停不下来（第 {error.line} 行的 for）。请改短或删去它。") from None
    except jinja2.TemplateNotFound as error:
        if text is None and error.name == f"{name}.j2":
            raise WordingError(f"找不到 params/wording/{error.name}。请从 git 或备份中取回。") from None
        raise WordingError(
            f"{templates.place(folder, error, name, text)}：找不到它引用的模板。请检查名称，或删去这一句。"
        ) from None
    except jinja2.TemplateSyntaxError as error:
        where = f"{templates.named(folder, error.filename, name)} 第 {error.lineno} 行" if text is None else name
        remedy = "请检查 {{ }} 和 {% %} 是否成对，标点是否半角，名称是否写对"
        raise WordingError(f"{where}：模板写法有误{templates.near(error)}。{remedy}。") from None
    except jinja2.UndefinedError as error:
        unknown, *known = str(error).split("\n")
        close = nearest(unknown, known := known or list(figures))
        hint = f"是指「{close}」吗？" if close else ""
        raise WordingError(
            f"{templates.place(folder, error, name, text)}：没有名为「{unknown}」的数字。{hint}可用的有：{'、'.join(known)}。"
        ) from None
    except Exception as error:
        where = f"{templates.place(folder, error, name, text)}：这里算不出来{templates.near(error)}"
        raise WordingError(f"{where}。请检查名称、「|」后面的写法和运算是否对。") from error


@cache
def _environment(folder: Path) -> Bounded:
    environment = _Environment(
        finalize=_marked,
        loader=templates.loader(folder),
        bytecode_cache=templates.compiled(),
        undefined=templates.Unknown,
        trim_blocks=True,
        lstrip_blocks=True,
    )  # plain text, not escaped: whoever shows it escapes it
    filters = (a_day, each, list_and, numeral, pull, numbers.decimal, numbers.points)
    environment.filters |= {each.__name__: each for each in filters}
    return environment
