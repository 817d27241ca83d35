from __future__ import annotations

import copy

import numpy as np
import pytest
from labelled_corpus import small_data, small_model

from spamsms.training.probes import PROBES, format_probes, probe_model


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        ("without punctuation", "【优】满2.5元减1！点t.cn/b，8:30起。", "【优】满2.5元减1点t.cn/b 8:30起"),
        ("without punctuation", "验证码：482913，5分钟", "验证码482913 5分钟"),
        ("without punctuation", "详见https://a.cn/b?c=1。", "详见https://a.cn/b?c=1"),
        ("digits as *", "拨13812345678", "拨***********"),
        ("digits as x", "满300减50", "满xxx减xx"),
        ("without signature", "【优选商城】满减", "满减"),
        ("without signature", "满减【优选商城】", "满减"),
        ("with signature", "今晚回家", "【消息】今晚回家"),
        ("with signature", "【优选商城】满减", "【优选商城】满减"),
        ("without refusal", "满减，退订回T", "满减"),
        ("without refusal", "满减。拒收请回复R", "满减"),
        ("without refusal", "满减 回复TD退订", "满减"),
        ("without refusal", "酒店订单退订须知", "酒店订单退订须知"),
        ("with refusal", "今晚回家", "今晚回家 拒收请回复R"),
        ("with refusal", "满减，退订回T", "满减，退订回T"),
        ("traditional", "头发后面的电话", "頭髮後面的電話"),
        ("simplified", "頭髮後面的電話", "头发后面的电话"),
        ("simplified", "後面有一座橋", "后面有一座桥"),
        ("full width", "满300 T", "满３００ Ｔ"),
        ("half width", "满３００！", "满300!"),
    ],
)  # fmt: skip
def test_a_probe_changes_one_thing_only(name: str, text: str, changed: str) -> None:
    assert PROBES[name].change(text) == changed


def test_masks_are_filled_with_as_many_digits_the_same_each_time() -> None:
    filled = PROBES["masks as digits"].change("尾号****，拨138xxxx，taxi")
    assert filled == PROBES["masks as digits"].change("尾号****，拨138xxxx，taxi")
    digits = filled.removeprefix("尾号").removesuffix("，taxi").split("，拨138")
    assert [len(part) for part in digits] == [4, 4]
    assert "".join(digits).isdigit()


def test_figures_count_the_changed_messages_and_their_flips() -> None:
    data, model = small_data(), small_model()
    figures = probe_model(model, data.test)["with refusal"]
    texts = [text for text, label in zip(data.test.texts, data.test.labels, strict=True) if label == 0]
    changed = [text for text in texts if PROBES["with refusal"].change(text) != text]
    after = [PROBES["with refusal"].change(text) for text in changed]
    moved = model.predict_proba(after)[:, 1] - model.predict_proba(changed)[:, 1]
    wanted = figures["wanted"]
    assert wanted["n"] == len(changed) > 50
    assert wanted["mean"] == pytest.approx(np.abs(moved).mean(), abs=1e-5)
    assert wanted["p95"] == pytest.approx(np.percentile(np.abs(moved), 95), abs=1e-5)
    assert wanted["shift"] == pytest.approx(moved.mean(), abs=1e-5)
    assert wanted["flips"]["hits"] == int((model.predict(after) != model.predict(changed)).sum())


def test_width_that_is_normalised_away_moves_nothing() -> None:
    figures = probe_model(small_model(), small_data().test)
    for name in ("full width", "half width"):
        for side in ("spam", "wanted"):
            assert figures[name][side]["n"] > 100
            assert figures[name][side]["p95"] < 0.02


def test_only_messages_like_real_inboxes_count() -> None:
    data = small_data()
    chosen = np.arange(len(data.test)) < 20
    test = data.test.replaced(calibrate=chosen)
    figures = probe_model(small_model(), test)["full width"]
    assert figures["spam"]["n"] + figures["wanted"]["n"] <= 20


def test_a_message_of_which_nothing_is_left_is_not_measured() -> None:
    test = small_data().test.take([0]).replaced(texts=["退订回T"], labels=np.array([1]))
    figures = probe_model(copy.copy(small_model()), test)
    assert figures["without refusal"]["spam"] == {"n": 0}
    assert "without refusal" in format_probes(figures)
