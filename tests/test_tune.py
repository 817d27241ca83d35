from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled_corpus import read_rows, write_rows
from sklearn.metrics import make_scorer, roc_auc_score
from sklearn.model_selection import GridSearchCV, GroupKFold

from spamsms import DatasetError, InputError, SpamClassifier, cli
from spamsms.commands import tune as command
from spamsms.training import tune as tune_module
from spamsms.training.config import Source, TrainingConfig, read_config
from spamsms.training.config_file import format_config
from spamsms.training.dedupe import near_duplicate_groups
from spamsms.training.metrics import partial_area
from spamsms.training.train import prepare_data
from spamsms.training.trial_fits import apply_candidate, score_fold
from spamsms.training.tune import count_fits, draw_candidates, rungs, tune
from spamsms.training.tuning_result import Trial, TuningResult

CONFIG = TrainingConfig(model={"hash_bits": 13})
SPACE = {"C": (1e-6, 1e-5, 1.0), "passage_weight": (0.0, 0.3)}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rows(read_rows(9), tmp_path_factory.mktemp("tuned") / "labelled.tsv")


def test_a_bad_start_is_left_behind_and_the_gain_is_measured_on_unseen_folds(data: Path) -> None:
    # Where everything shares 256 buckets, next to nothing is learnt.
    bad = TrainingConfig(model={"hash_bits": 8, "passage_weight": 1.0})
    space = {"hash_bits": (8, 15), "passage_weight": (0.3, 1.0)}
    reports: list[str] = []
    result = tune(
        [data],
        bad,
        n_trials=5,
        space=space,
        inner_folds=2,
        outer_folds=2,
        metric="auc",
        report=reports.append,
    )
    assert result.config.model["hash_bits"] == 15
    assert result.sentence.startswith("Tuning helps on messages that no search saw")
    assert result.difference[1] > 0
    assert result.estimate - result.baseline == pytest.approx(result.difference[0])
    assert all(found["hash_bits"] == 15 for found in result.chosen)
    assert len(reports) == count_fits(5, 2, 2)
    assert {trial.number for trial in result.trials} == set(range(5))
    assert [len(trial.scores) for trial in result.trials] == [2, 2, 1, 1, 1]


def test_more_processes_give_the_same_result(data: Path) -> None:
    options = {"n_trials": 3, "space": SPACE, "inner_folds": 2, "outer_folds": 2}
    alone = tune([data], CONFIG, **options)  # type: ignore[arg-type]
    assert tune([data], CONFIG, n_jobs=2, **options) == alone  # type: ignore[arg-type]


def test_one_trial_is_the_configuration_as_given(data: Path) -> None:
    result = tune([data], CONFIG, n_trials=1, inner_folds=2, outer_folds=2)
    assert result.config == CONFIG
    assert result.difference == (0.0, 0.0, 0.0)
    assert result.sentence.startswith("Nothing beat the configuration as given")


def test_a_gain_of_partial_searches_is_not_told_as_one_of_the_configuration_that_stays() -> None:
    as_given = Trial(0, {}, (0.9,))
    result = TuningResult(CONFIG, "auc", [as_given], 0.95, 0.9, (0.05, 0.01, 0.09), [{"C": 2.0}], {})
    stays, _, gain = result.sentence.partition(" What searches on parts of it chose")
    assert stays.endswith("on all of the training side, so it stays.")
    assert "on messages that they never saw: auc 0.9500 against 0.9000 as given, +0.0500" in gain


def test_no_template_and_no_test_message_crosses_a_fold(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = prepare_data([data], CONFIG)
    seen: list[tuple[set[int], set[int]]] = []

    def record(train, groups, config, candidate, fitted, held_out):  # type: ignore[no-untyped-def]
        assert set(train.texts) <= set(prepared.train.texts)
        seen.append((set(groups[fitted].tolist()), set(groups[held_out].tolist())))
        return score_fold(train, groups, config, candidate, fitted, held_out)

    monkeypatch.setattr(tune_module, "score_fold", record)
    tune([data], CONFIG, n_trials=2, space=SPACE, inner_folds=2, outer_folds=2)
    assert len(seen) == count_fits(2, 2, 2)
    assert all(not fitted & held for fitted, held in seen)


def test_a_trial_ranks_messages_as_the_estimator_would(data: Path) -> None:
    prepared = prepare_data([data], CONFIG)
    rows = np.arange(len(prepared.train))
    fitted, held = rows[::2], rows[1::2]
    candidate = {"C": 2.0, "passage_weight": 0.5, "wanted_weight": 3.0}
    scores = score_fold(prepared.train, prepared.train_groups, CONFIG, candidate, fitted, held)
    model = SpamClassifier(hash_bits=13, cv=2, **candidate)
    part = prepared.train.take(fitted.tolist())
    model.fit(part.texts, part.labels, part.weights)
    expected = model.decision_function(prepared.train.take(held.tolist()).texts)
    assert np.corrcoef(scores, expected)[0, 1] == pytest.approx(1)


def test_weights_of_sources_are_searched_where_the_configuration_names_several(tmp_path: Path) -> None:
    rows = read_rows(9)
    for name, part in (("a", rows[::2]), ("b", rows[1::2])):
        write_rows(part, tmp_path / f"{name}.tsv")
    config = TrainingConfig(
        model={"hash_bits": 12}, sources=(Source("a.tsv", weight=0.5), Source("b.tsv", calibrate=False))
    )
    result = tune([tmp_path], config, n_trials=4, inner_folds=2, outer_folds=2, parameters=["weight of a"])
    assert {len(trial.parameters) for trial in result.trials[1:]} <= {0, 1}
    changed = apply_candidate(config, {"weight of a": 4.0, "augment_copies": 2})
    assert [source.weight for source in changed.sources] == [2.0, 1.0]
    assert changed.augment_copies == 2
    with pytest.raises(InputError, match=r"no parameter 'weight of c' to search; there are C, .*weight of a"):
        tune([tmp_path], config, parameters=["weight of c"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "f1"}, "metric must be one of partial_auc, auc, recall, not 'f1'"),
        ({"n_trials": 0}, "n_trials must be a whole number from 1 on"),
        ({"inner_folds": 1}, "inner_folds must be a whole number from 2 on"),
        ({"space": {"alpha": (1,)}}, "SpamClassifier has no parameter 'alpha'"),
        ({"space": {"C": (1.0, -1.0)}}, "C must be a number above 0, not -1.0"),
        ({"space": {"C": ()}}, "the space has no value for 'C'"),
        ({"space": {"weight of inbox": (1,)}}, "the configuration names no source 'inbox'"),
        ({"space": {"augment_copies": (-1,)}}, "augment_copies must be a number of at least 0"),
    ],
)
def test_arguments_are_refused_before_anything_is_fitted(
    data: Path, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        tune([data], CONFIG, **options)  # type: ignore[arg-type]


def test_too_few_templates_are_refused(tmp_path: Path) -> None:
    rows = [{"text": f"第{n}次会议改到{n}点", "label": str(n % 2)} for n in range(4)]
    path = write_rows(rows, tmp_path / "few.tsv")
    with pytest.raises(DatasetError, match=r"too few templates of a class for 3 folds; label more"):
        tune([path], TrainingConfig(test_share=0.0), n_trials=2)


@given(st.integers(1, 40), st.integers(2, 9))
def test_the_race_runs_every_fold_once_with_ever_fewer_trials(n: int, n_folds: int) -> None:
    found = list(rungs(n, n_folds))
    assert [fold for start, stop, _ in found for fold in range(start, stop)] == list(range(n_folds))
    running = [count for _, _, count in found]
    assert running[0] == n
    assert running == sorted(running, reverse=True)
    assert running[-1] >= min(2, n)


@given(st.integers(1, 30), st.integers(0, 5))
def test_candidates_differ_and_start_with_nothing_changed(n: int, seed: int) -> None:
    found = draw_candidates(SPACE, n, seed)
    assert found[0] == {}
    assert len(found) == min(n, 7)
    assert all(found.count(item) == 1 for item in found)
    assert found == draw_candidates(SPACE, n, seed)


_WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@given(_WORDS, _WORDS, st.floats(0, 9), st.booleans(), st.dictionaries(_WORDS, _WORDS, max_size=3))
@settings(max_examples=40)
def test_a_configuration_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    file: str,
    weight: float,
    calibrate: bool,
    kinds: dict[str, str],
) -> None:
    config = TrainingConfig(
        name=name,
        description=f"{name}\n{file}",
        model={"C": weight, "tokenizer": "jieba", "hmm": calibrate},
        sources=(Source(file, weight=weight, calibrate=calibrate, kinds=kinds), Source("b")),
        augment_copies=2,
    )
    path = tmp_path_factory.mktemp("config") / "training.toml"
    path.write_bytes(format_config(config, f"{name}\nwritten").encode())
    assert read_config(path) == config


def test_command_writes_a_configuration_that_trains(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, out = tmp_path / "start.toml", tmp_path / "tuned"
    start.write_text("seed = 3\n[model]\nhash_bits = 12\n", encoding="utf-8")
    arguments = ["tune", "--data", str(data), "--config", str(start), "--out", str(out), "--trials", "3"]
    arguments += ["--folds", "2", "--outer-folds", "2", "--parameters", "C", "passage_weight"]
    assert cli.main(arguments) == 0
    said = capsys.readouterr().out
    summary = json.loads((out / "tuning.json").read_text(encoding="utf-8"))
    assert summary["sentence"] in said
    best = summary["trials"][0]["parameters"]
    config = read_config(out / "training.toml")
    assert config.seed == 3
    assert config.model == {"hash_bits": 12, **best}
    with (out / "trials.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["number"] for row in rows) == ["0", "1", "2"]
    assert {"partial_auc", "folds", "C", "passage_weight", "fold 1", "fold 2"} <= set(rows[0])
    trained = ["train", "--data", str(data), "--config", str(out / "training.toml")]
    assert cli.main([*trained, "--out", str(tmp_path / "model")]) == 0
    over = [*arguments, "--config", str(out / "training.toml")]
    assert cli.main(over) == 2
    assert "would be written over" in capsys.readouterr().err


def test_the_command_s_defaults_are_the_function_s() -> None:
    assert tuple(tune_module.METRICS) == command.METRICS
    for name in ("TRIALS", "INNER_FOLDS", "OUTER_FOLDS"):
        assert getattr(command, name) == getattr(tune_module, name)


# Scores are not weighted here, and scikit-learn says so from 1.8 on.
@pytest.mark.filterwarnings("ignore:The scoring .* does not support sample_weight")
def test_grid_search_divides_no_group_and_weighs_samples_in_several_processes() -> None:
    rows = read_rows(25)
    texts, labels = [row["text"] for row in rows], np.array([int(row["label"]) for row in rows])
    groups = near_duplicate_groups(texts)
    groups[: len(groups) // 2] //= 2
    weights = np.where(labels == 1, 0.5, 1.0)
    grid = {"C": [1e-4, 1.0], "passage_weight": [0.0, 0.3]}
    scoring = make_scorer(partial_area_of, response_method="decision_function")
    found = []
    for n_jobs in (None, 2):
        search = GridSearchCV(
            SpamClassifier(hash_bits=12, cv=2),
            grid,
            cv=GroupKFold(2),
            scoring=scoring,
            n_jobs=n_jobs,
            error_score="raise",
        )
        found.append(search.fit(texts, labels, groups=groups, sample_weight=weights))
    alone, together = found
    assert together.best_params_ == alone.best_params_
    np.testing.assert_array_equal(
        together.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"]
    )
    fitted, held = next(iter(GroupKFold(2).split(texts, labels, groups)))
    assert not set(groups[fitted]) & set(groups[held])
    model = SpamClassifier(hash_bits=12, cv=2, C=1e-4, passage_weight=0.0)
    model.fit([texts[row] for row in fitted], labels[fitted], sample_weight=weights[fitted])
    expected = partial_area_of(labels[held], model.decision_function([texts[row] for row in held]))
    assert alone.cv_results_["split0_test_score"][0] == pytest.approx(expected)
    assert alone.predict(texts).shape == labels.shape


def partial_area_of(labels: np.ndarray, scores: np.ndarray) -> float:
    found = partial_area(scores, labels)
    assert found == roc_auc_score(labels, scores, max_fpr=0.05)
    return found
