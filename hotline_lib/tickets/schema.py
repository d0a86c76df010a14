"""The ticket table: its columns, their kinds, and which may be missing."""

from __future__ import annotations

from dataclasses import dataclass

# column: (kind, whether it may be missing)
SCHEMA = {
    "ticket_id": ("text", False),
    "unit": ("text", False),
    "business_type": ("text", False),
    "domain": ("text", False),
    "issue": ("text", True),
    "sub_issue": ("text", True),
    "accepted_at": ("time", False),
    "answered_instantly": ("bool", False),
    "transferred_at": ("time", True),
    "due_at": ("time", True),
    "closed_at": ("time", True),
    "called_back": ("bool", True),
    "rating": ("integer", True),
    "bad_rating_fixed": ("bool", True),
    "resolved_first_time": ("bool", True),
    "classified_correctly": ("bool", False),
    "failed_reviews": ("integer", False),
    "submitted_at": ("time", True),
}
KEYS = ("business_type", "domain", "issue", "sub_issue", "unit")
SHANGHAI_HOURS = 8
KINDS = {"text": "文字", "time": "日期时间", "bool": "是/否", "integer": "整数"}


@dataclass(frozen=True)
class Input:
    """Where one month of tickets came from: what a report names as its source."""

    month: str
    name: str
    sha256: str
    simulated: bool = False
    seed: int | None = None
    partial: bool = False
