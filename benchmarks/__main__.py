"""Time spamsms and its peers on the same messages in the same run, and say what comes out.

A full run is made for ten minutes on two cores and rewrites benchmarks/results.json, README's
table and docs/speed.png. A part of one (--only) is printed; with --json it replaces its
sections in that file and leaves the others. Ratios are always formed within a section.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.checkout import ROOT, write_json

if TYPE_CHECKING:
    from benchmarks.setting import Setting

RESULTS = ROOT / "benchmarks" / "results.json"
SECTIONS = (
    *("batch", "length", "size", "single", "cores", "cold", "memory", "disk"),
    *("words", "engines", "quality", "fit"),
)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def measures() -> dict[str, Callable[[Setting], dict[str, Any]]]:
    """Return what measures each section."""
    from benchmarks import engines, fresh_processes, quality, scoring_speed

    modules = (engines, fresh_processes, quality, scoring_speed)
    return {
        name: next(getattr(m, f"measure_{name}") for m in modules if hasattr(m, f"measure_{name}"))
        for name in SECTIONS
    }


def chosen_sections(text: str | None) -> list[str]:
    """Return the sections named, in the order of a full run.

    Raises
    ------
    ValueError
        If one is named that there is not.
    """
    if text is None:
        return list(SECTIONS)
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in SECTIONS]
    if unknown or not names:
        raise ValueError(f"no section {', '.join(unknown) or 'named'}; there are {', '.join(SECTIONS)}")
    return [name for name in SECTIONS if name in names]


def machine() -> dict[str, Any]:
    """Return what kind of machine this is, and how busy it was to begin with."""
    processor = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [
            line.split(":")[1] for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        processor = models[0].split("@")[0].strip() if models else processor
    load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    found = {"processor": processor, "cores": os.cpu_count(), "load_before": load}
    return {**found, "system": platform.system(), "python": platform.python_version()}


def read_figures(path: Path) -> dict[str, Any]:
    """Return the figures of earlier runs; none where there is no such file."""
    if not path.exists():
        return {"sections": {}}
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return figures


def with_section(figures: dict[str, Any], name: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return figures with one section replaced, and those of no section that is still measured dropped."""
    sections = {**figures["sections"], name: found}
    return {"sections": {key: sections[key] for key in SECTIONS if key in sections}}


def write_figures(path: Path, figures: dict[str, Any]) -> None:
    """Write figures; README's table and the chart too, where they are the project's own."""
    write_json(path, figures)
    if path.resolve() == RESULTS:
        from benchmarks.chart import write_chart
        from benchmarks.report import CHART, write_readme_table

        write_readme_table(ROOT / "README.md", figures)
        write_chart(ROOT / CHART, figures)


def run(sections: list[str], say: Callable[[str], None], keep: Callable[[str, dict[str, Any]], None]) -> None:
    """Measure sections one after the other; print and keep what each one finds."""
    from benchmarks.peers import NEEDS, installed_peers
    from benchmarks.report import terminal_table
    from benchmarks.setting import Setting

    for name in set(NEEDS) - set(installed_peers()):
        say(f'{name} is left out: {NEEDS[name]} is not installed; pip install "spamsms[bench]"')
    given = os.environ.get("SPAMSMS_DATA")
    measure = measures()
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(Path(folder), Path(given) if given else None, say)
        for name in sections:
            say(name)
            about, start = {"date": date.today().isoformat(), **machine()}, time.perf_counter()
            found = {**about, **measure[name](setting)}
            found["took_seconds"] = round(time.perf_counter() - start, 1)
            print(terminal_table(name, found), end="\n\n", flush=True)
            keep(name, found)


def main() -> None:
    """Run what is asked for, print tables, write the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="NAMES", help=f"some of {','.join(SECTIONS)}")
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help=f"where figures go; {RESULTS.name} here, for a full run"
    )
    args = parser.parse_args()
    try:
        sections = chosen_sections(args.only)
    except ValueError as error:
        parser.error(str(error))
    path = args.json or (RESULTS if args.only is None else None)
    # Before NumPy is imported, here and in every process started from here.
    os.environ.update(dict.fromkeys(THREADS, "1"))

    def keep(name: str, found: dict[str, Any]) -> None:
        if path is not None:
            write_figures(path, with_section(read_figures(path), name, found))

    begun = time.perf_counter()
    run(sections, lambda text: print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr), keep)
    print(f"took {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
