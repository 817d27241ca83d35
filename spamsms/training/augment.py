"""Add changed copies of training messages, so that disguise and a source's style change no verdict."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.training.attacks import ATTACKS, attack
from spamsms.training.dataset import Dataset, join
from spamsms.training.probes import PROBES

Array = npt.NDArray[Any]
# Wanted messages of such a length may pad others.
PADDING_LENGTHS = range(16, 121)
# What only marks where a message comes from.
STYLES = (
    "digits as *",
    "digits as x",
    "masks as digits",
    "without signature",
    "with signature",
    "without refusal",
)
# Share of the copies that change style; the others are disguised.
STYLE_SHARE = 0.3


def augment(
    train: Dataset, groups: Array, copies: int, weight: float, seed: int
) -> tuple[Dataset, npt.NDArray[np.int64]]:
    """Return training messages with changed copies behind them.

    Both classes are changed alike, so that a disguise alone says nothing. Only
    the development half of the attacks' tables is used: the other half is left
    to test with. Copies stay in their message's group and take no part in
    calibration.

    Parameters
    ----------
    train : Dataset
    groups : ndarray of int64, shape (n_texts,)
    copies : int
        Copies of each message of a source that calibrates; of the others one of
        so many messages in four has one.
    weight : float
        Weight of a copy as a share of its message's.
    seed : int

    Returns
    -------
    dataset : Dataset
    groups : ndarray of int64
    """
    chooser = random.Random(seed)
    names = sorted(ATTACKS)
    padding = [
        text
        for text, label, near in zip(train.texts, train.labels, train.calibrate, strict=True)
        if label == 0 and near and len(text) in PADDING_LENGTHS
    ]
    rows, texts = [], []
    for row, text in enumerate(train.texts):
        wanted_copies = copies if train.calibrate[row] else int(chooser.random() < copies / 4)
        for _ in range(wanted_copies):
            if chooser.random() < STYLE_SHARE:
                changed = PROBES[chooser.choice(STYLES)].change(text)
            else:
                name, own_seed = chooser.choice(names), chooser.randrange(1 << 30)
                changed = attack(text, name, seed=own_seed, half="development", padding=padding or None)
            if changed != text:
                rows.append(row)
                texts.append(changed)
    copied = train.take(rows)
    copied = copied.replaced(
        texts=texts,
        weights=copied.weights * weight,
        calibrate=np.zeros(len(rows), np.bool_),
        kinds=[""] * len(rows),
    )
    return join([train, copied]), np.concatenate([groups, groups[np.array(rows, np.int64)]])
