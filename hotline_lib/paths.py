"""Where things are: the project's folder and the few paths inside it that the suite knows."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from hotline_lib.errors import HotlineError
from hotline_lib.journal import Area, sweep


def as_folder(name: str) -> str:
    """A name as a folder may have it on every system: never a place above, never a device of Windows."""
    kept = re.sub(r'[\x00-\x1f\\/:*?"<>|]', "_", name).strip(" .")
    return f"{kept}_" if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", kept) else kept or "_"


@dataclass(frozen=True)
class Paths:
    """The folders of one project. Each can be moved on its own (--data, --params, --output, HOTLINE_*)."""

    root: Path
    data: Path
    params: Path
    output: Path

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def cache(self) -> Path:
        return self.output / ".cache"

    def tickets(self, month: str) -> Path:
        """A month's tickets: one Parquet file, or a folder of them under the same name."""
        return self.data / "tickets" / f"{month}.parquet"

    @property
    def sent(self) -> Path:
        """What was sent to whom: with the data, whatever the output."""
        return self.data / "sent"

    def lock(self, name: str) -> Path:
        """A lock on something in data/, outside of it; never deleted."""
        return self.data / ".locks" / f"{name}.lock"

    def area(self, name: str) -> Area:
        """data/NAME, which is changed by commits only."""
        return Area(self.data / name, self.lock(name), f"data/{name}")

    def recover(self) -> None:
        """Ends what commands that were killed had begun, and says so. Raises HotlineError where that cannot be done."""
        for name in ("tickets", "spot_checks"):
            self.area(name).recover()
        made = [self.output, *(self.output / name for name in ("intake", "check")), self.params / "months"]
        sweep(
            *made,
            self.cache,
            self.cache / "frames",
            self.cache / "sha256",
            self.sent,
            *self.sent.glob("*/tables"),
            *self.sent.glob("*/runs"),
        )

    def published(self, month: str) -> Path:
        return self.data / "published" / month

    def spot_checks(self, month: str) -> Path:
        """A month's re-checked tickets: .csv, or a workbook if there is only that."""
        path = self.data / "spot_checks" / f"{month}.csv"
        books = [path.with_suffix(suffix) for suffix in (".xlsx", ".xls")]
        return path if path.exists() else next((book for book in books if book.exists()), path)

    def test_calls(self, month: str) -> Path:
        """The test calls recorded of a month."""
        return self.data / "spot_checks" / f"{month}_calls.csv"

    def report_folder(self, month: str) -> Path:
        return self.output / month

    def short(self, path: Path) -> str:
        """``path`` as an analyst reads it: data/…, params/… and output/… wherever these lie, else relative to the project.

        Never a whole path: it would tell readers of a report how somebody's computer is set up.
        """
        places = [(getattr(self, name), f"{name}/") for name in ("data", "params", "output")] + [(self.root, "")]
        for folder, name in places:
            if path.resolve().is_relative_to(folder.resolve()):
                return name + path.resolve().relative_to(folder.resolve()).as_posix()
        return path.name

    def elsewhere(self) -> dict[str, str]:
        """Which of data, params and output do not lie in the project, and where they do: what ``short`` leaves out."""
        places = {name: Path(getattr(self, name)) for name in ("data", "params", "output")}
        return {name: str(place) for name, place in places.items() if place.resolve() != (self.root / name).resolve()}

    def environment(self) -> dict[str, str]:
        """The HOTLINE_* variables that make another process (a kernel) find the same folders."""
        return {
            "HOTLINE_ROOT": str(self.root),
            "HOTLINE_DATA": str(self.data),
            "HOTLINE_PARAMS": str(self.params),
            "HOTLINE_OUTPUT": str(self.output),
        }


def find_paths(
    *, data: Path | str | None = None, params: Path | str | None = None, output: Path | str | None = None
) -> Paths:
    """The project's folders: arguments first, then HOTLINE_*, then what lies under the project's root.

    The root is HOTLINE_ROOT, else the nearest folder upwards from the working directory that has ``params`` and
    ``notebooks``, else the folder of the (editable) package. Raises HotlineError if there is none.
    """
    root = _find_root()

    def folder(name: str, given: Path | str | None) -> Path:
        chosen = given or os.environ.get(f"HOTLINE_{name.upper()}") or root / name
        return Path(chosen).absolute()

    return Paths(root, folder("data", data), folder("params", params), folder("output", output))


def _find_root() -> Path:
    if named := os.environ.get("HOTLINE_ROOT"):
        return Path(named).absolute()
    here = Path.cwd()
    for folder in [here, *here.parents, Path(__file__).resolve().parent.parent]:
        if (folder / "params" / "units.yaml").is_file() and (folder / "notebooks").is_dir():
            return folder
    raise HotlineError(
        f"在 {here} 及其上级文件夹中找不到项目（应有 params/ 和 notebooks/）。"
        "请在项目文件夹内运行，或把环境变量 HOTLINE_ROOT 设为项目文件夹。"
    )
