"""What measuring a batch found, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from spamsms.kinds import KINDS as KIND_TITLES
from spamsms.training.batch_drift import TITLES, BatchDrift, MeasuredChange, count_of, format_value
from spamsms.training.batch_reference import KINDS, SCORE
from spamsms.training.suggest import Suggestion

_STYLE = """\
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0 } td, th { padding: .25em .8em; text-align: left }
tr { border-bottom: 1px solid #ddd } td.number { text-align: right; font-variant-numeric: tabular-nums }
.large { color: #c0392b; font-weight: bold } .moderate { color: #b9770e; font-weight: bold }
.chance { color: #777 } .advice { font-size: 1.2em } .bar { display: inline-block; height: .7em }
.reference { background: #0072b2 } .batch { background: #d55e00 }"""
# Width of a bar that stands for all messages, in em.
_WHOLE = 30


def drift_values(drift: BatchDrift) -> dict[str, Any]:
    """Return what was found as JSON values."""
    return {
        "advice": drift.advice,
        "sentence": drift.sentence,
        "n_messages": drift.n_messages,
        "n_templates": drift.n_templates,
        "reference": {
            "model": drift.reference.model,
            "model_hash": drift.reference.model_hash,
            "origin": drift.reference.origin,
            "n_messages": drift.reference.n_messages,
            "n_templates": drift.reference.n_templates,
        },
        "measures": {name: _measure_values(item) for name, item in drift.measures.items()},
        "look_at": [
            {
                "row": item.row,
                "text": item.text,
                "probability": round(item.probability, 5),
                "reason": item.detail,
                "group_size": item.group_size,
            }
            for item in drift.look_at
        ],
    }


def _measure_values(item: MeasuredChange) -> dict[str, Any]:
    values: dict[str, Any] = {
        "level": item.level,
        "psi": round(item.psi, 5),
        "expected_by_chance": round(item.expected, 5),
        "limit_of_chance": round(item.limit, 5),
        "bins": list(item.batch.bins),
        "reference": list(item.reference.counts),
        "batch": list(item.batch.counts),
    }
    if item.difference is not None:
        change, low, high = (round(value, 5) for value in item.difference)
        values["means"] = {"reference": round(item.reference.mean, 5), "batch": round(item.batch.mean, 5)}
        values["difference"] = {"value": change, "low": low, "high": high}
    return values


def format_drift_text(drift: BatchDrift, name: str, lines: list[int] | None = None) -> str:
    """Return what was found as text.

    Parameters
    ----------
    drift : BatchDrift
    name : str
        Of the batch.
    lines : list of int, optional
        Line of each row of the batch.
    """
    rows = [drift.sentence, "", _what_with_what(drift, name), ""]
    rows.append(
        f"{'':<20}{'reference':>10}{'batch':>10}  {'difference (95 %)':<28}{'PSI':>6}  "
        f"{'by chance to':<14}change"
    )
    for key, item in drift.measures.items():
        cells = _cells(key, item)
        rows.append(
            f"{TITLES[key]:<20}{cells[0]:>10}{cells[1]:>10}  {cells[2]:<28}{item.psi:>6.3f}  "
            f"{item.limit:<14.3f}{item.level}"
        )
    if KINDS in drift.measures:
        rows += ["", "kinds that changed most:"]
        for code, before, after in _kind_shares(drift.measures[KINDS])[:5]:
            title = KIND_TITLES.get(code, "")
            rows.append(f"  {code} {title:<30}{100 * before:>6.1f} %{100 * after:>8.1f} %")
    if drift.look_at:
        rows += ["", "look at these first (spamsms suggest lists more):"]
        for found in drift.look_at:
            rows.append(f"  {name}:{_line_of(found, lines)}: {found.text}  [{found.detail}]")
    return "\n".join(rows) + "\n"


def _what_with_what(drift: BatchDrift, name: str) -> str:
    reference = drift.reference
    return (
        f"{name}: {count_of(drift.n_messages, 'message')} of {count_of(drift.n_templates, 'template')}, "
        "each counted once, "
        f"against {reference.n_templates:,} of {reference.origin} "
        f"(model {reference.model}, {reference.model_hash})"
    )


def _line_of(found: Suggestion, lines: list[int] | None) -> int:
    return found.row + 1 if lines is None else lines[found.row]


def _cells(name: str, item: MeasuredChange) -> tuple[str, str, str]:
    """Return the means and their difference; nothing of kinds, which have none."""
    if item.difference is None:
        return "", "", ""
    value, low, high = (format_value(name, number, "+") for number in item.difference)
    return (
        format_value(name, item.reference.mean),
        format_value(name, item.batch.mean),
        f"{value} ({low} to {high})",
    )


def _kind_shares(item: MeasuredChange) -> list[tuple[str, float, float]]:
    """Return code, share before and share now of each kind, the largest change first."""
    shares = _named_shares(map(str, item.batch.bins), item)
    return sorted(shares, key=lambda row: (-abs(row[2] - row[1]), row[0]))


def _named_shares(names: Iterable[str], item: MeasuredChange) -> list[tuple[str, float, float]]:
    """Return the name of each bin with its share before and its share now."""
    n_old, n_new = sum(item.reference.counts), sum(item.batch.counts)
    counts = zip(names, item.reference.counts, item.batch.counts, strict=True)
    return [(name, old / n_old, new / n_new) for name, old, new in counts]


def format_drift_html(drift: BatchDrift, name: str, lines: list[int] | None = None) -> str:
    """Return what was found as a page of its own; arguments as of :func:`format_drift_text`."""
    parts = [
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">',
        f"<title>Drift of {escape(name)}</title>\n<style>\n{_STYLE}\n</style>",
        f"<h1>Drift of {escape(name)}</h1>",
        f'<p class="advice">{escape(drift.sentence)}</p>\n<p>{escape(_what_with_what(drift, name))}</p>',
        _html_table(drift),
    ]
    if SCORE in drift.measures:
        item = drift.measures[SCORE]
        bounds = [f"{bound:.1f}" for bound in item.batch.bins]
        names = [f"up to {bound}" for bound in bounds] + [f"above {bounds[-1]}" if bounds else "all"]
        parts.append(_html_bars("Scores (log-odds)", _named_shares(names, item)))
    if KINDS in drift.measures:
        rows = _kind_shares(drift.measures[KINDS])
        titled = [(f"{code} {KIND_TITLES.get(code, '')}", before, after) for code, before, after in rows]
        parts.append(_html_bars("Kinds", titled))
    if drift.look_at:
        parts.append(
            "<h2>Look at these first</h2>\n<table>\n<tr><th>line<th>message<th>why<th>stands for</tr>"
        )
        for found in drift.look_at:
            parts.append(
                f'<tr><td class="number">{_line_of(found, lines)}<td>{escape(found.text)}'
                f'<td>{escape(found.detail)}<td class="number">{found.group_size}</tr>'
            )
        parts.append("</table>")
    return "\n".join(parts) + "\n</html>\n"


def _html_table(drift: BatchDrift) -> str:
    heads = ("", "reference", "batch", "difference (95 %)", "PSI", "by chance up to", "change")
    rows = ["<table>\n<tr>" + "".join(f"<th>{head}" for head in heads) + "</tr>"]
    for name, item in drift.measures.items():
        cells = (*_cells(name, item), f"{item.psi:.3f}", f"{item.limit:.3f}")
        numbers = "".join(f'<td class="number">{cell}' for cell in cells)
        rows.append(f'<tr><td>{TITLES[name]}{numbers}<td class="{item.level}">{item.level}</tr>')
    return "\n".join(rows) + "\n</table>"


def _html_bars(title: str, rows: list[tuple[str, float, float]]) -> str:
    bars = [f"<h2>{escape(title)}</h2>\n<table>\n<tr><th><th>reference above, batch below</tr>"]
    for name, before, after in rows:
        drawn = "<br>".join(
            f'<span class="bar {side}" style="width: {_WHOLE * share:.2f}em"></span> {share:.1%}'
            for side, share in (("reference", before), ("batch", after))
        )
        bars.append(f"<tr><td>{escape(name)}<td>{drawn}</tr>")
    return "\n".join(bars) + "\n</table>"
