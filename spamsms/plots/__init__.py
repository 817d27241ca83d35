"""Draw verdicts, figures and complaints; needs matplotlib (``pip install "spamsms[plots]"``).

Every function takes the axes to draw on, or makes a figure, and returns the axes.
matplotlib is imported when something is drawn.
"""

from __future__ import annotations

from spamsms.plots.attacks import plot_attacks
from spamsms.plots.comparisons import FEWEST_DRAWN, plot_comparison, plot_learning_curve
from spamsms.plots.complaints import plot_scores_over_time, plot_shares, plot_timeline
from spamsms.plots.drift import plot_kind_drift, plot_score_drift
from spamsms.plots.evaluation import (
    plot_kind_confusion,
    plot_rates,
    plot_recall_curve,
    plot_reliability,
    plot_slices,
)
from spamsms.plots.scores import plot_costs, plot_det, plot_roc, plot_score_histogram
from spamsms.plots.style import CHINESE_FONTS, chinese_font, font_family
from spamsms.plots.verdicts import plot_explanation

__all__ = [
    "CHINESE_FONTS",
    "FEWEST_DRAWN",
    "chinese_font",
    "font_family",
    "plot_attacks",
    "plot_comparison",
    "plot_costs",
    "plot_det",
    "plot_explanation",
    "plot_kind_confusion",
    "plot_kind_drift",
    "plot_learning_curve",
    "plot_rates",
    "plot_recall_curve",
    "plot_reliability",
    "plot_roc",
    "plot_score_drift",
    "plot_score_histogram",
    "plot_scores_over_time",
    "plot_shares",
    "plot_slices",
    "plot_timeline",
]
