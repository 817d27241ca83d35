"""How a new batch differs from what a model was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spamsms.kind_names import KINDS
from spamsms.plots.style import BATCH_COLOUR, REFERENCE_COLOUR, new_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spamsms.training.batch_drift import BatchDrift, MeasuredChange


def plot_score_drift(drift: BatchDrift, ax: Axes | None = None) -> Axes:
    """Draw how a batch's scores fall on tenths of the reference.

    Parameters
    ----------
    drift : BatchDrift
        Of :func:`spamsms.training.batch_drift.measure_drift`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    item = drift.measures["score"]
    bounds = [f"{bound:.1f}" for bound in item.batch.bins]
    names = [f"≤ {bound}" for bound in bounds] + ([f"> {bounds[-1]}"] if bounds else ["all"])
    ax = _paired_bars("Scores", names, item, ax)
    ax.set_ylabel("log-odds of spam, tenths of the reference")
    return ax


def plot_kind_drift(drift: BatchDrift, ax: Axes | None = None) -> Axes:
    """Draw the shares of kinds in the reference and in a batch.

    Parameters
    ----------
    drift : BatchDrift
        Of :func:`spamsms.training.batch_drift.measure_drift`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If the model names no kinds.
    """
    from spamsms.errors import InputError

    if "kinds" not in drift.measures:
        raise InputError("the model names no kinds, so there are none to draw")
    item = drift.measures["kinds"]
    names = [f"{code} {KINDS.get(code, '')}" for code in item.batch.bins]
    return _paired_bars("Kinds", names, item, ax)


def _paired_bars(title: str, names: list[str], item: MeasuredChange, ax: Axes | None) -> Axes:
    """Draw the shares of reference and batch side by side."""
    ax = ax or new_axes(7, 0.36 * len(names) + 1.4)
    sides = (
        (item.reference.counts, REFERENCE_COLOUR, "reference", -0.2),
        (item.batch.counts, BATCH_COLOUR, "batch", 0.2),
    )
    for counts, colour, side, shift in sides:
        shares = [100 * count / max(sum(counts), 1) for count in counts]
        places = [place + shift for place in range(len(names))]
        ax.barh(places, shares, height=0.38, color=colour, label=f"{side} ({sum(counts):,})")
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlabel("share of templates, %")
    ax.legend(frameon=False)
    ax.set_title(f"{title}: PSI {item.psi:.2f}, by chance up to {item.limit:.2f} ({item.level})", loc="left")
    return tidy(ax, None)
