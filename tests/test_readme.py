"""What is written for people who come new: every command there is one, both languages have the same, every link leads somewhere."""

import re
import shlex
import subprocess

import pytest
from support import ROOT
from test_help import found

WRITTEN = [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "notebooks" / "README.md"]
BATCH = ["start.bat", "bundle/start.bat"]


def commands(text: str) -> list[str]:
    """The lines of hotline in blocks and between backticks, without remarks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    lines = [re.sub(r"^(\.venv/bin/|\.venv\\Scripts\\)", "", line.split(" #")[0].strip()) for line in lines]
    return [line for line in lines if re.match(r"hotline [a-z-]", line) and "…" not in line]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem if path.stem.isascii() else "docs")
def test_every_command_is_one_that_there_is(path):
    for line in commands(path.read_text(encoding="utf-8")):
        line = re.sub(r"\b(MONTH|月份)\b", "2024-09", line).replace("版本号", "abc").replace("VERSION", "abc")
        command, context, left = found(shlex.split(line)[1:])
        if left or not hasattr(command, "commands"):
            known = {name for param in command.get_params(context) for name in [*param.opts, *param.secondary_opts]}
            if [word for word in left if not word.startswith("-")] and "--help" not in left:
                command.make_context(command.name, left)  # refuses what it does not take
            assert not [word for word in left if word.startswith("-") and word.split("=")[0] not in known], line


def test_chinese_and_english_have_the_same_commands_in_the_same_order():
    chinese, english = (
        [re.sub(r"[\u4e00-\u9fff]+", "", line) for line in re.findall(r"^hotline [^#\n]*[^#\s]", text, re.MULTILINE)]
        for text in ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.en.md"))
    )
    assert len(chinese) > 12 and chinese == english
    rules = [re.findall(r"^- applies_from.*?^```", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL) for name in ("README.md", "README.en.md")]  # fmt: skip
    bare = [re.sub(r"#.*|\s", "", rule) for (rule,) in rules]
    assert bare[0] == bare[1]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem if path.stem.isascii() else "docs")
def test_every_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
        assert "://" in target or (path.parent / target).exists(), target


def test_every_target_of_make_that_is_named_is_one():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for path in WRITTEN:
        named = re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))
        assert set(named) <= targets, path


@pytest.mark.parametrize("name", BATCH)
def test_windows_reads_the_start_in_any_encoding(name):
    """ASCII up to chcp, CRLF in every copy, jumps to labels that there are, and commands that there are."""
    raw = (ROOT / name).read_bytes()
    lines = raw.decode("utf-8").splitlines()
    (at,) = [n for n, line in enumerate(lines) if line.startswith("chcp 65001")]
    assert "".join(lines[:at]).isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") > 10
    if (ROOT / ".git").exists():
        told = subprocess.run(
            ["git", "check-attr", "eol", name], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        assert told.strip().endswith("eol: crlf")
    labels = {line[1:] for line in lines if re.fullmatch(r":[a-z]+", line)}
    assert set(re.findall(r"goto ([a-z]+)", "\n".join(lines))) <= labels
    for line in re.findall(r"-m hotline_lib ([a-z]+.*?)(?: \|\||$)", "\n".join(lines), re.MULTILINE):
        command, _, left = found(line.replace("%MONTH%", "2024-09").split())
        command.make_context(command.name, left)
