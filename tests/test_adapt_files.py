"""spamsms adapt: new labels in, an adapted model and what it gained and cost out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_runs import Run
from labelled_corpus import CONFIG, read_rows, small_data, small_model, write_rows

from spamsms import SpamClassifier, cli
from spamsms.errors import DatasetError
from spamsms.plots import plot_learning_curve
from spamsms.training.adapt_files import STEPS, adapt_to_files
from spamsms.training.config import TrainingConfig
from spamsms.training.learning_curves import AREAS, format_learning_curve, measure_learning_curve

ANCHORS = ["明天八点开会", "全场五折，退订回T", "快递到了，放门口了", "您的验证码是 482913"]


@pytest.fixture(scope="module")
def new_labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [{**row, "split": ""} for row in read_rows(1)[2::12]]
    return write_rows(rows, tmp_path_factory.mktemp("new") / "new.tsv")


def test_an_adapted_model_is_compared_on_new_and_old_and_written(new_labels: Path, tmp_path: Path) -> None:
    old, steps = small_model(), []
    result = adapt_to_files(
        old,
        [new_labels],
        tmp_path / "out",
        old_paths=[new_labels],
        config=TrainingConfig(name="inbox", test_share=0.3),
        anchors=ANCHORS,
        report=steps.append,
    )
    assert tuple(steps) == STEPS
    assert result.new is not None
    assert result.old is not None
    assert result.new.n_rows == len(result.data.test) > 20
    assert result.old.n_rows == len(result.data.train) + len(result.data.test)
    loaded = SpamClassifier.load(tmp_path / "out")
    assert (loaded.name_, loaded.version_) == ("inbox", f"{old.version_}+adapted")
    assert loaded.details_["adapted"]["messages"] == len(result.data.train)
    assert loaded.details_["adapted"]["from"]["hash"] == old.hash_
    assert loaded.hash_ == result.model.hash_ != old.hash_


def test_every_label_is_learnt_where_none_is_held_out(new_labels: Path) -> None:
    result = adapt_to_files(small_model(), [new_labels], config=TrainingConfig(test_share=0), anchors=ANCHORS)
    assert result.new is None
    assert result.model.details_["adapted"]["messages"] == len(result.data.train)


def test_no_training_row_is_refused(new_labels: Path) -> None:
    with pytest.raises(DatasetError, match="no row of the data given is on the training side"):
        adapt_to_files(small_model(), [new_labels], config=TrainingConfig(test_share=1.0))


def test_the_command_says_what_it_read_and_what_became_of_the_model(run: Run, tmp_path: Path) -> None:
    data, anchors = tmp_path / "new.csv", tmp_path / "anchors.jsonl"
    data.write_text("text,label\n工单已派请勿催,1\n雅集恭迎会员,0\n坏行,也许\n", encoding="utf-8")
    anchors.write_text("\n".join(json.dumps({"text": text}) for text in [*ANCHORS, 5]), encoding="utf-8")
    out = str(tmp_path / "out")
    done = run("adapt", "--data", str(data), "--anchors", str(anchors), "--test-share", "0", "--out", out)
    assert done.code == 1
    assert "new.csv:4: label '也许'" in done.err
    assert f"anchors.jsonl:{len(ANCHORS) + 1}: " in done.err
    assert "3 rows read, 1 unusable" in done.out
    assert "adapted to 2 messages (1 spam), 4 anchors" in done.out
    assert "nothing says whether the adapted model is better" in done.out
    assert SpamClassifier.load(out).version_ == "3+adapted"


@pytest.mark.parametrize("share", ["1", "-0.1", "half"])
def test_a_test_share_must_leave_something_to_learn(run: Run, tmp_path: Path, share: str) -> None:
    done = run("adapt", "--data", "x.csv", "--out", str(tmp_path), "--test-share", share)
    assert done.code == 2
    assert "a share from 0 to below 1 is needed" in done.err


# -- learning curves ----------------------------------------------------------------------------


def test_a_learning_curve_measures_three_models_on_a_source_taken_out() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    data = small_data()
    counts = {source: np.bincount(data.test.labels[np.array(data.test.sources) == source], minlength=2).min()
              for source in set(data.test.sources)}  # fmt: skip
    source = max(counts, key=lambda name: (counts[name], name))
    everyone = np.array(data.train.sources) == source
    curve = measure_learning_curve(data, CONFIG, source, sizes=(20, 10_000), draws=2, anchors=ANCHORS)
    assert [point.n_labels for point in curve.points] == [20, int(everyone.sum())]
    for point in curve.points:
        for figure in AREAS:
            row, gain = point.areas[figure], point.gains[figure]
            for other in ("unadapted", "from scratch"):
                assert gain[other].value == pytest.approx(row["adapted"].value - row[other].value)
                assert gain[other].low <= gain[other].value <= gain[other].high
        assert "all others" in point.forgotten
    table = format_learning_curve(curve)
    assert f"{curve.n_spam} spam and {curve.n_wanted} wanted" in table
    ax = plot_learning_curve(curve)
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["unadapted", "from scratch", "adapted"]
    assert curve.to_dict()["points"][0]["n_labels"] == 20


def test_a_source_that_is_not_there_is_refused() -> None:
    with pytest.raises(DatasetError, match="'nobody' has fewer than 20 training messages of a class"):
        measure_learning_curve(small_data(), CONFIG, "nobody")


@pytest.mark.parametrize(("step", "told"), [(40, True), (8, False)])
def test_training_on_few_messages_names_adapting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], step: int, told: bool
) -> None:
    data = write_rows(read_rows(step), tmp_path / "messages.tsv")
    config = tmp_path / "training.toml"
    config.write_text("[model]\nhash_bits = 12\ncv = 2\n", encoding="utf-8")
    cli.main(["train", "--data", str(data), "--config", str(config), "--out", str(tmp_path / "model")])
    assert ("spamsms adapt starts from the packaged model's weights" in capsys.readouterr().out) == told
