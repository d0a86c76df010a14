"""Figures into the words of params/wording: sentences, and what stands around a chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hotline_lib.month import Month, label
from hotline_lib.present.charts import Chart
from hotline_lib.present.sentences import Sentence, render_cited, render_parts, shortened
from hotline_lib.present.sources import Setting

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


def words(m: Month) -> dict[str, object]:
    """What every template may name: the month's number, the province's words, and its business types by role."""
    return {
        "month": int(m.month[5:]),
        "year": int(m.month[:4]),
        **m.params.organisation.model_dump(include={"region", "province", "platform", "centre"}),
        **{role: m.params.catalogue.name_of(role) for role in ("inquiry", "suggestion", "complaint")},
    }


def setting(m: Month) -> Setting:
    """What the sources of numbers say of the month."""
    labels = {column.name: column.label for column in m.params.columns}
    return Setting(m.label, label(m.last_year.month), label(m.previous.month), labels)


def from_template(
    template: str, figures_of: Callable[..., dict | list[dict]], kind: str = "sentence"
) -> Callable[..., Sentence]:
    """A sentence in the words of params/wording/TEMPLATE.j2; ``figures_of`` gives what it may name beside ``words``.

    A list of figures gives a paragraph each. kind: how it is set; a ``lead`` is cut to what fifty characters hold.
    """

    def sentence(m: Month, **options: object) -> Sentence:
        found = figures_of(m, **options)
        paragraphs = [words(m) | each for each in (found if isinstance(found, list) else [found])]
        text, cited = render_cited(m.params.folder / "wording", template, paragraphs, setting(m))
        short = shortened(text) if kind == "lead" else text
        return Sentence(short, kind, tuple(each for each in cited if each[1] < len(short) or short == text))

    return sentence


def in_parts(m: Month, template: str, **figures: object) -> dict[str, str]:
    """The words of params/wording/figures/TEMPLATE.j2: 标题, 读法 (may be left out) and 说明."""
    return {"读法": ""} | render_parts(m.params.folder / "wording", f"figures/{template}", words(m) | figures)


def drawn(m: Month, template: str, picture: Picture, number: int | None = None, /, **figures: object) -> Chart:
    """A picture with its words; ``number``: 图1, if the printed bulletin has it."""
    parts = in_parts(m, template, **figures)
    return Chart(picture, title=parts["标题"], note=parts["读法"], alt=parts["说明"], number=number)
