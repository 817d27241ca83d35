"""Characters in two parts count as disguise, and are read as one."""

from __future__ import annotations

import pytest

from spamsms.obfuscation import disguised_spans, obfuscation, plain_text


@pytest.mark.parametrize(
    ("text", "share", "spans", "plain"),
    [
        ("加微亻言", 0.5, [(2, 4)], ["信"]),
        ("亻弋开票，扌丁电话", 4 / 9, [(0, 2), (5, 7)], ["代", "打"]),
        ("周日每天下午", 0.0, [], []),
        ("女且今晚回家", 0.0, [], []),
        ("请A座B座C座的住户", 0.0, [], []),
    ],
)
def test_characters_in_two_parts_are_disguise(
    text: str, share: float, spans: list[tuple[int, int]], plain: list[str]
) -> None:
    assert obfuscation(text) == pytest.approx(share)
    assert disguised_spans(text) == spans
    assert [plain_text(text[start:end]) for start, end in spans] == plain
