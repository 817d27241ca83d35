"""Give a model that is about to be trained its name and version."""

from __future__ import annotations

import os
from dataclasses import replace

from spamsms.artifact import read_manifest
from spamsms.errors import ModelFormatError
from spamsms.model_store import FIRST_VERSION, ModelStore, check_word, models_directory, next_version
from spamsms.model_store import version_order as order
from spamsms.training.config import TrainingConfig


def name_model(
    config: TrainingConfig,
    out: str | os.PathLike[str] | None = None,
    name: str | None = None,
    version: str | None = None,
) -> TrainingConfig:
    """Return a configuration whose version is known.

    Parameters
    ----------
    config : TrainingConfig
    out : path, optional
        Where the model will be written.
    name, version : str, optional
        Instead of the configuration's.

    Returns
    -------
    TrainingConfig
        Where neither says a version: the one after the latest of that name in
        `out` and among the user's models, or 1.

    Raises
    ------
    InputError
        If `name` or `version` cannot be the name of a folder.
    """
    name = config.name if name is None else check_word("name", name)
    version = config.version if version is None else check_word("version", version)
    if not version:
        known = _known_versions(name, out)
        version = next_version(max(known, key=order)) if known else FIRST_VERSION
    return replace(config, name=name, version=version)


def _known_versions(name: str, out: str | os.PathLike[str] | None) -> list[str]:
    home = models_directory()
    known = [] if home is None else ModelStore(home).versions(name)
    if out is not None:
        try:
            older = read_manifest(out)
        except ModelFormatError:
            return known
        if older.get("name") == name:
            known.append(str(older.get("version", "")))
    return known
