"""The words of HTML that somebody else made, set for reading."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_DIGIT = re.compile(r"\d(?:万件|[\u4e00-\u9fff])")


class _Typeset(HTMLParser):
    """HTML with its words set for reading; every tag, attribute and comment is left as it stands.

    In prose no line ends between a number's last digit and its unit. A head without words, as pandas has over a frame's
    index, becomes a cell: as a head it names nothing to a listener.
    """

    def __init__(self, html: str):
        super().__init__(convert_charrefs=False)
        self.made: list[str] = []
        self._prose = False
        self.feed(html)
        self.made.append(self.rawdata)  # what is no whole tag yet
        self.rawdata = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "p":
            self._prose = not attributes or attributes in ([("class", "lead")], [("class", "sentence")])
        self.made.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.made.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._prose = False
        if tag == "th" and self.made[-1:] == ["<th>"]:
            self.made[-1] = "<td>"
            tag = "td"
        self.made.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.made.append(_DIGIT.sub(r'<span class="whole">\g<0></span>', data) if self._prose else data)

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


def typeset(html: str) -> str:
    """HTML as ``_Typeset`` has it."""
    return "".join(_Typeset(str(html)).made)
