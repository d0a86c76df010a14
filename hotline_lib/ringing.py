"""Test calls (拨测) that were made: data/spot_checks/MONTH_calls.csv, and what section 三 says of them."""

from __future__ import annotations

import pandas as pd

from hotline_lib.errors import HotlineError
from hotline_lib.params import Params
from hotline_lib.params.of_month import TestCalls
from hotline_lib.paths import Paths
from hotline_lib.text_files import read_table

COLUMNS = ("call_id", "unit", "answered", "passed_on")
ANSWERS = {"answered": ("yes", "no"), "passed_on": ("yes", "no", "not reached")}


def read_calls(month: str, params: Params, paths: Paths) -> pd.DataFrame | None:
    """The test calls recorded of a month, a row each: COLUMNS (``answered`` in time, ``passed_on``: made a ticket in time);
    None if there are none. Raises HotlineError that names file, row and column."""
    if not (path := paths.test_calls(month)).exists():
        return None
    calls, name = read_table(path, paths.short(path)), paths.short(path)
    if missing := [column for column in COLUMNS if column not in calls]:
        raise HotlineError(f"{name} 第 1 行缺少列 {'、'.join(missing)}。表头应为 {','.join(COLUMNS)}。")
    allowed = {"unit": params.unit_names, **ANSWERS}
    for column, values in allowed.items():
        if len(wrong := calls.index[~calls[column].isin(values)]):
            given = params.known.shown(str(calls[column][wrong[0]]), values)
            raise HotlineError(f"{name} 第 {wrong[0]} 行「{column}」：「{given}」不能用。可填：{'、'.join(values)}。")
    if len(twice := calls.index[calls["call_id"].duplicated()]):
        raise HotlineError(f"{name} 第 {twice[0]} 行「call_id」：与上面的一行相同，只能留一行。")
    return calls[list(COLUMNS)].reset_index(drop=True)


def told(calls: pd.DataFrame, params: Params) -> TestCalls:
    """What section 三 says: a unit is named if any of its calls was not answered, or not passed on, in time; a call that was not
    reached says nothing of how fast it would have been passed on."""
    of = lambda unit, column: set(calls.loc[calls["unit"] == unit, column])
    named = lambda column: tuple(unit for unit in params.unit_names if "no" in of(unit, column))
    unseen = tuple(unit for unit in params.unit_names if of(unit, "passed_on") == {"not reached"})
    return TestCalls(not_answered=named("answered"), slow=named("passed_on"), unseen=unseen)


def with_calls(params: Params, paths: Paths) -> Params:
    """The month's parameters; what nobody has typed of test calls comes from those recorded, once every unit was rung."""
    month, typed = params.month, params.month.test_calls
    if (typed and not typed.open) or (calls := read_calls(month.month, params, paths)) is None:
        return params
    if set(params.unit_names) - set(calls["unit"]):
        return params
    said = {key: getattr(typed, key) for key in ("not_answered", "slow") if getattr(typed, key, None) is not None}
    said |= {"unseen": ()} if "slow" in said else {}
    filled = told(calls, params).model_copy(update=said)
    return params.model_copy(update={"month": month.model_copy(update={"test_calls": filled})})
