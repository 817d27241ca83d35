"""Messages on which two models decide differently, and the words that each decision rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.training.dataset import Dataset

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
EVIDENCE_SHOWN = 5


@dataclass(frozen=True)
class Flip:
    """A message on which the two models decide differently.

    Attributes
    ----------
    text : str
    label : int
    kind, source, file : str
    line : int
        Where it stands in `file`.
    old_probability, new_probability : float
    flagged : bool
        What the new model says.
    right : bool
        Whether that is the label.
    """

    text: str
    label: int
    kind: str
    source: str
    file: str
    line: int
    old_probability: float
    new_probability: float
    flagged: bool
    right: bool


def flip_kind(flip: Flip) -> str:
    """Return what a flip is, in words."""
    if flip.label:
        return "spam now caught" if flip.flagged else "spam now missed"
    return "wanted now flagged" if flip.flagged else "wanted no longer flagged"


def find_flips(dataset: Dataset, scores: list[Array], flags: list[Array]) -> list[Flip]:
    """Return the messages decided differently, those where the new model is wrong first.

    Parameters
    ----------
    dataset : Dataset
    scores, flags : list of two ndarrays of shape (n_texts,)
        Log-odds and decisions of the old model and of the new one.
    """
    old, new = scores
    rows = np.flatnonzero(flags[0] != flags[1])
    right = flags[1][rows] == (dataset.labels[rows] == 1)
    order = np.lexsort([-np.abs(new - old)[rows], right])
    probabilities = sigmoid(old), sigmoid(new)
    return [
        Flip(
            dataset.texts[row],
            int(dataset.labels[row]),
            dataset.kinds[row],
            dataset.sources[row],
            dataset.origins[row][0],
            dataset.origins[row][1],
            float(probabilities[0][row]),
            float(probabilities[1][row]),
            bool(flags[1][row]),
            bool(flags[1][row]) == bool(dataset.labels[row]),
        )
        for row in rows[order].tolist()
    ]


def explain_flips(
    flips: list[Flip], old: SpamClassifier, new: SpamClassifier, top: int = EVIDENCE_SHOWN
) -> Iterator[dict[str, Any]]:
    """Yield each flip as JSON values, with the words that each model's score rests on.

    Parameters
    ----------
    flips : list of Flip
    old, new : SpamClassifier
    top : int, default=5
        Words of each model, the strongest.
    """
    for flip in flips:
        evidence = {
            f"{name}_evidence": [vars(item) for item in model.explain(flip.text, top=top)]
            for name, model in (("old", old), ("new", new))
        }
        yield {"flip": flip_kind(flip), **vars(flip), **evidence}
