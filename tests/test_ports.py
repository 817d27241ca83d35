from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_runs import Run
from complaint_files import CODE, HOSTILE, SALE, complaint_rows, write_complaints

from benchmarks.campaigns import pairwise
from benchmarks.mutated_messages import make_campaigns, read_templates
from spamsms import rank_ports
from spamsms.errors import DatasetError
from spamsms.governance import ports as ports_module
from spamsms.governance.campaign_stream import CampaignStream
from spamsms.governance.campaigns import find_campaigns
from spamsms.governance.distinct import DistinctCounts, Frequent
from spamsms.governance.exports import port_file_names
from spamsms.governance.port_reasons import judge_port
from spamsms.governance.port_tally import Observed, Port, PortTally
from spamsms.governance.ports import PortRanking
from spamsms.governance.ports_report import render_ports
from spamsms.governance.senders import classify_sender
from spamsms.governance.table_columns import PORT_COLUMNS

NO_REFUSAL = "【优选商城】全场家电满300减50，戳 t.cn/Ab12{0} 抢券，仅限今日"


@pytest.fixture(scope="module")
def ranking() -> PortRanking:
    rows = [("2025-11-11 23:10", "10690000111", NO_REFUSAL.format(n % 10)) for n in range(40)]
    rows += [("2025-11-11 10:00", "10690000222", SALE.format(n % 10)) for n in range(40)]
    rows += [("2025-11-10 09:00", "95555", CODE.format(n % 10)) for n in range(30)]
    rows += [("2025-11-10 09:00", "10690000333", (CODE if n % 2 else SALE).format(n % 10)) for n in range(40)]
    rows += [("2025-11-10 09:00", "17000000001", NO_REFUSAL.format(n)) for n in range(9)]
    rows += [("2025-11-10 09:00", "", "妈，我晚上回家吃饭")]
    return rank_ports(pd.DataFrame(rows, columns=["time", "port", "text"]))


def row_of(ranking: PortRanking, sender: str) -> dict[str, object]:
    return next(row for row in ranking.rows if row["sender"] == sender)


def test_what_burdens_most_stands_first_and_says_why(ranking: PortRanking) -> None:
    assert [row["rank"] for row in ranking.rows] == [1, 2, 3, 4, 5]
    worst = ranking.rows[0]
    assert worst["sender"] == "10690000111"
    assert "no way to refuse in 100 % (40/40" in worst["reasons"]
    assert "sent from 21 to 8 o'clock" in worst["reasons"]
    assert "营销中无拒收方式" in worst["reasons_zh"]
    assert ranking.rows[-1]["sender"] == "95555"
    assert ranking.rows[-1]["reasons"] == ""


def test_counts_by_number_are_exact(ranking: PortRanking) -> None:
    row = row_of(ranking, "10690000222")
    assert (row["messages"], row["marketing"], row["refusal"], row["campaigns"]) == (40, 40, 1.0, 1)
    assert (row["peak_hour"], row["night"], row["top_signatures"]) == (10, 0.0, ["优选商城"])
    assert row["first_seen"] == datetime(2025, 11, 11, 10)
    assert ranking.summary["without_sender"] == 1
    assert sum(each["messages"] for each in ranking.rows) == ranking.summary["used"] - 1


def test_codes_and_marketing_over_one_number_and_personal_numbers_are_told(ranking: PortRanking) -> None:
    assert "notices (50 %" in str(row_of(ranking, "10690000333")["reasons"])
    assert "a personal number sends marketing" in str(row_of(ranking, "170****0001")["reasons"])
    example = row_of(ranking, "95555")["top_campaigns"][0]["example"]  # type: ignore[index]
    assert "482910" not in example


def test_the_ranking_is_a_data_frame_too(ranking: PortRanking) -> None:
    assert tuple(ranking.ports.columns) == PORT_COLUMNS
    assert len(ranking.ports) == 5


def test_parts_of_any_size_give_the_same_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_complaints(tmp_path / "c.csv")
    whole = rank_ports(path)
    monkeypatch.setattr(ports_module, "ROWS_A_PART", 7)
    told: list[int] = []
    parts = rank_ports(path, advance=told.append)
    assert sum(told) == len(complaint_rows())
    assert max(told) == 7
    names = ["sender", "messages", "marketing", "refusal", "kinds", "hours", "campaigns", "first_seen"]
    assert whole.ports[names].equals(parts.ports[names])


def test_bad_rows_are_counted_over_all_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports_module, "ROWS_A_PART", 3)
    monkeypatch.setattr(ports_module, "MOST_PROBLEMS", 4)
    path = tmp_path / "c.csv"
    path.write_text("text,sender\n" + "全场五折,1069000012\n,1\n" * 10, encoding="utf-8")
    summary = rank_ports(path).summary
    assert (summary["read"], summary["used"], summary["unusable"]) == (20, 10, 10)
    assert len(rank_ports(path).problems) == 4


def test_a_file_without_sending_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no column of sending numbers; name it: --sender-column"):
        rank_ports(pd.DataFrame({"text": [SALE]}))
    assert rank_ports(pd.DataFrame({"text": [], "sender": []})).rows == []


def test_numbers_beyond_the_room_are_forgotten_and_counted() -> None:
    tally = PortTally(most=10)
    for start in range(0, 60, 6):
        senders = ["big"] * 5 + [f"s{n}" for n in range(start, start + 6)]
        size = len(senders)
        tally.add(
            Observed(
                senders,
                [None] * size,
                np.ones(size, np.bool_),
                ["R"] * size,
                np.zeros(size, np.bool_),
                ["优选"] * size,
                np.arange(size),
            )
        )
    ports = {port.number: port for port in tally.ports()}
    assert len(ports) <= 10
    assert ports["big"].messages == 50
    assert sum(port.messages for port in ports.values()) + tally.n_forgotten_messages == 110
    assert (ports["big"].n_signatures, ports["big"].n_campaigns) == (1, 5)


def test_a_stream_finds_the_campaigns_that_the_whole_has() -> None:
    texts, true = make_campaigns(read_templates("test")[:60], 2000, 5, "test")
    stream = CampaignStream()
    streamed = np.concatenate([stream.assign(texts[at : at + 100])[0] for at in range(0, 2000, 100)])
    assert pairwise(streamed.tolist(), true)[2] > 0.9
    assert pairwise(streamed.tolist(), find_campaigns(texts).labels.tolist())[2] > 0.9


def test_a_stream_forgets_single_messages_first() -> None:
    texts = read_templates("development")[:200]
    stream = CampaignStream(most=50)
    stream.assign([SALE.format(1), SALE.format(2)])
    for at in range(0, 200, 20):
        stream.assign(texts[at : at + 20])
    assert stream.kept().size <= 50
    assert stream.n_forgotten > 100
    assert stream.assign([SALE.format(3)])[0].tolist() == [0]
    assert stream.assign(["", "!"])[0].tolist() == [-1, -1]


@pytest.mark.parametrize("number", [0, 1, 30, 1000])
def test_distinct_counts_are_a_few_per_cent_off(number: int) -> None:
    counts = DistinctCounts()
    counts.resize(2)
    for _ in range(2):
        counts.add(np.ones(number, np.int64), np.arange(number).astype(np.uint64))
    assert counts.estimate(0) == 0
    assert counts.estimate(1) == pytest.approx(number, rel=0.08, abs=0)


def test_the_most_frequent_values_stay() -> None:
    rng = np.random.default_rng(3)
    values = rng.permutation([1] * 300 + [2] * 200 + list(range(100, 400))).tolist()
    top = Frequent(16)
    top.add(values)
    assert [value for value, _ in top.most_common(2)] == [1, 2]
    true = Counter(values)
    assert all(true[value] - len(values) / 16 <= count <= true[value] for value, count in top.most_common(16))


def port(**changes: object) -> Port:
    base = Port("10690000111", 100, 0, 0, {}, [0] * 24, None, None, 0, 1, [], [])
    return base._replace(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"marketing": 90, "marketing_refusals": 90}, ["marketing"]),
        ({"marketing": 90, "marketing_refusals": 0}, ["marketing", "no way to refuse"]),
        (
            {"kinds": {"X": 20, "c": 80}, "marketing": 20, "marketing_refusals": 20},
            ["gambling, porn or fraud"],
        ),
        ({"n_signatures": 9}, ["about 9 signatures"]),
        ({"number": "abc"}, ["no number"]),
        ({}, []),
    ],
)
def test_reasons_are_given_where_counts_carry_them(changes: dict[str, object], said: list[str]) -> None:
    found = port(**changes)
    standing = judge_port(found, classify_sender(found.number))
    assert len(standing.reasons) == len(standing.reasons_zh) == len(said)
    assert all(reason.startswith(start) for reason, start in zip(standing.reasons, said, strict=True))


def test_few_messages_carry_no_reason() -> None:
    assert judge_port(port(messages=2, marketing=2), classify_sender("10690000111")).reasons == []


def test_files_are_written_and_messages_stay_text(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": [HOSTILE] * 3, "sender": ["<script>x</script>", "=1+1", "10690000111"]})
    found = rank_ports(frame, unmask=True)
    found.write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(port_file_names())
    assert render_ports(found).count("<script>") == 1
    with (tmp_path / "ports.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["sender"] for row in rows) == ["'=1+1", "10690000111", "<script>x</script>"]
    first = json.loads((tmp_path / "ports.jsonl").read_text("utf-8").split("\n")[0])
    assert tuple(first) == PORT_COLUMNS


def test_the_command_ranks_and_prints_the_first(run: Run, tmp_path: Path) -> None:
    path = write_complaints(tmp_path / "complaints.csv")
    done = run("ports", str(path), "-o", str(tmp_path / "out"))
    assert done.code == 0, done.err
    assert "140 rows read: 140 used, 0 not usable; 11 sending numbers" in done.out
    assert "1. 106900001234: 70 messages" in done.out
    assert (tmp_path / "out" / "ports.html").is_file()


def test_days_without_a_time_are_not_taken_for_midnight() -> None:
    texts = [f"【优选商城】双11全场5折起，满{300 + row}减50，退订回T" for row in range(20)]
    days = pd.DataFrame({"text": texts, "sender": "10690000111", "reported_at": "2025-11-11"})
    (row,) = rank_ports(days).rows
    assert (row["peak_hour"], row["night"], sum(row["hours"])) == (None, None, 0)
    (row,) = rank_ports(days.assign(reported_at="2025-11-11 00:30")).rows
    assert (row["peak_hour"], row["night"]) == (0, 1.0)
