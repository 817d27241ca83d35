"""Fit what is too large to be laid out at once: in blocks, several passes over normalised messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.features import FeatureSpace, Words
from spamsms.fitting import CHARACTERS_A_PART, cross_validation_folds
from spamsms.normalize_batch import NormalizedBatch, normalize_batch, split_evenly
from spamsms.running_fit import ColumnCounts, RunningFit
from spamsms.scoring import LinearScorer, make_scorer

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[Any]
PASSES = 3
# So many messages lose nothing by half of them being held out.
FOLDS = 2


@dataclass(frozen=True)
class Block:
    """Some messages, normalised; what hashing makes of them is thrown away after each use.

    Attributes
    ----------
    index : ndarray of int64
        Which of all rows they are.
    """

    index: npt.NDArray[np.int64]
    batch: NormalizedBatch
    words: Words | None

    def rows(self, space: FeatureSpace) -> csr_matrix:
        """Return the messages' features."""
        return space.rows(self.batch, self.words)

    def sizes(self, space: FeatureSpace) -> npt.NDArray[np.int64]:
        """Return how many features each message has."""
        return space.sizes(self.batch, self.words)


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
        As in :class:`spamsms.SpamClassifier`; of the folds at most `FOLDS` are made.

    Returns
    -------
    scorer : LinearScorer
    scores : ndarray of float64, shape (n_texts,)
        NaN where nothing could be held out.
    """
    folds = cross_validation_folds(labels, groups, min(cv, FOLDS), random_state)
    folds = [fold for fold in folds if np.unique(labels[fold[0]][costs[fold[0]] > 0]).size == 2]
    fold_of = np.full(labels.size, -1)
    for number, (_, held_out) in enumerate(folds):
        fold_of[held_out] = number
    random = np.random.default_rng(random_state)
    costs = costs / costs[costs > 0].mean()
    blocks = _make_blocks(space, texts, random.permutation(np.flatnonzero(costs > 0)))
    counted = _count_columns(space, blocks, fold_of, len(folds), labels, costs)
    terms, n_rows = [seen.terms() for seen in counted], [seen.rows for seen in counted]
    fits = [RunningFit.start(np.zeros(space.n_features)) for _ in terms]
    for _ in range(PASSES):
        for place in random.permutation(len(blocks)).tolist():
            block = blocks[place]
            features, sizes = block.rows(space), block.sizes(space)
            seed = int(random.integers(1 << 32))
            for number, fit in enumerate(fits):
                part = np.flatnonzero(fold_of[block.index] != number)
                rows = block.index[part]
                fits[number] = fit.learn(
                    features[part], sizes[part], labels[rows], costs[rows], terms[number],
                    C=C, n_rows=n_rows[number], random_state=seed,
                )  # fmt: skip
    scorers = [make_scorer(space, fit.average, fit.average_intercept, passage_weight) for fit in fits]
    scores = np.full(labels.size, np.nan)
    for (_, held_out), scorer in zip(folds, scorers, strict=False):
        scores[held_out] = scorer.log_odds([texts[row] for row in held_out.tolist()])
    return scorers[-1], scores


def _count_columns(
    space: FeatureSpace, blocks: Sequence[Block], fold_of: Array, n_folds: int, labels: Array, costs: Array
) -> list[ColumnCounts]:
    """Return what each fold's training rows hold, and last what all rows do."""
    counted = [ColumnCounts.none(space.n_features) for _ in range(n_folds + 1)]
    for block in blocks:
        counts = block.rows(space)
        counts.sum_duplicates()
        # Rows of no fold have the number -1, and are counted last.
        for number in range(-1, n_folds):
            part = np.flatnonzero(fold_of[block.index] == number)
            if part.size:
                rows = block.index[part]
                counted[number] += ColumnCounts.of(counts[part], labels[rows], costs[rows])
    whole = sum(counted[1:], counted[0])
    return [*(whole - held_out for held_out in counted[:n_folds]), whole]


def _make_blocks(space: FeatureSpace, texts: Sequence[str], order: Array) -> list[Block]:
    """Normalise messages in the order given, and segment them into words where words are features."""
    blocks, first = [], 0
    for part in split_evenly([texts[row] for row in order.tolist()], CHARACTERS_A_PART):
        batch = normalize_batch(part)
        words = space.words(batch) if space.uses_words else None
        if words is not None:
            # Where words stand is only of interest in explanations.
            nowhere = np.zeros(0, np.int64)
            single, pair = (buckets.astype(np.int32) for buckets in (words.single, words.pair))
            words = Words(single, pair, nowhere, nowhere, words.counts)
        blocks.append(Block(order[first : first + len(part)], batch, words))
        first += len(part)
    return blocks
