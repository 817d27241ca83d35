"""``spamsms promote``: install a model as the current version of a name, unless it is worse."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from spamsms.commands import DONE, WORSE
from spamsms.commands.compare import add_comparison_options, compare_on_files
from spamsms.commands.console import printable, standard_output
from spamsms.commands.model_option import add_store_options, author_by_default, load, open_store
from spamsms.commands.parsing import as_typed, epilog, report_error
from spamsms.errors import InputError

if TYPE_CHECKING:
    from spamsms.model_store import ModelStore

DESCRIPTION = """\
Compare a trained model with the one that goes by its name, as spamsms compare
does, and install it as that name's current version. A first version is compared
with the packaged model. A model that is worse, or of which nothing could be
judged, is refused with exit code 1, unless --force and a --reason are given.

The version is copied; the history keeps who promoted it, when, why and what the
comparison said. spamsms models NAME shows it, spamsms rollback NAME undoes it."""

EXAMPLES = """\
  spamsms promote my-model --as ours --data labelled.csv
  spamsms promote my-model --data fresh.csv --every-row --reason "learnt the autumn's parcel notices"
  spamsms promote my-model --force --reason "first version, no labelled messages to spare\""""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "promote",
        help="make a model the current version of a name, unless it is worse",
        description=DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    parser.add_argument("new", metavar="NEW", help="the folder of a trained model")
    parser.add_argument(
        "--as", dest="name", metavar="NAME", type=as_typed, help="default: the model's own name"
    )
    parser.add_argument(
        "--version", type=as_typed, help="default: the model's own, or the next one that is free"
    )
    parser.add_argument("--against", metavar="OLD", help="compare with this model instead")
    add_comparison_options(parser, required=False)
    parser.add_argument("--force", action="store_true", help="install it though it is worse or not measured")
    add_store_options(parser, reason="for the history; --force needs one")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compare, install, return the exit code."""
    from spamsms.model_store import check_word
    from spamsms.registry import DEFAULT_MODEL, model_folder, packaged_models
    from spamsms.training.promotion import NotPromotedError, promote_model

    store = open_store(args.models)
    new = load(args.new)
    name = check_word("name", new.name_ if args.name is None else args.name)
    if name in packaged_models():
        raise InputError(f"{name} is the name of a packaged model: install this one --as another")
    if args.force and not args.reason:
        raise InputError("--force takes a --reason, which the history keeps")
    if not args.data and not args.force:
        raise InputError("give --data to compare the model on, or --force and a --reason")
    current = store.current(name)
    comparison = None
    if args.data:
        old = load(args.against or _current_folder(store, name) or DEFAULT_MODEL)
        comparison = compare_on_files(args, old, new)
    try:
        folder = promote_model(
            model_folder(args.new),
            store,
            name,
            comparison,
            version=args.version,
            force=args.force,
            reason=args.reason,
            author=args.author or author_by_default(),
            replaces=current,
        )
    except NotPromotedError as error:
        report_error(f"{error} (--force --reason TEXT promotes it all the same)")
        return WORSE
    said = f"promoted: {name} {folder.name} is current, {folder}"
    standard_output().write(printable(said) + "\n")
    return DONE


def _current_folder(store: ModelStore, name: str) -> str | None:
    folder = store.folder(name)
    return None if folder is None else str(folder)
