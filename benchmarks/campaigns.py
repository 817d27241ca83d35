"""Find campaigns again among mutated messages: pairwise precision, recall, F1; seconds and memory."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.child import memory_mb
from benchmarks.mutated_messages import make_campaigns, read_templates
from spamsms.governance.campaigns import find_campaigns


def pairwise(found: Sequence[int], true: Sequence[int]) -> tuple[float, float, float]:
    """Return precision, recall and F1 over all pairs of messages."""

    def pairs(labels: Any) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(labels).values())

    both = pairs(zip(found, true, strict=True))
    precision = both / max(pairs(found), 1)
    recall = both / max(pairs(true), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20000)
    parser.add_argument("--templates", type=int, default=None)
    parser.add_argument("--half", choices=("development", "test"), default="development")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    texts, true = make_campaigns(
        read_templates(args.half)[: args.templates], args.messages, args.seed, args.half
    )
    before = memory_mb("VmHWM") / 1e3
    start = time.perf_counter()
    found = find_campaigns(texts)
    seconds = time.perf_counter() - start
    peak = memory_mb("VmHWM") / 1e3
    precision, recall, f1 = pairwise(found.labels.tolist(), true)
    print(
        f"{len(texts):,} messages of {len(set(true)):,} templates: {found.sizes.size:,} campaigns\n"
        f"precision {precision:.4f}  recall {recall:.4f}  F1 {f1:.4f}\n"
        f"{seconds:.1f} s, {len(texts) / seconds:,.0f} messages/s; peak {peak:.2f} GB, {before:.2f} before"
    )


if __name__ == "__main__":
    main()
