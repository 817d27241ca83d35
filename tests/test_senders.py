"""A sending number says what kind of sender it is, and whose network it was given to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamsms import InputError, classify_sender
from spamsms.governance.senders import KINDS

MOBILE, UNICOM, TELECOM = "China Mobile", "China Unicom", "China Telecom"


@pytest.mark.parametrize(
    ("number", "kind", "carrier", "scope"),
    [
        ("106575251234", "port", MOBILE, "operator"),
        ("1065502123456", "port", UNICOM, "operator"),
        ("10659123456789", "port", TELECOM, "operator"),
        ("106901234567", "port", None, "nation"),
        ("10621234567", "port", None, "province"),
        ("10640123456", "port", None, "machine"),
        ("+86106575251234", "port", MOBILE, "operator"),
        ("95588", "service", None, None),
        ("96102", "service", None, None),
        ("10086", "service", MOBILE, None),
        ("10010", "service", UNICOM, None),
        ("12306", "service", None, None),
        ("12110", "police", None, None),
        ("121100571", "police", None, None),
        ("13800138000", "mobile", MOBILE, None),
        ("+86 138-0013-8000", "mobile", MOBILE, None),
        ("8618600138000", "mobile", UNICOM, None),
        ("008618900138000", "mobile", TELECOM, None),
        ("19212345678", "mobile", "China Broadnet", None),
        ("17051234567", "virtual", MOBILE, None),
        ("17091234567", "virtual", UNICOM, None),
        ("16212345678", "virtual", TELECOM, None),
        ("4008001234", "hotline", None, None),
        ("010-62345678", "landline", None, None),
        ("057182345678", "landline", None, None),
        ("+85291234567", "foreign", None, None),
        ("0044 7911 123456", "foreign", None, None),
        ("１０６９０１２３４５６７", "port", None, "nation"),
        ("", "invalid", None, None),
        ("优选商城", "invalid", None, None),
        ("1069012345678901234567", "invalid", None, None),
        ("1380013800", "invalid", None, None),
        ("+1", "invalid", None, None),
    ],
)
def test_a_number_tells_its_kind(number: str, kind: str, carrier: str | None, scope: str | None) -> None:
    sender = classify_sender(number)
    assert (sender.kind, sender.carrier, sender.scope) == (kind, carrier, scope)


def test_a_sender_knows_its_number_and_length() -> None:
    sender = classify_sender("+86 1069-0123-4567")
    assert (sender.number, sender.length) == ("106901234567", 12)
    assert classify_sender("+85291234567").number == "+85291234567"


@given(st.one_of(st.text(max_size=24), st.from_regex(r"\+?(?:00)?(?:86)?[0-9 \-]{0,22}", fullmatch=True)))
def test_every_string_has_a_kind_and_keeps_it(number: str) -> None:
    sender = classify_sender(number)
    assert sender.kind in KINDS
    assert sender.kind == "invalid" or classify_sender(sender.number) == sender


def test_what_is_no_string_is_refused() -> None:
    with pytest.raises(InputError, match="number is of type int; pass the sending number as a str"):
        classify_sender(10086)  # type: ignore[arg-type]
