"""``spamsms profile``: describe labelled files before anything is trained on them."""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING, Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.console import printable, standard_output
from spamsms.commands.message_batch import write_result
from spamsms.commands.parsing import add_jobs_option, as_typed, epilog, refuse_to_overwrite
from spamsms.commands.progress import Steps
from spamsms.errors import InputError

if TYPE_CHECKING:
    from spamsms.training.profile import DatasetProfile

FORMATS = ("text", "json", "html")
_ENDINGS = {".txt": "text", ".json": "json", ".html": "html", ".htm": "html"}

DESCRIPTION = """\
Describe labelled files before training on them: rows, classes, kinds, sources,
duplicates, templates, label conflicts, lengths, masks, script, and every row
that cannot be used, with its line.

Warns where style alone tells the labels apart: a comma, a masked digit, the
length or the source. A model would learn where messages come from, not what spam
is, and its figures would be too good.

Files are as for spamsms train."""

EXAMPLES = """\
  spamsms profile labelled.csv
  spamsms profile labelled.csv --audit --out profile.html
  spamsms profile corpus --format json | jq .warnings"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "profile", help="describe labelled files", description=DESCRIPTION, epilog=epilog(EXAMPLES)
    )
    parser.add_argument(
        "data", metavar="FILE", nargs="+", help="labelled files, folders, or corpus for the packaged one"
    )
    parser.add_argument("--config", metavar="FILE", help="a training.toml: files, columns and weights")
    parser.add_argument(
        "--audit", action="store_true", help="also list labels that are probably wrong (fits a few models)"
    )
    add_jobs_option(parser)
    parser.add_argument("--out", metavar="FILE", help="default: standard output")
    parser.add_argument(
        "--format", choices=FORMATS, help="default: by the ending of --out (.txt, .json, .html), else text"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Profile, print or write, return the exit code."""
    from spamsms.training.config import read_config
    from spamsms.training.profile import STEPS, profile_dataset

    refuse_to_overwrite([args.out], args.data, "another --out")
    written_as = _choose_format(args)
    config = read_config(args.config)
    if args.config:
        config = config.for_files(args.data)
    with Steps(len(STEPS) - (not args.audit)) as steps:
        profile = profile_dataset(args.data, config, audit=args.audit, n_jobs=args.jobs, report=steps.begin)
    write_result(_render(profile, written_as), args.out)
    if args.out:
        warned = len(profile.warnings)
        standard_output().write(
            f"{profile.rows['used']:,} rows, {warned} warning{'s' * (warned != 1)}; written to "
            f"{as_typed(args.out)}\n"
        )
    return BAD_ROWS if profile.rows["unusable"] else DONE


def _choose_format(args: argparse.Namespace) -> str:
    if args.format:
        return str(args.format)
    if not args.out:
        return "text"
    ending = os.path.splitext(args.out)[1].lower()
    if ending not in _ENDINGS:
        raise InputError(f"{as_typed(args.out)!r} ends in none of {', '.join(_ENDINGS)}; say --format")
    return _ENDINGS[ending]


def _render(profile: DatasetProfile, written_as: str) -> str:
    if written_as == "html":
        from spamsms.training.profile_html import render_page

        return render_page(profile)
    if written_as == "json":
        return json.dumps(profile.to_dict(), ensure_ascii=False, indent=1) + "\n"
    return "\n".join(map(printable, str(profile).split("\n"))) + "\n"
