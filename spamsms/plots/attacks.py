"""What disguising costs a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spamsms.plots.style import GREY, SPAM_COLOUR, WANTED_COLOUR, new_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_attacks(figures: dict[str, Any], ax: Axes | None = None) -> Axes:
    """Draw how far each attack lowers recall, the worst first, with paired 95 % intervals.

    Parameters
    ----------
    figures : dict
        As :func:`spamsms.training.robustness.attack_model` returns them.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        In red the attacks that cost more than is tolerated.
    """
    from spamsms.training.robustness import TOLERATED_DROP

    rows = sorted(figures["attacks"].items(), key=lambda item: -item[1]["recall_drop"]["value"])
    ax = ax or new_axes(7, 0.24 * len(rows) + 1.3)
    for place, (_, row) in enumerate(rows):
        drop = row["recall_drop"]
        colour = SPAM_COLOUR if drop["value"] > TOLERATED_DROP else WANTED_COLOUR
        ax.plot([100 * drop["low"], 100 * drop["high"]], [place, place], color=colour, linewidth=1.4)
        ax.plot(100 * drop["value"], place, "o", color=colour, markersize=4.5)
    ax.set_yticks(range(len(rows)), [name.replace("_", " ") for name, _ in rows], fontsize=8)
    ax.invert_yaxis()
    ax.axvline(0, color="black", linewidth=0.8)
    ax.axvline(100 * TOLERATED_DROP, color=GREY, linewidth=0.8, linestyle="--")
    clean = figures["clean"]["recall"]
    ax.set_xlabel(f"points of recall lost, of {100 * clean['value']:.1f} % ({clean['of']} spam messages)")
    fine = f"{figures['within_tolerance']} of {len(rows)}"
    ax.set_title(f"{fine} attacks cost at most {100 * TOLERATED_DROP:.0f} points", loc="left")
    return tidy(ax, "x")
