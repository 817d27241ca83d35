"""What is measured in a process of its own: ``python -m benchmarks.child`` prints its findings as JSON."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.peers import SPAMSMS, fit_peer, load_peer, packaged_model

MESSAGE = "您的取件码是 8-2-3301"


def memory_mb(key: str) -> float:
    """Return this process's resident memory (VmRSS) or its peak (VmHWM), in megabytes of 10**6 bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith(key))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def forget_peak() -> None:
    """Let the peak begin anew, where the system can do so."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def first_verdict(name: str, path: Path) -> dict[str, Any]:
    """Load a kept pipeline and judge one message."""
    load_peer(name, path).one(MESSAGE)
    return {}


def score_messages(name: str, path: Path, messages: Path) -> dict[str, Any]:
    """Load a kept pipeline, score messages, one a line, and say what memory the process holds then."""
    peer = packaged_model() if name == SPAMSMS else load_peer(name, path)
    peer.batch(messages.read_text(encoding="utf-8").splitlines())
    return {"resident_mb": round(memory_mb("VmRSS"), 1), "peak_mb": round(memory_mb("VmHWM"), 1)}


def fit_rows(name: str, rows: Path, count: int) -> dict[str, Any]:
    """Fit on the first rows of a file; return seconds and peak memory above the texts."""
    texts, labels = [], []
    with rows.open(encoding="utf-8") as file:
        for line, _ in zip(file, range(count), strict=False):
            labels.append(int(line[0]))
            texts.append(line[2:-1])
    before = memory_mb("VmRSS")
    forget_peak()
    start = time.perf_counter()
    fit_peer(name, texts, labels)
    taken = time.perf_counter() - start
    return {"rows": len(texts), "seconds": round(taken, 2), "peak_mb": round(memory_mb("VmHWM") - before, 1)}


def main() -> None:
    """Do what the first argument says."""
    task, name, path, *rest = sys.argv[1:]
    if task == "verdict":
        found = first_verdict(name, Path(path))
    elif task == "score":
        found = score_messages(name, Path(path), Path(rest[0]))
    else:
        found = fit_rows(name, Path(path), int(rest[0]))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
