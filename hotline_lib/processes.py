"""What the processes that this one starts (kernels, git) may know."""

from __future__ import annotations

import os

MAIL_PASSWORD = "HOTLINE_SMTP_PASSWORD"  # the only place that the mail's password may come from


def child_environment(**more: str) -> dict[str, str]:
    """This process's environment but for the mail's password. more: variables added."""
    return {name: value for name, value in os.environ.items() if name.upper() != MAIL_PASSWORD} | more
