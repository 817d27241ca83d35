from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from labelled_corpus import small_data, small_model

from spamsms import DatasetError
from spamsms.training.attacks import ATTACKS, attack_many
from spamsms.training.robustness import TOLERATED_DROP, attack_model, format_attacks


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    data = small_data()
    return attack_model(small_model(), data.test, data.test_groups)


def test_drop_and_rise_are_against_the_same_messages_unchanged(figures: dict[str, Any]) -> None:
    test, model = small_data().test, small_model()
    spam = test.labels == 1
    clean = model.predict(test.texts) == 1
    flagged = model.predict(attack_many(test.texts, "homophones", half="test")) == 1
    row = figures["attacks"]["homophones"]
    assert row["recall"]["hits"] == int(flagged[spam].sum())
    assert row["recall"]["of"] == int(spam.sum())
    assert row["recall_drop"]["value"] == pytest.approx(clean[spam].mean() - flagged[spam].mean(), abs=1e-4)
    rise = flagged[~spam].mean() - clean[~spam].mean()
    assert row["false_positives_rise"]["value"] == pytest.approx(rise, abs=1e-4)
    for change in (row["recall_drop"], row["false_positives_rise"]):
        assert change["low"] <= change["value"] <= change["high"]


def test_summary_follows_from_the_attacks(figures: dict[str, Any]) -> None:
    drops = {name: row["recall_drop"]["value"] for name, row in figures["attacks"].items()}
    assert list(drops) == list(ATTACKS)
    assert figures["mean_drop"] == pytest.approx(np.mean(list(drops.values())), abs=1e-4)
    assert figures["within_tolerance"] == sum(drop <= TOLERATED_DROP for drop in drops.values())
    assert drops[figures["worst"]] == max(drops.values()) > TOLERATED_DROP


def test_what_is_normalised_away_costs_next_to_nothing(figures: dict[str, Any]) -> None:
    assert figures["attacks"]["combining_marks"]["rewritten"] > 0.9
    assert abs(figures["attacks"]["combining_marks"]["recall_drop"]["value"]) <= 0.01


def test_the_same_seed_gives_the_same_figures_and_every_attack_is_reported(figures: dict[str, Any]) -> None:
    data, named = small_data(), list[str]()
    again = attack_model(small_model(), data.test, data.test_groups, report=named.append)
    assert again == figures
    assert named == list(ATTACKS)


def test_table_holds_every_attack_and_the_summary(figures: dict[str, Any]) -> None:
    table = format_attacks(figures)
    assert all(f"\n{name} " in table for name in ATTACKS)
    assert f"{figures['within_tolerance']} of {len(ATTACKS)} attacks" in table


def test_one_class_alone_cannot_be_measured() -> None:
    data = small_data()
    spam = data.test.labels == 1
    with pytest.raises(DatasetError, match="lacks one of them"):
        attack_model(small_model(), data.test.select(spam), data.test_groups[spam])


def test_without_wanted_texts_to_pad_with_the_error_says_what_to_add() -> None:
    test = small_data().test.take(range(4))
    test = test.replaced(
        texts=["全场五折，退订回T", "在吗", "好的", "会员日满减送券"], labels=np.array([1, 0, 0, 1])
    )
    with pytest.raises(DatasetError, match=r"wanted messages of 16 characters or more.*add some"):
        attack_model(small_model(), test, np.arange(4))
