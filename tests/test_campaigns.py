from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.campaigns import pairwise
from benchmarks.mutated_messages import make_campaigns, read_templates
from spamsms.governance.campaigns import KnownCampaigns, find_campaigns
from spamsms.governance.sketches import COMMON_RUNS, agreement, fingerprint, sketch_messages

BASE = "【优选商城】双11狂欢价直降，全场家电满300减50，戳 t.cn/Ab12 抢券，退订回T"


@pytest.mark.parametrize(
    "other",
    [
        "【优选商城】双12狂欢价直降，全场家电满999减80，戳 q9.top/zZ 抢券，退订回N",
        "【优选商城】双11狂欢价直降，全场家电满300减50，戳 *** 抢券，退订回T",
        "【优选商城】双十一狂欢價直降，全場家電滿300減50，戳 t.cn/Ab12 搶券，退訂回T",
        "【优选商城】尊敬的张伟先生，双11狂欢价直降，全场家电满300减50，戳 t.cn/Ab12 抢券，退订回T",
        "【优❤选❤商❤城】双11狂·欢·价·直·降，全/场/家/电满３００减５０，戳 t.cn/Ab12 抢券 kqz",
        "【悠选商城】双11狂欢价值降，全场加电满300减50，戳 t.cn/Ab12 抢劵，退订回T",
    ],
    ids=["digits and link", "masked", "traditional", "name", "signs", "homophones"],
)
def test_what_senders_change_makes_no_other_campaign(other: str) -> None:
    found = find_campaigns([BASE, "妈，我晚上回家吃饭，记得给我留点菜", other])
    assert found.labels.tolist() == [0, 1, 0]


@pytest.mark.parametrize("n_templates", [100, None])
def test_campaigns_are_found_again_in_messages_never_tuned_on(n_templates: int | None) -> None:
    texts, true = make_campaigns(read_templates("test")[:n_templates], 3000, 31, "test")
    _, _, f1 = pairwise(find_campaigns(texts).labels.tolist(), true)
    assert f1 >= 0.95


def test_messages_written_one_by_one_are_hardly_ever_a_campaign() -> None:
    texts = read_templates("test", shortest=0)
    assert find_campaigns(texts).sizes.size >= 0.98 * len(texts)


def test_short_messages_do_not_chain_campaigns_together() -> None:
    parts = ["满三百减五十", "到店即送好礼", "新客立享八折", "周末亲子特惠", "会员双倍积分"]
    texts = [a + "，" + b for a, b in itertools.pairwise(parts)]
    # Each shares half with the next; the first and the last share nothing.
    labels = find_campaigns(texts).labels
    assert labels[0] != labels[-1]


def test_campaigns_of_one_sender_with_the_same_beginning_and_end_stay_apart() -> None:
    texts = [
        f"【优选商城】尊敬的会员，{offer}，点击链接 t.cn/a{row} 查看详情，退订回T"
        for row, offer in enumerate(
            [
                "秋冬羽绒服新款上架第二件半价",
                "进口牛奶整箱囤货立减四十元",
                "您收藏的扫地机器人今晚降价",
                "母婴专场纸尿裤买三送一",
            ]
        )
    ]
    assert find_campaigns(texts).sizes.tolist() == [1, 1, 1, 1]


def test_campaigns_stand_largest_first_and_every_message_has_one() -> None:
    texts, _ = make_campaigns(read_templates("development")[:20], 200, 3, "development")
    found = find_campaigns(texts)
    assert found.sizes.sum() == len(texts)
    assert np.all(np.diff(found.sizes) <= 0)
    assert np.bincount(found.labels).tolist() == found.sizes.tolist()
    assert found.labels[found.leaders].tolist() == list(range(found.sizes.size))
    assert len(set(found.ids)) == len(found.ids)


def test_known_campaigns_keep_their_ids() -> None:
    templates = read_templates("development")[:40]
    old = find_campaigns(make_campaigns(templates[:30], 600, 3, "development")[0])
    known = KnownCampaigns(old.ids, old.sketches, old.runs)
    texts, origins = make_campaigns(templates[10:], 600, 4, "development")
    new = find_campaigns(texts, known)
    kept = {
        new.ids[label] in old.ids for label, origin in zip(new.labels, origins, strict=True) if origin >= 20
    }
    assert kept == {False}
    returning = [
        new.ids[label] in old.ids for label, origin in zip(new.labels, origins, strict=True) if origin < 20
    ]
    assert np.mean(returning) > 0.95


def test_an_id_says_the_folded_text() -> None:
    assert fingerprint(BASE) == fingerprint(
        BASE.replace("300减50", "299减88").replace("t.cn/Ab12", "u.top/x")
    )
    assert fingerprint(BASE) != fingerprint(BASE.replace("家电", "服装"))
    assert find_campaigns([BASE]).ids == [fingerprint(BASE)]


def test_the_order_of_messages_does_not_change_who_belongs_together() -> None:
    texts, _ = make_campaigns(read_templates("development")[:15], 300, 8, "development")
    one = find_campaigns(texts).labels
    other = find_campaigns(texts[::-1]).labels[::-1]
    assert pairwise(one.tolist(), other.tolist())[2] > 0.99


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_texts_are_sketched_alike_alone_and_in_a_batch(texts: list[str]) -> None:
    batch = sketch_messages(texts)
    for row, text in enumerate(texts):
        alone = sketch_messages([text])
        assert np.array_equal(alone.values[0], batch.values[row])
        assert alone.runs[0] == batch.runs[row]
    found = find_campaigns(texts)
    assert found.labels.size == len(texts)
    assert found.sizes.sum() == len(texts)


def test_nothing_is_like_nothing() -> None:
    found = find_campaigns(["", "。。。", BASE])
    assert found.sizes.tolist() == [2, 1]
    assert sketch_messages(["", "!"]).runs.tolist() == [0, 0]
    assert find_campaigns([]).ids == []


def test_agreement_estimates_the_share_of_runs_in_common() -> None:
    first, second = sketch_messages([BASE, BASE.replace("全场家电满300减50", "")]).values
    assert 0.4 < agreement(first, second) < 0.95


def test_progress_counts_every_message() -> None:
    told: list[int] = []
    find_campaigns(["一条消息"] * 50, advance=told.append)
    assert sum(told) == 50


@pytest.mark.skipif(
    not (Path(__file__).parent.parent / "data" / "corpus").is_dir(), reason="needs a checkout"
)
def test_the_table_of_common_runs_is_what_its_builder_makes() -> None:
    from spamsms.governance.build_common_runs import common_runs

    assert np.array_equal(common_runs(), np.load(COMMON_RUNS))
