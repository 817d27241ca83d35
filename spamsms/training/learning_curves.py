"""What labels of a new source are worth: a model adapted to some of them against two without.

A source is taken out of the training data, groups and all. What remains makes
the *unadapted* model. Some labels of the source then adapt it, or make a model
*from scratch*, and all three are measured on the source's test groups, and on
the other sources' for what is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.errors import DatasetError
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import Dataset
from spamsms.training.evaluate import SMALLEST_CLASS
from spamsms.training.metrics import group_draws
from spamsms.training.paired import ScoreCurve
from spamsms.training.train import PreparedData, fit_prepared

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
SIZES = (200, 1000, 5000)
DRAWS = 3
UNADAPTED, ADAPTED, SCRATCH = "unadapted", "adapted", "from scratch"
MODELS = (UNADAPTED, ADAPTED, SCRATCH)
AREAS = ("auc", "partial_auc")
FEWEST_OF_A_CLASS = 5


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval, test groups drawn with replacement."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Return the figures as JSON values."""
        return {name: round(value, 5) for name, value in vars(self).items()}


@dataclass(frozen=True)
class CurvePoint:
    """What so many labels of the source gave, on average over the draws.

    Attributes
    ----------
    n_labels : int
    areas : dict of str to dict of str to Interval
        By figure (``"auc"``, ``"partial_auc"`` up to 5 % false positives) and model.
    gains : dict of str to dict of str to Interval
        By figure: how far the adapted model is ahead of each of the others, paired.
    forgotten : dict of str to Interval
        By old slice: area of the adapted model less that of the unadapted one, paired.
    """

    n_labels: int
    areas: dict[str, dict[str, Interval]]
    gains: dict[str, dict[str, Interval]]
    forgotten: dict[str, Interval]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return {
            "n_labels": self.n_labels,
            "areas": {name: _plain(row) for name, row in self.areas.items()},
            "gains": {name: _plain(row) for name, row in self.gains.items()},
            "forgotten": _plain(self.forgotten),
        }


def _plain(row: dict[str, Interval]) -> dict[str, dict[str, float]]:
    return {name: item.to_dict() for name, item in row.items()}


@dataclass(frozen=True)
class LearningCurve:
    """The points of one source.

    Attributes
    ----------
    source : str
    n_spam, n_wanted : int
        Of the source's test messages.
    draws : int
        How often labels were drawn for each point.
    points : list of CurvePoint
    """

    source: str
    n_spam: int
    n_wanted: int
    draws: int
    points: list[CurvePoint]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return {**vars(self), "points": [point.to_dict() for point in self.points]}


def measure_learning_curve(
    data: PreparedData,
    config: TrainingConfig,
    source: str,
    *,
    sizes: Sequence[int] = SIZES,
    draws: int = DRAWS,
    anchors: Sequence[str] | None = None,
    report: Callable[[str], None] | None = None,
) -> LearningCurve:
    """Take a source out, adapt to some of its labels, and measure.

    Parameters
    ----------
    data : PreparedData
    config : TrainingConfig
        What the unadapted model is made with; models from scratch have the same parameters.
    source : str
        One of ``data.train.sources``.
    sizes : sequence of int
        How many labels; more than there are stand for all of them.
    draws : int
        How often each number is drawn.
    anchors : sequence of str, optional
        As :meth:`SpamClassifier.adapt` takes them. Where the project's corpus
        itself is the source, it must be given others.
    report : callable, optional
        Called with the name of each step as it begins.

    Returns
    -------
    LearningCurve

    Raises
    ------
    DatasetError
        If the source is missing, or its training or test side lacks messages of a class.
    """
    report = report or (lambda step: None)
    own = np.array(data.train.sources) == source
    tested = np.array(data.test.sources) == source
    for side, labels in (("training", data.train.labels[own]), ("test", data.test.labels[tested])):
        if np.bincount(labels, minlength=2).min() < SMALLEST_CLASS:
            raise DatasetError(f"{source!r} has fewer than {SMALLEST_CLASS} {side} messages of a class")
    report(f"without {source}")
    base = _fit_without(data, config, own)
    pool, groups = data.train.select(own), data.train_groups[own]
    points = []
    for size in sorted({min(size, len(pool)) for size in sizes}):
        scores: dict[str, list[Array]] = {name: [] for name in MODELS}
        for draw in range(draws if size < len(pool) else 1):
            report(f"{source}: {size} labels, draw {draw + 1}")
            rows = _draw(pool.labels, size, seed=draw)
            texts, labels = [pool.texts[row] for row in rows], pool.labels[rows]
            adapted = base.adapt(texts, labels, groups=groups[rows], anchors=anchors)
            scratch = type(base)(**config.model).fit(texts, labels, groups=groups[rows])
            for name, model in zip(MODELS, (base, adapted, scratch), strict=True):
                scores[name].append(model.decision_function(data.test.texts))
        points.append(_measure(size, scores, data, tested))
    n_spam = int(data.test.labels[tested].sum())
    return LearningCurve(source, n_spam, int(tested.sum()) - n_spam, draws, points)


def _fit_without(data: PreparedData, config: TrainingConfig, own: Array) -> SpamClassifier:
    """Fit on every training message whose group has none of the source."""
    others = ~np.isin(data.train_groups, data.train_groups[own])
    train = PreparedData(
        data.train.select(others), Dataset(), data.train_groups[others], np.zeros(0, np.int64)
    )
    return fit_prepared(train, config)


def _draw(labels: Array, size: int, seed: int) -> npt.NDArray[np.int64]:
    """Return some rows at random, a few of either class among them."""
    random = np.random.default_rng(seed)
    while True:
        rows = random.permutation(labels.size)[:size]
        if np.bincount(labels[rows], minlength=2).min() >= min(FEWEST_OF_A_CLASS, size // 4):
            return rows


def _measure(size: int, scores: dict[str, list[Array]], data: PreparedData, tested: Array) -> CurvePoint:
    labels, groups = data.test.labels, data.test_groups
    curves = {name: [ScoreCurve(z[tested], labels[tested]) for z in scores[name]] for name in MODELS}
    found = _bootstrap(curves, groups[tested])
    areas: dict[str, dict[str, Interval]] = {}
    gains: dict[str, dict[str, Interval]] = {}
    for column, figure in enumerate(AREAS):
        areas[figure] = {name: _interval(found[name][:, column]) for name in MODELS}
        gains[figure] = {
            name: _interval(found[ADAPTED][:, column] - found[name][:, column])
            for name in (UNADAPTED, SCRATCH)
        }
    forgotten = {}
    for name, mask in _old_slices(data, tested):
        old = {
            model: [ScoreCurve(z[mask], labels[mask]) for z in scores[model]]
            for model in (UNADAPTED, ADAPTED)
        }
        both = _bootstrap(old, groups[mask])
        forgotten[name] = _interval(both[ADAPTED][:, 0] - both[UNADAPTED][:, 0])
    return CurvePoint(size, areas, gains, forgotten)


def _old_slices(data: PreparedData, tested: Array) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Return the other sources that have both classes, and all others together."""
    sources, labels = np.array(data.test.sources), data.test.labels
    others = sorted(set(data.test.sources) - set(sources[tested].tolist()))
    slices = [("all others", ~tested), *((name, sources == name) for name in others)]
    return [
        (name, mask)
        for name, mask in slices
        if np.bincount(labels[mask], minlength=2).min() >= SMALLEST_CLASS
    ]


def _bootstrap(curves: dict[str, list[ScoreCurve]], groups: Array) -> dict[str, npt.NDArray[np.float64]]:
    """Return areas by model, averaged over draws: the observed ones, then those of each replicate."""
    drawings = [np.ones(groups.size), *group_draws(groups)]
    return {
        name: np.array([np.mean([curve.areas(drawn) for curve in row], axis=0) for drawn in drawings])
        for name, row in curves.items()
    }


def _interval(values: npt.NDArray[np.float64]) -> Interval:
    """Return the first value between bounds of the others."""
    low, high = np.nanpercentile(values[1:], [2.5, 97.5])
    return Interval(float(values[0]), float(low), float(high))


def format_learning_curve(curve: LearningCurve) -> str:
    """Return the curve as a table for people."""
    lines = [
        f"{curve.source}: {curve.n_spam} spam and {curve.n_wanted} wanted test messages, "
        f"labels drawn {curve.draws} times; in brackets 95 % intervals over test groups",
        "",
        f"{'labels':>7}  {'AUC, unadapted':<16}{'from scratch':<14}{'adapted':<11}"
        f"{'ahead of unadapted':<25}{'ahead of scratch':<25}{'others, points':<22}",
    ]
    changes = []
    for point in curve.points:
        for figure in AREAS:
            row, gain, whole = point.areas[figure], point.gains[figure], figure == AREAS[0]
            forgotten = point.forgotten.get("all others") if whole else None
            lines.append(
                f"{point.n_labels if whole else 'to 5 %':>7}  {row[UNADAPTED].value:<16.4f}"
                f"{row[SCRATCH].value:<14.4f}{row[ADAPTED].value:<11.4f}{_points(gain[UNADAPTED]):<25}"
                f"{_points(gain[SCRATCH]):<25}{_points(forgotten) if forgotten else '':<22}".rstrip()
            )
        changes += [(item.value, name, point.n_labels) for name, item in point.forgotten.items()]
    if changes:
        value, name, size = min(changes)
        lines += ["", f"most forgotten: {100 * value:+.2f} points of area on {name}, {size} labels"]
    return "\n".join(lines)


def _points(item: Interval) -> str:
    return f"{100 * item.value:+.2f} ({100 * item.low:+.2f} to {100 * item.high:+.2f})"
