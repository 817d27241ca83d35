from __future__ import annotations

import csv
import json
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from command_runs import Run
from complaint_files import CODE, LOAN, SALE, complaint_rows, write_complaints

from spamsms import InputError, SpamClassifier
from spamsms.errors import DatasetError
from spamsms.governance import triage as triage_module
from spamsms.governance.complaints import read_complaints
from spamsms.governance.exports import cell, file_names
from spamsms.governance.frames import PandasUnavailableError
from spamsms.governance.ports import rank_ports
from spamsms.governance.sketches import SKETCH_VERSION
from spamsms.governance.table_columns import COLUMNS
from spamsms.governance.triage import TriageResult, triage


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> TriageResult:
    return triage(write_complaints(tmp_path_factory.mktemp("triage") / "complaints.csv"))


def test_campaigns_are_found_with_volume_senders_receivers_and_dates(result: TriageResult) -> None:
    sale, loan, code = result.campaigns.head(3).to_dict("records")
    assert (sale["complaints"], loan["complaints"], code["complaints"]) == (70, 35, 35)
    assert (sale["sector"], loan["sector"], code["sector"]) == ("ecommerce", "finance", "not_marketing")
    assert (sale["senders"], sale["receivers"], sale["signature"]) == (1, 30, "优选商城")
    assert sale["first_seen"] == datetime(2025, 10, 1, 9, 0)
    assert sale["last_seen"].date() == date(2025, 10, 21)
    assert sale["refusal"] == 1.0
    assert sale["share_low"] < sale["share"] == 0.5 < sale["share_high"]


def test_the_surge_is_marked_with_its_largest_campaign(result: TriageResult) -> None:
    days = result.timeline
    assert days[days["surge"]]["date"].tolist() == [date(2025, 10, 21)]
    peak = days.iloc[-1]
    assert (peak["complaints"], peak["baseline"]) == (60, 4.0)
    assert peak["top_campaign"] == result.campaigns["id"][0]
    assert days["complaints"].sum() == len(result.complaints)


def test_clues_lead_to_the_sender_and_not_to_the_reader(result: TriageResult) -> None:
    clues = result.clues
    found = {(row["type"], row["value"]) for row in clues.to_dict("records")}
    assert {("sender", "106900001234"), ("signature", "优选商城"), ("domain", "t.cn")} <= found
    assert {("wechat", "dk_888882"), ("refusal", "T")} <= found
    codes = clues[clues["sector"] == "not_marketing"]
    assert set(codes["value"]) == {"170********"}


def test_sectors_add_up_and_bear_intervals(result: TriageResult) -> None:
    sectors = result.sectors.set_index("sector")
    assert sectors["complaints"].sum() == len(result.complaints)
    assert sectors.loc["ecommerce", "marketing_share"] == pytest.approx(70 / 105)
    assert sectors.loc["ecommerce", "marketing_share_low"] == pytest.approx(0.572, abs=0.002)


def test_senders_and_signatures_are_ranked(result: TriageResult) -> None:
    top = result.senders.iloc[0]
    assert (top["sender"], top["kind"], top["complaints"], top["campaigns"]) == (
        "106900001234",
        "port",
        70,
        1,
    )
    assert result.signatures.iloc[0][["signature", "complaints", "senders"]].tolist() == ["优选商城", 70, 1]


def test_tables_have_the_columns_that_are_documented(result: TriageResult) -> None:
    for name, rows in result.tables.items():
        assert all(tuple(row) == COLUMNS[name] for row in rows), name


def test_nothing_personal_is_shown_unless_asked_for(tmp_path: Path, result: TriageResult) -> None:
    shown = "".join(result.complaints["text"])
    assert "张1先生" not in shown
    assert "482911" not in shown
    path = write_complaints(tmp_path / "complaints.csv", complaint_rows()[:40])
    open_ = triage(path, unmask=True)
    assert CODE.format(3) in set(open_.complaints["text"])
    assert not open_.summary["masked"]
    result.write(tmp_path / "out")
    for name in file_names():
        written = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "482913" not in written
        assert "张3" not in written
        assert "r17" not in written.replace("r170", "")


def test_every_row_is_used_or_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    lines = [
        b"content,time",
        "全场五折，退订回T,2025-11-11".encode(),
        "坏日期也要算,2025-13-40".encode(),
        b",2025-11-11",
        "只有一个字段".encode(),
        b"\xff\xfe\xfa broken,2025-11-11",
        "今年没有,".encode(),
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    found = triage(path)
    assert found.summary["read"] == 6 == found.summary["used"] + found.summary["unusable"]
    assert found.complaints["line"].tolist() == [2, 3, 7]
    assert (found.summary["undated"], found.summary["bad_dates"]) == (2, 1)
    problems = {row["line"]: (row["reason"], row["used"]) for row in found.tables["problems"]}
    assert problems[3] == (
        "reported_at: '2025-13-40' is no date and time: month must be in 1..12; used without a date",
        True,
    )
    assert problems[4] == ("no text", False)
    assert problems[5] == ("1 field where the header has 2", False)
    assert problems[6][0].startswith("not UTF-8 at byte")


@pytest.mark.parametrize("ending", ["jsonl", "tsv", "txt", "parquet"])
def test_every_format_is_read(tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame(complaint_rows()[:12], columns=["time", "from", "user", "内容"])
    path = tmp_path / f"complaints.{ending}"
    if ending == "parquet":
        pytest.importorskip("pyarrow")
        frame.to_parquet(path)
    elif ending == "jsonl":
        frame.to_json(path, orient="records", lines=True, force_ascii=False)
    elif ending == "tsv":
        frame.to_csv(path, sep="\t", index=False)
    else:
        path.write_text("\n".join(frame["内容"]), encoding="utf-8")
    found = triage(path)
    assert found.summary["used"] == 12
    assert (found.summary["senders"] is None) == (ending == "txt")
    assert bool(found.tables["timeline"]) == (ending != "txt")


def test_a_data_frame_gives_what_its_file_gives(tmp_path: Path) -> None:
    rows = complaint_rows()[:30]
    frame = pd.DataFrame(rows, columns=["时间", "号码", "投诉人", "短信内容"])
    frame["时间"] = pd.to_datetime(frame["时间"])
    by_frame = triage(frame)
    by_file = triage(write_complaints(tmp_path / "complaints.csv", rows))
    assert by_frame.campaigns.equals(by_file.campaigns)
    assert by_frame.timeline.equals(by_file.timeline)


def test_a_data_frame_with_what_is_no_text_reports_the_row() -> None:
    frame = pd.DataFrame({"text": ["全场五折", 7, None], "sender": [1069000012345, None, "1"]})
    found = triage(frame)
    assert [(row["line"], row["reason"]) for row in found.tables["problems"]] == [
        (1, "a value of type int where text is expected"),
        (2, "no text"),
    ]
    assert found.complaints["sender"].tolist() == ["1069000012345"]


def test_missing_values_of_pandas_own_types_are_no_values() -> None:
    columns = {
        "text": pd.array(["全场五折", pd.NA], dtype="string"),
        "time": pd.array([pd.NA, "2025-11-11"], dtype="string"),
        "sender": pd.array([pd.NA, 1069], dtype="Int64"),
    }
    found = read_complaints(pd.DataFrame(columns))
    assert [(problem.line, problem.reason) for problem in found.problems] == [(1, "no text")]
    assert (found.texts, found.times, found.senders) == (["全场五折"], [None], [""])


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "complaints.csv"
    path.write_text("a,b,text\n全场五折,2025-11-11,别的\n", encoding="utf-8")
    found = triage(path, columns={"text": "a", "reported_at": "b"})
    assert found.complaints["text"].tolist() == ["全场五折"]
    assert found.summary["first"] == datetime(2025, 11, 11)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"text": "nowhere"}, "no column 'nowhere'"),
        ({"sender": "nowhere"}, "no column 'nowhere' for sender"),
        ({"date": "b"}, "may name text, reported_at"),
    ],
)
def test_a_column_that_is_not_there_is_named(tmp_path: Path, columns: dict[str, str], said: str) -> None:
    path = tmp_path / "complaints.csv"
    path.write_text("text,b\n全场五折,2025-11-11\n", encoding="utf-8")
    with pytest.raises((InputError, DatasetError), match=said):
        triage(path, columns=columns)


def test_no_column_of_messages_is_said_with_those_there_are() -> None:
    with pytest.raises(DatasetError, match="no column 'text' among 'a'"):
        read_complaints(pd.DataFrame({"a": ["x"]}))
    with pytest.raises(InputError, match="path or a DataFrame, not int"):
        triage(3)


def test_campaigns_of_the_run_before_are_not_new(tmp_path: Path) -> None:
    old = triage(write_complaints(tmp_path / "a.csv", complaint_rows()[:20]))
    assert old.summary["new_campaigns"] is None
    old.write(tmp_path / "old")
    fresh = "【小熊】周年庆全场家居用品八折起，到店还送环保袋，仅限三天"
    rows = [*complaint_rows()[20:40], *[("2025-11-01", "1069", "r", fresh)] * 3]
    new = triage(write_complaints(tmp_path / "b.csv", rows), previous=tmp_path / "old")
    by_id = new.campaigns.set_index("id")["new"].to_dict()
    assert sum(by_id.values()) == new.summary["new_campaigns"] == 1
    assert set(old.campaigns["id"]) <= set(by_id)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "name a folder that spamsms triage wrote"),
        ("{}", "campaigns.jsonl:1: is no campaign"),
        (json.dumps({"id": "a", "sketch_version": 0, "sketch": "", "runs": 1}), "sketches of version 0"),
        (
            json.dumps({"id": "a", "sketch_version": SKETCH_VERSION, "sketch": "AAAA", "runs": 1}),
            "sketch is damaged",
        ),
    ],
)
def test_a_folder_that_is_no_earlier_run_is_refused(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "campaigns.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=said):
        triage(pd.DataFrame({"text": [SALE]}), previous=tmp_path)


def test_files_hold_the_tables_and_protect_spreadsheets(tmp_path: Path) -> None:
    texts = ["=cmd|' /C calc'!A0 全场五折", "@SUM(1) 满300减50 退订回T", "+1 全场", "-2 半价"]
    found = triage(pd.DataFrame({"text": texts, "sender": ["=1+1", "@x", "+8613800000000", "-"]}))
    found.write(tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(file_names())
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        assert tuple(rows[0]) == COLUMNS[path.stem]
        assert not any(field.startswith(("=", "+", "-", "@")) for row in rows[1:] for field in row), path
    campaigns = [json.loads(line) for line in (tmp_path / "out" / "campaigns.jsonl").open(encoding="utf-8")]
    assert [row["id"] for row in campaigns] == found.campaigns["id"].tolist()
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["used"] == 4


def test_cells_stay_what_they_are() -> None:
    assert [cell(value) for value in ("优选", 3, True, None, 0.123456789)] == ["优选", 3, 1, None, 0.12346]


def test_a_model_of_one_s_own_judges(char_model: SpamClassifier) -> None:
    found = triage(pd.DataFrame({"text": [SALE, CODE]}), char_model)
    assert set(found.sectors.query("complaints > 0")["sector"]) <= {"other", "not_marketing"}
    with pytest.raises(InputError, match="model is of type int; pass a SpamClassifier"):
        triage(pd.DataFrame({"text": [SALE]}), 3)  # type: ignore[arg-type]


def test_without_pandas_the_tables_are_there_and_data_frames_say_what_to_install(
    result: TriageResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(PandasUnavailableError, match=r'pip install "spamsms\[triage\]"'):
        _ = result.campaigns
    assert result.tables["campaigns"]


def test_steps_are_told(tmp_path: Path) -> None:
    told: list[str] = []
    triage(write_complaints(tmp_path / "a.csv", []), report=told.append)
    assert told == list(triage_module.STEPS)


def test_the_command_writes_and_counts(run: Run, tmp_path: Path) -> None:
    path = write_complaints(tmp_path / "complaints.csv")
    done = run("triage", str(path), "-o", str(tmp_path / "out"))
    assert done.code == 0, done.err
    assert "140 rows read: 140 used, 0 not usable" in done.out
    assert "1 days of surge, most on 2025-10-21: 60 against 4 on a usual day" in done.out
    assert (tmp_path / "out" / "report.html").is_file()
    again = run("triage", str(path), "-o", str(tmp_path / "two"), "--previous", str(tmp_path / "out"))
    assert "0 of these campaigns new" in again.out


def test_the_command_reports_bad_rows_and_goes_on(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "complaints.csv"
    path.write_text("内容,时间\n全场五折,2025-11-11\n,\n", encoding="utf-8")
    done = run("triage", str(path), "-o", str(tmp_path / "out"))
    assert done.code == 1
    assert f"{path}:3: no text" in done.err


def test_the_command_refuses_to_overwrite_what_it_reads(run: Run, tmp_path: Path) -> None:
    path = write_complaints(tmp_path / "complaints.csv")
    before = path.read_bytes()
    done = run("triage", str(path), "-o", str(tmp_path))
    assert done.code == 2
    assert "is a file that is read; name another folder for -o" in done.err
    assert path.read_bytes() == before


def test_loans_are_finance() -> None:
    found = triage(pd.DataFrame({"text": [LOAN.format(1)]}))
    assert found.complaints["sector"].tolist() == ["finance"]


PERSONAL = {
    "13912345678": "139****5678",
    "13712345678": "137****5678",
    "15012345678": "150****5678",
    "zhangwei88@example.com": "z***@example.com",
}


def test_numbers_and_addresses_of_persons_are_masked_in_every_file(tmp_path: Path) -> None:
    text = (
        "【优选商城】双11全场5折，满300减50，微信13712345678，详询15012345678，"
        "邮箱zhangwei88@example.com，退订回T"
    )
    frame = pd.DataFrame({"text": [text] * 5, "sender": "13912345678", "reported_at": "2025-11-11"})
    masked, open_ = tmp_path / "masked", tmp_path / "open"
    triage(frame).write(masked)
    triage(frame, unmask=True).write(open_)
    rank_ports(frame).write(masked / "ports")
    written = {path.name: path.read_text(encoding="utf-8") for path in masked.rglob("*") if path.is_file()}
    assert not [(name, secret) for name, found in written.items() for secret in PERSONAL if secret in found]
    assert all(shown in written["clues.csv"] for shown in PERSONAL.values())
    clues = (open_ / "clues.csv").read_text(encoding="utf-8")
    assert all(secret in clues for secret in PERSONAL)


def test_a_file_without_messages_says_how_to_name_their_column(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"no column 'text' among 'a', 'b'; name the one .*--column"):
        triage(path)


def test_clues_of_one_number_stand_in_the_order_of_their_values_in_every_file(tmp_path: Path) -> None:
    texts = ["低息贷款当天放款，详询 4008123456 或 4006123456 或 4007123456，拒收请回复R"] * 3
    result = triage(pd.DataFrame({"text": texts}))
    result.write(tmp_path)
    campaign = json.loads((tmp_path / "campaigns.jsonl").read_text(encoding="utf-8").splitlines()[0])
    phones = [item["value"] for item in campaign["clues"]["phone"]]
    assert phones == ["4006123456", "4007123456", "4008123456"]
    assert phones == [row["value"] for row in result.tables["clues"] if row["type"] == "phone"]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "4006123456 × 3; 4007123456 × 3; 4008123456 × 3" in page
