"""Draw verdicts; needs matplotlib (``pip install "spamsms[plots]"``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spamsms.training.batch_drift import BatchDrift
    from spamsms.training.gate import Comparison
    from spamsms.training.learning_curves import LearningCurve
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
FEWEST_DRAWN = 20
SPAM_COLOUR, WANTED_COLOUR = "#c0392b", "#1e8449"
# Told apart by the colour-blind too (Okabe & Ito 2008).
REFERENCE_COLOUR, BATCH_COLOUR = "#0072b2", "#d55e00"


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


def plot_score_drift(drift: BatchDrift, ax: Axes | None = None) -> Axes:
    """Draw how a batch's scores fall on tenths of the reference.

    Parameters
    ----------
    drift : BatchDrift
        Of :func:`spamsms.training.batch_drift.measure_drift`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    item = drift.measures["score"]
    bounds = [f"{bound:.1f}" for bound in item.batch.bins]
    names = [f"≤ {bound}" for bound in bounds] + ([f"> {bounds[-1]}"] if bounds else ["all"])
    ax = _paired_bars(names, item.reference.counts, item.batch.counts, ax)
    ax.set_ylabel("log-odds of spam, tenths of the reference")
    ax.set_title(f"Scores: PSI {item.psi:.2f}, by chance up to {item.limit:.2f} ({item.level})", loc="left")
    return ax


def plot_kind_drift(drift: BatchDrift, ax: Axes | None = None) -> Axes:
    """Draw the shares of kinds in the reference and in a batch.

    Parameters
    ----------
    drift : BatchDrift
        Of :func:`spamsms.training.batch_drift.measure_drift`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If the model names no kinds.
    """
    from spamsms.errors import InputError
    from spamsms.kinds import KINDS

    if "kinds" not in drift.measures:
        raise InputError("the model names no kinds, so there are none to draw")
    item = drift.measures["kinds"]
    names = [f"{code} {KINDS.get(code, '')}" for code in item.batch.bins]
    ax = _paired_bars(names, item.reference.counts, item.batch.counts, ax)
    ax.set_title(f"Kinds: PSI {item.psi:.2f}, by chance up to {item.limit:.2f} ({item.level})", loc="left")
    return ax


def _paired_bars(names: list[str], old: Sequence[int], new: Sequence[int], ax: Axes | None) -> Axes:
    """Draw the shares of reference and batch side by side."""
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=(7, 0.36 * len(names) + 1.4), layout="constrained")
    sides = ((old, REFERENCE_COLOUR, "reference", -0.2), (new, BATCH_COLOUR, "batch", 0.2))
    for counts, colour, side, shift in sides:
        shares = [100 * count / max(sum(counts), 1) for count in counts]
        places = [place + shift for place in range(len(names))]
        ax.barh(places, shares, height=0.38, color=colour, label=f"{side} ({sum(counts):,})")
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlabel("share of templates, %")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_comparison(comparison: Comparison, figure: str = "recall", ax: Axes | None = None) -> Axes:
    """Draw how a figure of a new model differs from the old one's, slice by slice, with intervals.

    Parameters
    ----------
    comparison : spamsms.training.gate.Comparison
    figure : {"recall", "false_positives", "auc", "partial_auc"}, default="recall"
        Slices that have fewer than `FEWEST_DRAWN` messages for it are left out:
        their intervals would leave no room for the others.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    from spamsms.training.gate import FIGURES, RISES_FOR_THE_WORSE

    rows = {
        name: part.figures[figure]
        for name, part in comparison.slices.items()
        if figure in part.figures and part.n_messages(figure) >= FEWEST_DRAWN
    }
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=(7, 0.26 * len(rows) + 1.2), layout="constrained")
    scale = 1 if figure.endswith("auc") else 100
    for place, change in enumerate(rows.values()):
        colour = "#707070"
        if change.excludes_zero:
            worse = (change.value > 0) == (figure in RISES_FOR_THE_WORSE)
            colour = SPAM_COLOUR if worse else WANTED_COLOUR
        ax.plot([scale * change.low, scale * change.high], [place, place], color=colour, linewidth=1.4)
        ax.plot([scale * change.value], [place], "o", color=colour, markersize=4.5)
    font: dict[str, Any] = {"fontname": name} if (name := chinese_font()) else {}
    ax.set_yticks(range(len(rows)), list(rows), fontsize=8, **font)
    ax.invert_yaxis()
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_xlabel(f"{FIGURES[figure]}, new less old" + (" (points)" if scale == 100 else ""))
    ax.grid(axis="x", color="#e6e6e6")
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_learning_curve(curve: LearningCurve, figure: str = "auc", ax: Axes | None = None) -> Axes:
    """Draw what labels of a new source are worth to three models, with intervals.

    Parameters
    ----------
    curve : spamsms.training.learning_curves.LearningCurve
    figure : {"auc", "partial_auc"}, default="auc"
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
    """
    from spamsms.training.learning_curves import ADAPTED, SCRATCH, UNADAPTED

    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    sizes = [point.n_labels for point in curve.points]
    for model, colour, style in (
        (UNADAPTED, "#707070", "--"),
        (SCRATCH, BATCH_COLOUR, "s-"),
        (ADAPTED, REFERENCE_COLOUR, "o-"),
    ):
        row = [point.areas[figure][model] for point in curve.points]
        ax.plot(sizes, [item.value for item in row], style, color=colour, label=model)
        low, high = [item.low for item in row], [item.high for item in row]
        ax.fill_between(sizes, low, high, color=colour, alpha=0.13, linewidth=0)
    ax.set_xscale("log")
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.minorticks_off()
    font: dict[str, Any] = {"fontname": name} if (name := chinese_font()) else {}
    title = {"auc": "AUC", "partial_auc": "AUC up to 5 % false positives"}[figure]
    ax.set_title(f"{curve.source}, never trained on", loc="left", **font)
    ax.set_xlabel("labels of the new source")
    ax.set_ylabel(f"{title} on its test groups")
    ax.grid(axis="y", color="#e6e6e6")
    ax.set_axisbelow(True)
    ax.legend(frameon=False, loc="lower right")
    ax.spines[["top", "right"]].set_visible(False)
    return ax
