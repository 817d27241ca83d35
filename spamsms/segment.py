"""Cut a text into words as jieba 0.42.1 does, given a dictionary and a model of unknown words.

A word is the most probable one by the dictionary; what that leaves as single
characters goes to a hidden Markov model, which is decoded in linear time where
jieba's own decoder copies whole paths. Every sum keeps jieba's order and every
tie falls to jieba's side, so that the words are the same on any text.
"""

from __future__ import annotations

import re
from math import inf, log

HAN_FIRST, HAN_LAST = "\u4e00", "\u9fd5"
# What never has an emission probability; far below any real one, as in jieba.
IMPOSSIBLE = -3.14e100
# The states of the model: begin, middle and end of a word, and a word of one character.
STATES = "BMES"

_PIECE = re.compile(rf"([{HAN_FIRST}-{HAN_LAST}a-zA-Z0-9+#&._%\-]+)|\r\n|.", re.DOTALL)
_HAN_OR_OTHER = re.compile(f"([{HAN_FIRST}-{HAN_LAST}]+)|[^{HAN_FIRST}-{HAN_LAST}]+")
_ALPHANUMERIC = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

Emission = tuple[float, float, float, float]


class WordDictionary:
    """Counts of words, in which every prefix of a word stands too, as in jieba.

    Parameters
    ----------
    counts : dict of str to int
        Count of each word; 0 for what only begins words.
    total : int
        Sum of the counts, as jieba keeps it: a user's word that replaces
        another counts again.

    Attributes
    ----------
    forced : set of str
        Words that the user's dictionary gives the count 0: the hidden Markov
        model must not form them.
    """

    __slots__ = ("counts", "forced", "total")

    def __init__(self, counts: dict[str, int], total: int) -> None:
        self.counts = counts
        self.total = total
        self.forced: set[str] = set()

    def add(self, word: str, count: int) -> None:
        """Give a word a count."""
        self.counts[word] = count
        self.total += count
        for end in range(1, len(word)):
            self.counts.setdefault(word[:end], 0)
        if count == 0:
            self.forced.add(word)

    def suggest(self, word: str) -> int:
        """Return the smallest count with which a word is cut out as a whole (``Tokenizer.suggest_freq``)."""
        total = float(self.total)
        share = 1.0
        starts = word_starts(word, self, None)
        for start, stop in zip(starts, [*starts[1:], len(word)], strict=True):
            share *= self.counts.get(word[start:stop], 1) / total
        return max(int(share * self.total) + 1, self.counts.get(word, 1))

    def best_ends(self, block: str) -> list[int]:
        """Return, for each position of a block, where the best word from there ends."""
        counts, log_total, size = self.counts, log(self.total), len(block)
        scores = [0.0] * (size + 1)
        ends = [0] * size
        for start in range(size - 1, -1, -1):
            best, best_end, end = -inf, start + 1, start + 1
            while end <= size and (count := counts.get(block[start:end])) is not None:
                if count:
                    score = log(count) - log_total + scores[end]
                    if score >= best:  # of equals, the longer word
                        best, best_end = score, end
                end += 1
            if best == -inf:
                best = 0.0 - log_total + scores[start + 1]
            scores[start], ends[start] = best, best_end
        return ends


class WordModel:
    """jieba's hidden Markov model of words that are not in the dictionary.

    Parameters
    ----------
    start, transition, emission : dict
        Log-probabilities by state, by state and next state, and by state and
        character.

    Attributes
    ----------
    emissions : dict of str to tuple of float
        Log-probabilities of a character in the order of :data:`STATES`.
    """

    __slots__ = ("_emission", "emissions", "start", "transition")

    def __init__(
        self,
        start: dict[str, float],
        transition: dict[str, dict[str, float]],
        emission: dict[str, dict[str, float]],
    ) -> None:
        self.start = start
        self.transition = transition
        begin, middle, end, single = (emission[state] for state in STATES)
        self.emissions: dict[str, Emission] = {
            char: (
                begin.get(char, IMPOSSIBLE),
                middle.get(char, IMPOSSIBLE),
                end.get(char, IMPOSSIBLE),
                single.get(char, IMPOSSIBLE),
            )
            for char in {*begin, *middle, *end, *single}
        }

    def run_starts(self, run: str) -> list[int]:
        """Return where the words of a run of Han characters start, in order."""
        links = bytearray(len(run))
        state = self._decode(run, links)
        starts = []
        for position in range(len(run) - 1, 0, -1):
            if state in "BS":
                starts.append(position)
            link = links[position]
            if state == "B":
                state = "S" if link & 1 else "E"
            elif state == "M":
                state = "M" if link & 2 else "B"
            elif state == "E":
                state = "M" if link & 4 else "B"
            else:
                state = "S" if link & 8 else "E"
        starts.append(0)
        return starts[::-1]

    def _decode(self, run: str, links: bytearray) -> str:
        """Write a bit per state for its best predecessor, and return the last state of the best path."""
        # Sums keep jieba's order, and of equals the later letter wins: so do ties come out as jieba's.
        trans, emissions = self.transition, self.emissions
        bm, be, mm, me = trans["B"]["M"], trans["B"]["E"], trans["M"]["M"], trans["M"]["E"]
        eb, es, sb, ss = trans["E"]["B"], trans["E"]["S"], trans["S"]["B"], trans["S"]["S"]
        rare: Emission = (IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE)
        first = emissions.get(run[0], rare)
        b, m, e, s = (self.start[state] + value for state, value in zip(STATES, first, strict=True))
        for position in range(1, len(run)):
            in_b, in_m, in_e, in_s = emissions.get(run[position], rare)
            link = 0
            next_b, other = s + sb + in_b, e + eb + in_b
            if next_b >= other:
                link = 1
            else:
                next_b = other
            next_m, other = m + mm + in_m, b + bm + in_m
            if next_m >= other:
                link |= 2
            else:
                next_m = other
            next_e, other = m + me + in_e, b + be + in_e
            if next_e >= other:
                link |= 4
            else:
                next_e = other
            next_s, other = s + ss + in_s, e + es + in_s
            if next_s >= other:
                link |= 8
            else:
                next_s = other
            links[position] = link
            b, m, e, s = next_b, next_m, next_e, next_s
        return "S" if s >= e else "E"


def word_starts(text: str, dictionary: WordDictionary, model: WordModel | None) -> list[int]:
    """Return where the words of a text start, in order.

    Parameters
    ----------
    text : str
        Any string.
    dictionary : WordDictionary
        The known words.
    model : WordModel or None
        What finds unknown words; None leaves them as single characters.

    Returns
    -------
    list of int
        Offsets; each word ends where the next one starts.
    """
    starts: list[int] = []
    for piece in _PIECE.finditer(text):
        if piece.lastindex is None:
            starts.append(piece.start())
        else:
            _cut_block(piece.group(), piece.start(), dictionary, model, starts)
    return starts


def _cut_block(
    block: str, offset: int, dictionary: WordDictionary, model: WordModel | None, starts: list[int]
) -> None:
    """Append the starts of the words in a run of Han characters, Latin letters, digits and ``+#&._%-``."""
    ends = dictionary.best_ends(block)
    position = loose = 0  # loose: where the run of one-character words before `position` began
    while position < len(block):
        end = ends[position]
        if end - position > 1:
            _cut_loose(block[loose:position], offset + loose, dictionary, model, starts)
            starts.append(offset + position)
            loose = end
        position = end
    _cut_loose(block[loose:], offset + loose, dictionary, model, starts)


def _cut_loose(
    run: str, offset: int, dictionary: WordDictionary, model: WordModel | None, starts: list[int]
) -> None:
    """Append the starts of the words in a run of characters that the dictionary left single."""
    if model is None:
        starts.extend(
            offset + i
            for i, char in enumerate(run)
            if not (i and char in _LETTERS and run[i - 1] in _LETTERS)
        )
    elif len(run) < 2 or dictionary.counts.get(run):
        starts.extend(range(offset, offset + len(run)))
    else:
        _cut_unknown(run, offset, model, dictionary.forced, starts)


def _cut_unknown(run: str, offset: int, model: WordModel, forced: set[str], starts: list[int]) -> None:
    """Append the starts of the words that jieba's ``finalseg.cut`` finds in a run."""
    for part in _HAN_OR_OTHER.finditer(run):
        begin = offset + part.start()
        if part.lastindex is None:
            starts.extend(begin + start for start in other_starts(part.group()))
            continue
        inside = model.run_starts(part.group())
        for start, stop in zip(inside, [*inside[1:], len(part.group())], strict=True):
            if part.group()[start:stop] in forced:
                starts.extend(range(begin + start, begin + stop))
            else:
                starts.append(begin + start)


def other_starts(run: str) -> list[int]:
    """Return where the pieces of a run of letters, digits and signs start: numbers, words and signs."""
    starts, position = [], 0
    for piece in _ALPHANUMERIC.split(run):
        if piece:
            starts.append(position)
            position += len(piece)
    return starts
