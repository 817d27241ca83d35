"""Batches, single messages and words, timed beside the peers in one process."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from benchmarks.messages import messages_of_length, usual_messages
from benchmarks.peers import FASTTEXT, JIEBA, SPAMSMS, Peer
from benchmarks.setting import Setting
from benchmarks.timing import Work, percentile, ratios, seconds, spread, time_in_turns

BATCH, ROUNDS = 20_000, 7
LENGTHS = (10, 20, 40, 70, 140, 250, 500)
# At every length so many characters in all, so that long messages do not take the run's time.
CHARACTERS = 100_000
SIZES = (1, 10, 100, 1_000, 10_000, 100_000)
GROWTH_ROUNDS = 5
# The least number of messages to time together, where batches are smaller.
LEAST = 300
# Larger batches of the slower peers would take most of the run's time.
LARGEST = {SPAMSMS: 100_000, FASTTEXT: 100_000, JIEBA: 1_000}
LARGEST_OF_OTHERS = 10_000
SINGLES, BLOCK = 2_000, 100
WORDS = 4_000
# Messages made, and how often they are repeated for a batch that is worth several processes.
VARIED, REPEATED = 100_000, 16
EVIDENCE = "spamsms, verdict with evidence"


def measure_batch(setting: Setting) -> dict[str, Any]:
    """Return messages per second of a batch of usual messages, and how many times faster spamsms is."""
    texts = usual_messages(setting.corpus[0], BATCH)
    taken = time_in_turns({name: _batch_work(peer, texts) for name, peer in setting.peers.items()}, ROUNDS)
    return {
        "messages": len(texts),
        "mean_characters": round(sum(map(len, texts)) / len(texts), 1),
        "rounds": ROUNDS,
        "per_second": {name: spread([len(texts) / t for t in times], 0) for name, times in taken.items()},
        "times_slower": ratios(taken, SPAMSMS),
    }


def measure_length(setting: Setting) -> dict[str, Any]:
    """Return microseconds per message by its number of characters."""
    batches = {
        length: messages_of_length(setting.corpus[0], length, CHARACTERS // length) for length in LENGTHS
    }
    works = {
        (name, length): _repeated_work(peer, [texts])
        for length, texts in batches.items()
        for name, peer in setting.peers.items()
    }
    counts = {length: len(texts) for length, texts in batches.items()}
    found = _costs(time_in_turns(works, GROWTH_ROUNDS), counts)
    return {"characters_in_all": CHARACTERS, "rounds": GROWTH_ROUNDS, "us_per_message": found}


def measure_size(setting: Setting) -> dict[str, Any]:
    """Return microseconds per message by the number of messages in a batch."""
    texts = usual_messages(setting.corpus[0], SIZES[-1])
    works, counts = {}, {}
    for size in SIZES:
        repeats = max(LEAST // size, 1)
        counts[size] = size * repeats
        batches = [texts[i * size : (i + 1) * size] for i in range(repeats)]
        for name, peer in setting.peers.items():
            if size <= LARGEST.get(name, LARGEST_OF_OTHERS):
                works[name, size] = _repeated_work(peer, batches)
    found = _costs(time_in_turns(works, GROWTH_ROUNDS), counts)
    return {"rounds": GROWTH_ROUNDS, "us_per_message": found}


def measure_single(setting: Setting) -> dict[str, Any]:
    """Return microseconds of one message alone: median and 99th percentile over many messages.

    The peers take turns every hundred messages, not every message: each has its
    own caches warm, as in a process that runs nothing else.
    """
    import spamsms

    texts = usual_messages(setting.corpus[0], SINGLES)
    works = {name: peer.one for name, peer in setting.peers.items()}
    # Beside the score: a verdict with the contribution of each word, which no peer gives.
    model = spamsms.load_model()
    works[EVIDENCE] = lambda text: model.classify(text).evidence
    taken: dict[str, list[float]] = {name: [] for name in works}
    for start in range(0, len(texts), BLOCK):
        for name, work in works.items():
            work(texts[start])
            part = texts[start : start + BLOCK]
            taken[name] += [1e6 * seconds(lambda w=work, t=text: w(t)) for text in part]
    medians = {name: percentile(times, 0.5) for name, times in taken.items()}
    return {
        "messages": len(texts),
        "p50_us": {name: round(median, 1) for name, median in medians.items()},
        "p99_us": {name: round(percentile(times, 0.99), 1) for name, times in taken.items()},
        "times_slower": {name: round(median / medians[SPAMSMS], 2) for name, median in medians.items()},
    }


def measure_cores(setting: Setting) -> dict[str, Any]:
    """Return messages per second of a large batch by the number of processes that score."""
    import copy
    import os

    import spamsms

    texts = usual_messages(setting.corpus[0], VARIED) * REPEATED
    model = spamsms.load_model()
    works: dict[int, Work] = {}
    for jobs in sorted({1, 2, os.cpu_count() or 1}):
        several = copy.copy(model).set_params(n_jobs=jobs)
        works[jobs] = lambda m=several: m.decision_function(texts)
        works[jobs]()
    taken = time_in_turns(works, GROWTH_ROUNDS)
    faster = {
        jobs: [one / t for one, t in zip(taken[1], times, strict=True)] for jobs, times in taken.items()
    }
    return {
        "messages": len(texts),
        "per_second": {str(jobs): spread([len(texts) / t for t in ts], 0) for jobs, ts in taken.items()},
        "times_faster": {str(jobs): spread(times) for jobs, times in faster.items()},
    }


def measure_words(setting: Setting) -> dict[str, Any]:
    """Return messages per second cut into jieba's words, and the share cut exactly as jieba does."""
    import jieba

    from spamsms.segment_batch import segment_batch
    from spamsms.tokenizer import word_segmenter

    jieba.setLogLevel(logging.ERROR)
    texts, segmenter = usual_messages(setting.corpus[0], WORDS), word_segmenter()
    theirs = [list(jieba.cut(text)) for text in texts]
    cut = _words_of(texts, *segment_batch(texts, segmenter))
    works: dict[str, Work] = {
        SPAMSMS: lambda: segment_batch(texts, segmenter),
        "spamsms, text by text": lambda: [segmenter.cut(text) for text in texts],
        "jieba": lambda: [list(jieba.cut(text)) for text in texts],
    }
    same = {SPAMSMS: _share_same(cut, theirs), "jieba": 1.0}
    same["spamsms, text by text"] = _share_same([segmenter.cut(text) for text in texts], theirs)
    try:
        import rjieba
    except ImportError:
        pass
    else:
        works["rjieba"] = lambda: [rjieba.cut(text) for text in texts]
        same["rjieba"] = _share_same([list(rjieba.cut(text)) for text in texts], theirs)
    taken = time_in_turns(works, ROUNDS)
    return {
        "messages": len(texts),
        "per_second": {name: spread([len(texts) / t for t in times], 0) for name, times in taken.items()},
        "times_slower": ratios(taken, SPAMSMS),
        "same_words_as_jieba": same,
    }


def _words_of(texts: list[str], starts: Any, stops: Any, rows: Any) -> list[list[str]]:
    joined = "".join(texts)
    words: list[list[str]] = [[] for _ in texts]
    for start, stop, row in zip(starts.tolist(), stops.tolist(), rows.tolist(), strict=True):
        words[row].append(joined[start:stop])
    return words


def _share_same(cut: list[list[str]], theirs: list[list[str]]) -> float:
    return round(sum(a == b for a, b in zip(cut, theirs, strict=True)) / max(len(theirs), 1), 4)


def _costs(
    taken: Mapping[tuple[str, int], list[float]], counts: Mapping[int, int]
) -> dict[str, dict[str, Any]]:
    """Return microseconds per message by peer and point, from the seconds of so many messages."""
    found: dict[str, dict[str, Any]] = {}
    for (name, point), times in taken.items():
        costs = [1e6 * t / counts[point] for t in times]
        found.setdefault(name, {})[str(point)] = spread(costs, 3)
    return found


def _batch_work(peer: Peer, texts: list[str]) -> Work:
    return lambda: peer.batch(texts)


def _repeated_work(peer: Peer, batches: list[list[str]]) -> Work:
    def work() -> None:
        for batch in batches:
            peer.batch(batch)

    return work
