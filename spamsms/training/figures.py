"""Draw a model's figures; needs matplotlib (``pip install "spamsms[plots]"``)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spamsms.errors import SpamsmsError
from spamsms.kind_names import SPAM_KINDS, WANTED_KINDS
from spamsms.plots.evaluation import (
    confusion_size,
    plot_kind_confusion,
    plot_recall_curve,
    plot_reliability,
    plot_slices,
    slices_of_both_classes,
)
from spamsms.plots.style import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
    slices, several = figures["slices"], slices_of_both_classes(figures)
    if several:
        yield "reliability", _draw_reliability(list(several), figures)
    if figures.get("curve_rates") and any("recall_curve" in row for row in several.values()):
        figure, (ax,) = _new_figure(7, 5)
        plot_recall_curve(figures, ax)
        yield "recall_by_false_positives", figure
    for name, codes, key in (
        ("wanted_flagged_by_kind", WANTED_KINDS, "false_positives"),
        ("recall_by_kind", SPAM_KINDS, "recall"),
    ):
        names = [f"kind {code}" for code in codes if f"kind {code}" in slices]
        if names:
            figure, (ax,) = _new_figure(7, 0.36 * len(names) + 1.3)
            plot_slices(figures, key, names, ax)
            yield name, figure
    if figures.get("kinds"):
        figure, (ax,) = _new_figure(*confusion_size(figures["kinds"]))
        plot_kind_confusion(figures, ax)
        yield "kind_confusion", figure


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
        ax.tick_params(labelbottom=place + columns >= n_panels)
    return figure, panels[:n_panels]


def _draw_reliability(names: list[str], figures: dict[str, Any]) -> Figure:
    """Draw a panel a slice."""
    columns = min(len(names), PANELS_A_ROW)
    n_rows = -(-len(names) // columns)
    figure, panels = _new_figure(3.1 * columns + 0.4, 3.2 * n_rows + 0.7, len(names), columns)
    for ax, name, colour in zip(panels, names, COLOURS, strict=False):
        plot_reliability(figures, name, ax, colour)
        ax.set_xlabel("")
        ax.set_ylabel("")
    figure.suptitle(f"Reliability of {figures['model']}")
    figure.supxlabel("probability of spam, 15 bins; larger points are more messages", fontsize=10)
    figure.supylabel("share of spam (whiskers: Wilson 95 %)", fontsize=10)
    return figure
