"""Measure a model on slices of held-out messages, with intervals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.kinds import KINDS
from spamsms.training.dataset import Dataset
from spamsms.training.kind_figures import kind_figures
from spamsms.training.metrics import (
    area_under_curve,
    bootstrap_area,
    brier_score,
    calibration_error,
    partial_area,
    rate_of,
    recall_at,
    reliability,
)

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
RATES = (0.01, 0.02, 0.05)
# Where the curve of recall against false positives is drawn.
CURVE_RATES = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2)
LENGTHS = ((0, 20), (20, 40), (40, 70), (70, 140), (140, None))
# An area on fewer messages of a class than this says nothing.
SMALLEST_CLASS = 20
# A test message that repeats this share of its runs from training is left out.
LARGEST_SHARE_SEEN = 0.5


def evaluate_model(
    model: SpamClassifier, test: Dataset, groups: Array, left_out: dict[str, int] | None = None
) -> dict[str, Any]:
    """Return the figures of a model on test messages.

    Parameters
    ----------
    model : SpamClassifier
    test : Dataset
        Messages that the model was not fitted on.
    groups : ndarray of shape (n_texts,)
        Template groups, the unit of the bootstrap.
    left_out : dict of str to int, optional
        How many test messages of each source were left out beforehand.

    Returns
    -------
    dict
        JSON values: the model, its thresholds, and per slice the figures with
        counts and 95 % intervals.
    """
    log_odds = model.decision_function(test.texts)
    flagged = model.predict(test.texts) == 1
    slices = {}
    for name, mask in slice_masks(test):
        if mask.any():
            slices[name] = _slice_figures(log_odds[mask], flagged[mask], test.labels[mask], groups[mask])
    return {
        "model": f"{model.name_} {model.version_}",
        "threshold": model.threshold,
        "review_threshold": model.review_threshold,
        "n_test": len(test),
        "left_out": left_out or {},
        "curve_rates": list(CURVE_RATES),
        "slices": slices,
        "kinds": kind_figures(model, test),
    }


def inbox_rows(test: Dataset) -> npt.NDArray[np.bool_]:
    """Tell which messages come from sources that are like real inboxes; all of them where none does."""
    return test.calibrate if test.calibrate.any() else np.ones(len(test), np.bool_)


def slice_masks(test: Dataset) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Yield name and rows of each slice: all, sources, flags of ours, kinds, lengths."""
    sources, kinds = np.array(test.sources), np.array(test.kinds)
    lengths = np.array([len(text) for text in test.texts])
    flags = [set(value.replace("-", "").split(",")) for value in test.flags]
    files = np.array(test.files)
    yield "all", np.ones(len(test), np.bool_)
    for file in sorted(set(test.files) - set(test.sources)):
        yield f"source {file}", files == file
    for source in sorted(set(test.sources)):
        yield f"source {source}", sources == source
    yield "hard", np.array(["hard" in value for value in flags], np.bool_)
    yield "obfuscated", np.array([any(f.startswith("obf") for f in value) for value in flags], np.bool_)
    for kind in KINDS:
        yield f"kind {kind}", kinds == kind
    for low, high in LENGTHS:
        name = f"length {low}-{high - 1}" if high else f"length {low}+"
        yield name, (lengths >= low) & (lengths < (high or lengths.max(initial=0) + 1))


def _slice_figures(log_odds: Array, flagged: Array, labels: Array, groups: Array) -> dict[str, Any]:
    spam, wanted = labels == 1, labels == 0
    figures: dict[str, Any] = {"n_spam": int(spam.sum()), "n_wanted": int(wanted.sum())}
    if spam.any():
        figures["recall"] = rate_of(flagged[spam]).to_dict()
    if wanted.any():
        figures["false_positives"] = rate_of(flagged[wanted]).to_dict()
    if min(spam.sum(), wanted.sum()) >= SMALLEST_CLASS:
        low, high = bootstrap_area(log_odds, labels, groups)
        figures["auc"] = {
            "value": round(area_under_curve(log_odds, labels), 5),
            "low": round(low, 5),
            "high": round(high, 5),
        }
        figures["partial_auc_5"] = round(partial_area(log_odds, labels), 5)
        figures["recall_at_fpr"] = {
            f"{rate:g}": recall_at(log_odds, labels, rate).to_dict() for rate in RATES
        }
        figures["recall_curve"] = [round(recall_at(log_odds, labels, rate).value, 4) for rate in CURVE_RATES]
        figures["ece"] = round(calibration_error(log_odds, labels), 5)
        figures["brier"] = round(brier_score(log_odds, labels), 5)
        figures["reliability"] = reliability(log_odds, labels)
    return figures


def format_table(figures: dict[str, Any]) -> str:
    """Return the figures as a table for people."""
    lines = [
        f"model {figures['model']}   blocks from {figures['threshold']:.3f}, "
        f"reviews from {figures['review_threshold']:.3f}   {figures['n_test']} test messages",
    ]
    if figures["left_out"]:
        counts = ", ".join(f"{source} {count}" for source, count in figures["left_out"].items())
        lines.append(f"left out because training holds most of them: {counts}")
    lines.append("")
    lines.append(
        f"{'slice':<22}{'spam':>6}{'wanted':>8}  {'AUC':<24}{'recall at 1 % / 2 %':<21}"
        f"{'recall':<21}{'wanted flagged':<22}"
    )
    for name, row in figures["slices"].items():
        auc = (
            f"{row['auc']['value']:.4f} ({row['auc']['low']:.4f}-{row['auc']['high']:.4f})"
            if "auc" in row
            else ""
        )
        at = row.get("recall_at_fpr")
        fixed = f"{at['0.01']['value']:.3f} / {at['0.02']['value']:.3f}" if at else ""
        recall, flagged = format_rate(row.get("recall")), format_rate(row.get("false_positives"), digits=2)
        lines.append(
            f"{name:<22}{row['n_spam']:>6}{row['n_wanted']:>8}  {auc:<24}{fixed:<21}"
            f"{recall:<21}{flagged:<22}".rstrip()
        )
    return "\n".join(lines)


def format_rate(rate: dict[str, Any] | None, digits: int = 1) -> str:
    """Return a rate in percent with its interval."""
    if not rate or rate["value"] is None:
        return ""
    value, low, high = (100 * rate[key] for key in ("value", "low", "high"))
    return f"{value:.{digits}f} % ({low:.{digits}f}-{high:.{digits}f})"


def format_change(change: dict[str, float] | None) -> str:
    """Return a difference of two rates in points with its interval."""
    if change is None:
        return ""
    value, low, high = (100 * change[key] for key in ("value", "low", "high"))
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})"


def fingerprint(dataset: Dataset) -> str:
    """Return a SHA-256 over the rows' texts and labels, in order."""
    digest = hashlib.sha256()
    add_to_fingerprint(digest, dataset)
    return digest.hexdigest()


def add_to_fingerprint(digest: hashlib._Hash, dataset: Dataset) -> None:
    """Add rows to a fingerprint that is taken batch by batch."""
    for text, label in zip(dataset.texts, dataset.labels.tolist(), strict=True):
        digest.update(f"{label}\t{text}\n".encode("utf-8", "surrogatepass"))
