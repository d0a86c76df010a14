"""One way to commit: what belongs together takes its place together or not at all, whatever ends the program meanwhile.

What a change needs is made in a stage beside what it changes and flushed to the disk. Then the moves are written down
(``.intent.json``), made, and the intent removed. Until it is written nothing has changed; from then on nothing stops
the change: whoever comes next makes the moves that are missing. A single file needs no intent: one rename is enough.
What can be made again, a cache, is not flushed but verified when it is read.

    commit   a change of several files, its intent, and what a killed one is ended by
    files    single files and folders that appear whole
    ends     locks, signals, and what killed programs left
"""

from hotline_lib.journal.commit import Area, Change, Move
from hotline_lib.journal.ends import broken_off, end_on_signals, held, sweep
from hotline_lib.journal.files import (
    DIGESTS,
    add_line,
    beside,
    close_to_others,
    flush,
    private_folder,
    read_folder,
    write_folder,
    write_whole,
)

__all__ = [
    "DIGESTS", "Area", "Change", "Move", "add_line", "beside", "broken_off", "close_to_others", "end_on_signals", "flush", "held",
    "private_folder", "read_folder", "sweep", "write_folder", "write_whole",
]  # fmt: skip
