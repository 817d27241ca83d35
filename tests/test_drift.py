from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from labelled_corpus import CONFIG, small_data

from spamsms import DatasetError
from spamsms.training import drift
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import Dataset, join
from spamsms.training.drift import drift_runs, format_drift, measure_drift
from spamsms.training.train import PreparedData

SIGNS = {
    ("shop", 1): "折券抢购礼惠",
    ("bank", 1): "贷额授信款借",
    ("shop", 0): "快递取件验证",
    ("bank", 0): "余额账单还账",
}
FILLER = "天地人山水火木土石日月星风云雨雪春夏秋冬东西南北上下左右"


def synthetic(rows_each: int = 60) -> PreparedData:
    """Return two sources whose adverts have not a character in common, half of them on the test side."""
    chance = random.Random(3)
    texts, labels, sources = [], [], []
    for (source, label), signs in SIGNS.items():
        for _ in range(rows_each):
            chosen = chance.choices(FILLER, k=14) + chance.choices(signs, k=10)
            chance.shuffle(chosen)
            texts.append("".join(chosen))
            labels.append(label)
            sources.append(source)
    n = len(texts)
    whole = Dataset(
        texts=texts,
        labels=np.array(labels),
        kinds=[""] * n,
        sources=sources,
        files=["file"] * n,
        groups=[""] * n,
        splits=[""] * n,
        flags=[""] * n,
        writers=[""] * n,
        weights=np.ones(n),
        calibrate=np.ones(n, np.bool_),
        origins=[("file", row) for row in range(n)],
    )
    tested = np.arange(n) % 2 == 1
    groups = np.arange(n)
    return PreparedData(whole.select(~tested), whole.select(tested), groups[~tested], groups[tested])


def test_no_run_measures_what_it_was_fitted_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "SMALLEST_TO_LEARN_FROM", 10)
    data = small_data()
    pool = join([data.train, data.test])
    groups = np.concatenate([data.train_groups, data.test_groups])
    known = np.arange(len(pool)) < len(data.train)
    runs = list(drift_runs(pool, groups, known, np.ones(len(pool), np.bool_)))
    assert {"without a", "without g", "a -> b", "b -> a"} <= {run.name for run in runs}
    for run in runs:
        assert not run.fitted[~known].any()
        assert not set(groups[run.fitted]) & set(groups[run.measured])
        assert {0, 1} == set(pool.labels[run.fitted].tolist())


def test_a_source_that_another_column_names_too_is_left_out_once() -> None:
    data = synthetic()
    same = replace(data.train, files=data.train.sources, writers=data.train.sources)
    ones = np.ones(len(same), np.bool_)
    names = [run.name for run in drift_runs(same, data.train_groups, ones, ones)]
    assert names == ["without bank", "without shop"]


def test_recall_lost_on_a_source_never_trained_on_is_outside_its_interval() -> None:
    figures = measure_drift(synthetic(), TrainingConfig(model={"hash_bits": 12, "cv": 2}))
    runs = {row["name"]: row for row in figures["runs"]}
    assert list(runs) == ["without bank", "without shop"]
    lost = runs["without bank"]
    assert (lost["n_fitted"], lost["n_spam"], lost["n_wanted"]) == (60, 60, 60)
    assert lost["usual"]["recall"]["value"] > 0.9
    assert lost["change"]["recall"]["high"] < -0.3
    assert lost["usual"]["auc"]["low"] > lost["drift"]["auc"]["high"]
    assert lost["change"]["recall"]["value"] == pytest.approx(
        lost["drift"]["recall"]["value"] - lost["usual"]["recall"]["value"], abs=1e-4
    )


def test_messages_that_stand_in_other_groups_count_nowhere() -> None:
    data = synthetic()
    repeated = [*data.test.texts[1:], "。".join(data.train.texts[:2])]
    test = replace(data.test, texts=repeated)
    figures = measure_drift(replace(data, test=test), TrainingConfig(model={"hash_bits": 12, "cv": 2}))
    assert figures["left_out"] == 1


def test_steps_and_table_name_every_run() -> None:
    data, named = synthetic(), list[str]()
    figures = measure_drift(data, TrainingConfig(model={"hash_bits": 12, "cv": 2}), named.append)
    assert named == ["usual model", *(row["name"] for row in figures["runs"])]
    table = format_drift(figures)
    assert all(row["name"] in table for row in figures["runs"])
    assert "points" in table


def test_without_a_training_side_nothing_is_fitted() -> None:
    data = small_data()
    empty = replace(data, train=Dataset(), train_groups=np.zeros(0, np.int64))
    with pytest.raises(DatasetError, match="no training side"):
        measure_drift(empty, CONFIG)
