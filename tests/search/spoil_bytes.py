"""Ways of spoiling an export's bits and bytes, its XML and its zip. Each takes a random generator and says what it did."""

from __future__ import annotations

import io
import random
import re
import zipfile

from bases import PEOPLE


def bits(content: bytes, r: random.Random) -> tuple[bytes, str]:
    spoilt = bytearray(content)
    for _ in range(r.choice([1, 1, 2, 8])):
        spoilt[r.randrange(len(spoilt))] ^= 1 << r.randrange(8)
    return bytes(spoilt), "bits flipped"


def cut(content: bytes, r: random.Random) -> tuple[bytes, str]:
    """Cut off, cut out, doubled, or with bytes in between; also by the line, as copying and pasting does."""
    a, b = sorted((r.randrange(len(content) + 1), r.randrange(len(content) + 1)))
    b = min(b, a + r.choice([1, 2, 100, len(content)]))
    how = r.choice(["end", "out", "twice", "insert", "line ends", "one byte"])
    spoilt = {
        "end": content[:a], "out": content[:a] + content[b:], "twice": content[:b] + content[a:], "one byte": content[:-1],
        "insert": content[:a] + r.choice([b"\0", b"\xff\xfe", b"\x80", b'"', b"\r", b"\n\n", b",", b"\x1a", r.randbytes(20)]) + content[a:],
        "line ends": content.replace(b"\r\n", r.choice([b"\r", b"\n", b"\r\r\n", b"\n\r\n"])),
    }  # fmt: skip
    return spoilt[how], f"bytes: {how}"


_ODD = [
    "", "0", "-1", "1", "s", "str", "e", "n", "b", "inlineStr", "4000000000", "18446744073709551616", "1048576", "A1", "A0", "XFD1048576",
    "A1:XFD1048576", "hidden", "1e9", "x", "rId1", "true", "100000000", "&amp;", "..", "文",
]  # fmt: skip
_ATTRIBUTE = r'\s[\w:-]+="[^"]*"'
_ELEMENT = r"<([\w:-]+)\b[^<>]*?(?:/>|>[^<>]*</\1>)"  # one without others in it
_TAG = r"</?[\w:-]+[^<>]*>"
_OF_ATTRIBUTES, _OF_TAGS = ("value", "attribute gone", "attribute twice"), ("tag gone", "name", "insert")
_EDITS = [*_OF_ATTRIBUTES, "value", *_OF_TAGS, "gone", "twice", "move", "count", "count", "count", "count"]
_INSERTED = [
    "<!-- x -->", "<![CDATA[x]]>", "&#0;", "&x;", "<", "</row>", "<row>", "<c/>", "</tr>", "<tr>", "<table>", "</sheetData>", "<?x y?>",
    "<v>0</v>", "<v>99999</v>", "<f>1</f>", '<!DOCTYPE x [<!ENTITY x "y">]>', '<c r="XFD1048576" t="str"><v>x</v></c>', "\0",
]  # fmt: skip
_WHERE = [  # counts and sizes that readers believe
    (r'(uniqueCount=")[^"]*', "4000000000"), (r'(<dimension ref=")[^"]*', "A1:XFD1048576"), (r"(<row)(?= )", " hidden=\"1\""),
    (r'(<sheet [^>]*)(?=/>)', ' state="hidden"'), (r'(<row r=")[^"]*', "1048576"), (r"(<c r=\")[^\"]*", "XFD1"),
    (r"(<t[dr])(?=[ >])", ' colspan="100000000" rowspan="65000"'), (r"(<table:table-cell)", ' table:number-columns-repeated="16384"'),
    (r"(<table:table-row)", ' table:number-rows-repeated="1048576"'), (r"(<Cell)", ' ss:Index="900000"'), (r"(<Row)", ' ss:Index="1048576"'),
    (r"(date1904=\")[^\"]*", "1"), (r"(<workbookPr)", ' date1904="1"'), (r"(charset=)[\w-]+", "utf-7"), (r'(encoding=")[^"]*', "x-none"),
]  # fmt: skip


def xml(text: str, r: random.Random) -> tuple[str, str]:
    """One element, attribute or count of a text in XML or HTML changed, removed, doubled or moved."""
    how = r.choice(_EDITS)
    if how == "count":
        place, value = r.choice([each for each in _WHERE if re.search(each[0], text)] or _WHERE)
        found = list(re.finditer(place, text))
    else:
        pattern = _ATTRIBUTE if how in _OF_ATTRIBUTES else _TAG if how in _OF_TAGS else _ELEMENT
        found = list(re.finditer(pattern, text))
    if not found:
        return text, f"xml: no {how}"
    hit = r.choice(found)
    whole, (start, end) = hit[0], hit.span()
    other = r.choice(found).start()
    new = {
        "value": lambda: f'{whole.partition("=")[0]}="{r.choice(_ODD)}"', "attribute gone": str, "attribute twice": lambda: whole * 2, "gone": str,
        "twice": lambda: whole * 2, "tag gone": str, "name": lambda: re.sub(r"[\w:]+", "x", whole, count=1), "insert": lambda: whole + r.choice(_INSERTED),
        "count": lambda: hit[1] + value, "move": str,
    }[how]()  # fmt: skip
    spoilt = text[:start] + new + text[end:]
    if how == "move":
        spoilt = spoilt[:other] + whole + spoilt[other:]
    return spoilt, f"xml: {how} {whole[:40]!r}"


def in_zip(content: bytes, r: random.Random) -> tuple[bytes, str]:
    """One member's XML or bytes spoilt, or the zip itself: names, order, what it says of its members."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(each.filename, archive.read(each)) for each in archive.infolist()]
    at = r.randrange(len(members))
    name, inner = members[at]
    if r.random() < 0.75:
        texts = [n for n, (each, _) in enumerate(members) if each.endswith((".xml", ".rels"))]
        at = r.choice(texts) if texts else at
        name, inner = members[at]
        if texts and r.random() < 0.8:
            text, how = xml(inner.decode("utf-8", "surrogateescape"), r)
            inner = text.encode("utf-8", "surrogateescape")
        else:
            inner, how = r.choice([bits, cut])(inner or b"x", r)
        members[at] = (name, inner)
    else:
        how = r.choice(["gone", "renamed", "exchanged", "twice", "lies"])
        other = r.randrange(len(members))
        if how == "gone":
            del members[at]
        elif how == "renamed":
            members[at] = (
                r.choice([name.upper(), name.replace("/", "\\"), "../" + name, name + "x", f"{r.choice(PEOPLE)}.csv"]),
                inner,
            )
        elif how == "exchanged":
            members[at], members[other] = (name, members[other][1]), (members[other][0], inner)
        elif how == "twice":
            members.append((name, members[other][1]))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, what in members:
            archive.writestr(zipfile.ZipInfo(each, (2024, 10, 8, 9, 0, 0)), what, zipfile.ZIP_DEFLATED)
    spoilt = packed.getvalue()
    if how == "lies":  # a size, a method or a flag in the list of members
        start = spoilt.rindex(b"PK\1\2") + r.choice([8, 10, 20, 24, 42])
        spoilt = spoilt[:start] + r.randbytes(2) + spoilt[start + 2 :]
    return spoilt, f"{name}: {how}"
