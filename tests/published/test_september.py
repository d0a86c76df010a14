"""The one printed bulletin there is: every figure and every sentence, but for its proven errors, on two seeds."""

import re

import pytest
from printed import differences, errata, paragraphs, printed_tables, unnumbered
from support import MONTH, one_in, simulated

from hotline_lib import bulletin, open_month

# What is printed otherwise and is no error of a figure: (table, key, column) -> (printed, ours).
TABLE_SLIPS = {
    ("indicators", "辽阳", "complaint_mean_minutes"): ("37.7", "37.70"),
    ("indicators", "本溪", "complaint_mean_minutes"): ("299.7", "299.70"),
    ("top_issues", "投诉举报/网络预约出租车", ""): ("printed", "not ours"),
    ("top_issues", "投诉举报/网络预约出租汽车", ""): ("not printed", "ours"),
}
# In sentences: (printed, ours), each in one paragraph.
WORDING_SLIPS = [
    ("网络预约出租车问题，共受理1337件", "网络预约出租汽车问题，共受理1337件"),
    ("机动车驾驶员培训。工单数量排名前4位的地市", "机动车驾驶员培训。工单数量排名前3位的地市"),
]
# In section 三 and in headings.
OTHER_SLIPS = [("省交投集团96199共计", "省交投集团共计"), ("拨测抽查情况", "三、拨测抽查情况")]
# The end of section 五 claims what Annexes 1 and 2 disprove.
FALSE_SENTENCE = "以上投诉举报问题均在规定时间内得到有效解决。"


@pytest.fixture(scope="module", params=one_in(2, [None, 20260]), ids=["default seed", "another seed"])
def month(request, tmp_path_factory, project, september):
    if request.param is None:
        return open_month(MONTH, september)
    return open_month(MONTH, simulated(tmp_path_factory.mktemp("seed"), project, seed=request.param))


@pytest.fixture(scope="module")
def printed_text(project):
    return (project.published(MONTH) / "report.txt").read_text(encoding="utf-8")


def test_every_printed_figure_comes_out_but_for_the_errata(month, project):
    folder = project.published(MONTH)
    found, compared = differences(month, folder)
    assert compared > 500
    wrong = errata(folder)
    assert len(wrong) == 14
    assert found == wrong | TABLE_SLIPS  # no more, and none that is not needed


def test_every_sentence_comes_out_but_for_the_errata_and_slips(month, project, printed_text):
    printed = [
        *paragraphs(printed_text, "一、总体情况", "二、业务分布情况"),
        *paragraphs(printed_text, "二、业务分布情况", "拨测抽查情况"),
        *paragraphs(printed_text, "四、群众信息咨询", "五、群众投诉举报"),
        *paragraphs(printed_text, "五、群众投诉举报", "六、典型案例"),
    ]
    assert printed.pop().endswith(FALSE_SENTENCE)
    assert len(printed) == 16

    corrected = [unnumbered(paragraph) for paragraph in printed]
    for old, new in [*WORDING_SLIPS, *_shares(project.published(MONTH))]:
        having = [i for i, paragraph in enumerate(corrected) if old in paragraph]
        assert len(having) == 1, f"not needed, or not unique: {old}"
        corrected[having[0]] = corrected[having[0]].replace(old, new)

    first = (bulletin.business_types, bulletin.units, bulletin.scores, bulletin.domains)
    issues = [bulletin.top_issues(month, role) for role in ("inquiry", "complaint")]
    said = [*(make(month).sentence for make in first), *(part for x in issues for part in (x.sentence, x.details))]
    ours = [unnumbered(paragraph) for part in said for paragraph in str(part).split("\n")]
    assert ours != corrected  # the printed details stand in another order than the ranking
    assert sorted(ours) == sorted(corrected)


def test_section_three_comes_out_with_what_people_wrote(month, printed_text):
    """The national comparison, its consequence and what was seen in spot checks are people's (params/months)."""
    printed = paragraphs(printed_text, "拨测抽查情况", "四、群众信息咨询")
    (old, new), _ = OTHER_SLIPS
    assert sum(old in paragraph for paragraph in printed) == 1
    parts = (bulletin.checks_opening, bulletin.test_calls, bulletin.below_threshold, bulletin.quality)
    ours = [str(make(month).sentence) for make in parts]
    assert ours == [paragraph.replace(old, new) for paragraph in printed]
    remarks = month.params.month.remarks
    assert all(words in "".join(ours) for words in (remarks.national, remarks.consequence, remarks.quality))


def test_the_last_sentence_of_section_five_keeps_the_half_that_is_no_figure(month, printed_text):
    (printed,) = [line.strip() for line in printed_text.splitlines() if line.strip().endswith(FALSE_SENTENCE)]
    ours = str(bulletin.handled(month).sentence)
    kept = printed.removesuffix(FALSE_SENTENCE)
    assert ours.startswith(kept) and FALSE_SENTENCE not in ours


def test_headings_and_the_texts_of_people_are_the_printed_ones(month, printed_text):
    lines = [re.sub(r"\s", "", line) for line in printed_text.splitlines()]
    sections = bulletin.outline(month)
    for section in sections[1:8]:
        slips = dict(map(reversed, OTHER_SLIPS))
        assert re.sub(r"\s", "", slips.get(section.heading, section.heading)) in lines
    annexes = [re.sub(r"^附件\d\s*", "", section.heading) for section in sections[8:]]
    assert all(annex in "".join(lines) for annex in annexes)
    for written in (bulletin.opening(month), bulletin.cases(month), bulletin.plans(month)):
        for paragraph in str(written).split("\n\n"):
            assert re.sub(r"\s", "", paragraph) in lines


def _shares(folder):
    """The 13 shares as they stand in a sentence, with enough around them to be found once."""
    counts = {key: row["count"] for key, row in printed_tables(folder)["top_issue_details"].items()}
    for (table, key, _), (printed, correct) in errata(folder).items():
        if table == "top_issue_details":
            name = key.split("/")[-1]
            yield tuple(f"{name}问题（{counts[key]}件，占比{share}%）" for share in (printed, correct))


def test_the_false_sentence_is_not_repeated(month):
    claim = str(bulletin.handled(month).note)
    assert claim != FALSE_SENTENCE
    assert "营口市（限时办结率99.54%）" in claim
    assert "13件" in claim
    assert "鞍山市" in claim


def test_the_month_says_what_it_is(month):
    assert month.simulated
    assert int(month.counts["tickets"].sum()) == 243909
    assert "模拟工单" in repr(month)


def test_the_spot_checked_tickets_exist_and_look_clean(month):
    """They are complaints reported closed and satisfied: what the check found stands in a table of its own."""
    columns = ["ticket_id", "unit", "business_type", "closed_at", "rating"]
    tickets = month.tickets(columns=columns).set_index("ticket_id")
    found = tickets.loc[month.spot_checks["ticket_id"]]
    assert len(found) == 60
    assert (found["unit"].to_numpy() == month.spot_checks["unit"].to_numpy()).all()
    assert (found["business_type"] == month.params.catalogue.name_of("complaint")).all()
    assert found["closed_at"].notna().all()
    assert (found["rating"] >= 3).all()
