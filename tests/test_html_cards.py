from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
import sklearn
from html_pages import Outline
from hypothesis import given
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_html_repr

from spamsms import Evidence, SpamClassifier, Verdict
from spamsms.html_cards import LONGEST_SHOWN, classifier_card, verdict_card

ALLOWED = {"div", "b", "bdi", "span"}


def verdict_of(text: str, *evidence: Evidence, model: str = "m 1", kind: str | None = None) -> Verdict:
    return Verdict(text, True, 0.9, 2.2, 0.5, "block", evidence, model, "abc", details=(kind, None, 0.0))


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])), st.data())
def test_message_stands_in_the_card_as_it_was_and_adds_no_element(text: str, data: st.DataObject) -> None:
    places = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(places, places, st.floats(-9, 9)), max_size=5))
    evidence = [Evidence(min(a, b), max(a, b), "", value) for a, b, value in spans]
    page = Outline(verdict_card(verdict_of(text, *evidence)))
    assert page.said_in["bdi"] == text
    assert page.elements <= ALLOWED
    assert page.attributes <= {"style", "title"}


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</bdi><b>"]
)
def test_markup_in_message_model_and_kind_is_shown_and_not_run(attack: str) -> None:
    hostile = verdict_of(attack, Evidence(0, 4, attack[:4], 1.0), model=attack, kind=attack)
    card = hostile._repr_html_()
    assert Outline(card).elements <= ALLOWED
    assert card.count(html.escape(attack)) == 2
    assert Outline(card).said_in["bdi"] == attack


def test_words_bear_the_sum_of_what_speaks_for_and_against() -> None:
    card = verdict_card(verdict_of("免费领取", Evidence(0, 4, "免费领取", 1.0), Evidence(2, 4, "领取", -3.0)))
    pieces = re.findall(r'background:rgba\((\d+),[^"]*" title="([^"]*) log-odds">(..)</span>', card)
    assert pieces == [("192", "+1.00", "免费"), ("30", "-2.00", "领取")]


def test_a_rule_that_decided_in_the_models_place_is_named_and_escaped() -> None:
    verdict = verdict_of("您的验证码是 482913").overridden("<b>bank", "allow", "sender <95588>")
    card = verdict._repr_html_()
    assert "allow by rule &lt;b&gt;bank: sender &lt;95588&gt;; the model alone: block" in card
    assert Outline(card).elements <= ALLOWED


def test_lone_surrogates_do_not_keep_a_notebook_from_being_saved(char_model: SpamClassifier) -> None:
    card = char_model.classify("中奖\ud800了")._repr_html_()
    assert Outline(card).said_in["bdi"] == "中奖?了"
    assert card.encode("utf-8")


def test_of_a_long_message_the_beginning_is_shown() -> None:
    card = verdict_card(verdict_of("长" * (LONGEST_SHOWN + 1234)))
    assert card.count("长") == LONGEST_SHOWN
    assert "1,234 more characters" in card


def test_card_of_a_model_names_it_and_what_differs_from_the_defaults(char_model: SpamClassifier) -> None:
    card = char_model._repr_html_()
    assert card is not None
    assert f"<code>{char_model.hash_}</code>" in card
    assert f"blocks from {char_model.threshold:.3f}" in card
    assert "<td>hash_bits</td><td><b>12</b></td>" in card
    assert "<td>hmm</td><td>True</td>" in card


def test_card_of_a_model_that_is_not_fitted_and_one_whose_parameters_are_markup() -> None:
    card = classifier_card(SpamClassifier(userdict="<script>"))
    assert card is not None
    assert "not fitted" in card
    assert "<script>" not in card


def test_kinds_of_the_packaged_model_are_named() -> None:
    import spamsms

    card = spamsms.load_model()._repr_html_()
    assert card is not None
    assert "G gambling and porn" in card


def test_estimator_diagrams_of_scikit_learn_hold_the_classifier(char_model: SpamClassifier) -> None:
    diagram = estimator_html_repr(make_pipeline(FunctionTransformer(), char_model))
    assert "SpamClassifier" in diagram
    assert "SpamClassifier" in estimator_html_repr(char_model)


def test_estimators_told_to_be_shown_as_text_are(char_model: SpamClassifier) -> None:
    with sklearn.config_context(display="text"):
        assert char_model._repr_html_() is None


def test_cards_need_no_scikit_learn(run_python: Callable[[str], str]) -> None:
    program = (
        "import spamsms, sys; model = spamsms.load_model(); card = model._repr_html_();"
        "card += spamsms.classify('退订回T')._repr_html_();"
        "print(len(card) > 500, 'sklearn' in sys.modules, 'matplotlib' in sys.modules)"
    )
    assert run_python(program).split() == ["True", "False", "False"]
