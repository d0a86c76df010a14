"""A month is refused for what would make a figure wrong, with rows and values; odd things are warnings."""

from dataclasses import replace

import pandas as pd
import pytest

from hotline_lib.errors import HotlineError, TicketsError
from hotline_lib.journal import DIGESTS, read_folder
from hotline_lib.opening import open_month
from hotline_lib.params import load_params
from hotline_lib.tickets.rules import in_words
from hotline_lib.tickets.scan import accepted, handed, submitted

MONTH = "2024-09"
ROW = {
    "ticket_id": "JT2101002024090100000001", "unit": "沈阳", "business_type": "投诉举报", "domain": "城市客运",
    "issue": "巡游出租汽车", "sub_issue": "计价议价", "accepted_at": "2024-09-01 08:00:00", "answered_instantly": False,
    "transferred_at": "2024-09-01 08:05:00", "due_at": "2024-09-06 08:00:00", "closed_at": "2024-09-02 08:00:00",
    "called_back": True, "rating": 5, "bad_rating_fixed": None, "resolved_first_time": True,
    "classified_correctly": True, "failed_reviews": 0, "submitted_at": "2024-09-02 09:00:00",
}  # fmt: skip
TIMES = ["accepted_at", "transferred_at", "due_at", "closed_at", "submitted_at"]


def tickets(*changes: dict) -> pd.DataFrame:
    """A ticket per dict: ROW with those changes, numbered."""
    rows = [{**ROW, "ticket_id": f"JT210100202409010000{n:04d}", **change} for n, change in enumerate(changes, 1)]
    frame = pd.DataFrame(rows)
    for column in TIMES:
        frame[column] = pd.to_datetime(frame[column], format="ISO8601").astype("datetime64[us]")
    for column in ("called_back", "bad_rating_fixed", "resolved_first_time"):
        frame[column] = frame[column].astype("boolean")
    frame["rating"] = frame["rating"].astype("Int64")
    return frame


@pytest.fixture
def own(project, tmp_path):
    return replace(project, data=tmp_path / "data", output=tmp_path / "output")


def write(paths, frame: pd.DataFrame, month: str = MONTH) -> None:
    path = paths.tickets(month)
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(path, index=False)


def scan(paths, frame: pd.DataFrame):
    write(paths, frame)
    return accepted(MONTH, load_params(MONTH, paths.params), paths)[0]


def refusal(paths, frame: pd.DataFrame) -> str:
    with pytest.raises(TicketsError) as caught:
        scan(paths, frame)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"unit": "沈阳分中心"}, ["分平台", "沈阳分中心", "params/units.yaml", "沈阳", "第 2 行"]),
        ({"business_type": "投诉"}, ["业务类型", "投诉", "投诉举报", "第 2 行"]),
        ({"domain": "城市客运类"}, ["业务领域", "城市客运类", "catalogue.yaml"]),
        ({"issue": "出租汽车类"}, ["事项", "出租汽车类", "catalogue.yaml"]),
        ({"sub_issue": "计价仪价"}, ["子事项", "计价仪价"]),
        ({"domain": "高速公路"}, ["巡游出租汽车", "城市客运", "高速公路"]),
        ({"issue": None}, ["子事项", "计价议价", "没有事项"]),
        ({"accepted_at": "2024-08-31 23:59:59"}, ["受理时间", "2024-09", "第 2 行", "2024-08-31"]),
        ({"accepted_at": "2024-10-01 00:00:00"}, ["受理时间", "2024-10-01"]),
        ({"ticket_id": "JT2101002024090100000001"}, ["重复", "JT2101002024090100000001", "2 次"]),
        ({"closed_at": None}, ["报送时间", "办结时间", "第 2 行"]),
        ({"unit": None}, ["分平台", "未填写", "第 2 行"]),
        ({"rating": 6}, ["满意度评价", "6", "第 2 行"]),
    ],
)  # fmt: skip
def test_a_month_is_refused_with_file_row_and_value(own, change, says):
    message = refusal(own, tickets({}, change))
    assert "tickets/2024-09.parquet" in message
    for words in says:
        assert words in message


def test_all_problems_are_told_at_once(own):
    message = refusal(own, tickets({}, {"unit": "沈阳中心"}, {"domain": "水路运输"}, {"accepted_at": "2023-09-01"}))
    assert all(words in message for words in ("3 类问题", "沈阳中心", "水路运输", "受理时间"))


def test_a_missing_column_is_named_in_chinese(own):
    assert "办结期限" in refusal(own, tickets({}).drop(columns="due_at"))


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("rating", [4.5, 3.0], ["满意度评价", "1 个值", "整数"]),
        ("failed_reviews", ["0", "1"], ["复核未通过次数", "整数"]),
        ("answered_instantly", [2, 1], ["即时答复", "1 个值"]),
        ("accepted_at", ["2024-09-01", "2024-09-02"], ["受理时间", "日期时间"]),
    ],
)
def test_a_type_that_cannot_be_cast_without_loss_is_refused(own, column, values, says):
    message = refusal(own, tickets({}, {}).assign(**{column: values}))
    assert all(words in message for words in says)


def test_what_can_be_cast_without_loss_is(own):
    frame = tickets({}, {}).assign(rating=[4.0, 3.0], answered_instantly=[1, 0])
    frame["accepted_at"] = frame["accepted_at"].dt.tz_localize("Asia/Shanghai")
    frames = scan(own, frame)
    assert frames["counts"]["tickets"].sum() == 2
    assert frames["calendar"]["hour"].tolist() == [8]


@pytest.mark.parametrize("rows", [[{"submitted_at": None}], [{"submitted_at": None, "closed_at": None}], []])
def test_frames_of_nothing_have_the_kinds_of_others(own, rows):
    params, kinds = load_params(MONTH, own.params), []
    for name, frame in (("usual", tickets({})), ("nothing", tickets({}, *rows).iloc[1:])):
        paths = replace(own, output=own.output / name)
        write(paths, frame)
        frames = {**accepted(MONTH, params, paths)[0], **submitted(MONTH, params, paths)[0]}
        kinds.append({name: frame.dtypes.to_dict() for name, frame in frames.items()})
    assert kinds[0] == kinds[1]


def test_a_truncated_file_is_refused_in_words(own):
    write(own, tickets({}))
    path = own.tickets(MONTH)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(TicketsError, match="打不开"):
        accepted(MONTH, load_params(MONTH, own.params), own)


def test_odd_tickets_are_warnings(own):
    frames = scan(
        own,
        tickets(
            {"closed_at": None, "submitted_at": None},
            {"closed_at": "2024-09-01 07:00:00"},
            {"ticket_id": "JT9999992024090100000009"},
            {"called_back": None},
        ),
    )
    warned = " ".join(in_words(frames["warnings"], frames["still_open"]))
    assert all(words in warned for words in ("1件工单尚未办结", "办结早于受理：1件", "区划代码", "没有回访：1件"))


def test_missing_issues_are_kept_as_missing(own):
    counts = scan(own, tickets({}, {"issue": None, "sub_issue": None}))["counts"]
    assert counts["tickets"].sum() == 2
    assert counts["issue"].isna().sum() == 1


def test_a_folder_of_files_is_a_month(own):
    folder = own.tickets(MONTH)
    folder.mkdir(parents=True)
    both = tickets({}, {})
    both.iloc[:1].to_parquet(folder / "a.parquet", index=False)
    both.iloc[1:].to_parquet(folder / "b.parquet", index=False)
    assert accepted(MONTH, load_params(MONTH, own.params), own)[0]["counts"]["tickets"].sum() == 2


def test_a_column_that_one_file_of_a_month_lacks_is_refused_with_file_and_column(own):
    folder = own.tickets(MONTH)
    folder.mkdir(parents=True)
    both = tickets({}, {})
    both.iloc[:1].to_parquet(folder / "a.parquet", index=False)
    both.iloc[1:].drop(columns=["closed_at", "rating"]).to_parquet(folder / "b.parquet", index=False)
    params = load_params(MONTH, own.params)
    with pytest.raises(TicketsError) as caught:
        accepted(MONTH, params, own)
    assert "2024-09.parquet/b.parquet：缺少列 「办结时间」（closed_at）、「满意度评价」（rating）" in str(caught.value)
    both.iloc[1:].assign(rating=None).to_parquet(folder / "b.parquet", index=False)  # the remedy: an empty column
    assert accepted(MONTH, params, own)[0]["counts"]["tickets"].sum() == 2


def test_a_database_is_a_source_too(own, tmp_path):
    import duckdb

    write(own, tickets({}, {"accepted_at": "2024-08-31 10:00:00"}))
    file = tmp_path / "hotline.ddb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"create table gongdan as select * from read_parquet('{own.tickets(MONTH)}')")
    own.tickets(MONTH).unlink()
    params = load_params(MONTH, own.params)
    source = type(params.month.source)(kind="duckdb", path=str(file), table="gongdan")
    params = params.model_copy(update={"month": params.month.model_copy(update={"source": source})})
    frames, found = accepted(MONTH, params, own)
    assert frames["counts"]["tickets"].sum() == 1
    assert "gongdan" in found.name


def rates(paths, frame: pd.DataFrame, before: pd.DataFrame | None = None) -> pd.Series:
    write(paths, frame)
    if before is not None:
        write(paths, before, "2024-08")
    table = submitted(MONTH, load_params(MONTH, paths.params), paths)[0]["rates"]
    table = table[table["unit"] == "沈阳"].set_index("indicator")
    return table["numerator"].astype(str) + "/" + table["denominator"].astype(str)


def test_each_rate_counts_whom_it_should(own):
    found = rates(
        own,
        tickets(
            {},  # a complaint, all good: closed after 24 hours exactly
            {"closed_at": "2024-09-02 08:00:01", "rating": 2},  # a second late; badly rated, not mended
            {"closed_at": "2024-09-06 08:00:01", "submitted_at": "2024-09-09 23:59:59"},  # after due and five days
            {"business_type": "信息咨询", "answered_instantly": True, "transferred_at": None},
            {"business_type": "信息咨询", "called_back": None, "rating": None, "failed_reviews": 2},
            {"submitted_at": "2024-10-08 09:00:00"},  # submitted in another month: in none of them
            {"submitted_at": None},
        ),
    )
    assert found["classification_accuracy"] == "5/5"
    assert found["instant_answer_rate"] == "1/2"
    assert found["other_on_time_rate"] == "1/1"
    assert found["transfer_callback_rate"] == "3/4"
    assert found["first_time_resolution_rate"] == "4/4"
    assert found["bad_review_fixed_rate"] == "0/1"
    assert found["complaint_on_time_rate"] == "2/3"
    assert found["complaint_24h_rate"] == "1/3"
    assert found["complaint_5d_rate"] == "2/3"
    assert found["complaint_mean_minutes"] == f"{86400 + 86401 + 5 * 86400 + 1}/3"
    assert found["complaint_satisfaction_rate"] == "2/3"
    assert found["timely_submission_rate"] == "5/5"
    assert found["failed_second_reviews"] == "1/5"


def test_submission_on_the_last_second_is_timely_and_a_second_later_is_not(own):
    found = rates(
        own,
        tickets(
            {"closed_at": "2024-09-14 10:00:00", "submitted_at": "2024-09-18 23:59:59"},
            {"closed_at": "2024-09-14 10:00:00", "submitted_at": "2024-09-19 00:00:00"},
        ),
    )
    assert found["timely_submission_rate"] == "1/2"


def test_the_scan_reaches_back_to_tickets_accepted_earlier(own):
    before = tickets({"ticket_id": "JT2101002024083100000001", "accepted_at": "2024-08-31 09:00:00"})
    found = rates(own, tickets({}), before)
    assert found["classification_accuracy"] == "2/2"


def test_the_month_says_when_the_month_before_is_missing(own):
    write(own, tickets({}))
    assert any("附件1不完整" in warning for warning in open_month(MONTH, own).warnings)


def test_frames_are_made_once_and_again_when_a_ticket_changes(own):
    scan(own, tickets({}))
    kept = sorted((own.cache / "frames").iterdir())
    scan(own, tickets({}))
    assert sorted((own.cache / "frames").iterdir()) == kept
    assert scan(own, tickets({}, {}))["counts"]["tickets"].sum() == 2
    assert len(list((own.cache / "frames").iterdir())) == 2


def test_what_is_left_was_not_submitted_by_the_months_end(own):
    at = lambda *times: tickets(*({"submitted_at": time} for time in times))
    write(own, at(None, "2024-10-01 00:00:00", "2024-09-30 23:59:59"))
    assert open_month(MONTH, own).left["ticket_id"].str[-4:].tolist() == ["0001", "0002"]
    write(own, at("2024-09-30 23:59:59", "2024-10-01 00:00:00", "2024-09-30 23:59:59"))
    assert open_month(MONTH, own).left["ticket_id"].str[-4:].tolist() == ["0002"]


def test_what_somebody_does_to_a_frame_is_not_in_the_next_one(own):
    scan(own, tickets({}))
    counts = scan(own, tickets({}))["counts"]
    counts.loc[0, "tickets"] = 99
    counts["more"] = 1
    again = scan(own, tickets({}))["counts"]
    assert again["tickets"].sum() == 1 and "more" not in again


@pytest.mark.parametrize("spoil", ["truncated", "altered", "gone", "of an earlier version"])
def test_frames_that_are_not_as_they_were_written_are_made_anew(own, spoil):
    first = scan(own, tickets({}, {}))
    (folder,) = (own.cache / "frames").iterdir()
    file = folder / "counts.parquet"
    if spoil == "truncated":
        file.write_bytes(file.read_bytes()[:-40])
    elif spoil == "altered":
        pd.read_parquet(file).assign(tickets=77).to_parquet(file, index=False)
    elif spoil == "gone":
        file.unlink()
    else:
        (folder / DIGESTS).rename(folder / "complete")
    pd.testing.assert_frame_equal(scan(own, tickets({}, {}))["counts"], first["counts"])
    assert read_folder(folder) and [each.name for each in (own.cache / "frames").iterdir()] == [folder.name]


def test_a_kernel_reads_the_frames_that_its_run_has_read_or_none(own, monkeypatch):
    write(own, tickets({}))
    open_month(MONTH, own)
    for name, value in handed(own).items():
        monkeypatch.setenv(name, value)
    assert open_month(MONTH, own).counts["tickets"].sum() == 1
    write(own, tickets({}, {}))
    with pytest.raises(TicketsError, match=r"2024-09 的工单在这次运行中换过.*请重新运行"):
        open_month(MONTH, own)
    write(own, tickets({}))
    assert open_month(MONTH, own).counts["tickets"].sum() == 1


def test_no_tickets_says_what_to_do(own):
    with pytest.raises(TicketsError, match="hotline simulate 2024-09"):
        open_month(MONTH, own)


@pytest.mark.parametrize(
    ("where", "number"),
    [
        ({"unit": "沈阳市"}, 2),  # an alias
        ({"unit": ["大连", "沈阳"], "sub_issue": "计价议价"}, 2),
        ({"sub_issue": None}, 1),
        ({"sub_issue": ["计价议价", None]}, 3),
        ({"domain": "水运"}, 0),
        ({"rating": 5}, 3),
    ],
)
def test_single_tickets_are_asked_for_by_any_of_their_names(own, where, number):
    write(own, tickets({}, {}, {"sub_issue": None, "unit": "大连"}))
    assert len(open_month(MONTH, own).tickets(where)) == number


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({"unit": "大莲"}, "没有名为「大莲」的单位。是指「大连」吗"),
        ({"business_type": "投诉举抱"}, "没有名为「投诉举抱」的业务类型。是指「投诉举报」吗"),
        ({"domain": "城市客云"}, "没有名为「城市客云」的业务领域。是指「城市客运」吗"),
        ({"issue": ["巡游出租汽车", "巡游出租车辆"]}, "没有名为「巡游出租车辆」的事项"),
        ({"sub_issue": "计价仪价"}, "没有名为「计价仪价」的子事项。是指「计价议价」吗"),
        ({"unitt": "大连"}, "没有名为「unitt」的列"),
    ],
)
def test_a_name_that_nobody_has_is_no_empty_answer(own, where, says):
    write(own, tickets({}))
    m = open_month(MONTH, own)
    for ask in (m.tickets, lambda where: m.count(**where)):
        with pytest.raises(HotlineError, match=says):
            ask(where)
