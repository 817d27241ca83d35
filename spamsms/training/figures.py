"""Draw a model's figures; needs matplotlib (``pip install "spamsms[plots]"``)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spamsms.errors import SpamsmsError
from spamsms.kinds import KINDS, SPAM_KINDS, WANTED_KINDS
from spamsms.training.metrics import Rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Told apart by the colour-blind too (Okabe & Ito 2008); the first is kept for all messages together.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
GREY = "#808080"
# More lines than these cannot be told apart.
MOST_LINES = 6
PANELS_A_ROW = 3
DPI = 150


class FiguresUnavailableError(SpamsmsError):
    """matplotlib is not installed."""


def write_figures(figures: dict[str, Any], folder: str | os.PathLike[str]) -> list[Path]:
    """Draw what the figures hold and write each picture as PNG.

    Parameters
    ----------
    figures : dict
        As :func:`spamsms.training.evaluate.evaluate_model` returns them.
    folder : path
        Made where needed.

    Returns
    -------
    list of Path
        The files written: ``reliability``, ``recall_by_false_positives``,
        ``wanted_flagged_by_kind``, ``recall_by_kind`` and ``kind_confusion``,
        each only where there is something to draw.

    Raises
    ------
    FiguresUnavailableError
        If matplotlib is not installed.
    OSError
        If the files cannot be written.
    """
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, figure in draw_figures(figures):
        path = out / f"{name}.png"
        figure.savefig(path, dpi=DPI)
        written.append(path)
    return written


def draw_figures(figures: dict[str, Any]) -> Iterator[tuple[str, Figure]]:
    """Yield name and picture of each figure that there is something to draw for.

    Raises
    ------
    FiguresUnavailableError
        If matplotlib is not installed.
    """
    check_matplotlib()
    slices = figures["slices"]
    several = _slices_of_both_classes(slices)
    if several:
        yield "reliability", _draw_reliability(several, figures)
    rates = figures.get("curve_rates")
    curves = {name: row for name, row in several.items() if "recall_curve" in row}
    if curves and rates:
        yield "recall_by_false_positives", _draw_curves(curves, rates, figures)
    for name, codes, key, title in (
        ("wanted_flagged_by_kind", WANTED_KINDS, "false_positives", "Wanted messages flagged"),
        ("recall_by_kind", SPAM_KINDS, "recall", "Spam caught"),
    ):
        rows = {code: slices[f"kind {code}"][key] for code in codes if f"kind {code}" in slices}
        if rows:
            yield name, _draw_rates(rows, title, figures)
    if figures.get("kinds"):
        yield "kind_confusion", _draw_confusion(figures["kinds"])


def check_matplotlib() -> None:
    """Say how to install matplotlib where it is missing.

    Raises
    ------
    FiguresUnavailableError
        If it is.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise FiguresUnavailableError(
            'figures are drawn with matplotlib, which is not installed; pip install "spamsms[plots]"'
        ) from None


def _new_figure(
    width: float, height: float, n_panels: int = 1, columns: int = 1
) -> tuple[Figure, list[Axes]]:
    """Return a picture that no window, backend or global of pyplot knows of."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    rows = -(-n_panels // columns)
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel().tolist()
    for unused in panels[n_panels:]:
        unused.set_visible(False)
    for place, ax in enumerate(panels[:n_panels]):
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_axisbelow(True)
        ax.tick_params(labelbottom=place + columns >= n_panels)
    return figure, panels[:n_panels]


def _fonts() -> list[str]:
    """Return fonts for names that may be Chinese, the first that has a character is used."""
    from spamsms.plots import chinese_font

    return ["DejaVu Sans", *filter(None, [chinese_font()])]


def _slices_of_both_classes(slices: dict[str, Any]) -> dict[str, Any]:
    """Return all messages and the sources of which areas are known, the largest first."""
    known = {name: row for name, row in slices.items() if "auc" in row}
    sources = sorted(
        (name for name in known if name.startswith("source ")),
        key=lambda name: -min(known[name]["n_spam"], known[name]["n_wanted"]),
    )
    names = ["all"] * ("all" in known) + sources
    return {name.removeprefix("source "): known[name] for name in names[:MOST_LINES]}


def _draw_reliability(slices: dict[str, Any], figures: dict[str, Any]) -> Figure:
    """Draw the share of spam against the probability, a panel a slice; larger points are more messages."""
    columns = min(len(slices), PANELS_A_ROW)
    n_rows = -(-len(slices) // columns)
    figure, panels = _new_figure(3.1 * columns + 0.4, 3.2 * n_rows + 0.7, len(slices), columns)
    for ax, (name, row), colour in zip(panels, slices.items(), COLOURS, strict=False):
        bins = row["reliability"]
        x, y, n = (np.array([point[key] for point in bins]) for key in ("probability", "spam", "n"))
        rates = [Rate(round(point["spam"] * point["n"]), point["n"]) for point in bins]
        ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", zorder=1)
        ax.errorbar(x, y, yerr=_reaches(rates), color=colour, linewidth=1, elinewidth=0.8, alpha=0.7)
        ax.scatter(x, y, s=4 * np.sqrt(n), color=colour, zorder=3)
        ax.set_title(f"{name} ({row['n_spam'] + row['n_wanted']})", family=_fonts(), fontsize=10, loc="left")
        said = f"ECE {row['ece']:.3f}\nBrier {row['brier']:.3f}"
        ax.text(0.04, 0.96, said, transform=ax.transAxes, va="top", fontsize=9)
        ax.grid(color="#e6e6e6")
    figure.suptitle(f"Reliability of {figures['model']}")
    figure.supxlabel("probability of spam, 15 bins; larger points are more messages", fontsize=10)
    figure.supylabel("share of spam (whiskers: Wilson 95 %)", fontsize=10)
    return figure


def _reaches(rates: list[Rate]) -> Any:
    """Return how far the intervals reach below and above their rates, shape (2, n)."""
    bounds = np.array([rate.interval for rate in rates]).reshape(-1, 2)
    values = np.array([rate.value for rate in rates])
    return np.maximum([values - bounds[:, 0], bounds[:, 1] - values], 0)


def _draw_curves(slices: dict[str, Any], rates: list[float], figures: dict[str, Any]) -> Figure:
    """Draw recall against false positives, from where one wanted message is that share on."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    figure, (ax,) = _new_figure(7, 5)
    for (name, row), colour in zip(slices.items(), COLOURS, strict=False):
        shown = [place for place, rate in enumerate(rates) if rate * row["n_wanted"] >= 1]
        x = [rates[place] for place in shown]
        y = [row["recall_curve"][place] for place in shown]
        bounds = [Rate(round(value * row["n_spam"]), row["n_spam"]).interval for value in y]
        label = f"{name}: AUC {row['auc']['value']:.4f}, {row['n_spam']} spam, {row['n_wanted']} wanted"
        ax.plot(x, y, color=colour, marker="o", markersize=3, linewidth=1.3, label=label)
        ax.fill_between(
            x, [low for low, _ in bounds], [high for _, high in bounds], color=colour, alpha=0.12, linewidth=0
        )
    ax.set_xscale("log")
    ax.set_xlim(0.001, 0.2)
    ax.xaxis.set_major_locator(FixedLocator([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
    ax.set_xlabel("wanted messages flagged (from one message on)")
    ax.set_ylabel("spam caught (band: Wilson 95 %)")
    ax.set_title(f"{figures['model']}: spam caught at each rate of false positives", loc="left")
    ax.legend(prop={"family": _fonts(), "size": 8}, frameon=False, loc="lower right")
    ax.grid(color="#e6e6e6")
    return figure


def _draw_rates(rows: dict[str, Any], title: str, figures: dict[str, Any]) -> Figure:
    """Draw a bar with its interval for each kind."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    from spamsms.plots import SPAM_COLOUR, WANTED_COLOUR

    figure, (ax,) = _new_figure(7, 0.36 * len(rows) + 1.3)
    rates = [Rate(row["hits"], row["of"]) for row in rows.values()]
    colour = SPAM_COLOUR if next(iter(rows)) in SPAM_KINDS else WANTED_COLOUR
    places = range(len(rows))
    ax.barh(places, [rate.value for rate in rates], height=0.62, color=colour, alpha=0.55)
    ax.errorbar(
        [rate.value for rate in rates],
        places,
        xerr=_reaches(rates),
        fmt="none",
        color="black",
        capsize=3,
        linewidth=1,
    )
    ax.set_yticks(places, [f"{code}  {KINDS[code]}" for code in rows])
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ends = [rate.interval[1] for rate in rates]
    for place, (rate, end) in enumerate(zip(rates, ends, strict=True)):
        said = f"{100 * rate.value:.1f} %  ({rate.hits} of {rate.total})"
        ax.annotate(said, (end, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8)
    # Room for what stands behind the longest whisker.
    room = max(ends) * 1.36
    ax.set_xticks([tick for tick in MaxNLocator(6).tick_values(0, room) if tick <= min(room, 1)])
    ax.set_xlim(0, room)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))
    ax.set_title(f"{title}, by kind ({figures['model']})", loc="left")
    ax.set_xlabel(f"from a probability of {figures['threshold']:.3f} on (whiskers: Wilson 95 %)")
    ax.grid(axis="x", color="#e6e6e6")
    return figure


def _draw_confusion(kinds: dict[str, Any]) -> Figure:
    """Draw how often each kind was taken for each, as shares of the true kind."""
    counts = kinds["confusion"]
    codes = [code for code in KINDS if code in counts]
    named = [code for code in KINDS if code in counts or any(code in row for row in counts.values())]
    table = np.array([[counts[true].get(code, 0) for code in named] for true in codes], np.float64)
    shares = table / table.sum(axis=1, keepdims=True)
    figure, (ax,) = _new_figure(0.42 * len(named) + 3.2, 0.36 * len(codes) + 1.5)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in zip(*np.nonzero(table), strict=True):
        colour = "white" if shares[row, column] > 0.55 else "black"
        said = f"{table[row, column]:.0f}"
        ax.text(column, row, said, ha="center", va="center", fontsize=7, color=colour)
    ax.set_xticks(range(len(named)), named)
    ax.set_yticks(range(len(codes)), [f"{code}  {KINDS[code]}" for code in codes])
    ax.set_xlabel("kind named")
    ax.set_ylabel("kind by label")
    score = "" if kinds["macro_f1"] is None else f": macro-F1 {kinds['macro_f1']:.3f}"
    ax.set_title(f"Kinds named{score} ({kinds['n']} messages)", loc="left")
    return figure
