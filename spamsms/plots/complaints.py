"""Complaints day by day; takes the tables of :func:`spamsms.triage`, as DataFrames or lists of dict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spamsms.plots.rows import Row, draw_bars
from spamsms.plots.style import (
    COLOURS,
    GREY,
    SPAM_COLOUR,
    drawable,
    new_axes,
    percent_axis,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 20
# Colours of sectors beyond the first six repeat, paler.
_PALER = 0.45
_SURGE = "#fdebd0"


def plot_timeline(timeline: Any, ax: Axes | None = None) -> Axes:
    """Draw complaints a day by sector, the limit of a surge, and the days beyond it.

    Parameters
    ----------
    timeline : DataFrame or list of dict
        ``triage(…).timeline``.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    from spamsms.governance.sectors import SECTORS

    rows = _rows(timeline)
    days = [_day(row["date"]) for row in rows]
    ax = ax or new_axes(9, 3.8)
    _mark_surges(ax, rows)
    below = np.zeros(len(rows))
    sizes = {name: np.array([row[name] for row in rows], np.float64) for name in SECTORS}
    named = sorted(sizes, key=lambda name: -sizes[name].sum())
    for place, name in enumerate(named):
        if not sizes[name].any():
            continue
        colour, alpha = COLOURS[1:][place % 6], 1.0 if place < 6 else _PALER
        title = drawable(str(SECTORS[name].english))
        ax.bar(days, sizes[name], bottom=below, width=0.85, color=colour, alpha=alpha, label=title)
        below += sizes[name]
    limits = [np.nan if row["limit"] is None else float(row["limit"]) for row in rows]
    ax.step(
        days, limits, where="mid", color=SPAM_COLOUR, linewidth=1.2, linestyle="--", label="limit of a surge"
    )
    ax.set_ylabel("complaints a day")
    ax.legend(frameon=False, fontsize=8, loc="upper left", ncols=2)
    _date_axis(ax)
    return tidy(ax, "y")


def plot_scores_over_time(
    times: Any, probabilities: Any, threshold: float, surges: Sequence[Any] = (), ax: Axes | None = None
) -> Axes:
    """Draw how many messages of each day have which probability of spam.

    Parameters
    ----------
    times : sequence of datetime, length n
        Entries without a time are left out.
    probabilities : sequence of float, length n
    threshold : float
        Drawn as a line.
    surges : sequence of date, optional
        Days to mark.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If no message has a time.
    """
    from matplotlib.colors import LogNorm

    from spamsms.errors import InputError

    # What is no time, such as pandas' NaT, is not equal to itself.
    stamps = np.array([time if time == time else None for time in times], dtype="datetime64[D]")
    known = ~np.isnat(stamps)
    if not known.any():
        raise InputError("no message has a time, so there is nothing to draw over time")
    first = stamps[known].min()
    place = (stamps[known] - first).astype(np.int64)
    n_days = int(place.max()) + 1
    levels = np.asarray(probabilities, np.float64)[known]
    counts, _, edges = np.histogram2d(place, levels, (n_days, BINS), ((0, n_days), (0, 1)))
    ax = ax or new_axes(9, 3.6)
    sides = np.append(first + np.arange(n_days), first + n_days).astype("datetime64[h]") - np.timedelta64(
        12, "h"
    )
    mesh = ax.pcolormesh(
        sides, edges, np.ma.masked_equal(counts.T, 0), cmap="viridis_r", norm=LogNorm(1, max(counts.max(), 2))
    )
    ax.figure.colorbar(mesh, ax=ax, label="messages", pad=0.01)
    ax.axhline(threshold, color="black", linewidth=1, linestyle="--")
    for day in surges:
        ax.plot(_day(day), 1.02, marker="v", color=SPAM_COLOUR, markersize=5, clip_on=False)
    percent_axis(ax.yaxis)
    ax.set_ylabel("probability of spam")
    _date_axis(ax)
    return tidy(ax, None)


def plot_shares(table: Any, name: str, share: str = "share", top: int = 12, ax: Axes | None = None) -> Axes:
    """Draw the first rows' shares with their intervals, such as sectors, signatures or numbers.

    Parameters
    ----------
    table : DataFrame or list of dict
        A table of :func:`spamsms.triage` or :func:`spamsms.rank_ports`.
    name : str
        The column that names rows.
    share : str, default="share"
        The column of the share; its bounds stand in ``<share>_low`` and ``<share>_high``.
    top : int, default=12
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    rows = _rows(table)[:top]
    ax = ax or new_axes(7, 0.3 * len(rows) + 1)
    columns = (share, f"{share}_low", f"{share}_high")
    bars = [Row(str(row[name]), *(float(row[column]) for column in columns)) for row in rows]
    draw_bars(ax, bars, COLOURS[1], fontsize=9)
    percent_axis(ax.xaxis)
    ax.set_xlabel(f"{share.replace('_', ' ')} (whiskers: Wilson 95 %)")
    return tidy(ax, "x")


def _rows(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table if isinstance(table, list) else table.to_dict("records")
    return rows


def _day(value: Any) -> float:
    """Return a day as matplotlib counts them, at midnight."""
    from matplotlib.dates import date2num

    return float(date2num(np.datetime64(value, "D")))  # type: ignore[no-untyped-call]


def _mark_surges(ax: Axes, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if row["surge"]:
            middle = _day(row["date"])
            ax.axvspan(middle - 0.5, middle + 0.5, color=_SURGE, zorder=0, linewidth=0)


def _date_axis(ax: Axes) -> None:
    from matplotlib import dates

    locator = dates.AutoDateLocator()  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    ax.tick_params(axis="x", colors=GREY)
