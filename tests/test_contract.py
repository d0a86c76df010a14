"""A finished page runs nothing and loads nothing, however that is spelt; and no process of ours knows the mail's password."""

import ast

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from support import ROOT, within

from hotline_lib.batch import pages
from hotline_lib.batch.export import PageContext, export_html
from hotline_lib.batch.failure import Failure, PageError
from hotline_lib.contract import breach, closes
from hotline_lib.processes import MAIL_PASSWORD, child_environment

RUNS = [
    "<script>1</script>", "<SCRIPT src=x>", "<svg><script>1</script></svg>", "<svg onload=1>", "<p onclick='1'>", "<p ONMOUSEOVER=1>",
    "<img src='data:image/png;base64,AA==' onerror=1>", "<a href='javascript:1'>x</a>", "<a href=' java&#10;script:1'>x</a>",
    "<a href='&#106;avascript:1'>x</a>", "<a href='data:text/html,x'>x</a>", "<details ontoggle=1 open>", "<body onload=1>",
    "<math><a xlink:href='javascript:1'>x</a></math>", "<table><tr><td/onclick=1>", "<template><script>1</script></template>",
    "<img src='data:image/svg+xml,x'>", "<p style='a:expression(1)'>", "<p style='behavior:x'>", "<p style='-moz-binding:x'>",
]  # fmt: skip
LOADS = [
    "<img src='http://example.invalid/a.png'>", "<img src='//example.invalid/a.png'>", "<img src='a.png'>", "<img srcset='a.png 2x'>",
    "<link rel=stylesheet href=a.css>", "<base href='x'>", "<iframe srcdoc=x></iframe>", "<iframe src=x>", "<object data=x>", "<embed src=x>",
    "<form action=x><input></form>", "<input type=image src=x>", "<button formaction=x>", "<meta http-equiv=refresh content='0;url=x'>",
    "<video poster=x>", "<audio src=x>", "<table background=x><tr><td>1", "<a href='https://example.invalid'>x</a>",
    "<a href='\\\\example.invalid'>x</a>", "<a href='#x' ping=x>x</a>", "<p style='background:url(x)'>", "<p style='background:u\\72l(x)'>",
    "<style>@import 'x'</style>", "<style>@IM\\50ORT 'x'</style>", "<style>a{b:image-set('x' 1x)}</style>", "<style>a{b:url(x</style>",
    "<style>@media print{a{b:url('x')}}</style>", "<noscript><img src=x></noscript>",
    "<svg><image href=x /></svg>", "<portal src=x>", "<marquee>x</marquee>",
]  # fmt: skip
FINE = [
    "<p class='lead' title='a>b'>1件</p>", "<table border='1'><thead><tr><th>甲</th></tr></thead><tr><td style='text-align:right'>1</table>",
    "<a href='#s1-1' data-why='x onload=1'>1</a>", "<a href='../previous/a.html'>x</a>", "<img src='data:image/png;base64,AA==' alt='http://x'>",
    "<style>td{color:red} p::after{content:'\\25cf'} @media print{p{color:red}}</style>", "<details><summary>x</summary><p>y</details>",
    "&lt;script&gt;", "<ruby>字<rt>zi</rt></ruby>", "<p>url(x) @import javascript:1</p>",
]  # fmt: skip
SPILLS = [
    "<b>x",
    "</div>",
    "</div><div>",
    "<!-- x",
    "<style>a{",
    "<table><tr><td>",
    "</section>",
    "</main>",
    "<title>",
    "<div>" * 50,
]
CELL = 7
PAGE = PageContext("题", "2024年9月", "热线")


@pytest.mark.parametrize("html", [*RUNS, *LOADS])
def test_what_runs_or_loads_is_found(html):
    words = breach(f"<!DOCTYPE html><html lang='zh-CN'><body><p>{html}</p></body></html>")
    assert words and "：" in words and "example" not in words
    assert breach(html, mail=True)


@pytest.mark.parametrize("html", FINE)
def test_what_does_neither_is_let_through(html):
    assert breach(html) is None and closes(html)


def test_only_a_mail_has_pictures_that_it_carries():
    html = "<img src='cid:units@hotline.invalid' alt='x'>"
    assert breach(html, mail=True) is None and breach(html)


@pytest.mark.parametrize("html", SPILLS)
def test_what_spills_over_its_end_is_found(html):
    assert not closes(html)


@pytest.mark.parametrize("html", ["<div>" * 300_000, "<div>" * 100_000 + "</div>" * 100_000, "<b>" * 300_000])
def test_a_page_that_would_take_for_ever_is_not_parsed(html):
    with within(10):
        assert breach(html) and not closes(html)


def test_words_never_repeat_what_is_no_name():
    for html in ("<x139-0000-1234>", "<王小明>", "<p on13900001234=1>", "<a王小明13900001234>"):
        assert "1390000" not in (breach(html) or "") and "王小明" not in (breach(html) or "")


def book(*printed: str):
    """A notebook whose CELL-th cell prints that; one cell before it was injected and is not in the analyst's file."""
    cells = [new_markdown_cell(f"## 第{at}节") for at in range(1, CELL)]
    cells.insert(1, new_code_cell("month = 1", metadata={"tags": ["injected-parameters"]}))
    outputs = [
        new_output("display_data", data={"text/html": html, "text/plain": "x"}) for html in ("<p>好</p>", *printed)
    ]
    return new_notebook(cells=[*cells, new_code_cell("show()", outputs=outputs)])


@pytest.mark.parametrize("html", [RUNS[0], LOADS[5], LOADS[-2], SPILLS[3], RUNS[4]])
def test_the_cell_that_breaks_a_page_is_named(html):
    notebook = book(html)
    with pytest.raises(PageError) as raised:
        pages._hold(export_html(notebook, PAGE), notebook)
    failure = Failure.of(raised.value)
    assert failure.cell_number == CELL and failure.cell_source == "show()" and not failure.traceback
    assert failure.in_one_line.startswith(f"第 {CELL} 个单元格：它的输出不能放进网页：")


def test_a_page_of_ours_is_held_to_it_even_if_no_cell_is_to_blame():
    notebook = book()
    page = export_html(notebook, PAGE)
    pages._hold(page, notebook)
    with pytest.raises(PageError, match="这一页不能打开"):
        pages._hold(page.replace("<h1>", "<h1 onclick=1>"), notebook)


def test_no_process_of_ours_is_told_the_mails_password(monkeypatch):
    monkeypatch.setenv(MAIL_PASSWORD, "秘密")
    monkeypatch.setenv("PGPASSWORD", "of the tickets' database, which notebooks ask")
    given = child_environment(MORE="1")
    assert MAIL_PASSWORD not in given and given["MORE"] == "1" and "PGPASSWORD" in given
    starts = {f"subprocess.{name}" for name in ("run", "Popen", "call", "check_call", "check_output")}
    for file in (ROOT / "hotline_lib").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in starts:
                assert "env" in {keyword.arg for keyword in node.keywords}, f"{file.name}:{node.lineno}"
