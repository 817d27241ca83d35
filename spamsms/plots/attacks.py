"""What disguising costs a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spamsms.plots.rows import Row, draw_dots
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
    drops = [(name.replace("_", " "), row["recall_drop"]) for name, row in rows]
    draw_dots(
        ax,
        [Row(name, *(100 * drop[key] for key in ("value", "low", "high"))) for name, drop in drops],
        [SPAM_COLOUR if drop["value"] > TOLERATED_DROP else WANTED_COLOUR for _, drop in drops],
    )
    ax.axvline(100 * TOLERATED_DROP, color=GREY, linewidth=0.8, linestyle="--")
    clean = figures["clean"]["recall"]
    ax.set_xlabel(f"points of recall lost, of {100 * clean['value']:.1f} % ({clean['of']} spam messages)")
    fine = f"{figures['within_tolerance']} of {len(rows)}"
    ax.set_title(f"{fine} attacks cost at most {100 * TOLERATED_DROP:.0f} points", loc="left")
    return tidy(ax, "x")
