"""Every form of file gives the same figures; what cannot be read says why and how to mend it."""

import random
import sys
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import worded
import wordings
from docx import Document as Word
from support import ROOT, one_in, within

from hotline_lib.errors import HotlineError
from hotline_lib.processes import MOST_MEMORY
from hotline_lib.proofread import proofread, show
from hotline_lib.proofread.read import blocks_of, plain, read
from hotline_lib.text_files import MOST_BYTES

reading = sys.modules["hotline_lib.proofread.read"]  # the package has a function of that name

HEAD, SENTENCE = "一、总体情况", "本月共受理工单1,250件，其中咨询1,000件，占80.00%；投诉250件，占20.00%。"
ROWS = [["类别", "件数", "占比"], ["咨询", "1,000", "80.00%"], ["投诉", "250", "20.00%"], ["合计", "1,250", "100.00%"]]


def as_word(path):
    document = Word()
    document.add_heading(HEAD, 1)
    document.add_paragraph(SENTENCE)
    table = document.add_table(len(ROWS), len(ROWS[0]))
    for at, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            table.cell(at, column).text = cell
    document.save(path)


def as_page(path):
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    path.write_text(
        f"<html><head><title>x</title><style>p{{}}</style></head><body><h2>{HEAD}</h2><p>{SENTENCE}</p><table>{rows}</table></body></html>",
        encoding="utf-8",
    )


def as_markdown(path):
    rows = ["| " + " | ".join(row) + " |" for row in ROWS]
    path.write_text("\n".join([f"## {HEAD}", "", SENTENCE, "", rows[0], "|---|---|---|", *rows[1:]]), encoding="utf-8")


def as_text(path):
    cells = "\n\n".join("\n".join(f"\t{cell}" for cell in row) for row in ROWS)
    path.write_text(f"{HEAD}\n\n{SENTENCE}\n{cells}\n", encoding="gb18030")


def as_book(path):
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("总体情况")
        for at, row in enumerate([[SENTENCE], *ROWS]):
            sheet.write_row(at, 0, row)


def as_pdf(path):
    import matplotlib
    from matplotlib.figure import Figure

    from hotline_lib.present._style import drawing, font_family

    with drawing(bare=True), matplotlib.rc_context({"pdf.fonttype": 42}):
        figure = Figure((9, 6))
        lines = [HEAD, SENTENCE[:20], SENTENCE[20:]]
        for at, line in enumerate(lines):
            figure.text(0.05, 0.9 - 0.06 * at, line, family=font_family())
        for at, row in enumerate(ROWS):
            for column, cell in enumerate(row):
                figure.text(0.05 + 0.3 * column, 0.6 - 0.06 * at, cell, family=font_family())
        figure.savefig(path, format="pdf")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.docx", as_word),
        ("a.html", as_page),
        ("a.md", as_markdown),
        ("a.txt", as_text),
        ("a.xlsx", as_book),
        ("a.pdf", as_pdf),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_every_form_gives_the_same_figures(name, write, tmp_path):
    write(tmp_path / name)
    document = proofread(tmp_path / name)
    assert [str(figure.value) for figure in document.figures] == [
        "1250", "1000", "80.00", "250", "20.00", "1000", "250", "1250", "80.00", "20.00", "100.00",
    ]  # fmt: skip
    assert not document.findings
    assert document.held >= 10


def test_a_slip_is_found_in_every_cell_of_a_word_table(tmp_path):
    as_word(tmp_path / "a.docx")
    document = Word(tmp_path / "a.docx")
    document.tables[0].cell(1, 1).text = "1,100"
    document.save(tmp_path / "b.docx")
    assert proofread(tmp_path / "b.docx").faulty


def test_cells_that_span_several_stand_in_each(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(
        "<table><tr><th rowspan=2>县区</th><th colspan=2>投诉</th></tr><tr><th>件数</th><th>占比</th></tr>"
        "<tr><td>甲县</td><td>30</td><td>60.0%</td></tr><tr><td>乙县</td><td>20</td><td>40.0%</td></tr>"
        "<tr><td>合计</td><td>50</td><td>100.0%</td></tr></table>", encoding="utf-8",
    )  # fmt: skip
    assert read(path)[0].rows[:2] == [["县区", "投诉", "投诉"], ["县区", "件数", "占比"]]
    document = proofread(path)
    assert not document.findings and document.held >= 5


def test_full_width_signs_are_one_with_the_narrow():
    assert plain("１，２５０件，占８０．５％（其中）") == "1,250件，占80.5%（其中）"
    assert plain("⼯单⻋") == "工单车"


def test_lines_broken_inside_words_are_joined():
    text = "本月共受理工单1000件，其中咨询800件，占80.0%，投\n诉200件，占20.0%。\n"
    document = proofread(blocks_of(text))
    assert [figure.label for figure in document.figures if figure.kind == "count"][1:] == ["咨询", "投诉"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.doc", b"x", "另存为 .docx"),
        ("missing.txt", None, "找不到文件"),
        ("a.docx", b"no zip", "打不开"),
        ("a.pdf", b"%PDF-no", "打不开"),
        ("a.xlsx", (ROOT / "tests/intake/password.xlsx").read_bytes()[:3000], "打不开"),  # its reader panics
        ("a.txt", b"", "没有可读的文字"),
        ("a.txt", b"\xff\xfe\x00\x81\xff", "编码"),
    ],
)
def test_what_cannot_be_read_says_why(name, content, says, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(HotlineError, match=says):
        read(tmp_path / name)


def test_a_document_without_a_figure_is_not_called_right(tmp_path):
    (tmp_path / "a.txt").write_text("运行总体平稳。", encoding="utf-8")
    with pytest.raises(HotlineError, match="没有读到一个数"):
        proofread(tmp_path / "a.txt")


def test_forty_pages_take_seconds():
    page = "\n\n".join([wordings.HEBEI, wordings.PANZHIHUA, *wordings.CLEAN.values()])
    text = "\n\n".join(
        f"第{chapter}章\n\n" + page.replace("一、", f"{chapter}、") for chapter in "一二三四五六七八九十" * 2
    )
    assert len(text) > 40 * 900  # signs on a page
    with within(25):
        proofread(blocks_of(text))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_text_and_pages_are_read_in_any_encoding(name, encoding, tmp_path):
    text = f"<html><head><meta charset='gb2312'></head><p>{SENTENCE}</p></html>" if name == "a.html" else SENTENCE
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert len(proofread(tmp_path / name).figures) == 5


def test_what_unpacks_to_more_than_a_bulletin_is_refused(tmp_path):
    with ZipFile(tmp_path / "a.docx", "w", ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"0" * (11 * MOST_BYTES))
    with pytest.raises(HotlineError, match="大得不像一份月报"):
        read(tmp_path / "a.docx")


def test_a_workbook_is_read_with_so_much_memory_and_no_more():
    resource = pytest.importorskip("resource")
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resource, "setrlimit", lambda kind, limits: asked.append(limits[0]))
        patch.setattr("os.dup2", lambda *_: None)
        reading._silent()
    assert MOST_MEMORY in asked


def test_what_people_write_is_read_for_its_signs():
    document = proofread(
        blocks_of("六、做法\n\n共检查企业52家。召开了“片区会,，布置了工作。\n\n锦山、盘山、大山、营山、鞍山等6市参加。")
    )
    assert any("不成对" in words for _, words in document.remarks)
    assert "文字" in "\n".join(show.lines(document)) and not document.faulty


def test_narrow_signs_throughout_are_a_manner():
    assert not proofread(
        blocks_of("一二三,四五六,七八九,甲乙丙,丁戊己,庚辛壬,子丑寅,卯辰巳,午未申,酉戌亥,共3件,完。")
    ).remarks


def test_a_heading_of_markdown_is_one_however_long():
    text = "## 一、" + "本月受理情况" * 8 + "\n\n共受理3件。"
    assert [(block.text[0], block.chapter[:2]) for block in blocks_of(text)] == [("一", "一、"), ("共", "一、")]


def test_a_table_of_numbers_alone_is_let_pass():
    assert not proofread(blocks_of("| 1 | 2 |\n|---|---|\n| 3 | 4 |\n| 5 | 6 |\n")).findings


@pytest.mark.parametrize("seed", one_in(8, range(80)))
def test_whatever_a_document_holds_there_is_an_answer(seed):
    rng = random.Random(seed)
    texts = [wordings.HEBEI, wordings.TANGSHAN, *wordings.CLEAN.values(), *(text for text, *_ in worded.PAIRS.values())]
    bits = [
        *"占%件；。、|（），至近成倍万亿",
        "第",
        "其中",
        "共",
        "\n",
        "百分之",
        "持平",
        "前3位分别为：",
        "第0位",
        "-100%",
        "0",
        "日均",
    ]
    signs = list("\n\n".join(rng.sample(texts, 8)))
    for _ in range(120):
        signs[rng.randrange(len(signs))] = rng.choice(bits)
    document = proofread(blocks_of("".join(signs)))
    assert show.page(document, "") and show.as_json(document) and show.lines(document)
