"""A host program is left as it was, and pays for no import that it does not need."""

from __future__ import annotations

import logging
import os
import random
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arbitrary_messages import MESSAGES
from conftest import Messages

from spamsms import SpamClassifier
from spamsms.features import TOKENIZERS

HEAVY = ["sklearn", "scipy", "jieba", "joblib", "pandas", "matplotlib", "tqdm"]


def _host_state() -> dict[str, Any]:
    return {
        "warning filters": list(warnings.filters),
        "root logger": (logging.root.level, list(logging.root.handlers), logging.root.manager.disable),
        "random": random.getstate(),
        "numpy.random": str(np.random.get_state()),
        "errors of floats": np.geterr(),
        "print options": np.get_printoptions(),
        "environment": dict(os.environ),
        "folder": Path.cwd(),
        "recursion": sys.getrecursionlimit(),
        "hooks": (sys.excepthook, sys.displayhook, sys.stdout, sys.stderr),
        "jieba's files": sorted(Path(tempfile.gettempdir()).glob("jieba*")),
    }


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_the_host_is_left_as_it_was(messages: Messages, tmp_path: Path, tokenizer: str) -> None:
    import sklearn.svm  # noqa: F401  (adds warning filters of its own)

    before = _host_state()
    model = SpamClassifier(hash_bits=10, cv=2, tokenizer=tokenizer).fit(
        messages.texts[:100], messages.labels[:100]
    )
    model.save(tmp_path / "model")
    loaded = SpamClassifier.load(tmp_path / "model")
    assert list(loaded.classify(MESSAGES[1]).evidence)
    loaded.predict_proba(MESSAGES * 3)
    assert _host_state() == before


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_a_host_that_makes_every_warning_an_error_is_served(messages: Messages, tokenizer: str) -> None:
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        model = SpamClassifier(hash_bits=10, cv=2, tokenizer=tokenizer).fit(
            messages.texts[:100], messages.labels[:100]
        )
        verdict = model.classify("满300减50，退订回T。" * 5000)
        assert list(verdict.evidence)
        model.predict_proba([*MESSAGES, "满300减50，退订回T。" * 5000])


def test_importing_the_package_imports_nothing_heavy(run_python: Callable[[str], str]) -> None:
    names = ["numpy", *HEAVY]
    program = f"import sys, spamsms; dir(spamsms); print([name for name in {names} if name in sys.modules])"
    assert run_python(program) == "[]\n"


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_scoring_with_a_saved_model_imports_nothing_heavy(
    models: dict[str, SpamClassifier], run_python: Callable[[str], str], tmp_path: Path, tokenizer: str
) -> None:
    models[tokenizer].save(tmp_path / "model")
    program = f"""
import sys, spamsms
model = spamsms.load_model({str(tmp_path / "model")!r})
verdict = model.classify("满300减50，退订回T")
model.classify_many(["a", "b", None], errors="report"), model.predict(["a"] * 20), model.predict_proba(["a"])
verdict.evidence[0], verdict.obfuscation, verdict.kind, repr(model), model.get_params()
print([name for name in {HEAVY} if name in sys.modules])
"""
    assert run_python(program) == "[]\n"


def test_the_public_names_are_there_and_no_others(run_python: Callable[[str], str]) -> None:
    program = """
import spamsms
print(all(hasattr(spamsms, name) for name in spamsms.__all__), dir(spamsms) == sorted(spamsms.__all__))
try:
    spamsms.no_such_name
except AttributeError as error:
    print(error)
"""
    assert run_python(program).splitlines() == [
        "True True",
        "module 'spamsms' has no attribute 'no_such_name'",
    ]
