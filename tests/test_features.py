"""Features are the same for a message wherever it stands, for fitting and for scoring."""

from __future__ import annotations

import itertools
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from arbitrary_messages import BATCHES, MESSAGES, TEXTS
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spamsms import InputError
from spamsms.features import CHANNELS, FEATURES_VERSION, N_UNITS, TOKENIZERS, FeatureSpace, Scratch
from spamsms.normalize import NORMALIZER_VERSION
from spamsms.normalize_batch import normalize_batch

SPACES = st.sampled_from([FeatureSpace(name, 12) for name in TOKENIZERS])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"tokenizer": "word"}, r"tokenizer must be one of char, jieba, jieba\+char, not 'word'"),
        ({"tokenizer": None}, "tokenizer must be one of"),
        ({"hash_bits": 7}, "hash_bits must be a whole number from 8 to 24, not 7"),
        ({"hash_bits": 25}, "hash_bits must be a whole number from 8 to 24, not 25"),
        ({"hash_bits": 12.0}, "hash_bits must be a whole number"),
        ({"hash_bits": True}, "hash_bits must be a whole number"),
        ({"hmm": "yes"}, "hmm must be True or False, not 'yes'"),
        ({"userdict": 5}, "userdict must be a path or None, not 5"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        FeatureSpace(**parameters)


@given(SPACES, BATCHES)
@settings(max_examples=100)
@example(FeatureSpace("jieba", 12), ["", "你好", "", ""])
@example(FeatureSpace("char", 12), ["", "", "a"])
def test_a_row_of_the_matrix_does_not_depend_on_its_neighbours(space: FeatureSpace, texts: list[str]) -> None:
    counts, sizes = space.matrix(texts)
    assert counts.shape == (len(texts), space.n_features)
    for row, text in enumerate(texts):
        alone, size = space.matrix([text])
        assert (counts[row] != alone).nnz == 0
        assert sizes[row] == size[0]


@given(SPACES, BATCHES)
def test_a_row_counts_as_many_features_as_its_size_says(space: FeatureSpace, texts: list[str]) -> None:
    counts, sizes = space.matrix(texts)
    # A message of characters begins at the boundary, which itself is no feature.
    expected = np.maximum(sizes - space.uses_characters, 0)
    assert np.asarray(counts.sum(axis=1)).ravel().tolist() == expected.tolist()


@given(SPACES, TEXTS)
def test_a_message_in_which_nothing_is_left_has_no_features(space: FeatureSpace, text: str) -> None:
    batch = normalize_batch([text])
    is_empty = batch.starts[1] - batch.starts[0] == 2
    counts, sizes = space.matrix([text])
    assert (sizes[0] == 0) == (counts.nnz == 0) == is_empty


@given(st.lists(TEXTS, min_size=1, max_size=6), st.integers(1, 9))
def test_buckets_are_the_same_in_parts(texts: list[str], size: int) -> None:
    space, units = FeatureSpace(hash_bits=12), normalize_batch(texts).units
    whole = [bucket.copy() for bucket in space.buckets(units)]
    assert len(whole) == CHANNELS
    scratch = Scratch(size + 2)
    for start in range(0, units.size - 2, size):
        part = units[start : start + size + 2]
        for all_buckets, bucket in zip(whole, space.buckets(part, scratch), strict=True):
            assert bucket.tolist() == all_buckets[start : start + bucket.size].tolist()


def test_order_and_ends_make_a_difference() -> None:
    counts, _ = FeatureSpace().matrix(["微信", "信微", "微信微信", "信微信微"])
    assert all((counts[i] != counts[j]).nnz for i in range(4) for j in range(i))


def test_homophones_share_the_features_of_their_sounds() -> None:
    counts, _ = FeatureSpace().matrix(["加微信", "加威信", "加钱信"])
    same, other = (counts[0].minimum(counts[row]).sum() for row in (1, 2))
    assert same == other + 2  # the pairs of sounds on either side of the character that differs


def test_words_are_features_of_their_own() -> None:
    words, sizes = FeatureSpace("jieba").matrix(["今天加班"])
    assert sizes.tolist() == [5]  # two words, and three pairs with the boundaries
    assert words.sum() == 5
    assert words.indices.min() >= N_UNITS
    both, _ = FeatureSpace("jieba+char").matrix(["今天加班"])
    characters, _ = FeatureSpace().matrix(["今天加班"])
    assert (both != words + characters).nnz == 0


def test_pairs_of_characters_spread_over_the_table() -> None:
    han = [chr(0x4E00 + 7 * step) for step in range(64)]
    units = normalize_batch(["".join(a + b for a in han for b in han)]).units
    pairs = {(int(a), int(b)) for a, b in itertools.pairwise(units)}
    bigrams = [bucket.copy() for bucket in FeatureSpace(hash_bits=19).buckets(units)][1]
    # So many pairs at random in 2 ** 19 buckets meet about twenty times.
    assert len(pairs) > 3000
    assert len(np.unique(bigrams)) > len(pairs) - 60


GOLDEN = {"char": 2603341602, "jieba": 1570892133, "jieba+char": 2211627570}


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_features_of_a_released_version_do_not_change(tokenizer: str) -> None:
    assert (NORMALIZER_VERSION, FEATURES_VERSION) == (2, 2), "then pin the features of the new version here"
    counts, _ = FeatureSpace(tokenizer).matrix(MESSAGES)
    counts.sort_indices()
    columns = np.concatenate([counts.indptr, counts.indices, counts.data]).astype("<i8")
    checksum = crc32(columns.tobytes())
    assert checksum == GOLDEN[tokenizer]
