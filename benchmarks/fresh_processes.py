"""Cold starts, memory, sizes on disk and fits, each in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.checkout import ROOT
from benchmarks.child import MESSAGE
from benchmarks.messages import grow, usual_messages
from benchmarks.peers import FASTTEXT, HASHING, JIEBA, RJIEBA, SPAMSMS, installed_peers
from benchmarks.setting import Setting
from benchmarks.timing import ratios, spread, time_in_turns

ROUNDS = 5
# What takes a tenth of a second, and is held against another such time, is measured more often.
SHORT_ROUNDS = 20
BARE, NUMPY, IMPORT = "bare Python", "import numpy", "import spamsms"
SCORED = 10_000
ROWS = (25_000, 100_000, 800_000)
# Peers are fitted on as many rows as leave the whole run below ten minutes.
MOST_ROWS = {SPAMSMS: 800_000, JIEBA: 800_000, RJIEBA: 100_000, HASHING: 100_000, FASTTEXT: 100_000}
# A fit that would take longer, going by the one before, is not tried.
LONGEST_FIT_SECONDS = 300.0
WHEEL_PARTS = ("spamsms", "models", "data", "pyproject.toml", "README.md", "LICENSE")


def run_child(*arguments: object) -> dict[str, Any]:
    """Return what a process of its own found."""
    command = [sys.executable, "-m", "benchmarks.child", *map(str, arguments)]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure_cold(setting: Setting) -> dict[str, Any]:
    """Return milliseconds from starting Python to the first verdict, beside bare Python and NumPy."""
    codes = {
        BARE: "pass",
        NUMPY: "import numpy",
        IMPORT: "import spamsms",
        SPAMSMS: f"import spamsms; spamsms.classify({MESSAGE!r})",
    }
    commands = {name: [sys.executable, "-c", code] for name, code in codes.items()}
    for name, path in setting.kept.items():
        if name != SPAMSMS:
            commands[name] = [sys.executable, "-m", "benchmarks.child", "verdict", name, str(path)]
    variables = _compiled_variables(setting.folder / "bytecode")
    works = {name: _process(command, variables) for name, command in commands.items()}
    for work in works.values():
        work()
    taken = time_in_turns(works, ROUNDS)
    short = time_in_turns({name: works[name] for name in codes}, SHORT_ROUNDS)
    return {
        "rounds": ROUNDS,
        "short_rounds": SHORT_ROUNDS,
        "ms": {name: spread([1e3 * t for t in times], 1) for name, times in {**taken, **short}.items()},
        "times_slower": {n: r for n, r in ratios(taken, SPAMSMS).items() if n in setting.kept},
        "import_over_bare_python_ms": _milliseconds_over(short[IMPORT], short[BARE]),
        "verdict_over_numpy_ms": _milliseconds_over(short[SPAMSMS], short[NUMPY]),
    }


def _milliseconds_over(times: list[float], base: list[float]) -> float:
    """Return the median over the rounds of how much longer one takes than the other."""
    return round(1e3 * statistics.median(own - other for own, other in zip(times, base, strict=True)), 1)


def measure_memory(setting: Setting) -> dict[str, Any]:
    """Return the resident memory of a process that has scored some messages in one batch."""
    path = setting.folder / "messages.txt"
    path.write_text("\n".join(usual_messages(setting.corpus[0], SCORED)), encoding="utf-8")
    found = {name: run_child("score", name, kept, path) for name, kept in setting.kept.items()}
    keys = ("resident_mb", "peak_mb")
    return {"messages": SCORED, **{key: {name: found[name][key] for name in found} for key in keys}}


def measure_disk(setting: Setting) -> dict[str, Any]:
    """Return megabytes of each kept model, and of the wheel."""
    sizes = {name: _megabytes(path) for name, path in setting.kept.items()}
    return {"model_mb": sizes, "wheel_mb": _wheel_megabytes(setting.folder / "wheel")}


def measure_fit(setting: Setting) -> dict[str, Any]:
    """Return seconds and peak memory above the texts of fits on more and more rows."""
    path = setting.folder / "rows.tsv"
    setting.say(f"making {ROWS[-1]:,} rows")
    with path.open("w", encoding="utf-8") as file:
        for text, label in grow(*setting.corpus, ROWS[-1]):
            file.write(f"{label}\t{' '.join(text.split())}\n")
    found = {}
    for name in installed_peers():
        setting.say(f"fitting {name}")
        counts = [count for count in ROWS if count <= MOST_ROWS[name]]
        found[name] = fit_growing(counts, lambda count, n=name: run_child("fit", n, path, count))
    return {"fits": found, "longest_tried_seconds": LONGEST_FIT_SECONDS}


def fit_growing(counts: list[int], fit: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
    """Fit on more and more rows until the next fit would take too long."""
    found: dict[str, Any] = {}
    for count in counts:
        if found:
            last = list(found.values())[-1]
            if last["seconds"] * count / last["rows"] > LONGEST_FIT_SECONDS:
                break
        found[str(count)] = fit(count)
    return found


def _compiled_variables(folder: Path) -> dict[str, str]:
    """Return an environment in which modules are compiled once, as installing a package compiles them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder)}


def _process(command: list[str], variables: dict[str, str]) -> Callable[[], Any]:
    return lambda: subprocess.run(command, check=True, cwd=ROOT, env=variables, capture_output=True)


def _megabytes(path: Path) -> float:
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return round(sum(file.stat().st_size for file in files) / 1e6, 2)


def _wheel_megabytes(folder: Path) -> float | None:
    """Return the wheel's size, built from a copy; None where it cannot be built, as without an index."""
    source = folder / "source"
    source.mkdir(parents=True)
    for part in WHEEL_PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, source / part)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder), str(source)]
    if subprocess.run(command, capture_output=True).returncode:
        return None
    return _megabytes(next(folder.glob("*.whl")))
