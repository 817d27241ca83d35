"""Probabilities mean what they say, and thresholds keep their stated rates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spamsms.calibration import fit_platt, sigmoid, threshold_for_rate

SCORES = st.lists(st.floats(-50, 50), min_size=1, max_size=40)
PROBABILITIES = st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=60)


def test_the_sigmoid_is_right_and_never_overflows() -> None:
    with np.errstate(all="raise"):
        found = sigmoid(np.array([-1e308, -800.0, -1.0, 0.0, 1.0, 800.0, 1e308, np.inf, -np.inf]))
    assert found.tolist() == [0, 0, 1 / (1 + np.e), 0.5, 1 / (1 + np.exp(-1)), 1, 1, 1, 0]


@given(SCORES)
def test_the_sigmoid_of_the_opposite_is_the_complement(scores: list[float]) -> None:
    log_odds = np.array(scores)
    assert sigmoid(-log_odds) == pytest.approx(1 - sigmoid(log_odds), abs=1e-15)


@given(SCORES)
def test_one_probability_is_the_same_as_among_many(scores: list[float]) -> None:
    assert [float(sigmoid(np.float64(score))) for score in scores] == sigmoid(np.array(scores)).tolist()


def test_platt_scaling_finds_the_slope_and_offset_that_made_the_labels() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, 40_000)
    labels = (rng.random(scores.size) < sigmoid(1.7 * scores - 0.8)).astype(int)
    slope, offset = fit_platt(scores, labels)
    assert slope == pytest.approx(1.7, abs=0.05)
    assert offset == pytest.approx(-0.8, abs=0.05)


@given(st.lists(st.tuples(st.floats(-20, 20), st.booleans()), min_size=2, max_size=40))
@example([(-1.0, False), (1.0, True)])
@example([(3.0, False), (3.0, True), (3.0, True)])
@example([(20.0, False), (-20.0, True)])
@example([(0.0, True), (16.0, False)])
@example([(0.0, False), (5e-324, True)])
def test_calibrated_probabilities_average_to_the_share_of_spam(rows: list[tuple[float, bool]]) -> None:
    scores, labels = np.array([row[0] for row in rows]), np.array([int(row[1]) for row in rows])
    slope, offset = fit_platt(scores, labels)
    spam, wanted = labels.sum(), (1 - labels).sum()
    # Platt's targets stay off 0 and 1, as if each class had one message of the other.
    targets = np.where(labels == 1, (spam + 1) / (spam + 2), 1 / (wanted + 2))
    assert np.isfinite([slope, offset]).all()
    assert sigmoid(slope * scores + offset).mean() == pytest.approx(targets.mean(), abs=1e-3)


def test_scores_that_separate_the_classes_have_a_finite_slope() -> None:
    slope, _ = fit_platt(np.array([-9.0, -8.0, 8.0, 9.0]), np.array([0, 0, 1, 1]))
    assert 0 < slope < 10


def test_scores_against_the_labels_have_a_negative_slope() -> None:
    slope, _ = fit_platt(np.array([-2.0, -1.0, 1.0, 2.0]), np.array([1, 1, 0, 0]))
    assert slope < 0


@pytest.mark.parametrize("factor", [1e-6, 1e4])
def test_the_unit_of_the_scores_does_not_matter(factor: float) -> None:
    scores, labels = np.array([-1.0, 0.5, 0.2, 2.0, 1.0, -0.5]), np.array([0, 0, 1, 1, 1, 0])
    slope, offset = fit_platt(scores, labels)
    scaled_slope, scaled_offset = fit_platt(factor * scores, labels)
    assert scaled_slope * factor == pytest.approx(slope, rel=1e-3)
    assert scaled_offset == pytest.approx(offset, rel=1e-3, abs=1e-3)


def test_a_weight_of_two_counts_as_two_rows() -> None:
    scores, labels = np.array([-1.0, 0.5, 0.2, 2.0]), np.array([0, 0, 1, 1])
    weighted = fit_platt(scores, labels, np.array([1.0, 2.0, 1.0, 1.0]))
    assert weighted == pytest.approx(fit_platt(np.append(scores, 0.5), np.append(labels, 0)), abs=1e-6)


@given(PROBABILITIES, st.floats(0, 1) | st.sampled_from([0.0, 0.01, 0.05, 0.1, 1.0]))
@example([0.1] * 10, 0.1)
@example([1.0] * 3 + [0.2] * 97, 0.01)
def test_a_threshold_is_the_lowest_that_keeps_its_rate(wanted: list[float], rate: float) -> None:
    scores = np.array(wanted)
    threshold = threshold_for_rate(scores, rate)
    reached = int(np.count_nonzero(scores >= threshold))
    assert reached <= rate * scores.size + 1e-6
    below = scores[scores < threshold]
    if below.size:
        assert np.count_nonzero(scores >= below.max()) > rate * scores.size - 1e-6


def test_without_wanted_messages_every_threshold_keeps_the_rate() -> None:
    assert threshold_for_rate(np.zeros(0), 0.01) == -np.inf
