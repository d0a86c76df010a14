"""--help: every command, nothing cut, whatever the width; its examples are commands that there are."""

import re
import shlex
import subprocess
import sys

import pytest
from support import ROOT
from typer.main import get_command

from hotline_lib import __version__, cli
from hotline_lib.cli import reports, usage
from hotline_lib.cli.help import folded, told

ALL = get_command(cli.app)


def commands():
    for name, command in ALL.commands.items():
        yield from ([name, each] for each in getattr(command, "commands", ()))
        yield [name]


def found(words):
    """The command that these words call, its context, and the words that are left."""
    command, left = ALL, list(words)
    context = command.make_context("hotline", [], resilient_parsing=True)
    while left and left[0] in getattr(command, "commands", {}):
        command = command.commands[left[0]]
        context = type(context)(command, info_name=left.pop(0), parent=context)
    return command, context, left


@pytest.mark.parametrize("words", [[], *commands()], ids=" ".join)
def test_every_command_tells_what_it_is_for_with_examples_that_it_takes(words):
    command, context, _ = found(words)
    text = told(command, context, 80)
    assert re.search("[\u4e00-\u9fff]{4}", command.help) and not re.search(
        r"\b(?!hotline)[a-z]{3,} [a-z]{3,} [a-z]{3,}", text
    )
    assert [
        name for param in command.get_params(context) for name in param.opts if name[:2] == "--" and name not in text
    ] == []
    assert command.epilog
    for example in command.epilog.splitlines():
        assert example in text
        called, _, left = found(shlex.split(example)[1:])
        assert not words or called is command or hasattr(command, "commands")
        called.make_context(called.name, left)  # refuses what it does not take


@pytest.mark.parametrize("words", [*commands()], ids=" ".join)
def test_an_option_written_twice_is_refused_and_not_half_lost(words):
    command, _, _ = found(words)
    options = [param for param in command.params if param.param_type_name == "option" and not param.is_flag]
    needed = ["2024-09"] * sum(param.required for param in command.params if param.param_type_name == "argument")
    for param in options:
        said, others = (
            [],
            [word for each in options if each.required and each is not param for word in (each.opts[0], "甲")],
        )
        for value in ("甲", "1", "yes", "xlsx"):  # one of them is of its kind
            try:
                command.make_context(command.name, [*needed, *others, param.opts[0], value, param.opts[0], value])
            except Exception as error:
                said.append(usage.told(error))
        assert any("只能写一次" in each for each in said) != param.multiple, (param.opts, said)


def test_a_parameter_with_two_values_is_refused():
    with pytest.raises(Exception, match="「top」有两个值，请只留一个"):
        reports._parameters(["top=5", "top=10"])
    assert reports._parameters(["top=5", "month=2024-09", "top=5"]) == {"top": "5", "month": "2024-09"}


@pytest.mark.parametrize("width", [60, 80, 100])
def test_nothing_is_wider_than_the_terminal_and_nothing_is_cut(width):
    from rich.cells import cell_len

    for words in [[], *commands()]:
        command, context, _ = found(words)
        text = told(command, context, width)
        lines = [line for line in text.splitlines() if not line.startswith("  hotline ")]  # to be copied, in one line
        assert max(map(cell_len, lines)) <= width
        bare = re.sub(r"\s", "", text)
        for param in command.get_params(context):
            said = param.help.rstrip("）") if not param.opts[0].startswith(("--help", "--install", "--show")) else ""
            assert re.sub(r"\s", "", said) in bare
        assert re.sub(r"\s", "", command.help) in bare


def test_no_line_begins_with_a_sign_that_belongs_to_what_stands_before_it():
    for width in range(8, 40):
        lines = folded(
            "再运行一次（不加 --more），得到同样的工作簿。“甲”、“乙”：见 params/months/2024-09.yaml。", width
        )
        assert not [line for line in lines if line[0] in "，。；：）、"]
    assert folded("", 10) == [""]


def test_the_version_is_the_packages_and_the_newest_in_the_list_of_changes():
    (newest, *_) = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    (packaged,) = re.findall(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest == packaged == __version__
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0


def test_a_shell_completes_commands():
    environment = {"_HOTLINE_COMPLETE": "complete_bash", "COMP_WORDS": "hotline sim", "COMP_CWORD": "1", "PATH": ""}
    code = "import sys; sys.argv[0] = 'hotline'; from hotline_lib.cli import main; main()"
    made = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert made.stdout.split() == ["simulate"], made.stderr
