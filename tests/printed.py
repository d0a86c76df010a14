"""Holding what the suite computes against a printed bulletin, figure by figure."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from hotline_lib import bulletin
from hotline_lib.month import Month

KEYS = {
    "business_types": ["type"],
    "domains": ["domain"],
    "units": ["unit"],
    "top_issues": ["type", "issue"],
    "top_issue_details": ["type", "issue", "breakdown", "name"],
    "indicators": ["unit"],
    "spot_checks": ["unit"],
}


def rows_by_key(text: str, keys: list[str]) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    return {"/".join(row[key] for key in keys): row for row in rows}


def printed_tables(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    """table -> key -> column -> figure, as printed."""
    return {name: rows_by_key((folder / f"{name}.csv").read_text(encoding="utf-8-sig"), KEYS[name]) for name in KEYS
            if (folder / f"{name}.csv").exists()}  # fmt: skip


def our_tables(m: Month) -> dict[str, dict[str, dict[str, str]]]:
    return {name: rows_by_key(table.csv(), KEYS[name]) for name, table in bulletin.files(m).items()}


def errata(folder: Path) -> dict[tuple[str, str, str], tuple[str, str]]:
    """(table, key, column) -> (printed, correct)"""
    path = folder / "errata.csv"
    if not path.exists():
        return {}
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    return {(row["table"], row["key"], row["column"]): (row["printed"], row["correct"]) for row in rows}


def differences(m: Month, folder: Path) -> tuple[dict[tuple[str, str, str], tuple[str, str]], int]:
    """Every figure that differs, as (table, key, column) -> (printed, ours); and how many were compared."""
    ours, found, compared = our_tables(m), {}, 0
    for table, rows in printed_tables(folder).items():
        assert next(iter(ours[table].values())).keys() >= next(iter(rows.values())).keys(), table
        for key in rows.keys() - ours[table].keys():
            found[table, key, ""] = ("printed", "not ours")
        for key in ours[table].keys() - rows.keys():
            found[table, key, ""] = ("not printed", "ours")
        for key in rows.keys() & ours[table].keys():
            for column, figure in rows[key].items():
                compared += 1
                if ours[table][key][column] != figure:
                    found[table, key, column] = (figure, ours[table][key][column])
    return found, compared


def paragraphs(text: str, start: str, end: str) -> list[str]:
    """The running text between two headings: paragraphs that end a sentence, without tables and captions."""
    section = text[text.index(start) + len(start) : text.index(end)]
    lines = [line.strip() for line in section.splitlines()]
    return [line for line in lines if line.endswith("。") and not line.startswith("图")]


def unnumbered(paragraph: str) -> str:
    return re.sub(r"^\d+\.", "", paragraph)
