"""Evidence adds up to the verdict and stands in the message; verdicts are plain frozen values."""

from __future__ import annotations

import copy
import itertools
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest
from arbitrary_messages import MESSAGES, TEXTS
from conftest import Messages
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spamsms import Evidence, InputError, SpamClassifier, Verdict, normalize_text
from spamsms.features import TOKENIZERS
from spamsms.verdict import LAZY_FIELDS, EvidenceList

ADVERT = "【优选商城】双11狂欢价直降,满300减50,戳 t.cn/Ab12 抢券,退订回T"
NAMES = st.sampled_from(TOKENIZERS)
LONG = st.builds(lambda text, times: (text or "满300减50，退订回T。") * times, TEXTS, st.integers(2, 40))


@given(NAMES, TEXTS | LONG)
@settings(max_examples=200)
@example("char", ADVERT * 5)
@example("jieba", "\ud83d加\u200b微.信\0")
@example("jieba+char", "😀13800138000👨\u200d👩一三八零零一三八零零零")
def test_contributions_and_intercept_are_the_log_odds(
    models: dict[str, SpamClassifier], name: str, text: str
) -> None:
    model = models[name]
    verdict = model.classify(text)
    total = sum(item.contribution for item in verdict.evidence)
    assert total + model.intercept_ == pytest.approx(verdict.log_odds, abs=1e-6)


@given(NAMES, TEXTS | LONG)
@settings(max_examples=120)
def test_evidence_stands_in_the_original_text_once(
    models: dict[str, SpamClassifier], name: str, text: str
) -> None:
    evidence = models[name].classify(text).evidence
    assert all(item.text == text[item.start : item.end] != "" for item in evidence)
    spans = sorted((item.start, item.end) for item in evidence)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    covered = {place for start, end in spans for place in range(start, end)}
    assert all(normalize_text(char) == "" for place, char in enumerate(text) if place not in covered)


@given(NAMES, TEXTS)
def test_evidence_comes_strongest_first(models: dict[str, SpamClassifier], name: str, text: str) -> None:
    sizes = [abs(item.contribution) for item in models[name].classify(text).evidence]
    assert sizes == sorted(sizes, reverse=True)


def test_evidence_is_in_words_that_a_person_can_read(model: SpamClassifier) -> None:
    words = {item.text for item in model.explain("会员日满300减50，点击 t.cn/Ab12 领取优惠券，退订回T", None)}
    assert {"会员", "300", "50", "t.cn/Ab12", "领取", "优惠券", "退订"} <= words


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("领红\u200b包了", "红\u200b包"),
        ("送优.惠.券了", "优.惠.券"),
        ("領取優惠", "優惠"),
        ("詢１３８ 0013-8000", "１３８ 0013-8000"),
    ],
)
def test_a_disguised_word_is_shown_as_it_stands_in_the_message(
    model: SpamClassifier, text: str, word: str
) -> None:
    assert word in {item.text for item in model.explain(text, None)}


def test_no_word_reaches_across_a_comma(model: SpamClassifier) -> None:
    assert {item.text for item in model.explain("优惠券", None)} == {"优惠券"}
    assert {item.text for item in model.explain("优惠，券", None)} == {"优惠", "券"}


@pytest.mark.parametrize("text", ["", "。！", "\u200b\0", "😀", "\ud83d"])
def test_a_message_in_which_nothing_is_left_has_no_evidence(model: SpamClassifier, text: str) -> None:
    verdict = model.classify(text)
    assert list(verdict.evidence) == []
    assert verdict.log_odds == model.intercept_


def test_explain_gives_the_strongest_of_the_verdicts_evidence(model: SpamClassifier) -> None:
    evidence = list(model.classify(ADVERT).evidence)
    assert len(evidence) > 8
    assert model.explain(ADVERT) == evidence[:8]
    assert model.explain(ADVERT, top=3) == evidence[:3]
    assert model.explain(ADVERT, top=0) == []
    assert model.explain(ADVERT, top=None) == evidence


@pytest.mark.parametrize("top", [-1, 1.5, "3"])
def test_explain_refuses_a_number_that_is_none(char_model: SpamClassifier, top: Any) -> None:
    with pytest.raises(InputError, match="top must be a whole number of at least 0, or None for all"):
        char_model.explain(ADVERT, top)


def test_a_verdict_keeps_its_evidence_when_the_model_is_fitted_anew(messages: Messages) -> None:
    model = SpamClassifier(hash_bits=12, cv=2).fit(messages.texts[:200], messages.labels[:200])
    intercept = model.intercept_
    verdict = model.classify(ADVERT)
    model.fit(messages.texts[200:], messages.labels[200:])
    total = sum(item.contribution for item in verdict.evidence)
    assert total + intercept == pytest.approx(verdict.log_odds, abs=1e-6)


def test_verdict_and_evidence_cannot_be_changed(char_model: SpamClassifier) -> None:
    verdict = char_model.classify(ADVERT)
    for item in (verdict, verdict.evidence[0]):
        for field in fields(item):
            with pytest.raises(FrozenInstanceError, match=field.name):
                setattr(item, field.name, None)
    with pytest.raises(TypeError, match="does not support item assignment"):
        verdict.evidence[0] = None  # type: ignore[index]


@given(NAMES, TEXTS)
def test_a_verdict_survives_pickling_and_copying(
    models: dict[str, SpamClassifier], name: str, text: str
) -> None:
    verdict = models[name].classify(text)
    for twin in (pickle.loads(pickle.dumps(verdict)), copy.deepcopy(verdict), copy.copy(verdict)):
        assert twin == verdict == twin
        assert hash(twin) == hash(verdict)
        assert twin.to_dict() == verdict.to_dict()


def test_verdicts_of_the_same_are_equal_and_of_others_are_not(char_model: SpamClassifier) -> None:
    assert char_model.classify(ADVERT) == char_model.classify(ADVERT)
    assert char_model.classify(ADVERT) != char_model.classify(ADVERT + "!")
    assert char_model.classify(ADVERT) != replace(char_model.classify(ADVERT), threshold=0.123)
    assert Evidence(0, 1, "a", 0.5) == Evidence(0, 1, "a", 0.5) != Evidence(0, 1, "a", 0.25)
    assert len({char_model.classify(ADVERT), char_model.classify(ADVERT)}) == 1


def test_a_verdict_as_plain_values_has_all_its_fields(char_model: SpamClassifier) -> None:
    verdict = char_model.classify(ADVERT)
    plain = verdict.to_dict()
    names = "text is_spam probability log_odds threshold action evidence model model_hash"
    assert list(plain) == [*names.split(), "kind", "kind_probability", "obfuscation", "override"]
    assert plain["evidence"][0] == vars(verdict.evidence[0])
    assert list(plain["evidence"][0]) == ["start", "end", "text", "contribution"]
    assert verdict.to_dict(evidence=False) == {**plain, "evidence": None}


def test_evidence_is_worked_out_once_and_only_when_looked_at() -> None:
    calls = []

    def find() -> list[Evidence]:
        calls.append(1)
        return [Evidence(0, 1, "a", 2.0), Evidence(1, 2, "b", -1.0)]

    evidence = EvidenceList(find)
    assert calls == []
    assert len(evidence) == 2
    assert evidence[-1].text == "b"
    assert evidence[:1] == (Evidence(0, 1, "a", 2.0),)
    assert [item.text for item in evidence] == ["a", "b"]
    assert evidence == tuple(evidence) == evidence
    assert evidence != [Evidence(0, 1, "a", 2.0)]
    assert evidence != "ab"
    assert repr(evidence) == repr(tuple(evidence))
    assert calls == [1]


def _verdict(details: Any) -> Verdict:
    return Verdict("a", False, 0.25, -1.1, 0.9, "pass", (), "m 1", details=details)


def test_kind_and_obfuscation_are_worked_out_only_when_looked_at() -> None:
    calls = []
    verdict = _verdict(lambda: calls.append(1) or ("p", 0.7, 0.5))
    assert calls == []
    assert (verdict.kind, verdict.kind_probability, verdict.obfuscation) == ("p", 0.7, 0.5)
    assert calls == [1]
    assert verdict == _verdict(("p", 0.7, 0.5)) != _verdict(None)
    with pytest.raises(AttributeError, match="has no attribute 'colour'"):
        verdict.colour  # type: ignore[attr-defined]  # noqa: B018


def test_threads_that_look_at_the_same_time_see_the_same() -> None:
    both_in = threading.Barrier(2, timeout=30)

    def find() -> tuple[str, float, float]:
        both_in.wait()
        return "p", 0.7, 0.5

    verdict = _verdict(find)
    with ThreadPoolExecutor(2) as threads:
        seen = list(threads.map(lambda _: verdict.obfuscation, range(2)))
    assert seen == [0.5, 0.5]
    assert all(getattr(verdict, name) is not None for name in LAZY_FIELDS)


@pytest.mark.parametrize("text", MESSAGES)
def test_the_verdict_names_its_text_and_model(model: SpamClassifier, text: str) -> None:
    verdict = model.classify(text)
    assert verdict.text == text
    assert verdict.model == "custom 0"
    assert verdict.threshold == model.threshold
