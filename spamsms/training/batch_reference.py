"""What a model makes of messages like those it was trained for, as counts to compare later batches with.

The reference holds histograms and means, no text. It is made of messages that
the model was not fitted on, and stands beside the model as ``reference.json``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.atomic_file import open_atomically
from spamsms.calibration import sigmoid
from spamsms.errors import DatasetError
from spamsms.obfuscation import obfuscation
from spamsms.training.dedupe import template_groups
from spamsms.training.evaluate import inbox_rows
from spamsms.training.novelty import unseen_share
from spamsms.validation import check_texts

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier
    from spamsms.training.train import PreparedData

Array = npt.NDArray[Any]
REFERENCE = "reference.json"
FORMAT, FORMAT_VERSION = "spamsms-reference", 1
BINS = 10
# Fewer templates tell nothing: chance alone would explain any difference.
FEWEST_TEMPLATES = 20
# From that share of disguised characters on a message counts as disguised.
DISGUISED_FROM = 0.05
# Between these probabilities the model is not sure.
UNSURE = (0.1, 0.9)
SCORE, UNDECIDED, UNSEEN, KINDS, DISGUISED, LENGTH = (
    "score", "undecided", "unseen", "kinds", "disguised", "length",
)  # fmt: skip
LARGEST_FILE = 1 << 20
TEST_SIDE = "the test side of its training data"


@dataclass(frozen=True)
class Histogram:
    """One thing measured on some messages.

    Attributes
    ----------
    bins : tuple
        Upper bounds of all bins but the last, which has none; of kinds, their codes.
    counts : tuple of int
        Messages in each bin.
    mean, deviation : float
        Of the values; 0 where they are names.
    """

    bins: tuple[Any, ...]
    counts: tuple[int, ...]
    mean: float = 0.0
    deviation: float = 0.0


@dataclass(frozen=True)
class BatchReference:
    """What later batches are compared with.

    Attributes
    ----------
    model, model_hash : str
        Name and version of the model, and its hash: its scores count, no other's.
    origin : str
        Where the messages are from.
    n_messages, n_templates : int
        Each template counts once.
    measures : dict of str to Histogram
    """

    model: str
    model_hash: str
    origin: str
    n_messages: int
    n_templates: int
    measures: dict[str, Histogram]

    def to_dict(self) -> dict[str, Any]:
        """Return the reference as JSON values."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "model": self.model,
            "model_hash": self.model_hash,
            "origin": self.origin,
            "n_messages": self.n_messages,
            "n_templates": self.n_templates,
            "measures": {
                name: {
                    "bins": list(item.bins),
                    "counts": list(item.counts),
                    "mean": item.mean,
                    "deviation": item.deviation,
                }
                for name, item in self.measures.items()
            },
        }


def measure_messages(texts: Sequence[str], model: SpamClassifier) -> dict[str, Array]:
    """Return the value of each measure for each message; what the model cannot tell is left out."""
    log_odds = model.decision_function(texts)
    probability = sigmoid(log_odds)
    values: dict[str, Array] = {
        SCORE: log_odds,
        UNDECIDED: ((probability > UNSURE[0]) & (probability < UNSURE[1])).astype(np.float64),
    }
    unseen = unseen_share(texts, model._fitted())
    if unseen is not None:
        values[UNSEEN] = unseen
    if model.kind_head_ is not None:
        values[KINDS] = model.predict_kind(texts)
    disguised = np.array([obfuscation(text) for text in texts])
    values[DISGUISED] = (disguised >= DISGUISED_FROM).astype(np.float64)
    values[LENGTH] = np.array([len(text) for text in texts], np.float64)
    return values


def one_of_each_template(texts: Sequence[str], groups: Array | None = None) -> list[str]:
    """Return the first message of each template, blank messages left out."""
    kept = np.array([row for row, text in enumerate(texts) if text.strip()], np.int64)
    filled = [texts[row] for row in kept.tolist()]
    named = template_groups(filled) if groups is None else np.asarray(groups)[kept]
    _, first = np.unique(named, return_index=True)
    return [filled[row] for row in np.sort(first).tolist()]


def make_reference(
    texts: Any, model: SpamClassifier, *, groups: Array | None = None, origin: str = "messages given"
) -> BatchReference:
    """Measure the messages that later batches will be compared with.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Messages that `model` was not fitted on, like those it is meant for.
    model : SpamClassifier
    groups : ndarray of shape (n_texts,), optional
        Template groups; found by near-duplicates without.
    origin : str
        What reports call the messages.

    Returns
    -------
    BatchReference

    Raises
    ------
    InputError
        If `texts` is no batch, or a row is not a str.
    DatasetError
        If there are fewer than 20 templates.
    """
    batch = check_texts(texts, "texts")
    chosen = one_of_each_template(batch, groups)
    if len(chosen) < FEWEST_TEMPLATES:
        raise DatasetError(
            f"a reference takes messages of {FEWEST_TEMPLATES} templates or more, and {len(chosen)} are "
            "given; give more messages"
        )
    measures = {name: describe(values) for name, values in measure_messages(chosen, model).items()}
    name = f"{model.name_} {model.version_}"
    return BatchReference(name, model.hash_, origin, len(batch), len(chosen), measures)


def reference_of_test_side(
    model: SpamClassifier, data: PreparedData, origin: str = TEST_SIDE
) -> BatchReference | None:
    """Return the reference of the test messages from inbox-like sources; None where they are too few."""
    near = inbox_rows(data.test)
    texts, groups = data.test.select(near).texts, data.test_groups[near]
    if np.unique(groups).size < FEWEST_TEMPLATES:
        return None
    return make_reference(texts, model, groups=groups, origin=origin)


def describe(values: Array) -> Histogram:
    """Return the histogram of values over their own deciles, or of names."""
    if values.dtype.kind == "U":
        names, counts = np.unique(values, return_counts=True)
        return Histogram(tuple(names.tolist()), tuple(counts.tolist()))
    edges = np.unique(np.quantile(values, np.arange(1, BINS) / BINS, method="lower"))
    edges = edges[edges < values.max()]
    if set(np.unique(values).tolist()) <= {0.0, 1.0}:
        edges = np.array([0.0])
    bins = tuple(edges.tolist())
    return Histogram(bins, count_in(values, bins), float(values.mean()), float(values.std()))


def count_in(values: Array, bins: tuple[Any, ...]) -> tuple[int, ...]:
    """Return how many numbers fall into each bin; a bound belongs to the bin below it."""
    places = np.searchsorted(np.array(bins, np.float64), values, side="left")
    return tuple(np.bincount(places, minlength=len(bins) + 1).tolist())


def write_reference(reference: BatchReference, path: str | os.PathLike[str]) -> None:
    """Write a reference as JSON.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    text = json.dumps(reference.to_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    with open_atomically(path) as file:
        file.write(text.encode("utf-8"))


def read_reference(path: str | os.PathLike[str]) -> BatchReference:
    """Read a reference from a file, or from the folder of a model.

    Raises
    ------
    DatasetError
        If there is none, or the file is none.
    """
    file = Path(path)
    file = file / REFERENCE if file.is_dir() else file
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise DatasetError(f"{file}: larger than {LARGEST_FILE} bytes, so no reference")
        values = json.loads(file.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise DatasetError(
            f"{file}: there is none; name messages to compare with (--reference FILE), or make it from "
            "labelled data that the model was not fitted on (spamsms drift --make-reference DATA)"
        ) from None
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{file}: not JSON in UTF-8 ({error}); make the reference anew") from error
    try:
        return _build(values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatasetError(f"{file}: no reference of this release ({error}); make it anew") from error


def _build(values: Any) -> BatchReference:
    if values["format"] != FORMAT or values["format_version"] != FORMAT_VERSION:
        raise ValueError(f"format {values['format']!r} {values['format_version']!r}")
    measures = {}
    for name, item in values["measures"].items():
        bins, counts = tuple(item["bins"]), tuple(item["counts"])
        number = float(item["mean"]), float(item["deviation"])
        whole = all(isinstance(count, int) and count >= 0 for count in counts)
        if not whole or len(counts) != len(bins) + (name != KINDS) or not np.isfinite(number).all():
            raise ValueError(f"the measure {name!r} is damaged")
        if name != KINDS and not (np.diff(np.array(bins, np.float64)) > 0).all():
            raise ValueError(f"the bins of {name!r} do not ascend")
        if sum(counts) != values["n_templates"]:
            raise ValueError(f"the counts of {name!r} do not add up")
        measures[name] = Histogram(bins, counts, *number)
    return BatchReference(
        str(values["model"]),
        str(values["model_hash"]),
        str(values["origin"]),
        int(values["n_messages"]),
        int(values["n_templates"]),
        measures,
    )
