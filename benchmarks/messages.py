"""The messages to time: the corpus, cut and joined to a length, repeated with other digits and names."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from benchmarks.checkout import corpus_rows
from benchmarks.mutated_messages import DIGITS, SIGNATURE, SIGNATURES

# What an SMS of one part mostly has, and what peers' figures are usually given for.
USUAL = range(22, 40)
_SENDERS = tuple(f"【{name}】" for names in SIGNATURES.values() for name in names)


def read_corpus() -> tuple[list[str], list[int]]:
    """Return texts and labels of the corpus."""
    rows = corpus_rows()
    return [row["text"] for row in rows], [int(row["label"]) for row in rows]


def usual_messages(texts: Sequence[str], count: int, seed: int = 0) -> list[str]:
    """Return messages of some 30 characters, changed where there are fewer than wanted."""
    short = [text for text in texts if len(text) in USUAL]
    return [text for text, _ in grow(short, [0] * len(short), count, seed)]


def messages_of_length(texts: Sequence[str], length: int, count: int, seed: int = 0) -> list[str]:
    """Return messages of exactly so many characters, made by joining messages and cutting the end."""
    if not any(texts):
        raise ValueError("there is no text to make messages of")
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        text = rng.choice(texts)
        while len(text) < length:
            text += rng.choice(texts)
        made.append(text[:length])
    return made


def grow(texts: Sequence[str], labels: Sequence[int], count: int, seed: int = 0) -> Iterator[tuple[str, int]]:
    """Yield so many messages and labels: all as they are, then again and again with changes.

    Digits change, in a third of the messages the sender, in a quarter the order of two
    neighbouring characters: new n-grams keep coming, as they do in real traffic.
    """
    if not texts:
        raise ValueError("there is no message to repeat")
    rng = random.Random(seed)
    for row in range(count):
        text, label = texts[row % len(texts)], labels[row % len(texts)]
        yield (text if row < len(texts) else vary(text, rng)), label


def vary(text: str, rng: random.Random) -> str:
    """Return the message with other digits, and sometimes another sender and two characters swapped."""
    text = DIGITS.sub(lambda match: str(rng.randrange(10 ** len(match[0]))).zfill(len(match[0])), text)
    if rng.random() < 1 / 3:
        text = SIGNATURE.sub(rng.choice(_SENDERS), text, count=1)
    if len(text) > 1 and rng.random() < 1 / 4:
        place = rng.randrange(len(text) - 1)
        text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text
