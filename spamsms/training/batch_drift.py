"""Tell whether a new batch of messages differs from what a model was trained for, and whether to relabel.

The population stability index (PSI) sums ``(p - q) ln(p / q)`` over the bins of
a histogram; from .1 on a change is usually called moderate, from .25 on large
(Siddiqi 2006, *Credit Risk Scorecards*). Small samples exceed these by chance
alone, so each index is held against what two samples of the same messages of
these sizes would give, and only what lies beyond counts.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.errors import DatasetError, InputError
from spamsms.training.batch_reference import (
    DISGUISED,
    KINDS,
    LENGTH,
    SCORE,
    UNDECIDED,
    UNSEEN,
    BatchReference,
    Histogram,
    count_in,
    measure_messages,
    one_of_each_template,
    read_reference,
)
from spamsms.training.metrics import Z
from spamsms.training.suggest import Suggestion, suggest_labels
from spamsms.validation import check_texts

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
MODERATE, LARGE = 0.1, 0.25
CHANCE, SLIGHT, MODERATE_CHANGE, LARGE_CHANGE = "chance", "slight", "moderate", "large"
LEVELS = (CHANCE, SLIGHT, MODERATE_CHANGE, LARGE_CHANGE)
# Six measures are looked at; each is called changed without reason once in a hundred batches at most.
SIGNIFICANCE = 0.01
DRAWS = 4000
# A bin without messages would make the index infinite.
_SMOOTHING = 0.5
KEEP, WATCH, RELABEL, TOO_FEW = "keep", "watch", "relabel", "too few"
TITLES = {
    SCORE: "scores (log-odds)",
    UNDECIDED: "undecided messages",
    UNSEEN: "unseen n-grams",
    KINDS: "kinds",
    DISGUISED: "disguised messages",
    LENGTH: "length",
}
MESSAGES_TO_LOOK_AT = 10
REASONS_GIVEN = 3
FEW = 50


@dataclass(frozen=True)
class MeasuredChange:
    """One measure in the reference and in the batch.

    Attributes
    ----------
    psi : float
        The population stability index.
    expected, limit : float
        Its mean and its 99th percentile if both were samples of the same messages.
    level : {"chance", "slight", "moderate", "large"}
        "chance" up to `limit`; beyond by how far it exceeds `expected`.
    reference, batch : Histogram
        Over the same bins.
    difference : tuple of float, optional
        Of the means, with the bounds of its 95 % interval; None of names.
    """

    psi: float
    expected: float
    limit: float
    level: str
    reference: Histogram
    batch: Histogram
    difference: tuple[float, float, float] | None

    @property
    def changed(self) -> bool:
        """Whether the change is more than chance."""
        return self.level != CHANCE


@dataclass(frozen=True)
class BatchDrift:
    """What measuring a batch found.

    Attributes
    ----------
    advice : {"keep", "watch", "relabel", "too few"}
    sentence : str
        The advice and its reasons.
    measures : dict of str to MeasuredChange
    reference : BatchReference
    n_messages, n_templates : int
        Of the batch; each template counts once.
    look_at : list of Suggestion
        The messages to label first.
    """

    advice: str
    sentence: str
    measures: dict[str, MeasuredChange]
    reference: BatchReference
    n_messages: int
    n_templates: int
    look_at: list[Suggestion] = field(default_factory=list)


def measure_drift(
    texts: Any,
    model: SpamClassifier | str | os.PathLike[str] | None = None,
    reference: BatchReference | None = None,
    *,
    n_look_at: int = MESSAGES_TO_LOOK_AT,
) -> BatchDrift:
    """Compare a batch of messages with a model's reference.

    Messages of one template count once, so that a campaign sent a thousand
    times does not look like a new world. The same arguments give the same result.

    Parameters
    ----------
    texts : sequence of str
    model : SpamClassifier, str or path, optional
        A model, or its name or folder, the packaged one by default.
    reference : BatchReference, optional
        What :func:`spamsms.training.batch_reference.make_reference` returns;
        by default the ``reference.json`` in the model's folder.
    n_look_at : int, default=10
        How many messages to list.

    Returns
    -------
    BatchDrift

    Raises
    ------
    InputError
        If `texts` is no batch or blank, or neither a reference nor a folder is given.
    DatasetError
        If the model has no reference, or one of another model.
    """
    from spamsms.classifier import SpamClassifier
    from spamsms.registry import as_model, model_folder

    batch = check_texts(texts, "texts")
    if reference is None:
        if isinstance(model, SpamClassifier):
            raise InputError("a model in memory has no folder to find its reference in; pass reference")
        reference = read_reference(model_folder(model))
    found = as_model(model)
    if reference.model_hash != found.hash_:
        raise DatasetError(
            f"the reference is that of {reference.model} ({reference.model_hash}), and the model is "
            f"{found.name_} {found.version_} ({found.hash_}); make it anew (spamsms drift --make-reference)"
        )
    chosen = one_of_each_template(batch)
    if not chosen:
        raise InputError("texts holds no message that is not blank")
    values = measure_messages(chosen, found)
    measures = {
        name: _compare(reference.measures[name], values[name])
        for name in TITLES
        if name in reference.measures
    }
    advice, sentence = advise(measures, len(chosen))
    look_at = suggest_labels(batch, found, n_look_at) if n_look_at else []
    return BatchDrift(advice, sentence, measures, reference, len(batch), len(chosen), look_at)


def _compare(reference: Histogram, values: Array) -> MeasuredChange:
    """Hold values against a histogram."""
    if values.dtype.kind == "U":
        names = tuple(sorted({*reference.bins, *values.tolist()}))
        known = dict(zip(reference.bins, reference.counts, strict=True))
        reference = Histogram(names, tuple(known.get(name, 0) for name in names))
        batch = Histogram(names, tuple(int((values == name).sum()) for name in names))
        difference = None
    else:
        mean, deviation = float(values.mean()), float(values.std())
        batch = Histogram(reference.bins, count_in(values, reference.bins), mean, deviation)
        change = mean - reference.mean
        # A few messages that are alike by chance do not tell how much messages differ.
        spread = max(deviation, reference.deviation) if values.size < FEW else deviation
        n_reference = sum(reference.counts)
        reach = Z * float(np.sqrt(spread**2 / values.size + reference.deviation**2 / n_reference))
        difference = (change, change - reach, change + reach)
    old, new = np.array(reference.counts), np.array(batch.counts)
    psi = float(stability_index(old, new))
    expected, limit = chance_of_index(old, new)
    level = CHANCE
    if psi > limit:
        excess = psi - expected
        level = LARGE_CHANGE if excess >= LARGE else MODERATE_CHANGE if excess >= MODERATE else SLIGHT
    return MeasuredChange(psi, expected, limit, level, reference, batch, difference)


def stability_index(old: Array, new: Array) -> npt.NDArray[np.float64]:
    """Return the population stability index of counts, over the last axis."""
    p, q = old + _SMOOTHING, new + _SMOOTHING
    p, q = p / p.sum(axis=-1, keepdims=True), q / q.sum(axis=-1, keepdims=True)
    index: npt.NDArray[np.float64] = ((q - p) * np.log(q / p)).sum(axis=-1)
    return index


def chance_of_index(old: Array, new: Array, seed: int = 0) -> tuple[float, float]:
    """Return mean and 99th percentile of the index where both counts are samples of one distribution.

    That distribution is estimated from both together, and samples of their
    sizes are drawn from it.
    """
    random = np.random.default_rng(seed)
    shares = (old + new) / (old.sum() + new.sum())
    drawn = stability_index(
        random.multinomial(int(old.sum()), shares, DRAWS), random.multinomial(int(new.sum()), shares, DRAWS)
    )
    return float(drawn.mean()), float(np.quantile(drawn, 1 - SIGNIFICANCE))


def advise(measures: dict[str, MeasuredChange], n_templates: int) -> tuple[str, str]:
    """Return whether to relabel, and a sentence that says so and why."""
    changed = {name: item for name, item in measures.items() if item.changed}
    # More that is new and more that the model is not sure of cost quality; another mix alone need not.
    harder = [
        name
        for name in (UNSEEN, UNDECIDED)
        if name in changed and _went_up(changed[name]) and _at_least(changed[name], MODERATE_CHANGE)
    ]
    # What the advice rests on is named before what merely changed most.
    strongest = sorted(changed, key=lambda name: (name not in harder, -changed[name].psi))[:REASONS_GIVEN]
    why = "; ".join(_describe(name, changed[name]) for name in strongest)
    if harder:
        return RELABEL, f"Relabel: the model knows this batch less well than its own data ({why})."
    blind = [TITLES[name] for name, item in measures.items() if item.limit - item.expected >= LARGE]
    if changed:
        mixed = any(_at_least(item, MODERATE_CHANGE) for item in changed.values())
        if mixed:
            return WATCH, (
                f"Label a sample before you trust its rates: the batch differs ({why}); "
                "the sample tells whether to relabel."
            )
        return WATCH, f"No need to relabel yet, but measure the next batch as well: it differs ({why})."
    if blind:
        return TOO_FEW, (
            f"Too few messages to tell: with {count_of(n_templates, 'template')} chance alone could hide a "
            f"large change of {', '.join(blind)}; measure a larger batch."
        )
    return KEEP, (
        f"No need to relabel: whatever differs in {count_of(n_templates, 'template')} is within what "
        "chance does."
    )


def count_of(number: int, name: str) -> str:
    """Return a number of things in words."""
    return f"{number:,} {name}{'s' * (number != 1)}"


def _went_up(item: MeasuredChange) -> bool:
    return item.batch.mean > item.reference.mean


def _at_least(item: MeasuredChange, level: str) -> bool:
    return LEVELS.index(item.level) >= LEVELS.index(level)


def _describe(name: str, item: MeasuredChange) -> str:
    shown = f"{item.level} change of {TITLES[name]}, PSI {item.psi:.2f}"
    if name == KINDS:
        shares = np.array(item.batch.counts) / sum(item.batch.counts)
        before = np.array(item.reference.counts) / sum(item.reference.counts)
        place = int(np.abs(shares - before).argmax())
        return f"{shown}, {item.batch.bins[place]} from {before[place]:.0%} to {shares[place]:.0%}"
    return f"{shown}, from {format_value(name, item.reference.mean)} to {format_value(name, item.batch.mean)}"


def format_value(name: str, value: float, sign: str = "") -> str:
    """Return the mean of a measure as people read it."""
    if name in (UNDECIDED, UNSEEN, DISGUISED):
        return f"{100 * value:{sign}.1f} %"
    return f"{value:{sign}.1f}" if name == LENGTH else f"{value:{sign}.2f}"
