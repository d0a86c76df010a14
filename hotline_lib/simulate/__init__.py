"""Simulated tickets from a published bulletin: every count and rate it prints comes out exactly, but for its errata.

    printed       what the bulletin prints, as numbers to aim at
    cells         this month's tickets by unit, role, domain, issue and sub-issue
    base_months   the two months it is compared with
    handling      how tickets were handled, so that the rates come out
    tickets       when calls come in, are closed and reported; ticket numbers

No real ticket can be shared; whatever shows these says that they are simulated.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from hotline_lib.errors import HotlineError
from hotline_lib.params import load_params, month_before
from hotline_lib.paths import Paths

DEFAULT_SEED = 12328
_ROW_GROUP = 122_880


def simulate(
    month: str, paths: Paths, *, seed: int = DEFAULT_SEED, on_step: Callable[[str], None] | None = None
) -> list[Path]:
    """Write simulated tickets of ``month``, of the month before and of the same month last year.

    They are made from data/published/MONTH (and data/spot_checks/MONTH.csv, if there is one). The same seed gives the
    same bytes; every seed gives the same published figures. on_step: told in Chinese what is being done.

    Returns the three files, oldest month first.
    Raises HotlineError if one of them holds real tickets (nothing is written then), PublishedError if the published
    figures contradict each other.
    """
    import numpy as np

    from hotline_lib.simulate.base_months import base_margins, base_tickets
    from hotline_lib.simulate.cells import month_tickets
    from hotline_lib.simulate.printed import read_printed
    from hotline_lib.simulate.tickets import complete

    say = on_step or (lambda _: None)
    params = load_params(month, paths.params, need_month_file=False)
    bases = {"yoy": month_before(month, 12), "mom": month_before(month)}
    for each in (*bases.values(), month):
        _refuse_real(each, paths)

    rng = np.random.default_rng([seed, *map(int, month.split("-"))])
    printed = read_printed(month, params, paths)
    say(f"按 {month} 月报分配 {printed.domains.sum():,} 件工单")
    months = {month: month_tickets(printed, params, rng)}
    for kind, base in bases.items():
        margins = base_margins(printed, kind, params, rng)
        say(f"由印出的变化推算 {base}：{margins['unit'].sum():,} 件")
        months[base] = base_tickets(margins, printed, months[month], params, rng)
    say("安排受理、办结和报送时间，评定各项指标")
    finished = complete(months, printed, params, rng)

    names = {each.role: each.name for each in reversed(params.catalogue.business_types)}
    codes = {unit.name: unit.code for unit in params.units}
    written = []
    for each in sorted(finished):
        say(f"写入 {paths.short(paths.tickets(each))}")
        tickets = finished[each]
        tickets = tickets.assign(
            business_type=tickets["role"].cat.rename_categories(names), code=tickets["unit"].map(codes)
        )
        written.append(_write(tickets, paths.tickets(each), seed))
    return written


def _refuse_real(month: str, paths: Paths) -> None:
    """A month that does not say of itself that it is simulated is never written over."""
    path = paths.tickets(month)
    if not path.exists():
        return
    from hotline_lib.tickets import marks

    if path.is_dir() or not marks(path).simulated:
        raise HotlineError(
            f"{paths.short(path)} 是真实工单，模拟不会覆盖它，没有写入任何文件。"
            "要模拟请换一个数据文件夹：hotline simulate 加 --data；确实不要这些工单时，请先把它移走。"
        )


# the ticket table from what is simulated, where times are seconds since 1970 and −1 is missing
_TICKETS = """
SELECT
    'JT' || code || strftime(make_timestamp(accepted_at * 1000000), '%Y%m%d')
        || lpad(serial::VARCHAR, 8, '0') AS ticket_id,
    unit::VARCHAR AS unit,
    business_type::VARCHAR AS business_type,
    domain::VARCHAR AS domain,
    issue::VARCHAR AS issue,
    sub_issue::VARCHAR AS sub_issue,
    make_timestamp(accepted_at * 1000000) AS accepted_at,
    instant AS answered_instantly,
    make_timestamp(nullif(transferred_at, -1) * 1000000) AS transferred_at,
    make_timestamp(nullif(due_at, -1) * 1000000) AS due_at,
    make_timestamp(nullif(closed_at, -1) * 1000000) AS closed_at,
    nullif(called_back, -1)::BOOLEAN AS called_back,
    nullif(rating, -1) AS rating,
    nullif(fixed, -1)::BOOLEAN AS bad_rating_fixed,
    nullif(resolved, -1)::BOOLEAN AS resolved_first_time,
    classified_correctly,
    failed_reviews,
    make_timestamp(nullif(submitted_at, -1) * 1000000) AS submitted_at
FROM tickets ORDER BY accepted_at, ticket_id
"""


def _write(tickets, path: Path, seed: int) -> Path:
    """One month as Parquet, in the layout that scans fastest; it appears whole or not at all."""
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    target = str(beside).replace("'", "''")
    layout = f"FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}"
    marks = f"{{'hotline.simulated': 'true', 'hotline.seed': '{int(seed)}'}}"
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")  # else row groups may come in another order
        connection.register("tickets", tickets)
        try:
            connection.execute(f"COPY ({_TICKETS}) TO '{target}' ({layout}, KV_METADATA {marks})")
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    return path
