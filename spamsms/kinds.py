"""What a message is: a linear head that names its kind.

The head sums 8-bit weights of hashed characters, one column a kind, and is read
within each class: among spam which kind of spam, among wanted messages which
kind of those. The classifier's probability joins the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.features import CHANNELS, N_UNITS, FeatureSpace
from spamsms.normalize import normalize_text
from spamsms.normalize_batch import PADDING, normalize_batch, split_evenly
from spamsms.scoring import FEW_TEXTS, padded_units

Array = npt.NDArray[Any]
SPAM_KINDS = {
    "R": "retail",
    "F": "finance",
    "H": "housing",
    "E": "education",
    "T": "telecom and internet",
    "L": "local life",
    "J": "jobs and business",
    "G": "gambling and porn",
    "X": "fraud and illegal",
    "O": "other promotion",
    "M": "notice with an advert appended",
}
WANTED_KINDS = {
    "c": "code or login",
    "b": "money",
    "d": "order, parcel, travel",
    "n": "service notice",
    "p": "personal",
    "g": "public notice",
    "s": "subscribed content",
}
KINDS = {**SPAM_KINDS, **WANTED_KINDS}
KIND_SPACE = FeatureSpace("char", 15)
LARGEST_WEIGHT = 127
_CHARACTERS_A_PART = 1 << 15


@dataclass(frozen=True)
class KindHead:
    """Weights of the kinds.

    Attributes
    ----------
    codes : tuple of str
        The kinds, one a column; capital ones are spam.
    weights : ndarray of int8, shape (n_features, n_kinds)
        Over `KIND_SPACE`.
    scales : ndarray of float64, shape (n_kinds,)
        What one unit of each column's weights is worth; calibrated.
    intercepts : ndarray of float64, shape (n_kinds,)
    """

    codes: tuple[str, ...]
    weights: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float64]
    intercepts: npt.NDArray[np.float64]

    def probabilities(self, texts: Sequence[str], spam: Array) -> npt.NDArray[np.float64]:
        """Return the probability of each kind.

        Parameters
        ----------
        texts : sequence of str, length n_texts
        spam : ndarray of shape (n_texts,)
            Probability that each is spam.

        Returns
        -------
        ndarray of shape (n_texts, n_kinds)
            Rows add up to one where both classes have kinds.
        """
        if len(texts) <= FEW_TEXTS:
            parts = [self._scores_one(text) for text in texts]
        else:
            parts = [self._scores(part) for part in split_evenly(texts, _CHARACTERS_A_PART)]
        scores = np.concatenate(parts) if parts else np.zeros((0, len(self.codes)))
        capital = np.array([code.isupper() for code in self.codes])
        joint = np.zeros_like(scores)
        for side, share in ((capital, spam), (~capital, 1 - np.asarray(spam))):
            if side.any():
                raised = np.exp(scores[:, side] - scores[:, side].max(axis=1, keepdims=True))
                joint[:, side] = raised / raised.sum(axis=1, keepdims=True) * np.asarray(share)[:, None]
        return joint

    def best(self, texts: Sequence[str], spam: Array) -> Iterator[tuple[str, float]]:
        """Yield each message's most probable kind and its probability."""
        joint = self.probabilities(texts, spam)
        for place, row in zip(joint.argmax(axis=1).tolist(), joint, strict=True):
            yield self.codes[place], float(row[place])

    def _scores(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        batch = normalize_batch(texts)
        sizes = KIND_SPACE.sizes(batch, None)
        sums = self._position_sums(batch.units)
        sums[batch.starts[1:-1] - PADDING] = 0
        totals = np.add.reduceat(sums, batch.starts[:-1] - 1, axis=0, dtype=np.int64)
        totals[sizes == 0] = 0
        scaled: npt.NDArray[np.float64] = totals / np.sqrt(np.maximum(sizes, 1))[:, None]
        return scaled * self.scales + self.intercepts

    def _scores_one(self, text: str) -> npt.NDArray[np.float64]:
        """Return :meth:`_scores` of one message, without setting a batch up."""
        units = padded_units(normalize_text(text))
        totals = self._position_sums(units)[1:].sum(axis=0, dtype=np.int64)
        size = CHANNELS * (units.size - 2 * PADDING + 1) if units.size > 2 * PADDING else 0
        scaled: npt.NDArray[np.float64] = (totals if size else 0 * totals) / np.sqrt(max(size, 1))
        return (scaled * self.scales + self.intercepts)[None]

    def _position_sums(self, units: npt.NDArray[np.uint16]) -> npt.NDArray[np.int16]:
        sums = np.zeros((units.size - 2, len(self.codes)), np.int16)
        for channel, bucket in enumerate(KIND_SPACE.buckets(units)):
            sums += self.weights.take(bucket + (N_UNITS if channel else 0), axis=0)
        return sums
