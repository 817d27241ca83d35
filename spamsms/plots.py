"""Draw verdicts; needs matplotlib (``pip install "spamsms[plots]"``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spamsms.verdict import Verdict

# Fonts with Chinese characters on the usual systems, the first that is there is used.
CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
    "Arial Unicode MS",
)
SPAM_COLOUR, WANTED_COLOUR = "#c0392b", "#1e8449"


def chinese_font() -> str | None:
    """Return the name of an installed font with Chinese characters, None where there is none."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in installed), None)


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
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=(7, 0.34 * (top + 3) + 1), layout="constrained")
    evidence = list(verdict.evidence)
    bars = [(item.text, item.contribution) for item in evidence[:top]]
    rest = evidence[top:]
    if rest:
        bars.append((f"{len(rest)} more words", sum(item.contribution for item in rest)))
    bars.append(("intercept", verdict.log_odds - sum(item.contribution for item in evidence)))
    font: dict[str, Any] = {"fontname": name} if (name := chinese_font()) else {}
    names, values = [name for name, _ in bars], [value for _, value in bars]
    places = range(len(bars))
    ax.barh(places, values, color=[SPAM_COLOUR if value > 0 else WANTED_COLOUR for value in values])
    ax.set_yticks(places, names, **font)
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
    ax.set_title(f"{text}\n{said}", loc="left", fontsize=11, **font)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
