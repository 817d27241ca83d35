"""Runs of characters that the dictionary left single, put together to words for a whole batch at once.

Both functions change a mask of where words start. They do what
:mod:`spamsms.segment` does to one run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.segment import STATES, other_starts
from spamsms.tokenizer import word_model
from spamsms.word_tables import PERCENT, POINT, WordTables, is_alphanumeric, is_digit

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.uint16]

# Longer runs are decoded one by one: a round for few characters costs as much as one for many.
LONGEST_RUN = 64
_BEGIN, _MIDDLE, _END, _SINGLE = range(len(STATES))
# By state, the two that may come before it, the later letter first.
_LATER = np.array([_SINGLE, _MIDDLE, _MIDDLE, _SINGLE])
_EARLIER = np.array([_END, _BEGIN, _BEGIN, _END])


def find_runs(mask: Mask) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the beginnings and lengths of the runs of a mask that are longer than one."""
    edges = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    if mask[:1].any():
        edges = np.concatenate([[0], edges])
    if len(edges) % 2:
        edges = np.append(edges, len(mask))
    begins, lengths = edges[::2], edges[1::2] - edges[::2]
    long = lengths > 1
    return begins[long], lengths[long]


def join_han(starts: Mask, run_of: Mask, numbers: Numbers, tables: WordTables, text: str) -> None:
    """Let the model find the words in runs of Han characters.

    Parameters
    ----------
    starts : ndarray of bool
        Where words start; changed in place.
    run_of : ndarray of bool
        The characters in question.
    numbers : ndarray of uint16
        The characters' numbers.
    tables : WordTables
    text : str
        The characters.
    """
    begins, lengths = find_runs(run_of)
    for run in np.flatnonzero(lengths > LONGEST_RUN).tolist():
        begin, stop = int(begins[run]), int(begins[run] + lengths[run])
        starts[begin:stop] = False
        starts[begin + np.array(word_model().run_starts(text[begin:stop]))] = True
    short = lengths <= LONGEST_RUN
    begins, lengths = begins[short], lengths[short]
    if not begins.size:
        return
    order = np.argsort((LONGEST_RUN - lengths).astype(np.uint8), kind="stable")
    begins = begins[order]
    # How many runs, of which the longest come first, have a character at each offset.
    alive = (len(lengths) - np.cumsum(np.bincount(lengths))).tolist()
    states, links = _decode(begins, alive, numbers, tables)
    for offset in range(len(links) - 1, 0, -1):
        current = states[: alive[offset]]
        starts[begins[: alive[offset]] + offset] = (current == _BEGIN) | (current == _SINGLE)
        later = links[offset][np.arange(len(current)), current]
        states[: alive[offset]] = np.where(later, _LATER[current], _EARLIER[current])


def _decode(
    begins: npt.NDArray[np.int64], alive: list[int], numbers: Numbers, tables: WordTables
) -> tuple[npt.NDArray[np.int64], list[Mask]]:
    """Return the last state of each run's best path, and by offset which states follow the later letter."""
    from_later = tables.transition[_LATER, range(len(STATES))]
    from_earlier = tables.transition[_EARLIER, range(len(STATES))]
    scores = tables.start + tables.emissions.take(numbers.take(begins), axis=0)
    final = scores.copy()
    links: list[Mask] = [np.zeros((0, len(STATES)), np.bool_)]
    for offset in range(1, len(alive) - 1):
        count = alive[offset]
        emitted = tables.emissions.take(numbers.take(begins[:count] + offset), axis=0)
        scores = scores[:count]
        later = scores.take(_LATER, axis=1)
        later += from_later
        later += emitted
        earlier = scores.take(_EARLIER, axis=1)
        earlier += from_earlier
        earlier += emitted
        links.append(later >= earlier)
        scores = np.maximum(later, earlier)
        final[:count] = scores
    return np.where(final[:, _SINGLE] >= final[:, _END], _SINGLE, _END), links


def join_others(starts: Mask, run_of: Mask, numbers: Numbers, text: str) -> None:
    """Put letters and digits together, and signs, in runs of both.

    Parameters
    ----------
    starts : ndarray of bool
        Where words start; changed in place.
    run_of : ndarray of bool
        The characters in question.
    numbers : ndarray of uint16
        The characters' numbers.
    text : str
        The characters.
    """
    inner = np.flatnonzero(run_of[1:] & run_of[:-1]) + 1
    if not inner.size:
        return
    here, before = numbers.take(inner), numbers.take(inner - 1)
    solid, solid_before = is_alphanumeric(here), is_alphanumeric(before)
    # A percent sign belongs to the number before it, and what follows stands alone.
    percent = (here == PERCENT) & solid_before
    after = np.zeros_like(percent)
    after[1:] = percent[:-1] & (inner[1:] == inner[:-1] + 1)
    starts[inner] = ((solid != solid_before) & ~percent) | after
    # Points within numbers pair up from the left, which only the expression itself gets right.
    points = inner[(here == POINT) & solid_before]
    points = points[run_of[points + 1] & is_digit(numbers.take(points + 1))]
    if points.size:
        begins, lengths = find_runs(run_of)
        for run in np.unique(np.searchsorted(begins, points, side="right") - 1).tolist():
            begin, stop = int(begins[run]), int(begins[run] + lengths[run])
            starts[begin:stop] = False
            starts[begin + np.array(other_starts(text[begin:stop]))] = True
