"""Words of a whole batch are those of its messages, and their checksums are zlib's."""

from __future__ import annotations

from pathlib import Path
from unittest import mock
from zlib import crc32

import numpy as np
import pytest
from arbitrary_messages import BATCHES, MESSAGES
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spamsms import word_spans as module
from spamsms.features import TOKENIZERS, FeatureSpace
from spamsms.normalize_batch import normalize_batch
from spamsms.tokenizer import WordSegmenter, word_segmenter
from spamsms.word_spans import WordSpans, find_words


def find_at_once(texts: list[str], segmenter: WordSegmenter) -> WordSpans:
    """Return the words of texts by way of the batch, however few they are."""
    with mock.patch.object(module, "_FEW_UNITS", 0):
        return find_words(normalize_batch(texts), segmenter)


@given(texts=BATCHES, hmm=st.booleans())
@settings(max_examples=150)
@example(texts=[*MESSAGES, "", "x" * 40, "拼" * 20], hmm=True)
@example(texts=["", ""], hmm=False)
def test_words_of_a_batch_are_those_of_its_messages(texts: list[str], hmm: bool) -> None:
    with mock.patch.object(module, "_FEW_UNITS", 1 << 20):
        singly = find_words(normalize_batch(texts), word_segmenter(hmm))
    for at_once, one_by_one in zip(find_at_once(texts, word_segmenter(hmm)), singly, strict=True):
        assert at_once.dtype == one_by_one.dtype
        np.testing.assert_array_equal(at_once, one_by_one)


@given(texts=BATCHES)
@example(texts=["x" * length for length in range(14, 19)])
def test_checksums_are_those_of_the_words(texts: list[str]) -> None:
    units = normalize_batch(texts).units
    words = find_at_once(texts, word_segmenter())
    expected = [
        crc32(units[start:stop].tobytes()) for start, stop in zip(words.starts, words.stops, strict=True)
    ]
    assert words.codes.tolist() == expected


@pytest.mark.parametrize("hmm", [True, False])
def test_userdict_is_honoured_in_a_batch(tmp_path: Path, hmm: bool) -> None:
    path = tmp_path / "words.txt"
    path.write_text("某某科创 90000\n", encoding="utf-8")
    texts = ["某某科创大厦"] * 300
    plain, own = (find_words(normalize_batch(texts), WordSegmenter(hmm, at)) for at in (None, path))
    assert set(own.counts.tolist()) == {2}
    assert set(plain.counts.tolist()) != {2}


@pytest.mark.parametrize("tokenizer", TOKENIZERS[1:])
def test_a_matrix_of_many_messages_has_the_rows_of_few(tokenizer: str) -> None:
    space = FeatureSpace(tokenizer, 12)
    counts, sizes = space.matrix(MESSAGES * 40)
    few, few_sizes = space.matrix(MESSAGES)
    for copy in (0, 39):
        rows = slice(copy * len(MESSAGES), (copy + 1) * len(MESSAGES))
        assert (counts[rows] != few).nnz == 0
        assert sizes[rows].tolist() == few_sizes.tolist()
