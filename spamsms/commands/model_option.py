"""The option that names a model, and loading it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from spamsms.commands.parsing import as_typed
from spamsms.errors import InputError, SpamsmsError

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier
    from spamsms.model_store import ModelStore


class ModelUnavailableError(SpamsmsError):
    """The model that a command needs cannot be loaded."""


def add_model_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--model``."""
    parser.add_argument(
        "--model",
        metavar="NAME_OR_PATH",
        help="a name, NAME@VERSION, or the folder of a saved model (default: the packaged model zh)",
    )


def load(name_or_path: str | None) -> SpamClassifier:
    """Return the model that ``--model`` names.

    Raises
    ------
    ModelUnavailableError
        If it does not exist, is damaged or of another version.
    """
    from spamsms.registry import load_model

    try:
        return load_model(name_or_path)
    except (SpamsmsError, OSError) as error:
        raise ModelUnavailableError(str(error)) from error


def add_store_options(parser: argparse.ArgumentParser, reason: str = "for the history") -> None:
    """Add ``--models``, and who changes them why: ``--reason`` and ``--author``."""
    parser.add_argument("--reason", metavar="TEXT", type=as_typed, help=reason)
    parser.add_argument("--author", metavar="WHO", type=as_typed, help="for the history (default: the user)")
    add_models_option(parser)


def add_models_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--models``."""
    parser.add_argument(
        "--models",
        metavar="DIR",
        help="folder of your own models (default: SPAMSMS_MODELS, or where applications keep their data)",
    )


def open_store(given: str | None) -> ModelStore:
    """Return the user's own models.

    Raises
    ------
    InputError
        If there is no place for them.
    """
    from spamsms.model_store import VARIABLE, ModelStore, models_directory

    home = models_directory(given)
    if home is None:
        raise InputError(f"this user has no home folder: say --models DIR or set {VARIABLE}")
    return ModelStore(home)


def author_by_default() -> str | None:
    """Return the user's name; None where the system does not know it."""
    from getpass import getuser

    try:
        return getuser()
    except (OSError, ImportError, KeyError):
        return None
