"""``spamsms audit-labels``: list labels that are probably wrong."""

from __future__ import annotations

import argparse
from typing import Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.console import standard_output
from spamsms.commands.labelled_data import add_data_option, say_problems
from spamsms.commands.message_batch import write_result
from spamsms.commands.parsing import add_jobs_option, as_typed, epilog, refuse_to_overwrite
from spamsms.commands.progress import Steps

DESCRIPTION = """\
Find labels that are probably wrong and write them to a csv file, the most
suspicious first, to be reviewed.

Each message is scored by a model fitted on the other templates' messages. A
label is suspicious where the message is as clearly of the other class as
messages of that class are on average. Near-duplicates that bear the other label
stand beside it. A suspicious label is not a wrong one: read before you change it.

Files are as for spamsms train. Rows marked as test are judged like all others."""

EXAMPLES = """\
  spamsms audit-labels --data labelled.csv --out suspects.csv
  spamsms audit-labels --data DATA data/corpus --config models/zh/training.toml --out suspects.csv"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "audit-labels",
        help="list labels that are probably wrong",
        description=DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    add_data_option(parser)
    parser.add_argument("--out", metavar="FILE", required=True, help="csv file to write")
    parser.add_argument(
        "--config", metavar="FILE", help="a training.toml: columns, weights, parameters of the model"
    )
    add_jobs_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Audit, write the list, print the counts, return the exit code."""
    from spamsms.training.config import read_config
    from spamsms.training.label_audit import STEPS, audit_labels, render_suspects

    refuse_to_overwrite([args.out], args.data, "another --out")
    config = read_config(args.config)
    if args.config:
        config = config.for_files(args.data)
    with Steps(len(STEPS)) as steps:
        audit = audit_labels(args.data, config, n_jobs=args.jobs, report=steps.begin)
        steps.begin(STEPS[-1])
        write_result(render_suspects(audit), args.out)
    say_problems(audit.problems)
    counts = audit.counts
    found = len(audit.suspects)
    standard_output().write(
        f"{counts['rows']} labels judged: {found} suspicious ({found / counts['rows']:.1%})\n"
        f"  of {counts['spam']} labelled spam {counts['suspicious_spam']} may be wanted\n"
        f"  of {counts['wanted']} labelled wanted {counts['suspicious_wanted']} may be spam\n"
        f"  {counts['contradicted']} have near-duplicates labelled otherwise\n"
        f"written to {as_typed(args.out)}\n"
    )
    return BAD_ROWS if audit.problems else DONE
