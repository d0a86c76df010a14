"""However a file that people write is spoilt: it is read, or refused in Chinese words that name a file there is.

``make search`` tries thousands.
"""

import re
import shutil
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import MONTH, ROOT, examples

from hotline_lib.batch.inputs import basis
from hotline_lib.bulletin._outline import text
from hotline_lib.errors import HotlineError
from hotline_lib.params import load_params, load_recipients
from hotline_lib.present._sentences import _rendered as render
from hotline_lib.published import margins, read_table
from hotline_lib.simulate.printed import read_printed

LONGEST = 20  # seconds of a processor for one file
FILES = {suffix: sorted((ROOT / "params").rglob(f"*.{suffix}")) for suffix in ("yaml", "md", "j2")}
FILES["csv"] = sorted((ROOT / "data").rglob("*.csv"))
FILES = [[file.relative_to(ROOT).as_posix() for file in files if file.name != "README.md"] for files in FILES.values()]
FILES[0].append("params/recipients.yaml")
ENGLISH = re.compile(
    r"Error|Exception|Traceback|expected|[Ii]nvalid [a-z]|Input |should|found|cannot|could not|not allowed|NoneType"
)

SAVED = ["gb18030", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "big5", "cp1252"]
PIECES = [
    "\t", "：", "，", "；", "“", "”", '"', "'", "[", "]", "{", "}", "{{", "}}", "{%", "%}", "{#", "- ", "-", ": ", ":", ",", "#",
    "&a ", "*a", "<<: *a\n", "? [a]\n: 1\n", "!!int x", "!!timestamp x", "!x ", "@", "`", "%", "|", ">", "\\", "---\n", "...\n",
    "\0", "\x1a", "\v", "\x85", "\u2028", "\ufeff", "\ufffd", "\U0002000b", "１２", "9" * 30, "9" * 5000, "1e400", ".inf", ".nan",
    "2024-11-31", "2024/10/14", "0000-00-00", "-1", "null", "~", "[]", "{}", "''", "<html>", "\n", "\r", "\r\n", "  ", "a: 1\n",
    "[" * 3000, "{" * 3000, "- " * 3000, "沈阳", "总计",
]  # fmt: skip
WIDE = str.maketrans({":": "：", ",": "，", '"': "”", "[": "［", "]": "］", "-": "－", "#": "＃", " ": "\u3000"})
WHOLE = [
    b"",
    b"\n",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"PK\x03\x04xl/",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\0" * 99,
    b"[]",
    b"{}",
    b"- 1",
]
KINDS = ["save", "newlines", "insert", "cut", "bit", "drop", "twice", "shift", "wide", "value", "whole"]
PLACE = st.floats(0, 1, exclude_max=True)


def spoilt(data: bytes, kind: str, place: float, pick: int) -> bytes:
    if kind == "whole":
        return WHOLE[pick % len(WHOLE)]
    if kind == "cut":
        return data[: int(place * len(data))]
    if kind == "bit" and data:
        at = int(place * len(data))
        return data[:at] + bytes([data[at] ^ 1 << pick % 8]) + data[at + 1 :]
    words = data.decode("utf-8", "replace")
    if kind == "save":
        return words.encode(SAVED[pick % len(SAVED)], "replace")
    if kind == "newlines":
        return words.replace("\n", ("\r\n", "\r", "\v", "\n\n")[pick % 4]).encode()
    if kind == "insert":
        at = int(place * len(words))
        return (words[:at] + PIECES[pick % len(PIECES)] + words[at:]).encode()
    lines = words.split("\n")
    at = int(place * len(lines))
    if kind == "drop":
        del lines[at]
    elif kind == "twice":
        lines.insert(at, lines[at])
    elif kind == "shift":
        lines[at] = " " * (pick % 5) + lines[at] if pick % 2 else lines[at][1:]
    elif kind == "wide":
        lines[at] = lines[at].translate(WIDE)
    elif kind == "value":
        head, mark, _ = re.split("([:,])", lines[at], maxsplit=1) if re.search("[:,]", lines[at]) else ("", "", "")
        lines[at] = f"{head}{mark} {PIECES[pick % len(PIECES)]}"
    return "\n".join(lines).encode()


@pytest.fixture(scope="module")
def copy(tmp_path_factory, project):
    """The project's files, recipients among them, in folders of their own."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("params", "data/published", "data/spot_checks"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "params" / "recipients.yaml").write_bytes((ROOT / "params" / "recipients.example.yaml").read_bytes())
    return replace(project, data=folder / "data", params=folder / "params", output=folder / "output")


def opened(file: str, paths) -> None:
    """Whatever reads that file."""
    if file.endswith(".j2"):
        render(paths.params / "wording", file.removeprefix("params/wording/").removesuffix(".j2"), {})
        return
    params = load_params(MONTH, paths.params)
    if file.endswith(".md"):
        for name in ("opening", "cases", "plans"):
            assert "\ufeff" not in (text(params, name) or "")
    elif file.endswith(".csv"):
        margins(MONTH, params, paths)
        read_table(paths.published(MONTH), "errata")
        read_printed(MONTH, params, paths)
    else:
        load_recipients(params)
        basis(MONTH, paths, params)


@settings(max_examples=examples(60))
@given(
    file=st.one_of(map(st.sampled_from, FILES)),
    spoils=st.lists(st.tuples(st.sampled_from(KINDS), PLACE, st.integers(0, 999)), min_size=1, max_size=3),
)
def test_whatever_is_done_to_a_file(copy, file, spoils):
    path = copy.data.parent / file
    before, began = path.read_bytes(), time.process_time()
    data = before
    for kind, place, pick in spoils:
        data = spoilt(data, kind, place, pick)
    path.write_bytes(data)
    try:
        opened(file, copy)
    except HotlineError as error:
        message = str(error)
        own = re.sub("「.*?」", "", message, flags=re.DOTALL)  # without what the file itself says
        assert re.search("[\u4e00-\u9fff]", own)
        assert not ENGLISH.search(own)
        named = re.findall(r"(?:params|data)/[\w./-]+\.(?:yaml|md|j2|csv)", message)
        assert any((copy.data.parent / name).exists() for name in named), message
    finally:
        path.write_bytes(before)
    assert time.process_time() - began < LONGEST
