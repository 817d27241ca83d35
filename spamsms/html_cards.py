"""Verdicts and models as HTML, for notebooks: no script, no style of the page touched, everything escaped."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from spamsms.kind_names import KINDS

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier
    from spamsms.verdict import Evidence, Verdict

# Characters of a message that are shown; longer ones would make a notebook heavy.
LONGEST_SHOWN = 1500
# Log-odds at which a word's colour is full.
FULL_COLOUR = 1.5
FAINTEST, STRONGEST = 0.08, 0.75
# Below this a word says nothing and stays without colour.
SMALLEST_SHOWN = 0.05
SPAM_RGB, WANTED_RGB = "192,57,43", "30,132,73"
ACTION_COLOURS = {"block": "#c0392b", "review": "#b9770e", "pass": "#1e8449"}
_BOX = (
    "font:14px/1.6 system-ui,'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif;"
    "border:1px solid rgba(128,128,128,.4);border-radius:6px;padding:8px 12px;max-width:760px;margin:4px 0"
)
_SMALL = "font-size:12px;opacity:.75"


def verdict_card(verdict: Verdict) -> str:
    """Return a verdict as HTML: what is done, the message with its words coloured, and by which model.

    Parameters
    ----------
    verdict : Verdict
        Its evidence is worked out where it has not been yet.

    Returns
    -------
    str
        Red words speak for spam, green ones against; the log-odds stand in
        their tooltips. Of a message longer than `LONGEST_SHOWN` the beginning.
    """
    badge = (
        f'<b style="color:#fff;background:{ACTION_COLOURS.get(verdict.action, "#555")};border-radius:4px;'
        f'padding:1px 8px">{_safe(verdict.action)}</b>'
    )
    facts = [f"{_percent(verdict.probability)} spam", f"blocked from {_percent(verdict.threshold)} on"]
    if verdict.kind is not None:
        sure = "" if verdict.kind_probability is None else f" ({_percent(verdict.kind_probability)})"
        facts.append(f"{_safe(verdict.kind)} {_safe(KINDS.get(verdict.kind, ''))}{sure}")
    if verdict.obfuscation:
        facts.append(f"{_percent(verdict.obfuscation)} disguised")
    rule = ""
    if verdict.override is not None:
        over = verdict.override
        said = f"{over.action} by rule {over.rule}: {over.reason}; the model alone: {over.model_action}"
        rule = f"<div>{_safe(said)}</div>"
    signed = f"{_safe(verdict.model)} {_safe(verdict.model_hash)}".strip()
    return (
        f'<div style="{_BOX}"><div>{badge} &nbsp;{" · ".join(facts)}</div>{rule}'
        f'<bdi style="display:block;white-space:pre-wrap;overflow-wrap:anywhere;margin:6px 0">'
        f"{_coloured(verdict.text, verdict.evidence)}</bdi>"
        f'<div style="{_SMALL}"><span style="{_tint(1.0)}">for spam</span> '
        f'<span style="{_tint(-1.0)}">against</span> &nbsp;{signed}</div></div>'
    )


def classifier_card(model: SpamClassifier) -> str | None:
    """Return a model as HTML: name, version, hash, parameters, thresholds and kinds.

    Parameters
    ----------
    model : SpamClassifier
        Fitted or not.

    Returns
    -------
    str or None
        None where scikit-learn was told to show estimators as text.
    """
    loaded = sys.modules.get("sklearn")
    if loaded is not None and loaded.get_config()["display"] != "diagram":
        return None
    fitted = model.__sklearn_is_fitted__()
    title = f"{_safe(model.name_)} {_safe(model.version_)}" if fitted else "not fitted"
    rows = []
    if fitted:
        rows.append(("hash", f"<code>{_safe(model.hash_)}</code>"))
        rows.append(
            ("thresholds", f"blocks from {model.threshold:.3f}, reviews from {model.review_threshold:.3f}")
        )
        head = model.kind_head_
        rows.append(
            (
                "kinds",
                "none"
                if head is None
                else ", ".join(f"{_safe(code)} {_safe(KINDS.get(code, ''))}" for code in head.codes),
            )
        )
    defaults = model._parameters()
    parameters = "".join(
        f"<tr><td>{_safe(name)}</td><td>{_emphasised(value, defaults[name].default)}</td></tr>"
        for name, value in model.get_params().items()
    )
    table = "".join(
        f'<tr><td style="text-align:left;vertical-align:top">{name}</td>'
        f'<td style="text-align:left">{value}</td></tr>'
        for name, value in rows
    )
    return (
        f'<div style="{_BOX}"><b>SpamClassifier</b> &nbsp;{title}'
        f'<table style="margin:4px 0">{table}</table>'
        f'<details><summary style="cursor:pointer">parameters</summary><table>{parameters}</table></details>'
        "</div>"
    )


def _emphasised(value: object, default: object) -> str:
    said = _safe(repr(value))
    return said if value == default else f"<b>{said}</b>"


def _coloured(text: str, evidence: Sequence[Evidence]) -> str:
    """Return the beginning of a text, escaped, its words coloured by what they add."""
    shown = text[:LONGEST_SHOWN]
    left_out = len(text) - len(shown)
    tail = f'<span style="{_SMALL}"> … {left_out:,} more characters</span>' if left_out else ""
    return "".join(_pieces(shown, evidence)) + tail


def _pieces(text: str, evidence: Sequence[Evidence]) -> Iterator[str]:
    """Yield the text piece by piece; where pieces of evidence overlap, what they add is added."""
    bounds = {0, len(text)}
    for item in evidence:
        bounds |= {min(item.start, len(text)), min(item.end, len(text))}
    places = sorted(bounds)
    index = {place: slot for slot, place in enumerate(places)}
    sums = [0.0] * len(places)
    for item in evidence:
        for slot in range(index[min(item.start, len(text))], index[min(item.end, len(text))]):
            sums[slot] += item.contribution
    for slot, (start, end) in enumerate(pairwise(places)):
        piece = _safe(text[start:end])
        if abs(sums[slot]) < SMALLEST_SHOWN:
            yield piece
        else:
            yield f'<span style="{_tint(sums[slot])}" title="{sums[slot]:+.2f} log-odds">{piece}</span>'


def _tint(contribution: float) -> str:
    colour = SPAM_RGB if contribution > 0 else WANTED_RGB
    strength = max(FAINTEST, STRONGEST * min(abs(contribution) / FULL_COLOUR, 1))
    return f"background:rgba({colour},{strength:.2f});border-radius:3px;padding:1px 0"


def _percent(share: float) -> str:
    if 0.999 < share < 1:
        return "&gt;99.9 %"
    return "&lt;0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %"


def _safe(value: object) -> str:
    """Return a value as text that HTML and UTF-8 can carry."""
    return escape(str(value).encode("utf-8", "replace").decode("utf-8"))
