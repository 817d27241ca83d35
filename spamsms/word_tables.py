"""jieba's dictionary and model as arrays, for looking up many words at once.

The words form a trie in one hash table with open addressing. A node is known
by its slot, and a slot holds the key of the edge that leads to it: the parent
node and the character. The nodes of single characters, which have no parent,
are numbered behind the slots.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from math import log
from string import ascii_letters, digits
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.array_cache import load_words, save_words
from spamsms.once import Once
from spamsms.segment import HAN_FIRST, HAN_LAST, IMPOSSIBLE, STATES, WordDictionary, WordModel
from spamsms.tokenizer import WordSegmenter, word_model

Array = npt.NDArray[Any]
Nodes = npt.NDArray[np.int64]

# Numbers of characters: 0 for those that no word may hold, then letters and digits, signs, and Han.
ALPHANUMERICS = ascii_letters + digits
SIGNS = "+#&._-%"
FIRST_DIGIT, LAST_DIGIT = len(ascii_letters) + 1, len(ALPHANUMERICS)
POINT, PERCENT = (LAST_DIGIT + 1 + SIGNS.index(sign) for sign in ".%")
FIRST_HAN = LAST_DIGIT + len(SIGNS) + 1
N_NUMBERS = FIRST_HAN + ord(HAN_LAST) - ord(HAN_FIRST) + 1

# Raised whenever the same dictionary would give other arrays.
VERSION = 1
_CHARACTER_BITS = 15
_MOST_SLOTS_PER_NODE = 3  # and at least half of it: the number of slots is a power of two
_FREE = -1
_SCATTER = np.uint64(0x9E3779B97F4A7C15)

_tables: Once[WordTables] = Once()


@dataclass(frozen=True, eq=False)
class WordTables:
    """A compiled dictionary and model.

    Attributes
    ----------
    keys : ndarray of int64, shape (n_slots,)
        Key of the edge to each node; negative where a slot is free.
    scores : ndarray of float64, shape (n_slots + N_NUMBERS,)
        Log-probability of each node as a word; minus infinity if it is none.
    forbidden : ndarray of int64
        Nodes of the words that the user's dictionary does not let the model form.
    emissions : ndarray of float64, shape (N_NUMBERS, 4)
        What the model says of each character, in the order of ``STATES``.
    start : ndarray of float64, shape (4,)
    transition : ndarray of float64, shape (4, 4)
        From the first state to the second.
    loose : float
        Log-probability of a character that no word begins with.
    """

    keys: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    forbidden: npt.NDArray[np.int64]
    emissions: npt.NDArray[np.float64]
    start: npt.NDArray[np.float64]
    transition: npt.NDArray[np.float64]
    loose: float

    @property
    def n_slots(self) -> int:
        """Number of slots, a power of two; the node of character number ``i`` is ``n_slots + i``."""
        return len(self.keys)

    def children(self, nodes: Nodes, numbers: Array) -> Nodes:
        """Return the child of each node by a character's number; negative where there is none."""
        return find_children(self.keys, nodes, numbers)


def find_children(keys: npt.NDArray[np.int64], nodes: Nodes, numbers: Array) -> Nodes:
    """Look up edges in a table of keys; see :meth:`WordTables.children`."""
    wanted = (nodes << _CHARACTER_BITS) | numbers
    slots = _home(wanted, len(keys))
    found = keys.take(slots)
    same = found == wanted
    todo = np.flatnonzero(~same & (found != _FREE))
    slots[~same] = _FREE
    if todo.size:
        places = _home(wanted.take(todo), len(keys))
        while todo.size:
            places = (places + 1) & (len(keys) - 1)
            found = keys.take(places)
            same = found == wanted.take(todo)
            slots[todo[same]] = places[same]
            going = ~same & (found != _FREE)
            todo, places = todo[going], places[going]
    return slots


def _home(keys: npt.NDArray[np.int64], n_slots: int) -> Nodes:
    """Return the slot where the search for a key begins."""
    shift = np.uint64(64 - (n_slots.bit_length() - 1))
    hashed = keys.view(np.uint64) * _SCATTER
    hashed >>= shift
    return hashed.view(np.int64)


@lru_cache(maxsize=1)
def character_numbers() -> npt.NDArray[np.uint16]:
    """Return the number of each character up to one behind the last that a word may hold."""
    table = np.zeros(ord(HAN_LAST) + 2, np.uint16)
    for number, char in enumerate(ALPHANUMERICS + SIGNS, 1):
        table[ord(char)] = number
    table[ord(HAN_FIRST) : ord(HAN_LAST) + 1] = np.arange(FIRST_HAN, N_NUMBERS)
    return table


def number_characters(text: str) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint16]]:
    """Return the code and the number of each character of a text."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return codes, character_numbers().take(codes, mode="clip")


def is_alphanumeric(numbers: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
    """Return which numbers are those of ASCII letters and digits."""
    return (numbers > 0) & (numbers <= LAST_DIGIT)


def is_digit(numbers: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
    """Return which numbers are those of ASCII digits."""
    return (numbers >= FIRST_DIGIT) & (numbers <= LAST_DIGIT)


def word_tables(segmenter: WordSegmenter) -> WordTables:
    """Return a segmenter's dictionary and model as arrays, from the cache if it holds them."""
    digest = segmenter.digest()
    return _tables.get(digest, lambda: _load_or_compile(segmenter, f"words{VERSION}-{digest[:32]}"))


def _load_or_compile(segmenter: WordSegmenter, name: str) -> WordTables:
    words = load_words(name)
    tables = None if words is None else _unpack(words)
    if tables is None:
        tables = compile_tables(segmenter.dictionary(), word_model())
        save_words(name, _pack(tables))
    return tables


def _pack(tables: WordTables) -> npt.NDArray[np.int64]:
    """Lay tables out in one array: two lengths, the whole numbers, and the bits of the others."""
    loose = np.array([tables.loose])
    parts = [tables.scores, tables.emissions.ravel(), tables.start, tables.transition.ravel(), loose]
    lengths = [tables.n_slots, len(tables.forbidden)]
    return np.concatenate([lengths, tables.keys, tables.forbidden, np.concatenate(parts).view(np.int64)])


def _unpack(words: npt.NDArray[np.int64]) -> WordTables | None:
    """Undo :func:`_pack`; None if it did not make this array."""
    n_states = len(STATES)
    n_slots, n_forbidden = words[:2].tolist() if len(words) > 1 else (0, 0)
    sizes = [2, n_slots, n_forbidden, n_slots + N_NUMBERS, N_NUMBERS * n_states, n_states, n_states**2, 1]
    if min(sizes) < 0 or n_slots.bit_count() != 1 or sum(sizes) != len(words):
        return None
    _, keys, forbidden, *rest = np.split(words, np.cumsum(sizes)[:-1])
    scores, emissions, start, transition, loose = (part.view(np.float64) for part in rest)
    emissions, transition = emissions.reshape(-1, n_states), transition.reshape(-1, n_states)
    return WordTables(keys, scores, forbidden, emissions, start, transition, float(loose[0]))


def compile_tables(dictionary: WordDictionary, model: WordModel) -> WordTables:
    """Lay a dictionary and a model out as arrays."""
    log_total = log(dictionary.total)
    by_length: defaultdict[int, list[str]] = defaultdict(list)
    for word in dictionary.counts:
        by_length[len(word)].append(word)
    n_slots = 1 << (_MOST_SLOTS_PER_NODE * max(1, len(dictionary.counts))).bit_length() - 1
    keys = np.full(n_slots, _FREE, np.int64)
    scores = np.full(n_slots + N_NUMBERS, -np.inf)
    forbidden: list[int] = []
    for _, words in sorted(by_length.items()):
        numbers = number_characters("".join(words))[1].reshape(len(words), -1).astype(np.int64)
        usable = np.flatnonzero(numbers.all(axis=1))
        nodes = _insert(keys, numbers[usable])
        counts = [dictionary.counts[words[i]] for i in usable]
        scores[nodes] = [log(count) - log_total if count else -np.inf for count in counts]
        if dictionary.forced:
            forbidden += [
                int(node) for node, i in zip(nodes, usable, strict=True) if words[i] in dictionary.forced
            ]
    return WordTables(
        keys, scores, np.array(forbidden, np.int64), *_compile_model(model), loose=0.0 - log_total
    )


def _insert(keys: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64]) -> Nodes:
    """Add words of one length, whose prefixes are in the table, and return their nodes."""
    nodes = numbers[:, 0] + len(keys)
    for column in range(1, numbers.shape[1] - 1):
        nodes = find_children(keys, nodes, numbers[:, column])
    if numbers.shape[1] == 1:
        return nodes
    wanted = (nodes << _CHARACTER_BITS) | numbers[:, -1]
    nodes = _home(wanted, len(keys))
    todo = np.arange(len(wanted))
    while todo.size:
        places = nodes[todo]
        free = keys[places] == _FREE
        keys[places[free]] = wanted[todo[free]]  # of those that want one slot, the last gets it
        todo = todo[keys[places] != wanted[todo]]
        nodes[todo] = (nodes[todo] + 1) & (len(keys) - 1)
    return nodes


def _compile_model(model: WordModel) -> tuple[Array, Array, Array]:
    emissions = np.full((N_NUMBERS, len(STATES)), IMPOSSIBLE)
    table = character_numbers()
    for char, values in model.emissions.items():
        if HAN_FIRST <= char <= HAN_LAST:
            emissions[table[ord(char)]] = values
    start = np.array([model.start[state] for state in STATES])
    transition = np.array([[model.transition[a].get(b, IMPOSSIBLE) for b in STATES] for a in STATES])
    return emissions, start, transition
