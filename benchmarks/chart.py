"""The chart of a full run; needs matplotlib (``pip install "spamsms[bench]"``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.peers import FASTTEXT, HASHING, JIEBA, RJIEBA, SPAMSMS
from benchmarks.report import machine_line
from spamsms.plots.style import GREY

PANELS_A_ROW = 3
# Told apart by the colour-blind too (Okabe & Ito 2008).
COLOURS = {
    SPAMSMS: "#000000",
    JIEBA: "#D55E00",
    RJIEBA: "#E69F00",
    HASHING: "#0072B2",
    FASTTEXT: "#009E73",
}


def draw_speed(figures: dict[str, Any]) -> Any:
    """Return a picture with a panel each for what was measured: rates, one message, quality, growth."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    sections = figures["sections"]
    panels = [draw for needs, draw in _PANELS if all(name in sections for name in needs)]
    rows = -(-len(panels) // PANELS_A_ROW)
    figure = Figure(figsize=(13.5, 3.7 * rows + 0.8), layout="constrained")
    axes = figure.subplots(rows, PANELS_A_ROW, squeeze=False).ravel()
    for axis, draw in zip(axes, panels, strict=False):
        draw(axis, sections)
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    handles = [Line2D([], [], color=colour, marker="o", label=name) for name, colour in COLOURS.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    figure.suptitle(
        f"spamsms beside its peers (ratios are what counts)\n{machine_line(sections)}", fontsize=10
    )
    return figure


def write_chart(path: Path, figures: dict[str, Any]) -> None:
    """Draw a run's figures into a PNG file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_speed(figures).savefig(path, dpi=110)


def _draw_rates(axis: Any, sections: dict[str, Any]) -> None:
    batch = sections["batch"]
    names = list(batch["per_second"])[::-1]
    middles = [batch["per_second"][name][0] for name in names]
    for place, name in enumerate(names):
        _, low, high = batch["per_second"][name]
        axis.plot([low, high], [place, place], color=COLOURS[name], linewidth=2)
        axis.plot([middles[place]], [place], "o", color=COLOURS[name])
        times = "" if name == SPAMSMS else f"  (spamsms {batch['times_slower'][name][0]:.0f} ×)"
        axis.text(high, place, f"  {middles[place]:,.0f}{times}", va="center", fontsize=8)
    axis.set_yticks(range(len(names)), names)
    axis.set_xscale("log")
    axis.set_xlim(right=max(middles) * 30)
    axis.set_title(f"Batch of {batch['messages']:,}: messages per second, and quartiles", fontsize=10)


def _draw_singles(axis: Any, sections: dict[str, Any]) -> None:
    single = sections["single"]
    names = [name for name in single["p50_us"] if name in COLOURS][::-1]
    for place, name in enumerate(names):
        p50, p99 = single["p50_us"][name], single["p99_us"][name]
        axis.plot([p50, p99], [place, place], color=COLOURS[name], linewidth=2)
        axis.plot([p50], [place], "o", color=COLOURS[name])
        axis.text(p99, place, f"  {p50:,.0f} / {p99:,.0f}", va="center", fontsize=8)
    axis.set_yticks(range(len(names)), names)
    axis.set_xscale("log")
    axis.set_xlim(right=max(single["p99_us"].values()) * 10)
    axis.set_title("One message: median and 99th percentile, µs", fontsize=10)


def _draw_quality(axis: Any, sections: dict[str, Any]) -> None:
    areas = sections["quality"]["corpus"]["partial_area"]
    for name, area in areas.items():
        axis.plot([sections["batch"]["per_second"][name][0]], [area], "o", color=COLOURS[name], markersize=9)
    axis.set_xscale("log")
    axis.set_xlabel("messages per second", fontsize=9)
    axis.set_title("Partial AUC up to 5 % FPR, beside speed", fontsize=10)


def _draw_growth(axis: Any, section: dict[str, Any], label: str) -> None:
    for name, costs in section["us_per_message"].items():
        places = [int(key) for key in costs]
        middles = [cost[0] for cost in costs.values()]
        lows, highs = [cost[1] for cost in costs.values()], [cost[2] for cost in costs.values()]
        axis.plot(places, middles, "o-", color=COLOURS[name], label=name, markersize=3)
        axis.fill_between(places, lows, highs, color=COLOURS[name], alpha=0.2, linewidth=0)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel(label, fontsize=9)
    axis.set_title("Cost of a message, µs", fontsize=10)


def _draw_fits(axis: Any, sections: dict[str, Any]) -> None:
    from matplotlib.ticker import NullFormatter

    fit, counts = sections["fit"], set()
    for name, fits in fit["fits"].items():
        counts |= set(map(int, fits))
        rows, taken = [int(key) for key in fits], [found["seconds"] for found in fits.values()]
        axis.plot(rows, taken, "o-", color=COLOURS[name], markersize=4)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xticks(sorted(counts), [f"{count:,}" for count in sorted(counts)], fontsize=8)
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set_xlabel("rows", fontsize=9)
    axis.set_title("Fit, seconds", fontsize=10)


def _draw_lengths(axis: Any, sections: dict[str, Any]) -> None:
    _draw_growth(axis, sections["length"], "length in characters (dotted: in proportion to it)")
    costs = sections["length"]["us_per_message"][SPAMSMS]
    first, last = min(map(int, costs)), max(map(int, costs))
    axis.plot([first, last], [costs[str(last)][0] * first / last, costs[str(last)][0]], ":", color=GREY)


def _draw_sizes(axis: Any, sections: dict[str, Any]) -> None:
    _draw_growth(axis, sections["size"], "messages in a batch")


_PANELS = (
    (("batch",), _draw_rates),
    (("single",), _draw_singles),
    (("quality", "batch"), _draw_quality),
    (("length",), _draw_lengths),
    (("size",), _draw_sizes),
    (("fit",), _draw_fits),
)
