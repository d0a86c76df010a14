"""The words of HTML that somebody else made, set for reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from html.parser import HTMLParser
from types import MappingProxyType
from urllib.parse import unquote

from hotline_lib.contract import SLOT
from hotline_lib.present._numbers import OPEN

_DIGIT = re.compile(r"(?<=.)(?:第|图|附件)\d+[\u4e00-\u9fff]?|\d(?:万件|[\u4e00-\u9fff])")
_FITS = {"hotline", "drill-parts"}  # tables of present, which see to that themselves
_BOX = '<div class="table-box" role="group" tabindex="0" aria-label="表">'
_BREAKS = ("p", "li", "caption", "h2", "h3", "h4")


class _Typeset(HTMLParser):
    """HTML with its words set for reading; every tag, attribute and comment is left as it stands.

    No line ends between a number's last digit and its unit, in whatever may break: paragraphs, notes, items, captions,
    cells of words; there, what nobody filled in yet catches the eye. A head without words, as pandas has over a frame's
    index, becomes a cell: as a head it names nothing to a listener. A table of pandas or Markdown may be of any width, and
    stands in a box that scrolls.
    """

    def __init__(self, html: str):
        super().__init__(convert_charrefs=False)
        self.made: list[str] = []
        self._prose: list[str] = []  # the elements that are open and whose words may break
        self._boxed: list[bool] = []  # the tables that are open: whether they stand in a box of their own
        self.feed(html)
        self.made.append(self.rawdata)  # what is no whole tag yet
        self.rawdata = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        words = tag == "td" and "text" in (dict(attributes).get("class") or "").split()
        if (tag in _BREAKS and attributes != [("class", "mono")]) or words:
            self._prose.append(tag)
        if tag == "table":
            self._boxed.append(not set((dict(attributes).get("class") or "").split()) & _FITS)
            self.made += [_BOX] * self._boxed[-1]
        self.made.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.made.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._prose:
            del self._prose[self._prose.index(tag) :]
        if tag == "th" and self.made[-1:] == ["<th>"]:
            self.made[-1] = "<td>"
            tag = "td"
        self.made.append(f"</{tag}>")
        if tag == "table" and self._boxed and self._boxed.pop():
            self.made.append("</div>")

    def handle_data(self, data: str) -> None:
        if self._prose:
            data = _DIGIT.sub(r'<span class="whole">\g<0></span>', data)
            data = data.replace(OPEN, f'<span class="open">{OPEN}</span>')
        self.made.append(data)

    def handle_entityref(self, name: str) -> None:
        self.made.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.made.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.made.append(f"<!--{data}-->")

    def handle_pi(self, data: str) -> None:
        self.made.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.made.append(f"<![{data}]>")

    def handle_decl(self, data: str) -> None:
        self.made.append(f"<!{data}>")


class DataLinks:
    """The small links of a page to what its tables and figures were made from.

    data: where that lies, seen from the page, by a table's name or a figure's number. places: the ids of the links, the
    first one of each file.
    """

    def __init__(self, data: Mapping[str, str] = MappingProxyType({})):
        self._data = data
        self.places: dict[str, str] = {}

    def __deepcopy__(self, memo: dict[int, object]) -> DataLinks:
        """Itself: nbconvert copies what a page is made with, and the places are to be read here."""
        return self

    def link(self, name: str, own: str = "") -> str:
        """A link to an analyst's own data, else to those of that name."""
        if not (place := own or self._data.get(name, "")):
            return ""
        file, which = unquote(place), ""
        if file not in self.places:
            told = re.sub(r"\W+", "-", place.removesuffix(".csv").removeprefix("tables/"))
            self.places[file] = f"data-{told}"
            which = f' id="{self.places[file]}"'
        return f'<p class="data"{which}><a href="{escape(place)}">数据（CSV）</a></p>'

    def fill(self, html: str, own: str = "") -> str:
        """HTML with the links where it has room for them (``contract.data_slot``)."""
        return SLOT.sub(lambda slot: self.link(unescape(slot[1]), own), html)


def typeset(html: str) -> str:
    """HTML as ``_Typeset`` has it."""
    return "".join(_Typeset(str(html)).made)
