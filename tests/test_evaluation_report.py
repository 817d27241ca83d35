from __future__ import annotations

import re
from typing import Any

from labelled_corpus import small_data, small_model

from spamsms.training.evaluate import format_table
from spamsms.training.evaluation_report import EvaluationReport
from spamsms.training.train import TrainingResult


def test_html_table_has_a_row_a_slice_with_the_counts_of_the_figures(figures: dict[str, Any]) -> None:
    figures = {**figures, "left_out": {"<b>": 3}}
    report = EvaluationReport(figures)
    markup = report._repr_html_()
    assert "&lt;b&gt; 3" in markup
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", markup)[1:]]
    assert [row[0].split(":")[0] for row in cells] == list(figures["slices"])
    assert "kind R: retail" in [row[0] for row in cells]
    assert [row[1] for row in cells] == [f"{row['n_spam']:,}" for row in figures["slices"].values()]
    assert str(report) == format_table(figures)
    assert TrainingResult(small_model(), small_data(), figures)._repr_html_() == markup


def test_text_table_keeps_its_columns_apart(figures: dict[str, Any]) -> None:
    whole = {**figures["slices"]["all"], "auc": {"value": 0.99, "low": 0.98, "high": 0.995}}
    table = format_table({**figures, "slices": {"all": whole}})
    heading, row = (line for line in table.splitlines() if line[:5] in ("slice", "all  "))
    assert "0.9900 (0.9800-0.9950)  " in row
    assert heading.index("recall at") == row.index(")  ") + 3


def test_slices_of_one_class_leave_cells_empty_and_names_are_escaped() -> None:
    row = {"n_spam": 2, "n_wanted": 0, "recall": {"value": 0.5, "low": 0.1, "high": 0.9, "hits": 1, "of": 2}}
    figures = {"model": "<i>", "threshold": 0.5, "review_threshold": 0.1, "n_test": 2, "left_out": {}}
    markup = EvaluationReport({**figures, "slices": {"source <script>": row}})._repr_html_()
    assert "<script>" not in markup
    assert "<i>" not in markup
    assert "50.0 % (10.0-90.0)" in markup
