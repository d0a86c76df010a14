"""The monthly bulletin of a provincial 12328 transport hotline, from one month of tickets.

A notebook needs three names: ``open_month`` for the month, ``bulletin`` for what the printed document shows, and
``present`` for what stands around it. ``metrics`` holds the figures for analyses of one's own, ``scoring`` the
scheme: points explained, what they take, and other rules.
"""

import importlib
from typing import Any

__version__ = "0.6.0"
__all__ = ["bulletin", "metrics", "open_month", "present", "scoring"]


def __getattr__(name: str) -> Any:
    """Loads what is asked for, when it is asked for: the command line starts without pandas."""
    if name == "open_month":
        return importlib.import_module("hotline_lib.opening").open_month
    if name in __all__:
        return importlib.import_module(f"hotline_lib.{name}")
    raise AttributeError(f"hotline_lib 没有 {name}。可用的有：{'、'.join(__all__)}。")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
