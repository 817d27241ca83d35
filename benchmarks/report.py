"""A run's figures as tables: on the terminal, and between README's marks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers import JIEBA, NEEDS, SPAMSMS

MARKS = ("<!-- speed -->", "<!-- end of speed -->")
CHART = "docs/speed.png"
WIDTH = 119
Column = tuple[str, dict[str, str]]


def readme_table(figures: dict[str, Any]) -> str:
    """Return figures as Markdown; what was not measured has no column and no sentence."""
    sections = figures["sections"]
    columns = [column for column in _columns(sections) if column is not None]
    rows = [
        f"| | {' | '.join(title for title, _ in columns)} |",
        f"|---|{'--:|' * len(columns)}",
    ]
    for name in NEEDS:
        cells = [values.get(name, "") for _, values in columns]
        if any(cells):
            rows.append(f"| {' | '.join([name, *cells])} |")
    return "\n".join([*rows, "", *_notes(sections)])


def _columns(sections: dict[str, Any]) -> Iterator[Column | None]:
    """Yield title and cells of each column; None for one that was not measured."""
    batch, single = sections.get("batch"), sections.get("single")
    yield batch and ("messages/s", {n: f"{rate[0]:,.0f}" for n, rate in batch["per_second"].items()})
    yield batch and (
        "spamsms is faster by",
        {n: _ratio(times) for n, times in batch["times_slower"].items() if n != SPAMSMS},
    )
    yield single and ("one message, median", {n: f"{us:,.0f} µs" for n, us in single["p50_us"].items()})
    yield single and (
        "faster by",
        {n: f"{times:.1f} ×" for n, times in single["times_slower"].items() if n != SPAMSMS},
    )
    cold, memory, disk = (sections.get(name) for name in ("cold", "memory", "disk"))
    yield cold and ("first verdict", {n: f"{ms[0]:,.0f} ms" for n, ms in cold["ms"].items()})
    yield memory and ("memory", {n: f"{mb:,.0f} MB" for n, mb in memory["resident_mb"].items()})
    yield disk and ("model", {n: f"{mb:,.1f} MB" for n, mb in disk["model_mb"].items()})
    quality = sections.get("quality")
    yield (
        quality
        and ("partial AUC", {n: f"{area:.3f}" for n, area in quality["corpus"]["partial_area"].items()})
    )


def _ratio(spread: list[float]) -> str:
    """Write a ratio of medians with the quartiles over rounds."""
    digits = 0 if spread[0] >= 10 else 1
    middle, low, high = (f"{value:.{digits}f}" for value in spread)
    return f"{middle} × ({low}–{high})"


def machine_line(sections: dict[str, Any]) -> str:
    """Return what the sections were measured on, when, and how busy it was."""
    found = list(sections.values())
    dates = sorted({section["date"] for section in found})
    loads = [section["load_before"] for section in found if section["load_before"] is not None]
    last = max(found, key=lambda section: section["date"])
    days = " to ".join(dates[:: max(len(dates) - 1, 1)])
    line = f"{last['cores']} × {last['processor']}, one thread, CPython {last['python']}, {days}"
    return f"{line}, load average {min(loads):.1f} to {max(loads):.1f}" if loads else line


def _notes(sections: dict[str, Any]) -> Iterator[str]:
    sentences = [
        f"Measured on a shared machine: {machine_line(sections)}. **What counts are the ratios**: within",
        "a section all were timed in turns on the same messages (medians, quartiles in brackets), but fits",
        "once each, one after the other; sections may be of several runs.",
        *(sentence for name in sections for sentence in _sentences(name, sections[name])),
    ]
    yield textwrap.fill(" ".join(sentences), WIDTH, break_long_words=False, break_on_hyphens=False)
    yield ""
    yield f"![speed beside the peers, and growth with length, batch and rows]({CHART})"
    yield ""
    yield "Every figure, with its spread: [benchmarks/results.json](benchmarks/results.json)."


def _sentences(name: str, found: dict[str, Any]) -> Iterator[str]:
    """Yield what README says of a section beside the table."""
    if name == "batch":
        yield f"A batch holds {found['messages']:,} messages of {found['mean_characters']:.0f} characters on"
        yield "average."
    elif name == "cold":
        yield "A first verdict is a fresh process from start to end; `import spamsms` takes"
        yield f"{found['import_over_bare_python_ms']:.0f} ms over bare Python, and the verdict is there"
        yield f"{found['verdict_over_numpy_ms']:.0f} ms after NumPy's own import."
    elif name == "memory":
        yield f"Memory is what a process holds that has scored {found['messages']:,} messages."
    elif name == "disk" and found["wheel_mb"]:
        yield f"The wheel has {found['wheel_mb']:.1f} MB."
    elif name == "words":
        faster = found["times_slower"]["jieba"][0]
        yield f"jieba's words of a batch come {faster:.0f} × as fast as from jieba."
    elif name == "cores" and "2" in found["times_faster"]:
        faster = found["times_faster"]["2"][0]
        yield f"Two processes (`n_jobs=2`) score a large list {faster:.1f} × as fast as one."
    elif name == "engines" and found["share"]:
        rates = {engine: speeds["scoring"][0] for engine, speeds in found["per_second"].items()}
        share = {engine: f"{100 * part[0]:.0f} %" for engine, part in found["share"].items()}
        told = [f"{rate:,.0f} messages/s in {engine} ({share[engine]})" for engine, rate in rates.items()]
        yield f"Within engines it scores {', '.join(told)}; in brackets: of the speed of the same query with"
        yield "a function that does nothing."
    elif name == "quality":
        yield "Partial AUC is up to 5 % false positives: each pipeline fitted with its defaults on the same"
        yield "template groups of our corpus, measured on the others."
    elif name == "fit":
        yield _fit_note(found)


def _fit_note(fit: dict[str, Any]) -> str:
    ours, theirs = fit["fits"][SPAMSMS], fit["fits"].get(JIEBA, {})
    most = max(ours, key=int)
    said = (
        f"A fit on {int(most):,} rows takes {ours[most]['seconds']:.0f} s and "
        f"{ours[most]['peak_mb']:,.0f} MB above the texts"
    )
    common = [count for count in theirs if count in ours]
    if not common:
        return f"{said}."
    shared = max(common, key=int)
    faster = theirs[shared]["seconds"] / ours[shared]["seconds"]
    if shared == most:
        return f"{said}: {faster:.1f} × as fast as {JIEBA}."
    return (
        f"{said}; on {int(shared):,} rows, the most that {JIEBA} is timed on, it is {faster:.1f} × as fast."
    )


def terminal_table(section: str, found: dict[str, Any]) -> str:
    """Return what a section found as lines, one a name or number."""
    lines = [f"== {section}"]
    for key, value in found.items():
        if isinstance(value, dict):
            lines.append(f"{key}")
            lines.extend(_lines(value))
        else:
            lines.append(f"{key}: {value}")
    return "\n".join(lines)


def _lines(values: Mapping[str, Any], depth: int = 1) -> Iterator[str]:
    for name, value in values.items():
        start = "  " * depth + name
        if isinstance(value, dict):
            yield start
            yield from _lines(value, depth + 1)
        elif isinstance(value, list):
            middle, low, high = (f"{number:,.10g}" for number in value)
            yield f"{start:<44}{middle:>14}  ({low} to {high})"
        else:
            yield f"{start:<44}{'-' if value is None else format(value, ',.10g'):>14}"


def write_readme_table(readme: Path, figures: dict[str, Any]) -> None:
    """Put the table between README's marks."""
    before, rest = readme.read_text(encoding="utf-8").split(MARKS[0])
    _, after = rest.split(MARKS[1])
    readme.write_text(f"{before}{MARKS[0]}\n{readme_table(figures)}\n{MARKS[1]}{after}", encoding="utf-8")
