"""Find labels that are probably wrong, as a list to review.

Confident learning (Northcutt, Jiang & Chuang 2021): each message is scored by a
model that saw neither it nor its near-duplicates. A class counts as confident
from the mean probability on that its own messages reach; where a message is
confidently of the other class than its label says, the label is suspicious.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.errors import DatasetError
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import Dataset, RowProblem, read_datasets
from spamsms.training.dedupe import template_groups

Array = npt.NDArray[Any]
STEPS = ("read", "group", "fit and compare", "write")
COLUMNS = (
    "rank",
    "file",
    "line",
    "label",
    "probability_of_label",
    "suggested_label",
    "text",
    "near_duplicates_labelled_otherwise",
)
# More of them would only repeat themselves.
DUPLICATES_SHOWN = 5


@dataclass(frozen=True)
class SuspiciousLabel:
    """A label that is probably wrong.

    Attributes
    ----------
    file, line : str, int
        Where it stands.
    label, suggested_label : int
        1 is marketing spam.
    probability : float
        Of the label given, out of fold.
    text : str
    contradicted_by : tuple of str
        ``file:line`` of the first near-duplicates with the suggested label.
    """

    file: str
    line: int
    label: int
    probability: float
    suggested_label: int
    text: str
    contradicted_by: tuple[str, ...]


@dataclass(frozen=True)
class LabelAudit:
    """What an audit found.

    Attributes
    ----------
    suspects : list of SuspiciousLabel
        The least probable label first.
    counts : dict of str to int
        ``rows``, ``spam`` and ``wanted`` read, of either ``suspicious_spam`` and
        ``suspicious_wanted``, and how many suspects are ``contradicted`` by near-duplicates.
    confident_from : tuple of float
        Probability from which on a message is confidently wanted, and spam.
    problems : list of RowProblem
        Rows that cannot be used.
    """

    suspects: list[SuspiciousLabel]
    counts: dict[str, int]
    confident_from: tuple[float, float]
    problems: list[RowProblem] = field(default_factory=list)


def audit_labels(
    paths: Sequence[str | os.PathLike[str]],
    config: TrainingConfig | None = None,
    *,
    n_jobs: int | None = None,
    report: Callable[[str], None] | None = None,
) -> LabelAudit:
    """Find labels that a model of the other messages contradicts.

    Parameters
    ----------
    paths : sequence of path
        csv, tsv or jsonl files with the columns text and label, or folders of them.
    config : TrainingConfig, optional
        Names columns and weights of the files, and the model's parameters.
    n_jobs : int, optional
        Processes to fit with, as in joblib.
    report : callable, optional
        Called with each of `STEPS` but the last as it begins.

    Returns
    -------
    LabelAudit

    Raises
    ------
    DatasetError
        If the files cannot be used, or hold too little of a class to judge by.
    """
    config = config or TrainingConfig()
    report = report or (lambda step: None)
    report(STEPS[0])
    data, problems = read_datasets(paths, config)
    report(STEPS[1])
    groups = template_groups(data.texts, data.groups)
    report(STEPS[2])
    return audit_dataset(data, groups, config, problems, n_jobs)


def audit_dataset(
    data: Dataset,
    groups: Array,
    config: TrainingConfig,
    problems: list[RowProblem] | None = None,
    n_jobs: int | None = None,
) -> LabelAudit:
    """Find labels that a model of the other messages contradicts, in data already read.

    Parameters
    ----------
    data : Dataset
    groups : ndarray of shape (n_texts,)
        Templates, as of :func:`spamsms.training.dedupe.template_groups`.
    config : TrainingConfig
        Holds the model's parameters.
    problems : list of RowProblem, optional
        Rows that could not be read.
    n_jobs : int, optional

    Raises
    ------
    DatasetError
        If the data hold too little of a class to judge by.
    """
    spam = sigmoid(_out_of_fold_log_odds(data, groups, config, n_jobs))
    given, confident_from = _suspect(spam, data.labels)
    suspects = _list(data, groups, given, np.where(data.labels == 1, spam, 1 - spam))
    counts = {
        "rows": len(data),
        "spam": int(data.labels.sum()),
        "wanted": int((data.labels == 0).sum()),
        "suspicious_spam": sum(item.label == 1 for item in suspects),
        "suspicious_wanted": sum(item.label == 0 for item in suspects),
        "contradicted": sum(bool(item.contradicted_by) for item in suspects),
    }
    return LabelAudit(suspects, counts, confident_from, problems or [])


def _out_of_fold_log_odds(
    data: Dataset, groups: Array, config: TrainingConfig, n_jobs: int | None
) -> npt.NDArray[np.float64]:
    from spamsms.classifier import SpamClassifier
    from spamsms.fitting import cross_validation_folds

    model = SpamClassifier(**config.model)
    enough = len(set(data.labels.tolist())) == 2
    if not enough or not cross_validation_folds(data.labels, groups, model.cv, model.random_state):
        raise DatasetError(
            "labels are judged by messages of other templates, and the data given hold fewer than two "
            "templates of a class; add labelled messages of both"
        )
    model.set_params(n_jobs=n_jobs)
    model.fit(data.texts, data.labels, data.weights, groups)
    return model.out_of_fold_log_odds_


def _suspect(spam: Array, labels: Array) -> tuple[npt.NDArray[np.int64], tuple[float, float]]:
    """Return the rows confidently of the other class, the least probable label first."""
    probabilities = np.stack([1 - spam, spam])
    confident_from = [float(probabilities[label][labels == label].mean()) for label in (0, 1)]
    rows = np.arange(labels.size)
    own, other = probabilities[labels, rows], probabilities[1 - labels, rows]
    suspicious = (other >= np.array(confident_from)[1 - labels]) & (other > own)
    found = np.flatnonzero(suspicious)
    return found[np.argsort(own[found], kind="stable")], (confident_from[0], confident_from[1])


def _list(data: Dataset, groups: Array, rows: Array, own: Array) -> list[SuspiciousLabel]:
    """Describe suspicious rows, each with the near-duplicates that bear the other label."""
    of_group: dict[int, list[int]] = {}
    for row, group in enumerate(groups.tolist()):
        of_group.setdefault(group, []).append(row)
    suspects = []
    for row in rows.tolist():
        label = int(data.labels[row])
        others = [near for near in of_group[int(groups[row])] if data.labels[near] != label]
        places = tuple("{}:{}".format(*data.origins[near]) for near in others[:DUPLICATES_SHOWN])
        file, line = data.origins[row]
        suspects.append(
            SuspiciousLabel(file, line, label, float(own[row]), 1 - label, data.texts[row], places)
        )
    return suspects


def render_suspects(audit: LabelAudit) -> str:
    """Return the suspicious labels as csv, ranked, with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for rank, item in enumerate(audit.suspects, 1):
        writer.writerow(
            (
                rank,
                item.file,
                item.line,
                item.label,
                f"{item.probability:.5f}",
                item.suggested_label,
                item.text,
                " ".join(item.contradicted_by),
            )
        )
    return out.getvalue()
