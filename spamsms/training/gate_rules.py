"""By which rules one model counts as better or worse than another."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import Any

from spamsms.errors import DatasetError
from spamsms.toml_files import read_toml
from spamsms.training.config import build_table


@dataclass(frozen=True)
class GateRules:
    """Rules of the promotion gate; a TOML file may set any of them.

    A new model is worse where, on any slice that is judged, a figure has become
    worse by more than its tolerance and its interval lies wholly on that side of
    0. It is better where that is nowhere so, and a figure of ``all`` or of a
    source has become better by as much.

    Attributes
    ----------
    confidence : float
        Of the intervals of ``all``.
    slice_confidence : float
        Of those of the other slices. Some forty figures are looked at: with
        scores of two real models exchanged at random, which makes them equal,
        one was called worse in 36 % of 300 trials at 0.95, in 13 % at 0.99, in
        6 % at 0.998.
    smallest_slice : int
        Messages of the class in question that a slice other than ``all`` needs
        to be judged: of fewer, one message is more than the tolerance of recall.
    smallest_class : int
        The same for ``all``: of fewer nothing can be said, as in evaluation.
    false_positives_tolerance : float
        Share of wanted messages by which more may be flagged: a tenth of the
        1 % that thresholds are chosen for. Above it a rise is never made good by
        recall: to lose a message somebody needs is the worse error.
    recall_tolerance : float
        Share of spam by which less may be caught: less than that cannot be told
        apart on the packaged model's test, where 824 messages of real inboxes
        give a recall of 85.4 % an interval from 82.9 to 87.7.
    partial_auc_tolerance : float
        By which the standardised area up to 5 % false positives may be smaller:
        half of the width of its interval on those inboxes. Judged on ``all``
        only.
    judged : tuple of str
        First words of the names of the slices that are judged; all are shown.
    """

    confidence: float = 0.95
    slice_confidence: float = 0.998
    smallest_slice: int = 100
    smallest_class: int = 20
    false_positives_tolerance: float = 0.001
    recall_tolerance: float = 0.01
    partial_auc_tolerance: float = 0.005
    judged: tuple[str, ...] = ("all", "source", "hard", "obfuscated", "kind", "length")

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name == "judged":
                if not isinstance(value, (list, tuple)) or not all(isinstance(word, str) for word in value):
                    raise DatasetError(f"judged must be a list of first words of slices, not {value!r}")
            elif isinstance(value, bool) or not isinstance(value, (int, float)):
                raise DatasetError(f"{name} must be a number, not {value!r}")
            elif name.startswith("smallest") and not (isinstance(value, int) and value >= 1):
                raise DatasetError(f"{name} must be a whole number from 1 on, not {value!r}")
            elif not name.startswith("smallest") and not 0 <= value < 1:
                raise DatasetError(f"{name} must be at least 0 and below 1, not {value!r}")

        object.__setattr__(self, "judged", tuple(self.judged))

    def tolerance(self, figure: str) -> float:
        """Return by how much a figure may become worse."""
        return float(getattr(self, f"{figure}_tolerance"))

    def to_dict(self) -> dict[str, Any]:
        """Return the rules as JSON values."""
        return {**asdict(self), "judged": list(self.judged)}


def read_rules(path: str | os.PathLike[str] | None) -> GateRules:
    """Read rules; the defaults where `path` is None.

    Raises
    ------
    DatasetError
        If the file cannot be read, is no TOML, or holds an unknown key or a wrong value.
    """
    if path is None:
        return GateRules()
    rules: GateRules = build_table(GateRules, read_toml(path), str(path))
    return rules
