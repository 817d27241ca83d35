"""Labelled files as people have them: every fault is reported with its line, the rest is used."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_runs import Run
from hypothesis import given
from hypothesis import strategies as st

from spamsms.errors import DatasetError
from spamsms.training.config import Source, TrainingConfig
from spamsms.training.dataset import Dataset, RowProblem, iter_problems, read_datasets, remove_duplicates
from spamsms.training.labelled_rows import read_label, read_time, read_weight
from spamsms.training.profile import profile_dataset

ADVERT = "【优选商城】会员日满300减50，退订回T"
DINNER = "妈，我晚上回家吃饭"
DEFAULTS = TrainingConfig()
HEADER = "text,label,kind,source,sender,time,weight,note,note"


def read(*paths: Path) -> tuple[Dataset, list[RowProblem]]:
    return read_datasets(paths, DEFAULTS)


# Each line of the file, and what is said of it; None where it is a good row.
FAULTS: list[tuple[bytes, str | None]] = [
    (f"{ADVERT},spam,R,a,106900,2024-11-11 08:00,2,x,y\n".encode(), None),
    (f"{DINNER},ham,p,a,妈,2024/11/11 8:05,,x,y\r\n".encode(), None),
    (f"{ADVERT}1,maybe,,a,,,,x,y\n".encode(), "label 'maybe' is none of 0, 1"),
    (f"{ADVERT}2,,,a,,,,x,y\n".encode(), "the column 'label' is empty"),
    (b"   ,1,,a,,,,x,y\n", "the column 'text' is empty"),
    (f"{ADVERT}3,1\n".encode(), "2 fields where the header has 9"),
    (f"{ADVERT}4,1,,a,,,,x,y,z\n".encode(), "10 fields where the header has 9"),
    (f'"{ADVERT}5,1,,a,,,,x,y\n'.encode(), "is a quote missing"),
    ("优\0惠,1,,a,,,,x,y\n".encode(), "NUL"),
    (b"\xff\xfe" + f"{ADVERT}6,1,,a,,,,x,y\n".encode(), "not UTF-8 at byte 1"),
    (f"{ADVERT}7,0,R,a,,,,x,y\n".encode(), "label '0' contradicts kind 'R'"),
    (f"{ADVERT}8,z,,a,,,,x,y\n".encode(), "labelled 'z'"),
    (f"{ADVERT}9,1,,a,,,-1,x,y\n".encode(), "weight '-1' is no finite number"),
    (f"{ADVERT}甲,1,,a,,,NaN,x,y\n".encode(), "weight 'NaN' is no finite number"),
    (f"{ADVERT}乙,1,,a,,,much,x,y\n".encode(), "weight 'much' is no finite number"),
    (f"{ADVERT}丙,1,,a,,yesterday,,x,y\n".encode(), "time 'yesterday' is not understood"),
    (b"x" * (5 << 20) + b",1,,a,,,,x,y\n", "longer than 1,048,576 bytes"),
    (b"y" * (1 << 18) + b",1,,a,,,,x,y\n", "a field longer than 131,072 characters"),
    (b"\n", "a blank line"),
    (f"{HEADER}\n".encode(), "the header once more"),
    (f"\ufeff{ADVERT}丁,1,,a,,,,x,y\n".encode(), "a byte order mark in the middle"),
    ("优惠\r来了,1,,a,,,,x,y\n".encode(), r"a bare \r in it"),
    ("明天开会,0,,a,,,,x,y\n".encode(), None),
    ("明天开会,1,,a,,,,x,y\n".encode(), None),
    (f"{ADVERT}戊,R,,,,1731283200,0.5,x,y\n".encode(), None),
]
STILL_USED = ("a byte order mark in the middle", "time 'yesterday' is not understood")


def test_every_fault_of_a_csv_is_reported_with_its_line_and_the_rest_is_used(tmp_path: Path) -> None:
    path = tmp_path / "faults.csv"
    path.write_bytes(f"\ufeff{HEADER}\r\n".encode() + b"".join(line for line, _ in FAULTS))
    dataset, problems = read(path)

    assert problems.pop(0) == RowProblem(
        str(path), 1, "the header names 'note' twice; both columns are ignored", used=True
    )
    expected = [(row + 2, said) for row, (_, said) in enumerate(FAULTS) if said]
    assert [problem.line for problem in problems] == [line for line, _ in expected]
    for problem, (_, said) in zip(problems, expected, strict=True):
        assert said in problem.reason, problem
        assert problem.used == (said in STILL_USED), problem
        assert str(problem).startswith(f"{path}:{problem.line}: ")
    # Every line is a row or a fault.
    assert len(dataset) + sum(not problem.used for problem in problems) == len(FAULTS)

    good = [row + 2 for row, (_, said) in enumerate(FAULTS) if said is None or said in STILL_USED]
    assert [line for _, line in dataset.origins] == good
    assert dataset.labels.tolist() == [1, 0, 1, 1, 0, 1, 1]
    assert dataset.texts[3] == f"{ADVERT}丁"
    assert dataset.kinds[-1] == "R"
    assert dataset.sources[-1] == "faults"
    assert dataset.weights.tolist() == [2, 1, 1, 1, 1, 1, 0.5]
    assert dataset.senders[:2] == ["106900", "妈"]
    assert dataset.times[[0, 1, -1]].astype(str).tolist() == [
        "2024-11-11T08:00:00",
        "2024-11-11T08:05:00",
        "2024-11-11T08:00:00",
    ]
    assert np.isnat(dataset.times[2])

    unique, conflicts = remove_duplicates(dataset)
    assert [(problem.line, problem.reason) for problem in conflicts] == [
        (24, f"labelled otherwise in {path}:25; a tie, all left out")
    ]
    assert "明天开会" not in unique.texts


JSON_FAULTS: list[tuple[str, str | None]] = [
    (json.dumps({"text": ADVERT, "label": 1, "weight": 0.5}), None),
    (json.dumps({"text": DINNER, "label": False}), None),
    ('{"text": "优惠", "label": 1', "not valid JSON"),
    ("[1, 2]", "a JSON array where an object is expected"),
    ('{"text": 12, "label": 1}', "'text' is a JSON number where text is expected"),
    ('{"text": null, "label": 1}', "'text' is a JSON null where text is expected"),
    ('{"label": 1}', "no key 'text'"),
    ('{"text": "优惠"}', "no key 'label' or 'kind'"),
    ('{"text": "优惠", "label": null}', "the column 'label' is empty"),
    ('{"text": "优惠", "label": [1]}', "label '[1]' is none of 0, 1"),
    ('{"text": "优惠", "label": 1, "weight": NaN}', "weight 'NaN' is no finite number"),
    ('{"text": "优惠\\u0000", "label": 1}', "NUL"),
    (" ", "a blank line"),
    ('\ufeff{"text": "加我微信领券", "kind": "R"}', None),
    ('{"content": "晚上一起吃饭", "标签": "正常"}', None),
]


def test_every_fault_of_a_jsonl_is_reported_with_its_line_and_the_rest_is_used(tmp_path: Path) -> None:
    path = tmp_path / "faults.jsonl"
    path.write_text("\n".join(line for line, _ in JSON_FAULTS) + "\n\n", encoding="utf-8")
    dataset, problems = read(path)
    expected = [(row + 1, said) for row, (_, said) in enumerate(JSON_FAULTS) if said]
    assert [problem.line for problem in problems] == [line for line, _ in expected]
    for problem, (_, said) in zip(problems, expected, strict=True):
        assert said in problem.reason, problem
    assert dataset.labels.tolist() == [1, 0, 1, 0]
    assert dataset.weights.tolist() == [0.5, 1, 1, 1]


def test_broken_gb18030_costs_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "gbk.tsv"
    rows = f"text\tlabel\n{ADVERT}\t垃圾\nBAD\t0\n{DINNER}\t正常\n"
    path.write_bytes(rows.encode("gb18030").replace(b"BAD", b"\xff\xff"))
    dataset, problems = read(path)
    assert dataset.texts == [ADVERT, DINNER]
    assert [str(problem) for problem in problems] == [f"{path}:3: not GB18030 at byte 1 (ff)"]


# -- the same rows, however they come --------------------------------------------------------------


ROWS = [(ADVERT, 1, "R", 2.0), (DINNER, 0, "p", 1.0), ("您的验证码是 482913", 0, "c", 0.5)]


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=["text", "label", "kind", "weight"])


def test_all_formats_give_the_same_rows(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame().to_csv(tmp_path / "a.csv", index=False)
    frame().to_csv(tmp_path / "b.tsv", index=False, sep="\t")
    frame().to_json(tmp_path / "c.jsonl", orient="records", lines=True, force_ascii=False)
    frame().to_parquet(tmp_path / "d.parquet")
    (tmp_path / "e.csv").write_bytes((tmp_path / "a.csv").read_bytes().decode().encode("gb18030"))
    for data in (*sorted(tmp_path.iterdir()), frame()):
        dataset, problems = read(data)
        assert problems == []
        found = (dataset.texts, dataset.labels, dataset.kinds, dataset.weights)
        assert list(zip(*map(list, found), strict=True)) == ROWS, data


def test_a_dataframe_s_faults_are_reported_by_row(tmp_path: Path) -> None:
    data = pd.DataFrame(
        {
            "内容": [ADVERT, None, float("nan"), 12, DINNER],
            "label": [1, 1, 0, 0, float("nan")],
            "时间": pd.to_datetime(["2024-11-11 08:00", None, None, None, None]),
        }
    )
    dataset, problems = read_datasets([data], DEFAULTS)
    assert dataset.texts == [ADVERT]
    assert dataset.times.astype(str).tolist() == ["2024-11-11T08:00:00"]
    assert list(map(str, problems)) == [
        "DataFrame:1: 'text' is a DataFrame null where text is expected",
        "DataFrame:2: 'text' is a DataFrame null where text is expected",
        "DataFrame:3: 'text' is a DataFrame number where text is expected",
        "DataFrame:4: the column 'label' is empty",
    ]
    with pytest.raises(DatasetError, match="DataFrame: no column 'text' among 'words', 'label'"):
        read_datasets([pd.DataFrame({"words": ["a"], "label": [1]})], DEFAULTS)


def test_a_parquet_file_s_faults_are_reported_by_row(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "x.parquet"
    raw = pa.array([ADVERT.encode(), None, b"\xff\xfe", DINNER.encode()], pa.binary())
    texts = pa.StringArray.from_buffers(4, raw.buffers()[1], raw.buffers()[2], raw.buffers()[0], 1)
    parquet.write_table(pa.table({"text": texts, "label": [1, 1, 1, 0]}), path)
    dataset, problems = read(path)
    assert dataset.texts == [ADVERT, DINNER]
    assert [problem.line for problem in problems] == [2, 3]
    assert "'text' is a Parquet null" in problems[0].reason
    assert "not UTF-8" in problems[1].reason


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1"])
def test_what_is_no_parquet_is_refused(tmp_path: Path, damage: bytes) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "x.parquet").write_bytes(damage)
    with pytest.raises(DatasetError, match=r"x\.parquet: cannot be read as Parquet: "):
        read(tmp_path / "x.parquet")


def test_without_pyarrow_a_parquet_file_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DatasetError, match=r'not installed; python -m pip install "spamsms\[arrow\]"'):
        read(tmp_path / "x.parquet")


def test_check_scores_a_parquet_file(tmp_path: Path, run: Run) -> None:
    pytest.importorskip("pyarrow")
    pd.DataFrame({"text": [ADVERT, None, DINNER]}).to_parquet(tmp_path / "x.parquet")
    code, out, err = run("check", "-f", str(tmp_path / "x.parquet"), "--format", "jsonl")
    assert code == 1
    assert [json.loads(line)["is_spam"] for line in out.splitlines()] == [True, False]
    assert "x.parquet:2: 'text' is a Parquet null where text is expected" in err


# -- columns, labels, weights, times -------------------------------------------------------------


def test_columns_are_found_by_common_names_where_they_are_not_ambiguous(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"短信内容,Label,发件人\n{ADVERT},垃圾,106900\n", encoding="utf-8")
    dataset, problems = read(tmp_path / "a.csv")
    assert (dataset.texts, dataset.senders, problems) == ([ADVERT], ["106900"], [])
    (tmp_path / "b.csv").write_text(f"content,message,label\n{ADVERT},{DINNER},1\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="no column 'text' among 'content', 'message', 'label'"):
        read(tmp_path / "b.csv")


def test_a_table_without_labels_or_with_two_columns_of_them_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"text,note\n{ADVERT},x\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"a\.csv: no column 'label' or 'kind' among 'text', 'note'"):
        read(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text(f"text,label,label\n{ADVERT},1,0\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"b\.csv: the header names 'label' twice"):
        read(tmp_path / "b.csv")


def test_where_no_row_can_be_used_the_first_fault_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"text,label\n{ADVERT},promo?\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"no labelled message .*a\.csv:2: label 'promo\?'"):
        read(tmp_path / "a.csv")


def test_the_weight_of_a_row_is_multiplied_by_the_file_s(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"text,label,weight\n{ADVERT},1,0.5\n{DINNER},0,\n", encoding="utf-8")
    config = TrainingConfig(sources=(Source(file="a.csv", weight=0.2),))
    assert read_datasets([tmp_path / "a.csv"], config)[0].weights.tolist() == [0.1, 0.2]


def test_corpus_is_the_project_s_own_where_no_folder_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(read_datasets(["corpus"], DEFAULTS)[0]) > 7000
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "mine.csv").write_text(f"text,label\n{ADVERT},1\n", encoding="utf-8")
    assert read_datasets(["corpus"], DEFAULTS)[0].texts == [ADVERT]


@pytest.mark.parametrize(
    ("value", "label"),
    [("SPAM", 1), (" 垃圾 ", 1), ("1.0", 1), ("True", 1), ("R", 1), ("T", 1), ("营销", 1)]
    + [("Ham", 0), ("正常", 0), ("0.0", 0), ("false", 0), ("c", 0), ("n", 0), ("非垃圾", 0)]
    + [(value, None) for value in ("", "2", "-1", "q", "r", "spam?", "垃圾?")],
)
def test_labels_are_understood_as_spelled(value: str, label: int | None) -> None:
    assert read_label(value) == label


@given(st.floats())
def test_a_weight_is_a_finite_number_of_at_least_0(value: float) -> None:
    found = read_weight(repr(value))
    assert found == (value if 0 <= value < float("inf") else None)


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9999, 12, 30)))
def test_times_come_back_to_the_second(moment: datetime) -> None:
    expected = np.datetime64(moment.replace(microsecond=0), "s")
    chinese = (
        f"{moment.year:04}年{moment.month}月{moment.day}日{moment.hour}时{moment.minute}分{moment.second}秒"
    )
    for written in (moment.isoformat(), f"{moment.year:04}{moment:/%m/%d %H:%M:%S}", chinese):
        assert read_time(written) == expected


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2024-11-11", "2024-11-11T00:00:00"),
        ("2024-11-11T00:00:00Z", "2024-11-11T08:00:00"),
        ("2024-11-11 08:00:00.5+08:00", "2024-11-11T08:00:00"),
        ("2024-11-10 19:00 -0500", "2024-11-11T08:00:00"),
        ("1731283200", "2024-11-11T08:00:00"),
        ("1731283200000", "2024-11-11T08:00:00"),
        ("", "NaT"),
    ],
)
def test_times_are_brought_to_china_s_clocks(value: str, time: str) -> None:
    assert str(read_time(value)) == time


@pytest.mark.parametrize(
    "value", ["yesterday", "2024-13-01", "2024-02-30", "11/12/2024", "2024-1-1 25:00", "12"]
)
def test_what_is_no_time_is_told(value: str) -> None:
    assert read_time(value) is None


def test_a_data_set_fills_columns_left_out_but_never_labels() -> None:
    dataset = Dataset(texts=[ADVERT, DINNER], labels=np.array([1, 0]))
    assert dataset.take([1]).weights.tolist() == [1.0]
    assert dataset.take([1]).origins == [("", 2)]
    with pytest.raises(DatasetError, match="labels are missing for 1 texts"):
        Dataset(texts=[ADVERT])


@given(st.binary(max_size=400), st.sampled_from(["csv", "tsv", "jsonl"]))
def test_no_bytes_break_the_reader(data: bytes, ending: str) -> None:
    head = b"" if ending == "jsonl" else {"csv": b"text,label\n", "tsv": b"text\tlabel\n"}[ending]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{ending}"
        path.write_bytes(head + data)
        try:
            dataset, problems = read(path)
        except DatasetError:
            return
        unusable = sum(not problem.used for problem in problems)
        assert len(dataset) + unusable <= data.count(b"\n") + 1


def test_one_file_or_frame_stands_for_a_list_of_one(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    frame().to_csv(path, index=False)
    texts = read_datasets([path], DEFAULTS)[0].texts
    assert texts
    for data in (path, str(path), frame()):
        assert read_datasets(data, DEFAULTS)[0].texts == texts


def test_problems_that_are_not_shown_are_counted_and_said_where_to_find(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(f"text,label\n{DINNER},0\n" + "坏行,也许\n" * 5, encoding="utf-8")
    problems = read_datasets(path, DEFAULTS)[1]
    lines = list(iter_problems(problems, 2))
    assert len(lines) == 3
    assert lines[2] == "... and 3 more (spamsms profile --format json lists up to 1,000)"
    assert len(profile_dataset(path).to_dict()["problems"]) == 5
