"""Figures into the words of params/wording: sentences, and what stands around a chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hotline_lib.month import Month
from hotline_lib.present.charts import Chart
from hotline_lib.present.sentences import Sentence, render, render_parts, shortened

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


def from_template(
    template: str, figures_of: Callable[..., dict | list[dict]], kind: str = "sentence"
) -> Callable[..., Sentence]:
    """A sentence in the words of params/wording/TEMPLATE.j2; ``figures_of`` gives what it may name beside ``words``.

    A list of figures gives a paragraph each. kind: how it is set; a ``lead`` is cut to what fifty characters hold.
    """

    def sentence(m: Month, **options: object) -> Sentence:
        found = figures_of(m, **options)
        folder, paragraphs = m.params.folder / "wording", found if isinstance(found, list) else [found]
        text = "\n".join(render(folder, template, words(m) | each) for each in paragraphs)
        return Sentence(shortened(text) if kind == "lead" else text, kind)

    return sentence


def in_parts(m: Month, template: str, **figures: object) -> dict[str, str]:
    """The words of params/wording/figures/TEMPLATE.j2: 标题, 读法 (may be left out) and 说明."""
    return {"读法": ""} | render_parts(m.params.folder / "wording", f"figures/{template}", words(m) | figures)


def drawn(m: Month, template: str, picture: Picture, number: int | None = None, /, **figures: object) -> Chart:
    """A picture with its words; ``number``: 图1, if the printed bulletin has it."""
    parts = in_parts(m, template, **figures)
    return Chart(picture, title=parts["标题"], note=parts["读法"], alt=parts["说明"], number=number)
