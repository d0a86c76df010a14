"""The month's figures, each made once: metrics applied to what a Month holds."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from hotline_lib import metrics
from hotline_lib.exact import is_missing
from hotline_lib.metrics.comparison import significant
from hotline_lib.month import Month
from hotline_lib.present.sentences import Figure

once_a_month = lru_cache(maxsize=8)


@once_a_month
def total(m: Month) -> pd.Series:
    """tickets, yoy_base, mom_base of the whole month."""
    return metrics.total_volume(m.counts, yoy=m.last_year.by(), mom=m.previous.by()).iloc[0]


@once_a_month
def types(m: Month) -> pd.DataFrame:
    """Business types, most tickets first; a retired one only if the month has tickets of it."""
    volumes = types_then_and_now(m)
    return volumes[(volumes["role"] != "retired") | (volumes["tickets"] > 0)].reset_index(drop=True)


@once_a_month
def types_then_and_now(m: Month) -> pd.DataFrame:
    """Business types, those included that only a base month has tickets of: their changes add up to the total's."""
    key = "business_type"
    return metrics.type_volumes(m.counts, m.types, yoy=m.last_year.by(key), mom=m.previous.by(key))


@once_a_month
def domains(m: Month) -> pd.DataFrame:
    key = "printed_domain"
    return metrics.domain_volumes(m.counts, m.domains, yoy=m.last_year.by(key), mom=m.previous.by(key))


@once_a_month
def units(m: Month) -> pd.DataFrame:
    return metrics.unit_volumes(m.counts, m.units, yoy=m.last_year.by("unit"))


@once_a_month
def unit_contributions(m: Month) -> pd.DataFrame:
    base = total(m)["yoy_base"]
    rows = metrics.contributions(units(m), 0 if is_missing(base) else int(base))
    return rows.assign(significant=rows["yoy_significant"])


@once_a_month
def indicators(m: Month) -> pd.DataFrame:
    return metrics.indicator_values(m.rates, units(m), m.units, m.params.month)


@once_a_month
def deductions(m: Month) -> pd.DataFrame:
    return metrics.deductions(indicators(m), m.params.scheme)


@once_a_month
def scores(m: Month) -> pd.DataFrame:
    return metrics.scores(deductions(m), m.units, indicators(m), m.params.scheme)


@once_a_month
def spot_checks(m: Month) -> pd.DataFrame | None:
    """What was found, beside the scores; None for a month in which nothing was drawn at random."""
    if m.spot_checks is None or not (m.spot_checks["drawn"] == "random").any():
        return None
    return metrics.beside_scores(metrics.spot_check_results(m.spot_checks, m.units), scores(m))


def pooled(m: Month, kind: str) -> pd.Series:
    """One row that sums all units of that kind, with ``number``: how many there are."""
    rows = units(m)[units(m)["kind"] == kind]
    return pool(rows).rename(kind)


def pool(rows: pd.DataFrame) -> pd.Series:
    """Sums of a few units' volumes; the base is missing if any unit's is. ``of`` stays the month's total, and
    ``yoy_significant`` is a test of the sum alone."""
    sums = rows[["complaint", "inquiry", "suggestion", "tickets"]].sum()
    base = rows["yoy_base"].sum(skipna=False) if len(rows) else 0
    of = rows["of"].iloc[0] if len(rows) else 0
    told = significant(pd.Series([sums["tickets"]]), pd.Series([base], dtype="Int64"))[0]
    return pd.Series({**sums, "of": of, "yoy_base": base, "yoy_significant": told, "number": len(rows)}, dtype=object)


def figure(name: str, row: pd.Series | tuple) -> Figure:
    """A row of any volume frame as a sentence prints it."""
    get = row.get if isinstance(row, pd.Series) else lambda key: getattr(row, key, None)
    return Figure(name, int(get("tickets")), get("of"), get("yoy_base"), get("mom_base"))


def named(frame: pd.DataFrame, name: str) -> list[Figure]:
    """A Figure per row, called by column ``name``."""
    return [figure(getattr(row, name), row) for row in frame.itertuples(index=False)]
