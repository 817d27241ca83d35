"""The model that governance judges with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from spamsms.errors import InputError

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier


def as_model(model: Any) -> SpamClassifier:
    """Return a model by its name or path, the packaged one of None, or one that is given.

    Raises
    ------
    InputError
        If it is none of these.
    """
    from spamsms.classifier import SpamClassifier
    from spamsms.registry import load_model

    if isinstance(model, SpamClassifier):
        return model
    if model is None or isinstance(model, (str, os.PathLike)):
        return load_model(None if model is None else os.fspath(model))
    raise InputError(f"model must be a name, a path or a SpamClassifier, not {type(model).__name__}")
