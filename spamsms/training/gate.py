"""The promotion gate: whether a new model is better than the old one, no different, or worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.errors import DatasetError, InputError
from spamsms.training.dataset import Dataset
from spamsms.training.dedupe import near_duplicate_groups
from spamsms.training.evaluate import SMALLEST_CLASS, slice_masks
from spamsms.training.flips import Flip, find_flips, flip_kind
from spamsms.training.gate_rules import GateRules
from spamsms.training.metrics import area_under_curve, bootstrap_area
from spamsms.training.paired import Difference, area_differences, rate_difference

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
BETTER, NO_DIFFERENCE, WORSE, CANNOT_TELL = "better", "no difference", "worse", "cannot tell"
FIGURES = {
    "recall": "spam caught",
    "false_positives": "wanted flagged",
    "auc": "AUC",
    "partial_auc": "AUC up to 5 %",
}
# The last on all messages together only.
JUDGED = ("recall", "false_positives", "partial_auc")
# A rise of these is for the worse.
RISES_FOR_THE_WORSE = ("false_positives",)


@dataclass(frozen=True)
class SliceChange:
    """What changed on a slice.

    Attributes
    ----------
    n_spam, n_wanted : int
    level : float
        Of the intervals.
    figures : dict of str to Difference
        ``recall`` and ``false_positives`` at each model's own threshold where
        there is a message of the class; ``auc`` and ``partial_auc`` where there
        are enough of both.
    """

    n_spam: int
    n_wanted: int
    level: float
    figures: dict[str, Difference]

    def n_messages(self, figure: str) -> int:
        """Return how many messages a figure rests on; of an area those of the smaller class."""
        rates = {"recall": self.n_spam, "false_positives": self.n_wanted}
        return rates.get(figure, min(self.n_spam, self.n_wanted))


@dataclass(frozen=True)
class Finding:
    """A figure of a slice that became better or worse beyond its tolerance."""

    slice: str
    figure: str
    verdict: str
    change: Difference
    level: float

    def __str__(self) -> str:
        scale, unit = (1, "") if self.figure.endswith("auc") else (100, " %")
        digits = 4 if self.figure.endswith("auc") else 2
        old, new, low, high = (
            scale * value for value in (self.change.old, self.change.new, self.change.low, self.change.high)
        )
        return (
            f"{self.slice}: {FIGURES[self.figure]} {old:.{digits}f}{unit} -> {new:.{digits}f}{unit}, "
            f"{scale * self.change.value:+.{digits}f} "
            f"({low:+.{digits}f} to {high:+.{digits}f}, {100 * self.level:.4g} % interval)"
        )


@dataclass(frozen=True)
class Comparison:
    """Two models on the same messages.

    Attributes
    ----------
    old, new : dict
        Name, version, hash and threshold of each model.
    n_rows, n_groups : int
    slices : dict of str to SliceChange
    flips : list of Flip
        Those where the new model is wrong first, the largest changes first.
    verdict : {"better", "no difference", "worse", "cannot tell"}
        The last where nothing could be judged.
    findings : list of Finding
        What the verdict rests on; those for the worse first.
    n_judged : int
        Figures that there were enough messages to judge; 0 where there is a doubt.
    rules : GateRules
    doubt : str
        Why the labels cannot be trusted to judge by; empty where they can.
    """

    old: dict[str, Any]
    new: dict[str, Any]
    n_rows: int
    n_groups: int
    slices: dict[str, SliceChange]
    flips: list[Flip]
    verdict: str
    findings: list[Finding]
    n_judged: int
    rules: GateRules
    doubt: str = ""

    @property
    def reasons(self) -> list[str]:
        """What the verdict rests on, a sentence each."""
        if self.doubt:
            return [self.doubt]
        decisive = [str(finding) for finding in self.findings if finding.verdict == self.verdict]
        if decisive:
            return decisive
        if not self.n_judged:
            return ["too few messages: no figure could be judged"]
        return [f"none of {self.n_judged} figures changed by more than its tolerance and its uncertainty"]

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the flips' messages as JSON values."""
        return {
            "old": self.old,
            "new": self.new,
            "verdict": self.verdict,
            "reasons": self.reasons,
            "n_rows": self.n_rows,
            "n_groups": self.n_groups,
            "n_judged": self.n_judged,
            "doubt": self.doubt,
            "flips": dict(Counter(flip_kind(flip) for flip in self.flips)),
            "slices": {
                name: {
                    "n_spam": change.n_spam,
                    "n_wanted": change.n_wanted,
                    "level": change.level,
                    **{figure: difference.to_dict() for figure, difference in change.figures.items()},
                }
                for name, change in self.slices.items()
            },
            "rules": self.rules.to_dict(),
        }


def _no_report(step: str) -> None:
    """Say nothing."""


def compare_models(
    old: SpamClassifier,
    new: SpamClassifier,
    dataset: Dataset,
    rules: GateRules | None = None,
    groups: Array | None = None,
    report: Callable[[str], None] = _no_report,
) -> Comparison:
    """Compare two models on messages that neither was fitted on.

    Parameters
    ----------
    old, new : SpamClassifier
        Each decides by its own threshold.
    dataset : Dataset
        Labelled messages, such as ``prepare_data(paths, config).test``.
    rules : GateRules, optional
    groups : ndarray of shape (n_texts,), optional
        Template groups, the unit of the bootstrap; near-duplicates by default.
    report : callable, optional
        Called with the name of each slice before it is measured.

    Returns
    -------
    Comparison

    Raises
    ------
    DatasetError
        If there is no message.
    InputError
        If there is not one group a message.
    """
    rules = rules or GateRules()
    if not len(dataset):
        raise DatasetError("there is no message to compare the models on")
    if groups is None:
        groups = near_duplicate_groups(dataset.texts, dataset.groups)
    if len(groups) != len(dataset):
        raise InputError(f"{len(groups)} groups for {len(dataset)} messages")
    scores = [model.decision_function(dataset.texts) for model in (old, new)]
    flags = [sigmoid(score) >= model.threshold for score, model in zip(scores, (old, new), strict=True)]
    slices = {}
    for name, mask in slice_masks(dataset):
        if mask.any():
            report(name)
            level = rules.confidence if name == "all" else rules.slice_confidence
            columns = [column[mask] for column in (*scores, *flags, dataset.labels, groups)]
            slices[name] = _compare_slice(level, *columns)
    doubt = _doubt_of_labels(scores[0], dataset.labels, groups, rules)
    findings, n_judged = ([], 0) if doubt else _judge(slices, rules)
    found = {finding.verdict for finding in findings}
    otherwise = NO_DIFFERENCE if n_judged else CANNOT_TELL
    verdict = WORSE if WORSE in found else BETTER if BETTER in found else otherwise
    return Comparison(
        _identity(old),
        _identity(new),
        len(dataset),
        int(np.unique(groups).size),
        slices,
        find_flips(dataset, scores, flags),
        verdict,
        findings,
        n_judged,
        rules,
        doubt,
    )


def _doubt_of_labels(old: Array, labels: Array, groups: Array, rules: GateRules) -> str:
    """Return that the labels seem to be exchanged, where the old model orders them surely the wrong way."""
    n_spam = int((labels == 1).sum())
    if min(n_spam, labels.size - n_spam) < max(rules.smallest_class, SMALLEST_CLASS):
        return ""
    highest = bootstrap_area(old, labels, groups)[1]
    if highest >= 0.5:
        return ""
    return (
        f"the old model ranks wanted messages above spam (AUC {area_under_curve(old, labels):.4f}, at most "
        f"{highest:.4f}): are 1 and 0 exchanged in the data? If they are right, the old model has learnt "
        "exchanged ones; compare with a model that has not, such as zh"
    )


def _identity(model: SpamClassifier) -> dict[str, Any]:
    return {
        "name": model.name_,
        "version": model.version_,
        "hash": model.hash_,
        "threshold": model.threshold,
    }


def _compare_slice(
    level: float, old: Array, new: Array, old_flags: Array, new_flags: Array, labels: Array, groups: Array
) -> SliceChange:
    figures = {}
    spam = labels == 1
    for name, rows in (("recall", spam), ("false_positives", ~spam)):
        if rows.any():
            figures[name] = rate_difference(new_flags[rows], old_flags[rows], groups[rows], level)
    n_spam = int(spam.sum())
    n_wanted = labels.size - n_spam
    if min(n_spam, n_wanted) >= SMALLEST_CLASS:
        figures["auc"], figures["partial_auc"] = area_differences(new, old, labels, groups, level)
    return SliceChange(n_spam, n_wanted, level, figures)


def _judge(slices: dict[str, SliceChange], rules: GateRules) -> tuple[list[Finding], int]:
    """Return what became better or worse, and how many figures were looked at."""
    findings, n_judged = [], 0
    for name, change in slices.items():
        if name.split()[0] not in rules.judged:
            continue
        smallest = rules.smallest_class if name == "all" else rules.smallest_slice
        for figure in JUDGED if name == "all" else JUDGED[:2]:
            if change.n_messages(figure) < smallest or figure not in change.figures:
                continue
            n_judged += 1
            difference = change.figures[figure]
            verdict = _verdict(figure, difference, rules)
            if verdict == WORSE or (verdict == BETTER and name.split()[0] in ("all", "source")):
                findings.append(Finding(name, figure, verdict, difference, change.level))
    findings.sort(key=lambda finding: finding.verdict != WORSE)
    return findings, n_judged


def _verdict(figure: str, change: Difference, rules: GateRules) -> str:
    if not change.excludes_zero or abs(change.value) <= rules.tolerance(figure):
        return NO_DIFFERENCE
    return WORSE if (change.value > 0) == (figure in RISES_FOR_THE_WORSE) else BETTER
