"""Weights and groups reach fit and score through scikit-learn's metadata routing."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import numpy as np
import pytest
from command_runs import ADVERTS, WANTED
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.utils.metadata_routing import get_routing_for_object

from spamsms import SpamClassifier

TEXTS = (ADVERTS + WANTED) * 3
LABELS = ([1] * len(ADVERTS) + [0] * len(WANTED)) * 3
GROUPS = np.arange(len(TEXTS)) // 2 % 12
WEIGHTS = np.linspace(0.5, 2, len(TEXTS))


class Recording(SpamClassifier):
    """Keeps what it is fitted and scored with."""

    def __init__(self) -> None:
        super().__init__(hash_bits=10, cv=2)

    def fit(self, X, y, sample_weight=None, groups=None):  # type: ignore[no-untyped-def]
        SEEN.append(("fit", sample_weight is not None, groups is not None))
        return super().fit(X, y, sample_weight, groups)

    def score(self, X, y, sample_weight=None):  # type: ignore[no-untyped-def]
        SEEN.append(("score", sample_weight is not None, False))
        return super().score(X, y, sample_weight)


SEEN: list[tuple[str, bool, bool]] = []


@pytest.fixture(autouse=True)
def routing() -> Iterator[None]:
    SEEN.clear()
    with config_context(enable_metadata_routing=True):
        yield


def run(model: SpamClassifier) -> set[tuple[str, bool, bool]]:
    params = {"sample_weight": WEIGHTS, "groups": GROUPS}
    cross_validate(model, TEXTS, LABELS, cv=GroupKFold(2), params=params)
    return set(SEEN)


def test_what_is_requested_is_passed_on_and_what_is_not_is_not() -> None:
    model = Recording().set_fit_request(sample_weight=True, groups=True).set_score_request(sample_weight=True)
    assert run(model) == {("fit", True, True), ("score", True, False)}
    SEEN.clear()
    assert model.set_fit_request(groups=False) is model
    assert run(model) == {("fit", True, False), ("score", True, False)}


def test_what_nobody_decided_on_raises() -> None:
    with pytest.raises(ValueError, match="not explicitly set as requested or not requested"):
        run(Recording())


def test_requests_survive_cloning_and_pickling_and_belong_to_one_model() -> None:
    model = Recording().set_fit_request(sample_weight="importance")
    for again in (clone(model), pickle.loads(pickle.dumps(model))):
        assert get_routing_for_object(again).fit.requests == {"sample_weight": "importance", "groups": None}
    assert get_routing_for_object(Recording()).fit.requests == {"sample_weight": None, "groups": None}
