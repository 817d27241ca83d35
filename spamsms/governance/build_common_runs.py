"""Find the pairs of sounds that everybody writes, in messages that share no template.

The messages of ``data/corpus`` were written one by one, so what several of them
share is custom, not campaign. Every second one is used, so that the others can
test what comes of it, and only those of the first writers: another table means
other sketches and other ids of campaigns, so it shall not change when the corpus
grows. Run it from a checkout when sketches change, and raise `SKETCH_VERSION`::

    python -m spamsms.governance.build_common_runs
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spamsms.governance.sketches import COMMON_BITS, COMMON_RUNS, hash_runs

CORPUS = Path(__file__).parent.parent.parent / "data" / "corpus" / "messages.tsv"
WRITERS = "abcdefghijklm"
# A run is common from so many messages on, of some 3,660: about one of a hundred.
FEWEST_MESSAGES = 32


def common_runs() -> npt.NDArray[np.uint32]:
    """Return the upper bits of the hashes of common runs, ascending."""
    with CORPUS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [row for row in rows if row["writer"] in WRITERS][::2]
    hashes, _, firsts = hash_runs([row["text"] for row in rows])
    message = np.zeros(hashes.size, np.uint64)
    message[firsts] = 1
    pairs = np.unique(np.cumsum(message) << np.uint64(32) | hashes)
    runs, times = np.unique(pairs.astype(np.uint32), return_counts=True)
    return np.unique(runs[times >= FEWEST_MESSAGES] >> np.uint32(32 - COMMON_BITS))


if __name__ == "__main__":
    found = common_runs()
    np.save(COMMON_RUNS, found, allow_pickle=False)
    print(f"{found.size} common runs written to {COMMON_RUNS}")
