"""A comparison of two models as text, as a page and as a picture."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from spamsms.training.flips import explain_flips, flip_kind
from spamsms.training.gate import FIGURES, Comparison, SliceChange
from spamsms.training.paired import Difference

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spamsms.classifier import SpamClassifier

FLIPS_SHOWN = 10
FLIPS_ON_PAGE = 200
PICTURED = ("recall", "false_positives")
STYLE = """\
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; color: #222 }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #ddd; vertical-align: top }
th:first-child, td:first-child, .words { text-align: left }
.worse { color: #c0392b } .better { color: #1e8449 } .low { color: #777 }
svg { max-width: 100%; height: auto }"""


def format_comparison(comparison: Comparison) -> str:
    """Return a comparison as text: the models, a line a slice, the flips' counts, the verdict and why."""
    head = f"{'slice':<22}{'spam':>6}{'wanted':>8}  {'spam caught':<20}{'change':<26}"
    lines = [
        *(f"{which}  {_model(model)}" for which, model in (("old", comparison.old), ("new", comparison.new))),
        f"{_size(comparison)}; changes in points, {_levels(comparison)}",
        "",
        f"{head}{'wanted flagged':<20}{'change':<26}AUC",
    ]
    for name, change in comparison.slices.items():
        cells = [
            f"{format_rates(change.figures.get(figure)):<20}{format_points(change.figures.get(figure)):<26}"
            for figure in PICTURED
        ]
        lines.append(
            f"{name:<22}{change.n_spam:>6}{change.n_wanted:>8}  {''.join(cells)}"
            f"{format_area(change.figures.get('auc'))}".rstrip()
        )
    lines += ["", _flips_line(comparison), "", f"verdict: {comparison.verdict}"]
    return "\n".join([*lines, *(f"  {reason}" for reason in comparison.reasons)])


def _flips_line(comparison: Comparison) -> str:
    counts = Counter(map(flip_kind, comparison.flips))
    said = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    return f"decided differently: {len(comparison.flips)}" + (f" ({said})" if said else "")


def _size(comparison: Comparison) -> str:
    return f"{comparison.n_rows:,} messages of {comparison.n_groups:,} template groups"


def _levels(comparison: Comparison) -> str:
    rules = comparison.rules
    return f"with {rules.confidence:.1%} intervals for all and {rules.slice_confidence:.1%} for the others"


def _model(model: dict[str, Any]) -> str:
    return f"{model['name']} {model['version']} ({model['hash']}), blocks from {model['threshold']:.3f}"


def format_rates(change: Difference | None) -> str:
    """Return a rate of either model."""
    return "" if change is None else f"{change.old:.2%} -> {change.new:.2%}"


def format_points(change: Difference | None) -> str:
    """Return the change of a rate in points, with its interval."""
    if change is None:
        return ""
    return f"{100 * change.value:+.2f} ({100 * change.low:+.2f} to {100 * change.high:+.2f})"


def format_area(change: Difference | None) -> str:
    """Return the change of an area with its interval."""
    return "" if change is None else f"{change.value:+.4f} ({change.low:+.4f} to {change.high:+.4f})"


def format_flips(
    comparison: Comparison, old: SpamClassifier, new: SpamClassifier, shown: int = FLIPS_SHOWN
) -> str:
    """Return the worst flips with the words that each model's score rests on."""
    lines = []
    for flip in explain_flips(comparison.flips[:shown], old, new):
        change = f"{flip['old_probability']:.1%} -> {flip['new_probability']:.1%}"
        text = " ".join(flip["text"].split())
        lines.append(f"{flip['flip']}  {change}  {flip['file']}:{flip['line']}  {text}")
        lines += [f"    {which}  {_words(flip[f'{which}_evidence'])}" for which in ("old", "new")]
    if len(comparison.flips) > shown:
        lines.append(f"... and {len(comparison.flips) - shown} more")
    return "\n".join(lines)


def _words(evidence: Sequence[dict[str, Any]]) -> str:
    return "  ".join(f"{item['contribution']:+.2f} {' '.join(item['text'].split())}" for item in evidence)


def draw_comparison(comparison: Comparison) -> Figure:
    """Return a picture of the changes on every slice, recall beside wanted messages flagged.

    Raises
    ------
    FiguresUnavailableError
        If matplotlib is not installed.
    """
    from spamsms.plots.comparisons import plot_comparison
    from spamsms.training.figures import check_matplotlib

    check_matplotlib()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 0.26 * len(comparison.slices) + 1.6), layout="constrained")
    for ax, name in zip(figure.subplots(1, 2), PICTURED, strict=True):
        plot_comparison(comparison, name, ax)
    old, new = (f"{model['name']} {model['version']}" for model in (comparison.old, comparison.new))
    figure.suptitle(f"{new} against {old}: {comparison.verdict}")
    return figure


def render_page(comparison: Comparison, old: SpamClassifier, new: SpamClassifier) -> str:
    """Return a comparison as an HTML page that needs no other file; with a picture where matplotlib is."""
    title = f"{comparison.new['name']} {comparison.new['version']}: {comparison.verdict}"
    colour = comparison.verdict if comparison.verdict in ("better", "worse") else "low"
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in comparison.reasons)
    models = "".join(
        f"<li>{which}: {escape(_model(model))}</li>"
        for which, model in (("old", comparison.old), ("new", comparison.new))
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>\n"
        f'<h1>Verdict: <span class="{colour}">{comparison.verdict}</span></h1>\n<ul>{reasons}</ul>\n'
        f"<ul>{models}<li>{_size(comparison)}</li></ul>\n"
        f"{_picture(comparison)}\n{_slices_table(comparison)}\n"
        f"<h2>{escape(_flips_line(comparison))}</h2>\n{_flips_table(comparison, old, new)}\n</body></html>\n"
    )


def _picture(comparison: Comparison) -> str:
    from spamsms.training.figures import FiguresUnavailableError

    try:
        figure = draw_comparison(comparison)
    except FiguresUnavailableError:
        return ""
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    return "<svg" + drawn.getvalue().partition("<svg")[2]


def _slices_table(comparison: Comparison) -> str:
    names = (
        "slice",
        "spam",
        "wanted",
        "spam caught",
        "change",
        "wanted flagged",
        "change",
        "AUC",
        "AUC to 5 %",
    )
    rows = [_row("th", names), *(_row("td", _cells(*item)) for item in comparison.slices.items())]
    levels = (
        f"{comparison.rules.confidence:.1%} intervals for all, {comparison.rules.slice_confidence:.1%} others"
    )
    return f"<table>{''.join(rows)}</table><p class='low'>Changes in points; {levels}.</p>"


def _cells(name: str, change: SliceChange) -> list[str]:
    rates = [change.figures.get(figure) for figure in PICTURED]
    shown = [form(rate) for rate in rates for form in (format_rates, format_points)]
    areas = [format_area(change.figures.get(figure)) for figure in FIGURES if figure.endswith("auc")]
    return [name, str(change.n_spam), str(change.n_wanted), *shown, *areas]


def _flips_table(comparison: Comparison, old: SpamClassifier, new: SpamClassifier) -> str:
    rows = [_row("th", ("message", "", "old", "new", "words of the old", "words of the new"))]
    for flip in explain_flips(comparison.flips[:FLIPS_ON_PAGE], old, new):
        kind = f"<td class='{'better' if flip['right'] else 'worse'}'>{escape(flip['flip'])}</td>"
        shares = (f"<td>{flip[f'{which}_probability']:.1%}</td>" for which in ("old", "new"))
        words = (
            f"<td class='words'>{escape(_words(flip[f'{which}_evidence']))}</td>" for which in ("old", "new")
        )
        rows.append(f"<tr><td>{escape(flip['text'])}</td>{kind}{''.join(shares)}{''.join(words)}</tr>")
    left = len(comparison.flips) - FLIPS_ON_PAGE
    more = f"<p class='low'>and {left} more</p>" if left > 0 else ""
    return f"<table>{''.join(rows)}</table>{more}" if comparison.flips else ""


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
