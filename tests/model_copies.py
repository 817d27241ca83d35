"""Keep a model as other programs would, and take it up again."""

from __future__ import annotations

import io

import joblib

from spamsms import SpamClassifier


def through_joblib(model: SpamClassifier) -> SpamClassifier:
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    buffer.seek(0)
    loaded: SpamClassifier = joblib.load(buffer)
    return loaded
