"""Thresholds keep their stated rates and decide what becomes of a message."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from arbitrary_messages import TEXTS
from conftest import Messages
from hypothesis import given
from hypothesis import strategies as st

from spamsms import InputError, SpamClassifier
from spamsms.calibration import sigmoid
from spamsms.decision import KEPT_RATES, LOWEST_THRESHOLD


@given(TEXTS, st.floats(0, 1), st.floats(0, 1))
def test_the_thresholds_decide_the_action(
    char_model: SpamClassifier, text: str, block: float, review: float
) -> None:
    model = copy.copy(char_model)
    model.threshold, model.review_threshold = block, review
    verdict = model.classify(text)
    expected = "pass"
    if verdict.probability >= review:
        expected = "review"
    if verdict.probability >= block:
        expected = "block"
    assert (verdict.action, verdict.is_spam, verdict.threshold) == (expected, expected == "block", block)
    assert model.predict([text])[0] == (expected == "block")


@pytest.mark.parametrize(
    "rates", [(0.01, 0.05), (0.0, 0.0), (0.1, 0.3), (0.02, 0.01), (0.0123, 0.07), (1.0, 1.0)]
)
def test_thresholds_keep_their_rates_on_the_held_out_scores(
    messages: Messages, rates: tuple[float, float]
) -> None:
    model = SpamClassifier(
        hash_bits=10, cv=2, false_positive_rate=rates[0], review_false_positive_rate=rates[1]
    )
    model.fit(messages.texts, messages.labels)
    wanted = sigmoid(model.out_of_fold_log_odds_)[np.array(messages.labels) == 0]
    assert np.mean(wanted >= model.threshold) <= rates[0]
    assert np.mean(wanted >= model.review_threshold) <= max(rates)
    assert LOWEST_THRESHOLD <= model.threshold <= 1
    assert model.review_threshold <= model.threshold


@given(st.floats(0, 1))
def test_a_threshold_for_any_rate_keeps_it(
    char_model: SpamClassifier, messages: Messages, rate: float
) -> None:
    wanted = sigmoid(char_model.out_of_fold_log_odds_)[np.array(messages.labels) == 0]
    assert np.mean(wanted >= char_model.threshold_for(fpr=rate)) <= rate + 1e-9


def test_thresholds_fall_as_the_rate_rises(char_model: SpamClassifier) -> None:
    thresholds = [char_model.threshold_for(fpr=rate) for rate in KEPT_RATES]
    assert thresholds == sorted(thresholds, reverse=True)
    assert thresholds[0] > thresholds[-1] == LOWEST_THRESHOLD


@given(st.floats(0, 1))
def test_coverage_bounds_the_wrong_decisions_of_either_class(
    char_model: SpamClassifier, messages: Messages, coverage: float
) -> None:
    model = copy.copy(char_model).set_coverage(coverage)
    probabilities, labels = sigmoid(model.out_of_fold_log_odds_), np.array(messages.labels)
    assert np.mean(probabilities[labels == 0] >= model.threshold) <= 1 - coverage + 1e-9
    if model.review_threshold < model.threshold:
        assert np.mean(probabilities[labels == 1] < model.review_threshold) <= 1 - coverage + 1e-9


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), "0.5", None, True])
@pytest.mark.parametrize("name", ["threshold", "review_threshold"])
def test_a_threshold_is_a_probability(char_model: SpamClassifier, name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"{name} must be a number from 0 to 1, not "):
        setattr(copy.copy(char_model), name, value)
