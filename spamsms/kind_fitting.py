"""Fit the head that names kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.fitting import MAX_ITERATIONS, count_features, weigh_features
from spamsms.kinds import KIND_SPACE, LARGEST_WEIGHT, KindHead

Array = npt.NDArray[Any]
C = 1.0
# Weights beyond this quantile are cut off, so that the many small ones keep their precision.
CLIPPED_QUANTILE = 0.9999
_SHARPNESS = np.geomspace(0.25, 16.0, 61)


def fit_kind_head(
    texts: Sequence[str], kinds: Array, groups: Array | None, cv: int, random_state: int | None
) -> KindHead:
    """Fit one machine a kind within each class, and how sharply to read them.

    Parameters
    ----------
    texts : sequence of str, length n_texts
    kinds : ndarray of str, shape (n_texts,)
        Codes of :data:`spamsms.kinds.KINDS`, at least two of either class.
    groups : ndarray of shape (n_texts,), or None
    cv : int
        Folds of the scores that the sharpness rests on.
    random_state : int or None

    Returns
    -------
    KindHead
    """
    counts, sizes = count_features(KIND_SPACE, texts)
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    terms = np.log((1 + counts.shape[0]) / (1 + frequency)) + 1
    typical = np.sqrt((counts.data * terms[counts.indices] ** 2).sum() / max(counts.data.sum(), 1.0))
    terms /= max(typical, 1e-12)
    features = weigh_features(counts, sizes, terms)
    codes: list[str] = []
    columns, intercepts, sharpness = [], [], []
    for capital in (True, False):
        rows = np.flatnonzero(np.char.isupper(kinds) == capital)
        side = kinds[rows]
        held_out = _held_out_scores(features, side, rows, groups, cv, random_state)
        names, coefficients, offsets = _fit_machines(features[rows], side, random_state)
        codes.extend(map(str, names))
        columns.append(coefficients * terms)
        intercepts.append(offsets)
        sharpness.extend([_best_sharpness(held_out, np.searchsorted(names, side))] * len(names))
    weights, scales = _quantize(np.concatenate(columns))
    factors = np.array(sharpness)
    return KindHead(tuple(codes), weights, scales * factors, np.concatenate(intercepts) * factors)


def _fit_machines(features: Any, kinds: Array, random_state: int | None) -> tuple[Array, Array, Array]:
    from sklearn.svm import LinearSVC

    model = LinearSVC(C=C, dual=True, random_state=random_state, max_iter=MAX_ITERATIONS, tol=1e-3)
    model.fit(features, kinds)
    if model.coef_.shape[0] > 1:
        return model.classes_, model.coef_, model.intercept_
    # Of two classes scikit-learn keeps one machine: the other is its mirror.
    both = np.array([[-1.0], [1.0]])
    return model.classes_, both @ model.coef_, both.ravel() * model.intercept_


def _held_out_scores(
    features: Any, kinds: Array, rows: Array, groups: Array | None, cv: int, random_state: int | None
) -> npt.NDArray[np.float64]:
    """Return each row's scores by machines that did not see its group, NaN where there are none."""
    names = np.unique(kinds)
    scores = np.full((rows.size, names.size), np.nan)
    for train, test in _folds(kinds, None if groups is None else groups[rows], cv, random_state):
        if np.unique(kinds[train]).size == names.size:
            _, coefficients, offsets = _fit_machines(features[rows[train]], kinds[train], random_state)
            scores[test] = features[rows[test]] @ coefficients.T + offsets
    return scores


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
    known = np.isfinite(scores).all(axis=1)
    if not known.any():
        return 1.0
    scores, truth = scores[known], truth[known]
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
