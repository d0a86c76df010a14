"""Everything that is stored, read and held to what was written: which file is damaged, and what mends it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from hotline_lib.batch import printed
from hotline_lib.batch.manifest import Manifest, digests, is_whole
from hotline_lib.beside import read_spot_checks
from hotline_lib.deliver.ledger import Entry
from hotline_lib.errors import HotlineError, TicketsError
from hotline_lib.fingerprint import file_sha256
from hotline_lib.journal import DIGESTS, read_folder
from hotline_lib.params import load_params
from hotline_lib.paths import Paths
from hotline_lib.ringing import read_calls
from hotline_lib.sampling import ledger
from hotline_lib.tickets.files import DIGITS, MONTH, Change, changes, kept_as, log_file, marks, months_there, parts

_BACKUP = "请从备份恢复它"


@dataclass
class Verified:
    """read: how many files and folders were. damaged: what is wrong with which, and what mends it, in words."""

    read: int = 0
    damaged: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        return 1 if self.damaged else 0

    @property
    def told(self) -> str:
        head = f"读了 {self.read} 个文件或文件夹，" + (f"{len(self.damaged)} 处不对：" if self.damaged else "都完好。")
        return "\n".join([head, *(f"  {line}" for line in self.damaged)])


def verify(paths: Paths) -> Verified:
    """Reads tickets, the versions kept, spot checks, frames, what was made and what was sent, whole."""
    found = Verified()
    for looks in (_tickets, _versions, _log, _spot_checks, _frames, _made, _sent):
        for path, wrong in looks(paths):
            found.read += 1
            found.damaged += [f"{paths.short(path)} {wrong}。"] if wrong else []
    return found


def _tickets(paths: Paths) -> Iterator[tuple[Path, str]]:
    """Each month: readable, and the version that the last change made, or the one whose digest was remembered."""
    last = {month: after for each in changes(paths) for month, (_, after) in each.months.items()}
    for month in months_there(paths):
        path = paths.tickets(month)
        mend = f"{_BACKUP}，或放回留存的版本（hotline months {month} 列出），或重新导入"
        try:
            simulated, now = marks(path).simulated, file_sha256(path)
            for part in parts(path):
                _read_whole(part)
        except (TicketsError, OSError, ValueError):
            yield path, f"打不开或读不完：{mend}"
            continue
        told = not simulated and last.get(month)
        if file_sha256(path, paths.cache) != now:
            yield path, f"内容变了，而大小和时间没有变（磁盘出错）：{mend}"
        else:
            yield (
                path,
                f"不是记录中最后一次导入的版本 {told}，被改过或已损坏：{mend}" if told and now[:DIGITS] != told else "",
            )


def _read_whole(file: Path) -> None:
    import pyarrow.parquet as pq

    for _ in pq.ParquetFile(file).iter_batches():
        pass


def _versions(paths: Paths) -> Iterator[tuple[Path, str]]:
    for folder, end in ((kept_as("x", "x", paths).parent, "parquet"), (paths.data / "spot_checks" / "previous", "*")):
        for path in sorted(folder.glob(f"????-??*.*.{end}")):
            whole = file_sha256(path).startswith(path.name.split(".")[1])
            yield path, "" if whole else f"已损坏，不能再放回：{_BACKUP}"


def _log(paths: Paths) -> Iterator[tuple[Path, str]]:
    if (log := log_file(paths)).exists():
        good = _lines(log, Change)
        yield log, "" if good else f"有读不懂的行，hotline intake --undo 可能不知道要撤回什么：{_BACKUP}"


def _spot_checks(paths: Paths) -> Iterator[tuple[Path, str]]:
    """The lists of months, the test calls recorded, and the ledger of draws."""
    folder = paths.data / "spot_checks"
    with_params = lambda read: lambda month: read(month, load_params(month, paths.params, need_month_file=False), paths)
    looks: list[tuple[Path, str, Callable[[str], object]]] = []
    for month in sorted({path.stem for path in folder.glob("*.*") if MONTH.fullmatch(path.stem)}):
        looks.append((paths.spot_checks(month), month, with_params(read_spot_checks)))
    looks += [(path, path.stem[:7], with_params(read_calls)) for path in sorted(folder.glob("????-??_calls.csv"))]
    if ledger.file(paths).exists():
        looks.append((ledger.file(paths), "", lambda _: ledger.read_ledger(paths)))
    for path, month, look in looks:
        try:
            look(month)
            wrong = ""
        except HotlineError as error:
            wrong = f"读不了：{str(error).rstrip('。')}"
        yield path, wrong


def _frames(paths: Paths) -> Iterator[tuple[Path, str]]:
    for folder in sorted((paths.cache / "frames").glob("[!.]*")):
        yield folder, "" if read_folder(folder) else "已损坏：下次用到时会重新算，不必处理；想清掉就删去它"


def _made(paths: Paths) -> Iterator[tuple[Path, str]]:
    """What lies in output/MONTH against its manifest."""
    for file in sorted(paths.output.glob("????-??/manifest.json")):
        folder, again = file.parent, f"请运行 hotline run {file.parent.name}"
        try:
            known = digests(TypeAdapter(Manifest).validate_json(file.read_bytes()))
        except (OSError, ValueError):
            yield file, f"读不懂：{again}，会全部重做"
            continue
        yield file, ""
        for name, digest in known.items():
            path = folder / name
            unit = f" --unit {name.split('/')[1]}" if name.startswith("units/") else ""
            if name.endswith(".docx") and path.is_file():
                mend = f"与做好时不同：手工改过的不必处理；损坏的请删去，再{again.removeprefix('请')}"
            else:
                mend = f"{'与做好时不同' if path.is_file() else '不在了'}：{again}{unit}，会重做"
            yield path, "" if is_whole(path, digest) else mend
    for file in sorted(paths.output.glob("????-??/runs/*.json.gz")):
        wrong = (
            f"是以前一次运行印出的内容，已损坏，hotline diff {file.parts[-3]} 不能与它比：{_BACKUP}，没有备份就删去它"
        )
        yield file, "" if printed.read(file) else wrong


def _sent(paths: Paths) -> Iterator[tuple[Path, str]]:
    for file in sorted(paths.sent.glob("*.jsonl")):
        yield file, "" if _lines(file, Entry) else f"有读不懂的行，分不清谁已经收到，不能再发：{_BACKUP}"
    for folder in sorted(paths.sent.glob("*/tables/[!.]*")):
        known = not (folder / DIGESTS).exists() or read_folder(
            folder
        )  # an earlier version of the suite kept no digests
        yield folder, "" if known else f"是发出过的数字，已损坏，更正邮件会说不出改了什么：{_BACKUP}"
    for file in sorted(paths.sent.glob("*/runs/*.json.gz")):
        wrong = f"是发出过的内容，已损坏，hotline diff {file.parts[-3]} mail 会说不出改了什么：{_BACKUP}"
        yield file, "" if printed.read(file) else wrong


def _lines(file: Path, kind: type) -> bool:
    """Whether every line can be understood."""
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            TypeAdapter(kind).validate_python(json.loads(line))
    except (OSError, ValueError):
        return False
    return True
