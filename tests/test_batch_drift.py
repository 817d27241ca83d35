from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_runs import run_process
from hypothesis import given
from hypothesis import strategies as st
from labelled_corpus import CONFIG, read_rows, small_data, small_model, write_rows

from spamsms import DatasetError, InputError, SpamClassifier, cli, load_model
from spamsms.plots import plot_kind_drift, plot_score_drift
from spamsms.registry import packaged_models
from spamsms.training.batch_drift import (
    KEEP,
    RELABEL,
    TOO_FEW,
    WATCH,
    MeasuredChange,
    advise,
    chance_of_index,
    measure_drift,
    stability_index,
)
from spamsms.training.batch_reference import (
    KINDS,
    LENGTH,
    REFERENCE,
    SCORE,
    UNDECIDED,
    UNSEEN,
    BatchReference,
    Histogram,
    make_reference,
    read_reference,
    reference_of_test_side,
    write_reference,
)
from spamsms.training.drift_report import drift_values, format_drift_html, format_drift_text
from spamsms.training.train import train_model

# Characters that no message of the corpus holds.
RARE = "蚍蜉鴟鴞鸜鵒蟪蛄鷦鷯鼴鼹饕餮魑魅魍魉龃龉囹圄耄耋貔貅鳜鳊"


@pytest.fixture(scope="module")
def model() -> SpamClassifier:
    """A model with room for n-grams that it never saw."""
    train = small_data().train
    fitted = SpamClassifier(hash_bits=17, cv=2).fit(train.texts, train.labels)
    return fitted.fit_kinds(train.texts, train.kinds)


@pytest.fixture(scope="module")
def halves() -> tuple[list[str], list[str]]:
    """Messages never trained on, dealt into two heaps."""
    texts = list(small_data().test.texts)
    random.Random(5).shuffle(texts)
    return texts[::2], texts[1::2]


@pytest.fixture(scope="module")
def reference(model: SpamClassifier, halves: tuple[list[str], list[str]]) -> BatchReference:
    return make_reference(halves[0], model)


def strange_messages(n: int) -> list[str]:
    chance = random.Random(9)
    return ["".join(chance.choices(RARE, k=30)) for _ in range(n)]


def test_a_batch_of_the_same_messages_is_kept(
    model: SpamClassifier, reference: BatchReference, halves: tuple[list[str], list[str]]
) -> None:
    drift = measure_drift(halves[1], model, reference)
    assert drift.advice == KEEP
    assert drift.sentence.startswith("No need to relabel: whatever differs in")
    assert len(drift.look_at) == 10
    assert not any(item.changed for item in drift.measures.values())


def test_chance_calls_few_batches_changed_however_small(model: SpamClassifier) -> None:
    texts = [*small_data().test.texts, *small_data().train.texts[:0]]
    chance, alarms, n_batches = random.Random(1), 0, 25
    for _ in range(n_batches):
        chance.shuffle(texts)
        old = make_reference(texts[:200], model, groups=np.arange(200))
        drift = measure_drift(texts[200:260], model, old, n_look_at=0)
        alarms += any(item.changed for item in drift.measures.values())
    assert alarms <= n_batches / 5


def test_messages_of_unseen_n_grams_are_to_be_relabelled(
    model: SpamClassifier, reference: BatchReference, halves: tuple[list[str], list[str]]
) -> None:
    drift = measure_drift(halves[1] + strange_messages(60), model, reference)
    assert drift.advice == RELABEL
    assert drift.sentence.startswith("Relabel: ")
    assert "unseen n-grams" in drift.sentence
    change = drift.measures[UNSEEN].difference
    assert change is not None
    assert 0 < change[1] < change[0] < change[2]


def test_another_mix_of_known_messages_is_to_be_watched(
    model: SpamClassifier, halves: tuple[list[str], list[str]]
) -> None:
    test = small_data().test
    labels = dict(zip(test.texts, test.labels.tolist(), strict=True))
    mostly_wanted = [text for text in test.texts if labels[text] == 0 or hash_of(text) % 8 == 0]
    drift = measure_drift(mostly_wanted, model, make_reference(test.texts, model))
    assert drift.advice == WATCH
    assert drift.measures[SCORE].changed
    assert drift.measures[KINDS].changed


def test_what_the_advice_rests_on_is_named_first() -> None:
    def measured(psi: float, mean: float) -> MeasuredChange:
        old, new = Histogram((0.5,), (50, 50), 0.1, 0.1), Histogram((0.5,), (50, 50), mean, 0.1)
        return MeasuredChange(psi, 0.01, 0.05, "large", old, new, None)

    larger = {name: measured(2.0, 0.0) for name in (SCORE, LENGTH, UNSEEN)}
    advice, sentence = advise({**larger, UNDECIDED: measured(0.3, 0.2)}, 100)
    assert advice == RELABEL
    assert "own data (large change of undecided messages, PSI 0.30, from 10.0 % to 20.0 %; " in sentence
    advice, sentence = advise(larger, 100)
    assert advice == WATCH
    assert sentence.startswith("Label a sample before you trust its rates: ")


def hash_of(text: str) -> int:
    return sum(map(ord, text))


def test_too_few_messages_tell_nothing(
    model: SpamClassifier, reference: BatchReference, halves: tuple[list[str], list[str]]
) -> None:
    drift = measure_drift(halves[1][:4], model, reference)
    assert drift.advice == TOO_FEW
    assert "Too few messages to tell: with 4 templates" in drift.sentence
    one = measure_drift(halves[1][:1], model, reference)
    assert "with 1 template chance" in one.sentence
    change = one.measures[LENGTH].difference
    assert change is not None
    assert change[2] - change[1] > reference.measures[LENGTH].deviation


def test_a_campaign_counts_once(
    model: SpamClassifier, reference: BatchReference, halves: tuple[list[str], list[str]]
) -> None:
    advert = "【花信小铺】本周末全场第二件半价，另送同款小样{}份，戳 hx.cn/ab 领券，退订回T"
    campaign = [advert.format(number) for number in range(300)]
    drift = measure_drift([*halves[1], *campaign, "", " "], model, reference, n_look_at=0)
    assert drift.n_messages == len(halves[1]) + 302
    assert drift.n_templates <= len(halves[1]) + 1
    assert drift.advice == KEEP


@given(st.lists(st.integers(0, 500), min_size=2, max_size=12), st.integers(0, 3))
def test_the_index_is_zero_of_equal_counts_and_symmetric(counts: list[int], rotate: int) -> None:
    old = np.array(counts)
    new = np.roll(old, rotate)
    assert stability_index(old, old) == pytest.approx(0, abs=1e-12)
    assert stability_index(old, new) >= 0
    assert stability_index(old, new) == pytest.approx(float(stability_index(new, old)))


def test_the_index_of_known_shares() -> None:
    big = 10**6
    found = stability_index(np.array([big, 3 * big]), np.array([2 * big, 2 * big]))
    assert found == pytest.approx(0.25 * np.log(2) - 0.25 * np.log(2 / 3), abs=1e-5)


def test_chance_explains_more_the_smaller_the_batch() -> None:
    old = np.full(10, 200)
    small, large = chance_of_index(old, np.full(10, 3)), chance_of_index(old, np.full(10, 300))
    assert small[0] > 5 * large[0]
    assert small[1] > 5 * large[1]
    # Of large samples the index is chi-squared over the harmonic size: mean (bins - 1) (1/n + 1/m).
    assert large[0] == pytest.approx(9 * (1 / 2000 + 1 / 3000), rel=0.1)


def test_a_reference_is_read_back_and_holds_no_text(
    reference: BatchReference, halves: tuple[list[str], list[str]], tmp_path: Path
) -> None:
    write_reference(reference, tmp_path / REFERENCE)
    assert read_reference(tmp_path) == read_reference(tmp_path / REFERENCE) == reference
    written = (tmp_path / REFERENCE).read_text(encoding="utf-8")
    assert written.isascii()
    assert sum(reference.measures[LENGTH].counts) == reference.n_templates
    assert not any(text in written for text in halves[0] if len(text) > 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": 2}, "no reference of this release"),
        ({"measures": {"length": {"bins": [1.0], "counts": [3], "mean": 0, "deviation": 0}}}, "damaged"),
        (
            {"measures": {"length": {"bins": [2, 1], "counts": [1, 1, 1], "mean": 0, "deviation": 0}}},
            "ascend",
        ),
        ({"measures": {"length": {"bins": [2], "counts": [1, 1], "mean": 0, "deviation": 0}}}, "add up"),
        ({"measures": [1]}, "no reference of this release"),
    ],
)
def test_what_is_no_reference_is_refused(
    reference: BatchReference, changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps({**reference.to_dict(), **changes}), encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        read_reference(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DatasetError, match="not JSON in UTF-8"):
        read_reference(path)


def test_a_missing_reference_and_another_model_s_are_refused_with_the_remedy(
    reference: BatchReference, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError, match=r"there is none; name messages .*--make-reference DATA"):
        read_reference(tmp_path)
    with pytest.raises(DatasetError, match=r"the reference is that of custom 0 .* make it anew"):
        measure_drift(["在吗"], small_model(), reference)
    with pytest.raises(InputError, match="a model in memory has no folder"):
        measure_drift(["在吗"], small_model())


def test_batches_and_references_that_hold_too_little_are_refused(
    model: SpamClassifier, reference: BatchReference
) -> None:
    with pytest.raises(InputError, match="no message that is not blank"):
        measure_drift(["", " "], model, reference)
    with pytest.raises(InputError, match=r"texts\[1\] is None"):
        measure_drift(["a", None], model, reference)
    with pytest.raises(DatasetError, match="20 templates or more, and 2 are given"):
        make_reference(["明天见", "在吗", "在 吗"], model)


def test_a_model_without_kinds_and_with_a_full_table_is_measured_by_the_rest() -> None:
    rows = read_rows(4)
    full = SpamClassifier(hash_bits=8, cv=2).fit(
        [row["text"] for row in rows], [int(row["label"]) for row in rows]
    )
    texts = [row["text"] for row in read_rows(7)]
    drift = measure_drift(texts, full, make_reference(texts, full), n_look_at=0)
    assert set(drift.measures) == {SCORE, "undecided", "disguised", LENGTH}
    with pytest.raises(InputError, match="names no kinds"):
        plot_kind_drift(drift)


def test_training_writes_the_reference_of_its_test_side(tmp_path: Path) -> None:
    path = write_rows(read_rows(), tmp_path / "messages.tsv")
    result = train_model([path], tmp_path / "model", CONFIG)
    written = read_reference(tmp_path / "model")
    assert written == reference_of_test_side(result.model, result.data)
    assert written.model_hash == load_model(tmp_path / "model").hash_
    assert measure_drift(result.data.test.texts, tmp_path / "model", n_look_at=0).advice == KEEP
    write_rows(read_rows()[:60], path)
    train_model([path], tmp_path / "model", CONFIG)
    assert not (tmp_path / "model" / REFERENCE).exists()


def test_the_packaged_model_has_a_reference_of_its_own() -> None:
    for name, folder in packaged_models().items():
        assert read_reference(folder).model_hash == load_model(name).hash_


def test_reports_say_the_same(
    model: SpamClassifier, reference: BatchReference, halves: tuple[list[str], list[str]]
) -> None:
    hostile = f"<script>alert(1)</script>{RARE}"
    drift = measure_drift([*halves[1], hostile], model, reference, n_look_at=50)
    text, page = format_drift_text(drift, "a.txt"), format_drift_html(drift, "a<b>.txt")
    values = json.loads(json.dumps(drift_values(drift)))
    assert drift.sentence in text
    assert drift.sentence in page
    assert values["sentence"] == drift.sentence
    assert set(values["measures"]) == set(drift.measures)
    assert hostile in text
    assert "<script>" not in page
    assert "a&lt;b&gt;.txt" in page
    assert any(f"a.txt:{len(halves[1]) + 1}: " in line for line in text.split("\n"))


def test_plots_show_both_sides(model: SpamClassifier, reference: BatchReference) -> None:
    from matplotlib.figure import Figure

    drift = measure_drift(small_data().test.texts, model, reference, n_look_at=0)
    for draw, name in ((plot_score_drift, SCORE), (plot_kind_drift, KINDS)):
        ax = draw(drift, ax=Figure().subplots())
        item = drift.measures[name]
        widths = [bar.get_width() for bar in ax.patches]
        n_bins = len(item.batch.counts)
        assert len(widths) == 2 * n_bins
        assert sum(widths[:n_bins]) == pytest.approx(100)
        assert widths[n_bins] == pytest.approx(100 * item.batch.counts[0] / sum(item.batch.counts))


@pytest.fixture
def folder(tmp_path: Path, model: SpamClassifier) -> Path:
    """A saved model with room; in the place of the small one."""
    model.save(tmp_path / "model")
    return tmp_path / "model"


def test_command_compares_and_writes_each_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    inbox = tmp_path / "inbox.txt"
    inbox.write_text("\n".join(small_data().test.texts) + "\n", encoding="utf-8")
    assert cli.main(["drift", str(inbox), "--model", str(folder)]) == 2
    assert "reference.json: there is none" in capsys.readouterr().err
    against = ["--reference", str(inbox)]
    assert cli.main(["drift", str(inbox), "--model", str(folder), *against]) == 0
    said = capsys.readouterr().out
    assert said.startswith("No need to relabel")
    assert f"against {len(small_data().test):,} of {inbox}" in said
    for name in ("json", "html"):
        out = tmp_path / f"drift.{name}"
        arguments = ["drift", str(inbox), "--model", str(folder), *against, "--format", name]
        assert cli.main([*arguments, "--out", str(out)]) == 0
        assert "No need to relabel" in out.read_text(encoding="utf-8")
        assert "No need to relabel" in capsys.readouterr().err
    assert cli.main(["drift", str(inbox), "--model", str(folder), *against, "--out", str(inbox)]) == 2
    assert "is a file that is read" in capsys.readouterr().err


def test_command_makes_a_reference(tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    data = write_rows([{**row, "split": ""} for row in read_rows()], tmp_path / "messages.tsv")
    arguments = ["drift", "--make-reference", str(data), "--model", str(folder)]
    assert cli.main(arguments) == 2
    assert "or say --every-row" in capsys.readouterr().err
    assert cli.main([*arguments, "--every-row"]) == 0
    assert f"written to {folder / REFERENCE}" in capsys.readouterr().err
    assert read_reference(folder).n_messages > 1000
    assert read_reference(folder).origin == str(data)
    (folder / "training.toml").write_text("test_share = 0.3\n", encoding="utf-8")
    assert cli.main(arguments) == 0
    assert 300 < read_reference(folder).n_messages < 600


def test_command_says_what_it_wants(model_folder: str) -> None:
    done = run_process("drift", "--model", model_folder, **os.environ)
    assert done.code == 2
    assert "give either a FILE of messages or --make-reference PATH" in done.err
