"""A batch is cut as its texts are one by one, and its tables are kept between processes."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import numpy as np
import numpy.typing as npt
import pytest
from arbitrary_words import HAN, MESSAGES, TEXTS
from growth import fastest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from labelled_corpus import CORPUS, DATA, needs_data, read_tsv

from spamsms import array_cache
from spamsms import segment_batch as batch_module
from spamsms import word_tables as tables_module
from spamsms.errors import InputError
from spamsms.once import Once
from spamsms.segment import HAN_FIRST, HAN_LAST, WordDictionary
from spamsms.segment_batch import segment_batch
from spamsms.tokenizer import WordSegmenter, word_model, word_segmenter
from spamsms.word_tables import compile_tables, word_tables

SMALL_WORD = st.text(st.sampled_from("甲乙丙a1.%"), min_size=1, max_size=4)
SMALL_TEXT = st.text(st.sampled_from("甲乙丙丁a1.%-\r\n，"), max_size=12)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory of the test's own, and nothing compiled yet in this process."""
    monkeypatch.setattr(tables_module, "_tables", Once())
    monkeypatch.setenv(array_cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def cut(texts: Sequence[str], segmenter: WordSegmenter) -> list[list[str]]:
    """Return the words of each text by way of the batch."""
    joined = "".join(texts)
    words: list[list[str]] = [[] for _ in texts]
    for start, stop, row in zip(*(part.tolist() for part in segment_batch(texts, segmenter)), strict=True):
        words[row].append(joined[start:stop])
    return words


def cut_singly(texts: Sequence[str], segmenter: WordSegmenter) -> list[list[str]]:
    return [segmenter.cut(text) for text in texts]


@needs_data
@pytest.mark.parametrize("hmm", [True, False])
def test_a_hundred_thousand_real_messages_are_cut_as_by_jieba(hmm: bool) -> None:
    import jieba

    texts = [row["text"] for path in (CORPUS, *sorted(DATA.glob("*.tsv"))) for row in read_tsv(path)]
    assert len(texts) >= 100_000
    theirs, segmenter, different = jieba.Tokenizer(), word_segmenter(hmm), 0
    for first in range(0, len(texts), 5_000):
        part = texts[first : first + 5_000]
        words = cut(part, segmenter)
        different += sum(own != theirs.lcut(text, HMM=hmm) for own, text in zip(words, part, strict=True))
    # Only how many: the messages are others'.
    assert different == 0


def rare_characters(size: int) -> str:
    generator = random.Random(7)
    return "".join(chr(generator.randint(ord(HAN_FIRST), ord(HAN_LAST))) for _ in range(size))


@given(texts=st.lists(TEXTS, max_size=8), hmm=st.booleans())
@example(texts=MESSAGES, hmm=True)
@example(texts=MESSAGES, hmm=False)
@example(texts=["\0", "", "\0a", "b\r", "\nc", "1.", "5%", "%"], hmm=True)
def test_cuts_as_the_segmenter_does(texts: list[str], hmm: bool) -> None:
    assert cut(texts, word_segmenter(hmm)) == cut_singly(texts, word_segmenter(hmm))


@settings(max_examples=200)
@given(texts=st.lists(st.text(st.sampled_from("aZ9.%-+我"), max_size=14), max_size=8), hmm=st.booleans())
def test_cuts_numbers_and_signs_as_the_segmenter_does(texts: list[str], hmm: bool) -> None:
    assert cut(texts, word_segmenter(hmm)) == cut_singly(texts, word_segmenter(hmm))


@settings(max_examples=200)
@given(
    words=st.dictionaries(SMALL_WORD, st.integers(0, 4), max_size=12),
    texts=st.lists(SMALL_TEXT, max_size=6),
    hmm=st.booleans(),
)
@example(words={"甲乙": 2, "乙丙": 2, "甲": 3, "丙": 3}, texts=["甲乙丙", "丁甲乙丙丁"], hmm=False)
@example(words={"甲乙": 0, "乙丙": 1}, texts=["甲乙丙甲乙"], hmm=True)
def test_small_dictionaries_full_of_ties(words: dict[str, int], texts: list[str], hmm: bool) -> None:
    dictionary = WordDictionary({}, 5)
    for word, count in words.items():
        dictionary.add(word, count)
    segmenter = WordSegmenter(hmm)
    segmenter._dictionary = dictionary
    tables = compile_tables(dictionary, word_model())
    with mock.patch.object(batch_module, "word_tables", return_value=tables):
        assert cut(texts, segmenter) == cut_singly(texts, segmenter)


@given(run=st.text(HAN, min_size=1), times=st.integers(1, 40), hmm=st.booleans())
@example(run="一", times=300, hmm=True)
@example(run="龘", times=64, hmm=True)
@example(run="龘", times=65, hmm=True)
def test_long_runs_are_cut_as_the_segmenter_does(run: str, times: int, hmm: bool) -> None:
    texts = ["好的" + run * times + "谢谢", run]
    assert cut(texts, word_segmenter(hmm)) == cut_singly(texts, word_segmenter(hmm))


@pytest.mark.parametrize("chunk", [1, 7, 40])
def test_parts_of_a_batch_join_up(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    whole = segment_batch(MESSAGES, word_segmenter())
    monkeypatch.setattr(batch_module, "CHUNK", chunk)
    for part, expected in zip(segment_batch(MESSAGES, word_segmenter()), whole, strict=True):
        np.testing.assert_array_equal(part, expected)


@pytest.mark.parametrize("texts", [[], [""], ["", "", ""], ["", "好", ""]])
def test_empty_texts_have_no_words(texts: list[str]) -> None:
    starts, stops, message = segment_batch(texts, word_segmenter())
    assert [part.dtype for part in (starts, stops, message)] == [np.dtype(np.int64)] * 3
    assert starts.tolist() == [0] * texts.count("好")
    assert stops.tolist() == [1] * texts.count("好")
    assert message.tolist() == [1] * texts.count("好")


def test_a_wrong_row_is_named() -> None:
    with pytest.raises(InputError, match=r"texts\[1\] is None"):
        segment_batch(["好", None], word_segmenter())  # type: ignore[list-item]


@pytest.mark.parametrize("hmm", [True, False])
def test_userdict_is_honoured(tmp_path: Path, hmm: bool) -> None:
    path = tmp_path / "words.txt"
    lines = [
        "某某科创",
        "杭研大厦 7",
        "加微信领",
        "的和 0",
        "C++17 900",
        "龘靐 0",
        "齉爩 0",
        "齉爩 3",
        "好★ 9",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    texts = [*MESSAGES, "某某科创的和云C++17加微信领100好★的杭研大厦", "龘靐齉爩麤灪", "小明龘靐"]
    segmenter = WordSegmenter(hmm, path)
    assert cut(texts, segmenter) == cut_singly(texts, segmenter)
    assert cut(texts, segmenter) != cut(texts, word_segmenter(hmm))


@pytest.mark.parametrize("hmm", [True, False])
@pytest.mark.parametrize(
    "text", [rare_characters(32_000), "一" * 32_000, "1.2.3.-" * 4_600], ids=["rare", "same", "signs"]
)
def test_time_grows_with_the_length(text: str, hmm: bool) -> None:
    segmenter = word_segmenter(hmm)
    segment_batch([text[:4000]], segmenter)
    whole = fastest(lambda: segment_batch([text], segmenter))
    part = fastest(lambda: segment_batch([text[:4000]], segmenter))
    assert whole < 3 * 8 * part  # a quadratic method would take 64 times as long


def test_is_much_faster_than_jieba(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path)
    texts = [message for message in MESSAGES if 20 < len(message) < 80] * 300
    tokenizer.lcut("好")
    segment_batch(texts, word_segmenter())
    theirs = fastest(lambda: [tokenizer.lcut(text) for text in texts], 2)
    ours = fastest(lambda: segment_batch(texts, word_segmenter()))
    assert theirs > 4 * ours  # 15 and more on a quiet machine


@pytest.mark.usefixtures("own_cache")
def test_threads_compile_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_mock = mock.Mock(side_effect=compile_tables)
    monkeypatch.setattr(tables_module, "compile_tables", compile_mock)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: segment_batch(MESSAGES, word_segmenter()), range(4)))
    assert compile_mock.call_count == 1


def test_compiled_tables_are_read_from_the_cache(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = cut(MESSAGES, word_segmenter())
    (file,) = own_cache.iterdir()
    assert word_segmenter().digest()[:32] in file.name
    np.load(file, allow_pickle=False)
    monkeypatch.setattr(tables_module, "compile_tables", mock.Mock(side_effect=AssertionError))
    monkeypatch.setattr(tables_module, "_tables", Once())
    assert cut(MESSAGES, word_segmenter()) == expected


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        _flip,
        lambda data: data[:-8],
        lambda data: data[:50],
        lambda _: b"",
        lambda _: b"PK\3\4",
        lambda data: data[::-1],
    ],
    ids=["flipped", "short", "header", "empty", "archive", "reversed"],
)
def test_a_damaged_cache_is_replaced(own_cache: Path, damage: Callable[[bytes], bytes]) -> None:
    array = np.arange(1000)
    array_cache.save_words("kind-a", array)
    (file,) = own_cache.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert array_cache.load_words("kind-a") is None
    array_cache.save_words("kind-a", array)
    np.testing.assert_array_equal(array_cache.load_words("kind-a"), array)
    assert list(own_cache.iterdir()) == [file]


def test_an_array_of_another_kind_is_not_taken_for_tables(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"words{tables_module.VERSION}-{word_segmenter().digest()[:32]}"
    compile_mock = mock.Mock(side_effect=compile_tables)
    monkeypatch.setattr(tables_module, "compile_tables", compile_mock)
    arrays: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64), np.arange(50), np.array([4, -1, 3])]
    for array in arrays:
        array_cache.save_words(name, array)
        monkeypatch.setattr(tables_module, "_tables", Once())
        word_tables(word_segmenter())
    assert compile_mock.call_count == len(arrays)


def test_works_without_a_place_to_write(own_cache: Path) -> None:
    own_cache.write_text("a file where the directory would be", encoding="utf-8")
    assert cut(MESSAGES, word_segmenter()) == cut_singly(MESSAGES, word_segmenter())
    assert own_cache.is_file()


def test_a_failed_write_leaves_nothing_behind(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.replace", mock.Mock(side_effect=PermissionError))
    array_cache.save_words("kind-a", np.arange(9))
    assert list(own_cache.iterdir()) == []


def test_old_files_are_dropped(own_cache: Path) -> None:
    array_cache.save_words("other-a", np.arange(9))
    for number in range(array_cache.FILES_KEPT + 3):
        array_cache.save_words(f"kind-{number}", np.arange(9))
    assert len(list(own_cache.glob("kind-*"))) == array_cache.FILES_KEPT
    assert array_cache.load_words(f"kind-{array_cache.FILES_KEPT + 2}") is not None
    assert array_cache.load_words("other-a") is not None


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x/cache"}, Path("/x/cache/spamsms")),
        ("linux", {"XDG_CACHE_HOME": "relative", "HOME": "/h"}, Path("/h/.cache/spamsms")),
        ("darwin", {"HOME": "/h"}, Path("/h/Library/Caches/spamsms")),
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/spamsms")),
        ("linux", {"XDG_CACHE_HOME": "/x", array_cache.VARIABLE: "/mine"}, Path("/mine")),
    ],
)
@pytest.mark.skipif("sys.platform == 'win32'", reason="POSIX paths")
def test_the_cache_is_where_the_platform_has_caches(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], expected: Path
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    for name in (array_cache.VARIABLE, "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert array_cache.cache_directory() == expected
