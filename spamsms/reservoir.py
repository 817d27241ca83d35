"""Messages of a stream that are not learnt from, so that calibration and thresholds can rest on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
SHARE = 0.1
MOST_MESSAGES = 20_000
_ALL_KEYS = 1 << 64


@dataclass(frozen=True)
class Reservoir:
    """A bounded sample of a stream.

    A message belongs to it whose key lies below a limit: in every pass the same,
    and with its near-duplicates, which mostly share the key. Where they become
    too many, the limit falls, and those beyond it are learnt from after all.

    Attributes
    ----------
    limit : int
    messages : mapping of str to (int, int, float)
        Key, label and weight by text.
    """

    limit: int = int(SHARE * _ALL_KEYS)
    messages: Mapping[str, tuple[int, int, float]] = field(default_factory=dict)

    def holds_out(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        """Tell which messages are not to be learnt from, by :func:`spamsms.shingles.template_keys`."""
        held_out: npt.NDArray[np.bool_] = keys < np.uint64(self.limit)
        return held_out

    def take_in(
        self, texts: Sequence[str], keys: npt.NDArray[np.uint64], labels: Array, weights: Array
    ) -> Reservoir:
        """Return the reservoir with those of some messages that belong to it."""
        messages = dict(self.messages)
        for row in np.flatnonzero(self.holds_out(keys)).tolist():
            messages[texts[row]] = int(keys[row]), int(labels[row]), float(weights[row])
        limit = self.limit
        while len(messages) > MOST_MESSAGES:
            limit //= 2
            messages = {text: entry for text, entry in messages.items() if entry[0] < limit}
        return Reservoir(limit, messages)

    @property
    def texts(self) -> list[str]:
        """The messages, in the order in which they came."""
        return list(self.messages)

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """Their labels, shape (n_texts,)."""
        return np.array([label for _, label, _ in self.messages.values()], np.int64)

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """Their weights, shape (n_texts,)."""
        return np.array([weight for _, _, weight in self.messages.values()], np.float64)
