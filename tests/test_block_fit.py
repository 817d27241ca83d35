"""What is too large to be laid out at once is fitted in blocks, with the same outcome."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Messages
from sklearn.metrics import roc_auc_score

from spamsms import SpamClassifier, fit_scorer
from spamsms.features import TOKENIZERS, FeatureSpace
from spamsms.fitting import count_features, term_weights
from spamsms.running_fit import ColumnCounts, RunningFit
from spamsms.shingles import template_keys


@pytest.fixture
def in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spamsms.block_fit.CHARACTERS_A_BLOCK", 2000)


def small(**parameters: object) -> SpamClassifier:
    return SpamClassifier(**{"hash_bits": 13, "cv": 3, "solver": "blocks", **parameters})  # type: ignore[arg-type]


@pytest.mark.usefixtures("in_blocks")
@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_blocks_tell_messages_apart_as_well_as_one_piece(messages: Messages, tokenizer: str) -> None:
    texts, labels = messages
    in_parts = small(tokenizer=tokenizer).fit(texts[::2], labels[::2])
    assert len(in_parts.out_of_fold_log_odds_) == len(texts[::2])
    whole = small(tokenizer=tokenizer, solver="exact").fit(texts[::2], labels[::2])
    areas = [roc_auc_score(labels[1::2], model.decision_function(texts[1::2])) for model in (in_parts, whole)]
    assert areas[0] > areas[1] - 0.03
    assert roc_auc_score(labels[::2], in_parts.out_of_fold_log_odds_) > 0.8


def test_much_text_is_fitted_in_blocks_unless_asked_otherwise(
    messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def weights(solver: str) -> list[int]:
        model = small(solver=solver).fit(messages.texts, messages.labels)
        return list(model.scorer_.weights.tolist())

    exact, blocks = weights("exact"), weights("blocks")
    assert exact != blocks
    assert weights("auto") == exact
    monkeypatch.setattr(fit_scorer, "MOST_CHARACTERS", 1000)
    assert weights("auto") == blocks
    assert weights("exact") == exact


@pytest.mark.usefixtures("in_blocks")
def test_blocks_give_the_same_model_again(messages: Messages) -> None:
    first, second = (small().fit(messages.texts, messages.labels) for _ in range(2))
    assert first.scorer_.weights.tolist() == second.scorer_.weights.tolist()
    assert first.out_of_fold_log_odds_.tolist() == second.out_of_fold_log_odds_.tolist()
    other = small(random_state=1).fit(messages.texts, messages.labels)
    assert other.scorer_.weights.tolist() != first.scorer_.weights.tolist()


@pytest.mark.usefixtures("in_blocks")
def test_no_message_is_scored_by_a_model_that_saw_its_group(messages: Messages) -> None:
    texts = messages.texts[:300]
    labels = np.random.default_rng(0).permutation(messages.labels[:300])
    doubled, groups = [*texts, *texts], [*range(300), *range(300)]
    model = small().fit(doubled, [*labels, *labels], groups=groups)
    # Labels dealt out at random can be learnt by heart and not otherwise.
    assert roc_auc_score([*labels, *labels], model.decision_function(doubled)) > 0.95
    assert roc_auc_score([*labels, *labels], model.out_of_fold_log_odds_) < 0.65


@pytest.mark.usefixtures("in_blocks")
def test_messages_without_weight_are_not_learnt_from(messages: Messages) -> None:
    texts, labels = messages.texts, np.array(messages.labels)
    weights = np.ones(labels.size)
    weights[1::2] = 0
    flipped = labels.copy()
    flipped[1::2] = 1 - flipped[1::2]
    first = small().fit(texts, labels, sample_weight=weights)
    second = small().fit(texts, flipped, sample_weight=weights)
    assert first.scorer_.weights.tolist() == second.scorer_.weights.tolist()
    assert roc_auc_score(labels[1::2], first.decision_function(texts[1::2])) > 0.8


@pytest.mark.usefixtures("in_blocks")
def test_costs_in_blocks_count_against_regularisation(messages: Messages) -> None:
    def weights(C: float, cost: float) -> list[int]:
        costs = np.full(len(messages.labels), cost)
        model = small(C=C).fit(messages.texts, messages.labels, sample_weight=costs)
        return list(model.scorer_.weights.tolist())

    # Powers of two, so that nothing is rounded.
    assert weights(0.25, 4.0) == weights(1.0, 1.0) != weights(1.0, 4.0)


@pytest.mark.usefixtures("in_blocks")
def test_a_message_without_features_has_the_intercept(messages: Messages) -> None:
    model = small().fit([*messages.texts, "", " "], [*messages.labels, 0, 1])
    assert model.scorer_.weights[0] == 0
    assert model.decision_function([""]) == pytest.approx(model.intercept_)


def test_term_weights_of_parts_are_those_of_the_whole(messages: Messages) -> None:
    space = FeatureSpace(hash_bits=12)
    labels = np.array(messages.labels)
    costs = np.linspace(0.5, 2, labels.size)
    counts, _ = count_features(space, messages.texts)
    expected = term_weights(counts, labels, costs)
    parts = [
        ColumnCounts.of(counts[rows], labels[rows], costs[rows])
        for rows in (np.arange(0, 200), np.arange(200, labels.size))
    ]
    assert (parts[0] + parts[1]).terms() == pytest.approx(expected)
    again = (parts[0] + parts[1]) - parts[0]
    assert again.terms() == pytest.approx(parts[1].terms())
    assert ColumnCounts.none(space.n_features).rows == 0


def test_a_dear_row_moves_the_fit_more_and_never_out_of_bounds(messages: Messages) -> None:
    space = FeatureSpace(hash_bits=12)
    counts, sizes = count_features(space, messages.texts[:40])
    labels = np.array(messages.labels[:40])
    costs = np.ones(40)
    terms = term_weights(counts, labels, costs)
    margins = []
    for cost in (1.0, 30.0, 1e9):
        costs[0] = cost
        fit = RunningFit.start(np.zeros(space.n_features)).learn(counts, sizes, labels, costs, terms, C=1.0)
        value = (counts[0] @ fit.average)[0] / np.sqrt(sizes[0]) + fit.average_intercept
        margins.append(value * (2 * labels[0] - 1))
    assert margins[0] < margins[1] < 3
    assert abs(margins[2]) < 3


def test_nothing_to_learn_from_changes_nothing(messages: Messages) -> None:
    space = FeatureSpace(hash_bits=12)
    counts, sizes = count_features(space, messages.texts[:5])
    start = RunningFit.start(np.ones(space.n_features), 0.5)
    assert start.learn(counts, sizes, np.ones(5), np.zeros(5), np.ones(space.n_features), C=1.0) is start


def test_near_duplicates_mostly_share_a_key_and_others_do_not(messages: Messages) -> None:
    texts = [text for text in messages.texts if len(text) > 20]
    keys = template_keys(texts)
    assert np.unique(keys).size > 0.95 * len(set(texts))
    changed = template_keys([text + "。" for text in texts])
    assert (keys == changed).mean() > 0.8
    assert template_keys(["", "好", "好的"]).size == 3
    # Even over the whole range: a tenth of the keys lies below a tenth of it.
    assert 0.05 < (keys < np.uint64(0.1 * 2**64)).mean() < 0.16
