"""Fit the head that scores kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.fitting import MAX_ITERATIONS, count_features, term_weights, weigh_features
from spamsms.kinds import KIND_SPACE, KINDS, LARGEST_WEIGHT, KindHead
from spamsms.normalize_batch import normalize_batch, split_evenly
from spamsms.scoring import LinearScorer
from spamsms.second_look import SecondLook

Array = npt.NDArray[Any]
# Out of fold on the packaged model's data, between 1 and 3 little changes; .3 is worse.
C = 3.0
# The margins are rounded to 8 bits in the end: more precision than this is lost anyway.
TOLERANCE = 1e-2
# Weights beyond this quantile are cut off, so that the many small ones keep their precision.
CLIPPED_QUANTILE = 0.9999
CHARACTERS_A_PART = 1 << 18
_SHARPNESS = np.geomspace(0.25, 16.0, 61)


def fit_kind_head(
    texts: Sequence[str],
    kinds: Array,
    labels: Array,
    groups: Array | None,
    weights: Array,
    cv: int,
    random_state: int | None,
    n_jobs: int | None = None,
    scorer: LinearScorer | None = None,
) -> tuple[KindHead, npt.NDArray[np.float64]]:
    """Fit one machine a kind, each against all others, and how sharply to read them.

    Parameters
    ----------
    texts : sequence of str, length n_texts
    kinds : ndarray of str, shape (n_texts,)
        Codes of :data:`spamsms.kinds.KINDS`, at least two of either class, or
        another value where the kind is not known.
    labels : ndarray of int64, shape (n_texts,)
        1 spam, 0 wanted, another value where that is not known. A row of no
        known kind still tells the kinds of the other class what they are not.
    groups : ndarray of shape (n_texts,), or None
    weights : ndarray of float64, shape (n_texts,)
    cv : int
        Folds of the scores that the sharpness and the margins rest on.
    random_state : int or None
    n_jobs : int or None
        Folds fitted at a time.
    scorer : LinearScorer, optional
        What tells each message's most spam-like passage.

    Returns
    -------
    head : KindHead
    margins : ndarray of float64, shape (n_texts,)
        What :meth:`SecondLook.margins` says of each row by machines that did
        not see its group.
    """
    from joblib import Parallel, delayed

    counts, sizes = count_features(KIND_SPACE, texts)
    known = np.isin(kinds, list(KINDS)) & (weights > 0)
    labels = np.where(known, np.char.isupper(kinds), labels)
    usable = np.isin(labels, (0, 1)) & (weights > 0)
    kinds = np.where(known, kinds, "")
    folds = _folds(kinds, groups, cv, random_state)
    names = np.unique(kinds[known])
    # A kind whose every message lies in one fold cannot be scored by the others.
    folds = [fold for fold in folds if np.isin(names, kinds[fold[0]]).all()]
    whole = (np.arange(len(texts)), np.zeros(0, np.int64))
    fitted = Parallel(n_jobs=n_jobs)(
        delayed(_fit_machines)(counts, sizes, kinds, labels, weights, train[usable[train]], random_state)
        for train, _ in [*folds, whole]
    )
    columns, intercepts = fitted.pop()
    scores, margins = np.full((len(texts), names.size), np.nan), np.full(len(texts), np.nan)
    for (_, test), (coefficients, offsets) in zip(folds, fitted, strict=True):
        head = _make_head(names, coefficients, offsets)
        scores[test], margins[test] = _look([texts[row] for row in test.tolist()], head, scorer)
    held_out = np.isfinite(margins)
    head = _make_head(names, columns, intercepts)
    capital = np.char.isupper(names)
    for side in (capital, ~capital):
        rows = np.flatnonzero(known & held_out & np.isin(kinds, names[side]))
        place = np.searchsorted(names[side], kinds[rows])
        head.sharpness[side] = _best_sharpness(scores[np.ix_(rows, np.flatnonzero(side))], place)
    missing = np.flatnonzero(~held_out)
    if missing.size:
        # Too few messages to hold any out: the fit's own scores are the best there is.
        _, margins[missing] = _look([texts[row] for row in missing.tolist()], head, scorer)
    return head, margins


def _make_head(names: Array, columns: Array, intercepts: Array) -> KindHead:
    weights, scales = _quantize(columns)
    return KindHead(tuple(map(str, names)), weights, scales, intercepts, np.ones(names.size))


def _look(texts: Sequence[str], head: KindHead, scorer: LinearScorer | None) -> tuple[Array, Array]:
    """Return the kinds' scores and the margins of a second look, as a finished model gives them."""
    look = SecondLook(head)
    scores, margins = [], []
    for part in split_evenly(texts, CHARACTERS_A_PART):
        batch = normalize_batch(part)
        scores.append(head.scores_of_batch(batch))
        margins.append(look.margins(batch, None if scorer is None else scorer.passages(batch)))
    return np.concatenate(scores), np.concatenate(margins)


def _fit_machines(
    counts: Any,
    sizes: Array,
    kinds: Array,
    labels: Array,
    weights: Array,
    rows: Array,
    random_state: int | None,
) -> tuple[Array, Array]:
    """Return coefficients of ``counts / sqrt(size)``, one row a kind in sorted order, and intercepts."""
    from sklearn.svm import LinearSVC

    counts, sizes, kinds, labels, weights = (array[rows] for array in (counts, sizes, kinds, labels, weights))
    terms = term_weights(counts, labels, weights)
    features = weigh_features(counts, sizes, terms)
    columns, intercepts = [], []
    for name in np.unique(kinds[kinds != ""]):
        used = np.flatnonzero((kinds != "") | (labels != int(str(name).isupper())))
        model = LinearSVC(C=C, dual=True, random_state=random_state, max_iter=MAX_ITERATIONS, tol=TOLERANCE)
        model.fit(features[used], kinds[used] == name, sample_weight=weights[used])
        columns.append(model.coef_.ravel() * terms)
        intercepts.append(float(model.intercept_[0]))
    return np.array(columns), np.array(intercepts)


def _folds(kinds: Array, groups: Array | None, cv: int, random_state: int | None) -> list[Any]:
    from sklearn.model_selection import GroupKFold, KFold

    blank = np.zeros(kinds.size)
    if groups is None:
        return (
            list(KFold(cv, shuffle=True, random_state=random_state).split(blank)) if kinds.size >= cv else []
        )
    return list(GroupKFold(cv).split(blank, kinds, groups)) if np.unique(groups).size >= cv else []


def _best_sharpness(scores: Array, truth: Array) -> float:
    """Return the factor on the scores under which held-out kinds are most probable."""
    if not truth.size:
        return 1.0
    losses = []
    for factor in _SHARPNESS:
        raised = factor * (scores - scores.max(axis=1, keepdims=True))
        losses.append(
            float(np.mean(np.log(np.exp(raised).sum(axis=1)) - raised[np.arange(truth.size), truth]))
        )
    return float(_SHARPNESS[int(np.argmin(losses))])


def _quantize(columns: Array) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float64]]:
    """Round each kind's weights to 8 bits; one row a kind comes in, one column a kind goes out."""
    weights = np.zeros(columns.T.shape, np.int8)
    scales = np.ones(columns.shape[0])
    for place, column in enumerate(columns):
        sizes = np.abs(column)
        largest = float(np.quantile(sizes[sizes > 0], CLIPPED_QUANTILE)) if sizes.any() else 1.0
        scales[place] = largest / LARGEST_WEIGHT
        weights[:, place] = np.rint(np.clip(column / scales[place], -LARGEST_WEIGHT, LARGEST_WEIGHT))
    return weights, scales
