"""Words of a text, exactly as jieba 0.42.1 cuts it, with offsets.

jieba itself is never run: only its data is read, ``dict.txt`` and the
probabilities of its hidden Markov model. So there is no cache file in the
temporary folder, no global tokenizer that a host's ``jieba.add_word`` or
``jieba.del_word`` would change, no logger and no ``pkg_resources``.
The data is loaded at the first use and shared by the whole process.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import re
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

from spamsms.errors import DatasetError, InputError, SpamsmsError
from spamsms.once import Once
from spamsms.segment import WordDictionary, WordModel, word_starts

LONGEST_WORD = 1000
LARGEST_COUNT = 10**18

_USER_WORD = re.compile(r"^(.+?)( [0-9]+)?( [a-z]+)?$")
_INSTALL = "install it again with: pip install 'jieba==0.42.1'"

# By what the words follow from, so that a changed userdict is read again.
_dictionaries: Once[WordDictionary] = Once()
_models: Once[WordModel] = Once()


class WordSegmenter:
    """Cuts texts into words as ``jieba.Tokenizer().lcut`` of jieba 0.42.1 does.

    Parameters
    ----------
    hmm : bool, default=True
        Find words that are not in the dictionary with jieba's hidden Markov
        model.
    userdict : str, path or None, default=None
        A file of further words in the format of ``jieba.load_userdict``: one
        ``word [count] [tag]`` per line, in UTF-8. It is read at the first use.

    Notes
    -----
    Instances may be shared by threads, survive a fork and can be pickled; a
    pickle holds the parameters only.

    Examples
    --------
    >>> WordSegmenter().cut("杭研大厦在网易")
    ['杭研', '大厦', '在', '网易']
    """

    def __init__(self, hmm: bool = True, userdict: str | os.PathLike[str] | None = None) -> None:
        if not isinstance(hmm, bool):
            raise InputError(f"hmm must be True or False, not {hmm!r}")
        if userdict is not None and not isinstance(userdict, str | os.PathLike):
            raise InputError(f"userdict must be a path or None, not {type(userdict).__name__}")
        self.hmm = hmm
        self.userdict = userdict
        self._dictionary: WordDictionary | None = None
        self._user_lines: bytes | None = None

    def __repr__(self) -> str:
        return f"WordSegmenter(hmm={self.hmm!r}, userdict={self.userdict!r})"

    def __reduce__(self) -> tuple[type[WordSegmenter], tuple[bool, str | os.PathLike[str] | None]]:
        return type(self), (self.hmm, self.userdict)

    def cut(self, text: str) -> list[str]:
        """Return the words of a text; together they are the text.

        Parameters
        ----------
        text : str
            Any string.

        Returns
        -------
        list of str
        """
        return [text[start:stop] for start, stop in self.cut_spans(text)]

    def cut_spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the words of a text start and stop.

        Parameters
        ----------
        text : str
            Any string.

        Returns
        -------
        list of tuple of int
            ``(start, stop)`` in characters, in order and without gaps.
        """
        if not isinstance(text, str):
            # It brings NumPy along, which cutting itself does without.
            from spamsms.validation import check_text

            check_text(text)
        starts = word_starts(text, self.dictionary(), word_model() if self.hmm else None)
        return list(zip(starts, [*starts[1:], len(text)], strict=False))

    def dictionary(self) -> WordDictionary:
        """Return the loaded dictionary, which all who use it share: do not change it."""
        if self._dictionary is None:
            lines = self._read_userdict()
            name = os.fspath(self.userdict or "")
            self._dictionary = _dictionaries.get(self.digest(), lambda: _make_dictionary(lines, name))
        return self._dictionary

    def digest(self) -> str:
        """Return a SHA-256 of everything the words follow from: jieba's data and the user's dictionary."""
        return hashlib.sha256(_jieba_digest() + self._read_userdict()).hexdigest()

    def _read_userdict(self) -> bytes:
        """Return the user's dictionary as it was at the first use; nothing if there is none."""
        if self._user_lines is None:
            self._user_lines = b"" if self.userdict is None else _read_file(self.userdict)
        return self._user_lines


@functools.cache
def _word_segmenter(hmm: bool, userdict: str | None) -> WordSegmenter:
    return WordSegmenter(hmm, userdict)


def word_segmenter(hmm: bool = True, userdict: str | os.PathLike[str] | None = None) -> WordSegmenter:
    """Return the process's segmenter with these parameters; they are those of :class:`WordSegmenter`."""
    if isinstance(userdict, str | os.PathLike):
        userdict = os.path.abspath(userdict)
    return _word_segmenter(WordSegmenter(hmm, userdict).hmm, userdict)


def split_words(text: str) -> list[tuple[int, int]]:
    """Return the spans of the words of a text with jieba's own dictionary and model."""
    return word_segmenter().cut_spans(text)


def word_model() -> WordModel:
    """Return jieba's model of unknown words."""
    return _models.get("", _read_model)


def _make_dictionary(lines: bytes, name: str) -> WordDictionary:
    """Return jieba's dictionary with the words of a userdict, if there are any."""
    if not lines:
        return _read_dictionary()
    plain = word_segmenter().dictionary()
    dictionary = WordDictionary(plain.counts.copy(), plain.total)
    _add_user_words(dictionary, lines, name)
    return dictionary


@functools.cache
def _jieba_digest() -> bytes:
    """Return a SHA-256 of the files of jieba that are read here."""
    digest = hashlib.sha256(_jieba_data("dict.txt"))
    for name in ("start", "trans", "emit"):
        digest.update(_jieba_data("finalseg", f"prob_{name}.py"))
    return digest.digest()


def _jieba_spec() -> ModuleSpec:
    """Find jieba without importing it."""
    try:
        spec = importlib.util.find_spec("jieba")
    except ValueError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise SpamsmsError(f"the package jieba is not installed; {_INSTALL}")
    return spec


def _jieba_data(*names: str) -> bytes:
    """Return the content of a file of jieba."""
    spec = _jieba_spec()
    path = os.path.join(next(iter(spec.submodule_search_locations or ())), *names)
    loader: Any = spec.loader  # asked for the data, it finds it in a zip archive too
    try:
        data: bytes = loader.get_data(path) if hasattr(loader, "get_data") else Path(path).read_bytes()
    except OSError as error:
        raise SpamsmsError(f"{path}, a file of jieba, cannot be read ({error}); {_INSTALL}") from error
    return data


def _read_dictionary() -> WordDictionary:
    """Read jieba's dictionary: ``word count tag`` on each line."""
    counts: dict[str, int] = {}
    total = 0
    for number, line in enumerate(_jieba_data("dict.txt").decode("utf-8").split("\n"), 1):
        word, _, rest = line.strip().partition(" ")
        if not word:
            continue
        try:
            count = int(rest.partition(" ")[0])
        except ValueError as error:
            raise SpamsmsError(f"jieba's dict.txt:{number}: no count in {line!r}; {_INSTALL}") from error
        counts[word] = count
        total += count
        for end in range(len(word) - 1, 0, -1):
            prefix = word[:end]
            if prefix in counts:  # and so are its own prefixes
                break
            counts[prefix] = 0
    return WordDictionary(counts, total)


def _read_model() -> WordModel:
    """Read the tables of jieba's model, modules that hold one literal, without importing their package."""
    locations = [os.path.join(path, "finalseg") for path in _jieba_spec().submodule_search_locations or ()]
    tables: list[Any] = []
    for name in ("start", "trans", "emit"):
        spec = PathFinder.find_spec(f"jieba.finalseg.prob_{name}", locations)
        if spec is None or spec.loader is None:
            raise SpamsmsError(f"jieba.finalseg.prob_{name} is missing; {_INSTALL}")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        tables.append(module.P)
    return WordModel(*tables)


def _read_file(path: str | os.PathLike[str]) -> bytes:
    """Return the content of a user's dictionary."""
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise DatasetError(f"{os.fspath(path)}: the userdict cannot be read: {error}") from error


def _add_user_words(dictionary: WordDictionary, lines: bytes, name: str) -> None:
    """Add the words of a user's dictionary, in the order of its lines (``Tokenizer.load_userdict``)."""
    for number, raw in enumerate(lines.split(b"\n"), 1):
        place = f"{name}:{number}"
        try:
            line = raw.strip().decode("utf-8").lstrip("\ufeff")
        except UnicodeDecodeError as error:
            raise DatasetError(f"{place}: not UTF-8; save the userdict as UTF-8") from error
        match = _USER_WORD.match(line)
        if match is None:
            continue
        word, count = match.group(1), (match.group(2) or "").strip()
        if len(word) > LONGEST_WORD:
            raise DatasetError(
                f"{place}: a word of {len(word)} characters, more than {LONGEST_WORD}; "
                "a userdict has one 'word [count] [tag]' per line"
            )
        if len(count.lstrip("0")) > len(str(LARGEST_COUNT)) or int(count or 0) > LARGEST_COUNT:
            raise DatasetError(f"{place}: the count {count[:30]} is above {LARGEST_COUNT}")
        dictionary.add(word, int(count) if count else dictionary.suggest(word))
