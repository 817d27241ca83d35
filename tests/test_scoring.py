"""A message's score is one number, to the last bit, however it is asked for."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from arbitrary_messages import BATCHES, MESSAGES, TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st
from second_looks import pseudorandom_second_look

from spamsms.features import CHANNELS, FEW_CHARACTERS, FEW_TEXTS, TOKENIZERS, FeatureSpace
from spamsms.normalize import normalize_text
from spamsms.normalize_batch import normalize_batch
from spamsms.scoring import (
    CHARACTERS_A_PART,
    LARGEST_WEIGHT,
    PASSAGE,
    UNITS_A_PART,
    LinearScorer,
    make_scorer,
    quantize,
)


def pseudorandom_weights(space: FeatureSpace) -> npt.NDArray[np.int16]:
    """Return weights that no random generator has to give the same on every platform."""
    numbers = np.arange(space.n_features, dtype=np.uint64) * np.uint64(2654435761) >> np.uint64(12)
    weights = (numbers % np.uint64(2 * LARGEST_WEIGHT + 1)).astype(np.int16) - np.int16(LARGEST_WEIGHT)
    weights[0] = 0  # the boundary's, which is no feature
    return weights


def make(tokenizer: str, passage_scale: float) -> LinearScorer:
    space = FeatureSpace(tokenizer, 12)
    return LinearScorer(space, pseudorandom_weights(space), 0.001, -1.25, passage_scale)


SCORERS = [
    make("char", 0.0),
    make("char", 0.0005),
    make("jieba", 0.0),
    make("jieba+char", 0.0),
    replace(make("char", 0.0005), second_look=pseudorandom_second_look()),
    replace(make("jieba+char", 0.0), second_look=pseudorandom_second_look()),
]
EACH_SCORER = st.sampled_from(SCORERS)
# With more than these, messages are scored as a batch.
FILLERS = st.integers(0, 2 * FEW_TEXTS)
LONG = st.builds(lambda text, times: (text or "满300减50，退订回T。") * times, TEXTS, st.integers(20, 200))


@given(EACH_SCORER, BATCHES, TEXTS | LONG, st.integers(0, 12), FILLERS)
@settings(max_examples=120)
def test_a_score_is_the_same_alone_and_anywhere_in_any_batch(
    scorer: LinearScorer, texts: list[str], text: str, place: int, fillers: int
) -> None:
    alone = scorer.log_odds_one(text)
    batch = [*texts[:place], text, *texts[place:], *["你好"] * fillers]
    assert scorer.log_odds(batch)[min(place, len(texts))] == alone
    assert scorer.log_odds([text]).tolist() == [alone]


@given(EACH_SCORER, BATCHES, FILLERS)
def test_a_score_is_the_matrix_times_the_weights(
    scorer: LinearScorer, texts: list[str], fillers: int
) -> None:
    texts = [*texts, *["你好"] * fillers]
    scorer = replace(scorer, passage_scale=0.0, second_look=None)
    counts, sizes = scorer.space.matrix(texts)
    totals = counts.astype(np.int64) @ scorer.weights.astype(np.int64)
    expected = scorer.intercept + scorer.scale * totals / np.sqrt(np.maximum(sizes, 1))
    assert scorer.log_odds(texts).tolist() == expected.tolist()


@given(st.lists(TEXTS | LONG, min_size=FEW_TEXTS + 1, max_size=FEW_TEXTS + 4))
def test_the_best_passage_is_the_best_of_all_passages(texts: list[str]) -> None:
    scorer = make("char", 1.0)
    whole = replace(scorer, passage_scale=0.0)
    found = scorer.log_odds(texts) - whole.log_odds(texts)
    for text, value in zip(texts, found.tolist(), strict=True):
        sums = scorer._position_sums(normalize_batch([text]).units)[1:].astype(np.int64)
        if not normalize_text(text):
            assert value == 0
        elif sums.size <= PASSAGE:
            assert value == pytest.approx(sums.sum() / math.sqrt(CHANNELS * sums.size), rel=1e-9, abs=1e-9)
        else:
            best = np.lib.stride_tricks.sliding_window_view(sums, PASSAGE).sum(axis=1).max()
            assert value == pytest.approx(best / math.sqrt(CHANNELS * PASSAGE), rel=1e-9, abs=1e-9)


@given(EACH_SCORER, TEXTS)
def test_contributions_of_the_units_add_up_to_the_score(scorer: LinearScorer, text: str) -> None:
    contributions = scorer.unit_contributions(normalize_batch([text]))
    assert contributions.size == len(normalize_text(text))
    assert contributions.sum() + scorer.intercept == pytest.approx(scorer.log_odds_one(text), abs=1e-9)


@pytest.mark.parametrize(
    "scorer", SCORERS, ids=["char", "passages", *TOKENIZERS[1:], "kinds", "words and kinds"]
)
def test_nothing_scores_the_intercept(scorer: LinearScorer) -> None:
    nothing = ["", "。", "\u200b", "", "", "", "\0", "😀"] * FEW_TEXTS
    for texts in (nothing, nothing[:8]):
        assert scorer.log_odds(texts).tolist() == [scorer.intercept] * len(texts)
    assert scorer.log_odds([]).shape == (0,)


@pytest.mark.parametrize("size", [UNITS_A_PART - 3, UNITS_A_PART, UNITS_A_PART + 5, CHARACTERS_A_PART + 10])
def test_messages_longer_than_a_part_score_like_any_other(size: int) -> None:
    text = "".join(chr(0x4E00 + step * step % 5000) for step in range(size))
    scorer = SCORERS[4]
    batch = scorer.log_odds(["短", text, *["短信"] * FEW_TEXTS, text])
    assert batch[1] == batch[-1] == scorer.log_odds_one(text)


@pytest.mark.parametrize("length", [FEW_CHARACTERS, FEW_CHARACTERS + 1])
def test_long_messages_score_the_same_one_by_one_and_as_a_batch(length: int) -> None:
    text = ("【优选商城】满300减50，戳 t.cn/Ab12，退订回T。" * length)[:length]
    for scorer in SCORERS:
        assert scorer.log_odds([text, *["你好"] * FEW_TEXTS])[0] == scorer.log_odds_one(text)


@pytest.mark.parametrize("weight", [LARGEST_WEIGHT, -LARGEST_WEIGHT])
def test_the_largest_weights_do_not_overflow(weight: int) -> None:
    space = FeatureSpace("char", 8)
    scorer = LinearScorer(space, np.full(space.n_features, weight, np.int16), 1.0, 0.0)
    length = 3 * UNITS_A_PART
    sums = scorer._position_sums(normalize_batch(["满" * length]).units)[1:]
    assert sums.max() == sums.min() == CHANNELS * weight
    expected = CHANNELS * weight * (length + 1) / math.sqrt(CHANNELS * (length + 1))
    assert scorer.log_odds_one("满" * length) == pytest.approx(expected, rel=1e-12)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_rounded_coefficients_are_near_and_within_bounds(values: list[float]) -> None:
    coefficients = np.array(values)
    weights, scale = quantize(coefficients)
    assert weights.dtype == np.int16
    assert scale > 0
    assert np.abs(weights.astype(int)).max() <= LARGEST_WEIGHT
    assert np.abs(weights * scale - coefficients).max() <= scale * 0.5000001


def test_coefficients_that_are_all_zero_can_be_rounded() -> None:
    weights, scale = quantize(np.zeros(3))
    assert weights.tolist() == [0, 0, 0]
    assert math.isfinite(scale)


def test_passages_take_their_share_of_the_decision_from_the_whole() -> None:
    space = FeatureSpace("char", 8)
    coefficients = np.linspace(-1, 1, space.n_features)
    whole, half, words = (
        make_scorer(FeatureSpace(name, 8), coefficients, 0.5, share)
        for name, share in (("char", 0.0), ("char", 0.5), ("jieba+char", 0.5))
    )
    assert half.scale == half.passage_scale == whole.scale / 2
    assert (words.scale, words.passage_scale) == (whole.scale, 0.0)
    # A message that is one passage says the same either way.
    assert half.log_odds_one("加微信") == pytest.approx(whole.log_odds_one("加微信"), rel=1e-12)


GOLDEN = {
    "char": [-1.25, -2.242553656, -7.05575, 7.669772984, 6.986583275, 6.360348017],
    "passages": [-1.25, -2.738830484, -9.958625, 12.129659476, 11.104874912, 10.165522026],
    "jieba": [-1.25, -12.539458222, -10.937162648, -4.072314598, -1.983148843, -5.511836003],
    "jieba+char": [-1.25, -7.816226769, -11.210354294, 5.359519816, 5.458766281, 3.241235021],
}


@pytest.mark.parametrize(("name", "scorer"), list(zip(GOLDEN, SCORERS[:4], strict=True)), ids=list(GOLDEN))
def test_given_weights_score_synthetic_messages_as_ever(name: str, scorer: LinearScorer) -> None:
    assert scorer.log_odds(MESSAGES).tolist() == pytest.approx(GOLDEN[name], abs=1e-6)
