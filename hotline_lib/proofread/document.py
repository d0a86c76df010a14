"""A document proofread: its figures, every relation found among them, and a verdict on each figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from hotline_lib.doubts import doubts
from hotline_lib.errors import HotlineError
from hotline_lib.params import Scheme
from hotline_lib.proofread import announced, base_months, relations, said, web
from hotline_lib.proofread.figures import Figure, Texts
from hotline_lib.proofread.places import placed, ranges
from hotline_lib.proofread.read import Block, read
from hotline_lib.proofread.scores import scored
from hotline_lib.proofread.sentences import figures_of
from hotline_lib.proofread.shares import Shares, outliers, text_groups
from hotline_lib.proofread.tables import Table, tables_of
from hotline_lib.proofread.verdicts import AGAINST, ALONE, FORCED, RIGHT, STRENGTH, WRONG, Verdict


@dataclass
class Document:
    """What was read and what was found. verdicts: all, the strongest first; relations that hold are among them.

    remarks: what seems wrong in paragraphs that people wrote, beside their figures: punctuation, lists, names.
    """

    name: str
    blocks: list[Block]
    figures: list[Figure]
    tables: list[Table]
    verdicts: list[Verdict]
    remarks: list[tuple[Block, str]] = field(default_factory=list)

    @cached_property
    def findings(self) -> list[Verdict]:
        """The verdicts that a reader must see: all but what holds and what has nothing to hold it against."""
        return [verdict for verdict in self.verdicts if verdict.kind not in (RIGHT, ALONE)]

    @property
    def faulty(self) -> bool:
        return any(verdict.kind in (WRONG, AGAINST) for verdict in self.verdicts)

    @cached_property
    def by_figure(self) -> dict[int, Verdict]:
        """The strongest verdict on each figure, by its id; what no relation touches is alone."""
        found: dict[int, Verdict] = {}
        for verdict in self.verdicts:
            suspects = verdict.figures[:1] if verdict.kind in (WRONG, FORCED) else verdict.figures
            for figure in suspects:
                found.setdefault(id(figure), verdict)
        return found

    @property
    def held(self) -> int:
        """How many figures were held against at least one other."""
        return sum(1 for figure in self.figures if (own := self.by_figure.get(id(figure))) and own.kind != ALONE)

    @property
    def relations(self) -> int:
        return sum(1 for verdict in self.verdicts if verdict.kind != ALONE)


def proofread(source: Path | Sequence[Block], schemes: Sequence[Scheme] = (), name: str = "") -> Document:
    """Reads a document and holds its figures against each other.

    source: a file, or blocks that were read already. schemes: scoring schemes to try on a table of indicators.
    Raises HotlineError if the file cannot be read, or holds no figure.
    """
    blocks = read(source) if isinstance(source, Path) else list(source)
    texts = {block.index: figures_of(block) for block in blocks if not block.rows}
    tables = [table for block in blocks if block.rows for table in tables_of(block)]
    columns = [column for table in tables for column in table.columns]
    figures = [figure for found in texts.values() for figure in found]
    figures += [figure for column in columns for figure in [*column.rows, column.total] if figure]
    if not figures and isinstance(source, Path):  # nothing found in nothing would read as praise
        raise HotlineError(f"{source.name} 中没有读到一个数，无从校核。请核对是不是这份文件，或换用 Word 原件。")
    verdicts = _within(blocks, texts, tables, figures, schemes)
    touched = {id(figure) for verdict in verdicts for figure in verdict.figures}
    figures = [figure for figure in figures if id(figure) in touched or figure.kind not in ("other", "about")]
    lone = [figure for figure in figures if id(figure) not in touched]
    verdicts += [Verdict(ALONE, [figure], "文中没有可与它相核的数") for figure in lone]
    name = name or (source.name if isinstance(source, Path) else "")
    return Document(name, blocks, figures, tables, ordered(verdicts), _remarks(blocks, texts))


def _remarks(blocks: list[Block], texts: Texts) -> list[tuple[Block, str]]:
    """What rules doubt in prose: paragraphs without percentages. Narrow signs throughout are a manner, not a slip."""
    prose = [block for block in blocks if not any(figure.unit == "%" for figure in texts.get(block.index, []))]
    found = [(block, words) for block in prose for _, words in doubts(block.raw)]
    narrow = [words for _, words in found if "半角" in words]
    return found if len(narrow) < 10 else [(block, words) for block, words in found if words not in narrow]


def ordered(verdicts: list[Verdict]) -> list[Verdict]:
    """The strongest first, then as they stand; each once."""
    place = lambda verdict: (verdict.figures[0].block.index, verdict.figures[0].row, verdict.figures[0].start)
    return _once(sorted(verdicts, key=lambda verdict: (STRENGTH.index(verdict.kind), *place(verdict))))


def _within(
    blocks: list[Block], texts: Texts, tables: list[Table], figures: list[Figure], schemes: Sequence[Scheme]
) -> list[Verdict]:
    in_tables = (relations.sums, relations.subtotals, relations.quotients, relations.ranks)
    found = [verdict for table in tables for check in in_tables for verdict in check(table)]
    found += [verdict for table in tables for verdict in scored(table, schemes)]
    shares = Shares(texts, tables)
    judged = {id(verdict.figures[0]) for verdict in found}
    groups = text_groups(texts)
    for table in tables:
        for column in table.of("share"):
            group = [(figure, figure.of) for figure in column.rows if figure.of and id(figure) not in judged]
            groups += [group] if group and not any(id(figure) in judged for figure in column.rows) else []
    for group in groups:
        shares.judge(group)  # what each item's shares are of is known after the first time
    on_shares = [verdict for group in groups for verdict in shares.judge(group)]
    found += [*on_shares, *outliers(on_shares)]
    for block in blocks:
        found += announced.identifiers(block) if block.rows else []
        own = texts.get(block.index, [])
        found += [*announced.parts(own), *announced.hundred(own), *announced.listed(block, own)]
    found += [verdict for check in said.CHECKS for verdict in check(figures)]
    found += said.claims(blocks, tables, figures)
    series = web.series_of(texts, tables)
    found += [*web.doubles(series), *web.heads(texts, tables)]
    for block in blocks:
        own = texts.get(block.index, [])
        found += [*placed(block, own, series, tables), *ranges(block, own, tables)]
    parts = base_months.partitions(tables, texts)
    found += [verdict for each in parts for verdict in base_months.base_sums(each, parts, blocks)]
    return [*found, *base_months.twins(parts)]


def _once(verdicts: list[Verdict]) -> list[Verdict]:
    """Each finding once: a figure that is proved wrong is not also reported by what else it upsets of the same kind."""
    kept: dict[tuple, Verdict] = {}
    for verdict in verdicts:
        first = verdict.figures[0]
        where = id(first) if verdict.kind in (RIGHT, ALONE) else first.place
        kept.setdefault((verdict.kind, verdict.text, where), verdict)
    return list(kept.values())
