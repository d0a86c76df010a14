"""The mail's body in Chromium with every <style> taken out, at a desk's width and on a phone: legible, nothing cut off."""

import os
import re
from email import message_from_bytes, policy

import pytest
from browsers import CHROMIUM, sync_playwright
from support import MONTH

from hotline_lib import open_month
from hotline_lib.deliver.mail import Files, write_draft

SMALLEST = 12  # px
LOOK = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node; (node = texts.nextNode());) {
    if (!node.textContent.trim()) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const boxes = [...range.getClientRects()], style = getComputedStyle(node.parentElement);
    found.push({text: node.textContent.trim(), size: parseFloat(style.fontSize),
      left: Math.min(...boxes.map(b => b.left)), right: Math.max(...boxes.map(b => b.right))});
  }
  return found;
}"""


@pytest.fixture(scope="module")
def body(september, tmp_path_factory):
    """The body beside its pictures, as a client stores it."""
    folder = tmp_path_factory.mktemp("mail")
    mail = message_from_bytes(
        write_draft(open_month(MONTH, september), folder, Files()).read_bytes(), policy=policy.default
    )
    html = re.sub(r"(?is)<style.*?</style>", "", mail.get_body(("html",)).get_content())
    for part in mail.walk():
        if part.get_content_maintype() == "image":
            (folder / part.get_filename()).write_bytes(part.get_content())
            html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", part.get_filename())
    (folder / "body.html").write_text(html, encoding="utf-8")
    return folder / "body.html"


@pytest.mark.skipif(not (CHROMIUM and sync_playwright) and os.environ.get("CI") != "true", reason="needs Chromium")
@pytest.mark.parametrize("width", [640, 390, 320])
@pytest.mark.parametrize("pictures", [True, False], ids=["pictures", "no pictures"])
def test_it_is_legible(chromium, body, width, pictures):
    page = chromium.new_page(viewport={"width": width, "height": 800})
    if not pictures:
        page.route("**/*.png", lambda route: route.abort())
    page.goto(body.as_uri())
    found = page.evaluate(LOOK)
    across = page.evaluate("document.documentElement.scrollWidth")
    drawn = page.evaluate("document.images[0].naturalWidth")
    page.close()
    assert across <= width
    assert (drawn > 0) == pictures
    shown = {each["text"] for each in found}
    assert {"【模拟工单】", "业务类型", "15个单位一览", "沈阳", "葫芦岛", "关注：办结时长、抽检"} <= shown
    for each in found:
        assert each["size"] >= SMALLEST, each
        assert each["left"] >= 0 and each["right"] <= width, each
