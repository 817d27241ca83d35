"""A model's figures for people: as text, and as HTML in notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from spamsms.kind_names import KINDS
from spamsms.training.evaluate import format_rate, format_table

_HEADER = ("slice", "spam", "wanted", "AUC", "recall at 1 %", "recall at 2 %", "recall", "wanted flagged")
_LEFT = "text-align:left;padding:2px 10px"
_RIGHT = "text-align:right;padding:2px 10px;font-variant-numeric:tabular-nums"


@dataclass(frozen=True)
class EvaluationReport:
    """What :func:`spamsms.training.evaluate.evaluate_model` measured, to look at.

    Parameters
    ----------
    figures : dict
        As :func:`~spamsms.training.evaluate.evaluate_model` returns them, or as
        ``metrics.json`` beside a model holds them.

    Examples
    --------
    >>> report = EvaluationReport(evaluate_model(model, test, groups))    # doctest: +SKIP
    >>> print(report)                                                     # doctest: +SKIP
    """

    figures: dict[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return format_table(self.figures)

    def _repr_html_(self) -> str:
        figures = self.figures
        said = (
            f"<b>{escape(figures['model'])}</b> blocks from {figures['threshold']:.3f}, reviews from "
            f"{figures['review_threshold']:.3f} · {figures['n_test']:,} test messages"
        )
        if figures["left_out"]:
            counts = ", ".join(f"{escape(source)} {count:,}" for source, count in figures["left_out"].items())
            said += f"<br>left out because training holds most of them: {counts}"
        kinds = figures.get("kinds")
        if kinds:
            score = "" if kinds["macro_f1"] is None else f"macro-F1 {kinds['macro_f1']:.3f}, "
            said += f"<br>kinds: {score}{100 * kinds['accuracy']:.1f} % of {kinds['n']:,} right"
        rows = "".join(_row("td", _cells(name, row)) for name, row in figures["slices"].items())
        return (
            f"<div><p>{said}</p><table><thead>{_row('th', _HEADER)}</thead><tbody>{rows}</tbody></table>"
            '<p style="font-size:12px;opacity:.75">in brackets: 95 % intervals, Wilson\'s of rates, of AUC '
            "by bootstrap of template groups; recall at 1 % and 2 % of the row's own wanted messages "
            "flagged; recall and wanted flagged at the model's threshold</p></div>"
        )


def _cells(name: str, row: dict[str, Any]) -> list[str]:
    area, at = row.get("auc"), row.get("recall_at_fpr", {})
    kind = KINDS.get(name.removeprefix("kind "), "") if name.startswith("kind ") else ""
    return [
        f"{name}: {kind}" if kind else name,
        f"{row['n_spam']:,}",
        f"{row['n_wanted']:,}",
        f"{area['value']:.4f} ({area['low']:.4f}-{area['high']:.4f})" if area else "",
        format_rate(at.get("0.01")),
        format_rate(at.get("0.02")),
        format_rate(row.get("recall")),
        format_rate(row.get("false_positives"), digits=2),
    ]


def _row(tag: str, cells: Sequence[str]) -> str:
    styles = [_LEFT, *[_RIGHT] * (len(cells) - 1)]
    parts = (
        f'<{tag} style="{style}">{escape(cell)}</{tag}>' for style, cell in zip(styles, cells, strict=True)
    )
    return f"<tr>{''.join(parts)}</tr>"
