"""A verdict's evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spamsms.plots.style import SPAM_COLOUR, WANTED_COLOUR, drawable, font_family, new_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spamsms.verdict import Verdict


def plot_explanation(verdict: Verdict, top: int = 10, ax: Axes | None = None) -> Axes:
    """Draw what each word adds to a verdict's log-odds.

    Parameters
    ----------
    verdict : Verdict
    top : int, default=10
        Words to show, the strongest; the others and the intercept are one bar each.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    ax = ax or new_axes(7, 0.34 * (top + 3) + 1)
    evidence = list(verdict.evidence)
    bars = [(drawable(item.text), item.contribution) for item in evidence[:top]]
    rest = evidence[top:]
    if rest:
        bars.append((f"{len(rest)} more words", sum(item.contribution for item in rest)))
    bars.append(("intercept", verdict.log_odds - sum(item.contribution for item in evidence)))
    names, values = [name for name, _ in bars], [value for _, value in bars]
    places = range(len(bars))
    ax.barh(places, values, color=[SPAM_COLOUR if value > 0 else WANTED_COLOUR for value in values])
    ax.set_yticks(places, names, family=font_family())
    ax.invert_yaxis()
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_xlabel("log-odds: to the right for spam, to the left against")
    for place, value in zip(places, values, strict=True):
        inward = 3 if value >= 0 else -3
        ax.annotate(
            f"{value:+.2f}",
            (value, place),
            xytext=(inward, 0),
            textcoords="offset points",
            va="center",
            ha="left" if value >= 0 else "right",
            fontsize=8,
        )
    ax.margins(x=0.14)
    text = verdict.text if len(verdict.text) <= 48 else verdict.text[:47] + "…"
    spam = ">99.9%" if verdict.probability > 0.999 else f"{verdict.probability:.1%}"
    said = f"{verdict.action}: {spam} spam (blocked from {verdict.threshold:.1%} on)"
    ax.set_title(f"{drawable(text)}\n{said}", loc="left", fontsize=11, family=font_family())
    return tidy(ax, None)
