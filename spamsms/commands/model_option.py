"""The option that names a model, and loading it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from spamsms.errors import SpamsmsError

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier


class ModelUnavailableError(SpamsmsError):
    """The model that a command needs cannot be loaded."""


def add_model_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--model``."""
    parser.add_argument(
        "--model",
        metavar="NAME_OR_PATH",
        help="a packaged model's name or the folder of a saved one (default: the packaged model zh)",
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
