"""Charts of the report as SVG: complaints by day, shares by sector."""

from __future__ import annotations

from html import escape
from typing import Any

from spamsms.governance.report_html import both, count, percent
from spamsms.governance.sectors import ECOMMERCE, FINANCE, SECTORS, WANTED

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 26, 34
MOST_TICKS = 8
# Stacked from below; told apart by the colour-blind too (Okabe & Ito 2008).
STACK = (
    (ECOMMERCE, "电商与零售", "E-commerce", "#0072b2"),
    (FINANCE, "金融", "Finance", "#e69f00"),
    ("rest", "其他营销", "Other marketing", "#7a8794"),
    (WANTED, "未判为营销", "Not marketing", "#d5dae0"),
)
Rows = list[dict[str, Any]]


def timeline_chart(days: Rows) -> str:
    """Return complaints by day, stacked by sector, surges marked."""
    highest = _round_up(max(day["complaints"] for day in days))
    step = (WIDTH - LEFT - RIGHT) / len(days)
    plot = HEIGHT - TOP - BOTTOM
    parts = [_grid(highest, plot)]
    for place, day in enumerate(days):
        parts.append(_bar(day, LEFT + place * step, step, highest, plot))
    parts.append(_baseline(days, step, highest, plot))
    parts.append(_dates(days, step))
    surges = [day for day in days if day["surge"]]
    told = (
        f"每日投诉量，{days[0]['date']} 至 {days[-1]['date']}，激增 {len(surges)} 天 / Complaints by day, "
        f"{len(surges)} days of surge"
    )
    legend = "".join(
        f'<li><i style="background:{colour}"></i>{both(chinese, english)}</li>'
        for _, chinese, english, colour in STACK
    )
    legend += f'<li><i class="surge"></i>{both("激增日", "Surge")}</li>'
    legend += f'<li><i class="base"></i>{both("前14日中位数", "Median of 14 days before")}</li>'
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told)}">'
        f'<title>{escape(told)}</title>{"".join(parts)}</svg><ul class="legend">{legend}</ul></figure>'
    )


def _bar(day: dict[str, Any], left: float, step: float, highest: int, plot: int) -> str:
    gap = min(2.0, step * 0.2)
    known = {name: day[name] for name in (ECOMMERCE, FINANCE, WANTED)}
    known["rest"] = day["complaints"] - sum(known.values())
    title = f"{day['date']}: {day['complaints']:,}"
    if day["baseline"] is not None:
        title += f" ({day['baseline']:,.0f})"
    parts = [f"<g><title>{escape(title)}</title>"]
    if day["surge"]:
        parts.append(
            f'<rect class="band" x="{left:.1f}" y="{TOP}" width="{step:.1f}" height="{plot}"/>'
            f'<path class="mark" d="M{left + step / 2 - 5:.1f} 12h10l-5 8z"/>'
        )
    bottom = float(TOP + plot)
    for name, _, _, colour in STACK:
        height = plot * known[name] / highest
        if known[name]:
            bottom -= height
            parts.append(
                f'<rect x="{left + gap / 2:.1f}" y="{bottom:.1f}" width="{max(step - gap, 0.5):.1f}" '
                f'height="{height:.1f}" fill="{colour}"/>'
            )
    return "".join([*parts, "</g>"])


def _grid(highest: int, plot: int) -> str:
    lines = []
    for part in range(5):
        value = highest * part / 4
        y = TOP + plot - plot * part / 4
        lines.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        lines.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,.0f}</text>')
    return "".join(lines)


def _baseline(days: Rows, step: float, highest: int, plot: int) -> str:
    points = [
        f"{LEFT + (place + 0.5) * step:.1f} {TOP + plot - plot * day['baseline'] / highest:.1f}"
        for place, day in enumerate(days)
        if day["baseline"] is not None
    ]
    return f'<path class="baseline" d="M{"L".join(points)}"/>' if len(points) > 1 else ""


def _dates(days: Rows, step: float) -> str:
    every = max(1, -(-len(days) // MOST_TICKS))
    labels = []
    for place in range(0, len(days), every):
        x = LEFT + (place + 0.5) * step
        shown = days[place]["date"].strftime("%Y-%m-%d" if place == 0 or len(days) > 300 else "%m-%d")
        anchor = "start" if place == 0 and len(days) > 1 else "middle"
        labels.append(f'<text x="{x:.1f}" y="{HEIGHT - 12}" text-anchor="{anchor}">{shown}</text>')
    return "".join(labels)


def _round_up(value: int) -> int:
    """Return the next number that four grid lines divide well."""
    unit = 4
    while True:
        for factor in (1, 2, 3, 5):
            if unit * factor >= value:
                return unit * factor
        unit *= 10


def sector_bars(sectors: Rows) -> str:
    """Return shares of all complaints by sector as bars with their intervals."""
    shown = [row for row in sectors if row["complaints"]]
    shown.sort(key=lambda row: (row["sector"] == WANTED, -row["complaints"]))
    colours = {name: colour for name, _, _, colour in STACK}
    lines = []
    for row in shown:
        sector = SECTORS[row["sector"]]
        colour = colours.get(row["sector"], colours["rest"])
        low, high = 100 * row["share_low"], 100 * row["share_high"]
        name = both(escape(sector.chinese), escape(sector.english))
        filled = f"width:{100 * row['share']:.2f}%;background:{colour}"
        lines.append(
            f'<div class="bar"><span class="name">{name}</span>'
            f'<span class="track" aria-hidden="true"><i style="{filled}"></i>'
            f'<b style="left:{low:.2f}%;width:{high - low:.2f}%"></b></span>'
            f'<span class="value">{count(row["complaints"])} · '
            f"{percent(row['share'], row['share_low'], row['share_high'])}</span></div>"
        )
    return f'<div class="bars">{"".join(lines)}</div>'
