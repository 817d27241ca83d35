"""The packaged model: what it says, what it weighs, and that its papers are true."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from labelled_corpus import DATA, ROOT, needs_data

import spamsms
from spamsms.registry import packaged_models
from spamsms.training.card import CARD, README_MARKS, read_corpus_only, readme_table, render_card
from spamsms.training.config import read_config
from spamsms.training.train import CONFIG, METRICS, evaluate_files

FOLDER = packaged_models()["zh"]
LARGEST_ARTIFACT = 5_000_000

BLOCKED = [
    "【优选商城】双11狂欢价直降,满300减50,戳 t.cn/Ab12 抢券,退订回T",
    "【星辰金融】您的备用金额度已提升至80000元，日息低至万三，点击 x.cn/8k2 提现，退订回T",
    "首付15万起，地铁口精装两房，周末看房送家电大礼包，售楼热线 0571-88001234",
    "【优 选 商 城】双❶❶狂★欢★价，满３００减５０，戳 t.cn/Ab12，退订回T",
]
PASSED = [
    "您的取件码是 8-2-3301,请到菜鸟驿站取件",
    "【招商银行】您尾号1234的储蓄卡11月20日支出人民币256.00元，余额3,201.55元。",
    "验证码 482913，用于登录，5分钟内有效，请勿告诉他人。",
    "妈，我今晚加班，不回来吃饭了，冰箱里有饺子",
    "",
]


@pytest.fixture(scope="module")
def manifest() -> dict[str, object]:
    return json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def figures() -> dict[str, object]:
    return json.loads((FOLDER / METRICS).read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", BLOCKED)
def test_adverts_are_blocked(text: str) -> None:
    assert spamsms.classify(text).action == "block"
    assert spamsms.is_spam(text)


@pytest.mark.parametrize("text", PASSED)
def test_wanted_messages_pass(text: str) -> None:
    assert spamsms.classify(text).action == "pass"
    assert not spamsms.is_spam(text)


def test_golden_scores_of_the_manifest_are_reproduced(manifest: dict[str, list[dict[str, object]]]) -> None:
    model = spamsms.load_model()
    assert len(manifest["golden"]) >= 4
    for golden in manifest["golden"]:
        text = golden["text"]
        assert model.decision_function([text])[0] == pytest.approx(golden["log_odds"], abs=1e-6)
        assert model.classify(text).log_odds == pytest.approx(golden["log_odds"], abs=1e-6)


def test_kinds_are_named() -> None:
    model = spamsms.load_model()
    assert model.classify(PASSED[0]).kind == "d"
    assert model.classify(PASSED[2]).kind == "c"
    assert model.classify(BLOCKED[0]).kind == "R"
    assert model.predict_kind([BLOCKED[2], PASSED[3]]).tolist() == ["H", "p"]
    assert np.allclose(model.predict_kind_proba(BLOCKED).sum(axis=1), 1.0)


def test_artifact_is_small() -> None:
    files = [path for path in FOLDER.iterdir() if path.suffix == ".npy"]
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    assert {path.name for path in files} == {entry["file"] for entry in manifest["files"].values()}
    assert sum(path.stat().st_size for path in files) <= LARGEST_ARTIFACT


def test_card_is_what_the_metrics_say(figures: dict[str, object]) -> None:
    config = read_config(FOLDER / CONFIG)
    assert (FOLDER / CARD).read_text(encoding="utf-8") == render_card(
        figures, config, read_corpus_only(FOLDER)
    )


@pytest.mark.skipif(not (ROOT / "README.md").exists(), reason="README is part of a checkout only")
def test_readme_figures_are_what_the_metrics_say(figures: dict[str, object]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split(README_MARKS[0])[1].split(README_MARKS[1])[0].strip()
    assert table == readme_table(figures)


@pytest.mark.skipif(not (ROOT / "benchmarks").is_dir(), reason="benchmarks are part of a checkout only")
def test_readme_speeds_are_those_of_the_last_benchmark() -> None:
    from benchmarks.report import MARKS
    from benchmarks.report import readme_table as speed_table

    results = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.split(MARKS[0])[1].split(MARKS[1])[0].strip() == speed_table(results)


def test_metrics_belong_to_the_model(
    figures: dict[str, dict[str, str]], manifest: dict[str, dict[str, dict[str, str]]]
) -> None:
    assert manifest["details"]["data"]["sha256"] == figures["data"]["sha256"]
    assert manifest["threshold"] == figures["threshold"]


def test_a_fresh_process_scores_without_heavy_imports() -> None:
    code = (
        "import sys, spamsms; verdict = spamsms.classify('您的取件码是 8-2-3301'); verdict.kind; "
        "print(verdict.action, sorted({'sklearn', 'scipy', 'joblib', 'jieba', 'tqdm'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert shown.strip() == "pass []"


def test_a_first_verdict_imports_only_what_it_needs_beside_numpy() -> None:
    dear = {"pathlib", "tempfile", "secrets", "numpy.ma", "spamsms.normalize_rules", "spamsms.parallel"}
    code = (
        "import sys, numpy; before = set(sys.modules); import spamsms; "
        "spamsms.is_spam('【优选商城】满300减50，戳 t.cn/Ab12 领券，退订回T'); "
        f"print(sorted({dear!r} & (set(sys.modules) - before)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert shown.strip() == "[]"


@needs_data
def test_figures_are_reproduced_from_the_data(figures: dict[str, dict[str, dict[str, object]]]) -> None:
    config = read_config(FOLDER / CONFIG)
    found, data = evaluate_files(spamsms.load_model(), [DATA, ROOT / "data" / "corpus"], config)
    assert data.counts["train"] == figures["data"]["train"]
    for name in ("source inbox", "source personal", "source corpus"):
        for key in ("n_spam", "n_wanted", "recall", "false_positives"):
            assert found["slices"][name].get(key) == figures["slices"][name].get(key)
