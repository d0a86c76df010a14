"""An executed notebook as one HTML page; the index of all pages; the page of a report that failed.

What a cell's tags and headings mean for the page:

    # …             the first one is the page's title and is not repeated in the text
    ## …            opens a section and stands in the contents; a cell may hold several
    half            on a cell: it stands in half the width, beside the next cell so tagged;
                    on a section's heading cell: the whole section does, beside the next section so tagged
    stack           on a cell: it stays in the column of the cell before it, below that
    landscape       on a section's heading cell: on paper the section has a page of its own, turned
    provenance      on the last cell: its output is the page's foot (来源与口径)
    remove-cell     the cell is not on the page

Code is never shown. What an output says goes through as follows: text/html as it is (tables, sentences, figures'
words are made by present, which escapes), a picture with the words before it and its alternative text, text/plain
and printed text escaped, warnings not at all. Markdown's own HTML is escaped, pictures and links to other places
are left as text: a page opens with the network off. Classes that page.css knows in text/html: p.lead, p.sentence,
p.caption, div.figure-head > p.figure-title + p.figure-note, table.hotline, p.table-note, section.sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline_lib.present import style

if TYPE_CHECKING:
    import jinja2
    from nbformat import NotebookNode

TEMPLATES = Path(__file__).parent / "template"
SOURCES = "sources"  # the foot's id


@dataclass(frozen=True)
class PageContext:
    """What a page says about itself.

    title: the subject; without one, the notebook's first heading. month_label: 2024年9月; follows the title.
    facts: the line under the title, before the link to the sources. generated: 2024年10月14日09:30; ends that line.
    """

    title: str
    month_label: str
    hotline: str
    simulated: bool = False
    facts: tuple[str, ...] = ()
    generated: str = ""
    lang: str = "zh-CN"


@dataclass(frozen=True)
class ReportLink:
    """One cell of the index. title heads its column; href is relative to the index."""

    title: str
    href: str
    failed: bool = False
    error: str = ""


@dataclass(frozen=True)
class MonthLine:
    """One line of the index: a month, or a unit. seconds: what its reports took; time: when they ended, in words."""

    label: str
    reports: Sequence[ReportLink]
    simulated: bool = False
    seconds: float | None = None
    time: str = ""


@dataclass
class _Section:
    title: str = ""
    id: str = ""
    tags: set[str] = field(default_factory=set)
    blocks: list[list[list[Any]]] = field(default_factory=list)  # blocks of columns of cells

    @property
    def classes(self) -> str:
        return " ".join(["section", *sorted(self.tags & {"half", "landscape"})])

    def add(self, cell: NotebookNode) -> None:
        tags = _tags(cell)
        if "stack" in tags and self.blocks:
            self.blocks[-1][-1].append(cell)
        elif "half" in tags and self.blocks and self.blocks[-1][0][0].metadata.get("hotline_open"):
            self.blocks[-1].append([cell])
            self.blocks[-1][0][0].metadata.pop("hotline_open")
        else:
            self.blocks.append([[cell]])
            if "half" in tags:
                cell.metadata["hotline_open"] = True


def export_html(notebook: NotebookNode, page: PageContext) -> str:
    """The page of one executed notebook; nothing in it is loaded from anywhere. The notebook is left as it was."""
    import copy

    notebook = copy.deepcopy(notebook)
    sections, sources, heading = _lay_out(notebook)
    resources = {
        "page": _shown(page, heading),
        "css": _css(page, heading),
        "rows": _rows(sections),
        "contents": [section for section in sections if section.title]
        + ([_Section("来源与口径", SOURCES)] if sources else []),
        "sources": sources,
    }
    html, _ = _exporter().from_notebook_node(notebook, resources=resources)
    return html


def failure_page(
    page: PageContext, source: str, error: str, *, cell_number: int | None = None, details: str = "", previous: str = ""
) -> str:
    """The page in place of a failed report.

    source: the cell that failed. error: what was wrong, for the analyst. details: the trace. previous: where the last
    good report is, relative to this page.
    """
    return _environment().get_template("failure.html.j2").render(
        page=_shown(page, ""), css=_css(page, ""), source=source, error=error, cell_number=cell_number,
        details=details, previous=previous,
    )  # fmt: skip


def index_page(
    lines: Sequence[MonthLine], *, hotline: str, title: str = "月度报告", head: str = "月份", lang: str = "zh-CN"
) -> str:
    """The index: ``lines`` as they come (months newest first, or units), reports across in the order of appearance.

    head: what the lines are.
    """
    labels = list(dict.fromkeys(report.title for line in lines for report in line.reports))
    shown = [
        {
            "label": line.label, "simulated": line.simulated, "time": line.time,
            "seconds": "" if line.seconds is None else f"{line.seconds:.1f}",
            "reports": {report.title: report for report in line.reports},
        }
        for line in lines
    ]  # fmt: skip
    failed = sum(report.failed for line in lines for report in line.reports)
    made = sum(len(line.reports) for line in lines) - failed
    facts = [f"{made}份报告"] + ([f"{failed}份失败"] if failed else [])
    css = _css(PageContext(title, "", hotline, lang=lang), "")
    template = _environment().get_template("index.html.j2")
    return template.render(
        lines=shown, labels=labels, hotline=hotline, title=title, head=head, lang=lang, facts=facts, css=css
    )


# The page's plan: sections from headings, columns from tags.


def _lay_out(notebook: NotebookNode) -> tuple[list[_Section], list[NotebookNode], str]:
    """Sections in order (the first may have no title), the cells of the foot, and the notebook's own title."""
    sections, sources, title = [_Section()], [], ""
    ids = _Ids({"main", SOURCES})
    for cell in notebook.cells:
        tags = _tags(cell)
        if cell.cell_type == "markdown":
            for level, heading, text in _split(cell.source):
                if level == 1 and not title:
                    title = heading
                elif level:
                    sections.append(_Section(heading, ids.new(heading), tags))
                if text.strip() and "remove-cell" not in tags:
                    sections[-1].add(_markdown_cell(cell, text, tags if not level else set()))
        elif cell.cell_type == "code" and "remove-cell" not in tags:
            cell.outputs = _joined_figures([output for output in cell.outputs if _is_seen(output)])
            if "provenance" in tags:
                sources.append(cell)
            elif cell.outputs:
                sections[-1].add(cell)
    return [section for section in sections if section.title or section.blocks], sources, title


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


def _markdown_cell(cell: NotebookNode, text: str, tags: Iterable[str]) -> NotebookNode:
    import copy

    part = copy.copy(cell)
    part["source"], part["metadata"] = text, type(cell)({"tags": sorted(tags)})
    return part


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def _is_seen(output: NotebookNode) -> bool:
    if output.output_type == "stream":
        return output.name == "stdout" and bool(output.text.strip())
    return True


def _joined_figures(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """A chart comes as its words, then its picture; on the page they are one figure."""
    joined: list[NotebookNode] = []
    for output in outputs:
        before = joined[-1] if joined else None
        if before is not None and "image/png" in output.get("data", {}):
            words = before.get("data", {}).get("text/html", "")
            if words.startswith('<div class="figure-head"'):
                joined.pop()
                output.metadata["figure_head"] = words
        joined.append(output)
    return joined


class _Ids:
    """Ids made from headings: the same heading has the same one in every run, and each is there once."""

    def __init__(self, taken: set[str]):
        self.taken = taken

    def new(self, heading: str) -> str:
        base = re.sub(r"[^\w-]+", "-", heading).strip("-") or "section"
        name, number = base, 2
        while name in self.taken or f"{name}-h" in self.taken:
            name, number = f"{base}-{number}", number + 1
        self.taken |= {name, f"{name}-h"}
        return name


# Templates and their filters. Everything is escaped but what is marked safe here or in the template.


@cache
def _exporter() -> Any:
    from nbconvert.exporters.html import HTMLExporter
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        """Markdown by hand: no raw HTML, nothing from elsewhere, no heading above a section's."""

        def heading(self, text: str, level: int, **attributes: Any) -> str:
            return super().heading(text, max(level, 3), **attributes)

        def link(self, text: str, url: str, title: str | None = None) -> str:
            return super().link(text, url, title) if _is_local(url) else f"{text}（{escape(url)}）"

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return super().image(text, url, title) if url.startswith("data:image/") else escape(text)

    class PageExporter(HTMLExporter):
        def _create_environment(self) -> jinja2.Environment:
            environment = super()._create_environment()
            environment.autoescape = True
            environment.filters |= {"keep_together": keep_together, "figure": _figure_html}
            return environment

        def _markdown(self, source: str) -> str:
            renderer = Renderer(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
            return MarkdownWithMath(renderer=renderer).render(source)

        def default_filters(self) -> Iterable[tuple[str, Any]]:
            yield from super().default_filters()
            yield "markdown2html", self._markdown

    return PageExporter(
        extra_template_basedirs=[str(TEMPLATES.parent)],
        template_name=TEMPLATES.name,
        template_file="report.html.j2",
        exclude_input=True,
    )


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"), autoescape=True, undefined=jinja2.StrictUndefined
    )


def _is_local(url: str) -> bool:
    return not re.match(r"\s*(//|[a-zA-Z][a-zA-Z0-9+.-]*:)", url)


def _figure_html(output: NotebookNode) -> Any:
    from markupsafe import Markup

    kind = next(kind for kind in ("image/png", "image/jpeg") if kind in output.data)
    about: Mapping[str, Any] = output.metadata.get(kind, {}) or output.metadata
    alt = about.get("alt") or output.metadata.get("alt") or "图，作者没有写文字说明"
    size = "".join(f' {side}="{int(about[side])}"' for side in ("width", "height") if side in about)
    head = output.metadata.get("figure_head", "")
    caption = f"<figcaption>{head}</figcaption>" if head else ""
    data = "".join(output.data[kind].split())
    return Markup(f'<figure>{caption}<img src="data:{kind};base64,{data}" alt="{escape(alt)}"{size}></figure>')


_DIGIT_WITH_UNIT = re.compile(r"\d(?:万件|[\u4e00-\u9fff])")
_PROSE = re.compile(r'(<p(?: class="(?:lead|sentence)")?>)(.*?)(</p>)', re.DOTALL)


def keep_together(html: str) -> str:
    """Prose in which no line ends between a number's last digit and its unit; tags and tables are left alone."""

    def prose(match: re.Match[str]) -> str:
        pieces = re.split(r"(<[^>]*>)", match[2])
        words = [
            piece if piece.startswith("<") else _DIGIT_WITH_UNIT.sub(r'<span class="whole">\g<0></span>', piece)
            for piece in pieces
        ]
        return match[1] + "".join(words) + match[3]

    return _PROSE.sub(prose, str(html))


def _shown(page: PageContext, heading: str) -> Mapping[str, Any]:
    title = page.title or heading
    return {
        "title": f"{title}（{page.month_label}）" if page.month_label else title,
        "hotline": page.hotline,
        "simulated": page.simulated,
        "lang": page.lang,
        "facts": page.facts,
        "generated": f"{page.generated}生成" if page.generated else "",
    }


def _css(page: PageContext, heading: str) -> Any:
    """page.css with the tokens, and what the foot of a printed page says."""
    from markupsafe import Markup

    words = " ".join(filter(None, [page.title or heading, page.month_label])) + ("　模拟工单" if page.simulated else "")
    return Markup(
        f":root {{ {style.css_variables()} }}\n"
        f"@page {{ @bottom-left {{ content: {_css_string(words)}; {_SHEET_FOOT} }}"
        f' @bottom-right {{ content: "第" counter(page) "页，共" counter(pages) "页"; {_SHEET_FOOT} }} }}\n'
        f"{(TEMPLATES / 'page.css').read_text(encoding='utf-8')}"
    )


# A sheet's margin boxes do not see the page's CSS variables.
_SHEET_FOOT = f'color: {style.SOFT}; font: 8.5pt "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;'


def _css_string(text: str) -> str:
    return '"' + re.sub(r'["\\<>\n\r]', lambda match: f"\\{ord(match[0]):x} ", text) + '"'
