"""Say which words of a message speak for spam and which against."""

from __future__ import annotations

import itertools

from spamsms.message_units import PADDING
from spamsms.normalize_batch import decode_batch, normalize_batch
from spamsms.scoring import LinearScorer
from spamsms.verdict import Evidence

# Marks that end a clause: no word reaches across them, while other marks are often put inside words.
CLAUSE_MARKS = frozenset("，。！？；、,!?;\n【】[]")


def find_evidence(scorer: LinearScorer, text: str) -> list[Evidence]:
    """Return each word of a message with its contribution, strongest first.

    Parameters
    ----------
    scorer : LinearScorer
    text : str

    Returns
    -------
    list of Evidence
        The contributions and the scorer's intercept add up to the log-odds.
    """
    batch = normalize_batch([text], offsets=True)
    assert batch.positions is not None
    assert batch.stops is not None
    first, last = int(batch.starts[0]), int(batch.starts[1]) - PADDING
    starts = (batch.positions[first:last] - PADDING).tolist()
    stops = (batch.stops[first:last] - PADDING).tolist()
    values = scorer.unit_contributions(batch)
    normalized = decode_batch(batch)[0]
    found = []
    for begin, end in _words(normalized, text, starts, stops, scorer):
        start, stop = starts[begin], stops[end - 1]
        found.append(Evidence(start, stop, text[start:stop], float(values[begin:end].sum())))
    return sorted(found, key=lambda item: (-abs(item.contribution), item.start))


def _words(
    normalized: str, text: str, starts: list[int], stops: list[int], scorer: LinearScorer
) -> list[tuple[int, int]]:
    """Return the spans of words in the normalised text, clause by clause."""
    from spamsms.tokenizer import word_segmenter

    segmenter = word_segmenter(scorer.space.hmm, scorer.space.userdict)
    cuts = [0]
    for place in range(1, len(normalized)):
        if not CLAUSE_MARKS.isdisjoint(text[stops[place - 1] : starts[place]]):
            cuts.append(place)
    cuts.append(len(normalized))
    spans: list[tuple[int, int]] = []
    for begin, end in itertools.pairwise(cuts):
        spans.extend((begin + a, begin + b) for a, b in segmenter.cut_spans(normalized[begin:end]))
    return spans
