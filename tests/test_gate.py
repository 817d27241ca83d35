"""The gate: worse models are told from better ones and from such as do not differ."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from labelled_corpus import small_data, small_model

from spamsms import InputError, SpamClassifier
from spamsms.errors import DatasetError
from spamsms.training.dataset import Dataset
from spamsms.training.flips import explain_flips, flip_kind
from spamsms.training.gate import Comparison, compare_models
from spamsms.training.gate_report import format_comparison, format_flips, render_page
from spamsms.training.gate_rules import GateRules, read_rules


def with_threshold(threshold: float) -> SpamClassifier:
    model = copy.copy(small_model())
    model.threshold = threshold
    return model


def fitted(flip: int = 0) -> SpamClassifier:
    """Return a model fitted on the training side, every so many labels turned round."""
    train = small_data().train
    labels = train.labels.copy()
    if flip:
        labels[::flip] = 1 - labels[::flip]
    return SpamClassifier(hash_bits=13, cv=2).fit(train.texts, labels, groups=small_data().train_groups)


def compared(old: SpamClassifier, new: SpamClassifier, rules: GateRules | None = None) -> Comparison:
    data = small_data()
    return compare_models(old, new, data.test, rules, data.test_groups)


def test_a_model_does_not_differ_from_itself() -> None:
    comparison = compared(small_model(), small_model())
    assert (comparison.verdict, comparison.flips, comparison.findings) == ("no difference", [], [])
    assert comparison.n_judged > 2
    assert f"none of {comparison.n_judged} figures" in comparison.reasons[0]


def test_a_model_of_flipped_labels_is_worse_and_the_other_way_round_better() -> None:
    good, bad = small_model(), fitted(flip=3)
    worse = compared(good, bad)
    assert worse.verdict == "worse"
    assert any(reason.startswith("all: spam caught") for reason in worse.reasons)
    better = compared(bad, good)
    assert better.verdict == "better"
    assert better.slices["all"].figures["auc"].value > 0.02


def test_data_whose_labels_are_exchanged_judge_nothing() -> None:
    data = small_data()
    exchanged = dataclasses.replace(data.test, labels=1 - data.test.labels)
    comparison = compare_models(small_model(), fitted(flip=1), exchanged, None, data.test_groups)
    assert comparison.slices["all"].figures["recall"].value > 0.1
    assert (comparison.verdict, comparison.n_judged, comparison.findings) == ("cannot tell", 0, [])
    assert comparison.reasons == [comparison.doubt]
    assert "are 1 and 0 exchanged in the data?" in comparison.doubt
    assert comparison.to_dict()["doubt"] == comparison.doubt


def test_more_wanted_messages_flagged_is_worse_however_much_spam_is_caught() -> None:
    comparison = compared(with_threshold(0.97), with_threshold(0.05))
    assert comparison.slices["all"].figures["recall"].value > 0.1
    assert comparison.verdict == "worse"
    assert all("wanted flagged" in reason for reason in comparison.reasons)
    forgiving = GateRules(false_positives_tolerance=0.99)
    assert compared(with_threshold(0.97), with_threshold(0.05), forgiving).verdict == "better"


def test_less_spam_caught_is_worse_beyond_its_tolerance_only() -> None:
    old, new = with_threshold(0.5), with_threshold(0.999)
    comparison = compared(old, new)
    lost = -comparison.slices["all"].figures["recall"].value
    assert comparison.verdict == "worse"
    lenient = GateRules(recall_tolerance=lost + 0.001, judged=("all",))
    assert compared(old, new, lenient).verdict != "worse"


def test_slices_that_are_too_small_are_shown_and_not_judged() -> None:
    comparison = compared(
        small_model(), fitted(flip=3), GateRules(smallest_class=10**6, smallest_slice=10**6)
    )
    assert (comparison.verdict, comparison.n_judged) == ("cannot tell", 0)
    assert comparison.reasons == ["too few messages: no figure could be judged"]
    assert comparison.slices["all"].figures["recall"].excludes_zero


def test_flips_are_the_messages_decided_differently_the_wrong_ones_first() -> None:
    test = small_data().test
    old, new = small_model(), fitted(flip=3)
    comparison = compared(old, new)
    differ = old.predict(test.texts) != new.predict(test.texts)
    assert sorted(flip.text for flip in comparison.flips) == sorted(np.array(test.texts)[differ].tolist())
    wrong_first = [flip.right for flip in comparison.flips]
    assert wrong_first == sorted(wrong_first)
    for flip, row in zip(comparison.flips, explain_flips(comparison.flips, old, new, top=2), strict=True):
        assert flip.right == (flip.flagged == bool(flip.label))
        assert row["flip"] == flip_kind(flip)
        assert row["new_evidence"] == [vars(item) for item in new.explain(flip.text, top=2)]
        json.dumps(row)
    assert sum(comparison.to_dict()["flips"].values()) == len(comparison.flips)


def test_the_account_names_both_models_the_verdict_and_why(tmp_path: Path) -> None:
    old, new = small_model(), fitted(flip=3)
    comparison = compared(old, new)
    text = format_comparison(comparison)
    assert old.hash_ in text
    assert f"verdict: worse\n  {comparison.reasons[0]}" in text
    assert format_flips(comparison, old, new, shown=1).endswith(f"... and {len(comparison.flips) - 1} more")
    page = render_page(comparison, old, new)
    assert "<svg" in page
    ElementTree.fromstring(page.partition("<svg")[2].join(["<svg", ""]).partition("</svg>")[0] + "</svg>")
    assert json.loads(json.dumps(comparison.to_dict()))["slices"]["all"]["recall"]["only_old"] > 0


def test_a_page_shows_a_messages_markup_and_does_not_obey_it() -> None:
    text = "<script>全场五折</script>领券退订回T"
    dataset = Dataset(
        [text],
        np.array([0]),
        *([[""]] * 2),
        files=[""],
        groups=[""],
        splits=[""],
        flags=[""],
        writers=[""],
        weights=np.ones(1),
        calibrate=np.ones(1, np.bool_),
        origins=[("a<b.csv", 2)],
    )
    probability = small_model().classify(text).probability
    old, new = with_threshold(1.0), with_threshold(probability)
    page = render_page(compare_models(old, new, dataset), old, new)
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_nothing_to_compare_on_and_groups_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DatasetError, match="no message to compare"):
        compare_models(small_model(), small_model(), Dataset())
    with pytest.raises(InputError, match="1 groups for"):
        compare_models(small_model(), small_model(), small_data().test, groups=np.zeros(1))


def test_rules_are_read_from_toml_and_wrong_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_text('recall_tolerance = 0.02\njudged = ["all", "source"]\n', encoding="utf-8")
    assert read_rules(path) == GateRules(recall_tolerance=0.02, judged=("all", "source"))
    assert read_rules(None) == GateRules()
    for text, message in (
        ("recal = 1", "unknown key 'recal'; known are confidence"),
        ("confidence = 1.0", "confidence must be at least 0 and below 1"),
        ('recall_tolerance = "x"', "recall_tolerance must be a number"),
        ("smallest_slice = 0.5", "smallest_slice must be a whole number from 1"),
        ('judged = "all"', "judged must be a list"),
        ("=", "not valid TOML"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DatasetError, match=message):
            read_rules(path)
