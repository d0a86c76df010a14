"""What people write for the bulletin, in a small Markdown that page and Word set alike from one reading.

A line is a paragraph. A line may begin with # (a heading; ## and more: one below it), with - or 1. (an item; two spaces
before it: an item of the item above). Inside a line stand **bold** and *emphasis*; \\* is a star. All else is text, in the
page as in Word: links, pictures, HTML, code, tables, notes; ``odd`` says where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?$")
_ITEM = re.compile(r"([-*+]|(\d{1,9})[.)])[ \t]+(.+)")
_NUMBERED = re.compile(r"(\d{1,2}\.)(?=\d+[年月日]|\d{4})")  # an item's number before a date: 2.9月 is no decimal
_PUNCTUATION = re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_MARKED = re.compile(
    rf"\\(?P<literal>[{_PUNCTUATION}])"
    r"|(?P<mark>\*{2,3}|__|(?<![0-9A-Za-z*])\*(?!\*)|(?<!\w)_(?!_))(?=\S)"
    r"(?P<inside>(?:\\.|[^\\])+?)(?<=\S)(?P=mark)"
)
_ODD = {
    "图片": r"!\[[^\]]*\]\s*[(\[]",
    "链接": r"(?<!!)\[[^\]]*\]\s*\(|^\s*\[[^\]^]+\]:|<https?://[^>]*>",
    "脚注": r"\[\^[^\]]*\]",
    "HTML": r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>|<!--|&(?:#\d+|[A-Za-z]+);",
    "代码": r"`|^\s*~~~",
    "表格": r"^\s*\|.*\|\s*$|^\s*:?-{3,}:?\s*\|",
    "引用": r"^\s*>",
    "分隔线": r"^\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|={3,})$",
    "删除线": r"~~",
    "后面没有空格的 #": r"^\s*#{1,6}[^#\s]",
}


@dataclass(frozen=True)
class Run:
    """Words of one kind."""

    text: str
    bold: bool = False
    emphasis: bool = False

    @property
    def html(self) -> str:
        made = escape(self.text, quote=False)
        made = f"<em>{made}</em>" if self.emphasis else made
        return f"<strong>{made}</strong>" if self.bold else made


@dataclass(frozen=True)
class Block:
    """One paragraph. kind: paragraph, heading, item. level: 0 or, of what belongs to the one above, 1.

    mark: what stands before an item: 3. or •
    """

    kind: str
    runs: tuple[Run, ...]
    level: int = 0
    mark: str = ""

    @property
    def text(self) -> str:
        return self.mark + "".join(run.text for run in self.runs)

    @property
    def inline(self) -> str:
        return "".join(run.html for run in self.runs)

    @property
    def html(self) -> str:
        tag = f"h{self.level + 3}" if self.kind == "heading" else "p"
        return f"<{tag}>{self.inline}</{tag}>"


@dataclass(frozen=True)
class Prose:
    """What people wrote, as Markdown; as text it is what they wrote, shown it has no marks."""

    markdown: str

    @property
    def blocks(self) -> list[Block]:
        """Its paragraphs in order."""
        found: list[Block] = []
        for line in self.markdown.expandtabs(4).splitlines():
            if words := line.strip():
                found.append(_block(words, len(line) - len(line.lstrip(" ")), found))
        return found

    def __str__(self) -> str:
        return self.markdown

    def __repr__(self) -> str:
        return "\n\n".join(block.text for block in self.blocks)

    def _repr_html_(self) -> str:
        parts = []
        for is_list, same in groupby(self.blocks, lambda block: block.kind == "item"):
            blocks = list(same)
            parts += [_list(blocks)] if is_list else [block.html for block in blocks]
        return "\n".join(['<div class="text">' + parts[0], *parts[1:], "</div>"]) if parts else ""


def odd(markdown: str) -> list[str]:
    """What of a text is printed as it stands, marks and all: 第 3 行：链接."""
    found = []
    for number, line in enumerate(markdown.splitlines(), 1):
        what = [name for name, form in _ODD.items() if re.search(form, line)]
        left = "".join(run.text for run in _runs(re.sub(r"\\.", "", line)))
        what += ["没有成对的 **"] if "**" in left and "分隔线" not in what else []
        found += [f"第 {number} 行：{'、'.join(what)}"] if what else []
    return found


def marked(words: str) -> bool:
    """Whether there is any mark of Markdown in a few words, read or not."""
    return bool(odd(words)) or "".join(block.text for block in Prose(words).blocks) != "".join(
        line.strip() for line in words.splitlines()
    )


def _block(words: str, indented: int, before: list[Block]) -> Block:
    if heading := _HEADING.fullmatch(words):
        below = len(heading[1]) > 1 and any(block.kind == "heading" for block in before)
        return Block("heading", tuple(_runs(heading[2])), int(below))
    if item := _ITEM.fullmatch(words):
        inner = indented >= 2 and bool(before) and before[-1].kind == "item"
        return Block("item", tuple(_runs(item[3])), int(inner), f"{item[2]}." if item[2] else "•")
    numbered = _NUMBERED.match(words)
    return Block("paragraph", tuple(_runs(f"{numbered[1]}\u2009{words[numbered.end() :]}" if numbered else words)))


def _runs(words: str, bold: bool = False, emphasis: bool = False) -> Iterator[Run]:
    """Words with their marks taken off; neighbours of one kind are one run."""
    parts, end = [], 0
    for found in _MARKED.finditer(words):
        parts.append(Run(words[end : found.start()], bold, emphasis))
        if found["literal"]:
            parts.append(Run(found["literal"], bold, emphasis))
        else:
            mark = len(found["mark"])
            parts += _runs(found["inside"], bold or mark > 1, emphasis or mark != 2)
        end = found.end()
    parts.append(Run(words[end:], bold, emphasis))
    for kind, those in groupby(parts, lambda run: (run.bold, run.emphasis)):
        if text := "".join(run.text for run in those):
            yield Run(text, *kind)


def _list(items: list[Block]) -> str:
    """Items that follow one another: numbered and not, each with those that belong to it."""
    made = ""
    for numbered, same in groupby(_with_inner(items), lambda pair: pair[0].mark != "•"):
        tag = "ol" if numbered else "ul"
        value = lambda item: f' value="{int(item.mark[:-1])}"' if item.mark != "•" else ""
        lines = [f"<li{value(item)}>{item.inline}{_list(inner) if inner else ''}</li>" for item, inner in same]
        made += f"<{tag}>{''.join(lines)}</{tag}>"
    return made


def _with_inner(items: list[Block]) -> list[tuple[Block, list[Block]]]:
    pairs: list[tuple[Block, list[Block]]] = []
    for item in items:
        if item.level > items[0].level:
            pairs[-1][1].append(item)
        else:
            pairs.append((item, []))
    return pairs
