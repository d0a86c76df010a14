"""Whoever stands in an export, wherever, is neither shown nor stored outside the tickets. All people are invented."""

from __future__ import annotations

import pytest
from exports import LABELS, rows, table, write_csv, write_xlsx
from personal import PERSONAL, bare, named
from places import PLACES
from support import one_in
from test_canaries import everything

from hotline_lib.cli import main

TEXTS = [kind.text for kind in PERSONAL.values()]


@pytest.fixture
def hotline(desk, capsys):
    """The command intake: its exit code, and all that it said and left."""

    def command(*arguments: object) -> tuple[int, str]:
        folders = ["--data", str(desk.paths.data), "--output", str(desk.paths.output)]
        with pytest.raises(SystemExit) as ended:
            main(["intake", *map(str, arguments), "--month", "2024-09", *folders])
        said = capsys.readouterr()
        left = [text for folder in (desk.paths.data, desk.paths.output) for text in _texts(folder)]
        return int(ended.value.code or 0), "\n".join([said.out, said.err, *left])

    return command


def _texts(folder) -> list[str]:
    return [f"{name} {content.decode('utf-8', 'replace')}" for name, content in everything(folder)]


def test_there_are_sixty_nine_kinds_each_found_as_itself_alone():
    assert len(PERSONAL) == 69
    for name, kind in PERSONAL.items():
        assert named(kind.text) == {name}
        assert named(f"前{' '.join(bare(kind.tell))}后") == {name}
    assert not named("第 2 行「满意度评价」：（已隐去）不是这一列的值。JT2101002024090100000001 2024-09-01 08:00:00")


@pytest.mark.parametrize("column", one_in(12, LABELS))
def test_nobody_in_a_column_of_ours_comes_out(desk, hotline, column):
    spoilt = [row | {column: text} for row, text in zip(rows(*[{}] * len(TEXTS)), TEXTS, strict=True)]
    good = rows(*[{}] * (len(TEXTS) + 1))[-1]
    for file in (
        write_csv(desk.folder / "a.csv", table([*spoilt, good])),
        write_xlsx(desk.folder / "a.xlsx", table([*spoilt, good])),
    ):
        code, told = hotline(file)
        assert code == 1 and "没有导入任何工单" in told
        assert not named(told)
    code, told = hotline(file, "--accept-good")
    assert code == 0, told[:500]
    assert "拒收" in told and not named(told)
    assert good["ticket_id"] in desk.tickets()["ticket_id"].tolist()


@pytest.mark.parametrize("wrong", one_in(2, [False, True]), ids=["right", "with a wrong rating"])
@pytest.mark.parametrize("place", one_in(5, PLACES), ids=lambda place: place.__name__.replace("_", " "))
def test_nobody_in_another_place_comes_out(desk, hotline, place, wrong):
    files = place(desk.folder, TEXTS, wrong)
    for options in ((), ("--accept-good",)):
        code, told = hotline(*files, *options)
        assert code in (0, 1) and "程序出错" not in told, told[:500]
        assert not named(told)


def test_one_who_leaked_would_be_found(desk, hotline):
    """In full-width letters with spaces, in a file under output/."""
    (desk.paths.output / "intake").mkdir(parents=True)
    wide = " ".join(chr(ord(c) + 0xFEE0) for c in PERSONAL["mobile"].text)
    (desk.paths.output / "intake" / "a.csv").write_text(wide, encoding="utf-8")
    code, told = hotline(write_csv(desk.folder / "a.csv", table(rows({}))))
    assert code == 0 and named(told) == {"mobile"}
