"""Search the parameters of a training run, and say honestly what the search is worth.

Trials are drawn at random and race over the folds of a group-aware
cross-validation: all are measured on the first, the better half on the next,
and so on (successive halving with folds as the budget). The best score of many
trials flatters itself, so the search as a whole is repeated inside the folds of
an outer cross-validation, and what it chose there is measured on messages that
it never saw (nested cross-validation, Cawley & Talbot 2010).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.errors import DatasetError, InputError
from spamsms.fitting import cross_validation_folds
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import Dataset
from spamsms.training.metrics import area_under_curve, partial_area, recall_at
from spamsms.training.train import PreparedData, prepare_data
from spamsms.training.trial_fits import SOURCE_PREFIX, Candidate, apply_candidate, score_fold
from spamsms.training.tuning_result import Trial, TuningResult

Array = npt.NDArray[Any]
METRICS: dict[str, Callable[[Array, Array], float]] = {
    "partial_auc": partial_area,
    "auc": area_under_curve,
    "recall": lambda scores, labels: recall_at(scores, labels, 0.02).value,
}
TRIALS, INNER_FOLDS, OUTER_FOLDS = 16, 4, 3
REPLICATES = 200
# What trials are drawn from; the parameters of SpamClassifier and of TrainingConfig, and factors of sources.
SPACE: dict[str, tuple[Any, ...]] = {
    "C": (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
    "wanted_weight": (1.0, 1.5, 2.0, 3.0, 4.0),
    "passage_weight": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    "tokenizer": ("char", "jieba+char"),
    "augment_copies": (0, 2),
    "augment_weight": (0.3, 0.7),
}
SOURCE_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)


def tune(
    paths: Sequence[str | os.PathLike[str]],
    config: TrainingConfig | None = None,
    *,
    n_trials: int = TRIALS,
    metric: str = "partial_auc",
    parameters: Sequence[str] | None = None,
    space: Mapping[str, Sequence[Any]] | None = None,
    inner_folds: int = INNER_FOLDS,
    outer_folds: int = OUTER_FOLDS,
    seed: int = 0,
    n_jobs: int | None = None,
    report: Callable[[str], None] | None = None,
) -> TuningResult:
    """Search the parameters of a training run; its test side is never looked at.

    Parameters
    ----------
    paths : sequence of path
        Labelled files, or folders of them.
    config : TrainingConfig, optional
        Where to start from.
    n_trials : int, default=16
        The configuration as given is one of them.
    metric : {"partial_auc", "auc", "recall"}, default="partial_auc"
        Up to 5 % false positives; the whole; recall at 2 % false positives.
        Measured on sources that calibrate, which are like real inboxes.
    parameters : sequence of str, optional
        Names of `SPACE` to search, or ``weight of SOURCE``; by default all, and
        the weights of the configuration's sources.
    space : mapping of str to sequence, optional
        Values to draw from, in place of `SPACE`.
    inner_folds, outer_folds : int, default=4 and 3
    seed : int, default=0
    n_jobs : int, optional
        Processes, as in joblib; the result does not depend on it.
    report : callable, optional
        Called with a description before each of :func:`count_fits` fits.

    Returns
    -------
    TuningResult

    Raises
    ------
    DatasetError
        If the files cannot be used, or hold too few templates of a class.
    InputError
        If an argument is not as it should be.
    """
    config = config or TrainingConfig()
    if metric not in METRICS:
        raise InputError(f"metric must be one of {', '.join(METRICS)}, not {metric!r}")
    for name, value, least in (
        ("n_trials", n_trials, 1), ("inner_folds", inner_folds, 2), ("outer_folds", outer_folds, 2)
    ):  # fmt: skip
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise InputError(f"{name} must be a whole number from {least} on, not {value!r}")
    data = prepare_data(paths, config)
    drawn = draw_candidates(_space(config, data.train, parameters, space), n_trials, seed)
    search = _Search(config, drawn, METRICS[metric], inner_folds, seed, n_jobs, report or (lambda step: None))
    return _nested(search, data, metric, outer_folds)


def _space(
    config: TrainingConfig,
    train: Dataset,
    parameters: Sequence[str] | None,
    given: Mapping[str, Sequence[Any]] | None,
) -> dict[str, tuple[Any, ...]]:
    """Return what to draw from."""
    space = {name: tuple(values) for name, values in (given or SPACE).items()}
    held = [source.title for source in config.sources if source.title in set(train.files)]
    if given is None and len(held) > 1:
        space.update({f"{SOURCE_PREFIX}{title}": SOURCE_FACTORS for title in held})
    for name in parameters or ():
        if name not in space:
            raise InputError(f"no parameter {name!r} to search; there are {', '.join(space)}")
    for name, values in space.items():
        if not values:
            raise InputError(f"the space has no value for {name!r}")
        for value in values:
            apply_candidate(config, {name: value})
    return {name: values for name, values in space.items() if parameters is None or name in parameters}


def draw_candidates(space: Mapping[str, Sequence[Any]], n: int, seed: int) -> list[Candidate]:
    """Return up to `n` different sets of parameters, the empty one first; fewer where there are fewer."""
    random = np.random.default_rng(seed)
    candidates: list[Candidate] = [{}]
    most = int(np.prod([float(len(values)) for values in space.values()])) if space else 0
    # Draws repeat where the space is nearly used up.
    for _ in range(50 * n):
        if len(candidates) >= min(n, most + 1):
            break
        found = {name: values[int(random.integers(len(values)))] for name, values in space.items()}
        if found not in candidates:
            candidates.append(found)
    return candidates


def rungs(n_candidates: int, n_folds: int) -> Iterator[tuple[int, int, int]]:
    """Yield first and last fold (exclusive) of each round of the race, and how many run it."""
    start, stop, running = 0, 1, n_candidates
    while start < n_folds:
        yield start, stop, running
        start, stop = stop, min(2 * stop, n_folds)
        running = max(running // 2, min(2, n_candidates))


def count_fits(n_candidates: int, inner_folds: int, outer_folds: int) -> int:
    """Return how many models a search fits, the outer folds' own included."""
    race = sum((stop - start) * running for start, stop, running in rungs(n_candidates, inner_folds))
    return (outer_folds + 1) * race + 2 * outer_folds


@dataclass(frozen=True)
class _Search:
    """A race of candidates, to be run on several sets of rows."""

    config: TrainingConfig
    candidates: list[Candidate]
    metric: Callable[[Array, Array], float]
    n_folds: int
    seed: int
    n_jobs: int | None
    report: Callable[[str], None]

    def race(self, train: Dataset, groups: Array, name: str) -> list[Trial]:
        """Return the trials, those that stayed longest first, the best of them first."""
        folds = _folds(train, groups, self.n_folds, self.seed)
        measured = _measured(train)
        scores: list[tuple[float, ...]] = [() for _ in self.candidates]
        order = list(range(len(self.candidates)))
        for start, stop, running in rungs(len(self.candidates), len(folds)):
            # The configuration as given stays, to be compared with.
            order = ([0] + [place for place in order if place])[:running]
            work = [(place, fold) for fold in range(start, stop) for place in order]
            fits = [(self.candidates[place], *folds[fold]) for place, fold in work]
            for (place, fold), found in zip(work, self.fit(train, groups, fits, name), strict=True):
                rows = folds[fold][1]
                kept = measured[rows]
                scores[place] += (self.metric(found[kept], train.labels[rows][kept]),)
            order.sort(key=lambda place: (-float(np.mean(scores[place])), place))
        trials = [Trial(n, dict(found), scores[n]) for n, found in enumerate(self.candidates)]
        return sorted(trials, key=lambda trial: (-len(trial.scores), -trial.score, trial.number))

    def fit(
        self, train: Dataset, groups: Array, fits: list[tuple[Candidate, Array, Array]], name: str
    ) -> Iterator[npt.NDArray[np.float64]]:
        """Yield the log-odds of each fit's held-out rows, in order."""
        from joblib import Parallel, delayed

        work = (
            delayed(score_fold)(train, groups, self.config, candidate, rows, held_out)
            for candidate, rows, held_out in fits
        )
        found = Parallel(n_jobs=self.n_jobs, return_as="generator")(work)
        for number in range(1, len(fits) + 1):
            self.report(f"{name}, fit {number} of {len(fits)}")
            yield next(found)


def _measured(train: Dataset) -> npt.NDArray[np.bool_]:
    """Tell which rows are measured on: those that calibrate, all where these lack a class."""
    near = train.calibrate
    return near if np.unique(train.labels[near]).size == 2 else np.ones(len(train), np.bool_)


def _folds(train: Dataset, groups: Array, n_folds: int, seed: int) -> list[tuple[Array, Array]]:
    """Return the folds.

    Raises
    ------
    DatasetError
        If one lacks a class on either side.
    """
    folds = cross_validation_folds(train.labels, groups, n_folds, seed)
    measured = _measured(train)
    sides = [
        np.unique(train.labels[rows]).size
        for fitted, held in folds
        for rows in (fitted, held[measured[held]])
    ]
    if len(folds) < n_folds or min(sides, default=0) < 2:
        raise DatasetError(
            f"too few templates of a class for {n_folds} folds; label more messages, or ask for fewer folds"
        )
    return folds


def _nested(search: _Search, data: PreparedData, metric: str, outer_folds: int) -> TuningResult:
    """Run the search within outer folds, then on all of the training side."""
    train, groups = data.train, data.train_groups
    measured = _measured(train)
    sides: list[tuple[Array, Array, Array, Array]] = []
    chosen: list[dict[str, Any]] = []
    for number, (fitted, held) in enumerate(_folds(train, groups, outer_folds, search.seed + 1), 1):
        name = f"outer fold {number} of {outer_folds}"
        best = search.race(train.take(fitted.tolist()), groups[fitted], name)[0].parameters
        chosen.append(best)
        fits: list[tuple[Candidate, Array, Array]] = [(best, fitted, held), ({}, fitted, held)]
        tuned, given = search.fit(train, groups, fits, name)
        kept = measured[held]
        sides.append((tuned[kept], given[kept], train.labels[held][kept], groups[held][kept]))
    trials = search.race(train, groups, "all of the training side")
    estimate, baseline, difference = _compare(sides, search.metric, search.seed)
    return TuningResult(
        config=apply_candidate(search.config, trials[0].parameters),
        metric=metric,
        trials=trials,
        estimate=estimate,
        baseline=baseline,
        difference=difference,
        chosen=chosen,
        counts=data.counts,
    )


def _compare(
    sides: list[tuple[Array, Array, Array, Array]], metric: Callable[[Array, Array], float], seed: int
) -> tuple[float, float, tuple[float, float, float]]:
    """Return both means over the folds, and their difference with its interval."""
    random = np.random.default_rng(seed)
    tuned = float(np.mean([metric(a, labels) for a, _, labels, _ in sides]))
    given = float(np.mean([metric(b, labels) for _, b, labels, _ in sides]))
    found = []
    for _ in range(REPLICATES):
        changes = []
        for a, b, labels, groups in sides:
            _, place = np.unique(groups, return_inverse=True)
            n_groups = int(place.max()) + 1
            times = np.bincount(random.integers(0, n_groups, n_groups), minlength=n_groups)
            rows = np.repeat(np.arange(labels.size), times[place])
            if np.unique(labels[rows]).size == 2:
                changes.append(metric(a[rows], labels[rows]) - metric(b[rows], labels[rows]))
        if len(changes) == len(sides):
            found.append(float(np.mean(changes)))
    low, high = np.percentile(found, [2.5, 97.5]) if found else (float("nan"), float("nan"))
    return tuned, given, (tuned - given, float(low), float(high))
