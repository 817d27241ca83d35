"""The pipelines to compare with, each fitted on the same messages."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Scores = Callable[[Sequence[str]], object]


@dataclass(frozen=True)
class Peer:
    """A fitted pipeline: how to score a batch, and one message."""

    name: str
    batch: Scores
    one: Callable[[str], object]


def spamsms_model() -> Peer:
    """Return the packaged model."""
    import spamsms

    model = spamsms.load_model()
    return Peer("spamsms", model.predict_proba, lambda text: model.classify(text))


def jieba_pipeline(texts: Sequence[str], labels: Sequence[int]) -> Peer:
    """Return what everybody publishes: jieba, TF-IDF and logistic regression."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    vectorizer = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
    pipeline = make_pipeline(vectorizer, LogisticRegression(C=10, max_iter=1000)).fit(texts, labels)
    return Peer("jieba + TF-IDF + LR", pipeline.predict_proba, lambda text: pipeline.predict_proba([text]))


def hashing_pipeline(texts: Sequence[str], labels: Sequence[int]) -> Peer:
    """Return scikit-learn's hashed characters and logistic regression."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    vectorizer = HashingVectorizer(analyzer="char", ngram_range=(1, 3), n_features=1 << 19)
    pipeline = make_pipeline(vectorizer, LogisticRegression(C=10, max_iter=1000)).fit(texts, labels)
    return Peer("HashingVectorizer + LR", pipeline.predict_proba, lambda text: pipeline.predict_proba([text]))


def fasttext_model(texts: Sequence[str], labels: Sequence[int]) -> Peer | None:
    """Return fastText on characters and their bigrams; None where it is not installed."""
    try:
        import fasttext
    except ImportError:
        return None
    lines = [f"__label__{label} {spaced(text)}" for text, label in zip(texts, labels, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "train.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        model = fasttext.train_supervised(path, wordNgrams=2, epoch=10, thread=1, verbose=0, seed=0)
    return Peer(
        "fastText, characters",
        lambda batch: model.predict([spaced(text) for text in batch]),
        lambda text: model.predict(spaced(text)),
    )


def spaced(text: str) -> str:
    """Return the characters of a text with spaces between them, as fastText wants tokens."""
    return " ".join(text.replace("\n", " "))
