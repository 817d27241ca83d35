"""The figures of :func:`spamsms.training.evaluate.evaluate_model`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spamsms.kind_names import KINDS
from spamsms.plots.rows import Row, draw_bars, reaches
from spamsms.plots.style import (
    COLOURS,
    GREY,
    SPAM_COLOUR,
    WANTED_COLOUR,
    drawable,
    font_family,
    new_axes,
    percent_axis,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Figures = dict[str, Any]
# More lines than these cannot be told apart.
MOST_LINES = 6
TITLES = {"recall": "Spam caught", "false_positives": "Wanted messages flagged"}


def slices_of_both_classes(figures: Figures) -> Figures:
    """Return all messages and the sources of which areas are known, the largest first."""
    known = {name: row for name, row in figures["slices"].items() if "auc" in row}
    sources = sorted(
        (name for name in known if name.startswith("source ")),
        key=lambda name: -min(known[name]["n_spam"], known[name]["n_wanted"]),
    )
    return {name: known[name] for name in (["all"] * ("all" in known) + sources)[:MOST_LINES]}


def plot_reliability(
    figures: Figures, name: str = "all", ax: Axes | None = None, colour: str = COLOURS[1]
) -> Axes:
    """Draw the share of spam against the probability; larger points are more messages.

    Parameters
    ----------
    figures : dict
    name : str, default="all"
        A slice that holds both classes.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    colour : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If there is no such slice, or too few messages in it.
    """
    row = _slice(figures, name, "reliability")
    bins = row["reliability"]
    ax = ax or new_axes(4.2, 4)
    x, y, n = (np.array([point[key] for point in bins]) for key in ("probability", "spam", "n"))
    rates = [_row("", round(point["spam"] * point["n"]), point["n"]) for point in bins]
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", zorder=1)
    ax.errorbar(x, y, yerr=reaches(rates), color=colour, linewidth=1, elinewidth=0.8, alpha=0.7)
    ax.scatter(x, y, s=4 * np.sqrt(n), color=colour, zorder=3)
    title = f"{drawable(name.removeprefix('source '))} ({row['n_spam'] + row['n_wanted']})"
    ax.set_title(title, family=font_family(), fontsize=10, loc="left")
    said = f"ECE {row['ece']:.3f}\nBrier {row['brier']:.3f}"
    ax.text(0.04, 0.96, said, transform=ax.transAxes, va="top", fontsize=9)
    ax.set_xlabel("probability of spam")
    ax.set_ylabel("share of spam (Wilson 95 %)")
    return tidy(ax, "both")


def plot_recall_curve(figures: Figures, ax: Axes | None = None) -> Axes:
    """Draw recall against false positives, from where one wanted message is that share on.

    Parameters
    ----------
    figures : dict
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    from matplotlib.ticker import FixedLocator, NullLocator

    from spamsms.training.metrics import Rate

    rates = figures["curve_rates"]
    ax = ax or new_axes(7, 5)
    for (name, row), colour in zip(slices_of_both_classes(figures).items(), COLOURS, strict=False):
        if "recall_curve" not in row:
            continue
        shown = [place for place, rate in enumerate(rates) if rate * row["n_wanted"] >= 1]
        x, y = [rates[place] for place in shown], [row["recall_curve"][place] for place in shown]
        low, high = (
            np.array([Rate(round(value * row["n_spam"]), row["n_spam"]).interval for value in y])
            .reshape(-1, 2)
            .T
        )
        said = f"AUC {row['auc']['value']:.4f}, {row['n_spam']} spam, {row['n_wanted']} wanted"
        label = f"{drawable(name.removeprefix('source '))}: {said}"
        ax.plot(x, y, color=colour, marker="o", markersize=3, linewidth=1.3, label=label)
        ax.fill_between(x, low, high, color=colour, alpha=0.12, linewidth=0)
    ax.set_xscale("log")
    ax.set_xlim(0.001, 0.2)
    ax.xaxis.set_major_locator(FixedLocator([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]))
    ax.xaxis.set_minor_locator(NullLocator())
    percent_axis(ax.xaxis)
    percent_axis(ax.yaxis)
    ax.set_xlabel("wanted messages flagged (from one message on)")
    ax.set_ylabel("spam caught (band: Wilson 95 %)")
    ax.set_title(f"{figures['model']}: spam caught at each rate of false positives", loc="left")
    ax.legend(prop={"family": font_family(), "size": 8}, frameon=False, loc="lower right")
    return tidy(ax, "both")


def plot_slices(
    figures: Figures, figure: str = "recall", names: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a rate of each slice as a bar with its Wilson interval.

    Parameters
    ----------
    figures : dict
    figure : {"recall", "false_positives"}, default="recall"
    names : sequence of str, optional
        Slices to draw; all that have the figure by default.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If no slice has the figure.
    """
    from spamsms.errors import InputError

    slices = figures["slices"]
    rows = {name: slices[name][figure] for name in names or slices if figure in slices.get(name, {})}
    if not rows:
        raise InputError(f"no slice has the figure {figure!r}; slices: {', '.join(slices) or 'none'}")
    colour = SPAM_COLOUR if figure == "recall" else WANTED_COLOUR
    ax = plot_rates({slice_title(name): row for name, row in rows.items()}, colour, ax)
    ax.set_title(f"{TITLES[figure]} ({figures['model']})", loc="left")
    ax.set_xlabel(f"from a probability of {figures['threshold']:.3f} on (whiskers: Wilson 95 %)")
    return ax


def plot_rates(rates: dict[str, Any], colour: str = COLOURS[1], ax: Axes | None = None) -> Axes:
    """Draw counted shares as bars with their Wilson 95 % intervals.

    Parameters
    ----------
    rates : dict
        For each name, a dict with ``hits`` and ``of``.
    colour : str, optional
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    from matplotlib.ticker import MaxNLocator

    ax = ax or new_axes(7, 0.36 * len(rates) + 1.3)
    bars = [_row(name, row["hits"], row["of"]) for name, row in rates.items()]
    draw_bars(ax, bars, colour)
    ax.tick_params(axis="y", length=0)
    for place, (bar, row) in enumerate(zip(bars, rates.values(), strict=True)):
        said = f"{100 * bar.value:.1f} %  ({row['hits']} of {row['of']})"
        ax.annotate(
            said, (bar.high, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8
        )
    # Room for what stands behind the longest whisker.
    room = max(bar.high for bar in bars) * 1.36
    ax.set_xticks([tick for tick in MaxNLocator(6).tick_values(0, room) if tick <= min(room, 1)])
    ax.set_xlim(0, room)
    percent_axis(ax.xaxis)
    return tidy(ax, "x")


def plot_kind_confusion(figures: Figures, ax: Axes | None = None) -> Axes:
    """Draw how often each kind was taken for each, as shares of the true kind.

    Parameters
    ----------
    figures : dict
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If the figures hold no kinds.
    """
    from spamsms.errors import InputError

    kinds = figures.get("kinds")
    if not kinds:
        raise InputError("the figures hold no kinds: the model names none, or the messages have none")
    counts = kinds["confusion"]
    codes, named = confusion_codes(kinds)
    table = np.array([[counts[true].get(code, 0) for code in named] for true in codes], np.float64)
    shares = table / table.sum(axis=1, keepdims=True)
    ax = ax or new_axes(*confusion_size(kinds))
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in zip(*np.nonzero(table), strict=True):
        colour = "white" if shares[row, column] > 0.55 else "black"
        ax.text(column, row, f"{table[row, column]:.0f}", ha="center", va="center", fontsize=7, color=colour)
    ax.set_xticks(range(len(named)), named)
    ax.set_yticks(range(len(codes)), [f"{code}  {KINDS[code]}" for code in codes])
    ax.set_xlabel("kind named")
    ax.set_ylabel("kind by label")
    score = "" if kinds["macro_f1"] is None else f": macro-F1 {kinds['macro_f1']:.3f}"
    ax.set_title(f"Kinds named{score} ({kinds['n']} messages)", loc="left")
    return tidy(ax, None)


def confusion_codes(kinds: Figures) -> tuple[list[str], list[str]]:
    """Return the kinds that messages have, and those that are drawn beside what else was named."""
    counts = kinds["confusion"]
    codes = [code for code in KINDS if code in counts]
    return codes, [code for code in KINDS if code in counts or any(code in row for row in counts.values())]


def confusion_size(kinds: Figures) -> tuple[float, float]:
    """Return width and height in inches that the kinds need."""
    codes, named = confusion_codes(kinds)
    return 0.42 * len(named) + 3.2, 0.36 * len(codes) + 1.5


def slice_title(name: str) -> str:
    """Return what a slice is called in a picture: kinds with code and name, sources by their names."""
    if name.startswith("kind "):
        code = name.removeprefix("kind ")
        return f"{code}  {KINDS.get(code, '')}"
    return name.removeprefix("source ")


def _slice(figures: Figures, name: str, figure: str) -> Figures:
    from spamsms.errors import InputError

    able = [key for key, row in figures["slices"].items() if figure in row]
    if name not in able:
        raise InputError(f"slice {name!r} has no {figure}; these have: {', '.join(able) or 'none'}")
    return dict(figures["slices"][name])


def _row(name: str, hits: int, total: int) -> Row:
    from spamsms.training.metrics import Rate

    rate = Rate(hits, total)
    return Row(name, rate.value, *rate.interval)
