"""Fit the linear model in the way that suits the size of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.block_fit import fit_in_blocks
from spamsms.features import FeatureSpace
from spamsms.fitting import count_features, cross_validation_folds, fit_hyperplane, out_of_fold_log_odds
from spamsms.scoring import LinearScorer, make_scorer

Array = npt.NDArray[Any]
# What "auto" fits exactly; more characters are fitted in blocks: several times as fast, and on held-out
# messages the same within what one split differs from another.
MOST_CHARACTERS = 1 << 20


def fit_scorer(
    space: FeatureSpace,
    texts: Sequence[str],
    labels: Array,
    costs: Array,
    groups: Array | None,
    *,
    solver: str,
    C: float,
    passage_weight: float,
    cv: int,
    random_state: int | None,
    n_jobs: int | None,
) -> tuple[LinearScorer, npt.NDArray[np.float64]]:
    """Fit a hyperplane and score each message by one that did not see its group.

    Parameters
    ----------
    space : FeatureSpace
    texts : sequence of str, length n_texts
    labels, costs : ndarray of shape (n_texts,)
    groups : ndarray of shape (n_texts,) or None
    solver, C, passage_weight, cv, random_state, n_jobs
        As in :class:`spamsms.SpamClassifier`.

    Returns
    -------
    scorer : LinearScorer
        Not calibrated yet.
    scores : ndarray of float64, shape (n_texts,)
        The fit's own scores where there was too little to hold any out.
    """
    if solver == "blocks" or (solver == "auto" and sum(map(len, texts)) > MOST_CHARACTERS):
        scorer, scores = fit_in_blocks(
            space,
            texts,
            labels,
            costs,
            groups,
            C=C,
            passage_weight=passage_weight,
            cv=cv,
            random_state=random_state,
        )
    else:
        counts, sizes = count_features(space, texts)
        folds = cross_validation_folds(labels, groups, cv, random_state)
        scores = out_of_fold_log_odds(
            space,
            texts,
            counts,
            sizes,
            labels,
            costs,
            folds,
            C=C,
            passage_weight=passage_weight,
            random_state=random_state,
            n_jobs=n_jobs,
        )
        coefficients, intercept = fit_hyperplane(counts, sizes, labels, costs, C, random_state)
        scorer = make_scorer(space, coefficients, intercept, passage_weight)
    missing = np.flatnonzero(np.isnan(scores))
    if missing.size:
        # Too few messages to hold any out: the fit's own scores are the best there is.
        scores[missing] = scorer.log_odds([texts[row] for row in missing.tolist()])
    return scorer, scores
