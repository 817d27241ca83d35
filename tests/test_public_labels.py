from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamsms import cli
from spamsms.errors import DatasetError
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import read_datasets
from spamsms.training.public_labels import (
    FEWEST_LETTERS,
    HASH_DIGITS,
    REPOSITORIES,
    PublicLabel,
    make_labels,
    message_hash,
    read_labels,
    render_labels,
)
from spamsms.training.raw_texts import find_texts, raw_files
from spamsms.training.rebuild import rebuild

# What public sources might hold; written for this test.
MESSAGES = {
    "【优选商城】会员日满300减50,戳 t.cn/Ab12 抢券，退订回T": "R",
    "您尾号8812的账户于11月11日支出人民币1,280.00元": "b",
    '妈，我说的是"明天晚上"回家吃饭，不是今天': "p",
    "贷款利率低至3.6%, 当天放款, 详询13800138000": "F",
    "订单已发货，请注意查收谢谢,20241111": "d",
    "小区明天上午停水，请提前储水，给您带来不便敬请谅解": "n",
}
GROUPS = "abcdef"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.tsv"
    rows = [
        f"{kind}\t{int(kind.isupper())}\trdfz\t{group}\t{text}"
        for (text, kind), group in zip(MESSAGES.items(), GROUPS, strict=True)
    ]
    path.write_text("kind\tlabel\tsource\tgroup\ttext\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def labels(labelled: Path) -> dict[str, PublicLabel]:
    return {item.hash: item for item in make_labels(labelled)[0]}


# -- the hash ---------------------------------------------------------------------------------------


LETTERS = st.text(st.sampled_from("优惠会议晚饭快递账单天气AbcT"), min_size=8, max_size=30)
NOTHING = st.lists(
    st.sampled_from(["", " ", "\u3000", "，", "*", "***", "7", "12345", "【", "\t"]), min_size=31
)


@given(LETTERS, NOTHING)
def test_digits_masks_spaces_and_punctuation_do_not_change_the_hash(text: str, between: list[str]) -> None:
    changed = "".join(char + sign for char, sign in zip(text, between, strict=False))
    assert message_hash(changed) == message_hash(text) == message_hash(text.upper())


@given(st.text(max_size=60))
def test_every_text_has_a_hash_or_none(text: str) -> None:
    found = message_hash(text)
    assert found is None or re.fullmatch(f"[0-9a-f]{{{HASH_DIGITS}}}", found)
    assert message_hash(re.sub("[0-9]", "5", text)) == found


def test_the_hash_is_that_of_the_letters() -> None:
    letters = "您的快递已到请凭取件码领取abc"
    expected = hashlib.sha256(letters.encode()).hexdigest()[:16]
    assert message_hash("您的快递已到，请凭取件码 8812 领取ＡＢc。***") == expected


def test_messages_of_few_letters_have_no_hash() -> None:
    assert message_hash("验证码 482913。") is None
    assert message_hash("一二三四五六七") is None
    assert message_hash("一二三四五六七八") is not None
    assert len("一二三四五六七八") == FEWEST_LETTERS


# -- the labels that come with the project ------------------------------------------------------------


def test_the_projects_labels_are_sound_and_hold_no_text() -> None:
    labels = read_labels()
    assert len(labels) > 10_000
    assert {item.source for item in labels.values()} == set(REPOSITORIES)
    path = Path(__file__).parent.parent / "data" / "labels.tsv"
    assert path.stat().st_size < 600_000
    data = path.read_bytes()
    assert data.isascii()
    assert list(labels) == sorted(labels)
    for item in labels.values():
        assert len(item.hash) == HASH_DIGITS


def test_labels_written_are_read_back(labelled: Path, tmp_path: Path) -> None:
    labels, counts = make_labels(labelled)
    assert counts == {"rows": 6, "labels": 6, "too_short": 0, "repeated": 0, "contradictory": 0}
    (tmp_path / "out.tsv").write_text(render_labels(labels), encoding="utf-8")
    assert list(read_labels(tmp_path / "out.tsv").values()) == labels
    assert {item.kind: item.label for item in labels} == {"R": 1, "F": 1, "b": 0, "p": 0, "d": 0, "n": 0}


def test_short_repeated_and_contradictory_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        ("p", "g1", "好的"),
        ("n", "g2", "小区明天上午停水请提前储水1"),
        ("n", "g2", "小区明天上午停水，请提前储水2"),
        ("R", "g3", "全场五折，退订回T，戳链接领券"),
        ("L", "g3", "全场五折 退订回T 戳链接领券"),
    ]
    body = "".join(f"{kind}\tmudou\t{group}\t{text}\n" for kind, group, text in rows)
    (tmp_path / "a.tsv").write_text("kind\tsource\tgroup\ttext\n" + body, encoding="utf-8")
    labels, counts = make_labels(tmp_path / "a.tsv")
    assert counts == {"rows": 5, "labels": 1, "too_short": 1, "repeated": 1, "contradictory": 2}
    assert [(item.kind, item.source, item.group) for item in labels] == [("n", "mudou", 1)]


@pytest.mark.parametrize(
    "row",
    [
        "xyz\tR\t1\trdfz\t1",
        "0123456789abcdef\tR\t0\trdfz\t1",
        "0123456789abcdef\tQ\t1\trdfz\t1",
        "0123456789abcdef\tR\t1\t\t1",
        "0123456789abcdef\tR\t1\trdfz\tg1",
        "0123456789abcdef\tR\t1\trdfz",
    ],
)
def test_a_damaged_file_of_labels_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    path = tmp_path / "labels.tsv"
    path.write_text(f"hash\tkind\tlabel\tsource\tgroup\n{row}\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"labels\.tsv:2: "):
        read_labels(path)


# -- raw downloads -----------------------------------------------------------------------------------


def as_csv(rows: list[list[str]]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def unlabelled(rows: list[str]) -> str:
    return "".join(f"{row}\n" for row in rows)


TEXTS = list(MESSAGES)
FORMS: dict[str, tuple[str, str]] = {
    "lines": ("a.txt", unlabelled(TEXTS)),
    "label before": ("a.data", unlabelled([f"1 {text}" for text in TEXTS])),
    "unquoted commas": ("a.dat", "label,text\n" + unlabelled([f"0,{text}" for text in TEXTS])),
    "csv": ("a.csv", as_csv([["0", text] for text in TEXTS])),
    "csv with a header": ("a.csv", as_csv([["id", "内容", "标签"], *(["7", text, "x"] for text in TEXTS)])),
    "tsv, segmented behind": ("a.train", unlabelled([f"1\t{text}\t{' '.join(text)}" for text in TEXTS])),
    "jsonl": ("a.jsonl", unlabelled([json.dumps({"x": {"t": text}, "y": 1}) for text in TEXTS])),
    "json": ("a.json", json.dumps([{"content": text} for text in TEXTS], indent=1, ensure_ascii=False)),
    "json lines called json": ("a.json", unlabelled([json.dumps({"t": text}) for text in TEXTS])),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_messages_are_found_whole_in_any_form(
    tmp_path: Path, labels: dict[str, PublicLabel], form: str, encoding: str
) -> None:
    name, content = FORMS[form]
    folder = tmp_path / "raw" / "deep"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content.encode(encoding))
    found = find_texts(raw_files(tmp_path / "raw"), labels)
    assert sorted(found.texts.values()) == sorted(TEXTS)
    assert found.files == {str(folder / name): len(TEXTS)}


def test_messages_are_found_in_parquet(tmp_path: Path, labels: dict[str, PublicLabel]) -> None:
    pytest.importorskip("pyarrow")
    import pandas as pd

    (tmp_path / "raw").mkdir()
    pd.DataFrame({"y": 1, "content": TEXTS}).to_parquet(tmp_path / "raw" / "a.parquet")
    assert sorted(find_texts(raw_files(tmp_path / "raw"), labels).texts.values()) == sorted(TEXTS)


def test_a_message_over_lines_of_a_csv_is_found_and_written_in_one(
    tmp_path: Path, labels: dict[str, PublicLabel]
) -> None:
    (tmp_path / "raw").mkdir()
    broken = TEXTS[5].replace("，", "，\n")
    (tmp_path / "raw" / "a.csv").write_text(as_csv([["1", broken]]), encoding="utf-8")
    built = rebuild(tmp_path / "raw", tmp_path / "out", labels)
    assert built.rows == 1
    assert (tmp_path / "out" / "inbox.tsv").read_text(encoding="utf-8").splitlines()[1].split("\t")[4] == (
        " ".join(broken.split())
    )


def test_what_was_found_can_be_trained_on_and_what_is_missing_is_said(
    tmp_path: Path, labels: dict[str, PublicLabel], labelled: Path
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.txt").write_text(unlabelled([text.replace("8", "3") for text in TEXTS[:4]]), encoding="utf-8")
    (raw / "b.xlsx").write_bytes(b"PK")
    (raw / "c.png").write_bytes(b"\x89PNG\0\0")
    (raw / "d.parquet").write_bytes(b"PAR1")
    (raw / ".hidden.txt").write_text(unlabelled(TEXTS), encoding="utf-8")
    built = rebuild(raw, tmp_path / "out", labels)
    assert (built.rows, built.missing) == (4, 2)
    assert built.sources == {"rdfz": {"labels": 6, "found": 4, "missing": 2}}
    assert set(built.raw.unreadable) == {str(raw / "b.xlsx"), str(raw / "d.parquet")}
    missing = (tmp_path / "out" / "missing.tsv").read_text(encoding="utf-8").splitlines()
    assert sorted(line.split("\t")[1] for line in missing[1:]) == ["d", "n"]

    dataset, problems = read_datasets([tmp_path / "out" / "inbox.tsv"], TrainingConfig())
    assert problems == []
    expected = {text.replace("8", "3"): kind for text, kind in list(MESSAGES.items())[:4]}
    assert dict(zip(dataset.texts, dataset.kinds, strict=True)) == expected
    assert set(dataset.sources) == {"rdfz"}
    said = str(built)
    for words in ("rogerwang2008/bayes-spam-filter", "a.txt: 4 found", "b.xlsx: not read: packed or a"):
        assert words in said


def test_the_same_files_give_the_same_bytes(tmp_path: Path, labels: dict[str, PublicLabel]) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.train").write_text(FORMS["tsv, segmented behind"][1], encoding="utf-8")
    rebuild(tmp_path / "raw", tmp_path / "one", labels)
    rebuild(tmp_path / "raw", tmp_path / "two", labels)
    assert (tmp_path / "one" / "inbox.tsv").read_bytes() == (tmp_path / "two" / "inbox.tsv").read_bytes()


@pytest.mark.parametrize("content", [None, b"", b"nothing here\n"])
def test_a_folder_without_any_of_the_messages_is_refused(
    tmp_path: Path, labels: dict[str, PublicLabel], content: bytes | None
) -> None:
    (tmp_path / "raw").mkdir()
    if content is not None:
        (tmp_path / "raw" / "a.txt").write_bytes(content)
    with pytest.raises(DatasetError, match=r"holds none of the 6 labelled messages|the folder is empty"):
        rebuild(tmp_path / "raw", tmp_path / "out", labels)
    assert not (tmp_path / "out").exists()
    with pytest.raises(DatasetError, match="there is no such folder"):
        rebuild(tmp_path / "absent", tmp_path / "out", labels)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, labels: dict[str, PublicLabel]) -> None:
    (tmp_path / "a.txt").write_text(unlabelled(TEXTS), encoding="utf-8")
    (tmp_path / "a.txt").chmod(0)
    assert "cannot be read" in find_texts(raw_files(tmp_path), labels).unreadable[str(tmp_path / "a.txt")]


def test_the_commands_make_labels_and_join_them(
    tmp_path: Path, labelled: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["data", *arguments])
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    made = str(tmp_path / "labels.tsv")
    code, out, _ = run("labels", "--data", str(labelled), "--out", made)
    assert (code, "6 rows: 6 labels written" in out) == (0, True)
    raw, built = tmp_path / "raw", str(tmp_path / "built")
    raw.mkdir()
    (raw / "a.txt").write_text(unlabelled(TEXTS[:5]), encoding="utf-8")
    code, out, _ = run("build", "--raw", str(raw), "--out", built, "--labels", made)
    assert code == 1
    assert "1 are missing; listed in" in out
    (raw / "b.txt").write_text(unlabelled(TEXTS[5:]), encoding="utf-8")
    code, out, _ = run("build", "--raw", str(raw), "--out", built, "--labels", made)
    assert code == 0
    assert "missing;" not in out
    code, _, err = run("build", "--raw", str(tmp_path / "absent"), "--out", built)
    assert (code, "there is no such folder" in err) == (2, True)


def test_the_labels_lie_where_the_wheel_puts_them() -> None:
    tomllib = pytest.importorskip("tomllib" if sys.version_info >= (3, 11) else "tomli")
    with open(Path(__file__).parent.parent / "pyproject.toml", "rb") as file:
        tool = tomllib.load(file)["tool"]["setuptools"]
    assert tool["package-dir"]["spamsms.data"] == "data"
    assert tool["package-data"]["spamsms.data"] == ["labels.tsv"]
    assert "spamsms.data" in tool["packages"]
