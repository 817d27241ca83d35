"""One model against another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spamsms.plots.rows import Row, draw_dots
from spamsms.plots.style import (
    BATCH_COLOUR,
    REFERENCE_COLOUR,
    SPAM_COLOUR,
    WANTED_COLOUR,
    drawable,
    font_family,
    new_axes,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spamsms.training.gate import Comparison
    from spamsms.training.learning_curves import LearningCurve

FEWEST_DRAWN = 20
_UNDECIDED = "#707070"


def plot_comparison(comparison: Comparison, figure: str = "recall", ax: Axes | None = None) -> Axes:
    """Draw how a figure of a new model differs from the old one's, slice by slice, with intervals.

    Parameters
    ----------
    comparison : spamsms.training.gate.Comparison
    figure : {"recall", "false_positives", "auc", "partial_auc"}, default="recall"
        Slices that have fewer than `FEWEST_DRAWN` messages for it are left out:
        their intervals would leave no room for the others.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    from spamsms.training.gate import FIGURES, RISES_FOR_THE_WORSE

    rows = {
        name: part.figures[figure]
        for name, part in comparison.slices.items()
        if figure in part.figures and part.n_messages(figure) >= FEWEST_DRAWN
    }
    ax = ax or new_axes(7, 0.26 * len(rows) + 1.2)
    scale = 1 if figure.endswith("auc") else 100
    colours = []
    for change in rows.values():
        worse = (change.value > 0) == (figure in RISES_FOR_THE_WORSE)
        colours.append((SPAM_COLOUR if worse else WANTED_COLOUR) if change.excludes_zero else _UNDECIDED)
    draw_dots(
        ax,
        [Row(name, scale * row.value, scale * row.low, scale * row.high) for name, row in rows.items()],
        colours,
    )
    ax.set_xlabel(f"{FIGURES[figure]}, new less old" + (" (points)" if scale == 100 else ""))
    return tidy(ax, "x")


def plot_learning_curve(curve: LearningCurve, figure: str = "auc", ax: Axes | None = None) -> Axes:
    """Draw what labels of a new source are worth to three models, with intervals.

    Parameters
    ----------
    curve : spamsms.training.learning_curves.LearningCurve
    figure : {"auc", "partial_auc"}, default="auc"
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    from spamsms.training.learning_curves import ADAPTED, SCRATCH, UNADAPTED

    ax = ax or new_axes(6, 4)
    sizes = [point.n_labels for point in curve.points]
    for model, colour, style in (
        (UNADAPTED, _UNDECIDED, "--"),
        (SCRATCH, BATCH_COLOUR, "s-"),
        (ADAPTED, REFERENCE_COLOUR, "o-"),
    ):
        row = [point.areas[figure][model] for point in curve.points]
        ax.plot(sizes, [item.value for item in row], style, color=colour, label=model)
        low, high = [item.low for item in row], [item.high for item in row]
        ax.fill_between(sizes, low, high, color=colour, alpha=0.13, linewidth=0)
    ax.set_xscale("log")
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.minorticks_off()
    title = {"auc": "AUC", "partial_auc": "AUC up to 5 % false positives"}[figure]
    ax.set_title(f"{drawable(curve.source)}, never trained on", loc="left", family=font_family())
    ax.set_xlabel("labels of the new source")
    ax.set_ylabel(f"{title} on its test groups")
    ax.legend(frameon=False, loc="lower right")
    return tidy(ax, "y")
