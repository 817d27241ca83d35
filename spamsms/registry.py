"""Find, load and use models by name."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from spamsms.artifact import MANIFEST
from spamsms.errors import InputError

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier
    from spamsms.verdict import Verdict

DEFAULT_MODEL = "zh"
# In an installed package, and in a checkout of the project.
_HOMES = (Path(__file__).parent / "models", Path(__file__).parent.parent / "models")


def packaged_models() -> dict[str, Path]:
    """Return the folder of each packaged model by name."""
    found: dict[str, Path] = {}
    for home in _HOMES:
        for manifest in sorted(home.glob(f"*/{MANIFEST}")):
            found.setdefault(manifest.parent.name, manifest.parent)
    return found


def load_model(name_or_path: str | os.PathLike[str] | None = None) -> SpamClassifier:
    """Return a model; each is loaded once a process and shared.

    Parameters
    ----------
    name_or_path : str or path, optional
        Name of a packaged model, or a folder that
        :meth:`SpamClassifier.save` wrote. The packaged model ``zh`` by default.

    Returns
    -------
    SpamClassifier
        Shared with every other caller: copy it before changing its thresholds.

    Raises
    ------
    InputError
        If there is no such model.
    ModelFormatError
        If the model is damaged or of another version.
    """
    path = model_folder(name_or_path)
    manifest = path / MANIFEST
    stamp = manifest.stat().st_mtime_ns if manifest.exists() else 0
    return _load(path.resolve(), stamp)


def model_folder(name_or_path: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of a model, given as to :func:`load_model`.

    Raises
    ------
    InputError
        If there is no such model.
    """
    if name_or_path is None:
        name_or_path = DEFAULT_MODEL
    elif not isinstance(name_or_path, (str, os.PathLike)):
        raise InputError(
            f"name_or_path is a {type(name_or_path).__name__}; pass a model's name or the path of its folder"
        )
    path = Path(name_or_path)
    if len(path.parts) == 1 and not os.path.isdir(path):
        models = packaged_models()
        if path.name not in models:
            raise InputError(
                f"no model {str(name_or_path)!r}: packaged are {', '.join(models) or 'none'}, "
                "and there is no such folder"
            )
        path = models[path.name]
    elif not os.path.exists(path):
        raise InputError(f"no model at {path}: there is no such folder")
    return path


@lru_cache(maxsize=8)
def _load(path: Path, stamp: int) -> SpamClassifier:
    """Load a folder; a model that was replaced on disk has another stamp and is read anew."""
    from spamsms.classifier import SpamClassifier

    return SpamClassifier.load(path)


def classify(text: str) -> Verdict:
    """Return what the packaged model says of a message.

    Raises
    ------
    InputError
        If `text` is not a str.
    """
    return load_model().classify(text)


def is_spam(text: str) -> bool:
    """Return whether the packaged model calls a message marketing spam.

    Raises
    ------
    InputError
        If `text` is not a str.
    """
    return load_model().classify(text, explain=False).is_spam
