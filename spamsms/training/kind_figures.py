"""How well a model names kinds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from spamsms.kinds import KINDS
from spamsms.training.dataset import Dataset

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

# Fewer messages of a kind than this say nothing of it.
SMALLEST_KIND = 5


def kind_figures(model: SpamClassifier, test: Dataset) -> dict[str, Any] | None:
    """Return F1 of each kind, their mean, and what is taken for what.

    Parameters
    ----------
    model : SpamClassifier
    test : Dataset
        Only inbox-like sources count: the others hold one class or one kind.

    Returns
    -------
    dict or None
        ``macro_f1``, ``accuracy``, ``n``, ``f1`` by kind with its count, and
        ``confusion``: for each true kind how often each was named. None where the
        model has no kinds or the messages none.
    """
    if model.kind_head_ is None:
        return None
    rows = [row for row, code in enumerate(test.kinds) if code in KINDS and test.calibrate[row]]
    if not rows:
        return None
    truth = [test.kinds[row] for row in rows]
    named = model.predict_kind([test.texts[row] for row in rows]).tolist()
    right = Counter(a for a, b in zip(truth, named, strict=True) if a == b)
    of_truth, of_named = Counter(truth), Counter(named)
    f1 = {
        code: {"f1": round(2 * right[code] / (of_truth[code] + of_named[code]), 4), "n": of_truth[code]}
        for code in KINDS
        if of_truth[code] >= SMALLEST_KIND
    }
    confusion: dict[str, dict[str, int]] = {}
    for a, b in zip(truth, named, strict=True):
        confusion.setdefault(a, {}).setdefault(b, 0)
        confusion[a][b] += 1
    return {
        "macro_f1": round(float(np.mean([entry["f1"] for entry in f1.values()])), 4) if f1 else None,
        "accuracy": round(sum(right.values()) / len(rows), 4),
        "n": len(rows),
        "f1": f1,
        "confusion": confusion,
    }
