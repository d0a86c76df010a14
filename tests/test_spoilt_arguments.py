"""Whatever is typed: it is done, or refused in Chinese words that say what to type instead; never a trace, never for ever."""

import os
import re
import shutil

import pytest
from support import MONTH, ROOT, one_in, within
from surroundings import copy_printed

from hotline_lib import cli

NO_MONTHS = [
    "0000-01", "2024-13", "2024-00", "202409", "2024/09", "２０２４-09", "", "..", "2024-09..", "2024-09..2024-01", "9999-12",
    "2024-09\n", " 2024-09", "九" * 5000, "\u202e2024-09", "1e400", "2024-9", "99999-01", "../2024-09", "2024-09\udcff",
]  # fmt: skip
FIRST = [["run"], ["tables"], ["simulate"], ["check"], ["explain", "12"], ["mail"], ["new"], ["months"]]
OTHERS = [
    [], ["foo"], ["--foo"], ["run"], ["run", MONTH, "--foo"], ["run", MONTH, "--params"], ["run", MONTH, "--jobs", "0"],
    ["run", MONTH, "--jobs", "many"], ["run", MONTH, "--jobs", "1.5"], ["run", MONTH, "--time-limit", "nan"],
    ["run", MONTH, "--time-limit", "-1"], ["run", MONTH, "--force=1"], ["run", MONTH, "-p", "top"], ["run", MONTH, "-p", "=5"],
    ["run", MONTH, "-p", "top=0"], ["run", MONTH, "-p", "tpo=5"], ["run", MONTH, "-p", "month=2024-08"], ["run", MONTH, "--unit", "沈杨"],
    ["run", MONTH, "--unit", ".."], ["run", MONTH, "--only", "99"], ["run", MONTH, "--only", "06"], ["run", MONTH, "--only", "\udcff"],
    ["run", MONTH, "--params", "/nowhere"], ["run", MONTH, "--data", "/nowhere"], ["tables", MONTH, "x"], ["tables", MONTH, "--data", "\udcff"],
    ["simulate", MONTH, "--seed", "-1"], ["simulate", MONTH, "--seed", "x"], ["simulate", MONTH, "--seed", "1.5"],
    ["simulate", MONTH, "--seed"], ["simulate", MONTH, "--params", "/nowhere"], ["explain", MONTH], ["explain", MONTH, ""],
    ["explain", MONTH, "1" * 5000], ["mail", MONTH, "--smtp", "x"], ["mail", MONTH, "--smtp", "x:0"], ["mail", MONTH, "--smtp", "x:99999"],
    ["mail", MONTH, "--again", "a\nb"], ["mail", MONTH, "--to", "nobody"], ["mail", MONTH, "--unit", "沈杨"], ["intake"],
    ["intake", "/nowhere.xlsx"], ["intake", "/nowhere.xlsx", "--month", MONTH], ["intake", "--undo"], ["intake", "--undo", "--month", "x"],
    ["intake", "--preview", "--undo", "--month", MONTH], ["intake", "/", "--month", MONTH], ["scheme"], ["scheme", "foo"], ["scheme", "compare"],
    ["scheme", "compare", "没有", "--month", MONTH], ["scheme", "compare", "没有", "--month", "x"], ["scheme", "infer", "--month", "x"],
    ["refresh", "--jobs", "-1"], ["new"], ["new", MONTH], ["new", MONTH, "x"], ["months", "x", "y"], ["check"],
]  # fmt: skip
FINE = [["months", ""], ["months", "9999-12"], ["new", "9999-12"]]
TYPED = [[first[0], month, *first[1:]] for first in FIRST for month in NO_MONTHS] + OTHERS
ENGLISH = re.compile(
    r"Error|Exception|Traceback|[Ii]nvalid|Input |should be|No such|Missing|Got |unexpected|requires|程序出错"
)
LONGEST = 20  # seconds of a processor


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A house with parameters and what is printed, and no ticket."""
    copy_printed((folder := tmp_path_factory.mktemp("empty")) / "data")
    shutil.copytree(ROOT / "params", folder / "params")
    return folder


@pytest.mark.parametrize(
    "typed", one_in(6, TYPED), ids=lambda typed: " ".join(typed)[:40].encode("ascii", "replace").decode()
)
def test_whatever_is_typed(empty, monkeypatch, capsys, typed):
    monkeypatch.setenv("HOTLINE_DATA", str(empty / "data"))
    monkeypatch.setenv("HOTLINE_PARAMS", str(empty / "params"))
    monkeypatch.setenv("HOTLINE_OUTPUT", str(empty / "output"))
    code = 0
    with within(LONGEST):
        try:
            cli.main(typed)
        except SystemExit as end:
            code = end.code
    printed = capsys.readouterr()
    said = printed.err + printed.out
    assert code in (1, 2) or typed in FINE
    assert re.search("[\u4e00-\u9fff]", said)
    assert not ENGLISH.search(re.sub("Usage|example.invalid", "", said)), said
    assert len(said) < 12_000


def test_a_bug_is_logged_beside_what_the_command_makes(tmp_path, monkeypatch, capsys):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("hotline_lib.open_month", broken)
    for typed in (["--output", str(tmp_path / "a")], [f"--output={tmp_path / 'b'}"]):
        with pytest.raises(SystemExit):
            cli.main(["tables", MONTH, *typed])
        assert "程序出错" in capsys.readouterr().err
    for name in "ab":
        assert "ZeroDivisionError" in (tmp_path / name / ".cache" / "hotline-error.log").read_text(encoding="utf-8")
    assert os.listdir(tmp_path) and sorted(os.listdir(tmp_path)) == ["a", "b"]
