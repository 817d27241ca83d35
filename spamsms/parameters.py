"""Check a classifier's parameters; those of its features are checked with the features."""

from __future__ import annotations

from typing import Any

import numpy as np

from spamsms.errors import InputError

SOLVERS = ("auto", "exact", "blocks")


def check_parameters(model: Any) -> None:
    """Raise where a parameter of a :class:`spamsms.SpamClassifier` is none.

    Raises
    ------
    InputError
        If a parameter is of another type or out of range.
    """
    if not isinstance(model.cv, (int, np.integer)) or model.cv < 2:
        raise InputError(f"cv must be a whole number of at least 2, not {model.cv!r}")
    if model.solver not in SOLVERS:
        raise InputError(f"solver must be one of {', '.join(SOLVERS)}, not {model.solver!r}")
    for name in ("C", "wanted_weight"):
        value = getattr(model, name)
        if not isinstance(value, (int, float, np.number)) or not 0 < value < np.inf:
            raise InputError(f"{name} must be a number above 0, not {value!r}")
    for name in ("false_positive_rate", "review_false_positive_rate", "passage_weight"):
        rate = getattr(model, name)
        if not isinstance(rate, (int, float, np.number)) or not 0 <= rate <= 1:
            raise InputError(f"{name} must be a share from 0 to 1, not {rate!r}")
    if model.n_jobs is not None and (not isinstance(model.n_jobs, (int, np.integer)) or model.n_jobs == 0):
        raise InputError(f"n_jobs must be a whole number other than 0, or None, not {model.n_jobs!r}")
    seed = model.random_state
    if seed is not None and (not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32):
        raise InputError(f"random_state must be a whole number from 0 to 2**32 - 1, or None, not {seed!r}")
