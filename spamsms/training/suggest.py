"""Choose the messages whose labels would teach a model most."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.errors import InputError
from spamsms.training.dedupe import template_groups
from spamsms.training.novelty import unseen_share
from spamsms.validation import check_texts

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
STEPS = ("group", "score", "choose")
NEAR_THRESHOLD, UNDECIDED, NOVEL = "near the threshold", "undecided", "novel"
# Whose turn it is, over and over: half of the messages for the decision that costs, a quarter for either of
# the others. `python -m benchmarks.labels` compares the list with random and with undecided messages alone.
TURNS = (NEAR_THRESHOLD, UNDECIDED, NEAR_THRESHOLD, NOVEL)
COLUMNS = ("text", "label", "suggested_kind", "probability", "reason", "score", "group_size", "line")
# Excel takes a file for UTF-8 by this mark alone; readers of spamsms skip it.
BYTE_ORDER_MARK = "\ufeff"
_SURELY = 1e-9
# A short message is not novel by the chance that its few n-grams fell on empty buckets.
_MARGIN = 1.0


@dataclass(frozen=True)
class Suggestion:
    """A message to label.

    Attributes
    ----------
    row : int
        Zero-based row of the batch.
    text : str
    suggested_kind : str
        Code of the most probable kind; "" where the model has none.
    probability : float
        Of spam.
    reason : {"near the threshold", "undecided", "novel"}
    score : float
        How near to the threshold, or to even odds, or the least share of n-grams
        that the model never saw; 0 to 1. Scores of one reason compare.
    detail : str
        The reason with its figures.
    group_size : int
        Messages of the batch that were made from the same template; this one
        stands for them all.
    """

    row: int
    text: str
    suggested_kind: str
    probability: float
    reason: str
    score: float
    detail: str
    group_size: int


def suggest_labels(
    texts: Any,
    model: SpamClassifier,
    n: int = 200,
    *,
    labelled: Any = (),
    report: Callable[[str], None] | None = None,
) -> list[Suggestion]:
    """Return the messages to label next, the most instructive first.

    Half of them are those nearest to the threshold, a quarter those nearest to
    even odds, a quarter those with the largest share of n-grams that the model
    never saw, taking turns. Of messages made from one template one is listed.
    The same texts and model give the same list.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Unlabelled messages. Blank ones are passed over.
    model : SpamClassifier
    n : int, default=200
        How many; fewer where the batch has fewer templates.
    labelled : sequence of str, optional
        Messages that have labels already: their templates are passed over.
    report : callable, optional
        Called with each of `STEPS` as it begins.

    Returns
    -------
    list of Suggestion

    Raises
    ------
    InputError
        If `texts` or `labelled` is no batch, a row is not a str, or `n` no
        whole number from 1 on.
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise InputError(f"n must be a whole number from 1 on, not {n!r}")
    report = report or (lambda step: None)
    batch, known = check_texts(texts, "texts"), check_texts(labelled, "labelled")
    rows = np.array([row for row, text in enumerate(batch) if text.strip()], np.int64)
    kept = [batch[row] for row in rows.tolist()]
    report(STEPS[0])
    groups = template_groups([*known, *kept])
    taken = set(groups[: len(known)].tolist())
    groups = groups[len(known) :]
    report(STEPS[1])
    scores, log_odds = _reason_scores(kept, model)
    report(STEPS[2])
    chosen = _take_turns(scores, groups, taken, n)
    sizes = np.bincount(groups, minlength=1)
    kinds = _kinds([kept[place] for place, _ in chosen], model)
    probability = sigmoid(log_odds)
    return [
        Suggestion(
            row=int(rows[place]),
            text=kept[place],
            suggested_kind=kind,
            probability=float(probability[place]),
            reason=reason,
            score=float(scores[reason][place]),
            detail=_detail(reason, float(scores[reason][place]), float(probability[place]), model.threshold),
            group_size=int(sizes[groups[place]]),
        )
        for (place, reason), kind in zip(chosen, kinds, strict=True)
    ]


def _reason_scores(
    texts: Sequence[str], model: SpamClassifier
) -> tuple[dict[str, npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    """Return each message's score by reason, and the log-odds."""
    log_odds = model.decision_function(texts)
    # A threshold of 0 or 1 is infinitely far away in log-odds.
    threshold = min(max(model.threshold, _SURELY), 1 - _SURELY)
    scores = {
        NEAR_THRESHOLD: 2 * sigmoid(-np.abs(log_odds - np.log(threshold / (1 - threshold)))),
        UNDECIDED: 2 * sigmoid(-np.abs(log_odds)),
    }
    unseen = unseen_share(texts, model._fitted(), _MARGIN)
    if unseen is not None:
        scores[NOVEL] = unseen
    return scores, log_odds


def _take_turns(scores: dict[str, Array], groups: Array, taken: set[int], n: int) -> list[tuple[int, str]]:
    """Return place and reason of up to `n` messages, no two of a group and none of one taken."""
    taken = set(taken)
    sizes = np.bincount(groups, minlength=1)
    # Among equals the template that stands for most messages comes first.
    queues = {reason: iter(np.lexsort((-sizes[groups], -score)).tolist()) for reason, score in scores.items()}
    members = groups.tolist()
    chosen: list[tuple[int, str]] = []
    while queues and len(chosen) < n:
        for reason in TURNS:
            place = next((p for p in queues.get(reason, ()) if members[p] not in taken), None)
            if place is None:
                queues.pop(reason, None)
                continue
            taken.add(members[place])
            chosen.append((place, reason))
    return chosen[:n]


def _kinds(texts: Sequence[str], model: SpamClassifier) -> list[str]:
    if model.kind_head_ is None or not texts:
        return [""] * len(texts)
    return [str(kind) for kind in model.predict_kind(texts)]


def _detail(reason: str, score: float, probability: float, threshold: float) -> str:
    if reason == NEAR_THRESHOLD:
        return f"{reason}: probability {probability:.3f}, blocked from {threshold:.3f} on"
    if reason == UNDECIDED:
        return f"{reason}: probability {probability:.3f}"
    return f"{reason}: {score:.0%} or more of its n-grams are new to the model"


def render_suggestions(suggestions: Sequence[Suggestion], lines: Sequence[int] | None = None) -> str:
    """Return the messages as csv with an empty column ``label`` to fill in.

    Parameters
    ----------
    suggestions : sequence of Suggestion
    lines : sequence of int, optional
        Line of each row of the batch; rows are counted from 1 without it.

    Returns
    -------
    str
        ``spamsms train`` reads it once labels stand in it; rows left without
        one are listed there as not used.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in suggestions:
        line = item.row + 1 if lines is None else lines[item.row]
        figures = f"{item.probability:.5f}", item.detail, f"{item.score:.4f}", item.group_size, line
        writer.writerow((item.text, "", item.suggested_kind, *figures))
    return out.getvalue()
