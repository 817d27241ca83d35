"""Find, load and use models by name."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from spamsms.artifact import MANIFEST
from spamsms.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from spamsms.classifier import SpamClassifier
    from spamsms.model_store import ModelStore
    from spamsms.verdict import Verdict

DEFAULT_MODEL = "zh"
VERSION_MARK = "@"
# In an installed package, and in a checkout of the project.
_HERE = os.path.dirname(os.path.abspath(__file__))
_HOMES = (os.path.join(_HERE, "models"), os.path.join(os.path.dirname(_HERE), "models"))


def packaged_models() -> dict[str, Path]:
    """Return the folder of each packaged model by name."""
    from pathlib import Path

    found: dict[str, Path] = {}
    for home in _HOMES:
        for manifest in sorted(Path(home).glob(f"*/{MANIFEST}")):
            found.setdefault(manifest.parent.name, manifest.parent)
    return found


def load_model(name_or_path: str | os.PathLike[str] | None = None) -> SpamClassifier:
    """Return a model; each is loaded once a process and shared.

    Parameters
    ----------
    name_or_path : str or path, optional
        A folder that :meth:`SpamClassifier.save` wrote, or a name: of one of the
        user's models, else of a packaged one; ``name@version`` for another than
        the current version. The packaged model ``zh`` by default, whatever the
        user has installed.

    Returns
    -------
    SpamClassifier
        Shared with every other caller: copy it before changing its thresholds.

    Raises
    ------
    InputError
        If there is no such model or version.
    ModelFormatError
        If the model is damaged or of another version.
    """
    folder = os.path.realpath(_find_folder(name_or_path))
    try:
        stamp = os.stat(os.path.join(folder, MANIFEST)).st_mtime_ns
    except OSError:
        stamp = 0
    return _load(folder, stamp)


def as_model(model: SpamClassifier | str | os.PathLike[str] | None) -> SpamClassifier:
    """Return a model that is given, or the one that :func:`load_model` finds.

    Raises
    ------
    InputError
        If it is neither, or there is no such model.
    ModelFormatError
        If the model is damaged or of another version.
    """
    if model is None or isinstance(model, (str, os.PathLike)):
        return load_model(model)
    from spamsms.classifier import SpamClassifier

    if not isinstance(model, SpamClassifier):
        raise InputError(
            f"model is of type {type(model).__name__}; "
            "pass a SpamClassifier, a model's name or the path of its folder"
        )
    return model


def model_folder(name_or_path: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of a model, given as to :func:`load_model`.

    Raises
    ------
    InputError
        If there is no such model.
    """
    from pathlib import Path

    return Path(_find_folder(name_or_path))


def _find_folder(name_or_path: str | os.PathLike[str] | None) -> str | os.PathLike[str]:
    # The usual model is found without pathlib, which takes longer to import than it to load.
    if name_or_path is None:
        return _packaged_default() or _packaged_folder(DEFAULT_MODEL)
    if not isinstance(name_or_path, (str, os.PathLike)):
        raise InputError(
            f"name_or_path is of type {type(name_or_path).__name__}; "
            "pass a model's name or the path of its folder"
        )
    from pathlib import Path

    path = Path(name_or_path)
    if len(path.parts) == 1 and not os.path.isdir(path):
        return _installed_folder(path.name) or _packaged_folder(path.name)
    if not os.path.exists(path):
        raise InputError(f"no model at {path}: there is no such folder")
    return _current_in(path) or path


def _packaged_default() -> str | None:
    folders = (os.path.join(home, DEFAULT_MODEL) for home in _HOMES)
    return next((folder for folder in folders if os.path.exists(os.path.join(folder, MANIFEST))), None)


def user_models() -> ModelStore | None:
    """Return the user's own models; see :func:`spamsms.model_store.models_directory`."""
    from spamsms.model_store import ModelStore, models_directory

    home = models_directory()
    return None if home is None else ModelStore(home)


def _current_in(path: Path) -> Path | None:
    """Return the current version where a path is that of a name in somebody's folder of models."""
    from spamsms.model_store import CURRENT, ModelStore

    if (path / MANIFEST).exists() or not (path / CURRENT).is_file():
        return None
    path = path.resolve()
    return ModelStore(path.parent).folder(path.name)


def _installed_folder(name: str) -> Path | None:
    store = user_models()
    if store is None:
        return None
    name, _, version = name.partition(VERSION_MARK)
    return store.folder(name, version or None)


def _packaged_folder(full_name: str) -> Path:
    models = packaged_models()
    name, _, version = full_name.partition(VERSION_MARK)
    if name not in models:
        store = user_models()
        installed = f", in {store.home} {', '.join(store.names())}" if store and store.names() else ""
        raise InputError(
            f"no model {full_name!r}: packaged are {', '.join(models) or 'none'}{installed}, "
            "and there is no such folder"
        )
    if version:
        from spamsms.artifact import read_manifest

        known = read_manifest(models[name]).get("version")
        if version != known:
            raise InputError(f"no version {version[:100]!r} of model {name!r}: packaged is {known}")
    return models[name]


@lru_cache(maxsize=8)
def _load(folder: str, stamp: int) -> SpamClassifier:
    """Load a folder; a model that was replaced on disk has another stamp and is read anew."""
    from spamsms.classifier import SpamClassifier

    return SpamClassifier.load(folder)


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
