"""The pipelines to compare with: fitted on the same messages, kept as their users keep them, loaded again."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SPAMSMS, JIEBA, RJIEBA = "spamsms", "jieba + TF-IDF + LR", "rjieba + TF-IDF + LR"
HASHING, FASTTEXT = "HashingVectorizer + LR", "fastText, characters"
# What each needs beyond spamsms's own dependencies.
NEEDS = {SPAMSMS: "", JIEBA: "", RJIEBA: "rjieba", HASHING: "", FASTTEXT: "fasttext"}


@dataclass(frozen=True)
class Peer:
    """A fitted pipeline.

    ``batch`` judges a list of messages and ``one`` a message, each in the way that is
    fastest for the pipeline; ``scores`` gives the probabilities of spam; ``save`` writes
    the pipeline to a path that :func:`load_peer` takes.
    """

    name: str
    batch: Callable[[Sequence[str]], Any]
    one: Callable[[str], Any]
    scores: Callable[[Sequence[str]], Any]
    save: Callable[[Path], Any]


def installed_peers() -> list[str]:
    """Return the names of the pipelines whose packages are installed, spamsms first."""
    return [name for name, module in NEEDS.items() if not module or find_spec(module)]


def fit_peer(name: str, texts: Sequence[str], labels: Sequence[int]) -> Peer:
    """Return a pipeline fitted with the parameters that its users publish."""
    if name == SPAMSMS:
        from spamsms import SpamClassifier

        return _ours(SpamClassifier().fit(texts, labels))
    if name == FASTTEXT:
        return _fasttext(_fit_fasttext(texts, labels))
    return _sklearn(name, _sklearn_pipeline(name).fit(texts, labels))


def load_peer(name: str, path: Path) -> Peer:
    """Return a pipeline that :attr:`Peer.save` wrote."""
    if name == SPAMSMS:
        import spamsms

        return _ours(spamsms.load_model(path))
    if name == FASTTEXT:
        import fasttext

        return _fasttext(fasttext.load_model(str(path)))
    import joblib

    return _sklearn(name, joblib.load(path))


def packaged_model() -> Peer:
    """Return spamsms as it is installed: with the packaged model, kinds and second look."""
    import spamsms

    return _ours(spamsms.load_model())


def jieba_words(text: str) -> list[str]:
    """Return jieba's words; a function of a module, so that pipelines with it can be kept."""
    import jieba

    jieba.setLogLevel(logging.ERROR)
    return list(jieba.cut(text))


def rjieba_words(text: str) -> list[str]:
    """Return the words of jieba's port to Rust."""
    import rjieba

    return list(rjieba.cut(text))


def spaced(text: str) -> str:
    """Return the characters of a text with spaces between them, as fastText wants tokens."""
    return " ".join(text.replace("\n", " "))


def _ours(model: Any) -> Peer:
    return Peer(
        SPAMSMS,
        model.predict_proba,
        lambda text: model.predict_proba([text]),
        lambda texts: model.predict_proba(texts)[:, 1],
        model.save,
    )


def _sklearn_pipeline(name: str) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    if name == HASHING:
        vectorizer = HashingVectorizer(analyzer="char", ngram_range=(1, 3), n_features=1 << 19)
    else:
        words = jieba_words if name == JIEBA else rjieba_words
        vectorizer = TfidfVectorizer(tokenizer=words, token_pattern=None, lowercase=False)
    return make_pipeline(vectorizer, LogisticRegression(C=10, max_iter=1000))


def _sklearn(name: str, pipeline: Any) -> Peer:
    import joblib

    return Peer(
        name,
        pipeline.predict_proba,
        lambda text: pipeline.predict_proba([text]),
        lambda texts: pipeline.predict_proba(texts)[:, 1],
        lambda path: joblib.dump(pipeline, path),
    )


def _fit_fasttext(texts: Sequence[str], labels: Sequence[int]) -> Any:
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        with path.open("w", encoding="utf-8") as file:
            for text, label in zip(texts, labels, strict=True):
                file.write(f"__label__{label} {spaced(text)}\n")
        return fasttext.train_supervised(str(path), wordNgrams=2, epoch=10, thread=1, verbose=0, seed=0)


def _fasttext(model: Any) -> Peer:
    def scores(texts: Sequence[str]) -> list[float]:
        names, values = model.predict([spaced(text) for text in texts], k=2)
        return [
            dict(zip(found, value, strict=True)).get("__label__1", 0.0)
            for found, value in zip(names, values, strict=True)
        ]

    return Peer(
        FASTTEXT,
        lambda texts: model.predict([spaced(text) for text in texts]),
        lambda text: model.predict(spaced(text)),
        scores,
        lambda path: model.save_model(str(path)),
    )
