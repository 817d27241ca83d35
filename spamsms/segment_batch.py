"""Cut a whole batch of texts into words in NumPy, exactly as :class:`~spamsms.tokenizer.WordSegmenter` does.

The texts are laid one behind the other, each with a separator behind it, and
every step runs over all of them:

1. the words of the dictionary that begin anywhere are found by descending the
   trie from every character at once;
2. where no such word spans two characters there is a cut in any case, and the
   short segments between those cuts are solved together, from their last
   characters to their first;
3. what the dictionary left as single characters goes to the model.

Step 2 adds up in another order than jieba, so where two words are too close to
call, the text is left to the segmenter. So is one with a segment so long that
the rounds would be many for few characters.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spamsms.index_runs import expand
from spamsms.segment_runs import find_runs, join_han, join_others
from spamsms.tokenizer import WordSegmenter
from spamsms.validation import check_texts
from spamsms.word_tables import FIRST_HAN, WordTables, is_alphanumeric, number_characters, word_tables

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.uint16]
Spans = tuple[Indices, Indices, Indices]

# Characters at a time: keeps the working arrays in the processor's cache and memory bounded.
CHUNK = 1 << 16
LONGEST_SEGMENT = 64
_SEPARATOR = "\0"


class _Words(NamedTuple):
    """Words of one length that the dictionary sees in the text."""

    length: int
    positions: Indices
    scores: npt.NDArray[np.float64]


class _Choices(NamedTuple):
    """Words to choose from; those of position ``i`` are ``begins[i]`` to ``begins[i + 1]``."""

    begins: Indices
    scores: npt.NDArray[np.float64]
    targets: Indices
    lengths: Indices

    def put(self, places: Indices, scores: Array, targets: Indices, length: int) -> None:
        """Set the words at some places: their scores, what follows them, and their length."""
        self.scores[places] = scores
        self.targets[places] = targets
        self.lengths[places] = length


def segment_batch(texts: Sequence[str], segmenter: WordSegmenter) -> Spans:
    """Return the spans of the words of texts.

    Parameters
    ----------
    texts : sequence of str
        Any strings.
    segmenter : WordSegmenter
        What says how to cut.

    Returns
    -------
    starts, stops, message : ndarray of int64, shape (n_words,)
        Where each word starts and stops in the joined texts, and the index of
        the text that it belongs to; in order and without gaps.
    """
    rows = check_texts(texts, "texts")
    tables = word_tables(segmenter)
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    offset = 0
    parts = [(np.zeros(0, np.int64),) * 3]
    for first, last in _chunks(lengths):
        batch = _Batch(rows[first:last], lengths[first:last], tables)
        starts, stops, message = batch.segment(segmenter)
        parts.append((starts + offset, stops + offset, message + first))
        offset += int(lengths[first:last].sum())
    all_starts, all_stops, all_messages = map(np.concatenate, zip(*parts, strict=True))
    return all_starts, all_stops, all_messages


def _chunks(lengths: Indices) -> Iterator[tuple[int, int]]:
    """Yield the first and the last row, exclusive, of parts of about :data:`CHUNK` characters."""
    ends = np.cumsum(lengths + 1)
    first = done = 0
    while first < len(lengths):
        last = max(first + 1, int(np.searchsorted(ends, done + CHUNK, side="right")))
        yield first, last
        first, done = last, int(ends[last - 1])


class _Batch:
    """Texts laid one behind the other, and where their words start so far."""

    def __init__(self, rows: Sequence[str], lengths: Indices, tables: WordTables) -> None:
        self.rows, self.lengths, self.tables = rows, lengths, tables
        self.text = _SEPARATOR.join(rows) + _SEPARATOR
        self.codes, self.numbers = number_characters(self.text)
        self.separators = np.cumsum(lengths + 1) - 1
        # Positions in texts that are to be left to the segmenter.
        self.doubts: list[Indices] = []

    def segment(self, segmenter: WordSegmenter) -> Spans:
        """Return the spans and rows of the words."""
        words = self._find_words(segmenter.hmm)
        starts = self._hard_cuts(words)
        single = self._choose_words(words, starts)
        if segmenter.hmm:
            self._keep_known_runs(words, single)
            han = self.numbers >= FIRST_HAN
            join_han(starts, single & han, self.numbers, self.tables, self.text)
            join_others(starts, single & ~han, self.numbers, self.text)
        else:
            solid = single & is_alphanumeric(self.numbers)
            starts[1:] &= ~(solid[1:] & solid[:-1])
        starts[1:] &= ~((self.codes[1:] == ord("\n")) & (self.codes[:-1] == ord("\r")))
        self._leave_doubts(starts, segmenter)
        return self._spans(starts)

    def _find_words(self, hmm: bool) -> list[_Words]:
        """Return the words of more than one character that begin anywhere, the shorter first."""
        numbers, tables, words = self.numbers, self.tables, []
        positions = np.flatnonzero((numbers[:-1] > 0) & (numbers[1:] > 0))
        nodes = numbers.take(positions).astype(np.int64) + tables.n_slots
        length = 1
        while positions.size:
            nodes = tables.children(nodes, numbers.take(positions + length))
            there = np.flatnonzero(nodes >= 0)
            positions, nodes = positions.take(there), nodes.take(there)
            length += 1
            if hmm and tables.forbidden.size:
                self.doubts.append(positions[np.isin(nodes, tables.forbidden)])
            scores = tables.scores.take(nodes)
            whole = np.flatnonzero(scores > -np.inf)
            if whole.size:
                words.append(_Words(length, positions.take(whole), scores.take(whole)))
        return words

    def _hard_cuts(self, words: list[_Words]) -> Mask:
        """Return where no word spans the boundary before a character."""
        cuts = np.ones(len(self.numbers), np.bool_)
        for word in words:
            for offset in range(1, word.length):
                cuts[word.positions + offset] = False
        return cuts

    def _choose_words(self, words: list[_Words], starts: Mask) -> Mask:
        """Mark the starts of the best words within segments, and return which characters stand alone."""
        begins = np.flatnonzero(starts)
        lengths = np.diff(begins, append=len(starts))
        long = lengths > LONGEST_SEGMENT
        self.doubts.append(begins[long])
        chosen = (lengths > 1) & ~long
        begins, lengths = begins[chosen], lengths[chosen]
        if begins.size:
            ends = begins + lengths
            steps, close = self._solve(begins, lengths, words, starts)
            positions = begins
            while positions.size:
                positions = positions + steps.take(positions)
                inside = np.flatnonzero(positions < ends)
                positions, ends = positions.take(inside), ends.take(inside)
                starts[positions] = True
            self.doubts.append(close[starts[close]])
        single = starts & (self.numbers > 0)
        single[:-1] &= starts[1:]
        return single

    def _solve(
        self, begins: Indices, lengths: Indices, words: list[_Words], cuts: Mask
    ) -> tuple[Indices, Indices]:
        """Return the length of the best word from each position, and where it is too close to call."""
        positions = expand(begins, begins + lengths)
        total = positions.size
        left = (np.repeat(begins + lengths, lengths) - positions).astype(np.uint8)
        order = np.argsort(left, kind="stable")
        positions, left = positions.take(order), left.take(order)
        choices = self._list_choices(positions, words, cuts)
        rounds = np.searchsorted(left, np.arange(1, int(left[-1]) + 2)).tolist()
        best = np.zeros(total + 1)
        for first, last in itertools.pairwise(rounds):
            begin, stop = choices.begins[first], choices.begins[last]
            scores = choices.scores[begin:stop]
            scores += best.take(choices.targets[begin:stop])
            best[first:last] = np.maximum.reduceat(scores, choices.begins[first:last] - begin)
        counts = np.diff(choices.begins)
        good = np.flatnonzero(choices.scores >= np.repeat(best[:total] - self._tolerance(), counts))
        owners = np.repeat(positions, counts).take(good)
        steps = np.ones(len(cuts), np.int64)
        steps[owners] = choices.lengths.take(good)
        return steps, owners[1:][owners[1:] == owners[:-1]]

    def _list_choices(self, positions: Indices, words: list[_Words], cuts: Mask) -> _Choices:
        """Lay out by position the words that begin there: first the character itself, then longer ones."""
        total = len(positions)
        rank = np.full(len(cuts), -1)
        rank[positions] = np.arange(total)
        followers = np.where(cuts, total, rank)  # by where a word ends; a segment's end has no score
        owners = [rank.take(word.positions) for word in words]
        counts = np.ones(total, np.int64)
        for ranks in owners:
            counts += np.bincount(ranks[ranks >= 0], minlength=total)
        begins = np.concatenate([[0], np.cumsum(counts)])
        choices = _Choices(begins, np.empty(begins[-1]), *np.empty((2, begins[-1]), np.int64))
        alone = self.tables.scores.take(self.numbers.take(positions).astype(np.int64) + self.tables.n_slots)
        # A character that is no word stands alone only where nothing else begins.
        alone[(counts == 1) & (alone == -np.inf)] = self.tables.loose
        free = begins[:-1].copy()
        choices.put(free, alone, followers.take(positions + 1), 1)
        free += 1
        for word, ranks in zip(words, owners, strict=True):
            inside = np.flatnonzero(ranks >= 0)
            ranks = ranks.take(inside)
            targets = followers.take(word.positions.take(inside) + word.length)
            choices.put(free.take(ranks), word.scores.take(inside), targets, word.length)
            free[ranks] += 1
        return choices

    def _tolerance(self) -> float:
        """Return how far two sums over the same words may differ by the order of adding."""
        largest = int(self.lengths.max()) * -self.tables.loose
        return 4 * float(np.finfo(np.float64).eps) * largest * LONGEST_SEGMENT

    def _keep_known_runs(self, words: list[_Words], single: Mask) -> None:
        """Take runs of single characters that are a word of the dictionary out of those to be joined."""
        begins, lengths = find_runs(single)
        run_length = np.zeros(len(single), np.int64)
        run_length[begins] = lengths
        for word in words:
            for begin in word.positions[run_length.take(word.positions) == word.length].tolist():
                single[begin : begin + word.length] = False

    def _leave_doubts(self, starts: Mask, segmenter: WordSegmenter) -> None:
        """Replace the starts in doubtful texts by the segmenter's."""
        rows = np.unique(np.searchsorted(self.separators, np.concatenate(self.doubts)))
        for row in rows.tolist():
            stop = int(self.separators[row])
            begin = stop - len(self.rows[row])
            starts[begin:stop] = False
            starts[[begin + start for start, _ in segmenter.cut_spans(self.rows[row])]] = True

    def _spans(self, starts: Mask) -> Spans:
        """Return the spans of words, with the separators taken out, and the rows."""
        begins = np.flatnonzero(starts)
        separator = np.zeros(len(starts), np.bool_)
        separator[self.separators] = True
        separator = separator.take(begins)
        # The separators before a word are as many as its row, and the last one starts behind all words.
        words = np.flatnonzero(~separator)
        row = np.cumsum(separator, dtype=np.int64).take(words)
        return begins.take(words) - row, begins.take(words + 1) - row, row
