"""Fitting is reproducible and robust, all ways of asking agree, and the host is left alone."""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arbitrary_messages import BATCHES, MESSAGES
from conftest import Messages
from hypothesis import given, settings
from hypothesis import strategies as st

from spamsms import InputError, SpamClassifier, SpamsmsError
from spamsms.calibration import sigmoid
from spamsms.features import TOKENIZERS
from spamsms.fitting import cross_validation_folds

NAMES = st.sampled_from(TOKENIZERS)
SPAM = ["全场五折，退订回T", "会员日满减送券", "贷款秒批，加微信", "注册就送88元"]
WANTED = ["妈，我晚上回家吃饭", "会议改到三点", "您的验证码是 4821", "快递放门口了"]


def small(**parameters: Any) -> SpamClassifier:
    return SpamClassifier(**{"hash_bits": 10, "cv": 2, **parameters})


def weights_of(model: SpamClassifier) -> bytes:
    return model.scorer_.weights.tobytes()


def test_it_learns_to_tell_spam_from_wanted_messages(model: SpamClassifier, messages: Messages) -> None:
    wanted = model.out_of_fold_log_odds_[np.array(messages.labels) == 0]
    spam = model.out_of_fold_log_odds_[np.array(messages.labels) == 1]
    # The area under the curve: how often spam scores above a wanted message.
    assert np.mean(spam[:, None] > wanted[None, :]) > 0.8


@given(NAMES, BATCHES)
@settings(max_examples=100)
def test_all_ways_of_asking_agree(models: dict[str, SpamClassifier], name: str, texts: list[str]) -> None:
    model = models[name]
    log_odds, probabilities, labels = (
        getattr(model, method)(texts) for method in ("decision_function", "predict_proba", "predict")
    )
    verdicts = model.classify_many(texts)
    assert verdicts == [model.classify(text) for text in texts]
    assert [verdict.log_odds for verdict in verdicts] == log_odds.tolist()
    assert [verdict.probability for verdict in verdicts] == probabilities[:, 1].tolist()
    assert [int(verdict.is_spam) for verdict in verdicts] == labels.tolist()
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert probabilities[:, 1] == pytest.approx(sigmoid(log_odds))


def test_results_have_the_shapes_and_types_that_are_documented(char_model: SpamClassifier) -> None:
    assert char_model.decision_function(MESSAGES).dtype == np.float64
    assert char_model.decision_function(MESSAGES).shape == (len(MESSAGES),)
    assert char_model.predict_proba(MESSAGES).shape == (len(MESSAGES), 2)
    assert char_model.predict(MESSAGES).dtype == np.int64
    assert set(char_model.predict(MESSAGES)) <= {0, 1}
    assert char_model.classes_.tolist() == [0, 1]
    verdict = char_model.classify(MESSAGES[1])
    types = {
        "text": str,
        "is_spam": bool,
        "probability": float,
        "log_odds": float,
        "action": str,
        "model": str,
    }
    assert {name: type(getattr(verdict, name)) for name in types} == types


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_the_same_fit_gives_the_same_bytes(messages: Messages, tokenizer: str) -> None:
    texts, labels = messages.texts[:200], messages.labels[:200]
    groups = [row // 3 for row in range(200)]
    one, other, parallel = (
        small(tokenizer=tokenizer, n_jobs=jobs).fit(texts, labels, groups=groups) for jobs in (None, 1, 2)
    )
    for twin in (other, parallel):
        assert weights_of(one) == weights_of(twin)
        assert one.out_of_fold_log_odds_.tobytes() == twin.out_of_fold_log_odds_.tobytes()
        assert (one.threshold, one.review_threshold) == (twin.threshold, twin.review_threshold)
        assert one.scorer_.scale == twin.scorer_.scale


def test_fitting_the_same_instance_again_starts_anew(messages: Messages, char_model: SpamClassifier) -> None:
    model = small().fit(SPAM + WANTED, [1] * 4 + [0] * 4)
    model.name_, model.version_, model.details_ = "old", "9", {"rows": 8}
    model.set_params(**char_model.get_params()).fit(messages.texts, messages.labels)
    assert weights_of(model) == weights_of(char_model)
    assert model.threshold == char_model.threshold
    # What was said of the older model no longer holds.
    assert (model.name_, model.version_, model.details_) == ("custom", "0", {})


def test_a_weight_of_two_counts_like_two_messages(messages: Messages) -> None:
    texts, labels = messages.texts[:120], messages.labels[:120]
    weights = [1 + row % 2 for row in range(120)]
    weighted = small().fit(texts, labels, sample_weight=weights).decision_function(texts)
    unweighted = small().fit(texts, labels).decision_function(texts)
    twice = [row for row, weight in enumerate(weights) for _ in range(weight)]
    repeated = small().fit([texts[row] for row in twice], [labels[row] for row in twice])
    assert np.corrcoef(weighted, repeated.decision_function(texts))[0, 1] > 0.99
    assert weighted.tolist() != unweighted.tolist()


def test_messages_without_weight_have_no_say(messages: Messages) -> None:
    texts, labels = messages.texts[:150], messages.labels[:150]
    wrong = [1 - label for label in labels]
    model = small().fit(texts + texts, labels + wrong, sample_weight=[1] * 150 + [0] * 150)
    plain = small().fit(texts, labels)
    assert weights_of(model) == weights_of(plain)
    used = sigmoid(model.out_of_fold_log_odds_[:150])
    assert np.mean(used[np.array(labels) == 0] >= model.threshold) <= model.false_positive_rate
    assert np.mean(model.predict(texts) == plain.predict(texts)) > 0.95


def test_a_class_whose_only_weight_is_held_out_can_be_fitted() -> None:
    weights = [1, 0, 0, 0, 1, 1, 1, 1]
    model = small(cv=4).fit(SPAM + WANTED, [1] * 4 + [0] * 4, sample_weight=weights)
    assert np.isfinite(model.out_of_fold_log_odds_).all()


def test_no_fold_divides_a_group() -> None:
    labels = np.arange(60) % 2
    groups = np.arange(60) // 4
    folds = cross_validation_folds(labels, groups, 5, 0)
    assert len(folds) == 5
    assert sorted(row for _, held_out in folds for row in held_out.tolist()) == list(range(60))
    assert all(not set(groups[train]) & set(groups[held_out]) for train, held_out in folds)


def test_held_out_scores_do_not_know_their_group(messages: Messages) -> None:
    # Labels at random, five copies of each message: only who has seen a copy can know the label.
    rng = np.random.default_rng(1)
    texts = [text for text in messages.texts[:60] for _ in range(5)]
    labels = np.repeat(rng.integers(0, 2, 60), 5)
    groups = np.repeat(np.arange(60), 5)

    def separation(scores: Any) -> float:
        return float(np.mean(scores[labels == 1][:, None] > scores[labels == 0][None, :]))

    knowing = small(cv=5).fit(texts, labels).out_of_fold_log_odds_
    honest = small(cv=5).fit(texts, labels, groups=groups).out_of_fold_log_odds_
    assert separation(knowing) > 0.95
    assert separation(honest) < 0.75


DEGENERATE: dict[str, tuple[list[str], list[int]]] = {
    "one message a class": (["全场五折", "晚上吃饭"], [1, 0]),
    "two messages a class": (SPAM[:2] + WANTED[:2], [1, 1, 0, 0]),
    "empty messages": ([""] * 6, [1, 0] * 3),
    "some empty messages": (["", "", "全场五折", "晚上吃饭"], [1, 0, 1, 0]),
    "identical messages": (["你好"] * 6, [1, 0] * 3),
    "one spam among many": (SPAM[:1] + WANTED * 8, [1] + [0] * 32),
    "one wanted among many": (SPAM * 8 + WANTED[:1], [1] * 32 + [0]),
    "invisible messages": (["\u200b", "\0", "😀", "\ud800"], [1, 0, 1, 0]),
    "one long message": (["优惠" * 5000, "晚上吃饭", "退订", "好的"], [1, 0, 1, 0]),
}


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
@pytest.mark.parametrize("name", DEGENERATE)
def test_little_or_odd_data_can_be_fitted(name: str, tokenizer: str) -> None:
    texts, labels = DEGENERATE[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = small(tokenizer=tokenizer).fit(texts, labels)
    probabilities = model.predict_proba([*texts, "从未见过的话"])
    assert np.isfinite(probabilities).all()
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert 0 <= model.review_threshold <= model.threshold <= 1
    assert model.classify(texts[0]).action in ("pass", "review", "block")


@pytest.mark.parametrize("groups", [[0] * 8, [0] * 4 + [1] * 4, list(range(8)), ["a", "b"] * 4])
def test_any_division_into_groups_can_be_fitted(groups: list[Any]) -> None:
    model = small(cv=5).fit(SPAM + WANTED, [1] * 4 + [0] * 4, groups=groups)
    assert np.isfinite(model.out_of_fold_log_odds_).all()


PARAMETERS = [
    ({"tokenizer": "bert"}, r"tokenizer must be one of char, jieba, jieba\+char, not 'bert'"),
    ({"C": 0}, "C must be a number above 0, not 0"),
    ({"C": float("nan")}, "C must be a number above 0, not nan"),
    ({"C": float("inf")}, "C must be a number above 0, not inf"),
    ({"C": "1"}, "C must be a number above 0, not '1'"),
    ({"wanted_weight": 0}, "wanted_weight must be a number above 0, not 0"),
    ({"passage_weight": 1.5}, "passage_weight must be a share from 0 to 1, not 1.5"),
    ({"hash_bits": 30}, "hash_bits must be a whole number from 8 to 24, not 30"),
    ({"hmm": None}, "hmm must be True or False, not None"),
    ({"userdict": 3}, "userdict must be a path or None, not 3"),
    ({"solver": "liblinear"}, "solver must be one of auto, exact, blocks, not 'liblinear'"),
    ({"cv": 1}, "cv must be a whole number of at least 2, not 1"),
    ({"cv": 2.0}, "cv must be a whole number of at least 2, not 2.0"),
    ({"false_positive_rate": 2}, "false_positive_rate must be a share from 0 to 1, not 2"),
    (
        {"review_false_positive_rate": None},
        "review_false_positive_rate must be a share from 0 to 1, not None",
    ),
    ({"n_jobs": 0}, "n_jobs must be a whole number other than 0, or None, not 0"),
    ({"n_jobs": "2"}, "n_jobs must be a whole number other than 0, or None, not '2'"),
    ({"random_state": -1}, r"random_state must be a whole number from 0 to 2\*\*32 - 1, or None, not -1"),
    ({"random_state": np.random.default_rng(0)}, "random_state must be a whole number from 0"),
]


@pytest.mark.parametrize(("parameters", "message"), PARAMETERS)
def test_a_parameter_that_makes_no_sense_is_refused_by_fit(parameters: dict[str, Any], message: str) -> None:
    model = SpamClassifier(**parameters)
    with pytest.raises(InputError, match=message):
        model.fit(SPAM + WANTED, [1] * 4 + [0] * 4)


def test_the_users_words_are_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("满减送券 100000 n\n", "utf-8")
    for userdict in (str(path), path):
        model = small(tokenizer="jieba", userdict=userdict).fit(SPAM + WANTED, [1] * 4 + [0] * 4)
        assert "满减送券" in {item.text for item in model.explain("会员日满减送券", None)}
    model.save(tmp_path / "model")
    assert SpamClassifier.load(tmp_path / "model").userdict == str(path)


UNFITTED = ["predict", "predict_proba", "decision_function", "classify_many"]


@pytest.mark.parametrize("method", UNFITTED)
def test_what_is_not_fitted_says_so(method: str) -> None:
    with pytest.raises(
        SpamsmsError, match=r"this SpamClassifier is not fitted; call fit\(X, y\), or load a model"
    ):
        getattr(SpamClassifier(), method)(["a"])


@pytest.mark.parametrize(
    "ask",
    [
        lambda model: model.classify("a"),
        lambda model: model.explain("a"),
        lambda model: model.save(Path(tempfile.gettempdir()) / "never-written"),
        lambda model: model.intercept_,
        lambda model: model.threshold,
        lambda model: model.review_threshold,
        lambda model: model.threshold_for(0.01),
        lambda model: model.set_coverage(0.9),
        lambda model: model.predict_kind(["a"]),
        lambda model: model.fit_kinds(["a"], ["R"]),
    ],
)  # fmt: skip
def test_nothing_is_known_before_fitting(ask: Callable[[SpamClassifier], Any]) -> None:
    with pytest.raises(SpamsmsError, match="not fitted"):
        ask(SpamClassifier())


@pytest.mark.parametrize("scores", [[float("nan"), 1.0], [float("inf"), 1.0], ["1", 2.0], [None, 1.0]])
@pytest.mark.parametrize("method", ["calibrate", "choose_thresholds"])
def test_calibration_refuses_scores_that_are_none(
    char_model: SpamClassifier, method: str, scores: Any
) -> None:
    with pytest.raises(InputError, match=r"log_odds\[0\] is .*; they must be finite numbers"):
        getattr(copy.copy(char_model), method)(scores, [0, 1])


def test_calibrating_moves_all_scores_alike(char_model: SpamClassifier, messages: Messages) -> None:
    model = copy.copy(char_model)
    before = model.decision_function(messages.texts)
    out_of_fold = model.out_of_fold_log_odds_
    model.calibrate(before * 2, messages.labels)
    after = model.decision_function(messages.texts)
    assert np.corrcoef(before, after)[0, 1] == pytest.approx(1)
    slope = np.polyfit(before, after, 1)[0]
    assert np.polyfit(out_of_fold, model.out_of_fold_log_odds_, 1)[0] == pytest.approx(slope)
    assert before.tolist() == char_model.decision_function(messages.texts).tolist()


def test_messages_and_labels_are_not_changed(messages: Messages) -> None:
    texts, labels = np.array(messages.texts[:60], object), np.array(messages.labels[:60])
    weights, groups = np.ones(60), np.arange(60)
    before = [array.tolist() for array in (texts, labels, weights, groups)]
    model = small().fit(texts, labels, weights, groups)
    model.predict(texts)
    assert [array.tolist() for array in (texts, labels, weights, groups)] == before
