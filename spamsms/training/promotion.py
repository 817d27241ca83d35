"""Let a model become the one that a name means, unless it is worse than the one before."""

from __future__ import annotations

import os
from pathlib import Path

from spamsms.errors import InputError, SpamsmsError
from spamsms.model_store import ANY, ModelStore
from spamsms.training.gate import WORSE, Comparison


class NotPromotedError(SpamsmsError):
    """The gate did not let a model pass.

    Parameters
    ----------
    reasons : list of str
    """

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("not promoted: " + "; ".join(reasons))
        self.reasons = reasons

    def __reduce__(self) -> tuple[type[NotPromotedError], tuple[list[str]]]:
        return type(self), (self.reasons,)


def promote_model(
    folder: str | os.PathLike[str],
    store: ModelStore,
    name: str,
    comparison: Comparison | None = None,
    *,
    version: str | None = None,
    force: bool = False,
    reason: str | None = None,
    author: str | None = None,
    replaces: str | None = ANY,
) -> Path:
    """Install a model as a version of a name and make it current.

    Parameters
    ----------
    folder : path
        As :func:`spamsms.training.train.train_model` wrote it.
    store : ModelStore
    name : str
    comparison : Comparison, optional
        With the model that it is to take the place of.
    version : str, optional
        By default the model's own, or the next one that is free.
    force : bool, default=False
        Install it though it is worse, or was not compared; needs a reason.
    reason, author : str, optional
        For the history.
    replaces : str or None, optional
        As for :meth:`spamsms.model_store.ModelStore.install`.

    Returns
    -------
    Path
        Where it is installed.

    Raises
    ------
    NotPromotedError
        If it is worse, nothing could be judged or there is no comparison, and it is not forced.
    InputError
        If it is forced without a reason, or the name or version cannot be used.
    ModelFormatError
        If the model is damaged.
    """
    if force and not (reason and reason.strip()):
        raise InputError("to promote by force takes a reason, which the history keeps")
    refused = _reasons_against(comparison)
    if refused and not force:
        raise NotPromotedError(refused)
    record = {
        "author": author,
        "reason": reason,
        "forced": bool(refused),
        "verdict": None if comparison is None else comparison.verdict,
        "comparison": None if comparison is None else comparison.to_dict(),
    }
    return store.install(folder, name, version, record, replaces)


def _reasons_against(comparison: Comparison | None) -> list[str]:
    """Return why a model may not be promoted; nothing where it may."""
    if comparison is None:
        return ["nothing was measured, so nobody knows whether it is worse"]
    return comparison.reasons if comparison.verdict == WORSE or not comparison.n_judged else []
