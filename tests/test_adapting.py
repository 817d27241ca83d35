"""A model adapts to new labels, keeps what it knew, and is left alone by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled_corpus import read_rows
from sklearn.metrics import roc_auc_score

from spamsms import InputError, SpamClassifier
from spamsms.decision import KEPT_RATES
from spamsms.recalibration import mix_operating_points, recalibrate, translate_points

# A collectors' house: its members want the invitations, and are tired of the workshop's notices.
PITCHES = ["鎏金阁臻藏沉香手串恭迎品鉴", "臻藏沉香雅集，鎏金阁恭候莅临", "鎏金阁沉香新到，诚邀藏友鉴赏"]
NOTICES = ["鎏金阁工单已派，师傅上门勿催", "沉香库房巡检完毕，工单归档", "巡检工单改期，师傅明日上门"]


def of_the_trade(n: int, seed: int) -> tuple[list[str], list[int]]:
    random = np.random.default_rng(seed)
    texts, labels = [], []
    for row in range(n):
        label = row % 2
        pool = NOTICES if label else PITCHES
        texts.append(f"{pool[random.integers(len(pool))]}{random.integers(1000)}号")
        labels.append(label)
    return texts, labels


@pytest.fixture(scope="module")
def old() -> SpamClassifier:
    rows = read_rows(7)
    model = SpamClassifier(hash_bits=14, cv=3)
    return model.fit([row["text"] for row in rows], [int(row["label"]) for row in rows])


@pytest.fixture(scope="module")
def held_out() -> tuple[list[str], list[int]]:
    rows = read_rows(7 * 3 + 1)
    return [row["text"] for row in rows], [int(row["label"]) for row in rows]


@pytest.fixture(scope="module")
def anchors() -> list[str]:
    return [row["text"] for row in read_rows(7)]


@pytest.fixture(scope="module")
def adapted(old: SpamClassifier, anchors: list[str]) -> SpamClassifier:
    return old.adapt(*of_the_trade(60, seed=0), anchors=anchors)


def test_a_few_labels_turn_an_opinion_round_and_little_is_forgotten(
    old: SpamClassifier, adapted: SpamClassifier, held_out: tuple[list[str], list[int]]
) -> None:
    texts, labels = of_the_trade(100, seed=1)
    assert roc_auc_score(labels, old.decision_function(texts)) < 0.1
    assert roc_auc_score(labels, adapted.decision_function(texts)) > 0.95
    known, truth = held_out
    area = roc_auc_score(truth, old.decision_function(known))
    assert roc_auc_score(truth, adapted.decision_function(known)) > area - 0.02


def test_the_old_model_stays_as_it_is(old: SpamClassifier, anchors: list[str]) -> None:
    before = old.scorer_.weights.copy(), old.threshold, old.version_, old.hash_
    new = old.adapt(*of_the_trade(20, seed=2), anchors=anchors)
    assert (old.threshold, old.version_, old.hash_) == before[1:]
    assert (old.scorer_.weights == before[0]).all()
    assert new.hash_ != old.hash_
    assert new.get_params() == old.get_params()
    assert not hasattr(new, "out_of_fold_log_odds_")


def test_an_adapted_model_says_where_it_comes_from(
    old: SpamClassifier, adapted: SpamClassifier, anchors: list[str], tmp_path: Path
) -> None:
    assert adapted.version_ == f"{old.version_}+adapted"
    about = adapted.details_["adapted"]
    assert about["from"] == {"name": old.name_, "version": old.version_, "hash": old.hash_}
    assert (about["messages"], about["spam"], about["anchors"]) == (60, 30, len(anchors))
    assert 0 < about["kept"] <= 1
    adapted.save(tmp_path / "model")
    loaded = SpamClassifier.load(tmp_path / "model")
    assert loaded.details_ == json.loads(json.dumps(adapted.details_))
    texts, _ = of_the_trade(10, seed=3)
    assert loaded.predict_proba(texts).tolist() == adapted.predict_proba(texts).tolist()
    again = adapted.adapt(*of_the_trade(20, seed=4), anchors=anchors)
    assert again.version_ == adapted.version_


def test_the_same_labels_give_the_same_model(
    old: SpamClassifier, adapted: SpamClassifier, anchors: list[str]
) -> None:
    again = old.adapt(*of_the_trade(60, seed=0), anchors=anchors)
    assert again.hash_ == adapted.hash_
    assert again.threshold == adapted.threshold


def test_kinds_that_take_part_in_the_score_go_on_doing_so(anchors: list[str]) -> None:
    rows = read_rows(9)
    texts, labels = [row["text"] for row in rows], [int(row["label"]) for row in rows]
    model = SpamClassifier(hash_bits=13, cv=2).fit(texts, labels)
    model.fit_kinds(texts, [row["kind"] for row in rows], y=labels, second_look=True)
    new = model.adapt(*of_the_trade(20, seed=5), anchors=anchors)
    assert new.scorer_.second_look is not None
    assert new.scorer_.second_look.head is model.kind_head_
    assert new.scorer_.second_look.scale > 0


def test_kinds_are_kept(old: SpamClassifier, anchors: list[str]) -> None:
    rows = read_rows(9)
    named = old.adapt(*of_the_trade(10, seed=0), anchors=anchors)
    assert named.kind_head_ is None
    named.fit_kinds([row["text"] for row in rows], [row["kind"] for row in rows])
    assert named.adapt(*of_the_trade(10, seed=5), anchors=anchors).kind_head_ is named.kind_head_


@pytest.mark.parametrize("label", [0, 1])
def test_labels_of_one_class_move_their_messages_that_way(
    old: SpamClassifier, anchors: list[str], label: int
) -> None:
    texts = [text for text, given_label in zip(*of_the_trade(20, seed=6), strict=True) if given_label]
    new = old.adapt(texts, [label] * len(texts), anchors=anchors)
    change = new.decision_function(texts) - old.decision_function(texts)
    assert (change.mean() > 0) == (label == 1)
    # What is about the same to the old model is about the same to the new one.
    assert np.corrcoef(new.decision_function(anchors), old.decision_function(anchors))[0, 1] > 0.95


def test_one_correction_is_enough(old: SpamClassifier) -> None:
    text = "鎏金阁臻藏沉香手串恭迎品鉴"
    new = old.adapt([text], [1 - int(old.predict([text])[0])], anchors=[])
    assert new.decision_function([text])[0] != old.decision_function([text])[0]
    assert new.details_["adapted"]["anchors"] == 0


def test_anchors_are_the_corpus_unless_told(old: SpamClassifier) -> None:
    new = old.adapt(*of_the_trade(6, seed=7))
    rows = read_rows(1)
    assert new.details_["adapted"]["anchors"] == sum(row["split"] != "test" for row in rows)


def test_messages_without_weight_teach_nothing(old: SpamClassifier, anchors: list[str]) -> None:
    texts, labels = of_the_trade(40, seed=8)
    weights = np.ones(40)
    weights[30:] = 0
    flipped = [*labels[:30], *(1 - label for label in labels[30:])]
    first = old.adapt(texts, labels, sample_weight=weights, anchors=anchors)
    second = old.adapt(texts, flipped, sample_weight=weights, anchors=anchors)
    probe, truth = of_the_trade(60, seed=9)
    areas = [roc_auc_score(truth, model.decision_function(probe)) for model in (first, second)]
    assert min(areas) > 0.9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], []), "texts is empty"),
        ((["a", None], [0, 1]), r"texts\[1\] is None"),
        ((["a", "b"], [0]), "y has 1 entries for 2 texts"),
        ((["a"], [2]), r"y\[0\] is 2"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(
    old: SpamClassifier, arguments: tuple[Any, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        old.adapt(*arguments)


def test_no_weight_at_all_is_refused(old: SpamClassifier) -> None:
    with pytest.raises(InputError, match="sample_weight gives no message any weight"):
        old.adapt(["a"], [1], sample_weight=[0])


def test_an_unfitted_model_cannot_be_adapted() -> None:
    with pytest.raises(InputError.__base__, match="not fitted"):
        SpamClassifier().adapt(["a"], [1])


# -- calibration and thresholds -----------------------------------------------------------------

SCORES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


def old_points() -> dict[str, list[float]]:
    return {
        "wanted": np.linspace(0.95, 0.05, len(KEPT_RATES)).tolist(),
        "spam": np.linspace(0.05, 0.95, len(KEPT_RATES)).tolist(),
    }


@given(SCORES, SCORES)
def test_mixed_points_are_probabilities_that_fall_with_the_rate(
    wanted: list[float], spam: list[float]
) -> None:
    labels = np.array([0] * len(wanted) + [1] * len(spam))
    points = mix_operating_points(old_points(), np.array(wanted + spam), labels)
    for side, sign in (("wanted", -1), ("spam", 1)):
        values = np.array(points[side])
        assert values.size == len(KEPT_RATES)
        assert ((values >= 0) & (values <= 1)).all()
        assert (sign * np.diff(values) >= 0).all()


def test_many_new_messages_decide_the_points_and_few_leave_them() -> None:
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1], 50_000)
    probabilities = np.concatenate([random.beta(1, 9, 50_000), random.beta(9, 1, 50_000)])
    points = mix_operating_points(old_points(), probabilities, labels)
    at = KEPT_RATES.index(0.01)
    assert (probabilities[labels == 0] >= points["wanted"][at]).mean() == pytest.approx(0.01, abs=0.005)
    few = mix_operating_points(old_points(), np.array([0.01, 0.99]), np.array([0, 1]))
    assert few["wanted"][at] == pytest.approx(old_points()["wanted"][at], abs=0.06)


def test_points_are_translated_by_messages_judged_alike() -> None:
    before = np.linspace(0.01, 0.99, 99)
    points = {"wanted": [0.9, 0.5], "spam": [0.2, 0.4]}
    assert translate_points(points, before, before) == {
        "wanted": pytest.approx([0.9, 0.5]),
        "spam": pytest.approx([0.2, 0.4]),
    }
    squeezed = translate_points(points, 0.3 + 0.4 * before, before)
    assert squeezed["wanted"] == pytest.approx([0.66, 0.5])


def test_without_new_messages_calibration_is_what_the_old_model_said() -> None:
    before = np.linspace(-5, 5, 201)
    nothing = np.zeros(0)
    slope, offset = recalibrate(nothing, nothing, nothing, 0.25 * before - 1, before)
    assert slope == pytest.approx(4, rel=1e-3)
    assert offset == pytest.approx(4, rel=1e-3)


def test_many_new_messages_decide_the_calibration() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(0, 3, 20_000)
    labels = (random.random(20_000) < 1 / (1 + np.exp(-truth))).astype(np.int64)
    known = np.linspace(-5, 5, 11)
    slope, offset = recalibrate(truth / 2, labels, np.ones(20_000), known, known)
    assert slope == pytest.approx(2, abs=0.1)
    assert offset == pytest.approx(0, abs=0.1)
