"""Simulated tickets from a published bulletin: every count and rate it prints comes out exactly, but for its errata.

    printed       what the bulletin prints, as numbers to aim at
    cells         this month's tickets by unit, role, domain, issue and sub-issue
    base_months   the two months it is compared with
    handling      how tickets were handled, so that the rates come out
    tickets       when calls come in, are closed and reported; ticket numbers
    planted       patterns for leads to find, if asked for

No real ticket can be shared; whatever shows these says that they are simulated.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from hotline_lib.errors import HotlineError
from hotline_lib.journal import Change, Move, write_whole
from hotline_lib.params import load_params, month_before
from hotline_lib.paths import Paths
from hotline_lib.tickets.files import engine, real_months

DEFAULT_SEED = 12328
_ROW_GROUP = 122_880


def simulate(
    month: str,
    paths: Paths,
    *,
    seed: int = DEFAULT_SEED,
    plant: bool = False,
    scale: int = 1,
    on_step: Callable[[str, float | None], None] = lambda *_: None,
) -> list[Path]:
    """Write simulated tickets of ``month``, of the month before and of the same month last year.

    They are made from data/published/MONTH (and data/spot_checks/MONTH.csv, if there is one). The same seed gives the
    same bytes; every seed gives the same published figures. plant: patterns that leads look for, in the complaints of the units
    in which the spot check found something (``planted``). scale: of each ticket so many, for measuring (see scale).
    on_step: told in Chinese what is being done, and how much of it (0 to 1) is, if that is known.

    Returns the three files, oldest month first.
    Raises HotlineError if there are real tickets of any month (nothing is written then), PublishedError if the published
    figures contradict each other.
    """
    with changing(paths) as at:
        refuse_real([month], paths)
        written = staged(month, at, paths, seed, lambda words: on_step(words, None), plant=plant)
        if scale > 1:
            from hotline_lib.simulate.scale import enlarge

            large, params = at.stage / "large", load_params(month, paths.params, need_month_file=False)
            written = {
                each: enlarge(file, large / file.name, scale, seed, params, paths, on_step)
                for each, file in written.items()
            }
        return commit(at, written, paths)


def changing(paths: Paths) -> AbstractContextManager[Change]:
    """data/tickets for a command that simulates. Raises HotlineError if another command is changing them."""
    busy = HotlineError("另一次导入、撤回或模拟正在进行，没有写入任何文件。请等它结束后重新运行。")
    return paths.area("tickets").opened(busy)


def commit(at: Change, staged: Mapping[str, Path], paths: Paths) -> list[Path]:
    """Puts simulated months in their place together. Returns their files, oldest month first."""
    moves = []
    for month, file in sorted(staged.items()):
        here = paths.tickets(month)
        other = here.is_dir() or (file.is_dir() and here.exists())  # a folder takes the place of nothing
        moves += [Move("away", here, at.stage / f"{month}.old")] * other + [Move("place", file, here)]
    at.commit(moves, f"生成 {'、'.join(sorted(staged))} 的模拟工单")
    return [paths.tickets(month) for month in sorted(staged)]


def staged(
    month: str, at: Change, paths: Paths, seed: int, say: Callable[[str], None], *, plant: bool = False
) -> dict[str, Path]:
    """The three months that ``simulate`` writes, in the stage."""
    import numpy as np

    from hotline_lib.simulate.base_months import base_margins, base_tickets
    from hotline_lib.simulate.cells import month_tickets
    from hotline_lib.simulate.planted import problem_units
    from hotline_lib.simulate.printed import read_printed
    from hotline_lib.simulate.tickets import complete

    params = load_params(month, paths.params, need_month_file=False)
    bases: dict[Literal["yoy", "mom"], str] = {"yoy": month_before(month, 12), "mom": month_before(month)}
    rng = np.random.default_rng([seed, *map(int, month.split("-"))])
    printed = read_printed(month, params, paths)
    say(f"按 {month} 月报分配 {printed.domains.sum():,} 件工单")
    months = {month: month_tickets(printed, params, rng)}
    for kind, base in bases.items():
        margins = base_margins(printed, kind, params, rng)
        say(f"由印出的变化推算 {base}：{margins['unit'].sum():,} 件")
        months[base] = base_tickets(margins, printed, months[month], params, rng)
    say("安排受理、办结和报送时间，评定各项指标")
    plant_in = problem_units(month, params, paths) if plant else ()
    finished = complete(months, printed, params, rng, plant_in=plant_in)

    names = {each.role: each.name for each in reversed(params.catalogue.business_types)}
    codes = {unit.name: unit.code for unit in params.units}
    written = {}
    for each in sorted(finished):
        say(f"写入 {paths.short(paths.tickets(each))}")
        tickets = finished[each]
        tickets = tickets.assign(
            business_type=tickets["role"].cat.rename_categories(names), code=tickets["unit"].map(codes)
        )
        written[each] = _write(tickets, at.stage / f"{each}.parquet", seed)
    return written


def refuse_real(months: Sequence[str], paths: Paths) -> None:
    """Simulated months are never written over real ones, nor among them."""
    if elsewhere := _elsewhere(months, paths):
        raise HotlineError(f"{'、'.join(elsewhere)} 的工单不在 data/tickets 中（见 params/），没有生成模拟工单。")
    if real := real_months(paths):
        asked = months[0] if len(months) == 1 else f"{months[0]}..{months[-1]}"
        raise HotlineError(
            f"{paths.short(paths.tickets(real[-1]).parent)}/ 里有真实工单（{'、'.join(real[-3:])}{'等' * (len(real) > 3)}），"
            "模拟工单不能与真实工单放在一起，没有写入任何文件。真实工单请导入：hotline intake 导出文件 --month 月份。"
            f"要试用，请另用一个文件夹：hotline simulate {asked} --data 试用，"
            f"再 hotline run {months[-1]} --data 试用 --output 试用/output。"
        )


def there_already(months: Sequence[str], paths: Paths) -> str | None:
    """Whether each of those months has tickets, so that nothing need be simulated: "", or which are real, in words.

    None if one of them has none.
    """
    real, elsewhere = set(real_months(paths)), _elsewhere(months, paths)
    if not all(month in elsewhere or paths.tickets(month).exists() for month in months):
        return None
    own = [month for month in months if month in elsewhere or month in real]
    return f"{'、'.join(own)} 有真实工单，没有生成模拟工单。" if own else ""


def lay_out(paths: Paths, project: Paths) -> None:
    """Gives a data folder of its own what tickets are simulated from: the published bulletins, and their spot checks."""
    if (paths.data / "published").exists() or not (project.data / "published").is_dir():
        return
    part = paths.data / ".published.part"
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(project.data / "published", part)
    for folder in part.iterdir():
        drawn = project.spot_checks(folder.name)
        if drawn.exists():
            write_whole(paths.data / "spot_checks" / drawn.name, drawn.read_bytes(), private=True)
    os.replace(part, paths.data / "published")


def _elsewhere(months: Sequence[str], paths: Paths) -> list[str]:
    own = {month: load_params(month, paths.params, need_month_file=False).month for month in months}
    return [month for month, params in own.items() if not params.source.in_data]


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
    """One month as Parquet, in the layout that scans fastest."""
    target = str(path).replace("'", "''")
    layout = f"FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}"
    marks = f"{{'hotline.simulated': 'true', 'hotline.seed': '{int(seed)}'}}"
    with engine() as connection:
        connection.execute("SET threads = 1")  # else row groups may come in another order
        connection.register("tickets", tickets)
        connection.execute(f"COPY ({_TICKETS}) TO '{target}' ({layout}, KV_METADATA {marks})")
    return path
