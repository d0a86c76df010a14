"""The bulletin's charts: for each its frame, its picture, and the template of its words (params/wording/figures)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hotline_lib.bulletin import figures
from hotline_lib.bulletin.sentences import lost_by_indicator, plain_points, total, words
from hotline_lib.month import Month, label
from hotline_lib.present import charts, numbers
from hotline_lib.present.charts import Chart
from hotline_lib.present.sentences import render_parts

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


def types(m: Month) -> Chart:
    """图1"""
    rows = figures.types(m)
    return drawn(m, "types", charts.types(rows), 1, total=total(m), types=figures.named(rows, "business_type"))


def domains(m: Month) -> Chart:
    """图4"""
    rows = figures.domains(m)
    picture = charts.types(rows, name="printed_domain")
    return drawn(m, "domains", picture, 4, total=total(m), domains=figures.named(rows, "printed_domain"))


def contributions(m: Month) -> Chart:
    rows = figures.unit_contributions(m)
    cities = rows[rows["kind"] == "city"].sort_values("difference", ascending=False, kind="stable")
    return drawn(
        m, "contributions", charts.contributions(rows), None,
        cities=figures.named(cities, "unit"),
        groups=figures.named(rows[rows["kind"] == "group"], "unit"),
        up=bool((cities["difference"] > 0).any()),
        down=bool((cities["difference"] < 0).any()),
        number=len(cities),
        significant=int(cities["significant"].fillna(False).sum()),
        base_label=label(m.last_year.month),
    )  # fmt: skip


def units(m: Month) -> Chart:
    """图2"""
    rows = figures.units(m)
    dark, *light = (m.params.catalogue.of_role(role).brief for role in ("complaint", "inquiry", "suggestion"))
    return drawn(
        m, "units", charts.units(rows, words=(dark, "与".join(light)), whole=m.params.organisation.region), 2,
        groups=figures.named(rows[rows["kind"] == "group"], "unit"),
        cities=figures.named(rows[rows["kind"] == "city"], "unit"),
        pooled=figures.figure("", figures.pooled(m, "city")),
    )  # fmt: skip


def scores(m: Month) -> Chart:
    """图3"""
    rows = figures.scores(m)
    lost = figures.deductions(m)
    picture = charts.scores(rows, lost[lost["points"] > 0], full=int(m.params.scheme.full_marks))
    return drawn(
        m, "scores", picture, 3,
        units=[{"name": row.unit, "score": numbers.decimal(row.score)} for row in rows.itertuples()],
        lost=[{"name": name, "points": plain_points(points)} for name, points in lost_by_indicator(m)],
    )  # fmt: skip


def drawn(m: Month, template: str, picture: Picture, number: int | None, /, **context: object) -> Chart:
    parts = render_parts(m.params.folder / "wording", f"figures/{template}", words(m) | context)
    return Chart(picture, title=parts["标题"], note=parts.get("读法", ""), alt=parts["说明"], number=number)


CHARTS: dict[str, Callable[[Month], Chart]] = {
    "types": types,
    "domains": domains,
    "contributions": contributions,
    "units": units,
    "scores": scores,
}
