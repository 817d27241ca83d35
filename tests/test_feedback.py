"""Corrections: appended and never lost, replayed by who said what last, learnt by the next training."""

from __future__ import annotations

import json
import multiprocessing
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled_corpus import read_rows, write_rows

from spamsms import InputError, SpamClassifier, cli
from spamsms.errors import DatasetError
from spamsms.training.config import TrainingConfig
from spamsms.training.feedback import Feedback
from spamsms.training.train import prepare_data, read_measured

ADVERT = "【优选商城】会员日全场满300减50，退订回T"
PARCEL = "您的包裹已放在驿站，凭8-2-3301领取"


@pytest.fixture
def feedback(tmp_path: Path) -> Feedback:
    return Feedback(tmp_path / "corrections.jsonl")


def states(feedback: Feedback) -> list[str]:
    return [item.state for item in feedback.replay().corrections]


def counting(feedback: Feedback) -> dict[str, int]:
    dataset, _ = feedback.to_dataset()
    return dict(zip(dataset.texts, dataset.labels.tolist(), strict=True))


def test_a_correction_bears_what_the_model_said(feedback: Feedback, char_model: SpamClassifier) -> None:
    verdict = char_model.classify(PARCEL)
    identity = feedback.add(PARCEL, "正常", "Li", verdict=verdict, kind="d", note="a parcel")
    (item,) = feedback.replay().corrections
    assert (item.id, item.author, item.text, item.label) == (identity, "Li", PARCEL, 0)
    assert (item.model, item.model_hash) == (verdict.model, verdict.model_hash)
    assert item.probability == verdict.probability
    assert (item.kind, item.note, item.line, item.state) == ("d", "a parcel", 1, "counts")
    assert item.time.endswith("+00:00")


def test_the_latest_word_of_an_author_counts_and_an_undo_brings_the_earlier_one_back(
    feedback: Feedback,
) -> None:
    feedback.add(PARCEL, 1, "Li")
    later = feedback.add(PARCEL.replace("，", ","), 0, "Li")
    assert states(feedback) == ["superseded", "counts"]
    before = feedback.path.read_bytes()
    assert feedback.undo(later, "Wang").id == later
    assert feedback.path.read_bytes().startswith(before)
    assert states(feedback) == ["counts", "undone"]
    assert counting(feedback) == {PARCEL: 1}
    with pytest.raises(InputError, match=f"'{later}' is undone already"):
        feedback.undo(later, "Li")
    with pytest.raises(InputError, match="no correction 'nope'"):
        feedback.undo("nope", "Li")


def test_authors_who_disagree_are_reported_and_left_out_until_they_agree(feedback: Feedback) -> None:
    feedback.add(ADVERT, 1, "Li")
    feedback.add(ADVERT, 0, "Wang")
    feedback.add(PARCEL, 0, "Wang")
    feedback.add(PARCEL, 0, "Li")
    assert states(feedback) == ["in conflict", "in conflict", "counts", "counts"]
    dataset, problems = feedback.to_dataset()
    assert dataset.texts == [PARCEL]
    assert [str(p) for p in problems] == [
        f"{feedback.path}:2: Wang says 0, Li says 1 (line 1): left out until they agree"
    ]
    feedback.add(ADVERT, 1, "Wang")
    assert counting(feedback) == {ADVERT: 1, PARCEL: 0}


def test_a_line_that_was_cut_short_is_reported_and_spoils_no_other(feedback: Feedback) -> None:
    feedback.add(ADVERT, 1, "Li")
    with feedback.path.open("ab") as file:
        file.write('{"action": "add", "id": "x", "text": "您'.encode()[:-1])
    assert [p.line for p in feedback.replay().problems] == [2]
    feedback.add(PARCEL, 0, "Li")
    replayed = feedback.replay()
    assert [(p.line, p.used) for p in replayed.problems] == [(2, False)]
    assert counting(feedback) == {ADVERT: 1, PARCEL: 0}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"action": "delete", "id": "x"}, "action 'delete' is neither 'add' nor 'undo'"),
        ({"id": "x", "author": "Li", "label": 1}, "text is missing or empty"),
        ({"id": "x", "author": " ", "text": "a", "label": 1}, "author is missing or empty"),
        ({"id": "x", "author": "Li", "text": "a", "label": 2}, "label '2' is none of 0, 1"),
        (
            {"id": "x", "author": "Li", "text": "a", "label": 1, "kind": "c"},
            "kind 'c' is none, or contradicts",
        ),
        ({"action": "undo", "id": "x"}, "undoes 'x', which is no correction of this file"),
        ([], "a JSON array where an object is expected"),
    ],
)
def test_lines_that_cannot_be_used_are_named(feedback: Feedback, record: object, reason: str) -> None:
    feedback.add(ADVERT, 1, "Li")
    with feedback.path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")
    (problem,) = feedback.replay().problems
    assert problem.line == 2
    assert reason in problem.reason
    assert counting(feedback) == {ADVERT: 1}


@pytest.mark.parametrize(
    ("text", "label", "author", "message"),
    [
        ("", 1, "Li", "text is missing or empty"),
        ("a", "maybe", "Li", "label 'maybe' is none of 0, 1"),
        ("a", 1, "", "author is missing or empty"),
        (None, 1, "Li", "text is None"),
    ],
)
def test_what_is_no_correction_is_refused_and_nothing_written(
    feedback: Feedback, text: str, label: int | str, author: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        feedback.add(text, label, author)
    assert not feedback.path.exists()


def test_a_file_that_is_no_jsonl_or_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.jsonl"):
        Feedback(tmp_path / "corrections.csv").add(ADVERT, 1, "Li")
    with pytest.raises(DatasetError, match=r"corrections\.jsonl: cannot be read"):
        Feedback(tmp_path / "corrections.jsonl").replay()


@given(st.text(min_size=1, max_size=40).filter(str.strip), st.text(min_size=1, max_size=10).filter(str.strip))
def test_any_text_and_author_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, text: str, author: str
) -> None:
    feedback = Feedback(tmp_path_factory.mktemp("any") / "f.jsonl")
    feedback.add(text, 1, author)
    (item,) = feedback.replay().corrections
    assert (item.text, item.author) == (text, author)


def test_a_lone_surrogate_is_kept(feedback: Feedback) -> None:
    feedback.add("退订\ud83d回T", 1, "Li")
    feedback.add(PARCEL, 0, "Li")
    assert [item.text for item in feedback.replay().corrections] == ["退订\ud83d回T", PARCEL]


def _append(path: str, author: str) -> None:
    for number in range(20):
        Feedback(path).add(f"{author}{number}" + "满减" * 3000, 1, author)


def test_processes_and_threads_append_at_the_same_time(feedback: Feedback) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append, args=(str(feedback.path), f"p{n}-")) for n in range(2)]
    workers += [threading.Thread(target=_append, args=(str(feedback.path), f"t{n}-")) for n in range(3)]  # type: ignore[misc]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    replayed = feedback.replay()
    assert replayed.problems == []
    assert len({item.id for item in replayed.corrections}) == len(replayed.corrections) == 100


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("feedback") / "data.tsv"
    return write_rows([{**row, "split": ""} for row in read_rows(9)], path)


def test_corrections_prevail_over_the_datas_labels_and_are_trained_on(feedback: Feedback, data: Path) -> None:
    config = TrainingConfig(test_share=0.5, feedback_weight=3.0)
    plain = prepare_data([data], config)
    text = plain.test.texts[0]
    label = int(plain.test.labels[0])
    feedback.add(text, 1 - label, "Li")
    feedback.add("一条数据里没有的消息，明天开会", 0, "Li")
    corrected = prepare_data([data], config, feedback=feedback.path)
    row = corrected.train.texts.index(text)
    assert (int(corrected.train.labels[row]), corrected.train.weights[row]) == (1 - label, 3.0)
    assert "一条数据里没有的消息，明天开会" in corrected.train.texts
    assert corrected.counts["corrected"] == 2
    (problem,) = [p for p in corrected.problems if "corrected to" in p.reason]
    assert problem.reason.endswith(f"corrected to {1 - label} by {feedback.path}:1")
    assert problem.used
    group = plain.test_groups[0]
    template = {t for t, g in zip(plain.test.texts, plain.test_groups, strict=True) if g == group}
    assert not template & set(corrected.test.texts)
    assert not template & set(read_measured([data], config, feedback=feedback.path).test.texts)


def test_corrections_not_in_the_data_take_no_part_in_calibration(feedback: Feedback, data: Path) -> None:
    feedback.add("一条数据里没有的消息，明天开会", 0, "Li")
    prepared = prepare_data([data], TrainingConfig(), feedback=feedback.path)
    row = prepared.train.texts.index("一条数据里没有的消息，明天开会")
    assert not prepared.train.calibrate[row]
    assert prepared.train.sources[row] == "feedback"


def test_from_a_correction_to_a_model_that_has_learnt_it(
    feedback: Feedback, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "training.toml").write_text("feedback_weight = 20.0\n[model]\nhash_bits = 13\ncv = 2\n")
    train = ["train", "--data", str(data), "--config", str(tmp_path / "training.toml")]
    assert cli.main([*train, "--out", str(tmp_path / "old")]) == 0
    text = "老友记火锅城开业，欢迎街坊来坐坐"
    label = 1 - int(SpamClassifier.load(tmp_path / "old").classify(text).is_spam)
    capsys.readouterr()
    command = ["--file", str(feedback.path), "--author", "Li"]
    add = [
        "feedback",
        "add",
        *command,
        "--text",
        text,
        "--label",
        str(label),
        "--model",
        str(tmp_path / "old"),
    ]
    assert cli.main(add) == 0
    recorded = capsys.readouterr().out
    assert "recorded; custom 1 (" in recorded
    assert cli.main([*train, "--out", str(tmp_path / "new"), "--feedback", str(feedback.path)]) == 0
    assert "1 corrected; " in capsys.readouterr().out
    old, new = (SpamClassifier.load(tmp_path / name) for name in ("old", "new"))
    toward = new.classify(text).log_odds - old.classify(text).log_odds
    assert (toward > 0.5) if label else (toward < -0.5)
    compare = ["compare", str(tmp_path / "old"), str(tmp_path / "new"), "--data", str(data)]
    assert cli.main(compare) == 0
    assert "give its --feedback" in capsys.readouterr().err
    assert cli.main([*compare, "--feedback", str(feedback.path)]) == 0
    assert "give its --feedback" not in capsys.readouterr().err


def test_the_commands_list_and_undo(feedback: Feedback, capsys: pytest.CaptureFixture[str]) -> None:
    identity = feedback.add(ADVERT, 1, "Li")
    feedback.add(ADVERT, 0, "Wang")
    file = ["--file", str(feedback.path)]
    assert cli.main(["feedback", "list", *file]) == 1
    captured = capsys.readouterr()
    assert f"{identity}  " in captured.out
    assert "Li  1  [in conflict]  " + ADVERT in captured.out
    assert "left out until they agree" in captured.err
    assert cli.main(["feedback", "undo", *file, "--id", identity, "--author", "Li"]) == 0
    capsys.readouterr()
    assert cli.main(["feedback", "list", *file, "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["author"], row["state"]) for row in rows] == [("Li", "undone"), ("Wang", "counts")]
    assert cli.main(["feedback", "undo", *file, "--id", "nope", "--author", "Li"]) == 2
