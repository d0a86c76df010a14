"""What can be wrong with what an analyst gave us. Every message is Chinese, says where, and says how to mend it.

The command line prints ``str(error)`` and ends with exit code 1; anything that is not a HotlineError is a bug
of ours and keeps its trace.
"""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

_CHINESE = re.compile("[\u4e00-\u9fff]")


class HotlineError(Exception):
    """Base of all errors that an analyst can mend. ``str(error)`` is the message shown."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the cell's own line, and the message. IPython asks for it."""
        frames = traceback.extract_tb(self.__traceback__)
        own = next(
            (frame for frame in reversed(frames) if "ipykernel" in frame.filename or "<" in frame.filename), None
        )
        return [*([f"第 {own.lineno} 行：{own.line}"] if own and own.line else []), str(self)]


class BrokenOff(HotlineError):
    """Somebody ended the command."""


class ParamsError(HotlineError):
    """Something in params/ is missing, unknown or of the wrong kind."""


class TicketsError(HotlineError):
    """A month of tickets cannot be used."""


class PublishedError(HotlineError):
    """A table of a printed bulletin cannot be read, or contradicts itself."""


class WordingError(HotlineError):
    """A template in params/wording cannot be rendered."""


class UnknownValueError(HotlineError):
    """A name that nobody knows; carries the names that are known.

    kind: what was asked for, in Chinese (单位, 事项 …). value: what came. known: the names there are.
    where: the file or place that holds the known names, if that helps. shown: the value as a message may show it, if
    it was not typed just now but came from a file. remedy: what else mends it.
    """

    def __init__(
        self,
        kind: str,
        value: object,
        known: Iterable[object],
        where: str | None = None,
        shown: str | None = None,
        remedy: str = "",
    ):
        self.kind, self.value, self.where = kind, value if shown is None else shown, where
        self.known = [str(name) for name in known]
        super().__init__(self._message(nearest(str(value), self.known)) + remedy)

    def _message(self, close: str | None) -> str:
        place = f"{self.where}：" if self.where else ""
        text = f"{place}没有名为「{self.value}」的{self.kind}。"
        if close:
            return text + f"是指「{close}」吗？"
        shown = "、".join(self.known[:12]) + ("等" if len(self.known) > 12 else "")
        return text + (f"可用的有：{shown}。" if shown else "目前一个也没有。")


def how_many(number: Any, name: str = "top") -> int:
    """``number``, if it is one of things that can be listed: a whole number from 1. Raises HotlineError."""
    if isinstance(number, bool) or not hasattr(number, "__index__") or number < 1:
        raise HotlineError(f"{name}（列出前几位）应为 1 或更大的整数，写的是「{number}」。")
    return int(number)


@contextmanager
def hiding(shown: Callable[[str], str]) -> Iterator[None]:
    """Unknown names inside come from a file, which may hold anything: a message has them as ``shown`` gives them."""
    try:
        yield
    except UnknownValueError as error:
        raise UnknownValueError(error.kind, error.value, error.known, error.where, shown(str(error.value))) from None


_REFUSED = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "磁盘已满，或文件大小受限：请清出空间后重新运行。"),
    errno.EROFS: "这个文件夹是只读的：请换一个，或改好权限后重新运行。",
    **dict.fromkeys((errno.EACCES, errno.EPERM), "请先在 Excel 等程序中关闭它，并确认有写入权限，再重新运行。"),
}


def refused(error: OSError) -> str | None:
    """What the computer refused, in words; None if it is not about writing a file."""
    remedy = _REFUSED.get(error.errno or 0)
    name = Path(str(error.filename2 or error.filename or "输出文件")).name
    return remedy and f"无法写入 {name}：{remedy}"


def nearest(value: str, known: Iterable[str]) -> str | None:
    """The known name most like ``value``, or None if none is close.

    Two-character Chinese names share half of their characters at best, hence the low cutoff for short names.
    """
    known = list(known)
    cutoff = 0.5 if len(value) <= 4 else 0.6
    within = sorted((name for name in known if _CHINESE.search(name[1:]) and name in value), key=len, reverse=True)
    around = [name for name in known if value and value in name]
    return next(iter(within[:1] or get_close_matches(value, known, n=1, cutoff=cutoff) or around), None)
