"""A frame as a file beside the page has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline_lib.present._tables import Table
from hotline_lib.present._vocabulary import columns_of

if TYPE_CHECKING:
    import pandas as pd


def data_of(frame: pd.DataFrame) -> str:
    """A frame as CSV, in the words of the vocabulary; what no cell can hold (a filter, a list) is left out."""
    flat = flattened(frame)
    held = [name for name in flat if not flat[name].map(lambda value: isinstance(value, dict | list | tuple)).any()]
    days = {name: flat[name].dt.strftime("%Y-%m-%d") for name in flat[held].select_dtypes("datetime")}
    plain = flat[held].assign(**days).round(6)
    return Table(plain, columns_of(plain)).with_keys().csv()


def flattened(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its index as columns, if the index says something."""
    named = any(name is not None for name in frame.index.names)
    flat = frame.reset_index() if named else frame.reset_index(drop=True)
    return flat.rename(columns=str).rename_axis(columns=None)
