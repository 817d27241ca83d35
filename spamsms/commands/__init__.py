"""The subcommands of ``spamsms``, one a module.

A module offers ``add_parser(subparsers)``, which adds its options and sets the
default ``run``, and ``run(args)``, which returns the exit code. It imports
nothing heavy before ``run`` is called.
"""

from __future__ import annotations

DONE = 0
BAD_ROWS = 1
# What compare and promote return of a model that is worse; bad rows do not count there.
WORSE = 1
UNUSABLE = 2
NO_MODEL = 3
INTERRUPTED = 130

EXIT_CODES = """\
exit codes:
  0    done, or whoever read the output has closed it
  1    done, but some rows could not be used; each is reported
       (compare, promote: the new model is worse, or was not promoted)
  2    wrong usage or unusable input
  3    the model cannot be loaded
  130  interrupted"""
