"""Recomputes every published table from simulated Parquet, by the rules of the bulletin and without the library.

``differences`` and ``illegalities`` return a line for each thing that is wrong; an empty list is what is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pandas as pd
import yaml

TOTAL = "总计"
HOURS_24, DAYS_5 = pd.Timedelta(hours=24), pd.Timedelta(days=5)


def printed_form(value: Fraction) -> str:
    """Two decimals, half away from zero."""
    hundredths = int(abs(value) * 100 + Fraction(1, 2))
    return f"{'-' if value < 0 and hundredths else ''}{hundredths // 100}.{hundredths % 100:02d}"


def change(now: int, base: int) -> str:
    return printed_form(Fraction(100 * (now - base), base)) if base else "—"


def share(part: int, whole: int) -> str:
    return printed_form(Fraction(100 * part, whole)) if whole else "100.00"


class Bulletin:
    def __init__(self, month: str, data: Path, params: Path):
        year, number = map(int, month.split("-"))
        self.month, self.data, self.params = month, data, params
        self.previous = f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"
        self.last_year = f"{year - 1}-{number:02d}"
        self.now, self.before, self.base = (
            pd.read_parquet(data / "tickets" / f"{m}.parquet") for m in (month, self.previous, self.last_year)
        )
        catalogue = yaml.safe_load((params / "catalogue.yaml").read_text(encoding="utf-8"))[0]
        self.roles = {each["role"]: each["name"] for each in catalogue["business_types"]}
        self.printed_domain = {each["name"]: each.get("group", each["name"]) for each in catalogue["domains"]}
        self.issue_of = {
            a: each["name"] for each in catalogue["issues"] for a in [each["name"], *each.get("aliases", [])]
        }
        self.units = {u["name"]: u for u in yaml.safe_load((params / "units.yaml").read_text(encoding="utf-8"))}
        self.free, self.extra = set(), set()
        for year_rules in yaml.safe_load((params / "calendar.yaml").read_text(encoding="utf-8")).values():
            self.free |= set(year_rules["holidays"])
            self.extra |= set(year_rules["workdays"])

    def table(self, name: str) -> pd.DataFrame:
        """As printed, with the errata put right."""
        folder = self.data / "published" / self.month
        table = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        errata = folder / "errata.csv"
        for row in pd.read_csv(errata, dtype=str).itertuples() if errata.exists() else ():
            if row.table == name:
                keys = {"units": ["unit"], "top_issue_details": ["type", "issue", "breakdown", "name"]}[name]
                matches = table[keys].agg("/".join, axis=1) == row.key
                assert matches.sum() == 1 and (table.loc[matches, row.column] == row.printed).all(), row
                table.loc[matches, row.column] = row.correct
        return table

    def submitted(self) -> pd.DataFrame:
        first = pd.Timestamp(f"{self.month}-01")
        both = pd.concat([self.before, self.now])
        return both[(both["submitted_at"] >= first) & (both["submitted_at"] < first + pd.offsets.MonthBegin())]

    def deadline(self, closed: pd.Series) -> pd.Series:
        days = {}
        for day in closed.dt.normalize().unique():
            after = day + pd.Timedelta(days=1)
            while (after.weekday() >= 5 or after.date() in self.free) and after.date() not in self.extra:
                after += pd.Timedelta(days=1)
            days[day] = after + pd.Timedelta(days=1)
        return closed.dt.normalize().map(days)


def differences(month: str, data: Path, params: Path) -> list[str]:
    """Published figures that the tickets do not give."""
    bulletin = Bulletin(month, data, params)
    return [line for check in (volumes, units, top_issues, indicators) for line in check(bulletin)]


def illegalities(month: str, data: Path, params: Path) -> list[str]:
    """What is wrong with the tickets themselves, whatever they sum to."""
    bulletin = Bulletin(month, data, params)
    return [line for check in (legal, spot_checks) for line in check(bulletin)]


def volumes(b: Bulletin) -> Iterator[str]:
    for name, column, key in (("business_types", "type", "business_type"), ("domains", "domain", "printed")):
        frames = [t.assign(printed=t["domain"].map(b.printed_domain)) for t in (b.now, b.base, b.before)]
        for row in b.table(name).to_dict("records"):
            value = row[column]
            now, base, before = (len(t) if value == TOTAL else int((t[key] == value).sum()) for t in frames)
            got = {"count": str(now), "yoy_pct": change(now, base), "mom_pct": change(now, before)}
            yield from compare(f"{name}/{value}", row, got)


def units(b: Bulletin) -> Iterator[str]:
    for row in b.table("units").to_dict("records"):
        mine = b.now[b.now["unit"] == row["unit"]]
        got = {
            role: str(int((mine["business_type"] == b.roles[role]).sum()))
            for role in ("complaint", "inquiry", "suggestion")
        }
        got |= {
            "total": str(len(mine)),
            "share_pct": share(len(mine), len(b.now)),
            "yoy_pct": change(len(mine), int((b.base["unit"] == row["unit"]).sum())),
        }
        yield from compare(f"units/{row['unit']}", row, got)


def ranked(counts: pd.Series, top: int) -> list[tuple[str, int]]:
    rank = counts.rank(method="min", ascending=False)
    kept = counts[(rank <= top) & (counts > 0)]
    return sorted(kept.items(), key=lambda item: (-item[1], item[0]))


def top_issues(b: Bulletin) -> Iterator[str]:
    top, details = b.table("top_issues"), b.table("top_issue_details")
    number = int(top["rank"].astype(int).max())
    ranks = details.assign(n=details["count"].astype(int)).groupby(["type", "issue", "breakdown"])["n"]
    within = int(ranks.rank(method="min", ascending=False).max()) if len(details) else 3
    for business_type, listed in top.groupby("type"):
        mine = b.now[b.now["business_type"] == business_type]
        got = [(n, str(c), share(c, len(mine))) for n, c in ranked(mine["issue"].value_counts(), number)]
        want = list(zip(listed["issue"].map(b.issue_of), listed["count"], listed["share_pct"], strict=True))
        if sorted(got) != sorted(want):
            yield f"top_issues/{business_type}: {got}, printed {want}"
    detailed = top[top["type"].isin(details["type"])]
    for business_type, issue in detailed[["type", "issue"]].itertuples(index=False):
        name = b.issue_of[issue]
        listed = details[(details["type"] == business_type) & (details["issue"].map(b.issue_of) == name)]
        mine = b.now[(b.now["business_type"] == business_type) & (b.now["issue"] == name)]
        by_unit = mine["unit"].value_counts()
        want_units = listed[listed["breakdown"] == "unit"]
        if len(want_units) or len(by_unit) > 1:  # an issue of one unit is printed without units
            yield from compare_list(f"{business_type}/{name}/unit", want_units, ranked(by_unit, within), len(mine))
        subs = ranked(mine["sub_issue"].value_counts(), within)
        want_subs = listed[listed["breakdown"] == "sub_issue"]
        yield from compare_list(f"{business_type}/{name}/sub_issue", want_subs, subs, len(mine))


def compare_list(name: str, want: pd.DataFrame, got: list[tuple[str, int]], whole: int) -> Iterator[str]:
    expected = sorted(zip(want["name"], want["count"], want["share_pct"], strict=True))
    found = sorted((n, str(c), share(c, whole)) for n, c in got)
    if expected != found:
        yield f"{name}: {found}, expected {expected}"


def indicators(b: Bulletin) -> Iterator[str]:
    everything = b.submitted()
    handling = everything["closed_at"] - everything["accepted_at"]
    everything = everything.assign(
        handling=handling, on_time=everything["closed_at"] <= everything["due_at"],
        timely=everything["submitted_at"] < b.deadline(everything["closed_at"]),
    )  # fmt: skip
    for row in b.table("indicators").to_dict("records"):
        unit = row["unit"]
        r = everything[everything["unit"] == unit]
        complaints, inquiries = (r[r["business_type"] == b.roles[role]] for role in ("complaint", "inquiry"))
        passed = r[r["transferred_at"].notna()]
        others = passed[passed["business_type"] != b.roles["complaint"]]
        bad = r[r["rating"].isin([1, 2])]
        rated = complaints[complaints["called_back"].fillna(False).astype(bool) & complaints["rating"].notna()]
        accepted = int((b.now["unit"] == unit).sum())

        def rate(flags: pd.Series) -> str:
            return share(int(flags.fillna(False).astype(bool).sum()), len(flags))

        got = {
            "tickets_per_10k": printed_form(Fraction(10_000 * accepted, b.units[unit]["population"])),
            "classification_accuracy": rate(r["classified_correctly"]),
            "instant_answer_rate": rate(inquiries["answered_instantly"]),
            "other_on_time_rate": rate(others["on_time"]),
            "transfer_callback_rate": rate(passed["called_back"]),
            "first_time_resolution_rate": rate(passed["resolved_first_time"]),
            "bad_review_fixed_rate": rate(bad["bad_rating_fixed"]),
            "complaint_on_time_rate": rate(complaints["on_time"]),
            "complaint_24h_rate": rate(complaints["handling"] <= HOURS_24),
            "complaint_5d_rate": rate(complaints["handling"] <= DAYS_5),
            "complaint_satisfaction_rate": rate(rated["rating"] >= 3),
            "timely_submission_rate": rate(r["timely"]),
            "failed_second_reviews": str(int((r["failed_reviews"] >= 2).sum())),
        }
        if row.get("complaint_mean_minutes"):
            seconds = int(complaints["handling"].dt.total_seconds().sum())
            got["complaint_mean_minutes"] = printed_form(Fraction(seconds, 60 * len(complaints)))
            row["complaint_mean_minutes"] = f"{float(row['complaint_mean_minutes']):.2f}"
        yield from compare(f"indicators/{unit}", row, got)


def legal(b: Bulletin) -> Iterator[str]:
    catalogue = yaml.safe_load((b.params / "catalogue.yaml").read_text(encoding="utf-8"))[0]
    domain_of = {each["name"]: each["domain"] for each in catalogue["issues"]}
    subs = {(each["name"], sub["name"]) for each in catalogue["issues"] for sub in each.get("sub_issues", [])}
    for month, t in ((b.month, b.now), (b.previous, b.before), (b.last_year, b.base)):
        first = pd.Timestamp(f"{month}-01")
        groups = t["unit"].map({name: u["kind"] if u["kind"] == "city" else name for name, u in b.units.items()})
        pairs = t.loc[t["sub_issue"].notna(), ["issue", "sub_issue"]].drop_duplicates()
        code = t["unit"].map({name: str(u["code"]) for name, u in b.units.items()})
        rules = {
            "ids unique": t["ticket_id"].is_unique,
            "ids as printed": t["ticket_id"].str.fullmatch(r"JT\d{22}").all(),
            "ids have the unit's code": (t["ticket_id"].str[2:8] == code).all(),
            "ids have the day": (t["ticket_id"].str[8:16] == t["accepted_at"].dt.strftime("%Y%m%d")).all(),
            "accepted in the month": (t["accepted_at"] >= first).all()
            and (t["accepted_at"] < first + pd.offsets.MonthBegin()).all(),
            "sorted": t.index.equals(t.sort_values(["accepted_at", "ticket_id"]).index),
            "types known": set(t["business_type"]) <= set(b.roles.values()),
            "issue in its domain": (t["issue"].dropna().map(domain_of) == t.loc[t["issue"].notna(), "domain"]).all(),
            "sub-issue of its issue": set(pairs.itertuples(index=False, name=None)) <= subs,
            "closed after accepted": (t["closed_at"].dropna() > t.loc[t["closed_at"].notna(), "accepted_at"]).all(),
            "transferred between": (t["transferred_at"].isna() | (t["transferred_at"] >= t["accepted_at"])).all()
            and (t["closed_at"].isna() | t["transferred_at"].isna() | (t["transferred_at"] <= t["closed_at"])).all(),
            "submitted after closed": (t["submitted_at"].isna() | (t["submitted_at"] >= t["closed_at"])).all(),
            "submitted implies closed": t.loc[t["submitted_at"].notna(), "closed_at"].notna().all(),
            "rated implies called back": t.loc[t["rating"].notna(), "called_back"].fillna(False).all(),
            "ratings 1 to 5": t["rating"].dropna().between(1, 5).all(),
            "whole seconds": (t["accepted_at"].dt.microsecond == 0).all(),
            "serials rise with time": all(
                mine.sort_values("serial")["accepted_at"].is_monotonic_increasing
                for _, mine in t.assign(serial=t["ticket_id"].str[8:]).groupby(groups)
            ),
        }  # fmt: skip
        yield from (f"{month}: not {rule}" for rule, holds in rules.items() if not holds)


def spot_checks(b: Bulletin) -> Iterator[str]:
    file = b.data / "spot_checks" / f"{b.month}.csv"
    if not file.exists():
        return
    checks = pd.read_csv(file, dtype=str).merge(b.now, on=["ticket_id", "unit"], how="left", suffixes=("_found", ""))
    ok = (
        (checks["business_type"] == b.roles["complaint"]) & checks["closed_at"].notna() & (checks["rating"] >= 3)
        & checks["called_back"].fillna(False).astype(bool) & checks["submitted_at"].notna()
    )  # fmt: skip
    yield from (f"spot check {ticket_id}" for ticket_id in checks.loc[~ok, "ticket_id"])


def compare(name: str, printed: dict, got: dict) -> Iterator[str]:
    for column, value in got.items():
        if printed.get(column) not in (None, "", "—") and printed[column] != value:
            yield f"{name}/{column}: {value}, printed {printed[column]}"
