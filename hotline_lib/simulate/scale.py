"""A simulated month many times over, for measuring: every ticket in copies with ids of their own, written a day at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hotline_lib.params import Params
from hotline_lib.paths import Paths
from hotline_lib.tickets.source_parquet import engine

_LAYOUT = "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
# an id says unit and day; of a day's ids of a unit each gets as many places as there are copies
_DAY = """
SELECT t.* EXCLUDE (place) REPLACE (left(ticket_id, 16) || lpad((place * {times} + copy + 1)::VARCHAR, 8, '0') AS ticket_id)
FROM (SELECT *, row_number() OVER (PARTITION BY left(ticket_id, 16) ORDER BY ticket_id) - 1 AS place
      FROM read_parquet('{file}') WHERE accepted_at::DATE = '{day}') t, range({times}) copies(copy)
ORDER BY accepted_at, ticket_id
"""


def enlarge(
    file: Path,
    folder: Path,
    times: int,
    seed: int,
    params: Params,
    paths: Paths,
    say: Callable[[str, float | None], None] = lambda *_: None,
) -> Path:
    """Writes a month's tickets, ``times`` of each, as a folder of a file a day; memory does not grow with their number.

    file: one month as ``simulate`` writes it. params, paths: say how much memory the engine may use, and where the rest
    goes. say: told what is written, and how much of it (0 to 1).
    """
    folder.mkdir(parents=True)
    source, marks = str(file).replace("'", "''"), f"{{'hotline.simulated': 'true', 'hotline.seed': '{int(seed)}'}}"
    connection = engine(params, paths).con
    days = connection.execute(f"SELECT DISTINCT accepted_at::DATE FROM read_parquet('{source}') ORDER BY 1").fetchall()
    for number, (day,) in enumerate(days):
        say(f"写入 {file.stem} 的 {times} 倍", number / len(days))
        target = str(folder / f"{day}.parquet").replace("'", "''")
        query = _DAY.format(file=source, day=day, times=int(times))
        connection.execute(f"COPY ({query}) TO '{target}' ({_LAYOUT}, KV_METADATA {marks})")
    return folder
