"""Labelled files that a command reads: its options, and what it says of the rows."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from spamsms.commands.console import standard_error

if TYPE_CHECKING:
    from spamsms.training.config import TrainingConfig
    from spamsms.training.dataset import RowProblem

PROBLEMS_SHOWN = 20


def add_data_option(
    parser: argparse.ArgumentParser, said: str = "labelled files, or folders", required: bool = True
) -> None:
    """Add ``--data``."""
    parser.add_argument("--data", metavar="PATH", nargs="+", required=required, help=said)


def add_side_options(parser: argparse._ActionsContainer, model: str, every_row: str) -> None:
    """Add what tells which rows a model was not trained on: ``--config`` and ``--every-row``."""
    parser.add_argument("--config", metavar="FILE", help=f"training.toml (default: the one beside {model})")
    parser.add_argument("--every-row", action="store_true", help=every_row)


def config_of_model(
    name_or_path: str | None, paths: Sequence[str], given: str | None = None
) -> TrainingConfig | None:
    """Return what a model was trained with, of files among `paths`; None where that is unknown.

    Parameters
    ----------
    name_or_path : str or None
        The model.
    paths : sequence of str
    given : str, optional
        A configuration instead of the one beside the model.

    Raises
    ------
    DatasetError
        If the configuration cannot be used, or the one given is not there.
    """
    from spamsms.registry import model_folder
    from spamsms.training.config import read_config
    from spamsms.training.train import CONFIG

    path = Path(given) if given else model_folder(name_or_path) / CONFIG
    return read_config(path).for_files(paths) if given or path.exists() else None


def format_counts(counts: Mapping[str, int], feedback: bool) -> str:
    """Return in words how many rows were read and, with feedback, corrected, and of how many templates."""
    corrected = f"{counts['corrected']} corrected; " if feedback else ""
    return (
        f"{counts['rows'] + counts['bad_rows']} rows read, {counts['bad_rows']} unusable, "
        f"{counts['duplicates_removed']} duplicates, {counts['label_conflicts']} label conflicts; "
        f"{corrected}{counts['groups']} template groups"
    )


def say_problems(problems: list[RowProblem]) -> None:
    """Print rows that were not used as they stand on standard error."""
    from spamsms.training.dataset import iter_problems

    error = standard_error()
    for line in iter_problems(problems, PROBLEMS_SHOWN):
        error.write_line(line)
