from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from html_pages import Outline
from labelled_corpus import read_rows, write_rows

from spamsms import cli
from spamsms.errors import DatasetError
from spamsms.training.profile import DatasetProfile, fault_of, profile_dataset
from spamsms.training.profile_html import render_page
from spamsms.training.style_leakage import measure_style, script_of

SCRIPT = "<script>alert('优惠')</script>\"><img src=x onerror=alert(1)>"
WORDS = (
    "会议", "晚饭", "快递", "验证", "账单", "天气", "航班", "孩子", "老师", "作业", "电影", "周末",
    "车站", "医院", "银行", "客户", "优惠", "抢购", "领券", "直降",
)  # fmt: skip
TRADITIONAL = str.maketrans(
    "会议饭递验证账单气电师业车医银户优惠购领", "會議飯遞驗證賬單氣電師業車醫銀戶優惠購領"
)


def words(chance: random.Random, length: int = 12) -> str:
    return "".join(chance.choices(WORDS, k=length))


def frame_of(texts: list[str], labels: list[int], **columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"text": texts, "label": labels, **columns})


@pytest.fixture(scope="module")
def corpus_profile(tmp_path_factory: pytest.TempPathFactory) -> DatasetProfile:
    path = tmp_path_factory.mktemp("data") / "messages.tsv"
    return profile_dataset(write_rows([{**row, "split": ""} for row in read_rows()], path))


def test_counts_add_up(corpus_profile: DatasetProfile) -> None:
    rows = corpus_profile.rows
    assert rows["read"] == len(read_rows()) == rows["used"] + rows["unusable"]
    assert rows["spam"] + rows["wanted"] == rows["used"]
    assert sum(corpus_profile.files.values()) == sum(corpus_profile.kinds.values()) == rows["used"]
    assert sum(corpus_profile.scripts.values()) == rows["used"]
    for name, lengths in corpus_profile.lengths.items():
        assert sum(lengths["histogram"]) == rows[name]
        assert lengths["quantiles"] == sorted(lengths["quantiles"])
    assert sum(sum(counts.values()) for counts in corpus_profile.sources.values()) == rows["used"]


def test_the_projects_own_corpus_leaks_no_style(corpus_profile: DatasetProfile) -> None:
    assert [figure.feature for figure in corpus_profile.separation if figure.leaks] == []


def test_a_profile_is_json(corpus_profile: DatasetProfile) -> None:
    values = json.loads(json.dumps(corpus_profile.to_dict(), allow_nan=False))
    assert values["rows"] == corpus_profile.rows
    assert {figure["feature"] for figure in values["separation"]} >= {"the comma ，", "length", "a digit"}


def test_duplicates_conflicts_and_groups_are_counted() -> None:
    base = "您的快递已到菜鸟驿站请凭取件码领取，营业到晚上九点"
    texts = [
        base,
        base + "。",
        "【" + base + "】",
        base + "谢谢",
        "全场五折优惠券已到账点击领取",
        "晚上一起吃饭吧",
    ]
    profile = profile_dataset(frame_of(texts, [0, 0, 1, 0, 1, 0]))
    assert profile.duplicates["repeated"] == 2
    assert profile.duplicates["label_conflicts"] == 1
    assert profile.duplicates["in_groups"] == 4
    assert profile.duplicates["mixed_groups"] == 1
    assert (profile.mixed_groups[0].spam, profile.mixed_groups[0].wanted) == (1, 3)


def test_faults_are_counted_by_what_they_are() -> None:
    data = pd.DataFrame({"text": ["好", "", "甲", "乙", None], "label": ["1", "0", "x", "y", "0"]})
    profile = profile_dataset(data)
    unknown = next(fault for fault in profile.faults if fault.startswith("label … is none of"))
    assert profile.faults[unknown] == 2
    assert profile.rows == {"read": 5, "used": 1, "unusable": 4, "spam": 1, "wanted": 0}
    assert any("There is no wanted message" in warning for warning in profile.warnings)


def test_fault_of_keeps_what_is_common() -> None:
    assert fault_of("3 fields where the header has 12") == "… fields where the header has …"
    assert fault_of("weight '-1' is no finite number") == "weight … is no finite number"


# -- style leakage -------------------------------------------------------------------------------


def leaky(change_spam: object, change_wanted: object, n: int = 150) -> pd.DataFrame:
    chance = random.Random(5)
    spam = [change_spam(words(chance)) for _ in range(n)]  # type: ignore[operator]
    wanted = [change_wanted(words(chance)) for _ in range(n)]  # type: ignore[operator]
    return frame_of(spam + wanted, [1] * n + [0] * n)


@pytest.mark.parametrize(
    ("feature", "mark"),
    [
        ("the comma ，", lambda text: text[:5] + "，" + text[5:]),
        ("the half-width comma ,", lambda text: text[:5] + "," + text[5:]),
        ("a full stop at the end", lambda text: text + "。"),
        ("the exclamation mark", lambda text: text[:4] + "！" + text[4:]),
        ("【】", lambda text: "【消息】" + text),
        ("a space inside", lambda text: text[:4] + " " + text[4:]),
        ("full-width letters or digits", lambda text: text + "Ａ"),
        ("a digit", lambda text: text + "8"),
        ("a mask of *", lambda text: text + "***"),
        ("a mask of x", lambda text: text + "xx月"),
        ("a Latin letter but x", lambda text: text + "T"),
        ("traditional script", lambda text: text.translate(TRADITIONAL)),
    ],
)
@pytest.mark.parametrize("of_spam", [True, False])
def test_a_mark_of_one_class_only_is_warned_of_with_its_shares(
    feature: str, mark: object, of_spam: bool
) -> None:
    plain = lambda text: text  # noqa: E731
    data = leaky(mark, plain) if of_spam else leaky(plain, mark)
    profile = profile_dataset(data)
    found = next(figure for figure in profile.separation if figure.feature == feature)
    assert found.leaks
    assert found.separation == 1
    assert 0.97 < found.low < 1
    assert (found.spam, found.wanted) == ((1, 0) if of_spam else (0, 1))
    warning = next(w for w in profile.warnings if feature in w)
    assert warning.startswith("Style leaks: ")
    assert "What to do: " in warning


def test_a_mark_that_both_classes_bear_alike_is_not_warned_of() -> None:
    sign = lambda text: text[:5] + "，" + text[5:] + "8"  # noqa: E731
    profile = profile_dataset(leaky(sign, sign))
    assert [figure.feature for figure in profile.separation if figure.leaks] == []
    for figure in profile.separation:
        assert figure.low <= figure.separation <= figure.high <= 1


def test_a_mark_that_one_class_never_bears_is_warned_of_where_it_is_frequent() -> None:
    n = 2000
    chance = random.Random(7)
    rows = [words(chance) for _ in range(2 * n)]
    spam = [text + "8" if row % 4 == 0 else text for row, text in enumerate(rows[:n])]
    labels = np.array([1] * n + [0] * n)
    figures = measure_style(spam + rows[n:], labels, ["a"] * (2 * n), np.arange(2 * n))
    digit = next(figure for figure in figures if figure.feature == "a digit")
    assert digit.one_sided
    assert digit.leaks
    assert digit.separation == pytest.approx(0.625)


def test_length_and_source_are_warned_of() -> None:
    chance = random.Random(3)
    texts = [words(chance, 20) for _ in range(60)] + [words(chance, 5) for _ in range(60)]
    data = frame_of(texts, [1] * 60 + [0] * 60, source=["news"] * 60 + ["inbox"] * 60)
    figures = {figure.feature: figure for figure in profile_dataset(data).separation}
    assert figures["length"].separation == figures["source"].separation == 1
    assert (figures["length"].spam, figures["length"].wanted) == (40, 10)
    assert figures["length"].leaks
    assert figures["source"].leaks
    assert "all of these together" in figures


def test_messages_of_one_template_count_once() -> None:
    copies = ["【商城】今日会员专享优惠，点击链接领取红包" + "！" * k for k in range(1, 200)]
    chance = random.Random(1)
    other = [words(chance) for _ in range(60)]
    texts = copies + other
    labels = np.array([1] * len(copies) + [1] * 30 + [0] * 30)
    groups = np.array([0] * len(copies) + list(range(len(copies), len(texts))))
    comma = next(f for f in measure_style(texts, labels, ["a"] * len(texts), groups) if "，" in f.feature)
    assert (comma.n_spam, comma.n_wanted) == (31, 30)


def test_too_few_messages_are_not_judged_by_style() -> None:
    assert profile_dataset(leaky(str, str, n=10)).separation == []


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("这个会议", "simplified"),
        ("這個會議", "traditional"),
        ("大小", "neither"),
        ("", "neither"),
        ("ok 12", "neither"),
    ],
)
def test_the_script_is_told(text: str, script: str) -> None:
    assert script_of(text) == script


# -- how it is written ------------------------------------------------------------------------------


def hostile() -> pd.DataFrame:
    """Messages, sources, kinds and labels that would be code if they were not escaped."""
    texts = [SCRIPT, SCRIPT + "。", "晚上一起吃饭吧", "好"]
    return frame_of(texts, [1, 0, 0, SCRIPT], source=[SCRIPT] * 4, kind=[SCRIPT] * 4)  # type: ignore[list-item]


def test_html_escapes_whatever_the_data_hold() -> None:
    page = render_page(profile_dataset(hostile()))
    outline = Outline(page)
    assert "&lt;script&gt;alert(&#x27;优惠&#x27;)" in page
    assert not {"script", "img"} & outline.elements
    assert not any(name.startswith("on") for name in outline.attributes)
    assert "http" not in page.replace("http-equiv", "")


def test_a_notebook_shows_the_same_as_the_page() -> None:
    profile = profile_dataset(hostile())
    assert profile._repr_html_() in render_page(profile)


def test_an_audit_lists_suspicious_labels_and_says_when_it_cannot_judge(tmp_path: Path) -> None:
    rows = read_rows(20)
    rows[3]["label"] = str(1 - int(rows[3]["label"]))
    flipped = [{"text": row["text"], "label": row["label"]} for row in rows]
    profile = profile_dataset(write_rows(flipped, tmp_path / "a.tsv"), audit=True)
    assert profile.audit is not None
    assert "Labels that are probably wrong" in render_page(profile)
    assert "labels that are probably wrong" in str(profile)
    few = profile_dataset(frame_of(["全场五折", "晚上吃饭"], [1, 0]), audit=True)
    assert few.audit is None
    assert any("Labels were not audited" in warning for warning in few.warnings)


def test_the_command_prints_text_and_writes_json_and_html(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:

    path = tmp_path / "a.csv"
    path.write_text("text,label\n全场五折，退订回T,1\n晚上吃饭,0\n晚上吃饭,2\n", encoding="utf-8")

    def profile(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["profile", *arguments])
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    code, out, _ = profile(str(path))
    assert code == 1
    assert out.startswith("3 rows: 2 used (1 spam, 1 wanted), 1 unusable\n")
    assert f"{path}:4: label '2' is none of" in out
    code, out, _ = profile(str(path), "--out", str(tmp_path / "p.json"))
    assert json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["rows"]["used"] == 2
    assert "written to" in out
    profile(str(path), "--out", str(tmp_path / "p.html"))
    assert (tmp_path / "p.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert profile(str(path), "--out", str(tmp_path / "p.xlsx"))[0] == 2
    code, _, err = profile(str(path), "--out", str(path))
    assert (code, "is a file that is read" in err) == (2, True)
    assert path.read_text(encoding="utf-8").startswith("text,label")


def test_what_cannot_be_profiled_is_refused() -> None:
    with pytest.raises(DatasetError, match="no labelled message"):
        profile_dataset(frame_of([], []))
