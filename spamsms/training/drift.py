"""What a model loses on messages of a source, a writer or a time that it never trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.errors import DatasetError
from spamsms.shingles import shingle_hashes
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import Dataset, join
from spamsms.training.dedupe import RUN
from spamsms.training.evaluate import LARGEST_SHARE_SEEN, SMALLEST_CLASS, format_change
from spamsms.training.metrics import area_under_curve, bootstrap_area, bootstrap_difference, rate_of
from spamsms.training.train import PreparedData, fit_prepared

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
# Enough for calibration and thresholds of models that are measured and thrown away.
FOLDS = 3
# Fewer messages of a class than this are not trained on alone.
SMALLEST_TO_LEARN_FROM = 100


@dataclass(frozen=True)
class DriftRun:
    """Rows to fit on and rows to measure on, both masks over the pool; no group is in both."""

    name: str
    fitted: Mask
    measured: Mask


@dataclass(frozen=True)
class _Scores:
    log_odds: npt.NDArray[np.float64]
    flagged: Mask


def measure_drift(
    data: PreparedData, config: TrainingConfig, report: Callable[[str], None] | None = None
) -> dict[str, Any]:
    """Refit without each source in turn, and on each source alone, and measure what that costs.

    Every model is fitted on the training side only, as `config` says but
    without disguised copies, and judged at its own threshold. What it costs is
    the difference to the usual model on the same messages, which saw the source
    but not the messages' groups: out of fold on the training side.

    Parameters
    ----------
    data : PreparedData
    config : TrainingConfig
    report : callable, optional
        Called with the name of each run as it begins.

    Returns
    -------
    dict
        JSON values: ``left_out``, how many messages count nowhere because half
        or more of them stand in other groups; ``runs``, a list of dict: name,
        counts, and under ``usual`` and ``drift`` area, recall and false
        positives with their 95 % intervals, under ``change`` the paired
        differences of the rates.

    Raises
    ------
    DatasetError
        If the training side is empty or lacks a class.
    """
    if not len(data.train):
        raise DatasetError("drift is measured by fitting models, and the data given have no training side")
    pool = join([data.train, data.test])
    groups = np.concatenate([data.train_groups, data.test_groups])
    known = np.arange(len(pool)) < len(data.train)
    fresh = _share_seen_elsewhere(pool.texts, groups, known) < LARGEST_SHARE_SEEN
    plain = replace(config, augment_copies=0)
    quick = replace(plain, model={**config.model, "cv": FOLDS})
    report = report or (lambda name: None)
    report("usual model")
    usual = _usual_scores(_fit(pool, groups, known, plain), data)
    rows, last, scores = [], None, usual
    for run in drift_runs(pool, groups, known, fresh):
        report(run.name)
        if last is None or not np.array_equal(run.fitted, last):
            scores = _scores_of(_fit(pool, groups, run.fitted, quick), pool.texts)
            last = run.fitted
        rows.append(_compare(run, usual, scores, pool.labels, groups))
    return {"left_out": int((~fresh).sum()), "runs": rows}


def drift_runs(pool: Dataset, groups: Array, known: Mask, fresh: Mask) -> Iterator[DriftRun]:
    """Yield a run without each file, source and writer, then one for each two sources of both classes.

    Parameters
    ----------
    pool : Dataset
    groups : ndarray of shape (n_texts,)
    known : ndarray of bool, shape (n_texts,)
        The training side.
    fresh : ndarray of bool, shape (n_texts,)
        Rows that may be measured on.
    """
    for name, part in _parts(pool):
        fitted = known & ~np.isin(groups, groups[part])
        measured = part & fresh
        removed = (known & part).any()
        if removed and measured.sum() >= SMALLEST_CLASS and np.unique(pool.labels[fitted]).size == 2:
            yield DriftRun(f"without {name}", fitted, measured)
    sources = np.array(pool.sources)
    alone = [
        source
        for source in sorted(set(pool.sources))
        if min(np.bincount(pool.labels[known & (sources == source)], minlength=2)) >= SMALLEST_TO_LEARN_FROM
    ]
    for old in alone:
        fitted = known & (sources == old)
        for new in alone:
            if new != old:
                measured = (sources == new) & fresh & ~np.isin(groups, groups[fitted])
                yield DriftRun(f"{old} -> {new}", fitted, measured)


def _parts(pool: Dataset) -> Iterator[tuple[str, Mask]]:
    """Yield name and rows of each file, source and writer, each set of rows once."""
    found: set[bytes] = set()
    for column in (pool.files, pool.sources, pool.writers):
        values = np.array(column)
        for name in sorted(set(column) - {""}):
            mask = values == name
            if mask.tobytes() not in found and not mask.all():
                found.add(mask.tobytes())
                yield name, mask


def _share_seen_elsewhere(texts: list[str], groups: Array, known: Mask) -> npt.NDArray[np.float64]:
    """Return the share of each message's 12-character runs that known messages of other groups hold."""
    hashes, starts = shingle_hashes(texts, RUN)
    sizes = np.diff(starts)
    unique, place = np.unique(hashes, return_inverse=True)
    owner = np.repeat(groups, sizes)
    counted = np.repeat(known, sizes)
    # The least and the greatest group that holds a run; another than one's own holds it if either differs.
    least = np.full(unique.size, np.iinfo(np.int64).max)
    greatest = np.full(unique.size, -1)
    np.minimum.at(least, place[counted], owner[counted])
    np.maximum.at(greatest, place[counted], owner[counted])
    elsewhere = (greatest[place] >= 0) & ((least[place] != owner) | (greatest[place] != owner))
    cumulated = np.append(0, np.cumsum(elsewhere))
    share: npt.NDArray[np.float64] = (cumulated[starts[1:]] - cumulated[starts[:-1]]) / np.maximum(sizes, 1)
    return share


def _fit(pool: Dataset, groups: Array, rows: Mask, config: TrainingConfig) -> SpamClassifier:
    """Fit on some rows, without naming kinds."""
    train = pool.select(rows)
    train = train.replaced(kinds=[""] * len(train))
    return fit_prepared(PreparedData(train, Dataset(), groups[rows], np.zeros(0, np.int64)), config)


def _scores_of(model: SpamClassifier, texts: list[str]) -> _Scores:
    log_odds = model.decision_function(texts)
    return _Scores(log_odds, sigmoid(log_odds) >= model.threshold)


def _usual_scores(model: SpamClassifier, data: PreparedData) -> _Scores:
    """Return scores of the pool by models that did not see a message's group."""
    log_odds = np.concatenate([model.out_of_fold_log_odds_, model.decision_function(data.test.texts)])
    return _Scores(log_odds, sigmoid(log_odds) >= model.threshold)


def _compare(run: DriftRun, usual: _Scores, drift: _Scores, labels: Array, groups: Array) -> dict[str, Any]:
    spam, wanted = run.measured & (labels == 1), run.measured & (labels == 0)
    row: dict[str, Any] = {
        "name": run.name,
        "n_fitted": int(run.fitted.sum()),
        "n_spam": int(spam.sum()),
        "n_wanted": int(wanted.sum()),
        "usual": {},
        "drift": {},
        "change": {},
    }
    for name, mask in (("recall", spam), ("false_positives", wanted)):
        if mask.any():
            row["usual"][name] = rate_of(usual.flagged[mask]).to_dict()
            row["drift"][name] = rate_of(drift.flagged[mask]).to_dict()
            found = bootstrap_difference(drift.flagged[mask], usual.flagged[mask], groups[mask])
            row["change"][name] = dict(
                zip(("value", "low", "high"), (round(x, 5) for x in found), strict=True)
            )
    if min(spam.sum(), wanted.sum()) >= SMALLEST_CLASS:
        for name, scores in (("usual", usual), ("drift", drift)):
            own = scores.log_odds[run.measured]
            value = area_under_curve(own, labels[run.measured])
            low, high = bootstrap_area(own, labels[run.measured], groups[run.measured])
            row[name]["auc"] = {"value": round(value, 5), "low": round(low, 5), "high": round(high, 5)}
    return row


def format_drift(figures: dict[str, Any]) -> str:
    """Return the runs as a table for people."""
    lines = [
        "drift: refitted without a source (or on the first source alone) and measured on it (on the second), "
        "each model at its own threshold;",
        f"in brackets what the usual model reaches on the same messages. {figures['left_out']} messages that "
        "other groups repeat are left out.",
        "",
        f"{'run':<24}{'fitted':>7}{'spam':>7}{'wanted':>7}  {'AUC':<18}{'recall':<18}{'change, points':<24}"
        f"{'wanted flagged':<19}{'change, points':<20}",
    ]
    for row in figures["runs"]:
        usual, drift = row["usual"], row["drift"]
        auc = f"{drift['auc']['value']:.4f} ({usual['auc']['value']:.4f})" if "auc" in drift else ""
        cells = []
        for name, digits in (("recall", 1), ("false_positives", 2)):
            both = ""
            if name in drift:
                new, old = 100 * drift[name]["value"], 100 * usual[name]["value"]
                both = f"{new:.{digits}f} % ({old:.{digits}f} %)"
            cells += [both, format_change(row["change"].get(name))]
        lines.append(
            f"{row['name']:<24}{row['n_fitted']:>7}{row['n_spam']:>7}{row['n_wanted']:>7}  {auc:<18}"
            f"{cells[0]:<18}{cells[1]:<24}{cells[2]:<19}{cells[3]:<20}".rstrip()
        )
    return "\n".join(lines)
