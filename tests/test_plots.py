from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import matplotlib
import numpy as np
import pytest
from labelled_corpus import small_data, small_model
from matplotlib.axes import Axes
from sklearn.metrics import det_curve, roc_curve

from spamsms import InputError, plots, triage
from spamsms.plots import style
from spamsms.training.robustness import attack_model

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Figures do not outlive their test."""
    from matplotlib import pyplot

    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def scores() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    labels = (random.random(400) < 0.4).astype(int)
    return labels, np.round(random.normal(1.5 * labels, 1), 1)


def drawn(ax: Axes) -> None:
    """Draw a picture, in which any warning is a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.savefig(BytesIO(), format="png")


def test_roc_goes_through_the_points_of_scikit_learn(scores: tuple[np.ndarray, np.ndarray]) -> None:
    labels, values = scores
    ax = plots.plot_roc(labels, {"one": values, "other": -values})
    flagged, caught, _ = roc_curve(labels, values, drop_intermediate=False)
    shown = flagged > 0
    assert ax.lines[0].get_xdata() == pytest.approx(flagged[shown])
    assert ax.lines[0].get_ydata() == pytest.approx(caught[shown])
    assert [text.get_text()[:4] for text in ax.get_legend().get_texts()] == ["one:", "othe"]
    drawn(ax)


def test_det_goes_through_the_points_of_scikit_learn(scores: tuple[np.ndarray, np.ndarray]) -> None:
    from scipy.stats import norm

    labels, values = scores
    ax = plots.plot_det(labels, values)
    flagged, missed, _ = det_curve(labels, values)
    inside = (flagged > 0) & (flagged < 1) & (missed > 0) & (missed < 1)
    expected = set(zip(norm.ppf(flagged[inside]).round(6), norm.ppf(missed[inside]).round(6), strict=True))
    x, y = ax.lines[0].get_data()
    assert expected <= set(zip(np.round(x, 6), np.round(y, 6), strict=True))
    drawn(ax)


def test_dearer_blocked_messages_ask_for_higher_thresholds(scores: tuple[np.ndarray, np.ndarray]) -> None:
    labels, values = scores
    probabilities = 1 / (1 + np.exp(-values))
    ax = plots.plot_costs(labels, probabilities, (1, 5, 50), threshold=0.7)
    best = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert best == sorted(best)
    assert best[0] < best[-1]
    # Blocking nothing costs one; no line ends dearer.
    assert all(line.get_ydata()[-1] == pytest.approx(1) for line in ax.lines if len(line.get_xdata()) > 100)
    drawn(ax)


def test_scores_that_do_not_fit_the_labels_are_refused(scores: tuple[np.ndarray, np.ndarray]) -> None:
    labels, values = scores
    with pytest.raises(InputError, match="y has 399 entries for 400 texts"):
        plots.plot_roc(labels[:-1], values)
    with pytest.raises(InputError, match="at most 6 models can be told apart, not 7"):
        plots.plot_roc(labels, {str(number): values for number in range(7)})


def test_figures_of_an_evaluation_are_drawn_on_the_axes_given(figures: dict[str, Any]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 10))
    panels = figure.subplots(2, 3).ravel()
    assert plots.plot_reliability(figures, ax=panels[0]) is panels[0]
    assert plots.plot_recall_curve(figures, panels[1]) is panels[1]
    assert plots.plot_slices(figures, ax=panels[2]) is panels[2]
    assert plots.plot_slices(figures, "false_positives", ["all"], panels[3]) is panels[3]
    assert plots.plot_kind_confusion(figures, panels[4]) is panels[4]
    assert plots.plot_score_histogram({"spam": [1, 3], "wanted": [4, 0]}, 0.5, panels[5]) is panels[5]
    drawn(panels[0])
    assert len(panels[3].patches) == 1


def test_slices_that_are_not_there_are_named_with_those_that_are(figures: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"slice 'source nobody' has no reliability; these have: all"):
        plots.plot_reliability(figures, "source nobody")
    with pytest.raises(InputError, match="no slice has the figure 'recall'"):
        plots.plot_slices({**figures, "slices": {}})
    with pytest.raises(InputError, match="hold no kinds"):
        plots.plot_kind_confusion({**figures, "kinds": None})


def test_attacks_are_drawn_worst_first() -> None:
    data = small_data()
    few = np.arange(len(data.test)) % 5 == 0
    measured = attack_model(small_model(), data.test.select(few), data.test_groups[few])
    ax = plots.plot_attacks(measured)
    assert ax.get_yticklabels()[0].get_text() == measured["worst"].replace("_", " ")
    drops = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert drops == sorted(drops, reverse=True)
    drawn(ax)


def test_complaints_a_day_and_the_surge_are_drawn() -> None:
    import pandas as pd

    start = datetime(2025, 11, 1, 9)
    days = [start + timedelta(days=day) for day in range(9) for _ in range(3 if day < 8 else 40)]
    frame = pd.DataFrame({"text": "【好物】满减五折，退订回T", "reported_at": days, "sender": "106900001"})
    result = triage(frame, small_model())
    ax = plots.plot_timeline(result.timeline)
    heights = sum(np.array([bar.get_height() for bar in bars]) for bars in ax.containers)
    assert heights.tolist() == [3] * 8 + [40]
    assert plots.plot_timeline(result.tables["timeline"]).get_ylim() == ax.get_ylim()
    drawn(ax)
    complaints = result.complaints
    ax = plots.plot_scores_over_time(
        [*complaints.reported_at, pd.NaT],
        [*complaints.probability, 0.5],
        0.9,
        result.summary["surge_days"],
    )
    assert np.ma.sum(ax.collections[0].get_array()) == len(days)
    drawn(ax)
    drawn(plots.plot_shares(result.signatures, "signature"))
    with pytest.raises(InputError, match="no message has a time"):
        plots.plot_scores_over_time([pd.NaT], [0.5], 0.9)


def test_characters_that_no_font_has_are_boxes_and_cause_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "chinese_font", lambda: None)
    assert style.drawable("退订 T\n$5") == "□□ T\n\\$5"
    ax = plots.plot_explanation(small_model().classify("恭喜中奖🎉速领$100，退订回T"))
    assert "□" in ax.get_title(loc="left")
    drawn(ax)


@pytest.mark.skipif(plots.chinese_font() is None, reason="no font with Chinese characters is installed")
def test_chinese_is_drawn_where_a_font_has_it() -> None:
    assert style.drawable("退订🫨") == "退订□"
    drawn(plots.plot_rates({"退订": {"hits": 1, "of": 3}}))


def test_importing_the_plots_does_not_import_matplotlib(run_python: Callable[[str], str]) -> None:
    assert "matplotlib" in sys.modules
    assert run_python("import sys, spamsms.plots; print('matplotlib' in sys.modules)").strip() == "False"
