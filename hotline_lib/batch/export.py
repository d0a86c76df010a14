"""An executed notebook as one HTML page. Import this module only when a page is made: nbconvert is slow to come.

What a cell's tags and headings mean for the page:

    # …             the first one is the page's title (batch.plan) and is not repeated in the text
    ## …            opens a section and stands in the contents; a cell may hold several. A code cell that shows
                    nothing but a Markdown heading opens a section too, and # there is the page's title. A section
                    whose code cells all show nothing, without text of its own, is left out
    half            on a cell: it stands in half the width, beside the next cell so tagged;
                    on a section's heading cell: the whole section does, beside the next section so tagged
    stack           on a cell: it stays in the column of the cell before it, below that
    landscape       on a section's heading cell: on paper the section has a page of its own, turned
    sheet           on a section's heading cell: on paper the section begins a new page
    provenance      on the last cell: its output is the page's foot (来源与口径)
    remove-cell     the cell is not on the page

Code is never shown. What an output says goes through as follows: text/html as it is (tables, sentences, figures' words
are made by present, which escapes) but for empty table heads, a picture with the words before it and its alternative
text, text/plain and printed text escaped, warnings not at all. Markdown's own HTML is escaped, pictures and links to
other places are left as text: a page opens with the network off. Classes that page.css knows in text/html: p.lead,
p.sentence, p.caption, div.figure-head > p.figure-title + p.figure-note, table.hotline, p.table-note, section.sources.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode

from hotline_lib.batch.typeset import DataLinks, typeset
from hotline_lib.present import _style as style
from hotline_lib.present._page import anchor

TEMPLATES = Path(__file__).parent / "template"


class Link(NamedTuple):
    """A link of a page to another. back: to a page that a mail does not carry."""

    href: str
    words: str
    back: bool = False


@dataclass(frozen=True)
class PageContext:
    """What a page says about itself.

    title: the subject. month_label: 2024年9月; follows the title. facts: the line under the title, before the link to
    the sources. generated: 2024年10月14日09:30; ends that line. around: the pages beside it. data: the links to what its
    tables and figures were made from.
    """

    title: str
    month_label: str
    hotline: str
    simulated: bool = False
    facts: Sequence[str] = ()
    generated: str = ""
    around: Sequence[Link] = ()
    data: DataLinks = field(default_factory=DataLinks)

    @property
    def heading(self) -> str:
        return f"{self.title}（{self.month_label}）" if self.month_label else self.title


@dataclass
class _Section:
    title: str = ""
    id: str = ""
    tags: set[str] = field(default_factory=set)
    blocks: list[list[list[NotebookNode]]] = field(default_factory=list)  # blocks of columns of cells
    half_open: bool = False  # the last block waits for its second half
    silent: bool = False  # a cell of it shows nothing

    def add(self, cell: NotebookNode, tags: set[str]) -> None:
        if "stack" in tags and self.blocks:
            self.blocks[-1][-1].append(cell)
        elif "half" in tags and self.half_open:
            self.blocks[-1].append([cell])
            self.half_open = False
        else:
            self.blocks.append([[cell]])
            self.half_open = "half" in tags


def export_html(notebook: NotebookNode, page: PageContext) -> str:
    """The page of one executed notebook; nothing in it is loaded from anywhere. The notebook is left as it was."""
    notebook = copy.deepcopy(notebook)
    sections, sources, title = _lay_out(notebook)
    page = replace(page, title=title or page.title)
    resources = {
        "page": page,
        "css": _css(page),
        "rows": _rows(sections),
        "data": page.data,
        "contents": [section for section in sections if section.title],
        "sources": sources,
    }
    html, _ = _exporter().from_notebook_node(notebook, resources=resources)
    return html


def render(template: str, page: PageContext, **content: Any) -> str:
    """A page that is no notebook: template/TEMPLATE with ``content``."""
    return _environment().get_template(template).render(page=page, css=_css(page), **content)


# The page's plan: sections from headings, columns from tags.


def _lay_out(notebook: NotebookNode) -> tuple[list[_Section], list[NotebookNode], str]:
    """Sections in order (the first may have no title), the cells of the foot, and the title that a cell made, if any."""
    sections, sources, title, made_title = [_Section()], [], "", ""
    taken = {"main", "sources"}  # the page's own
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown":
            for level, heading, text in _split(cell.source):
                if level == 1 and not title:
                    title = heading
                elif level:
                    sections.append(_Section(heading, _new_id(heading, taken), tags))
                if text.strip() and "remove-cell" not in tags:
                    sections[-1].add(type(cell)({**cell, "source": text}), set() if level else tags)
        elif cell.cell_type == "code" and "remove-cell" not in tags:
            cell.outputs = _shown(cell.outputs)
            if made := _made_heading(cell.outputs):
                level, words = len(made[1]), made[2]
                made_title = words if level == 1 else made_title
                sections += [_Section(words, _new_id(words, taken), tags)] if level > 1 else []
                continue
            if "provenance" in tags:
                sources.append(cell)
            elif cell.outputs:
                sections[-1].add(cell, tags)
            else:
                sections[-1].silent = True
    kept = [section for section in sections if section.blocks or (section.title and not section.silent)]
    return kept, sources, made_title


def _made_heading(outputs: list[NotebookNode]) -> re.Match[str] | None:
    """The heading that is all that a cell shows: # in place of the notebook's title, ## for a section."""
    made = [output.get("data", {}).get("text/markdown", "") for output in outputs]
    heading = _HEADING.match(made[0]) if len(made) == 1 else None
    return heading if heading and len(heading[1]) <= 2 else None


def _rows(sections: Sequence[_Section]) -> list[list[_Section]]:
    """Two neighbours tagged half share a row."""
    rows: list[list[_Section]] = []
    for section in sections:
        before = rows[-1] if rows else []
        if "half" in section.tags and len(before) == 1 and "half" in before[0].tags:
            before.append(section)
        else:
            rows.append([section])
    return rows


_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$")


def _split(markdown: str) -> list[tuple[int, str, str]]:
    """A text as parts of (level, heading, text); level 0 before the first # or ##. Lower headings leave no gap."""
    parts: list[tuple[int, str, list[str]]] = [(0, "", [])]
    fenced, depth = False, 2
    for line in markdown.splitlines():
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        heading = None if fenced else _HEADING.match(line)
        if heading and len(heading[1]) <= 2:
            parts.append((len(heading[1]), heading[2], []))
            depth = 2
        elif heading:
            depth = min(len(heading[1]), depth + 1)
            parts[-1][2].append(f"{'#' * depth} {heading[2]}")
        else:
            parts[-1][2].append(line)
    return [(level, heading, "\n".join(text)) for level, heading, text in parts if level or any(text)]


def _shown(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """No warnings and nothing empty; a chart comes as its words, then its picture: on the page they are one figure."""
    shown: list[NotebookNode] = []
    for output in outputs:
        if "data" in output and not any(output.data.values()):
            continue
        if output.output_type == "stream" and (output.name != "stdout" or not output.text.strip()):
            continue
        words = shown[-1].get("data", {}).get("text/html", "") if shown else ""
        if "image/png" in output.get("data", {}) and words.startswith('<div class="figure-head"'):
            shown.pop()
            output.metadata["figure_head"] = words
        shown.append(output)
    return shown


def _new_id(heading: str, taken: set[str]) -> str:
    """An id made from a heading: the same in every run, and there once."""
    base = anchor(heading)
    name, number = base, 2
    while name in taken or f"{name}-h" in taken:
        name, number = f"{base}-{number}", number + 1
    taken |= {name, f"{name}-h"}
    return name


# Templates and their filters. Everything is escaped but what is marked safe here or in the template.


_ELSEWHERE = re.compile(r"\s*(//|[a-zA-Z][a-zA-Z0-9+.-]*:)")


class _Renderer(IPythonRenderer):
    """Markdown by hand: no raw HTML, nothing from elsewhere, no heading above a section's."""

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        return super().heading(text, max(level, 3), **attributes)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, url, title) if not _ELSEWHERE.match(url) else f"{text}（{escape(url)}）"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return super().image(text, url, title) if url.startswith("data:image/") else escape(text)


_MARKDOWN = MarkdownWithMath(_Renderer(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True))


class _Exporter(HTMLExporter):
    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kw: Any) -> tuple[Any, dict]:
        """The template's page as it is: HTMLExporter would parse it and write it anew, to add what this template has."""
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

    def _create_environment(self) -> jinja2.Environment:
        environment = super()._create_environment()
        environment.autoescape = True
        chosen = WidgetsDataTypeFilter(notebook_metadata={}, parent=self)
        environment.filters |= {"markdown2html": _MARKDOWN.render, "figure": _figure_html, "filter_data_type": chosen}
        environment.filters |= {"typeset": typeset}
        return environment


@cache
def _exporter() -> _Exporter:
    return _Exporter(
        extra_template_basedirs=[str(TEMPLATES.parent)],
        template_name=TEMPLATES.name,
        template_file="report.html.j2",
        exclude_input=True,
    )


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"), autoescape=True, undefined=jinja2.StrictUndefined
    )


def _figure_html(output: NotebookNode, data: DataLinks) -> Markup:
    kind = next(kind for kind in ("image/png", "image/jpeg") if kind in output.data)
    about = {**output.metadata, **output.metadata.get(kind, {})}
    alt = about.get("alt") or "图，作者没有写文字说明"
    size = "".join(f' {side}="{int(about[side])}"' for side in ("width", "height") if side in about)
    caption = f"<figcaption>{typeset(head)}</figcaption>" if (head := about.get("figure_head")) else ""
    drawn = "".join(output.data[kind].split())
    link = data.link(about.get("figure", ""), about.get("data", ""))
    return Markup(f'<figure>{caption}<img src="data:{kind};base64,{drawn}" alt="{escape(alt)}"{size}>{link}</figure>')


def _css(page: PageContext) -> Markup:
    """What the foot of a printed page says; and page.css with the tokens, a sheet that is every page's, which ``breach`` so reads once."""
    words = " ".join(filter(None, [page.title, page.month_label])) + ("　模拟工单" if page.simulated else "")
    quoted = re.sub(r'["\\<>\n\r]', lambda match: f"\\{ord(match[0]):x} ", words)
    return Markup(
        f'@page {{ @bottom-left {{ content: "{quoted}"; {_SHEET_FOOT} }}'
        f' @bottom-right {{ content: "第" counter(page) "页，共" counter(pages) "页"; {_SHEET_FOOT} }} }}\n'
        f"</style>\n<style>\n:root {{ {style.css_variables()} }}\n"
        f"{(TEMPLATES / 'page.css').read_text(encoding='utf-8')}"
    )


# A sheet's margin boxes do not see the page's CSS variables.
_SHEET_FOOT = f'color: {style.SOFT}; font: 8.5pt "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;'
