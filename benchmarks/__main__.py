"""Time spamsms and its peers on the same messages in the same run; print ratios."""

from __future__ import annotations

import argparse
import csv
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.peers import Peer, fasttext_model, hashing_pipeline, jieba_pipeline, spamsms_model
from benchmarks.report import write_readme_table

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "data" / "corpus" / "messages.tsv"
RESULTS = ROOT / "benchmarks" / "results.json"
LENGTHS = range(22, 40)
COPIES = 8
ROUNDS = 7
SINGLES = 2000
COLD = {
    "python + numpy": "import numpy",
    "import spamsms": "import spamsms",
    "spamsms, first verdict": "import spamsms; spamsms.classify('您的取件码是 8-2-3301')",
    "bare python": "pass",
}


def read_corpus() -> tuple[list[str], list[int], list[str]]:
    """Return training texts and labels, and the messages to time: some 30 characters each."""
    with CORPUS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    train = [row for row in rows if row["split"] == "train"]
    timed = [row["text"] for row in rows if len(row["text"]) in LENGTHS] * COPIES
    return [row["text"] for row in train], [int(row["label"]) for row in train], timed


def seconds(work: Callable[[], Any]) -> float:
    """Return how long a piece of work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def time_batches(peers: list[Peer], texts: list[str]) -> dict[str, float]:
    """Return messages per second, the median of rounds in which all take turns."""
    taken: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for _ in range(ROUNDS):
        for peer in peers:
            # What is slow is timed on fewer messages, so that a round stays short.
            part = texts if peer.name in ("spamsms", "fastText, characters") else texts[: len(texts) // 4]
            taken[peer.name].append(seconds(lambda p=peer, t=part: p.batch(t)) / len(part))
    return {name: 1 / statistics.median(times) for name, times in taken.items()}


def time_singles(peer: Peer, texts: list[str]) -> tuple[float, float]:
    """Return median and 99th percentile of one message's time, in microseconds."""
    texts = texts[:SINGLES] if peer.name.startswith(("spamsms", "fastText")) else texts[: SINGLES // 10]
    times = sorted(1e6 * seconds(lambda t=text: peer.one(t)) for text in texts)
    return statistics.median(times), times[int(0.99 * len(times))]


def time_cold_starts() -> dict[str, float]:
    """Return milliseconds of fresh processes, the median of several in turns."""
    taken: dict[str, list[float]] = {name: [] for name in COLD}
    for _ in range(ROUNDS):
        for name, code in COLD.items():
            command = [sys.executable, "-c", code]
            taken[name].append(1e3 * seconds(lambda c=command: subprocess.run(c, check=True, cwd=ROOT)))
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    """Run everything, print a table, write the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", default=str(RESULTS), metavar="FILE", help=f"default: {RESULTS.name} here")
    args = parser.parse_args()
    train, labels, texts = read_corpus()
    peers: list[Peer] = [spamsms_model(), jieba_pipeline(train, labels), hashing_pipeline(train, labels)]
    fasttext = fasttext_model(train, labels)
    if fasttext is not None:
        peers.append(fasttext)
    rates = time_batches(peers, texts)
    singles = {peer.name: time_singles(peer, texts) for peer in peers}
    cold = time_cold_starts()
    ours, naive = rates["spamsms"], singles["jieba + TF-IDF + LR"][0]
    mean = sum(map(len, texts)) / len(texts)
    print(f"{len(texts)} messages of {mean:.0f} characters on average, one core\n")
    print(f"{'':<24}{'messages/s':>12}{'spamsms is':>12}{'one: p50':>12}{'p99':>10}")
    for name, rate in rates.items():
        p50, p99 = singles[name]
        print(f"{name:<24}{rate:>12,.0f}{ours / rate:>10.1f} x{p50:>9.0f} us{p99:>7.0f} us")
    print(f"\none message: {naive / singles['spamsms'][0]:.0f} x the jieba pipeline\n")
    for name, taken in cold.items():
        print(f"{name:<24}{taken:>8.0f} ms")
    figures = {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "messages": len(texts),
        "mean_characters": round(mean, 1),
        "messages_per_second": {name: round(rate) for name, rate in rates.items()},
        "times_slower_than_spamsms": {name: round(ours / rate, 2) for name, rate in rates.items()},
        "one_message_us": {name: [round(p50, 1), round(p99, 1)] for name, (p50, p99) in singles.items()},
        "fresh_process_ms": {name: round(taken, 1) for name, taken in cold.items()},
    }
    Path(args.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if Path(args.json) == RESULTS:
        write_readme_table(ROOT / "README.md", figures)


if __name__ == "__main__":
    main()
