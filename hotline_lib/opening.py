"""Opening a month: its parameters, its frames (scanned once, then kept), its base months and what lies beside its tickets."""

from __future__ import annotations

from hotline_lib import beside, published
from hotline_lib.beside import read_spot_checks
from hotline_lib.errors import TicketsError
from hotline_lib.month import Month
from hotline_lib.params import load_params, month_before
from hotline_lib.paths import Paths, find_paths
from hotline_lib.ringing import with_calls
from hotline_lib.tickets import table_digest
from hotline_lib.tickets.read import newest_month, no_tickets
from hotline_lib.tickets.scan import accepted, as_handed, handed, submitted

_held: dict[tuple[str, Paths], Month] = {}  # by ``hold``
frames_read = handed  # the environment variable that holds a kernel to the frames that this process has read


def open_month(month: str = "", paths: Paths | None = None) -> Month:
    """All about one month. The frames come from output/.cache; the first time, the month is checked and scanned.

    month: YYYY-MM; the newest that there are tickets of if left out. paths: the project's folders; found from the working
    directory by default.
    Raises ParamsError, UnknownValueError, TicketsError or PublishedError.
    """
    table_digest.forget()  # whoever opens a month wants what there is now
    paths = paths or find_paths()
    return _given(month, paths) or _opened(month, paths)


def _opened(month: str, paths: Paths) -> Month:
    paths.recover()
    month = month or newest_month(paths)
    params = with_calls(load_params(month, paths.params), paths)
    found = accepted(month, params, paths)
    if found is None:
        raise TicketsError(no_tickets(month, params, paths))
    frames, source = found
    late, scanned = submitted(month, params, paths)
    last_year = beside.base_of(month_before(month, 12), params, paths, source.simulated)
    previous = beside.base_of(month_before(month, 1), params, paths, source.simulated)
    unusable, lacking = beside.left_out(source, scanned, params, paths)
    inputs = {each.month: each for each in [source, *scanned, *last_year[1], *previous[1]]}
    return Month(
        month=month,
        params=params,
        paths=paths,
        counts=beside.named(frames["counts"], params),
        calendar=frames["calendar"],
        **late,
        last_year=last_year[0],
        previous=previous[0],
        spot_checks=read_spot_checks(month, params, paths),
        errata=published.tables(month, params, paths).get("errata"),
        inputs=tuple(sorted(inputs.values(), key=lambda each: each.month, reverse=True)),
        odd=frames["warnings"],
        left_out=(*unusable, *lacking),
        incomplete=tuple(lacking),
        still_open=frames["still_open"],
    )


def prepare(month: str, paths: Paths) -> Month:
    """Checks a month and leaves its frames and those of the months before in output/.cache: notebooks only read them."""
    m = _given(month, paths) or _opened(month, paths)
    _ = m._beside, m.annexes, m.missed, m.left, m.leads()
    return m


def hold(month: str, paths: Paths) -> Month:
    """Opens a month whose frames are kept, for all processes that are forked from this one: there ``open_month`` gives this."""
    m = _given(month, paths)
    _held.clear()
    return _held.setdefault((month, paths), m or prepare(month, paths))


def _given(month: str, paths: Paths) -> Month | None:
    return _held.get((month, paths)) if as_handed(paths) else None
