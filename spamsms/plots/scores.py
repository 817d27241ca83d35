"""Scores and labels: every operating point, and what each costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.plots.style import COLOURS, GREY, PALE, drawable, font_family, new_axes, percent_axis, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[Any]
# One array, or one for each of several models by name.
Scores = Any
_RATES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
_CLASS_COLOURS = {"spam": COLOURS[2], "wanted": COLOURS[1]}
_COSTS = (1, 10, 100)
_TICKS = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)


def plot_roc(labels: Any, scores: Scores, ax: Axes | None = None) -> Axes:
    """Draw spam caught against wanted messages flagged, at every threshold.

    Parameters
    ----------
    labels : sequence of {0, 1}, length n
    scores : ndarray of shape (n,), or dict of name to such
        Log-odds or probabilities; the higher, the more spam. One line a name.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        Wanted messages flagged stand on a logarithmic scale, from one message on:
        what lies beyond a few percent is of no use to anybody.

    Raises
    ------
    InputError
        If labels and scores do not fit, or one class is missing.
    """
    from spamsms.training.metrics import area_under_curve

    ax = ax or new_axes(5.4, 4.4)
    for name, colour, truth, values in _lines(labels, scores):
        flagged, caught = _operating_points(truth, values)
        shown = flagged > 0
        area = f"AUC {area_under_curve(values, truth):.4f}"
        label = f"{drawable(name)}: {area}" if name else area
        ax.step(flagged[shown], caught[shown], where="post", color=colour, linewidth=1.5, label=label)
    ax.set_xscale("log")
    ax.set_xlim(right=1)
    ax.set_ylim(0, 1.02)
    percent_axis(ax.xaxis)
    percent_axis(ax.yaxis)
    ax.set_xlabel("wanted messages flagged")
    ax.set_ylabel("spam caught")
    ax.set_title("ROC", loc="left")
    ax.legend(frameon=False, loc="lower right", prop={"family": font_family(), "size": 9})
    return tidy(ax, "both")


def plot_det(labels: Any, scores: Scores, ax: Axes | None = None) -> Axes:
    """Draw spam let through against wanted messages flagged, both on normal deviates.

    On these axes (Martin et al. 1997) normally distributed scores give straight
    lines, and curves that crowd in a corner of the ROC stand apart.

    Parameters
    ----------
    labels : sequence of {0, 1}, length n
    scores : ndarray of shape (n,), or dict of name to such
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If labels and scores do not fit, or one class is missing.
    """
    deviate = NormalDist().inv_cdf
    ax = ax or new_axes(4.8, 4.6)
    for name, colour, truth, values in _lines(labels, scores):
        flagged, caught = _operating_points(truth, values)
        missed = 1 - caught
        inside = (flagged > 0) & (flagged < 1) & (missed > 0) & (missed < 1)
        x, y = ([deviate(float(rate)) for rate in rates[inside]] for rates in (flagged, missed))
        ax.plot(x, y, color=colour, linewidth=1.5, label=drawable(name) or None)
    ticks = [deviate(rate) for rate in _RATES]
    said = [f"{100 * rate:g} %" for rate in _RATES]
    ax.set_xticks(ticks, said, rotation=45)
    ax.set_yticks(ticks, said)
    ax.set_xlim(ticks[0], ticks[-1])
    ax.set_ylim(ticks[0], ticks[-1])
    ax.set_xlabel("wanted messages flagged")
    ax.set_ylabel("spam let through")
    ax.set_title("DET", loc="left")
    if ax.get_legend_handles_labels()[1]:
        ax.legend(frameon=False, prop={"family": font_family(), "size": 9})
    return tidy(ax, "both")


def plot_costs(
    labels: Any,
    probabilities: Array,
    costs: Sequence[float] = _COSTS,
    threshold: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what a threshold costs, by how dear a blocked wanted message is against an advert let through.

    Parameters
    ----------
    labels : sequence of {0, 1}, length n
    probabilities : ndarray of shape (n,)
        Of spam.
    costs : sequence of float, default=(1, 10, 100)
        A blocked wanted message in adverts let through; one line each, its
        cheapest threshold marked.
    threshold : float, optional
        The model's own, drawn as a line.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        Costs are shares of what blocking nothing costs, all adverts let through.

    Raises
    ------
    InputError
        If labels and probabilities do not fit, or one class is missing.
    """
    ((_, _, truth, values),) = _lines(labels, probabilities)
    cuts = 1 / (1 + np.exp(-np.linspace(-7, 7, 400)))
    spam, wanted = np.sort(values[truth == 1]), np.sort(values[truth == 0])
    missed = np.searchsorted(spam, cuts)
    blocked = wanted.size - np.searchsorted(wanted, cuts)
    ax = ax or new_axes(6.4, 4.2)
    for cost, colour in zip(costs, COLOURS[1:], strict=False):
        total = (missed + cost * blocked) / spam.size
        best = int(total.argmin())
        label = f"1 blocked = {cost:g} let through: best from {cuts[best]:.3f} on"
        ax.plot(cuts, total, color=colour, linewidth=1.5, label=label)
        ax.plot(cuts[best], total[best], "o", color=colour, markersize=6)
    if threshold is not None:
        ax.axvline(
            threshold, color=GREY, linestyle="--", linewidth=1, label=f"the model's own, {threshold:.3f}"
        )
    ax.axhline(1, color=PALE, linewidth=2, zorder=0)
    ax.set_xscale("logit")
    ax.set_xticks(_TICKS, list(map(str, _TICKS)))
    ax.minorticks_off()
    ax.set_ylim(0, 1.4)
    ax.set_xlabel("threshold: probability from which on is blocked")
    ax.set_ylabel("cost; 1 is to block nothing")
    ax.set_title("Thresholds by cost", loc="left")
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    return tidy(ax, "y")


def plot_score_histogram(
    counts: Mapping[str, Sequence[int]], threshold: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how probabilities fall on equally wide bins, as shares of each class.

    Parameters
    ----------
    counts : dict of name to sequence of int
        Messages in each bin from 0 to 1, by class, such as "spam" and "wanted"; at most four more.
    threshold : float, optional
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    ax = ax or new_axes(5, 3)
    others = iter(COLOURS[3:])
    for name, row in counts.items():
        colour = _CLASS_COLOURS.get(name) or next(others)
        edges = np.linspace(0, 1, len(row) + 1)
        shares = np.asarray(row) / max(sum(row), 1)
        label = f"{drawable(name)} ({sum(row):,})"
        ax.stairs(shares, edges, fill=True, alpha=0.45, color=colour, label=label)
    if threshold is not None:
        ax.axvline(threshold, color="black", linestyle="--", linewidth=1)
    ax.set_xlim(0, 1)
    percent_axis(ax.yaxis)
    ax.set_xlabel("probability of spam")
    ax.set_ylabel("share of the class")
    ax.legend(frameon=False, loc="upper center", prop={"family": font_family(), "size": 9})
    return tidy(ax, "y")


def _lines(labels: Any, scores: Scores) -> Iterator[tuple[str, str, Array, Array]]:
    """Yield name, colour, labels and scores of each line."""
    from spamsms.errors import InputError
    from spamsms.validation import check_labels, check_scores

    named = scores if isinstance(scores, Mapping) else {"": scores}
    if len(named) >= len(COLOURS):
        raise InputError(f"at most {len(COLOURS) - 1} models can be told apart, not {len(named)}")
    for (name, values), colour in zip(named.items(), COLOURS[1:], strict=False):
        checked = check_scores(values)
        yield name, colour, check_labels(labels, checked.size), checked


def _operating_points(labels: Array, scores: Array) -> tuple[Array, Array]:
    """Return the shares of wanted messages and of spam from each score on, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    spam = labels[order] == 1
    # Messages of one score pass a threshold together.
    last = np.append(np.diff(scores[order]) != 0, True)
    caught, flagged = np.cumsum(spam)[last], np.cumsum(~spam)[last]
    return flagged / max(int((~spam).sum()), 1), caught / max(int(spam.sum()), 1)
