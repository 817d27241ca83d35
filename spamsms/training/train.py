"""Make a model from labelled files: read, clean, group, split, fit, calibrate, evaluate, write."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.errors import DatasetError
from spamsms.journal import time_now
from spamsms.kinds import SPAM_KINDS, WANTED_KINDS
from spamsms.model_store import METRICS
from spamsms.training.batch_reference import (
    REFERENCE,
    BatchReference,
    reference_of_test_side,
    write_reference,
)
from spamsms.training.card import write_card
from spamsms.training.config import TrainingConfig
from spamsms.training.config_file import format_config
from spamsms.training.dataset import (
    CORRECTED,
    DataPath,
    Dataset,
    RowProblem,
    read_datasets,
    remove_duplicates,
)
from spamsms.training.dedupe import near_duplicate_groups, share_seen
from spamsms.training.evaluate import LARGEST_SHARE_SEEN, evaluate_model, fingerprint
from spamsms.training.feedback import Feedback, apply_corrections
from spamsms.training.naming import name_model
from spamsms.training.split import held_out_rows

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
FEWEST_OF_A_KIND = 5
# A source with fewer wanted messages says too little of a rate of 1 % to be held to it on its own.
FEWEST_WANTED = 200
CONFIG = "training.toml"
STEPS = ("read", "remove duplicates", "group", "split", "fit and calibrate", "evaluate", "write")


@dataclass(frozen=True)
class PreparedData:
    """Labelled messages, split.

    Attributes
    ----------
    train, test : Dataset
    train_groups, test_groups : ndarray of int64
        Template groups.
    left_out : dict of str to int
        Test messages a source lost because training holds most of them.
    problems : list of RowProblem
        Rows that were not used as they stand.
    counts : dict of str to int
        Rows read, duplicates removed, groups.
    """

    train: Dataset
    test: Dataset
    train_groups: npt.NDArray[np.int64]
    test_groups: npt.NDArray[np.int64]
    left_out: dict[str, int] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingResult:
    """A model, the data it was made from, and its figures."""

    model: SpamClassifier
    data: PreparedData = field(repr=False)
    figures: dict[str, Any] = field(repr=False)

    def _repr_html_(self) -> str:
        from spamsms.training.evaluation_report import EvaluationReport

        return EvaluationReport(self.figures)._repr_html_()


def _no_report(step: str) -> None:
    """Say nothing."""


def prepare_data(
    paths: DataPath | Sequence[DataPath],
    config: TrainingConfig,
    report: Callable[[str], None] = _no_report,
    feedback: str | os.PathLike[str] | None = None,
) -> PreparedData:
    """Read, clean, group and split labelled files, corrected by a feedback file.

    Raises
    ------
    DatasetError
        If the files cannot be used, or a side of the split lacks a class.
    """
    report("read")
    whole, problems = read_datasets(paths, config)
    if feedback is not None:
        corrections, found = Feedback(feedback).to_dataset(config.feedback_weight)
        whole, corrected = apply_corrections(whole, corrections)
        problems = problems + found + corrected
    report("remove duplicates")
    unique, conflicts = remove_duplicates(whole)
    report("group")
    groups = near_duplicate_groups(unique.texts, unique.groups)
    report("split")
    held_out = held_out_rows(unique, groups, config.test_share, config.seed)
    train, test = unique.select(~held_out), unique.select(held_out)
    seen = share_seen(test.texts, train.texts) >= LARGEST_SHARE_SEEN
    left_out = Counter(source for source, gone in zip(test.sources, seen, strict=True) if gone)
    counts = {
        "rows": len(whole),
        "bad_rows": sum(not problem.used for problem in problems),
        "duplicates_removed": len(whole) - len(unique),
        "label_conflicts": len(conflicts),
        "corrected": unique.splits.count(CORRECTED),
        "groups": int(np.unique(groups).size),
        "train": len(train),
        "test": len(test) - int(seen.sum()),
        "test_left_out": int(seen.sum()),
    }
    return PreparedData(
        train,
        test.select(~seen),
        groups[~held_out],
        groups[held_out][~seen],
        dict(sorted(left_out.items())),
        problems + conflicts,
        counts,
    )


def train_model(
    paths: DataPath | Sequence[DataPath],
    out: str | os.PathLike[str] | None = None,
    config: TrainingConfig | None = None,
    *,
    config_file: str | os.PathLike[str] | None = None,
    feedback: str | os.PathLike[str] | None = None,
    n_jobs: int | None = None,
    report: Callable[[str], None] = _no_report,
) -> TrainingResult:
    """Train a model from labelled files.

    Parameters
    ----------
    paths : path, DataFrame or sequence of them
        csv, tsv, jsonl or Parquet files with the columns text and label, folders of
        them, ``corpus`` for the project's own corpus, or pandas DataFrames.
    out : path, optional
        Folder for the artifact, ``metrics.json``, the model card and the configuration.
    config : TrainingConfig, optional
    config_file : path, optional
        Where `config` was read from; copied to `out`.
    feedback : path, optional
        Corrections that prevail over the files' labels; see :class:`spamsms.training.feedback.Feedback`.
    n_jobs : int, optional
        Processes to fit with, as in joblib; the result does not depend on it.
    report : callable, optional
        Called with each of `STEPS` as it begins.

    Returns
    -------
    TrainingResult

    Raises
    ------
    DatasetError
        If the files cannot be used.
    InputError
        If the configuration's model parameters are wrong.
    """
    config = name_model(config or TrainingConfig(), out)
    data = prepare_data(paths, config, report, feedback)
    report("fit and calibrate")
    model = fit_prepared(data, config, n_jobs)
    report("evaluate")
    figures = {
        "data": {**data.counts, "sha256": fingerprint(data.train), "sources": source_counts(data)},
        **evaluate_model(model, data.test, data.test_groups, data.left_out),
    }
    report("write")
    if out is not None:
        write_model(model, figures, config, Path(out), config_file, reference_of_test_side(model, data))
    return TrainingResult(model, data, figures)


def evaluate_files(
    model: SpamClassifier,
    paths: DataPath | Sequence[DataPath],
    config: TrainingConfig | None = None,
    report: Callable[[str], None] = _no_report,
) -> tuple[dict[str, Any], PreparedData]:
    """Measure a model on labelled files.

    Parameters
    ----------
    model : SpamClassifier
    paths : sequence of path
    config : TrainingConfig, optional
        What the model was trained with: only its test side is measured. Without
        it every row is, and none may have been trained on.
    report : callable, optional
        Called with each step as it begins.

    Returns
    -------
    figures : dict
    data : PreparedData

    Raises
    ------
    DatasetError
        If the files cannot be used.
    """
    data = read_measured(paths, config, report)
    report("evaluate")
    return evaluate_model(model, data.test, data.test_groups, data.left_out), data


def read_measured(
    paths: DataPath | Sequence[DataPath],
    config: TrainingConfig | None = None,
    report: Callable[[str], None] = _no_report,
    feedback: str | os.PathLike[str] | None = None,
) -> PreparedData:
    """Read the messages to measure a model on: the test side, or without `config` every row.

    What a feedback file corrects is left out where it was learnt.

    Raises
    ------
    DatasetError
        If the files cannot be used, or no row is left.
    """
    data = prepare_data(paths, config or TrainingConfig(test_share=1.0), report, feedback)
    if not len(data.test):
        raise DatasetError("no row of the data given is on the test side")
    return data


def fit_prepared(data: PreparedData, config: TrainingConfig, n_jobs: int | None = None) -> SpamClassifier:
    """Fit on the training side; calibrate and choose thresholds on its inbox-like sources.

    Raises
    ------
    DatasetError
        If the training side lacks a class.
    """
    from spamsms.classifier import SpamClassifier

    train, groups = data.train, data.train_groups
    if config.augment_copies:
        from spamsms.training.augment import augment

        train, groups = augment(train, groups, config.augment_copies, config.augment_weight, config.seed)
    if len(set(train.labels.tolist())) < 2:
        raise DatasetError("the training side holds one class only; give labelled messages of both")
    model = SpamClassifier(**config.model)
    model.set_params(n_jobs=n_jobs)
    model.fit(train.texts, train.labels, train.weights, groups)
    chosen = train.calibrate
    shares = {source.title: source.calibration_weight for source in config.sources}
    weights = np.array([shares.get(file, 1.0) for file in train.files]) * chosen
    calibrates = len(set(train.labels[weights > 0].tolist())) == 2
    if calibrates:
        model.calibrate(model.out_of_fold_log_odds_, train.labels, weights)
    if _kinds_suffice(train.kinds):
        model.fit_kinds(train.texts, train.kinds, groups, train.weights, y=train.labels, second_look=True)
        if calibrates:
            model.calibrate(model.out_of_fold_log_odds_, train.labels, weights)
    model.set_params(n_jobs=None)
    wanted = Counter(
        file
        for file, label, near in zip(train.files, train.labels, chosen, strict=True)
        if near and not label
    )
    files = [
        file if wanted[file] >= FEWEST_WANTED else ""
        for file, near in zip(train.files, chosen, strict=True)
        if near
    ]
    if chosen.any() and len(set(train.labels[chosen].tolist())) == 2:
        # A rate that only holds over all sources together would be broken on the hardest of them.
        model.choose_thresholds(model.out_of_fold_log_odds_[chosen], train.labels[chosen], files)
    model.name_, model.version_ = config.name, config.version or model.version_
    return model


def _kinds_suffice(kinds: list[str]) -> bool:
    """Tell whether there are kinds of both classes to tell apart, each with a few messages."""
    counts = Counter(kinds)
    return all(
        sum(counts[code] >= FEWEST_OF_A_KIND for code in side) > 1 for side in (SPAM_KINDS, WANTED_KINDS)
    )


def write_model(
    model: SpamClassifier,
    figures: dict[str, Any],
    config: TrainingConfig,
    out: Path,
    config_file: str | os.PathLike[str] | None = None,
    reference: BatchReference | None = None,
) -> None:
    """Write artifact, metrics, card, configuration and reference to a folder."""
    details = {**model.details_, "trained": time_now(), "data": figures["data"]}
    model.save(out, name=config.name, version=config.version, details=details)
    text = json.dumps(figures, ensure_ascii=False, indent=1) + "\n"
    (out / METRICS).write_text(text, encoding="utf-8")
    if config_file is None:
        # Whoever measures the model later must know which groups it never saw.
        text = format_config(config, "How this model was trained.", without=("name", "version"))
        (out / CONFIG).write_text(text, encoding="utf-8")
    elif Path(config_file).resolve() != (out / CONFIG).resolve():
        (out / CONFIG).write_bytes(Path(config_file).read_bytes())
    if reference is not None:
        write_reference(reference, out / REFERENCE)
    else:
        # An older model's would be refused.
        (out / REFERENCE).unlink(missing_ok=True)
    write_card(out, figures, config)


def source_counts(data: PreparedData) -> dict[str, dict[str, int]]:
    """Return how many messages of either class each source has on either side."""
    counts: dict[str, dict[str, int]] = {}
    for side, part in (("train", data.train), ("test", data.test)):
        for source, label in zip(part.sources, part.labels.tolist(), strict=True):
            row = counts.setdefault(source, {})
            key = f"{side}_{'spam' if label else 'wanted'}"
            row[key] = row.get(key, 0) + 1
    return dict(sorted(counts.items()))
