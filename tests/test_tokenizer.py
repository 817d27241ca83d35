"""Words are jieba's, whatever the text, the host or the thread."""

from __future__ import annotations

import os
import pickle
import random
import subprocess
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from arbitrary_words import COMMON, HAN, LATIN, MESSAGES, TEXTS
from growth import fastest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spamsms import tokenizer
from spamsms.errors import DatasetError, InputError, SpamsmsError
from spamsms.once import Once
from spamsms.segment import HAN_FIRST, HAN_LAST
from spamsms.tokenizer import WordSegmenter, split_words, word_segmenter


@pytest.fixture(scope="session")
def jieba(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """jieba itself, its cache kept out of the temporary folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(60)
    jieba.dt.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    jieba.dt.initialize()
    return jieba


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what this process has loaded."""
    monkeypatch.setattr(tokenizer, "_dictionaries", Once())
    monkeypatch.setattr(tokenizer, "_models", Once())
    tokenizer._word_segmenter.cache_clear()


def jieba_with(jieba: Any, userdict: Path) -> Any:
    """Return a tokenizer of jieba with a user's dictionary."""
    plain = jieba.dt
    mine = jieba.Tokenizer()
    mine.FREQ, mine.total, mine.initialized = dict(plain.FREQ), plain.total, True
    with userdict.open("rb") as file:
        mine.load_userdict(file)
    return mine


def run_python(script: str, **environment: str) -> str:
    """Run a script in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("hmm", [True, False])
@pytest.mark.parametrize("message", MESSAGES)
def test_cuts_messages_as_jieba_does(jieba: Any, message: str, hmm: bool) -> None:
    assert WordSegmenter(hmm).cut(message) == jieba.dt.lcut(message, HMM=hmm)


@settings(deadline=None, max_examples=300)
@given(text=TEXTS, hmm=st.booleans())
@example(text="\r\r\n\n", hmm=True)
@example(text="a", hmm=False)
def test_cuts_any_text_as_jieba_does(jieba: Any, text: str, hmm: bool) -> None:
    assert word_segmenter(hmm).cut(text) == jieba.dt.lcut(text, HMM=hmm)


@settings(deadline=None, max_examples=200)
@given(run=st.text(st.one_of(HAN, COMMON, st.just("龘")), min_size=1))
def test_decodes_the_model_as_jieba_does(jieba: Any, run: str) -> None:
    starts = tokenizer.word_model().run_starts(run)
    words = [run[a:b] for a, b in zip(starts, [*starts[1:], len(run)], strict=True)]
    assert words == list(jieba.finalseg.cut(run))


@settings(deadline=None)
@given(text=TEXTS)
def test_spans_cover_the_text_without_gaps(text: str) -> None:
    spans = split_words(text)
    assert [text[a:b] for a, b in spans] == word_segmenter().cut(text)
    assert [0, *(b for _, b in spans)] == [*(a for a, _ in spans), len(text)]


@pytest.mark.parametrize("hmm", [True, False])
def test_time_grows_with_the_length(hmm: bool) -> None:
    segmenter = word_segmenter(hmm)
    generator = random.Random(5)
    text = "".join(chr(generator.randint(ord(HAN_FIRST), ord(HAN_LAST))) for _ in range(32_000))
    segmenter.cut(text[:100])

    def seconds(size: int) -> float:
        return fastest(lambda: segmenter.cut(text[:size]))

    assert seconds(32_000) < 3 * 8 * seconds(4_000)  # a quadratic method would take 64 times as long


@pytest.mark.usefixtures("fresh")
def test_threads_load_the_data_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []

    def counted(read: Callable[[], Any]) -> Callable[[], Any]:
        def reader() -> Any:
            loads.append(read.__name__)
            return read()

        return reader

    for read in (tokenizer._read_dictionary, tokenizer._read_model):
        monkeypatch.setattr(tokenizer, read.__name__, counted(read))
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda _: WordSegmenter().cut(MESSAGES[1]), range(4)))
    assert sorted(loads) == ["_read_dictionary", "_read_model"]
    assert results == [WordSegmenter().cut(MESSAGES[1])] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_during_the_first_use_does_not_block_the_child() -> None:
    script = """
import os, signal, threading, warnings
warnings.simplefilter("ignore")  # Python itself warns of a fork beside a thread
from spamsms import tokenizer
read, loading = tokenizer._read_dictionary, threading.Event()
def slow():
    loading.set()
    return read()
tokenizer._read_dictionary = slow
thread = threading.Thread(target=lambda: tokenizer.WordSegmenter().cut("我们"))
thread.start()
loading.wait()
assert not tokenizer._dictionaries._values
child = os.fork()
if child == 0:
    signal.alarm(30)
    os._exit(0 if tokenizer.WordSegmenter().cut("我们都是好人") == ["我们", "都", "是", "好人"] else 1)
thread.join()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run_python(script) == "0\n"


def test_leaves_the_host_as_it_was(tmp_path: Path) -> None:
    script = """
import logging, sys, warnings
filters, handlers = list(warnings.filters), list(logging.getLogger().handlers)
from spamsms import tokenizer
assert not tokenizer._dictionaries._values
tokenizer.WordSegmenter().cut("杭研大厦")
print(sorted({"jieba", "jieba.finalseg", "pkg_resources"} & sys.modules.keys()))
assert list(warnings.filters) == filters and logging.getLogger().handlers == handlers
assert "jieba" not in logging.Logger.manager.loggerDict
"""
    assert run_python(script, TMPDIR=str(tmp_path), TEMP=str(tmp_path), TMP=str(tmp_path)) == "[]\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("fresh")
def test_a_hosts_words_change_nothing(jieba: Any) -> None:
    text = "杭研大厦里的某某科创"
    before = WordSegmenter().cut(text)
    known, total = dict(jieba.dt.FREQ), jieba.dt.total
    try:
        jieba.add_word("里的某某科创")
        jieba.del_word("杭研")
        jieba.del_word("大厦")
        assert jieba.lcut(text) != before
        assert WordSegmenter().cut(text) == before
        tokenizer._dictionaries.clear()
        tokenizer._models.clear()
        host_words = dict(jieba.dt.FREQ)
        assert WordSegmenter().cut(text) == before
        assert host_words == jieba.dt.FREQ
    finally:
        jieba.dt.FREQ, jieba.dt.total = known, total
        jieba.finalseg.Force_Split_Words.clear()


def test_a_pickle_holds_the_parameters_only(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("某某科创 5 n\n", encoding="utf-8")
    segmenter = WordSegmenter(hmm=False, userdict=path)
    segmenter.cut("某某科创")
    data = pickle.dumps(segmenter)
    again = pickle.loads(data)
    assert len(data) < 1000
    assert repr(again) == repr(segmenter)
    assert again.cut("某某科创") == ["某某科创"]
    assert again.dictionary() is segmenter.dictionary()


def test_one_segmenter_per_parameters(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("某某科创\n", encoding="utf-8")
    assert word_segmenter() is word_segmenter(hmm=True)
    assert word_segmenter() is not word_segmenter(hmm=False)
    assert word_segmenter(userdict=path) is word_segmenter(userdict=str(path))


@pytest.mark.parametrize("hmm", [True, False])
def test_userdict_counts_as_in_jieba(jieba: Any, tmp_path: Path, hmm: bool) -> None:
    path = tmp_path / "words.txt"
    lines = [
        "\ufeff某某科创",
        "",
        "  杭研大厦 7 nt \r",
        "加微信领 n",
        "云计算 0",
        "的和 30000",
        "C++17 x",
        "100 3",
    ]
    path.write_bytes("\n".join([*lines, "杭研 0", "好 的 2", "大厦 0", "某某科创"]).encode())
    mine = jieba_with(jieba, path)
    try:
        segmenter = WordSegmenter(hmm, path)
        assert segmenter.dictionary().counts == mine.FREQ
        assert segmenter.dictionary().total == mine.total
        for text in [*MESSAGES, "某某科创的和云计算C++17加微信领100好 的杭研大厦", "小杭研人大厦"]:
            assert segmenter.cut(text) == mine.lcut(text, HMM=hmm)
    finally:
        jieba.finalseg.Force_Split_Words.clear()


@settings(deadline=None, max_examples=10)
@given(
    words=st.lists(
        st.tuples(st.text(COMMON | LATIN, min_size=1, max_size=5), st.none() | st.integers(0, 10**6)),
        min_size=1,
        max_size=8,
    )
)
def test_any_userdict_counts_as_in_jieba(
    jieba: Any, tmp_path_factory: pytest.TempPathFactory, words: list[tuple[str, int | None]]
) -> None:
    path = tmp_path_factory.mktemp("userdict") / "words.txt"
    lines = [word if count is None else f"{word} {count}" for word, count in words]
    path.write_text("\n".join(lines), encoding="utf-8")
    mine = jieba_with(jieba, path)
    text = "".join(word for word, _ in words) * 2
    try:
        assert WordSegmenter(userdict=path).dictionary().counts == mine.FREQ
        assert WordSegmenter(userdict=path).cut(text) == mine.lcut(text)
    finally:
        jieba.finalseg.Force_Split_Words.clear()


def test_a_changed_userdict_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("某某科创\n", encoding="utf-8")
    assert WordSegmenter(userdict=path).cut("某某科创") == ["某某科创"]
    path.write_text("创好\n", encoding="utf-8")
    assert WordSegmenter(userdict=path).cut("某某科创") != ["某某科创"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ok 3\n\xff\xfe\n", r"words\.txt:2: not UTF-8"),
        (b"ok 3\n\n" + b"a" * 1001, r"words\.txt:3: a word of 1001 characters"),
        (b"ok 1000000000000000001\n", r"words\.txt:1: the count 1000000000000000001 is above"),
        (b"ok " + b"9" * 5000, r"words\.txt:1: the count 9+ is above"),
    ],
)
def test_a_bad_userdict_names_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        WordSegmenter(userdict=path).cut("好")


def test_wrong_arguments_are_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"absent\.txt: the userdict cannot be read"):
        WordSegmenter(userdict=tmp_path / "absent.txt").cut("好")
    with pytest.raises(InputError, match="hmm must be True or False, not 1"):
        WordSegmenter(hmm=1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="userdict must be a path or None, not int"):
        word_segmenter(userdict=3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="text is bytes b'abc'; decode it first"):
        WordSegmenter().cut(b"abc")  # type: ignore[arg-type]


@pytest.mark.usefixtures("fresh")
def test_a_missing_jieba_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jieba", None)
    with pytest.raises(SpamsmsError, match="the package jieba is not installed; install it again with"):
        WordSegmenter().cut("好")
