"""What the tests share: few and unhurried examples, small models, fresh processes."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest
from command_runs import ADVERTS, WANTED, Result, Run
from hypothesis import settings
from labelled_corpus import read_rows, small_data, small_model

from spamsms import SpamClassifier, cli
from spamsms.array_cache import VARIABLE
from spamsms.features import TOKENIZERS
from spamsms.training.evaluate import evaluate_model

settings.register_profile("spamsms", deadline=None, max_examples=60)
settings.load_profile("spamsms")


@pytest.fixture(scope="session", autouse=True)
def _no_models_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what whoever runs the tests has promoted out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPAMSMS_MODELS", str(tmp_path_factory.mktemp("no-models")))
        yield


class Messages(NamedTuple):
    """Labelled messages."""

    texts: list[str]
    labels: list[int]


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache directory of the tests' own, for their processes too."""
    directory = tmp_path_factory.mktemp("cache")
    with mock.patch.dict("os.environ", {VARIABLE: str(directory)}):
        yield directory


@pytest.fixture(scope="session")
def messages() -> Messages:
    """Every seventh message of the project's corpus, about 600."""
    rows = read_rows(7)
    return Messages([row["text"] for row in rows], [int(row["label"]) for row in rows])


@pytest.fixture(scope="session")
def models(messages: Messages) -> dict[str, SpamClassifier]:
    """A small model by tokenizer; shared, so copy one before changing it."""
    return {
        name: SpamClassifier(name, hash_bits=12, cv=3).fit(messages.texts, messages.labels)
        for name in TOKENIZERS
    }


@pytest.fixture(scope="session", params=TOKENIZERS)
def model(request: pytest.FixtureRequest, models: dict[str, SpamClassifier]) -> SpamClassifier:
    """Each of the small models; shared, so copy it before changing it."""
    return models[request.param]


@pytest.fixture(scope="session")
def char_model(models: dict[str, SpamClassifier]) -> SpamClassifier:
    """The small model of characters; shared, so copy it before changing it."""
    return models["char"]


@pytest.fixture(scope="session")
def figures() -> dict[str, Any]:
    """What evaluating the small model of the corpus found; shared, so copy it before changing it."""
    data = small_data()
    return evaluate_model(small_model(), data.test, data.test_groups)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for models of the test's own."""
    monkeypatch.setenv("SPAMSMS_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def folder(tmp_path: Path, char_model: SpamClassifier) -> Path:
    """A saved model."""
    path = tmp_path / "model"
    char_model.save(path)
    return path


@pytest.fixture(scope="session")
def run_python() -> Callable[[str], str]:
    """Run a program in a fresh process and return what it printed."""

    def run(program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The tiny model that commands are run with, saved."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    labels = [1] * len(ADVERTS) + [0] * len(WANTED)
    SpamClassifier(hash_bits=12, cv=2).fit(ADVERTS + WANTED, labels).save(folder, name="tiny", version="3")
    return str(folder)


@pytest.fixture
def run(
    model_folder: str, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command in this process with the tiny model."""

    def run_command(*arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="ascii"))
        try:
            code = cli.main([arguments[0], "--model", model_folder, *arguments[1:]])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsysbinary.readouterr()
        return Result(code, out.decode("utf-8"), err.decode("utf-8"))

    return run_command
