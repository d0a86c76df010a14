"""What no finished page or mail may hold: scripts, forms, and anything that a browser would load from elsewhere.

A notebook may print any HTML, so the finished text is parsed as a browser parses it, and looked at element by element.
Elements are those of ``_ELEMENTS``; attributes are free but for those that run or load something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape

import tinycss2
from selectolax.lexbor import LexborHTMLParser

_ELEMENTS = re.compile(
    "html|head|title|meta|style|body|header|footer|main|nav|section|article|aside|div|p|span|a|b|i|u|s|em|strong|small|sub|"
    "sup|mark|code|pre|kbd|samp|var|abbr|cite|dfn|q|blockquote|br|wbr|hr|h[1-6]|hgroup|ul|ol|li|dl|dt|dd|table|caption|"
    "colgroup|col|thead|tbody|tfoot|tr|th|td|figure|figcaption|img|details|summary|time|bdi|bdo|ruby|rt|rp|del|ins|address|"
    "center|font|tt|big|strike|data|meter|progress"
)
_LOADING = re.compile(
    "src|srcset|imagesrcset|srcdoc|href|xlink:href|poster|background|data|action|formaction|ping|manifest|longdesc|classid|"
    "codebase|archive|code|dynsrc|lowsrc|profile|usemap|http-equiv"
)
_PICTURE = re.compile("data:image/(png|jpeg|gif|webp)[;,]", re.IGNORECASE)
_INSIDE = "cid:"  # a picture that the mail carries
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_CSS_SUSPECT = re.compile(r"\\|url|@|image|src|cross-fade|element|expression|paint|behavior|binding", re.IGNORECASE)
_CSS_LOADING = re.compile("url|src|image|(-webkit-)?image-set|cross-fade|element|expression|paint")
_CSS_WORDS = ("behavior", "-moz-binding")
_DEEPEST = 20_000  # parsing takes the square of it
SLOT = re.compile("<!--data (.*?)-->")
_REMEDY = "请改用 present.table 等显示，或不写 escape=False、不用 HTML(…)"


def breach(html: str, *, mail: bool = False) -> str | None:
    """What in a finished page a browser would run or load, in words; None if it keeps to the contract.

    mail: pictures may be those that the mail carries. The words never repeat what stands in the page.
    """
    if _depth(html) > _DEEPEST:
        return f"标签套了上万层，或没有配对：{_REMEDY}"
    for node in LexborHTMLParser(html).css("*"):
        tag = node.tag or ""
        if not _ELEMENTS.fullmatch(tag):
            return f"有不能放进报告的网页元素{_named(tag)}（脚本、表单、嵌入的网页、外部文件等都不能有）：{_REMEDY}"
        for name, value in node.attributes.items():
            if name.startswith("on"):
                return f"网页元素{_named(tag)}带有会运行的属性{_named(name, '{}')}：{_REMEDY}"
            if _LOADING.fullmatch(name) and not _stays(tag, name, value or "", mail):
                return f"网页元素{_named(tag)}的{_named(name, '{}')}指向别处，断网时打不开：请改为文字，或去掉它"
            if name == "style" and _loads(value or ""):
                return f"网页元素{_named(tag)}的 style 要从别处取文件：请去掉其中的 url(…)"
        if tag == "style" and _loads(node.text()):
            return "样式（<style>）要从别处取文件：请去掉其中的 @import 和 url(…)"
    return None


def data_slot(name: str) -> str:
    """Where a page may have a link to the data of a table, a figure: as a comment, which a page without data never shows."""
    return f"<!--data {escape(name)}-->"


def closes(fragment: str) -> bool:
    """Whether a piece of a page ends where it should: what comes after it is neither swallowed nor moved."""
    if _depth(fragment) > _DEEPEST:
        return False
    page = LexborHTMLParser(f"<main><section><div>{fragment}<hr></div><hr></section></main><span>").body
    if page is None or _tags(page.iter()) != ["main", "span"]:
        return False
    main = page.first_child
    section = main and main.first_child
    if main is None or section is None:
        return False
    return _tags(main.iter()) == ["section"] and _tags(section.iter()) == ["div", "hr"]


def _tags(nodes: Iterable) -> list[str]:
    return [node.tag for node in nodes]


def _depth(html: str) -> int:
    depth = most = 0
    for found in re.finditer("<(/?)[a-zA-Z]", html):
        depth += -1 if found[1] else 1
        most = max(most, depth)
    return most


def _named(name: str, brackets: str = "<{}>") -> str:
    """A tag's or an attribute's name, if it is one that somebody defined and not a citizen's words."""
    return f" {brackets.format(name)} " if re.fullmatch("[a-z-]{1,16}[1-6]?", name) else ""


def _stays(tag: str, name: str, value: str, mail: bool) -> bool:
    """Whether an address leads nowhere but to this page, to what lies beside it, or to a picture in it."""
    address = re.sub(r"[\t\n\r]", "", value).lstrip("".join(map(chr, range(33)))).replace("\\", "/")  # as browsers do
    if tag == "img" and name == "src":
        return bool(_PICTURE.match(address)) or (mail and address.startswith(_INSIDE))
    return tag == "a" and name == "href" and not _SCHEME.match(address)


@lru_cache(maxsize=256)
def _loads(css: str) -> bool:
    """Whether a style sheet, or a part of one, fetches anything, however it is spelt."""
    if not _CSS_SUSPECT.search(css):
        return False
    rest = tinycss2.parse_component_value_list(css)
    while rest:
        token = rest.pop()
        if (
            token.type == "url"
            or (token.type == "function" and _CSS_LOADING.fullmatch(token.lower_name))
            or (token.type == "at-keyword" and token.lower_value in ("import", "namespace", "document"))
            or (token.type == "ident" and token.lower_value in _CSS_WORDS)
            or (token.type == "error" and token.kind == "bad-url")
        ):
            return True
        rest += getattr(token, "content", None) or getattr(token, "arguments", None) or ()
    return False
