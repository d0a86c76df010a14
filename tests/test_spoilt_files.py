"""However a file that people write is spoilt: it is read, or refused in Chinese words that name a file there is.

``make search`` tries thousands.
"""

import random
import re
import shutil
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import MONTH, ROOT, examples, one_in, within

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


REMEDY = re.compile("请|应|要加引号|是指|只能|可用的有|不能")


def tried(copy, file: str, spoils: list[tuple[str, float, int]]) -> None:
    """One file spoilt so is read, or refused in words; it is whole again afterwards."""
    path = copy.data.parent / file
    data = before = path.read_bytes()
    for kind, place, pick in spoils:
        data = spoilt(data, kind, place, pick)
    path.write_bytes(data)
    try:
        with within(LONGEST):
            opened(file, copy)
    except HotlineError as error:
        message = str(error)
        own = re.sub("「.*?」", "", message, flags=re.DOTALL)  # without what the file itself says
        assert re.search("[\u4e00-\u9fff]", own)
        assert not ENGLISH.search(own)
        assert REMEDY.search(own), message
        named = re.findall(r"(?:params|data)/[\w./-]+\.(?:yaml|md|j2|csv)", message)
        assert any((copy.data.parent / name).exists() for name in named), message
    finally:
        path.write_bytes(before)


@settings(max_examples=examples(60))
@given(
    file=st.one_of(map(st.sampled_from, FILES)),
    spoils=st.lists(st.tuples(st.sampled_from(KINDS), PLACE, st.integers(0, 999)), min_size=1, max_size=3),
)
def test_whatever_is_done_to_a_file(copy, file, spoils):
    tried(copy, file, spoils)


@pytest.mark.parametrize("block", one_in(30, range(30)))
def test_nine_hundred_parameter_files(copy, block):
    """The same ones every time, thirty a block; ``value`` and ``insert`` most, which leave the rest of a file whole."""
    chance, kinds = random.Random(block), [*KINDS, "value", "value", "value", "insert", "insert"]
    for _ in range(30):
        file = chance.choice(FILES[chance.choice([0, 0, 0, 1, 2])])
        tried(
            copy,
            file,
            [(chance.choice(kinds), chance.random(), chance.randrange(1000)) for _ in range(chance.choice([1, 1, 2]))],
        )


ENDLESS = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "{{ 'x' * 10 ** 9 }}", "{{ [1] * 10 ** 9 }}",
    "{{ 9 ** 9 ** 9 ** 9 }}", "{% include '试.j2' %}", "{% extends '试.j2' %}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ '%1000000000d' % 1 }}", "{{ '%1000000000d' | format(1) }}", "{{ '{:999999999}'.format(1) }}", "{{ 'x'.ljust(999999999) }}",
    "{{ 'x' | center(999999999) }}", "{{ 1.5 | round(999999999, 'ceil') }}", "{{ '{:{}}'.format(1, 999999999) }}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x.replace('a', n.x) %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x | join(n.x) %}{% endfor %}{{ n.x }}",
    "{% for a in 'ab' recursive %}{{ loop('ab') }}{% endfor %}", "{% for a in range(9) recursive %}{{ loop(range(9)) }}{% endfor %}",
]  # fmt: skip


@pytest.mark.parametrize("template", ENDLESS)
def test_a_template_that_never_ends_is_stopped(tmp_path, template):
    (tmp_path / "试.j2").write_text(f"好\n{template}", encoding="utf-8")
    with within(20), pytest.raises(HotlineError, match=r"^params/wording/试.j2(?: 第 \d 行)?：.*请"):
        render(tmp_path, "试", {})


def test_a_template_that_ends_says_what_it_said(tmp_path):
    (tmp_path / "试.j2").write_text(
        "{{ '；' ~ 250000 ~ '件' }}{{ [250000, 119764] | join('、') }}{{ 8000000 | round(2) }}"
        "{% macro m(name, tickets) %}{{ tickets }}件{% endmacro %}{{ m('甲乙丙', 900000) }}"
        "{% for a in range(3) if a %}{{ loop.index }}{{ a * 2 ~ '件' }}{% else %}无{% endfor %}{{ 7 % 4 + 2 ** 3 }}{{ [1, 2] | join('、') }}"
        "{{ 'a-b'.replace('-', '—') }}{{ 'x' * 3 }}{{ '%s' | format('好') }}",
        encoding="utf-8",
    )
    assert render(tmp_path, "试", {}) == "；250000件250000、1197648000000900000件12件24件111、2a—bxxx好"
