"""Named rows with an interval each, as dots or as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spamsms.plots.style import drawable, font_family

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Row(NamedTuple):
    """A value with its interval, and the name beside it."""

    name: str
    value: float
    low: float
    high: float


def draw_dots(ax: Axes, rows: Sequence[Row], colours: Sequence[str]) -> None:
    """Draw differences as dots with their intervals, the first row above, and a line at 0."""
    for place, (row, colour) in enumerate(zip(rows, colours, strict=True)):
        ax.plot([row.low, row.high], [place, place], color=colour, linewidth=1.4)
        ax.plot([row.value], [place], "o", color=colour, markersize=4.5)
    _name_rows(ax, rows, fontsize=8)
    ax.axvline(0, color="black", linewidth=0.8)


def draw_bars(ax: Axes, rows: Sequence[Row], colour: str, **text: Any) -> None:
    """Draw shares as bars with whiskers, the first row above; names are written with the properties given."""
    places, values = range(len(rows)), [row.value for row in rows]
    ax.barh(places, values, height=0.62, color=colour, alpha=0.55)
    ax.errorbar(values, places, xerr=reaches(rows), fmt="none", color="black", capsize=3, linewidth=1)
    _name_rows(ax, rows, **text)


def reaches(rows: Sequence[Row]) -> Any:
    """Return how far the intervals reach below and above their values, shape (2, n)."""
    reach = [[row.value - row.low for row in rows], [row.high - row.value for row in rows]]
    return np.maximum(reach, 0)


def _name_rows(ax: Axes, rows: Sequence[Row], **text: Any) -> None:
    ax.set_yticks(range(len(rows)), [drawable(row.name) for row in rows], family=font_family(), **text)
    ax.invert_yaxis()
