"""Where the hyperplane is unsure, the kinds take part in the score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from arbitrary_messages import BATCHES, TEXTS
from hypothesis import given
from hypothesis import strategies as st
from labelled_corpus import read_rows
from second_looks import pseudorandom_head, pseudorandom_second_look

from spamsms import InputError, SpamClassifier
from spamsms.features import CHANNELS
from spamsms.kinds import KIND_SPACE, batch_of_one
from spamsms.message_units import padded_units
from spamsms.normalize import normalize_text
from spamsms.normalize_batch import normalize_batch
from spamsms.second_look import PASSAGE, select

HEAD = pseudorandom_head()
LOOK = pseudorandom_second_look()


@given(BATCHES)
def test_the_kinds_scores_are_the_matrix_times_the_weights(texts: list[str]) -> None:
    counts, sizes = KIND_SPACE.matrix(texts)
    totals = counts.astype(np.int64) @ HEAD.weights.astype(np.int64)
    expected = totals / np.sqrt(np.maximum(sizes, 1))[:, None] * HEAD.scales + HEAD.intercepts
    assert HEAD.scores(texts).tolist() == expected.tolist()


@pytest.mark.parametrize("length", [1, 1029, 1030, 1031, 1032, 2061, 2062, 30_000])
def test_long_messages_overflow_no_lane(length: int) -> None:
    texts = ["满" * length, "好", "减" * length] * 3
    alone = np.concatenate([HEAD.scores([text]) for text in texts])
    assert HEAD.scores(texts).tolist() == alone.tolist()
    widest = replace(HEAD, weights=np.full_like(HEAD.weights, -127))
    total = (widest.scores(texts)[0] - widest.intercepts) / widest.scales
    assert total == pytest.approx(-127 * np.sqrt(CHANNELS * (length + 1)), rel=1e-3)


@given(BATCHES.filter(bool), st.data())
def test_a_part_of_a_batch_is_the_batch_of_that_part(texts: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), unique=True, min_size=1).map(sorted))
    part, expected = select(normalize_batch(texts), np.array(rows)), normalize_batch([texts[i] for i in rows])
    assert part.units.tolist() == expected.units.tolist()
    assert part.starts.tolist() == expected.starts.tolist()


def test_the_passage_has_half_the_say_in_a_message_longer_than_one() -> None:
    text = "您好，" * 30 + "全场五折起满300减50，退订回T" + "谢谢。" * 20
    batch = normalize_batch(["好", text, "短信"])
    whole = LOOK.margins(batch)
    place = int(batch.starts[1]) + 57
    both = LOOK.margins(batch, np.array([-1, place, -1]))
    alone = HEAD.passage_scores(HEAD.position_sums(batch.units), np.array([place]))
    assert both[[0, 2]].tolist() == whole[[0, 2]].tolist()
    assert both[1] == (whole[1] + HEAD.margins(alone)[0]) / 2
    last = int(batch.starts[-1]) - 2 - PASSAGE
    assert np.isfinite(HEAD.passage_scores(HEAD.position_sums(batch.units), np.array([last]))).all()


@given(st.floats(-20, 20), TEXTS)
def test_the_kinds_say_nothing_where_the_hyperplane_is_sure(first: float, text: str) -> None:
    units = padded_units(normalize_text(text) or "好")
    added = LOOK.add_one(first, units) - first
    if first <= LOOK.low - LOOK.fading or first >= LOOK.high + LOOK.fading:
        assert added == 0
    elif LOOK.low <= first <= LOOK.high:
        margin = float(HEAD.margins(HEAD.scores_of_batch(batch_of_one(units)))[0])
        assert added == pytest.approx(LOOK.scale * margin)


@given(st.floats(-10, 10), st.floats(0.1, 5), st.floats(-5, 5))
def test_rescaling_keeps_the_kinds_share(first: float, slope: float, offset: float) -> None:
    rescaled = LOOK.rescaled(slope, offset)
    assert rescaled.share_one(slope * first + offset) == pytest.approx(LOOK.share_one(first), abs=1e-6)


def small_model(second_look: bool) -> tuple[SpamClassifier, list[str]]:
    messages = read_rows(18)
    messages = messages[: len(messages) // 4 * 4]
    texts = [message["text"] for message in messages]
    labels = [int(message["label"]) for message in messages]
    model = SpamClassifier(hash_bits=12, cv=2).fit(texts, labels)
    kinds = [message["kind"] for message in messages]
    return model.fit_kinds(texts, kinds, y=labels, second_look=second_look), texts


def test_a_model_whose_kinds_take_part_is_read_back_exactly(tmp_path: Path) -> None:
    model, texts = small_model(True)
    model.save(tmp_path / "model")
    read = SpamClassifier.load(tmp_path / "model")
    scores = model.decision_function(texts)
    assert read.decision_function(texts).tolist() == scores.tolist()
    assert read.hash_ == model.hash_
    without = replace(model.scorer_, second_look=None).log_odds(texts)
    assert (scores != without).any()
    assert model.calibrate(scores, [int(score > 0) for score in scores]).hash_ != read.hash_


def test_kinds_that_only_name_change_no_score() -> None:
    model, texts = small_model(False)
    assert model.scorer_.second_look is None
    assert model.predict_kind(texts[:5]).shape == (5,)


def test_the_kinds_take_part_in_what_was_just_fitted_only() -> None:
    model, texts = small_model(True)
    kinds = ["R", "F", "c", "b"] * (len(texts) // 4)
    with pytest.raises(InputError, match="call fit before fit_kinds"):
        model.fit_kinds(texts, kinds)
    model, texts = small_model(False)
    with pytest.raises(InputError, match="needs the messages that fit was given"):
        model.fit_kinds(texts[:8], kinds[:8], second_look=True)
