"""Users' rules decide in the model's place, in a fixed order, and the verdict says which did."""

from __future__ import annotations

import copy
import csv
import io
import pickle
import re
from datetime import date, datetime
from itertools import permutations
from pathlib import Path

import pytest
from command_runs import Run, json_rows
from hypothesis import example, given
from hypothesis import strategies as st

from spamsms import DatasetError, InputError, Rules, SpamClassifier, UserRule
from spamsms.governance.rule_matching import LiteralIndex, SenderIndex, is_exact

ADVERT = "【优选商城】加微信领红包，会员日满300减50"
PORT = "106912345678"
DAY = date(2025, 11, 11)


def decided(text: str, *rules: UserRule, sender: str | None = None, day: date = DAY) -> str | None:
    """Return the id of the rule that decides, in whatever order the rules come."""
    found = {
        match.id if match else None
        for order in permutations(rules)
        for match in [Rules(order).match(text, sender, day)]
    }
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(
    "text",
    [
        "加微信领红包",
        "加·微 信,领。红包",
        "＋加微信领紅包",
        "加\u200b微信领红包",
        "加*微*信*领*红*包",
        "加微亻言领红包",
    ],
)
def test_disguise_does_not_evade_a_literal(text: str) -> None:
    assert decided("您好" + text + "快来", UserRule("r", "deny", text="加微信 领红包")) == "r"


def test_a_literal_is_not_met_by_other_numbers_or_links() -> None:
    rule = UserRule("r", "deny", text="t.cn/Ab12")
    assert decided("戳 ｔ.cn/AB12 抢", rule) == "r"
    assert decided("戳 t.cn/Zz99 抢", rule) is None


def test_every_condition_of_a_rule_must_be_met() -> None:
    rule = UserRule("r", "deny", text="红包", regex=r"满\d+减", sender="1069*", signature="优选商城")
    assert decided(ADVERT, rule, sender=PORT) == "r"
    assert decided(ADVERT, rule) is None
    assert decided(ADVERT, rule, sender="106512345678") is None
    assert decided(ADVERT.replace("优选商城", "优选"), rule, sender=PORT) is None
    assert decided(ADVERT.replace("满300", "满额"), rule, sender=PORT) is None


def test_a_signature_is_the_whole_name_and_not_any_words() -> None:
    rule = UserRule("r", "review", signature="优选商城")
    assert decided("［优選商城］今日到货", rule) == "r"
    assert decided("优选商城今日到货", rule) is None
    assert decided("【优选商城旗舰店】今日到货", rule) is None


@pytest.mark.parametrize("sender", [PORT, "+86 1069-1234-5678", "86106912345678", "１０６９12345678"])
@pytest.mark.parametrize("pattern", [PORT, "1069*", "+861069*", "*5678", "1069?2345678", "+86 106912345678"])
def test_a_sender_is_compared_as_a_number(sender: str, pattern: str) -> None:
    assert decided("您好", UserRule("r", "deny", sender=pattern), sender=sender) == "r"
    assert decided("您好", UserRule("r", "deny", sender=pattern), sender="95588") is None


def test_a_named_sender_is_compared_without_case() -> None:
    assert decided("hello", UserRule("r", "allow", sender="MyBank"), sender="MYBANK") == "r"


def test_of_equal_reach_the_stricter_rule_decides() -> None:
    for reach in ({"sender": PORT}, {"sender": "1069*"}, {}):
        rules = [
            UserRule(action, action, text=text, **reach)
            for action, text in (("allow", "红包"), ("review", "微信"), ("deny", "会员"))
        ]
        assert decided(ADVERT, *rules, sender=PORT) == "deny"
        assert decided(ADVERT, *rules[:2], sender=PORT) == "review"


def test_the_narrower_sender_decides_before_the_stricter_rule() -> None:
    everyone = UserRule("text", "deny", text="加微信")
    ports = UserRule("range", "allow", sender="1069*")
    narrower = UserRule("subrange", "deny", sender="10691*")
    customer = UserRule("customer", "allow", sender=PORT)
    assert decided(ADVERT, everyone, ports, sender=PORT) == "range"
    assert decided(ADVERT, everyone, ports, narrower, sender=PORT) == "subrange"
    assert decided(ADVERT, everyone, ports, narrower, customer, sender=PORT) == "customer"
    assert decided(ADVERT, ports, narrower, customer) is None


def test_a_refused_sender_stays_refused_whatever_it_writes() -> None:
    refused = UserRule("refused", "deny", sender=PORT)
    codes = UserRule("codes", "allow", sender=PORT, text="验证码")
    assert decided("验证码 4829，加微信", refused, codes, sender=PORT) == "refused"


def test_a_copied_signature_does_not_open_the_door() -> None:
    bank = UserRule("bank", "allow", signature="优选商城")
    fraud = UserRule("fraud", "deny", text="加微信领红包")
    assert decided(ADVERT, bank, fraud) == "fraud"


def test_a_rule_holds_from_its_first_to_its_last_day() -> None:
    rule = UserRule("r", "deny", text="红包", valid_from=date(2025, 11, 1), valid_until=date(2025, 11, 11))
    days = [date(2025, 10, 31), date(2025, 11, 1), date(2025, 11, 11), date(2025, 11, 12)]
    assert [decided(ADVERT, rule, day=day) for day in days] == [None, "r", "r", None]


def test_arguments_of_another_kind_are_refused() -> None:
    rules = Rules([UserRule("r", "deny", text="红包", valid_from=DAY), UserRule("s", "deny", sender=PORT)])
    assert rules.match(ADVERT, day=datetime(2025, 11, 11, 8)) is not None
    with pytest.raises(InputError, match=r"pass a datetime\.date"):
        rules.match(ADVERT, day="2025-11-11")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="text is None"):
        rules.match(None)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="number is of type float"):
        rules.match(ADVERT, sender=1.5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="rules holds a str"):
        Rules(["r"])  # type: ignore[list-item]


@given(st.lists(st.text("甲乙丙1a", min_size=2, max_size=5), max_size=12), st.text("甲乙丙1a", max_size=20))
def test_the_index_finds_exactly_the_literals_in_a_text(literals: list[str], text: str) -> None:
    assert LiteralIndex(literals).find(text) == {literal for literal in literals if literal in text}


@given(st.lists(st.text("106*?", min_size=1, max_size=5), max_size=8), st.text("106", max_size=6))
@example(["106?", "106*"], "1060")
def test_the_index_finds_exactly_the_patterns_that_a_sender_meets(patterns: list[str], sender: str) -> None:
    expected = {
        pattern
        for pattern in patterns
        if re.fullmatch(pattern.replace("*", ".*").replace("?", "."), sender)
        if not is_exact(pattern) or pattern == sender
    }
    assert set(SenderIndex(patterns).find(sender)) == expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "would match every message"),
        ({"text": "，"}, "would match too much"),
        ({"text": "a"}, "would match too much"),
        ({"text": "红" * 201}, "at most 200"),
        ({"sender": "*"}, "matches every number"),
        ({"regex": "("}, "no regular expression"),
        ({"regex": "a" * 201}, "at most 200"),
        ({"regex": "a?"}, "matches the empty message"),
        ({"regex": "(a+)+b"}, "could take hours"),
        ({"regex": "(a*b?)*c"}, "could take hours"),
        ({"regex": "x(?:ab|a){2,}"}, "could take hours"),
        ({"regex": r"(a)\1b"}, "could take hours"),
        ({"regex": "a.*b.*c.*d"}, "more than 2"),
        ({"text": "红包", "id": " "}, "needs an id"),
        ({"text": "红包", "action": "block"}, "one of allow, deny, review"),
        ({"text": 7}, "where text is expected"),
        ({"text": "红包", "valid_from": "2025"}, "pass a datetime.date"),
        ({"text": "红包", "valid_from": date(2025, 2, 1), "valid_until": date(2025, 1, 1)}, "is after"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        UserRule(**{"id": "r", "action": "deny", **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("regex", [r"[(*+]{2}a+", r"满\d{1,5}减\d{1,5}", "(?:红包|券){1}", r"\(a+\)b+"])
def test_harmless_regular_expressions_are_taken(regex: str) -> None:
    if regex.startswith("(?:"):
        with pytest.raises(InputError, match="could take hours"):
            UserRule("r", "deny", regex="(?:红包|券){1,}")
        regex = "红包|券"
    assert UserRule("r", "deny", regex=regex).regex == regex


TOML = """\
[[rules]]
id = "refused"
action = "deny"
sender = "106912345678"
comment = "refused on 2025-10-02"

[[rules]]
id = "surge"
action = "review"
text = "双11"
valid_from = 2025-11-01
valid_until = 2025-11-12
"""


def test_toml_and_csv_hold_the_same_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(TOML, "utf-8")
    (tmp_path / "rules.csv").write_text(
        "编号,动作,号码,文本,生效日期,失效日期,备注\n"
        "surge,review,,双11,2025-11-01,2025/11/12,\n"
        "refused,deny,106912345678,,,,refused on 2025-10-02\n",
        "gb18030",
    )
    assert Rules.read(tmp_path / "rules.toml").rules == Rules.read(tmp_path / "rules.csv").rules


def test_reading_names_every_line_at_fault(tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    path.write_text(
        "id,action,text,valid_from\na,deny,红包,soon\nb,ban,红包,\nc,deny,红包,\nd,deny\n", "utf-8"
    )
    with pytest.raises(DatasetError) as caught:
        Rules.read(path)
    lines = str(caught.value).split("\n")
    assert lines[0].startswith(f"{path}:2: valid_from: 'soon' is no date")
    assert lines[1].startswith(f"{path}:3: action is 'ban'")
    assert lines[2].startswith(f"{path}:5: 2 fields")
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TOML.replace("sender", "port"), r"rules.toml:1: unknown key 'port'"),
        (TOML + "[[rules]\n", r"rules.toml:13: not valid TOML"),
        (TOML.replace('id = "surge"\n', ""), r"rules.toml:7: no id"),
        ("rules = [1]", r"rules.toml: rule 1: a rule is written as"),
        ("", r"holds no rule"),
        ("[other]", r"nothing but \[\[rules\]\]"),
        (TOML.replace("surge", "refused"), r"rules.toml:7: the id 'refused' stands at .*rules.toml:1 too"),
    ],
)
def test_a_faulty_toml_says_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(DatasetError, match=message):
        Rules.read(path)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"rules stand in a \.toml or \.csv"):
        Rules.read(tmp_path)


def test_rules_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    header = "id,action,text,valid_from,valid_until\n"
    path.write_text(header + "a,deny,红 包,,\nb,allow,紅包,,\n", "utf-8")
    with pytest.raises(
        DatasetError, match=r"rules.csv:3: 'b' says allow where 'a' \(.*rules.csv:2\) says deny"
    ):
        Rules.read(path)
    path.write_text(header + "a,deny,红包,,2025-11-11\nb,allow,红包,2025-11-12,\n", "utf-8")
    assert len(Rules.read(path)) == 2


def test_a_verdict_shows_its_override_and_keeps_the_models_figures(char_model: SpamClassifier) -> None:
    rules = Rules([UserRule("r", "allow", text="加微信领红包", comment="our own test")])
    plain = char_model.classify(ADVERT)
    ruled = rules.apply(plain, day=DAY)
    assert (ruled.action, ruled.is_spam) == ("pass", False)
    assert ruled.override is not None
    assert ruled.override.rule == "r"
    assert ruled.override.reason == "text '加微信领红包': our own test"
    assert ruled.override.model_action == plain.action
    assert (ruled.probability, ruled.log_odds, ruled.kind) == (plain.probability, plain.log_odds, plain.kind)
    assert list(ruled.evidence) == list(plain.evidence)
    assert plain.override is None
    assert plain != ruled
    assert rules.apply(char_model.classify("妈，我到家了")).override is None


def test_overridden_verdicts_are_pickled_copied_compared_and_written(char_model: SpamClassifier) -> None:
    rules = pickle.loads(pickle.dumps(Rules([UserRule("r", "deny", text="红包")])))
    verdict = rules.classify(char_model, ADVERT, day=DAY)
    assert pickle.loads(pickle.dumps(verdict)) == verdict == copy.deepcopy(verdict)
    assert len({verdict, rules.classify(char_model, ADVERT, day=DAY)}) == 1
    assert verdict.to_dict()["override"]["action"] == "deny"
    assert char_model.classify(ADVERT).to_dict()["override"] is None


def test_of_two_sets_of_rules_the_last_decides_and_the_model_is_remembered(
    char_model: SpamClassifier,
) -> None:
    model_action = char_model.classify(ADVERT).action
    once = Rules([UserRule("a", "deny", text="红包")]).classify(char_model, ADVERT)
    twice = Rules([UserRule("b", "review", text="红包")]).apply(once)
    assert twice.override is not None
    assert (twice.override.rule, twice.override.model_action) == ("b", model_action)


def test_a_batch_is_decided_as_its_messages_one_by_one(char_model: SpamClassifier) -> None:
    rules = Rules(
        [
            UserRule("a", "deny", sender="1069*"),
            UserRule("b", "review", signature="优选商城"),
            UserRule("c", "allow", text="晚上"),
        ]
    )
    texts = [ADVERT, "妈，我晚上回家", ADVERT, ""]
    senders = [PORT, None, "", "95588"]
    batch = rules.classify_many(char_model, texts, senders, day=DAY)
    assert [verdict.override and verdict.override.rule for verdict in batch] == ["a", "c", "b", None]
    assert [verdict.override for verdict in batch] == [
        rules.classify(char_model, text, sender, day=DAY).override
        for text, sender in zip(texts, senders, strict=True)
    ]
    with pytest.raises(InputError, match="1 senders for 2 texts"):
        rules.classify_many(char_model, ["a", "b"], [PORT])
    with pytest.raises(InputError, match="pass what classify returns"):
        rules.apply("text")  # type: ignore[arg-type]


@pytest.fixture
def rules_file(tmp_path: Path) -> str:
    path = tmp_path / "rules.toml"
    path.write_text(TOML.replace("双11", "回家").replace("2025-11-12", "2099-11-12"), "utf-8")
    return str(path)


def test_check_shows_the_rule_in_every_format(run: Run, rules_file: str, tmp_path: Path) -> None:
    path = tmp_path / "inbox.csv"
    path.write_text(f"text,port\n{ADVERT},{PORT}\n我晚上回家吃饭,\n{ADVERT},95588\n", "utf-8")
    options = ("-f", str(path), "--rules", rules_file, "--sender-column", "port", "--format")
    text = run("check", *options, "text")
    assert "  rule refused: deny (sender '106912345678': refused on 2025-10-02); the model: " in text.out
    assert "2 by a rule" in text.err
    rows = json_rows(run("check", *options, "jsonl").out)
    assert [row["override"] and row["override"]["rule"] for row in rows] == ["refused", "surge", None]  # type: ignore[index]
    assert [row["action"] for row in rows[:2]] == ["block", "review"]
    table = list(csv.DictReader(io.StringIO(run("check", *options, "csv").out)))
    assert [row["override"] != "" for row in table] == [True, True, False]


def test_check_reads_senders_from_json_lines_and_the_command_line(
    run: Run, rules_file: str, tmp_path: Path
) -> None:
    path = tmp_path / "inbox.jsonl"
    path.write_text(
        '{"text": "您好", "port": 106912345678}\n{"text": "您好", "port": null}\n{"text": "您好"}\n', "utf-8"
    )
    rows = json_rows(run("check", "-f", str(path), "--rules", rules_file, "--sender-column", "port").out)
    assert [row["override"] is not None for row in rows] == [True, False, False]
    assert "rule refused" in run("check", "--rules", rules_file, "--sender", "+86 " + PORT, "您好").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sender", PORT, "您好"], "go with --rules FILE"),
        (["--rules", "absent.toml", "您好"], "absent.toml: cannot be read"),
        (["--rules", "absent.toml", "--sender-column", "port", "您好"], "for TEXT give --sender"),
        (["--rules", "absent.toml", "--sender", PORT, "-f", "-"], "for a file give --sender-column"),
        (["--rules", "absent.toml", "--sender-column", "port", "-f", "-"], "a txt has no columns"),
    ],
)
def test_wrong_usage_says_what_goes_together(run: Run, arguments: list[str], message: str) -> None:
    result = run("check", *arguments)
    assert result.code == 2
    assert message in result.err
