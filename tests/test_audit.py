"""Messages are held against dated rules before they are sent; what text cannot show needs records."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from arbitrary_messages import TEXTS
from hypothesis import given, settings
from labelled_corpus import read_rows

from spamsms import DatasetError, InputError, audit, audit_many
from spamsms.governance.audit_formats import COLUMNS, written
from spamsms.governance.audit_profile import load_profile, packaged_profiles

GOOD = "【优选商城】会员日满300减50，详询4008001234，拒收请回复R"
CODE = "【优选商城】您的验证码是482913，5分钟内有效"
NOTICE = "【优选商城】您的订单已发货，预计明天送达"

# By rule: texts that break it, with what is found and suggested there; and texts that keep it.
CASES: dict[str, tuple[str, list[tuple[str, str, str | None]], list[str]]] = {
    "refusal-instruction": (
        "marketing",
        [
            ("【优选】满300减50", "", "，拒收请回复R"),
            ("满300减50，回1参加【优选】", "", "，拒收请回复R"),
        ],
        [GOOD, "【优选】满300减50，回T退订"],
    ),
    "refusal-obstacle": ("marketing", [("【优选】满300减50，退订", "退订", "拒收请回复R")], [GOOD]),
    "absolute-terms": (
        "marketing",
        [("【优选】国家级好茶", "国家级", None), ("【优选】品质最佳", "最佳", None)],
        [GOOD, "【优选】最佳时间是周末", "【优选】最佳购物时间是周末"],
    ),
    "superlatives": ("marketing", [("【优选】全网最低", "全网最低", None)], [GOOD]),
    "advertiser": ("marketing", [("满300减50，拒收请回复R", "", None)], [GOOD]),
    "advertiser-contact": ("marketing", [("【优选】满300减50，拒收请回复R", "", None)], [GOOD]),
    "signature": ("notice", [("您的订单已发货", "", None)], [NOTICE, "您的订单已发货[优选商城]"]),
    "signature-length": (
        "notice",
        [
            ("【优】已发货", "【优】", None),
            ("【优选商城官方旗舰店客户服务中心】已发货", "【优选商城官方旗舰店客户服务中心】", None),
        ],
        [NOTICE],
    ),
    "signature-characters": (
        "notice",
        [
            ("[优选商城]已发货", "[优选商城]", "【优选商城】"),
            ("【优选·商城】已发货", "【优选·商城】", "【优选商城】"),
        ],
        [NOTICE],
    ),
    "brackets-in-body": ("notice", [("【优选】您的【订单】已发货", "【订单】", "“订单”")], [NOTICE]),
    "refusal-at-end": (
        "marketing",
        [("【优选】退订回T，满300减50", "退订回T", None)],
        [GOOD, "满300减50，退订回T【优选】", "【优选】满300减50，退订回T。"],
    ),
    "refusal-in-code": (
        "code",
        [("【优选】验证码482913，退订回T", "，退订回T", "")],
        [CODE],
    ),
    "refusal-in-notice": ("notice", [("【优选】已发货。退订回T", "。退订回T", "")], [NOTICE]),
    "marketing-in-notice": (
        "notice",
        [(GOOD, GOOD, None)],
        [NOTICE],
    ),
    "link-in-code": (
        "code",
        [("【优选】验证码482913，戳t.cn/Ab12", "t.cn/Ab12", None)],
        [CODE, CODE + "，客服95588"],
    ),
    "contact-in-code": (
        "code",
        [
            ("【优选】验证码482913，电13800138000", "13800138000", None),
            ("【优选】验证码482913，加微信abc_12", "abc_12", None),
        ],
        [CODE, CODE + "，客服95588"],
    ),
    "code-word": ("code", [("【优选】482913", "【优选】482913", None)], [CODE]),
    "personal-contact": ("marketing", [("【优选】买一送一，加V：abc_12", "abc_12", None)], [GOOD]),
    "disguise": (
        "marketing",
        [
            ("【优选】加ⓥⓧ，满减", "ⓥⓧ", "vx"),
            ("【优选】加\u200b微\u200b信", "\u200b", ""),
            ("【优选】低*息*贷*款*来", "低*息*贷*款*来", "低息贷款来"),
        ],
        [GOOD, "【优选】至****年**月**日止"],
    ),
    "special-characters": (
        "notice",
        [("【优选】支出￥9.90", "￥9.90", "9.90元"), ("【优选】★已发货", "★", "")],
        [NOTICE],
    ),
    "length": ("notice", [(NOTICE + "，" * 500, "，" * len(NOTICE), None)], [NOTICE]),
    "parts": ("notice", [(NOTICE * 4, NOTICE * 4, None)], [NOTICE]),
}
POSITIVE = [(key, category, *case) for key, (category, cases, _) in CASES.items() for case in cases]
NEGATIVE = [(key, category, text) for key, (category, _, texts) in CASES.items() for text in texts]


@pytest.mark.parametrize(("key", "category", "text", "found", "suggestion"), POSITIVE)
def test_a_breach_is_found_where_it_is(
    key: str, category: str, text: str, found: str, suggestion: str | None
) -> None:
    broken = [item for item in audit(text, category=category).findings if item.id == key]
    assert {item.outcome for item in broken} == {"broken"}
    assert (text[broken[0].start : broken[0].end], broken[0].suggestion) == (found, suggestion)


@pytest.mark.parametrize(("key", "category", "text"), NEGATIVE)
def test_what_keeps_a_rule_is_not_found(key: str, category: str, text: str) -> None:
    assert key not in {item.id for item in audit(text, category=category).findings}


def test_every_rule_of_the_packaged_profile_is_tested() -> None:
    elsewhere = {"consent", "refusal-honoured", "licence", "automated-decisions"}
    elsewhere |= {"sending-number", "sending-hours", "link-filing"}
    assert {rule.id for rule in load_profile("cn").rules} == elsewhere | set(CASES)


def outcomes(text: str, key: str, **known: Any) -> list[str]:
    return [item.outcome for item in audit(text, **known).findings if item.id == key]


@pytest.mark.parametrize("key", ["consent", "refusal-honoured", "licence", "automated-decisions"])
def test_what_only_records_show_is_never_passed(key: str) -> None:
    assert outcomes(GOOD, key, category="marketing") == ["needs records"]
    assert outcomes(NOTICE, key, category="notice") == []


def test_the_sending_number_is_judged_where_it_is_given() -> None:
    assert outcomes(GOOD, "sending-number") == ["needs records"]
    assert outcomes(GOOD, "sending-number", sender="106901234567") == ["needs records"]
    assert outcomes(GOOD, "sending-number", sender="+85291234567") == ["broken"]
    assert outcomes(GOOD, "sending-number", sender="优选") == ["broken"]


def test_sending_hours_are_judged_where_the_time_is_given() -> None:
    key = "sending-hours"
    assert outcomes(GOOD, key, category="marketing") == ["needs records"]
    assert outcomes(GOOD, key, category="marketing", time="2025-11-11 23:10") == ["broken"]
    assert outcomes(GOOD, key, category="marketing", time=datetime(2025, 11, 11, 8, 0)) == []
    assert outcomes(NOTICE, key, category="notice", time="2025-11-11 23:10") == []


def test_links_need_their_filing_shown() -> None:
    (finding,) = [item for item in audit(NOTICE + " t.cn/Ab12").findings if item.id == "link-filing"]
    assert (finding.outcome, finding.detail) == ("needs records", "t.cn/Ab12")


def test_the_model_tells_marketing_where_no_category_is_stated() -> None:
    assert audit("【优选商城】双11全场满300减50，戳 t.cn/Ab12 抢券，退订回T").category == "marketing"
    assert audit(CODE).category == "code"
    assert audit(NOTICE).category == "notice"


def test_only_rules_of_the_day_apply() -> None:
    assert outcomes("【优选】满300减50", "refusal-instruction", category="marketing", time="2015-06-29") == []
    found = audit("【优选】满300减50", category="marketing", time="2015-06-30")
    assert found.day == date(2015, 6, 30)
    assert [(item.id, item.in_force_from) for item in found.errors] == [
        ("refusal-instruction", date(2015, 6, 30))
    ]


def test_a_marketing_message_without_refusal_is_mended_and_a_clean_code_passes() -> None:
    found = audit("【优选商城】会员日全场满300减50，速来抢购")
    assert [item.id for item in found.errors] == ["refusal-instruction"]
    assert "工业和信息化部令第31号" in found.errors[0].source
    assert found.mended() == "【优选商城】会员日全场满300减50，速来抢购，拒收请回复R"
    assert audit(found.mended()).errors == []
    assert audit(CODE, sender="106901234567").errors == []
    assert audit("【优选】加ⓥⓧ领￥5，退订", category="marketing").mended() == "【优选】加vx领5元，拒收请回复R"


def test_clean_notices_and_codes_hardly_get_errors() -> None:
    clean = [row["text"] for row in read_rows(1) if row["kind"] in "cbdn" and row["text"].startswith("【")]
    chosen = clean[:: len(clean) // 300][:300]
    with_errors = [found.text for found in audit_many(chosen) if found.errors]
    assert len(with_errors) <= 3


@given(TEXTS)
@settings(max_examples=30)
def test_findings_lie_in_the_text(text: str) -> None:
    found = audit(text)
    for item in found.findings:
        assert 0 <= item.start <= item.end <= len(text)
    assert isinstance(found.mended(), str)
    assert isinstance(found.to_dict()["findings"], list)


def test_a_profile_of_ones_own_adds_replaces_and_takes_out_rules(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(
        'extends = "cn"\n[[rules]]\nid = "sending-hours"\nparameters = { first = "09:00", last = "18:00" }\n'
        '[[rules]]\nid = "parts"\nenabled = false\n'
        '[[rules]]\nid = "no-rival"\ncheck = "pattern"\nwhen = ["marketing"]\nrule = "No rivals."\n'
        'parameters = { pattern = "京东" }\n',
        encoding="utf-8",
    )
    assert outcomes(GOOD, "sending-hours", category="marketing", time="2025-11-11 20:00", profile=path) == [
        "broken"
    ]
    found = audit(NOTICE * 4 + "京东", category="marketing", profile=path)
    assert "parts" not in {item.id for item in found.findings}
    (own,) = [item for item in found.findings if item.id == "no-rival"]
    assert (own.severity, own.detail, own.rule) == ("error", "京东", "No rivals.")
    kept = {rule.id: rule for rule in load_profile(path).rules}["sending-hours"]
    assert kept.rule.startswith("Marketing is sent")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("rules = 3", r"rules are written as \[\[rules\]\]"),
        ("[[rules]]\ncheck = 'length'", "rule 1 has no id"),
        ("[[rules]]\nid = 'a'\ncheck = 'magic'", "rule 'a': check is 'magic'; one of needs_records"),
        ("[[rules]]\nid = 'a'\ncheck = 'length'\nseverity = 'bad'", "severity is 'bad'; one of error"),
        ("[[rules]]\nid = 'a'\ncheck = 'length'\nwhen = ['spam']", "when is .*; a list of marketing"),
        ("[[rules]]\nid = 'a'\ncheck = 'length'\nfrom = '2015'", "from is '2015'; write a date"),
        ("[[rules]]\nid = 'a'\ncheck = 'length'\ncolour = 1", "unknown key 'colour'"),
        ("[[rules]]\nid = 'a'\ncheck = 'pattern'", "pattern needs the parameter 'pattern'"),
        ("[[rules]]\nid = 'a'\ncheck = 'pattern'\nparameters = {pattern = '('}", "no regular expression"),
        ("[[rules]]\nid = 'a'\ncheck = 'length'\nparameters = {least = 1}", "no parameter 'least'"),
        (
            "[[rules]]\nid = 'a'\ncheck = 'length'\nparameters = {most = 'x'}",
            "most is 'x' where a whole number is expected",
        ),
        ("[[rules]]\nid = 'a'\ncheck = 'hours'\nparameters = {first = '8'}", "first is '8'; write a time"),
        ("extends = 'uk'", "extends 'uk'; it may extend cn"),
        ("name = 'empty'", "holds no rule"),
        ("name = ", "not valid TOML"),
    ],
)
def test_a_faulty_profile_is_refused_with_the_rule(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "house.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        load_profile(path)


def test_packaged_profiles_name_their_sources() -> None:
    assert packaged_profiles() == ["cn", "cn-drafts"]
    for name in packaged_profiles():
        for rule in load_profile(name).rules:
            assert rule.rule
            assert rule.rule_zh
            assert rule.source
            assert not rule.verified or rule.url.startswith("http")
    drafts = {rule.id for rule in load_profile("cn-drafts").rules} - {
        rule.id for rule in load_profile("cn").rules
    }
    assert drafts == {"draft-2020-identity", "draft-2020-consent-record", "revision-2026"}
    assert not any(rule.verified for rule in load_profile("cn-drafts").rules if rule.id in drafts)


def test_what_is_no_argument_is_refused() -> None:
    with pytest.raises(InputError, match="no profile 'uk': packaged are cn, cn-drafts"):
        audit("x", profile="uk")
    with pytest.raises(InputError, match="category must be one of marketing, notice, code, not 'spam'"):
        audit("x", category="spam")
    with pytest.raises(InputError, match=r"^time: 'soon' is no date and time"):
        audit("x", time="soon")
    with pytest.raises(InputError, match="senders has 1 items for 2 texts"):
        audit_many(["x", "y"], ["10086"])
    with pytest.raises(InputError, match="text is None"):
        audit(None)  # type: ignore[arg-type]


def test_only_breaches_weigh_as_errors() -> None:
    found = audit(GOOD, category="marketing")
    assert found.needs_records
    assert {item.severity for item in found.needs_records} == {"info"}
    assert not [item for item in audit(CODE).findings if item.severity == "error"]


@pytest.mark.parametrize(
    "text",
    [
        "【最佳西方酒店】周末房价8折，拒收请回复R",
        "【优选】国家级高新区新店开业，满300减50，拒收请回复R",
        "【优选】最高人民法院旁新店开业，全场8折，拒收请回复R",
        "【市第一医院】体检套餐8折，拒收请回复R",
    ],
)
def test_names_are_no_absolute_terms(text: str) -> None:
    terms = {"absolute-terms", "superlatives"}
    assert not terms & {item.id for item in audit(text, category="marketing").findings}
    wrong = audit(text.replace("，拒收", "，服务最佳，拒收"), category="marketing")
    assert "absolute-terms" in {item.id for item in wrong.errors}


@pytest.mark.parametrize("way", ["退订请点击 t.cn/Ab12", "拒收请拨打4008001234"])
def test_a_link_or_a_number_to_refuse_by_is_an_obstacle_rather_than_missing(way: str) -> None:
    found = {item.id for item in audit(f"【优选】满300减50，{way}", category="marketing").findings}
    assert "refusal-instruction" not in found
    assert "refusal-obstacle" in found
    missing = audit("【优选】满300减50，退订请联系我们", category="marketing")
    assert "refusal-instruction" in {item.id for item in missing.errors}


@pytest.mark.parametrize("day", ["2025-11-11", "20251111", date(2025, 11, 11)])
def test_a_day_without_a_time_tells_nothing_of_sending_hours(day: Any) -> None:
    assert outcomes(GOOD, "sending-hours", category="marketing", time=day) == ["needs records"]
    assert outcomes(GOOD, "sending-hours", category="marketing", time="2025-11-11 00:00") == ["broken"]


def test_a_cell_is_no_formula() -> None:
    row = next(csv.reader([written(audit("=1+1满300减50", category="marketing"), 2, "csv").split("\n")[-2]]))
    assert row[COLUMNS.index("found")].startswith("'=1+1")


@pytest.mark.parametrize("text", ["【应急局】防汛应急响应提升至Ⅱ级", "【供水】本月用水12㎥，管径15㎜"])
def test_levels_and_units_are_no_disguise(text: str) -> None:
    assert not audit(text, category="notice").errors
    assert "disguise" in {item.id for item in audit(text + "，加Ⅴ信", category="notice").errors}


@pytest.mark.parametrize("end", ["/回T退订/", "-退订回T-", "[退订回T]", "（拒收请回复R）"])
def test_signs_around_a_refusal_leave_it_at_the_end(end: str) -> None:
    found = audit(f"【优选】满300减50 {end}", category="marketing").findings
    assert "refusal-at-end" not in {item.id for item in found}
