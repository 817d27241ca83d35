"""Fit the linear model: scikit-learn does the optimising, this module what surrounds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.features import FeatureSpace
from spamsms.normalize_batch import split_evenly

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[Any]
CHARACTERS_A_PART = 1 << 20
MAX_ITERATIONS = 1000


def count_features(space: FeatureSpace, texts: Sequence[str]) -> tuple[csr_matrix, npt.NDArray[np.int64]]:
    """Return :meth:`FeatureSpace.matrix` of many texts, worked out part by part."""
    from scipy.sparse import csr_matrix, vstack

    parts = [space.matrix(part) for part in split_evenly(texts, CHARACTERS_A_PART)]
    if not parts:
        return csr_matrix((0, space.n_features), dtype=np.float32), np.zeros(0, np.int64)
    return vstack([counts for counts, _ in parts], format="csr"), np.concatenate([size for _, size in parts])


def inverse_document_frequencies(counts: csr_matrix) -> npt.NDArray[np.float32]:
    """Return the smoothed idf of each column, scaled so that a typical row has length one.

    ``log((1 + n) / (1 + df)) + 1``, as in scikit-learn's TfidfTransformer.
    """
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((1 + counts.shape[0]) / (1 + frequency)) + 1
    total = counts.data.sum(dtype=np.float64)
    typical = np.sqrt((counts.data * idf[counts.indices] ** 2).sum(dtype=np.float64) / max(total, 1.0))
    scaled: npt.NDArray[np.float32] = (idf / max(typical, 1e-12)).astype(np.float32)
    return scaled


def weigh_features(counts: csr_matrix, sizes: Array, idf: Array) -> csr_matrix:
    """Return ``counts * idf / sqrt(size)``."""
    from scipy.sparse import csr_matrix

    by_row = (1 / np.sqrt(np.maximum(sizes, 1))).astype(np.float32)
    data = counts.data * idf.take(counts.indices) * np.repeat(by_row, np.diff(counts.indptr))
    return csr_matrix((data, counts.indices, counts.indptr), shape=counts.shape)


def fit_hyperplane(
    features: csr_matrix, labels: Array, weights: Array, C: float, random_state: int | None
) -> tuple[npt.NDArray[np.float64], float]:
    """Fit a linear support vector machine.

    Returns
    -------
    coefficients : ndarray of shape (n_features,)
    intercept : float
    """
    from sklearn.svm import LinearSVC

    used = weights > 0
    model = LinearSVC(C=C, dual=True, random_state=random_state, max_iter=MAX_ITERATIONS, tol=1e-3)
    model.fit(features[used], labels[used], sample_weight=weights[used])
    return model.coef_.ravel(), float(model.intercept_[0])


def cross_validation_folds(
    labels: Array, groups: Array | None, n_folds: int, random_state: int | None
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Return train and held-out rows of folds that divide no group; fewer where data is scarce.

    Returns
    -------
    list of (ndarray, ndarray)
        Empty where a class or the groups are too few to hold any out.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    smallest = int(np.bincount(labels, minlength=2).min())
    rows = np.zeros(labels.size)
    splitter: Any
    if groups is None:
        n_folds = min(n_folds, smallest)
        if n_folds < 2:
            return []
        splitter = StratifiedKFold(n_folds, shuffle=True, random_state=random_state)
        return list(splitter.split(rows, labels))
    by_class = min(np.unique(groups[labels == value]).size for value in (0, 1))
    n_folds = min(n_folds, by_class)
    if n_folds < 2:
        return []
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=random_state)
    folds = list(splitter.split(rows, labels, groups))
    return [fold for fold in folds if np.unique(labels[fold[0]]).size == 2]


def out_of_fold_scores(
    features: csr_matrix,
    labels: Array,
    weights: Array,
    folds: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
    C: float,
    random_state: int | None,
    n_jobs: int | None,
) -> npt.NDArray[np.float64]:
    """Return each row's score by a model that saw no row of its group; NaN where there is none."""
    from joblib import Parallel, delayed

    scores = np.full(labels.size, np.nan)
    fitted = Parallel(n_jobs=n_jobs)(
        delayed(fit_hyperplane)(features[train], labels[train], weights[train], C, random_state)
        for train, _ in folds
    )
    for (_, held_out), (coefficients, intercept) in zip(folds, fitted, strict=True):
        scores[held_out] = features[held_out] @ coefficients + intercept
    return scores
