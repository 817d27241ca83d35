"""Fit many messages in blocks: several passes of stochastic gradient descent, all folds at once.

The loss, the regularisation and the term weights are those of
:mod:`spamsms.fitting`, but that a feature repeated in a message counts
repeatedly in the term weights: that needs no sorting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.descent import Descent, costs_of_steps, repeated_rows
from spamsms.features import FeatureSpace, Words
from spamsms.fitting import cross_validation_folds
from spamsms.normalize_batch import NormalizedBatch, normalize_batch, split_evenly
from spamsms.running_fit import ColumnCounts
from spamsms.scoring import LinearScorer, make_scorer

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[Any]
# What is hashed of so many stays in the processor's cache.
CHARACTERS_A_BLOCK = 1 << 18
# Passes and folds. On 5.6 million characters already, areas and recalls of held-out messages do not tell the
# two apart; on 3 million, the fewer lose .002 of recall at 1 % false positives.
MANY_CHARACTERS = 1 << 23
FOR_FEW, FOR_MANY = (4, 3), (3, 2)
# Of 0.3, 0.5 and 0.8 the nearest to the support vector machine after so few passes.
LEARNING_RATE = 0.5


@dataclass(frozen=True)
class Block:
    """Some messages of one fold, normalised; what hashing makes of them is thrown away after each use.

    Attributes
    ----------
    index : ndarray of int64
        Which of all rows they are.
    fold : int
        Which fold holds them out; -1 for none.
    """

    index: npt.NDArray[np.int64]
    fold: int
    batch: NormalizedBatch
    words: Words | None

    def features(self, space: FeatureSpace) -> csr_matrix:
        """Return the messages' features over the root of their number; what repeats stands repeatedly."""
        from scipy.sparse import csr_matrix

        columns, lengths = space.row_columns(self.batch, self.words)
        by_row = 1 / np.sqrt(np.maximum(space.sizes(self.batch, self.words), 1))
        data = np.repeat(by_row.astype(np.float32), lengths)
        ends = np.append(0, np.cumsum(lengths)).astype(np.int32)
        return csr_matrix((data, columns, ends), shape=(lengths.size, space.n_features))


def fit_in_blocks(
    space: FeatureSpace,
    texts: Sequence[str],
    labels: Array,
    costs: Array,
    groups: Array | None,
    *,
    C: float,
    passage_weight: float,
    cv: int,
    random_state: int | None,
) -> tuple[LinearScorer, npt.NDArray[np.float64]]:
    """Fit a hyperplane and score each message by one that did not see its group.

    Parameters
    ----------
    space : FeatureSpace
    texts : sequence of str, length n_texts
    labels, costs : ndarray of shape (n_texts,)
    groups : ndarray of shape (n_texts,) or None
    C, passage_weight, cv, random_state
        As in :class:`spamsms.SpamClassifier`; of the folds at most 3 are made,
        of many messages 2.

    Returns
    -------
    scorer : LinearScorer
    scores : ndarray of float64, shape (n_texts,)
        NaN where nothing could be held out.
    """
    passes, most_folds = FOR_MANY if sum(map(len, texts)) > MANY_CHARACTERS else FOR_FEW
    # What costs nothing must not change anything, the folds included.
    counting = np.where(costs > 0, labels, 0)
    folds = cross_validation_folds(counting, groups, min(cv, most_folds), random_state)
    folds = [fold for fold in folds if np.unique(labels[fold[0]][costs[fold[0]] > 0]).size == 2]
    fold_of = np.full(labels.size, -1)
    for number, (_, held_out) in enumerate(folds):
        fold_of[held_out] = number
    random = np.random.default_rng(random_state)
    usual_cost = costs[costs > 0].mean()
    costs = costs / usual_cost
    blocks = _make_blocks(space, texts, random.permutation(np.flatnonzero(costs > 0)), fold_of)
    counted = _count_columns(space, blocks, len(folds), labels, costs)
    terms = [seen.terms().astype(np.float32) for seen in counted]
    for known in terms:
        # The boundary's column is no feature.
        known[0] = 0.0
    descents = _start_descents(counted, C * usual_cost, random)
    for _ in range(passes):
        for place in random.permutation(len(blocks)).tolist():
            _learn(space, blocks[place], labels, costs, terms, descents)
    scorers = [
        make_scorer(
            space, known * descent.average.astype(np.float64), descent.average_intercept, passage_weight
        )
        for known, descent in zip(terms, descents, strict=True)
    ]
    return scorers[-1], _score_held_out(texts, blocks, fold_of, scorers)


def _start_descents(counted: Sequence[ColumnCounts], C: float, random: np.random.Generator) -> list[Descent]:
    """Return a hyperplane on its way for each fold, and last one for all rows; all start from zero."""
    nothing = np.zeros(counted[0].occurrences.size, np.float32)
    return [
        Descent(
            nothing,
            nothing,
            C=C,
            n_rows=seen.rows,
            learning_rate=LEARNING_RATE,
            random_state=np.random.RandomState(int(random.integers(1 << 32))),
        )
        for seen in counted
    ]


def _make_blocks(space: FeatureSpace, texts: Sequence[str], order: Array, fold_of: Array) -> list[Block]:
    """Normalise messages in the order given, and segment them into words where words are features."""
    blocks = []
    for fold in np.unique(fold_of[order]).tolist():
        rows, first = order[fold_of[order] == fold], 0
        for part in split_evenly([texts[row] for row in rows.tolist()], CHARACTERS_A_BLOCK):
            batch = normalize_batch(part)
            words = space.words(batch) if space.uses_words else None
            if words is not None:
                # Where words stand is only of interest in explanations.
                nowhere = np.zeros(0, np.int64)
                single, pair = (buckets.astype(np.int32) for buckets in (words.single, words.pair))
                words = Words(single, pair, nowhere, nowhere, words.counts)
            blocks.append(Block(rows[first : first + len(part)], fold, batch, words))
            first += len(part)
    return blocks


def _count_columns(
    space: FeatureSpace, blocks: Sequence[Block], n_folds: int, labels: Array, costs: Array
) -> list[ColumnCounts]:
    """Return what each fold's training rows hold, and last what all rows do."""
    # Rows of no fold have the number -1, and are counted last.
    occurrences = np.zeros((n_folds + 1, space.n_features), np.int64)
    found = np.zeros((n_folds + 1, 2 * space.n_features))
    totals, n_rows = np.zeros((n_folds + 1, 2)), np.zeros(n_folds + 1, np.int64)
    for block in blocks:
        columns, lengths = space.row_columns(block.batch, block.words)
        side, cost = labels[block.index], costs[block.index]
        np.add.at(occurrences[block.fold], columns, 1)
        places = columns + np.repeat(side * space.n_features, lengths)
        np.add.at(found[block.fold], places, np.repeat(cost, lengths))
        totals[block.fold] += np.bincount(side, cost, 2)
        n_rows[block.fold] += side.size
    counted = []
    for fold in range(n_folds + 1):
        rest = np.arange(n_folds + 1) != (fold if fold < n_folds else -1)
        seen, rows = occurrences[rest].sum(axis=0), int(n_rows[rest].sum())
        seen[0] = 0
        wanted, spam = found[rest].sum(axis=0).reshape(2, -1)
        wanted_cost, spam_cost = totals[rest].sum(axis=0).tolist()
        counted.append(
            ColumnCounts(rows, np.minimum(seen, rows), seen, (spam, wanted), (spam_cost, wanted_cost))
        )
    return counted


def _learn(
    space: FeatureSpace,
    block: Block,
    labels: Array,
    costs: Array,
    terms: list[Array],
    descents: list[Descent],
) -> None:
    """Let all learn from a block but the one that is to score it."""
    features, labels, costs = block.features(space), labels[block.index], costs[block.index]
    order = repeated_rows(costs)
    if order.size > costs.size:
        features, labels, costs = features[order], labels[order], costs_of_steps(costs, order)[order]
    by_row, costs = features.data, costs.astype(np.float32)
    for number, (known, descent) in enumerate(zip(terms, descents, strict=True)):
        if number != block.fold:
            features.data = known.take(features.indices)
            features.data *= by_row
            descent.step(features, labels, costs)


def _score_held_out(
    texts: Sequence[str], blocks: Sequence[Block], fold_of: Array, scorers: Sequence[LinearScorer]
) -> npt.NDArray[np.float64]:
    """Return each row's score by the fold's hyperplane that did not see it."""
    scores = np.full(fold_of.size, np.nan)
    for block in blocks:
        if block.fold >= 0:
            scores[block.index] = scorers[block.fold].log_odds_of_batch(block.batch)
    for fold, scorer in enumerate(scorers[:-1]):
        # What costs nothing is in no block.
        rest = np.flatnonzero((fold_of == fold) & np.isnan(scores))
        if rest.size:
            scores[rest] = scorer.log_odds([texts[row] for row in rest.tolist()])
    return scores
