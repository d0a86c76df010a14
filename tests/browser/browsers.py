"""The system's Chromium and playwright, for tests that need a real browser; None where they are missing. And the pages that
are looked at: those of all notebooks, and two of an analyst's own."""

import shutil

from support import MONTH, ROOT

from hotline_lib.batch.plan import discover

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

UNIT, BY_HAND, FAILING = "沈阳", "98_by_hand", "99_failing"
FOLDER = {False: f"{MONTH}/", True: f"{MONTH}/units/{UNIT}/"}
PAGES = [
    *(FOLDER[notebook.per_unit] + notebook.name for notebook in discover(ROOT / "notebooks")),
    FOLDER[True] + BY_HAND,
    FOLDER[False] + FAILING,
    f"{MONTH}/units/index",
    f"{MONTH}/diff",
    "tables",
    "index",
]
