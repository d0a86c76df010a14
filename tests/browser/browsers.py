"""The system's Chromium and playwright, for tests that need a real browser; None where they are missing."""

import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None
