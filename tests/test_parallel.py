"""Several processes give the results of one, in order, and say what is wrong as one does."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from arbitrary_messages import MESSAGES
from command_runs import Run

from spamsms import InputError, SpamClassifier, Verdict, parallel
from spamsms.commands import check
from spamsms.parallel import map_parts

TEXTS = [f"{number}{text}" for number in range(40) for text in MESSAGES]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let batches of a test's size be worth other processes."""
    monkeypatch.setattr(parallel, "CHARACTERS_WORTH_STARTING", 1000)
    monkeypatch.setattr(parallel, "CHARACTERS_A_TASK", 400)


@pytest.fixture
def two_jobs(char_model: SpamClassifier) -> SpamClassifier:
    return copy.copy(char_model).set_params(n_jobs=2)


def test_scores_are_those_of_one_process(char_model: SpamClassifier, two_jobs: SpamClassifier) -> None:
    np.testing.assert_array_equal(two_jobs.decision_function(TEXTS), char_model.decision_function(TEXTS))
    np.testing.assert_array_equal(two_jobs.predict_proba(TEXTS), char_model.predict_proba(TEXTS))


def test_verdicts_are_those_of_one_process(char_model: SpamClassifier, two_jobs: SpamClassifier) -> None:
    rows = [*TEXTS, None, TEXTS[0]]
    found = two_jobs.classify_many(rows, errors="report")
    for ours, theirs in zip(found, char_model.classify_many(rows, errors="report"), strict=True):
        if isinstance(ours, Verdict):
            assert isinstance(theirs, Verdict)
            assert ours.to_dict(evidence=False) == theirs.to_dict(evidence=False)
        else:
            assert str(ours) == str(theirs)


def test_a_row_that_is_no_text_is_named(two_jobs: SpamClassifier) -> None:
    with pytest.raises(InputError, match=r"X\[60\] is None"):
        two_jobs.decision_function([*TEXTS[:60], None, *TEXTS[60:]])


@pytest.mark.parametrize("n_jobs", [0, 1.5, "2"])
def test_a_number_of_processes_that_makes_no_sense_is_named(
    char_model: SpamClassifier, n_jobs: object
) -> None:
    model = copy.copy(char_model).set_params(n_jobs=n_jobs)
    with pytest.raises(InputError, match="n_jobs must be a whole number other than 0, or None"):
        model.decision_function(TEXTS)


def test_parts_are_read_as_they_are_needed() -> None:
    read: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(200):
            read.append(number)
            yield -number

    results = map_parts(abs, parts(), 2)
    assert next(results) == 0
    assert len(read) < 50
    assert list(results) == list(range(1, 200))


def test_what_goes_wrong_while_reading_reaches_the_caller() -> None:
    def parts() -> Iterator[int]:
        yield from range(20)
        raise InputError("file.csv:21: damaged")

    with pytest.raises(InputError, match=r"file\.csv:21: damaged"):
        list(map_parts(abs, parts(), 2))


@pytest.mark.parametrize("written_as", ["csv", "text", "jsonl"])
def test_check_writes_the_same_with_jobs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written_as: str
) -> None:
    monkeypatch.setattr(check, "CHUNK_ROWS", 16)
    path = tmp_path / "in.csv"
    path.write_text("text,other\n" + '"加微信领红包",1\n"回家吃饭"\n退订回T,3\n' * 30, encoding="utf-8")
    options = ["-f", str(path), "--format", written_as, "--evidence", "2"]
    one, two = (run("check", *options, "--jobs", jobs) for jobs in "12")
    assert (two.code, two.out, two.err) == (one.code, one.out, one.err)
    assert (one.code, one.out.count("\n") > 50, one.err.count("in.csv:")) == (1, True, 31)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_what_stops_the_parts_is_raised_behind_what_came_before(n_jobs: int) -> None:
    def parts() -> Iterator[str]:
        yield from map(str, range(40))
        raise OSError("the disk is gone")

    found = map_parts(int, parts(), n_jobs)
    assert list(islice(found, 40)) == list(range(40))
    with pytest.raises(OSError, match="the disk is gone"):
        next(found)
