"""The pages over all months, as text: the index, the units' index, the tables by month, and what a month prints otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from hotline_lib.batch.export import Link, PageContext, render
from hotline_lib.batch.manifest import Manifest, Record, moment
from hotline_lib.batch.pages import held
from hotline_lib.params import label

if TYPE_CHECKING:
    from hotline_lib.batch.differences import Differences
    from hotline_lib.deliver.ledger import Sent

Links = dict[str, tuple[str, str | None]]  # by title: where a page is, and why it failed, if it did


class Item(NamedTuple):
    """Words of the index, a link if they lead somewhere; what stands after them."""

    words: str
    href: str = ""
    failed: bool = False
    after: str = "、"


def index(
    manifests: Sequence[Manifest],
    hotline: str,
    sent: Mapping[str, Sent | None] = MappingProxyType({}),
    changed: Container[str] = (),
    editions: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """The index of all months, newest first. The units' pages of a month have an index of their own.

    sent: by month, what was sent of it. changed: months with a page of what changed. editions: by month, the units that have one, in
    the order of the tables.
    """
    lines, about = [], []
    for manifest in manifests:
        own = {name: record for name, record in manifest.reports.items() if record.unit is None}
        links = _links(own.values(), [f"{manifest.month}/{name}" for name in own])
        units = [record for record in manifest.reports.values() if record.unit is not None]
        if units:
            failed = "；".join(f"{record.unit}：{record.error}" for record in units if record.status == "failed")
            links["单位分册"] = (f"{manifest.month}/units/index.html", failed or None)
        if links:
            line = _line(label(manifest.month), manifest, links, [*own.values(), *units])
            lines.append(line | {"files": _files(manifest)})
            said = _said(manifest, links, sent.get(manifest.month), editions.get(manifest.month, ()))
            said += [("改动", [Item("印出的改动和原因", f"{manifest.month}/diff.html", after="")])] * (
                manifest.month in changed
            )
            about.append(
                {
                    "id": f"m{manifest.month}",
                    "head": label(manifest.month),
                    "simulated": manifest.simulated,
                    "said": said,
                }
            )
    around = [Link("tables.html", "各月的表")] if any(manifest.names for manifest in manifests) else []
    return _index(lines, hotline, "月度报告", "月份", around, about)


def _said(manifest: Manifest, links: Links, gone: Sent | None, units: Sequence[str]) -> list[tuple[str, list[Item]]]:
    """What there is of a month, line by line."""
    month, own = (
        manifest.month,
        {record.unit: name for name, record in reversed(manifest.reports.items()) if record.unit},
    )
    failed = {record.unit for record in manifest.reports.values() if record.unit and record.status == "failed"}
    pages = [
        Item(f"● {title}：{error}" if error else title, href, error is not None)
        for title, (href, error) in links.items()
    ]
    editions = [
        Item(unit + "（失败）" * (unit in failed), f"{month}/{quote(own[unit])}.html", unit in failed) for unit in units
    ]
    files = [Item(words, href) for words, href in _files(manifest)]
    files += [Item(f"{len(manifest.names)}张表（CSV）", "tables.html")] * bool(manifest.names)
    said = [
        ("报告", pages),
        ("单位分册", editions),
        ("文件", files),
        ("填写", _filled(manifest)),
        ("发送", _gone(gone)),
    ]
    errors = {"附表": manifest.tables.error, "邮件草稿": manifest.mail.error}
    said.insert(0, ("失败", [Item(f"● {what}：{error}", after="；") for what, error in errors.items() if error]))
    return [(term, [*items[:-1], items[-1]._replace(after="")]) for term, items in said if items]


def _filled(manifest: Manifest) -> list[Item]:
    """How many values of the month somebody confirmed, and which are open, each with where it stands."""
    if not manifest.confirmed + len(manifest.open):
        return []
    if not manifest.open:
        return [Item(f"{manifest.confirmed}项均已确认")]
    head = Item(f"已确认{manifest.confirmed}项，待补充{sum(each.count for each in manifest.open)}项", after="：")
    there = "00_bulletin" in manifest.reports
    return [head, *(Item(each.words, f"{manifest.month}/{each.href}" if there else "") for each in manifest.open)]


def _gone(gone: Sent | None) -> list[Item]:
    """To how many the month was sent and when, and when it was corrected."""
    if gone is None:
        return [Item("尚未发送")]
    if gone.damaged:
        return [Item("发送记录读不懂，不知道发了没有")]
    whose = [f"月报{gone.people}人"] * bool(gone.people) + [f"单位分册{gone.units}人"] * bool(gone.units)
    items = [Item(f"已发给{'、'.join(whose)}，最近一次{moment(gone.last)}", after="；")] if whose else []
    items += [Item(f"{moment(gone.corrected)}发过更正", after="；")] if gone.corrected else []
    return items + [Item(f"{gone.unknown}人是否收到不明")] * bool(gone.unknown)


def tables(manifests: Sequence[Manifest], hotline: str) -> str:
    """Every table of every month: the same table's months beside each other, newest first, each with its CSV and its place."""
    months = [manifest for manifest in manifests if manifest.names]
    places = [_places(manifest) for manifest in months]
    groups: dict[str, list[tuple[str, list[dict[str, str]]]]] = {"月报的表": [], "分析的表": [], "自己留下的表": []}
    for file, name in {file: name for manifest in reversed(months) for file, name in manifest.names.items()}.items():
        head = "分析的表" if "/analysis/" in file else "自己留下的表" if "/own/" in file else "月报的表"
        cells = [
            {"file": f"{of.month}/{quote(file)}", "place": there.get(file, "")} if file in of.names else {}
            for of, there in zip(months, places, strict=True)
        ]
        groups[head].append((name, cells))
    about = PageContext("各月的表", "", hotline, around=[Link("index.html", "全部月份", back=True)])
    shown = [(head, lines) for head, lines in groups.items() if lines]
    return held(render("tables.html.j2", about, groups=shown, months=[label(each.month) for each in months]))


def _places(manifest: Manifest) -> dict[str, str]:
    """By file, where its table stands on a page of the month, seen from the index; of the analysis rather than page 00."""
    own = [(name, record) for name, record in manifest.reports.items() if not record.unit and record.status == "made"]
    return {
        file: f"{manifest.month}/{quote(name)}.html#{place}"
        for name, record in own
        for file, place in record.places.items()
    }


def changes(month: str, found: Sequence[tuple[str, Differences]], hotline: str, *, simulated: bool) -> str:
    """What a month prints otherwise. found: with what it was compared, in words, and what changed."""
    around = [Link("../index.html", "全部月份", back=True), Link("00_bulletin.html", "月报")]
    about = PageContext("印出的改动", label(month), hotline, simulated=simulated, around=around)
    shown = [(words, each.told, each.unused, list(each.by_reason().items())) for words, each in found]
    return held(render("diff.html.j2", about, found=shown))


def _files(manifest: Manifest) -> list[tuple[str, str]]:
    """What was made beside the pages: what it is called, and where it lies."""
    called = {".docx": "Word", ".pdf": "PDF", ".xlsx": "附表", ".eml": "邮件"}
    made = {name[name.rfind(".") :]: name for name in (*manifest.tables.files, *manifest.mail.files)}
    return [(words, f"{manifest.month}/{quote(made[suffix])}") for suffix, words in called.items() if suffix in made]


def units_index(manifest: Manifest, hotline: str, order: Sequence[str] = ()) -> str:
    """The index of one month's pages of single units, as it lies in output/MONTH/units. order: of the units, as tables have it."""
    lines = []
    units = dict.fromkeys(record.unit for record in manifest.reports.values() if record.unit is not None)
    for unit in sorted(units, key=lambda each: order.index(each) if each in order else len(order)):
        own = {name: record for name, record in manifest.reports.items() if record.unit == unit}
        links = _links(own.values(), [name.removeprefix("units/") for name in own])
        lines.append(_line(unit, manifest, links, own.values()))
    back = [Link("../../index.html", "全部月份", back=True)]
    return _index(lines, hotline, f"{label(manifest.month)}单位分册", "单位", back)


def _links(records: Iterable[Record], names: Iterable[str]) -> Links:
    """A title that is not alone is followed by its notebook: a copied one keeps its heading at first."""
    titles = Counter(record.title for record in records)
    links: Links = {}
    for record, name in zip(records, names, strict=True):
        title = record.title if titles[record.title] == 1 else f"{record.title} {record.notebook}".strip()
        error = record.error if record.status == "failed" else None
        links[title or record.notebook] = (f"{quote(name)}.html", error)
    return links


def _line(head: str, manifest: Manifest, links: Links, records: Iterable[Record]) -> dict[str, Any]:
    seconds = sum(record.seconds for record in records)
    time = max(record.made_at for record in records)[:16].replace("T", " ")  # 2024-10-14 09:30
    return {"head": head, "simulated": manifest.simulated, "links": links, "seconds": f"{seconds:.1f}", "time": time}


def _index(
    lines: Sequence[dict[str, Any]], hotline: str, title: str, head: str, back: Sequence[Link] = (),
    months: Sequence[dict[str, Any]] = (),
) -> str:  # fmt: skip
    """Lines as they come (``head``: what they are), reports across in the order of appearance. months: more about each."""
    links = [(title, error) for line in lines for title, (_, error) in line["links"].items()]
    failed = sum(error is not None for _, error in links)
    facts = [f"{len(links) - failed}份报告"] + ([f"{failed}份失败"] if failed else [])
    columns = list(dict.fromkeys(title for title, _ in links))
    about = PageContext(title, "", hotline, facts=facts, around=back)
    filed = any(line.get("files") for line in lines)
    return held(render("index.html.j2", about, lines=lines, columns=columns, head=head, filed=filed, about=months))
