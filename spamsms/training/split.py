"""Put whole groups on one side: training or test."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.normalize import normalize_text
from spamsms.training.dataset import CORRECTED, Dataset

Array = npt.NDArray[Any]
_SPAN = 1 << 32


def is_test_group(texts: Sequence[str], groups: Array, share: float, seed: int) -> npt.NDArray[np.bool_]:
    """Tell which messages belong to test groups.

    A group's side follows from a hash of its first message in alphabetical
    order, so it stays where it is when other messages come or go.

    Parameters
    ----------
    texts : sequence of str, length n_texts
    groups : ndarray of shape (n_texts,)
    share : float
        Share of the groups to test on, 0 to 1.
    seed : int
        Another seed, another split.

    Returns
    -------
    ndarray of bool, shape (n_texts,)
    """
    name: dict[int, str] = {}
    for text, group in zip(texts, groups.tolist(), strict=True):
        normalized = normalize_text(text)
        if group not in name or normalized < name[group]:
            name[group] = normalized
    tested = {group for group, text in name.items() if _fraction(f"{seed}:{text}") < share}
    return np.array([group in tested for group in groups.tolist()], np.bool_)


def held_out_rows(dataset: Dataset, groups: Array, share: float, seed: int) -> npt.NDArray[np.bool_]:
    """Tell which rows are tested on.

    These are the groups that :func:`is_test_group` names, without rows marked
    train and groups with a corrected row, and any group with a row marked test.
    """
    splits = np.array(dataset.splits, dtype=object)
    forced = np.isin(groups, groups[splits == "test"])
    taught = (splits == "train") | np.isin(groups, groups[splits == CORRECTED])
    held_out: npt.NDArray[np.bool_] = (is_test_group(dataset.texts, groups, share, seed) & ~taught) | forced
    return held_out


def _fraction(key: str) -> float:
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") / _SPAN
