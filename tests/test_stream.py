"""Files larger than memory are read in mixed batches and learnt from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_runs import run_process
from labelled_corpus import read_rows, write_rows

from spamsms import SpamClassifier, cli
from spamsms.errors import DatasetError
from spamsms.training import stream
from spamsms.training.config import Source, TrainingConfig
from spamsms.training.stream import Tally, read_batches, train_streaming

CONFIG = TrainingConfig(name="streamed", version="1", model={"hash_bits": 13}, test_share=0.2)


@pytest.fixture(scope="module")
def by_class(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One file a class, as such data often come."""
    folder = tmp_path_factory.mktemp("by_class")
    rows = [{**row, "split": ""} for row in read_rows(8)]
    return [
        write_rows([row for row in rows if row["label"] == label], folder / f"{label}.tsv")
        for label in ("0", "1")
    ]


def test_every_row_is_read_once_and_classes_are_mixed(by_class: list[Path]) -> None:
    tally = Tally()
    batches = list(read_batches(by_class, rows_a_batch=64, shuffled_rows=128, tally=tally))
    texts = [text for batch in batches for text in batch.texts]
    rows = read_rows(8)
    assert sorted(texts) == sorted(row["text"] for row in rows)
    assert tally.rows == len(rows)
    assert {len(batch) for batch in batches[:-1]} == {64}
    for batch in batches[:-1]:
        assert 0.15 < batch.labels.mean() < 0.85


def test_the_order_follows_the_seed(by_class: list[Path]) -> None:
    first, again, other = (
        [text for batch in read_batches(by_class, seed=seed, rows_a_batch=50) for text in batch.texts]
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other
    assert sorted(first) == sorted(other)


def test_few_rows_are_held_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_rows([{"text": f"第{i}条", "label": str(i % 2)} for i in range(400)], tmp_path / "a.tsv")
    taken = 0
    read = stream.usable_row

    def counting(*arguments: object) -> object:
        nonlocal taken
        taken += 1
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(stream, "usable_row", counting)
    batches = read_batches([path], rows_a_batch=10, shuffled_rows=30)
    next(batches)
    assert taken == 40


def test_bad_rows_are_noted_with_their_lines_and_the_rest_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST_PROBLEMS", 2)
    path = tmp_path / "faulty.tsv"
    path.write_text("text\tlabel\n你好\t0\n优惠\t也许\n领券\t1\n\t1\n满减\t谁知道\n", encoding="utf-8")
    tally = Tally()
    (batch,) = read_batches([path], tally=tally)
    assert sorted(batch.texts) == sorted(["你好", "领券"])
    assert tally.bad_rows == 3
    assert [problem.line for problem in tally.problems] == [3, 5]


def test_a_streamed_model_is_measured_on_what_it_never_learnt(by_class: list[Path], tmp_path: Path) -> None:
    result = train_streaming(by_class, tmp_path / "model", CONFIG)
    counts = result.data.counts
    assert counts["train"] + counts["test"] == counts["rows"] == len(read_rows(8))
    assert 0.1 < counts["test"] / counts["rows"] < 0.3
    assert result.figures["slices"]["all"]["auc"]["value"] > 0.85
    loaded = SpamClassifier.load(tmp_path / "model")
    assert (loaded.name_, loaded.version_) == ("streamed", "1")
    assert loaded.hash_ == result.model.hash_
    assert json.loads((tmp_path / "model" / "metrics.json").read_text("utf-8"))["n_test"] == counts["test"]
    assert train_streaming(by_class, None, CONFIG).model.hash_ == result.model.hash_


def test_the_test_side_is_never_learnt_from(by_class: list[Path], tmp_path: Path) -> None:
    result = train_streaming(by_class, None, CONFIG, passes=1)
    tested = set(result.data.test.texts)
    rows = [{**row, "split": ""} for row in read_rows(8)]
    for row in rows:
        if row["text"] in tested:
            row["label"], row["kind"] = str(1 - int(row["label"])), ""
    # The rows stay where they were, so that they are read in the same order.
    flipped = []
    for path in by_class:
        own = [row for row in rows if row["text"] in path.read_text("utf-8")]
        flipped.append(write_rows(own, tmp_path / path.name))
    assert train_streaming(flipped, None, CONFIG, passes=1).model.hash_ == result.model.hash_


def test_the_test_side_is_bounded(by_class: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_TESTED", 40)
    assert len(train_streaming(by_class, None, CONFIG, passes=1).data.test) == 40


def test_sources_unlike_inboxes_do_not_calibrate(by_class: list[Path]) -> None:
    sources = (Source("0.tsv"), Source("1.tsv", calibrate=False))
    config = TrainingConfig(model={"hash_bits": 12}, sources=sources)
    monitored = train_streaming(by_class, None, config, passes=2).model
    assert monitored.stream_ is not None
    usual = train_streaming(by_class, None, TrainingConfig(model={"hash_bits": 12}), passes=2).model
    assert usual.stream_ is not None
    assert usual.stream_.reservoir.labels.sum() > 0
    assert monitored.stream_.reservoir.labels.sum() == 0


def test_one_class_is_refused(by_class: list[Path]) -> None:
    with pytest.raises(DatasetError, match="one class only"):
        train_streaming(by_class[:1], None, CONFIG, passes=1)


def test_the_command_streams(by_class: list[Path], tmp_path: Path) -> None:
    config = tmp_path / "training.toml"
    config.write_text("[model]\nhash_bits = 12\n", encoding="utf-8")
    files = [str(path) for path in by_class]
    out = str(tmp_path / "model")
    options = ["--config", str(config), "--data", *files, "--out", out]
    done = run_process("train", "--streaming", "--passes", "1", *options)
    assert done.code == 0, done.err
    assert f"{len(read_rows(8))} rows read" in done.out
    refused = run_process("train", "--passes", "2", "--data", *files, "--out", out)
    assert refused.code != 0
    assert "--passes goes with --streaming" in refused.err


def test_the_counts_of_rows_and_of_messages_add_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stream, "MOST_TESTED", 5)
    rows = [{**row, "split": ""} for row in read_rows(8)]
    data = write_rows([*rows, {**rows[0], "text": "另一条", "label": "也许", "kind": ""}], tmp_path / "a.tsv")
    (tmp_path / "training.toml").write_text("[model]\nhash_bits = 12\n", encoding="utf-8")
    options = ["--config", str(tmp_path / "training.toml"), "--out", str(tmp_path / "model")]
    assert cli.main(["train", "--streaming", "--passes", "1", "--data", str(data), *options]) == 1
    said = capsys.readouterr().out
    assert f"{len(rows) + 1} rows read, 1 unusable" in said
    found = re.search(r"trained on (\d+), tested on 5 of (\d+) held out", said)
    assert found is not None
    assert int(found[1]) + int(found[2]) == len(rows)
