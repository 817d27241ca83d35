"""A model learns from batches that come one after another."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from conftest import Messages
from sklearn.metrics import roc_auc_score

from spamsms import InputError, SpamClassifier, reservoir
from spamsms.reservoir import Reservoir
from spamsms.shingles import template_keys


def small(**parameters: Any) -> SpamClassifier:
    return SpamClassifier(**{"hash_bits": 13, **parameters})


def stream(model: SpamClassifier, messages: Messages, passes: int = 3, size: int = 100) -> SpamClassifier:
    for turn in range(passes):
        order = np.random.default_rng(turn).permutation(len(messages.texts))
        for start in range(0, order.size, size):
            rows = order[start : start + size].tolist()
            texts, labels = [messages.texts[row] for row in rows], [messages.labels[row] for row in rows]
            model.partial_fit(texts, labels, classes=[0, 1])
    return model


@pytest.fixture(scope="module")
def train(messages: Messages) -> Messages:
    return Messages(messages.texts[::2], messages.labels[::2])


@pytest.fixture(scope="module")
def test(messages: Messages) -> Messages:
    return Messages(messages.texts[1::2], messages.labels[1::2])


@pytest.fixture(scope="module")
def streamed(train: Messages) -> SpamClassifier:
    return stream(small(), train)


def test_batches_come_close_to_one_fit(streamed: SpamClassifier, train: Messages, test: Messages) -> None:
    whole = small(cv=2).fit(train.texts, train.labels)
    areas = [roc_auc_score(test.labels, model.decision_function(test.texts)) for model in (streamed, whole)]
    assert areas[0] > areas[1] - 0.03


def test_the_same_stream_gives_the_same_model(streamed: SpamClassifier, train: Messages) -> None:
    again = stream(small(), train)
    assert again.hash_ == streamed.hash_
    assert again.operating_points_ == streamed.operating_points_
    assert stream(small(random_state=1), train).hash_ != streamed.hash_


def test_what_calibrates_is_never_learnt_from(streamed: SpamClassifier, train: Messages) -> None:
    assert streamed.stream_ is not None
    held = streamed.stream_.reservoir
    assert 0.02 * len(train.texts) < len(held.texts) < 0.25 * len(train.texts)
    flipped = dict(zip(held.texts, 1 - held.labels, strict=True))
    labels = [flipped.get(text, label) for text, label in zip(*train, strict=True)]
    other = stream(small(), Messages(train.texts, labels))
    assert other.scorer_.weights.tolist() == streamed.scorer_.weights.tolist()


def test_a_batch_of_one_class_or_of_one_message_will_do(train: Messages) -> None:
    model = small()
    for value in (1, 0):
        texts = [text for text, label in zip(*train, strict=True) if label == value][:60]
        assert model.partial_fit(texts, [value] * len(texts)) is model
        assert np.isfinite(model.decision_function(texts)).all()
        assert model.threshold >= model.review_threshold
    before = model.hash_
    for text in ("鎏金阁臻藏沉香手串", "沉香雅集恭候莅临", "明早八点开会"):
        model.partial_fit([text], [1])
    assert model.hash_ != before
    assert model.predict(train.texts).mean() < 1


def test_an_empty_batch_changes_nothing(streamed: SpamClassifier) -> None:
    twin = copy.copy(streamed)
    assert twin.partial_fit([], []).hash_ == streamed.hash_


def test_a_copy_learns_for_itself(streamed: SpamClassifier, test: Messages) -> None:
    before = streamed.hash_
    twin = copy.copy(streamed)
    twin.partial_fit(test.texts[:50], test.labels[:50])
    assert twin.hash_ != before
    assert streamed.hash_ == before


def test_a_stream_goes_on_after_a_pause(streamed: SpamClassifier, test: Messages) -> None:
    loaded = pickle.loads(pickle.dumps(streamed))
    direct = copy.copy(streamed)
    for model in (loaded, direct):
        model.partial_fit(test.texts, test.labels)
    assert loaded.hash_ == direct.hash_


def test_a_fitted_model_learns_on_from_its_weights(
    char_model: SpamClassifier, messages: Messages, test: Messages
) -> None:
    model = copy.copy(char_model)
    before = model.decision_function(test.texts)
    model.partial_fit(test.texts[:100], test.labels[:100])
    assert np.corrcoef(before, model.decision_function(test.texts))[0, 1] > 0.8
    assert (model.name_, model.version_, model.details_) == ("custom", "0", {})
    assert not hasattr(model, "out_of_fold_log_odds_")
    model.fit(messages.texts, messages.labels)
    assert model.hash_ == char_model.hash_


def test_messages_without_weight_teach_nothing(train: Messages) -> None:
    texts, labels = train.texts[:80], train.labels[:80]
    weights = np.ones(80)
    weights[::2] = 0
    first = small().partial_fit(texts, labels, sample_weight=weights)
    second = small().partial_fit(texts[1::2], labels[1::2])
    assert first.hash_ == second.hash_


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"X": ["a", 3], "y": [0, 1]}, r"X\[1\] is int 3"),
        ({"X": ["a"], "y": [0, 1]}, "y has 2 entries for 1 texts"),
        ({"X": ["a"], "y": [1], "classes": [0, 1, 2]}, r"classes must be \[0, 1\]"),
        ({"X": ["a"], "y": [1], "sample_weight": [-1]}, r"sample_weight\[0\] is -1"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused_and_changes_nothing(
    streamed: SpamClassifier, arguments: dict[str, Any], message: str
) -> None:
    before = streamed.hash_
    with pytest.raises(InputError, match=message):
        streamed.partial_fit(**arguments)
    assert streamed.hash_ == before


def test_features_cannot_change_within_a_stream(streamed: SpamClassifier, char_model: SpamClassifier) -> None:
    for model in (copy.copy(streamed), copy.copy(char_model)):
        model.set_params(hash_bits=10)
        with pytest.raises(InputError, match="changed since the model was fitted; call fit instead"):
            model.partial_fit(["a"], [1])


def test_a_reservoir_stays_bounded_and_holds_the_same_messages_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reservoir, "MOST_MESSAGES", 50)
    texts = [f"第{number}号通知，明天{number * 7919 % 1000}点开会" for number in range(1500)]
    keys = template_keys(texts)
    labels = np.arange(1500) % 2
    sample = Reservoir()
    for start in range(0, 1500, 100):
        rows = slice(start, start + 100)
        sample = sample.take_in(texts[rows], keys[rows], labels[rows], np.ones(100))
        assert len(sample.texts) <= 50
    assert sample.limit < Reservoir().limit
    assert set(sample.texts) == {
        text for text, held in zip(texts, sample.holds_out(keys), strict=True) if held
    }
    assert sample.take_in(texts, keys, labels, np.ones(1500)).messages == sample.messages
    assert sample.labels.tolist() == [labels[texts.index(text)] for text in sample.texts]


def test_the_kinds_part_in_the_score_is_kept(messages: Messages) -> None:
    kinds = ["RF"[row % 2] if label else "cp"[row % 2] for row, label in enumerate(messages.labels)]
    model = small(cv=2).fit(messages.texts, messages.labels)
    model.fit_kinds(messages.texts, kinds, second_look=True)
    before = model.scorer_.second_look
    model.partial_fit(messages.texts[:40], messages.labels[:40])
    after = model.scorer_.second_look
    assert before is not None
    assert after is not None
    assert after.head is before.head
    # It goes with first scores: both were multiplied and moved alike.
    share = (after.high - after.low) / (before.high - before.low)
    assert after.scale / before.scale == pytest.approx(share)
    assert after.fading / before.fading == pytest.approx(share)
