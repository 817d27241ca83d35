"""Differences of two models: right values, intervals that hold, groups as the unit."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from spamsms.training.metrics import area_under_curve, partial_area
from spamsms.training.paired import ScoreCurve, area_differences, rate_difference


@pytest.mark.parametrize("digits", [0, 1, 6])
def test_weighted_areas_are_scikit_learns_also_with_ties(digits: int) -> None:
    random = np.random.default_rng(digits)
    labels = random.integers(0, 2, 500)
    scores = np.round(random.normal(size=500) + labels, digits)
    weights = random.integers(0, 4, 500).astype(np.float64)
    area, partial = ScoreCurve(scores, labels).areas(weights)
    assert area == pytest.approx(roc_auc_score(labels, scores, sample_weight=weights))
    assert partial == pytest.approx(roc_auc_score(labels, scores, sample_weight=weights, max_fpr=0.05))


def test_differences_of_areas_are_those_of_the_plain_figures() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 300)
    old, new = random.normal(size=300) + labels, random.normal(size=300) + 3 * labels
    area, partial = area_differences(new, old, labels, np.arange(300))
    assert area.value == pytest.approx(area_under_curve(new, labels) - area_under_curve(old, labels))
    assert partial.value == pytest.approx(partial_area(new, labels) - partial_area(old, labels))
    assert 0 < area.low < area.value < area.high
    same, _ = area_differences(new, new, labels, np.arange(300))
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_a_rates_difference_counts_what_only_one_flags() -> None:
    old = np.array([True] * 30 + [False] * 70)
    new = np.array([True] * 20 + [False] * 50 + [True] * 30)
    change = rate_difference(new, old, np.arange(100))
    assert (change.old, change.new, change.only_old, change.only_new) == (0.3, 0.5, 10, 30)
    assert change.value == pytest.approx(0.2)
    # (30 + 10) / 100 - .2 ** 2 is the variance of one message's change.
    assert change.high - change.low == pytest.approx(2 * 1.96 * 0.6 / 10, rel=0.05)


def test_repeats_of_one_template_count_once() -> None:
    old = np.zeros(200, np.bool_)
    new = np.arange(200) < 40
    alone = rate_difference(new, old, np.arange(200))
    grouped = rate_difference(new, old, np.arange(200) // 40)
    assert alone.excludes_zero
    assert not grouped.excludes_zero
    assert grouped.value == alone.value == pytest.approx(0.2)


def test_models_that_agree_everywhere_may_still_differ_by_what_cannot_be_seen() -> None:
    flags = np.arange(100) < 50
    change = rate_difference(flags, flags, np.arange(100), level=0.95)
    assert change.value == 0
    # The rule of three, two-sided: 3.69 / n.
    assert change.high == -change.low == pytest.approx(1 - 0.025 ** (1 / 100))


def test_intervals_of_equal_models_hold_zero_as_often_as_stated() -> None:
    random = np.random.default_rng(1)
    missed = 0
    for seed in range(200):
        old, new = random.random((2, 400)) < 0.3
        missed += rate_difference(new, old, np.arange(400), 0.9, seed, 400).excludes_zero
    assert 8 <= missed <= 32
