"""Learn from batches that come one after another, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.adapting import MARGIN
from spamsms.calibration import fit_platt
from spamsms.decision import KEPT_RATES, LOWEST_THRESHOLD
from spamsms.features import FeatureSpace
from spamsms.fitting import CHARACTERS_A_PART
from spamsms.normalize_batch import split_evenly
from spamsms.reservoir import Reservoir
from spamsms.running_fit import ColumnCounts, RunningFit
from spamsms.scoring import LinearScorer, make_scorer
from spamsms.second_look import SecondLook
from spamsms.shingles import template_keys

Array = npt.NDArray[Any]
# Of either class; with fewer held out, calibration is left as machines mostly need it.
FEWEST_HELD_OUT = 10
# A model that learns on counts for so many messages: regularisation must not wear it away.
ROWS_BEHIND_A_MODEL = 50_000


@dataclass(frozen=True)
class Stream:
    """What a model remembers between batches; every batch gives a new one.

    Attributes
    ----------
    space : FeatureSpace
    fit : RunningFit
    counts : ColumnCounts
        Of messages learnt from.
    reservoir : Reservoir
        Messages not learnt from.
    cost : float
        Summed cost of the messages learnt from.
    second_look : SecondLook or None
        That of the model the stream started from, in margins.
    """

    space: FeatureSpace
    fit: RunningFit
    counts: ColumnCounts
    reservoir: Reservoir = field(default_factory=Reservoir)
    cost: float = 0.0
    second_look: SecondLook | None = None

    @classmethod
    def start(cls, space: FeatureSpace, scorer: LinearScorer | None) -> Stream:
        """Return the beginning of a stream, from a fitted model's weights where there is one."""
        if scorer is None:
            fit = RunningFit.start(np.zeros(space.n_features))
        else:
            fit = RunningFit.start(
                MARGIN * scorer.coefficients, MARGIN * scorer.intercept, ROWS_BEHIND_A_MODEL
            )
        look = None if scorer is None else scorer.rescaled(MARGIN, 0.0).second_look
        return cls(space, fit, ColumnCounts.none(space.n_features), second_look=look)

    def learn(
        self,
        texts: Sequence[str],
        labels: Array,
        weights: Array,
        *,
        wanted_weight: float,
        C: float,
        random_state: int | None,
    ) -> Stream:
        """Return the stream after one batch."""
        stream, first = self, 0
        for part in split_evenly(texts, CHARACTERS_A_PART):
            rows = slice(first, first + len(part))
            stream = stream._learn_part(part, labels[rows], weights[rows], wanted_weight, C, random_state)
            first += len(part)
        return stream

    def _learn_part(
        self,
        texts: Sequence[str],
        labels: Array,
        weights: Array,
        wanted_weight: float,
        C: float,
        random_state: int | None,
    ) -> Stream:
        keys = template_keys(texts)
        weighed = weights > 0
        reservoir = self.reservoir.take_in(
            [text for text, used in zip(texts, weighed, strict=True) if used],
            keys[weighed],
            labels[weighed],
            weights[weighed],
        )
        learnt = np.flatnonzero(weighed & ~reservoir.holds_out(keys))
        if not learnt.size:
            return replace(self, reservoir=reservoir)
        rows, sizes = self.space.matrix([texts[row] for row in learnt.tolist()])
        labels = labels[learnt]
        costs = weights[learnt] * np.where(labels == 0, wanted_weight, 1.0)
        counts = self.counts + ColumnCounts.of(rows, labels, costs)
        cost = self.cost + float(costs.sum())
        seed = None if random_state is None else (random_state, self.fit.rows)
        fit = self.fit.learn(
            rows, sizes, labels, costs * (counts.rows / cost), counts.terms(), C=C, random_state=seed
        )
        return replace(self, fit=fit, counts=counts, reservoir=reservoir, cost=cost)

    def scorer(self, passage_weight: float) -> LinearScorer:
        """Return what was learnt so far, in margins: not calibrated."""
        scorer = make_scorer(self.space, self.fit.average, self.fit.average_intercept, passage_weight)
        return replace(scorer, second_look=self.second_look)


def calibrate_stream(
    scorer: LinearScorer, reservoir: Reservoir
) -> tuple[LinearScorer, npt.NDArray[np.float64] | None]:
    """Return the scorer of log-odds, and those of the messages held out; None where they are too few."""
    labels = reservoir.labels
    slope, offset, scores = 1 / MARGIN, 0.0, None
    if np.bincount(labels, minlength=2).min() >= FEWEST_HELD_OUT:
        margins = scorer.log_odds(reservoir.texts)
        found = fit_platt(margins, labels, reservoir.weights)
        if found[0] > 0:
            slope, offset = found
        scores = slope * margins + offset
    return scorer.rescaled(slope, offset), scores


def provisional_points() -> dict[str, list[float]]:
    """Return operating points where nothing was held out yet: what is rather spam than not is blocked."""
    return {side: [LOWEST_THRESHOLD] * len(KEPT_RATES) for side in ("wanted", "spam")}
