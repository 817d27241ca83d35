"""Adapt a fitted model to new labels: its weights are the prior, and what it knew is held on to.

The new hyperplane is a share of the old one plus a difference. A squared hinge
loss on the new labels pulls the difference away from zero; three things hold it:
an L2 penalty, a penalty on what it changes on *anchors* (messages of the kind the
old model must not forget), and the old model's own opinion of the anchors as
further labels. Only columns that the new messages hold can change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spamsms.features import FeatureSpace
from spamsms.fitting import count_features, cross_validation_folds, term_weights, weigh_features
from spamsms.scoring import LinearScorer, make_scorer
from spamsms.shingles import template_keys

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[Any]
# Margins of one unit of log-odds: what this library's machines take for decided is a log-odds of about 3.
MARGIN = 0.35
# Per new message, and as a share of all new ones: on three sources held out in turn (rdfz, mudou, corpus) and
# 200, 1,000 and all of their labels, less forgets, more learns less.
ANCHOR_PENALTY = 3e-4
ANCHOR_SHARE = 0.1
_KEPT_AT_PENALTY = 0.4
_INTERCEPT_PENALTY = 0.01
FOLDS = 3
# More messages say nothing new about which strength is best.
MOST_CROSS_VALIDATED = 3000
ITERATIONS, FINAL_ITERATIONS = 50, 100
_TOLERANCE = 1e-5
_USUAL_LOG_ODDS = np.linspace(-6, 6, 13)
# What a strength must gain in area over a more cautious one, and how much more, shared by the messages.
LEAST_GAIN, GAIN_OF_FEW = 0.001, 0.5
LOW_RATES = 0.05


class Strength(NamedTuple):
    """How much of the old weights stays, and how dear a mistake on a new label is against changing them."""

    kept: float
    C: float


# The most cautious first: all of the old weights for few labels, less where the new source contradicts them.
STRENGTHS = (
    Strength(1.0, 0.3),
    Strength(1.0, 3.0),
    Strength(0.6, 3.0),
    Strength(0.4, 3.0),
    Strength(0.3, 3.0),
)
# Where there are too few labels to hold any out.
CAUTIOUS = STRENGTHS[1]


@dataclass(frozen=True)
class NewMessages:
    """Labelled messages as numbers.

    Attributes
    ----------
    counts, sizes : csr_matrix, ndarray
        As :func:`spamsms.fitting.count_features` gives them.
    labels, costs : ndarray of shape (n_texts,)
    margins : ndarray of shape (n_texts,)
        What the old hyperplane says of them.
    """

    counts: csr_matrix
    sizes: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    costs: npt.NDArray[np.float64]
    margins: npt.NDArray[np.float64]

    def take(self, rows: Array) -> NewMessages:
        """Return some of them."""
        return NewMessages(
            self.counts[rows], self.sizes[rows], self.labels[rows], self.costs[rows], self.margins[rows]
        )


@dataclass(frozen=True)
class AdaptedScorer:
    """What :func:`adapt_scorer` found.

    Attributes
    ----------
    scorer : LinearScorer
        Its log-odds are not calibrated yet.
    log_odds : ndarray of float64, shape (n_texts,)
        Of each new message by a scorer that did not see its group; NaN where there was none.
    strength : Strength
    n_anchors : int
    known, before : ndarray of float64
        Its log-odds of messages on which it should say what the old one did, and the old one's.
    """

    scorer: LinearScorer
    log_odds: npt.NDArray[np.float64]
    strength: Strength
    n_anchors: int
    known: npt.NDArray[np.float64]
    before: npt.NDArray[np.float64]


class _OldHyperplane:
    """The old model before its passages were weighed, in margins."""

    def __init__(self, scorer: LinearScorer, anchors: Sequence[str]) -> None:
        self.space: FeatureSpace = scorer.space
        self.second_look = scorer.second_look
        self.share = scorer.passage_scale / (scorer.scale + scorer.passage_scale or 1.0)
        self.coefficients = MARGIN * scorer.coefficients
        self.intercept = MARGIN * scorer.intercept
        counts, sizes = count_features(self.space, anchors)
        margins = self.margins(counts, sizes)
        opinions = (margins > 0).astype(np.int64)
        self.anchors = NewMessages(counts, sizes, opinions, np.ones(len(anchors)), margins)

    def margins(self, counts: csr_matrix, sizes: Array) -> npt.NDArray[np.float64]:
        found: npt.NDArray[np.float64] = (counts @ self.coefficients) / np.sqrt(np.maximum(sizes, 1))
        return found + self.intercept

    def adapt(self, new: NewMessages, strength: Strength, iterations: int) -> LinearScorer:
        """Return the old hyperplane changed by some labels, as a scorer of log-odds."""
        difference, shift = _find_difference(new, self.anchors, strength, iterations)
        coefficients = strength.kept * self.coefficients + difference
        intercept = strength.kept * self.intercept + shift
        scorer = make_scorer(self.space, coefficients / MARGIN, intercept / MARGIN, self.share)
        # The kinds have as large a share in the score as the old hyperplane.
        look = self.second_look and self.second_look.rescaled(strength.kept, 0.0)
        return replace(scorer, second_look=look)


def adapt_scorer(
    scorer: LinearScorer,
    texts: Sequence[str],
    labels: Array,
    costs: Array,
    groups: Array | None,
    anchors: Sequence[str],
    random_state: int | None,
) -> AdaptedScorer:
    """Adapt a scorer to new labels, as strongly as cross-validation says.

    Parameters
    ----------
    scorer : LinearScorer
        Of the old model; its log-odds are calibrated.
    texts : sequence of str, length n_texts
    labels, costs : ndarray of shape (n_texts,)
    groups : ndarray of shape (n_texts,), or None
        By default messages that mostly consist of the same runs of characters.
    anchors : sequence of str
        Messages on which the new scorer must stay close to the old one.
    random_state : int or None

    Returns
    -------
    AdaptedScorer
    """
    old = _OldHyperplane(scorer, anchors)
    counts, sizes = count_features(old.space, texts)
    new = NewMessages(counts, sizes, labels, costs, old.margins(counts, sizes))
    groups = template_keys(texts) if groups is None else groups
    folds = [
        (train, held_out)
        for train, held_out in cross_validation_folds(labels, groups, FOLDS, random_state)
        if np.unique(labels[train][costs[train] > 0]).size == 2
    ]
    log_odds, strength = np.full(labels.size, np.nan), CAUTIOUS
    if folds:
        log_odds, strength = _best_strength(old, new, texts, _thin(folds, labels.size, random_state))
    adapted = old.adapt(new, strength, FINAL_ITERATIONS)
    # Without anchors, as if nothing but the share that is kept had changed.
    before = scorer.log_odds(anchors) if len(anchors) else _USUAL_LOG_ODDS
    known = adapted.log_odds(anchors) if len(anchors) else strength.kept * _USUAL_LOG_ODDS
    return AdaptedScorer(adapted, log_odds, strength, len(anchors), known, before)


def _thin(
    folds: list[tuple[Array, Array]], n_rows: int, random_state: int | None
) -> list[tuple[Array, Array]]:
    """Return the folds of so many messages that trying every strength stays quick."""
    if n_rows <= MOST_CROSS_VALIDATED:
        return folds
    kept = np.random.default_rng(random_state).random(n_rows) < MOST_CROSS_VALIDATED / n_rows
    return [(train[kept[train]], held_out[kept[held_out]]) for train, held_out in folds]


def _best_strength(
    old: _OldHyperplane, new: NewMessages, texts: Sequence[str], folds: list[tuple[Array, Array]]
) -> tuple[npt.NDArray[np.float64], Strength]:
    """Return the strength under which held-out messages are told apart best, and what was said of them."""
    best, best_area, best_log_odds = CAUTIOUS, -np.inf, np.full(new.labels.size, np.nan)
    for strength in STRENGTHS:
        log_odds = np.full(new.labels.size, np.nan)
        for train, held_out in folds:
            scorer = old.adapt(new.take(train), strength, ITERATIONS)
            log_odds[held_out] = scorer.log_odds([texts[row] for row in held_out.tolist()])
        known = np.isfinite(log_odds) & (new.costs > 0)
        area = _area(log_odds[known], new.labels[known])
        if area > best_area + LEAST_GAIN + GAIN_OF_FEW / max(int(known.sum()), 1):
            best, best_area, best_log_odds = strength, area, log_odds
    return best_log_odds, best


def _area(scores: Array, labels: Array) -> float:
    """Return the mean of the area under the curve and of its part up to few false positives."""
    from sklearn.metrics import roc_auc_score

    if np.unique(labels).size < 2:
        return 0.0
    return float(roc_auc_score(labels, scores) + roc_auc_score(labels, scores, max_fpr=LOW_RATES)) / 2


def _terms(new: NewMessages) -> npt.NDArray[np.float64]:
    """Return how much each column may change; by its frequency alone where there is one class only."""
    if np.unique(new.labels[new.costs > 0]).size == 2:
        return term_weights(new.counts, new.labels, new.costs)
    from scipy.sparse import vstack

    halves = np.repeat([0, 1], new.labels.size)
    return term_weights(vstack([new.counts, new.counts], format="csr"), halves, np.tile(new.costs, 2))


def _find_difference(
    new: NewMessages, anchors: NewMessages, strength: Strength, iterations: int
) -> tuple[npt.NDArray[np.float64], float]:
    """Return the change of the coefficients and of the intercept, in margins."""
    from scipy.optimize import minimize
    from scipy.sparse import vstack

    terms = _terms(new)
    columns = np.unique(new.counts.indices)
    features = weigh_features(new.counts, new.sizes, terms)[:, columns]
    anchored = weigh_features(anchors.counts, anchors.sizes, terms)[:, columns]
    rows = vstack([features, anchored], format="csr").astype(np.float64)
    anchor_cost = ANCHOR_SHARE * new.costs.sum() / max(anchors.labels.size, 1)
    costs = np.concatenate([new.costs, np.full(anchors.labels.size, anchor_cost)])
    signs = 2.0 * np.concatenate([new.labels, anchors.labels]) - 1
    given = signs * strength.kept * np.concatenate([new.margins, anchors.margins])
    penalty = ANCHOR_PENALTY * new.labels.size * (_KEPT_AT_PENALTY / strength.kept) ** 2
    n_new = new.labels.size

    def loss(point: Array) -> tuple[float, Array]:
        change, shift = point[:-1], point[-1]
        moved = rows @ change
        missing = np.maximum(0.0, 1 - given - signs * (moved + shift))
        slope = -2 * strength.C * costs * missing * signs
        pull = penalty * moved[n_new:]
        total = strength.C * float(costs @ missing**2) + 0.5 * float(change @ change)
        total += 0.5 * float(pull @ moved[n_new:]) + 0.5 * _INTERCEPT_PENALTY * shift**2
        held = slope.copy()
        held[n_new:] += pull
        return total, np.append(rows.T @ held + change, slope.sum() + _INTERCEPT_PENALTY * shift)

    options = {"maxiter": iterations, "ftol": _TOLERANCE}
    found = minimize(loss, np.zeros(columns.size + 1), jac=True, method="L-BFGS-B", options=options)
    difference = np.zeros(terms.size)
    difference[columns] = found.x[:-1] * terms[columns]
    return difference, float(found.x[-1])
