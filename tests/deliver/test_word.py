"""bulletin.docx, read back with python-docx, and as LibreOffice sets it on paper."""

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from PIL import Image
from support import MONTH

from hotline_lib import bulletin, open_month
from hotline_lib.deliver.word import write_word
from hotline_lib.deliver.word.xml import run
from hotline_lib.present._tables import Table

ANNEXES = ("indicators", "spot_checks", "units")


@pytest.fixture(scope="module")
def month(september):
    return open_month(MONTH, september)


@pytest.fixture(scope="module")
def file(month, tmp_path_factory):
    return write_word(month, tmp_path_factory.mktemp("word"))


@pytest.fixture(scope="module")
def document(file):
    return Document(file)


@pytest.fixture(scope="module")
def other(province):
    return open_month("2025-03", province)


@pytest.fixture(scope="module")
def other_file(other, tmp_path_factory):
    return write_word(other, tmp_path_factory.mktemp("other"))


def lines(document):
    return [paragraph.text for paragraph in document.paragraphs]


def styled(document, style):
    return [paragraph for paragraph in document.paragraphs if paragraph.style.style_id == style]


def whole_text(document):
    """All that a reader sees, tables, headers and footers too."""
    parts = [document.element.body]
    for section in document.sections:
        parts += [each._element for each in (section.header, section.footer, section.even_page_header)]
    return "\n".join(text.text or "" for part in parts for text in part.iter(qn("w:t")))


def inner(section):
    """Width and height of the type area, in mm."""
    wide = section.page_width - section.left_margin - section.right_margin
    high = section.page_height - section.top_margin - section.bottom_margin
    return round(wide / Mm(1), 1), round(high / Mm(1), 1)


def test_page_and_grid_are_the_standards(document):
    first, second, *others = document.sections
    for section in (first, *others):
        assert (section.page_width, section.page_height) == (
            pytest.approx(Mm(210), abs=640),
            pytest.approx(Mm(297), abs=640),
        )
        assert section.top_margin == pytest.approx(Mm(37), abs=640)  # a twip
        assert section.left_margin == pytest.approx(Mm(28), abs=640)
        assert inner(section) == (156, 225)
    assert second.orientation == WD_ORIENT.LANDSCAPE
    assert inner(second) == (225, 156)
    assert second.page_width > second.page_height
    for section in document.sections:
        (grid,) = section._sectPr.xpath("w:docGrid")
        pitch = int(grid.get(qn("w:linePitch")))
        assert 22 * pitch <= 225 / 25.4 * 1440 < 22 * (pitch + 1)


@pytest.mark.parametrize(
    ("style", "font", "points"),
    [
        ("Normal", "仿宋_GB2312", 16),
        ("BodyText", "仿宋_GB2312", 16),
        ("Title", "方正小标宋简体", 22),
        ("Heading1", "黑体", 16),
        ("AnnexMark", "黑体", 16),
        ("AnnexTitle", "方正小标宋简体", 22),
        ("Footer", "宋体", 14),
        ("Imprint", "仿宋_GB2312", 14),
    ],
)
def test_type_is_the_standards(document, style, font, points):
    (found,) = (each for each in document.styles if each.style_id == style)
    fonts = found.element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == font
    assert not [name for name in dict(fonts.attrib) if name.endswith("Theme")], "a theme's font would win"
    assert found.font.size == Pt(points)
    assert not found.font.bold


def test_body_is_22_lines_of_28_characters(document):
    normal, body = document.styles["Normal"], document.styles["Body Text"]
    assert normal.paragraph_format.line_spacing == Pt(28.95)
    (spacing,) = body.element.rPr.xpath("w:spacing")
    character = 16 + int(spacing.get(qn("w:val"))) / 20
    assert all(
        each.element.rPr.xpath("w:spacing")[0].get(qn("w:val")) == "0"
        for each in document.styles
        if each.name not in ("Normal Table",) and each.font.size != Pt(16)
    )
    assert 28 * character <= 156 / 25.4 * 72 < 29 * character
    (indent,) = body.element.pPr.xpath("w:ind")
    assert indent.get(qn("w:firstLineChars")) == "200"
    assert normal.element.pPr.xpath("w:jc")[0].get(qn("w:val")) == "both"


def test_a_machine_without_the_fonts_knows_what_stands_in(file):
    with zipfile.ZipFile(file) as archive:
        fonts = archive.read("word/fontTable.xml").decode()
    for name, other in (("仿宋_GB2312", "仿宋"), ("方正小标宋简体", "宋体"), ("楷体_GB2312", "楷体")):
        assert re.search(rf'w:name="{name}"[^/]*<w:altName w:val="[^"]*\b{other}\b', fonts), name


def test_it_is_chinese_and_does_not_ask_to_be_updated(file, document):
    (language,) = document.styles.element.xpath("w:docDefaults//w:lang")
    assert language.get(qn("w:eastAsia")) == "zh-CN"
    assert document.core_properties.language == "zh-CN"
    with zipfile.ZipFile(file) as archive:
        settings = archive.read("word/settings.xml").decode()
    assert "updateFields" not in settings
    assert 'compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"' in settings


def test_pages_are_numbered_outside_by_odd_and_even(document):
    assert document.settings.odd_and_even_pages_header_footer
    first = document.sections[0]
    for footer, side in ((first.footer, "right"), (first.even_page_footer, "left")):
        (paragraph,) = footer.paragraphs
        assert paragraph.text == "— 1 —"
        assert [code.text.strip() for code in paragraph._p.iter(qn("w:instrText"))] == ["PAGE"]
        assert paragraph._p.pPr.jc.get(qn("w:val")) == side
        assert paragraph._p.pPr.ind.get(qn(f"w:{side}Chars")) == "100"
    assert all(section.footer.is_linked_to_previous for section in document.sections[1:])


def test_the_head_says_who_what_when_and_that_tickets_are_simulated(document, month):
    text = lines(document)
    assert text[0] == "模拟工单：由公开月报的数字逐项还原，不含任何真实来电"
    assert text[1:5] == ["辽宁省12328交通运输服务监督热线", "12328热线运行情况分析", "2024年9月", "（工作动态）"]
    assert text[5] == "辽宁省交通运输厅运输处\t2024年10月14日"
    assert all(
        header.paragraphs[0].text == "模拟工单"
        for header in (document.sections[0].header, document.sections[0].even_page_header)
    )
    for paragraph in document.paragraphs[:2]:
        assert str(paragraph.style.font.color.rgb) == "C00000"
    (rule,) = styled(document, "Issued")[0].style.element.xpath(".//w:pBdr/w:bottom")
    assert rule.get(qn("w:color")) == "C00000"
    assert not styled(document, "Issued")[0].style.element.xpath(".//w:ind[@w:left != '0']"), "as wide as the type area"


def test_what_matters_comes_first(document, month):
    text, found = lines(document), bulletin.findings(month).found
    at = text.index("本月要点")
    assert text[at + 1 : at + 1 + len(found)] == [
        f"{number}.{each.title}。{each.text}{each.todo}" for number, each in enumerate(found, 1)
    ]
    assert [each.text for each in styled(document, "TableTitle")] == ["15个单位一览", "业务类型", "业务领域"]
    rows = cells_of(document.tables[0])
    assert ["营口", "●未上报"] in [[row[0], row[1].replace(" ", "")[:4]] for row in rows] and len(rows) == 17
    assert any("●关注：一项指标失3分及以上" in line for line in text)


def test_no_line_parts_a_number_from_its_unit(file):
    with zipfile.ZipFile(file) as archive:
        settings = archive.read("word/settings.xml").decode()
    before = re.search(r'noLineBreaksBefore w:lang="zh-CN" w:val="([^"]*)"', settings)[1]
    after = re.search(r'noLineBreaksAfter w:lang="zh-CN" w:val="([^"]*)"', settings)[1]
    assert set("件分个万。，") <= set(before) and set("图第（") <= set(after)


def test_sections_are_headings_in_order(document, month):
    headings = [section.heading for section in bulletin.outline(month) if section.heading]
    assert [each.text for each in styled(document, "Heading1")] == ["本月要点", *headings[:7]]
    marks, titles = (styled(document, style) for style in ("AnnexMark", "AnnexTitle"))
    assert [f"{mark.text}　{title.text}" for mark, title in zip(marks, titles, strict=True)] == headings[7:]
    assert {title.style.base_style.style_id for title in titles} == {"Heading1"}
    assert document.styles["Heading 1"].paragraph_format.keep_with_next


@pytest.mark.parametrize("which", ["month", "other"])
def test_every_word_of_the_outline_is_there(request, which):
    m = request.getfixturevalue(which)
    text = lines(Document(request.getfixturevalue("file" if which == "month" else "other_file")))
    for section in bulletin.outline(m):
        for part in section.parts:
            if isinstance(part, Table):
                continue
            wanted = [part.heading] if hasattr(part, "heading") else repr(part).split("\n")  # as it is shown
            assert not [line for line in map(str.strip, wanted) if line and line not in text], part
    end = lines(Document(request.getfixturevalue("file" if which == "month" else "other_file")))
    assert [line for line in end if line.startswith(("报送", "分送"))] == [
        line for line in bulletin.closing(m).plain.split("\n") if line.startswith(("报送", "分送"))
    ]


def test_what_nobody_wrote_is_seen(other_file, other):
    found = styled(Document(other_file), "Gap")
    assert [each.text for each in found] == bulletin.texts_missing(other.params)
    assert len(found) == 3
    assert all(each.text.startswith("待补充") and str(each.style.font.color.rgb) == "C00000" for each in found)


def test_what_is_open_inside_a_sentence_is_seen(month, tmp_path):
    own = month.params.month.model_copy(update={"test_calls": None})
    open_ = replace(month, params=month.params.model_copy(update={"month": own}))
    told = [
        run
        for each in styled(Document(write_word(open_, tmp_path)), "BodyText")
        for run in each.runs
        if "待补充" in run.text
    ]
    assert len(told) >= 2 and all(run.text == "待补充" and str(run.font.color.rgb) == "C00000" for run in told)


def test_annexes_are_listed_before_them(document, month):
    text = lines(document)
    at = next(place for place, line in enumerate(text) if line.startswith("附件："))
    names = [section.heading.split("　")[1] for section in bulletin.outline(month)[-3:]]
    assert text[at : at + 3] == [f"附件：1.\t{names[0]}", f"2.\t{names[1]}", f"3.\t{names[2]}"]
    assert text[at + 3] == "附件1"


def cells_of(table):
    return [[cell.text.replace("\n", "") for cell in row.cells] for row in table.rows]


@pytest.mark.parametrize(("place", "name"), list(enumerate(ANNEXES, start=3)))
def test_every_cell_of_the_annexes_is_there(document, month, place, name):
    made = bulletin.files(month)[name]
    head, *rows = cells_of(document.tables[place])
    shown = [column for column in made.columns if column.in_page]
    for words, column in zip(head, shown, strict=True):
        assert (column.title or column.head).replace("\n", "") in words
        assert column.unit in words
    signs = str.maketrans("", "", "▲▼①")
    assert [[words.translate(signs) for words in row] for row in rows] == made.cells()
    if name == "indicators":
        assert len(head) == 3 + 17
    if name == "units":
        assert rows[0][1] == "省交投①"
        assert rows[0][-1] == "▲+31.47"
        assert any("①同比：印刷本+7.04%，应为+31.47%（勘误）。" in line for line in lines(document))


def test_tables_of_the_text_have_their_cells(document, month):
    for place, name in enumerate(("business_types", "domains"), start=1):
        assert cells_of(document.tables[place])[1:] == bulletin.files(month)[name].cells()


def test_heads_repeat_rows_hold_and_nothing_is_wider_than_the_page(document):
    for place, table in enumerate(document.tables):
        first, *others = (row._tr for row in table.rows)
        assert first.xpath("w:trPr/w:tblHeader")
        assert not [row for row in others if row.xpath("w:trPr/w:tblHeader")]
        assert all(row.xpath("w:trPr/w:cantSplit") for row in (first, *others))
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
        room = (225 if place == 3 else 156) / 25.4 * 1440
        assert sum(widths) == pytest.approx(room, abs=len(widths))
        assert table._tbl.xpath(".//w:sz[@w:val >= 13]"), "6.5 pt at least"
        assert not table._tbl.xpath(".//w:sz[@w:val < 13]")
        # Word makes a line as high as the mark at its end: that must not be larger than the words
        assert len({mark.get(qn("w:val")) for mark in table._tbl.xpath(".//w:sz")}) == 1
        assert len(table._tbl.xpath(".//w:pPr/w:rPr/w:sz")) == len(table._tbl.xpath(".//w:p"))


def test_totals_are_bold_below_a_rule_and_figures_stand_flush(document):
    last = document.tables[1].rows[-1]
    assert all(run.bold for cell in last.cells for run in cell.paragraphs[0].runs)
    assert all(cell._tc.xpath("w:tcPr/w:tcBorders/w:top") for cell in last.cells)
    assert [cell.paragraphs[0]._p.pPr.jc.get(qn("w:val")) for cell in last.cells] == ["left"] + ["right"] * 4
    assert all(cell.paragraphs[0]._p.pPr.jc.get(qn("w:val")) == "center" for cell in document.tables[1].rows[0].cells)
    *_, subtotal, total = document.tables[
        -1
    ].rows  # of annex 3: the ink rule stands above the total, not above 其中14市
    ruled = [row.cells[0]._tc.xpath("w:tcPr/w:tcBorders/w:top") for row in (subtotal, total)]
    assert [bool(each) for each in ruled] == [False, True]


def test_a_grouped_head_has_two_rows(month):
    from hotline_lib.deliver.word.tables import table
    from hotline_lib.present._tables import Column

    frame = bulletin.units(month).table.frame
    columns = [Column("单位", "unit", "text"), Column("甲", "tickets", group="合"), Column("乙", "of", group="合")]
    made = table(Table(frame, columns), 400)
    assert len(made.xpath("w:tr[w:trPr/w:tblHeader]")) == 2
    assert len(made.xpath(".//w:vMerge")) == 2
    assert [span.get(qn("w:val")) for span in made.xpath(".//w:gridSpan")] == ["2"]


def test_annex_1_lies_across_and_each_annex_has_a_page(document):
    order = [child for child in document.element.body if child.tag == qn("w:tbl")]
    before = [
        sum(1 for each in table.itersiblings(preceding=True) if each.xpath("self::w:p[w:pPr/w:sectPr]"))
        for table in order
    ]
    assert before == [0, 0, 0, 1, 2, 3]  # tables by section: the second is landscape
    assert document.sections[1].orientation == WD_ORIENT.LANDSCAPE
    # the imprint stands on the last even page, and no page between two annexes is empty
    assert [section.start_type for section in document.sections][1:] == [
        WD_SECTION.EVEN_PAGE,
        WD_SECTION.NEW_PAGE,
        WD_SECTION.EVEN_PAGE,
    ]
    marks = styled(document, "AnnexMark")
    assert [bool(mark._p.xpath("w:pPr/w:pageBreakBefore")) for mark in marks] == [False, False, False]


def test_pictures_have_words_and_are_sharp(document, month):
    pictures = document.element.body.xpath(".//wp:inline")
    assert [each.docPr.get("name") for each in pictures] == [f"图{number}" for number in range(1, 7)]
    assert pictures[1].docPr.get("descr") == bulletin.units(month).chart.alt
    drill = bulletin.top_issues(month, "complaint").chart
    assert pictures[5].docPr.get("descr").split("\n") == [drill.alt, *drill.details]
    for each in pictures:
        (blip,) = each.xpath(".//a:blip")
        blob = document.part.related_parts[blip.get(qn("r:embed"))].blob
        inches = each.extent.cx / 914400
        assert inches * 25.4 <= 156
        assert Image.open(io.BytesIO(blob)).width / inches >= 200
        paragraph = each.getparent().getparent().getparent()
        assert paragraph.pPr.pStyle.val == "Picture", "whose line grows with the picture, and which keeps its caption"
    (style,) = (each for each in document.styles if each.style_id == "Picture")
    assert style.paragraph_format.keep_with_next
    assert style.paragraph_format.line_spacing == 1


def test_captions_count_by_themselves(document):
    captions = styled(document, "Caption")
    codes = [[code.text.strip() for code in each._p.iter(qn("w:instrText"))] for each in captions]
    assert codes == [["SEQ 图 \\* ARABIC"]] * 6
    assert [re.match(r"图(\d)　\S", each.text)[1] for each in captions] == list("123456")
    for each in captions:
        kinds = [mark.get(qn("w:fldCharType")) for mark in each._p.iter(qn("w:fldChar"))]
        assert kinds == ["begin", "separate", "end"]


def test_properties_come_from_the_month(document):
    about = document.core_properties
    assert about.title == "辽宁省12328热线运行情况分析（2024年9月）"
    assert about.author == about.last_modified_by == "辽宁省交通运输厅运输处"
    assert about.created.replace(tzinfo=None) == about.modified.replace(tzinfo=None) == dt.datetime(2024, 10, 1)


def test_the_same_month_gives_the_same_bytes(file, month, tmp_path):
    assert write_word(month, tmp_path).read_bytes() == file.read_bytes()


def test_real_tickets_are_not_called_simulated(month, tmp_path):
    params = month.params.model_copy(update={"month": month.params.month.model_copy(update={"issued": None})})
    real = replace(month, params=params, inputs=tuple(replace(each, simulated=False) for each in month.inputs))
    document = Document(write_word(real, tmp_path))
    assert "模拟" not in whole_text(document) + document.core_properties.comments
    assert lines(document)[0] == "辽宁省12328交通运输服务监督热线"
    assert lines(document)[4].split("\t") == ["辽宁省交通运输厅运输处", "印发日期待补充"]


def test_characters_that_no_file_of_word_may_have_are_left_out():
    assert run("甲\x0b\x00乙\x07").text == "甲乙"


def test_nothing_is_left_of_the_template(file):
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        everything = b"".join(map(archive.read, names))
    assert not [name for name in names if "thumbnail" in name or "customXml" in name]
    assert b"python-docx" not in everything and b"ja-JP" not in everything


def test_another_province_has_its_own(other_file):
    document = Document(other_file)
    words = whole_text(document) + "".join(each.get("descr") for each in document.element.body.xpath(".//wp:docPr"))
    words += document.core_properties.title + document.core_properties.author
    assert "云岭省出行服务热线" in words and "附件2从略。" in words
    for name in ("辽宁", "沈阳", "省交投"):
        assert name not in words
    assert len(document.element.body.xpath(".//wp:inline")) == 6


@pytest.mark.skipif(shutil.which("soffice") is None or shutil.which("pdftotext") is None, reason="needs LibreOffice")
def test_on_paper_no_cell_is_cut(file, month, tmp_path):
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, file]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "bulletin.pdf", "-"], check=True, capture_output=True, timeout=60
    ).stdout.decode()
    *pages, after = text.split("\f")
    assert not after.strip()
    squeezed = ["".join(page.split()) for page in pages]
    assert all(len(page) > 40 for page in squeezed), "no empty page"
    starts = [next(at for at, page in enumerate(squeezed) if f"附件{number}9月" in page[:60]) for number in (1, 2, 3)]
    assert starts == [len(pages) - 3, len(pages) - 2, len(pages) - 1]  # a page each, the last with the imprint
    assert 12 <= len(pages) <= 20
    for start, name in zip(starts, ANNEXES, strict=True):
        cells = {words for row in bulletin.files(month)[name].cells() for words in row}
        pieces = {piece for words in cells for piece in re.split(r"(?<=、)", "".join(words.split())) if piece}
        assert not [piece for piece in pieces if piece not in squeezed[start]], name
    assert "报送：各位厅领导" in squeezed[-1] and "省交投集团" in squeezed[-1]
    numbers = [re.search(r"—(\d+)—", page)[1] for page in squeezed]
    numbers = [int(number) for number in numbers]  # an empty face before the annexes is not printed
    assert numbers == sorted(set(numbers)) and numbers[-1] % 2 == 0 and numbers[-1] - len(pages) <= 1


WRITTEN = """## 一、会议
一是**“三个清单”**；二是*重点*。

1. 甲市
   - 内项

见![图](a.png)、<b>粗</b>"""


def test_what_people_write_is_set_as_on_the_page(month, tmp_path):
    params = month.params.model_copy(update={"folder": tmp_path})
    shutil.copytree(month.params.folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "months" / MONTH / "cases.md").write_text(WRITTEN, encoding="utf-8")
    document = Document(write_word(replace(month, params=params), tmp_path))
    own = [each.text for each in bulletin.cases(replace(month, params=params)).blocks]
    at = lines(document).index("一、会议")
    assert lines(document)[at : at + len(own)] == own
    assert own[-1] == "见![图](a.png)、<b>粗</b>" and own[2:4] == ["1.甲市", "•内项"]
    heading, first = document.paragraphs[at : at + 2]
    assert heading.style.style_id == "Heading2"
    assert [(run.text, run.bold, run.italic) for run in first.runs] == [
        ("一是", None, None), ("“三个清单”", True, None), ("；二是", None, None), ("重点", None, True), ("。", None, None),
    ]  # fmt: skip
