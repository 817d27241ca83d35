"""``python -m spamsms`` is the command ``spamsms``."""

from __future__ import annotations

import sys

from spamsms.cli import main

if __name__ == "__main__":
    sys.exit(main())
