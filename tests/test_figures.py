from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spamsms.plots import chinese_font
from spamsms.training.evaluate import CURVE_RATES
from spamsms.training.figures import FiguresUnavailableError, draw_figures, write_figures

NAMES = [
    "reliability",
    "recall_by_false_positives",
    "wanted_flagged_by_kind",
    "recall_by_kind",
    "kind_confusion",
]


def test_every_picture_is_written_as_png(figures: dict[str, Any], tmp_path: Path) -> None:
    written = write_figures(figures, tmp_path / "made" / "here")
    assert [path.stem for path in written] == NAMES
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written)


def test_bars_are_the_rates_of_the_kinds(figures: dict[str, Any]) -> None:
    picture = dict(draw_figures(figures))["recall_by_kind"]
    ax = picture.axes[0]
    kinds = [label.get_text()[0] for label in ax.get_yticklabels()]
    widths = [bar.get_width() for bar in ax.patches]
    expected = [figures["slices"][f"kind {kind}"]["recall"]["value"] for kind in kinds]
    assert widths == pytest.approx(expected, abs=1e-4)
    assert max(widths) <= ax.get_xlim()[1]


def test_curve_begins_where_one_wanted_message_is_flagged(figures: dict[str, Any]) -> None:
    ax = dict(draw_figures(figures))["recall_by_false_positives"].axes[0]
    row = figures["slices"]["all"]
    x = ax.lines[0].get_xdata().tolist()
    assert x == [rate for rate in CURVE_RATES if rate >= 1 / row["n_wanted"]]
    assert ax.lines[0].get_ydata()[-1] == row["recall_curve"][-1]


def test_only_spam_leaves_only_what_spam_can_show(figures: dict[str, Any]) -> None:
    slices = {
        name: row for name, row in figures["slices"].items() if name.startswith("kind ") and row["n_spam"]
    }
    assert list(dict(draw_figures({**figures, "slices": slices, "kinds": None}))) == ["recall_by_kind"]


def test_figures_written_by_an_older_version_without_curves_are_drawn(figures: dict[str, Any]) -> None:
    older = {key: value for key, value in figures.items() if key != "curve_rates"}
    assert "recall_by_false_positives" not in dict(draw_figures(older))


@pytest.mark.skipif(chinese_font() is None, reason="no font with Chinese characters is installed")
def test_chinese_names_of_sources_are_drawn_with_their_characters(
    figures: dict[str, Any], tmp_path: Path
) -> None:
    slices = {"all": figures["slices"]["all"], "source 收件箱": figures["slices"]["all"]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_figures({**figures, "slices": slices}, tmp_path)


def test_without_matplotlib_the_error_says_what_to_install(
    figures: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(FiguresUnavailableError, match=r'pip install "spamsms\[plots\]"'):
        write_figures(figures, tmp_path)


def test_no_state_of_pyplot_is_touched(run_python: Callable[[str], str]) -> None:
    program = (
        "import sys; from spamsms.training import figures as f; assert 'matplotlib' not in sys.modules;"
        "row = {'recall': {'hits': 1, 'of': 2}};"
        "list(f.draw_figures({'model': 'm', 'threshold': .5, 'slices': {'kind R': row}}));"
        "print('matplotlib.figure' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    assert run_python(program).split() == ["True", "False"]
