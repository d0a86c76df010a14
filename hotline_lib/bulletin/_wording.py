"""Figures into the words of params/wording: what every template may name, and what stands around a chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hotline_lib.month import Month, label
from hotline_lib.present._charts import Chart
from hotline_lib.present._sentences import render_cited, render_parts
from hotline_lib.present._sources import Setting, Source

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


Cites = tuple[tuple[int, int, Source], ...]


def words(m: Month) -> dict[str, object]:
    """What every template may name: the month's number, the days of it and of its base months, the province's words, and
    its business types by role."""
    return {
        "month": int(m.month[5:]),
        "year": int(m.month[:4]),
        "days": _days(m),
        **m.params.organisation.model_dump(include={"region", "province", "platform", "centre"}),
        **{role: m.params.catalogue.name_of(role) for role in ("inquiry", "suggestion", "complaint")},
    }


def setting(m: Month) -> Setting:
    """What the sources of numbers say of the month."""
    labels = {column.name: column.label for column in m.params.columns}
    return Setting(m.label, label(m.last_year.month), label(m.previous.month), labels, _days(m))


def _days(m: Month) -> dict[str, tuple[int, int]]:
    return {against: m.days(against) for against in ("yoy", "mom")}


def cited(m: Month, template: str, *paragraphs: dict[str, object], text: str | None = None) -> tuple[str, Cites]:
    """The words of params/wording/TEMPLATE.j2, a paragraph of each, and where their numbers come from."""
    named = [words(m) | figures for figures in paragraphs]
    return render_cited(m.params.folder / "wording", template, named, setting(m), text=text)


def noted(m: Month, template: str, **figures: object) -> list[str]:
    """A note under a table in the words of params/wording/TEMPLATE.j2; none if it says nothing."""
    return list(filter(None, cited(m, template, figures)[:1]))


def in_parts(m: Month, template: str, **figures: object) -> dict[str, str]:
    """The words of params/wording/figures/TEMPLATE.j2: 标题, 读法 (may be left out) and 说明."""
    return {"读法": ""} | render_parts(m.params.folder / "wording", f"figures/{template}", words(m) | figures)


def drawn(
    m: Month, template: str, picture: Callable[[], Picture], number: int | None = None, /, **figures: object
) -> Chart:
    """A picture, drawn when it is looked at, with its words; ``number``: 图1, if the printed bulletin has it."""
    parts = in_parts(m, template, **figures)
    return Chart(picture, title=parts["标题"], note=parts["读法"], alt=parts["说明"], number=number)
