"""What the processes that this one starts (kernels, git) may know, and what those that read strange files may use."""

from __future__ import annotations

import atexit
import gc
import os
from contextlib import suppress

MOST_MEMORY = 1_500 << 20  # what reading a file may take
MAIL_PASSWORD = "HOTLINE_SMTP_PASSWORD"  # the only place that the mail's password may come from
COMPILED = "HOTLINE_COMPILED"  # where a run's processes keep compiled templates for each other; gone with the run

# pandas' option: frames keep text as Python has it, since a report's have some hundred rows, for which Arrow takes twice as long
QUICK_TEXT = ("mode.string_storage", "python")


def child_environment(**more: str) -> dict[str, str]:
    """This process's environment but for the mail's password. more: variables added."""
    return {name: value for name, value in os.environ.items() if name.upper() != MAIL_PASSWORD} | more


def few_collections() -> None:
    """This process looks for garbage seldom, and not at its end: each look goes through all that was imported."""
    gc.set_threshold(50_000, 20, 20)
    atexit.register(gc.freeze)


def limit_memory(most: int = MOST_MEMORY) -> None:
    """Keeps this process below ``most`` bytes, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, limit in ((resource.RLIMIT_DATA, most), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))
