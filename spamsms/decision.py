"""From a probability to an action: thresholds for stated rates of error."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid, threshold_for_rate
from spamsms.errors import InputError
from spamsms.validation import check_groups, check_labels, check_scores

Array = npt.NDArray[Any]
Self = TypeVar("Self", bound="Thresholds")

# A message that is more likely wanted than not is never called spam.
LOWEST_THRESHOLD = 0.5
# Rates whose thresholds a model keeps, so that it can answer for others later.
KEPT_RATES = (0.0, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075,
              0.1, 0.15, 0.2, 0.3, 0.5, 1.0)  # fmt: skip


class Thresholds:
    """Where a classifier blocks and where it asks for review.

    Attributes
    ----------
    operating_points_ : dict
        For each of `KEPT_RATES` the probability that no more than that share of
        held-out wanted messages reach (``"wanted"``), and the one that no more
        than that share of held-out spam stays below (``"spam"``).
    """

    false_positive_rate: float
    review_false_positive_rate: float
    operating_points_: dict[str, list[float]]
    _threshold: float
    _review_threshold: float

    def choose_thresholds(self: Self, log_odds: Array, y: Any, sources: Any = None) -> Self:
        """Choose the thresholds for the parameters' false-positive rates.

        Parameters
        ----------
        log_odds : ndarray of shape (n,)
            What this model said of messages of held-out groups.
        y : sequence of {0, 1}, length n
        sources : sequence, length n, optional
            Where each message is from. The rates then hold for every source on
            its own: the strictest of them decides.

        Returns
        -------
        SpamClassifier
            Itself.
        """
        self._fitted()
        scores = check_scores(log_odds)
        labels = check_labels(y, scores.size)
        of = check_groups(sources, scores.size)
        probabilities = sigmoid(scores)
        places = np.zeros(scores.size, np.int64) if of is None else of
        wanted = [
            probabilities[(labels == 0) & (places == place)] for place in np.unique(places[labels == 0])
        ]
        spam = [probabilities[(labels == 1) & (places == place)] for place in np.unique(places[labels == 1])]
        points = {
            "wanted": [max(_bounded(threshold_for_rate(p, rate)) for p in wanted) for rate in KEPT_RATES],
            "spam": [min(_bounded(-threshold_for_rate(-p, rate)) for p in spam) for rate in KEPT_RATES],
        }
        return self.use_operating_points(points)

    def use_operating_points(self: Self, points: dict[str, list[float]]) -> Self:
        """Set both thresholds for the parameters' false-positive rates by points that are known.

        Parameters
        ----------
        points : dict
            As `operating_points_`.

        Returns
        -------
        SpamClassifier
            Itself.
        """
        self.operating_points_ = points
        self.threshold = self.threshold_for(fpr=self.false_positive_rate)
        review = self._operating_point("wanted", self.review_false_positive_rate)
        self.review_threshold = min(review, self.threshold)
        return self

    def threshold_for(self, fpr: float) -> float:
        """Return the threshold for a stated false-positive rate.

        Parameters
        ----------
        fpr : float
            Share of wanted messages that may be blocked, 0 to 1, judged by the
            held-out wanted messages the thresholds were chosen on. A rate
            between two of `KEPT_RATES` is answered for the lower.

        Returns
        -------
        float
            A probability of at least 0.5.

        Raises
        ------
        InputError
            If `fpr` is no share.
        """
        return max(self._operating_point("wanted", fpr), LOWEST_THRESHOLD)

    def set_coverage(self: Self, coverage: float) -> Self:
        """Abstain ("review") wherever neither class can be ruled out, class by class.

        Class-conditional conformal prediction: of held-out spam at most
        ``1 - coverage`` stays below the review threshold, and of held-out wanted
        messages at most ``1 - coverage`` reach the threshold.

        Parameters
        ----------
        coverage : float
            Share of each class that must not be decided wrongly, 0 to 1.

        Returns
        -------
        SpamClassifier
            Itself, with both thresholds set; no review where the classes do not overlap.

        Raises
        ------
        InputError
            If `coverage` is no share.
        """
        error = 1.0 - _check_share("coverage", coverage)
        block = self._operating_point("wanted", error)
        let_pass = self._operating_point("spam", error)
        self.threshold = max(block, LOWEST_THRESHOLD)
        self.review_threshold = min(let_pass, self.threshold)
        return self

    def _operating_point(self, side: str, rate: float) -> float:
        self._fitted()
        rate = _check_share("fpr", rate)
        index = int(np.searchsorted(KEPT_RATES, rate + 1e-12, side="right")) - 1
        return self.operating_points_[side][index]

    @property
    def threshold(self) -> float:
        """Probability from which on a message is blocked; can be set."""
        self._fitted()
        return self._threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        self._threshold = _check_share("threshold", value)

    @property
    def review_threshold(self) -> float:
        """Probability from which on a message is to be reviewed; can be set."""
        self._fitted()
        return self._review_threshold

    @review_threshold.setter
    def review_threshold(self, value: float) -> None:
        self._review_threshold = _check_share("review_threshold", value)

    def _fitted(self) -> Any:
        raise NotImplementedError


def _bounded(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _check_share(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not 0 <= value <= 1:
        raise InputError(f"{name} must be a number from 0 to 1, not {value!r}")
    return float(value)
