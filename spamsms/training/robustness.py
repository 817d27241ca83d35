"""Run every attack on held-out messages and say what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.errors import DatasetError
from spamsms.training.attack_entries import Half, half_of
from spamsms.training.attacks import ATTACKS, PADDING, attack_many
from spamsms.training.dataset import Dataset
from spamsms.training.evaluate import format_change, format_rate, inbox_rows
from spamsms.training.metrics import bootstrap_difference, rate_of

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
# An attack that costs more recall than this counts.
TOLERATED_DROP = 0.02
# Shorter wanted messages hide nothing.
SHORTEST_PADDING = 16


def attack_model(
    model: SpamClassifier,
    test: Dataset,
    groups: Array,
    *,
    half: Half = "test",
    seed: int = 0,
    report: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure recall and false positives of a model under each attack.

    Parameters
    ----------
    model : SpamClassifier
    test : Dataset
        Messages that the model was not fitted on; those like real inboxes count.
        The wanted ones among them pad others.
    groups : ndarray of shape (n_texts,)
        Template groups, the unit of the bootstrap.
    half : {"test", "development"}, default="test"
        The half of the attacks' tables.
    seed : int, default=0
        Of the attacks.
    report : callable, optional
        Called with the name of each attack as it begins.

    Returns
    -------
    dict
        JSON values: ``clean``, recall and false positives without attack;
        ``attacks``, under each name ``recall`` and ``false_positives``, what they
        fall and rise by (``recall_drop``, ``false_positives_rise``, shares with
        paired 95 % intervals), and ``rewritten``, the share of messages that the
        attack finds something in; and over all attacks ``mean_drop``,
        ``within_tolerance``, how many cost at most 2 points, ``worst`` and ``largest_rise``.

    Raises
    ------
    DatasetError
        If no spam or no wanted message is left to attack, or none to pad with.
    """
    chosen = inbox_rows(test)
    inbox, own_groups = test.select(chosen), groups[chosen]
    spam = inbox.labels == 1
    if spam.all() or not spam.any():
        raise DatasetError(
            "attacks are measured on spam and on wanted messages; the test side lacks one of them"
        )
    padding = _padding(inbox, half)
    clean = model.predict(inbox.texts) == 1
    attacks = {}
    for name in ATTACKS:
        if report is not None:
            report(name)
        texts = attack_many(inbox.texts, name, seed=seed, half=half, padding=padding)
        flagged = model.predict(texts) == 1
        changed = np.array([new != old for new, old in zip(texts, inbox.texts, strict=True)])
        attacks[name] = _compare(flagged, clean, spam, own_groups, changed)
    drops = {name: row["recall_drop"]["value"] for name, row in attacks.items()}
    return {
        "half": half,
        "seed": seed,
        "clean": {
            "recall": rate_of(clean[spam]).to_dict(),
            "false_positives": rate_of(clean[~spam]).to_dict(),
        },
        "attacks": attacks,
        "mean_drop": round(float(np.mean(list(drops.values()))), 5),
        "within_tolerance": sum(drop <= TOLERATED_DROP for drop in drops.values()),
        "worst": max(drops, key=lambda name: drops[name]),
        "largest_rise": round(max(row["false_positives_rise"]["value"] for row in attacks.values()), 5),
    }


def _padding(inbox: Dataset, half: Half) -> list[str]:
    """Return wanted messages to pad with, of which there must be some of the half."""
    texts = [
        text
        for text, label in zip(inbox.texts, inbox.labels.tolist(), strict=True)
        if label == 0 and len(text) >= SHORTEST_PADDING
    ]
    if not any(half_of(text) == half for text in texts):
        raise DatasetError(
            f"{PADDING} needs wanted messages of {SHORTEST_PADDING} characters or more, and the test side "
            f"holds none for half={half!r}; add some"
        )
    return texts


def _compare(flagged: Mask, clean: Mask, spam: Mask, groups: Array, changed: Mask) -> dict[str, Any]:
    row: dict[str, Any] = {"rewritten": round(float(changed.mean()), 4)}
    for name, change, mask, sign in (
        ("recall", "recall_drop", spam, -1),
        ("false_positives", "false_positives_rise", ~spam, 1),
    ):
        row[name] = rate_of(flagged[mask]).to_dict()
        value, *ends = bootstrap_difference(flagged[mask], clean[mask], groups[mask])
        low, high = sorted(sign * end for end in ends)
        # Adding zero makes -0 plain 0.
        row[change] = {
            "value": round(sign * value, 5) + 0.0,
            "low": round(low, 5) + 0.0,
            "high": round(high, 5) + 0.0,
        }
    return row


def format_attacks(figures: dict[str, Any]) -> str:
    """Return the attacks as a table for people."""
    clean = figures["clean"]
    lines = [
        f"attacks ({figures['half']} half of their tables, seed {figures['seed']}) on spam and on wanted "
        "messages; changes in points against the clean ones",
        "",
        f"{'attack':<26}{'rewritten':>9}  {'recall':<22}{'drop':<24}{'wanted flagged':<24}rise",
        f"{'(clean)':<26}{'':>9}  {format_rate(clean['recall']):<22}{'':<24}"
        f"{format_rate(clean['false_positives'], 2):<24}".rstrip(),
    ]
    for name, row in figures["attacks"].items():
        lines.append(
            f"{name:<26}{100 * row['rewritten']:>7.0f} %  {format_rate(row['recall']):<22}"
            f"{format_change(row['recall_drop']):<24}{format_rate(row['false_positives'], 2):<24}"
            f"{format_change(row['false_positives_rise'])}"
        )
    lines += [
        "",
        f"{figures['within_tolerance']} of {len(figures['attacks'])} attacks cost no more than "
        f"{100 * TOLERATED_DROP:.0f} points of recall; mean drop {100 * figures['mean_drop']:.1f} points; "
        f"worst {figures['worst']}",
        f"of wanted messages at most {100 * figures['largest_rise']:+.1f} points more are flagged",
    ]
    return "\n".join(lines)
