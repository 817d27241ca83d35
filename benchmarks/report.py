"""The table of the last run, as README shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MARKS = ("<!-- speed -->", "<!-- end of speed -->")


def readme_table(figures: dict[str, Any]) -> str:
    """Return the figures of a run as Markdown."""
    rows = ["| | messages/s | spamsms is faster by | one message, median |", "|---|--:|--:|--:|"]
    for name, rate in figures["messages_per_second"].items():
        times = figures["times_slower_than_spamsms"][name]
        factor = "" if name == "spamsms" else f"{times:.0f} ×"
        rows.append(f"| {name} | {rate:,} | {factor} | {figures['one_message_us'][name][0]:.0f} µs |")
    cold = figures["fresh_process_ms"]
    imported = cold["import spamsms"] - cold["bare python"]
    judged = cold["spamsms, first verdict"] - cold["python + numpy"]
    rows += [
        "",
        f"{figures['messages']:,} messages of {figures['mean_characters']:.0f} characters on average, "
        f"CPython {figures['python']} on {figures['machine']}, one shared core, {figures['date']}. "
        f"A fresh process imports spamsms {imported:.0f} ms after bare Python and has its first verdict "
        f"{judged:.0f} ms after NumPy's own import.",
    ]
    return "\n".join(rows)


def write_readme_table(readme: Path, figures: dict[str, Any]) -> None:
    """Put the table between README's marks."""
    before, rest = readme.read_text(encoding="utf-8").split(MARKS[0])
    _, after = rest.split(MARKS[1])
    readme.write_text(f"{before}{MARKS[0]}\n{readme_table(figures)}\n{MARKS[1]}{after}", encoding="utf-8")
