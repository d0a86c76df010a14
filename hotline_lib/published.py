"""Tables of a printed (or finished) bulletin, as data/published/MONTH/*.csv: a base month without tickets.

A finished month's output/MONTH/tables has the same schema, so it can be copied there as the next year's base.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hotline_lib.errors import PublishedError
from hotline_lib.params import Params
from hotline_lib.paths import Paths

TOTAL = "总计"


def read_table(folder: Path, name: str) -> pd.DataFrame | None:
    """One table as text, every cell as printed; None if the folder has no such table."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return None
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def margins(month: str, params: Params, paths: Paths) -> dict[tuple[str, ...], pd.DataFrame]:
    """The counts that a published month has, by the columns they are counted over; empty if it is not published.

    Keys are among (), ("unit",), ("business_type",), ("printed_domain",) and ("unit", "business_type"); each frame
    has those columns and integer ``tickets``.
    Raises PublishedError for a count that is not a whole number, UnknownValueError for a name that params lacks.
    """
    folder = paths.published(month)
    found: dict[tuple[str, ...], pd.DataFrame] = {}
    if (types := read_table(folder, "business_types")) is not None:
        tickets = _counts(types["count"], folder / "business_types.csv")
        total = types["type"] == TOTAL
        names = [params.catalogue.business_type(name).name for name in types.loc[~total, "type"]]
        found["business_type",] = pd.DataFrame({"business_type": names, "tickets": tickets[~total].to_numpy()})
        found[()] = pd.DataFrame({"tickets": [tickets[total].sum() if total.any() else tickets.sum()]})
    if (domains := read_table(folder, "domains")) is not None:
        domains = domains[domains["domain"] != TOTAL]
        tickets = _counts(domains["count"], folder / "domains.csv")
        found["printed_domain",] = pd.DataFrame({"printed_domain": domains["domain"], "tickets": tickets})
    if (units := read_table(folder, "units")) is not None:
        units = units[units["unit"] != TOTAL]
        names = [params.unit(name).name for name in units["unit"]]
        totals = _counts(units["total"], folder / "units.csv")
        found["unit",] = pd.DataFrame({"unit": names, "tickets": totals.to_numpy()})
        by_role = {role: params.catalogue.name_of(role) for role in ("complaint", "inquiry", "suggestion")}
        parts = [
            pd.DataFrame(
                {"unit": names, "business_type": name, "tickets": _counts(units[role], folder / "units.csv").to_numpy()}
            )
            for role, name in by_role.items()
        ]
        found["unit", "business_type"] = pd.concat(parts, ignore_index=True)
    return found


def _counts(column: pd.Series, file: Path) -> pd.Series:
    text = column.str.strip()
    if not (whole := text.str.fullmatch(r"\d+")).all():
        raise PublishedError(f"data/published/{file.parent.name}/{file.name}：「{text[~whole].iloc[0]}」不是整数件数。")
    return text.astype("int64")
