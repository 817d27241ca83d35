"""How long calls take: to see how time grows with a text, on a machine that others use too."""

from __future__ import annotations

import time
from collections.abc import Callable


def fastest(call: Callable[[], object], repeats: int = 3) -> float:
    """Return the shortest time of a call, in seconds of the processor's."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)
