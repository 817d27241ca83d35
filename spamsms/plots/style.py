"""Colours, axes and fonts that all pictures share."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
# It comes with matplotlib.
LATIN_FONT = "DejaVu Sans"
# What stands for a character that no font has.
MISSING = "□"
SPAM_COLOUR, WANTED_COLOUR = "#c0392b", "#1e8449"
# Told apart by the colour-blind too (Okabe & Ito 2008).
REFERENCE_COLOUR, BATCH_COLOUR = "#0072b2", "#d55e00"
# The same authors'; the first is kept for all messages together.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
GREY, PALE = "#808080", "#e6e6e6"


def chinese_font() -> str | None:
    """Return the name of an installed font with Chinese characters, None where there is none."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in installed), None)


def font_family() -> list[str]:
    """Return the fonts for text that may be Chinese; the first that has a character draws it."""
    return [LATIN_FONT, *filter(None, [chinese_font()])]


def drawable(text: str) -> str:
    """Return a text with `MISSING` for what no font of :func:`font_family` has.

    matplotlib would draw the same, and warn of each of these characters.
    """
    known: set[int] = set().union(*(_characters_of(name) for name in font_family()))
    shown = "".join(
        character if ord(character) in known or character == "\n" else MISSING for character in text
    )
    # A dollar sign would start a formula.
    return shown.replace("$", r"\$")


@lru_cache(maxsize=4)
def _characters_of(name: str) -> frozenset[int]:
    from matplotlib import font_manager

    return frozenset(font_manager.get_font(font_manager.findfont(name)).get_charmap())


def new_axes(width: float, height: float) -> Axes:
    """Return axes of a new figure, of so many inches."""
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def tidy(ax: Axes, grid: Literal["x", "y", "both"] | None) -> Axes:
    """Take away the frame, put a pale grid behind everything, and return the axes."""
    ax.spines[["top", "right"]].set_visible(False)
    if grid is not None:
        ax.grid(axis=grid, color=PALE)
    ax.set_axisbelow(True)
    return ax


def percent_axis(axis: Any) -> None:
    """Write a share's ticks in percent."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))
