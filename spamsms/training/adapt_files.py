"""Adapt a model to labelled files, and measure what that gained and what it cost."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spamsms.errors import DatasetError
from spamsms.training.batch_reference import reference_of_test_side
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import DataPath, RowProblem
from spamsms.training.evaluate import evaluate_model, fingerprint
from spamsms.training.gate import Comparison, compare_models
from spamsms.training.train import PreparedData, prepare_data, read_measured, source_counts, write_model

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

STEPS = ("read", "remove duplicates", "group", "split", "adapt", "compare", "old data", "write")
DESCRIPTION = "{old}, adapted to {n} labelled messages; its weights were the prior."


@dataclass(frozen=True)
class AdaptingResult:
    """An adapted model and its figures.

    Attributes
    ----------
    model : SpamClassifier
    data : PreparedData
        The new labels; the model was adapted to the training side.
    new : Comparison or None
        Of the old model and the adapted one on the test side; None where there is none.
    old : Comparison or None
        Of the two on old data, where such were given.
    problems : list of RowProblem
        Rows of either data that were not used as they stand.
    figures : dict
        Of the adapted model on the test side, as ``metrics.json`` holds them.
    """

    model: SpamClassifier
    data: PreparedData
    new: Comparison | None
    old: Comparison | None
    problems: list[RowProblem]
    figures: dict[str, Any]


def adapt_to_files(
    model: SpamClassifier,
    paths: Sequence[DataPath],
    out: str | os.PathLike[str] | None = None,
    *,
    config: TrainingConfig | None = None,
    old_paths: Sequence[DataPath] = (),
    old_config: TrainingConfig | None = None,
    anchors: Sequence[str] | None = None,
    feedback: str | os.PathLike[str] | None = None,
    report: Callable[[str], None] | None = None,
) -> AdaptingResult:
    """Adapt a model to labelled files.

    Parameters
    ----------
    model : SpamClassifier
        Stays as it is.
    paths : sequence of path or DataFrame
        The new labels, as :func:`spamsms.training.train.train_model` takes them.
    out : path, optional
        Folder for the adapted model, its metrics, card and configuration.
    config : TrainingConfig, optional
        Its sources, split, name and version count. By default 15 % of the
        template groups are held out to compare on; with a `test_share` of 0
        every label is learnt.
    old_paths : sequence of path or DataFrame
        Data on which the adapted model must not have become worse.
    old_config : TrainingConfig, optional
        What the model was trained with: of the old data only its test side
        counts. Without it every row does.
    anchors : sequence of str, optional
        As :meth:`SpamClassifier.adapt` takes them.
    feedback : path, optional
        Corrections that prevail over the files' labels.
    report : callable, optional
        Called with each of `STEPS` as it begins.

    Returns
    -------
    AdaptingResult

    Raises
    ------
    DatasetError
        If the files cannot be used, or hold no message to learn from.
    """
    report = report or (lambda step: None)
    config = config or TrainingConfig(name=model.name_)
    data = prepare_data(paths, config, report, feedback)
    train = data.train
    if not len(train):
        raise DatasetError("no row of the data given is on the training side")
    report("adapt")
    adapted = model.adapt(
        train.texts, train.labels, sample_weight=train.weights, groups=data.train_groups, anchors=anchors
    )
    adapted.name_, adapted.version_ = config.name, config.version or adapted.version_
    report("compare")
    new = compare_models(model, adapted, data.test, groups=data.test_groups) if len(data.test) else None
    report("old data")
    old, problems = None, list(data.problems)
    if old_paths:
        measured = read_measured(old_paths, old_config)
        problems += measured.problems
        old = compare_models(model, adapted, measured.test, groups=measured.test_groups)
    report("write")
    counts = {**data.counts, "sha256": fingerprint(train), "sources": source_counts(data)}
    figures = {
        "data": counts,
        **evaluate_model(adapted, data.test, data.test_groups, data.left_out),
        "old_data": None if old is None else old.to_dict(),
    }
    if out is not None:
        said = DESCRIPTION.format(old=f"{model.name_} {model.version_} ({model.hash_})", n=len(train))
        written = _config_of(adapted, config, said)
        write_model(adapted, figures, written, Path(out), reference=reference_of_test_side(adapted, data))
    return AdaptingResult(adapted, data, new, old, problems, figures)


def _config_of(model: SpamClassifier, config: TrainingConfig, description: str) -> TrainingConfig:
    """Return the configuration with the name, version and parameters that the model has come to have."""
    return replace(
        config,
        name=model.name_,
        version=model.version_,
        description=config.description or description,
        model=model.get_params(),
    )
