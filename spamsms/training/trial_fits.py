"""Fit one set of parameters on some rows and score others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.errors import InputError
from spamsms.features import FeatureSpace
from spamsms.fitting import count_features, fit_hyperplane
from spamsms.parameters import check_parameters
from spamsms.scoring import make_scorer
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import Dataset

Array = npt.NDArray[Any]
Candidate = Mapping[str, Any]
SOURCE_PREFIX = "weight of "
# Fields of the configuration that say how to fit; the others say on what.
_RUN_PARAMETERS = ("augment_copies", "augment_weight")


def apply_candidate(config: TrainingConfig, candidate: Candidate) -> TrainingConfig:
    """Return a configuration with some parameters changed.

    Parameters
    ----------
    config : TrainingConfig
    candidate : mapping of str to value
        Parameters of the model, ``augment_copies``, ``augment_weight``, or
        ``weight of SOURCE``: a factor of that source's weight.

    Raises
    ------
    InputError
        If there is no such parameter, or a value is not one that it takes.
    """
    from spamsms.classifier import SpamClassifier

    model, run, sources = dict(config.model), dict[str, Any](), list(config.sources)
    for name, value in candidate.items():
        if name in _RUN_PARAMETERS:
            _check_amount(name, value)
            run[name] = value
        elif name.startswith(SOURCE_PREFIX):
            _check_amount(name, value)
            title = name.removeprefix(SOURCE_PREFIX)
            if title not in {source.title for source in sources}:
                raise InputError(f"{name}: the configuration names no source {title!r}")
            sources = [
                replace(source, weight=source.weight * value) if source.title == title else source
                for source in sources
            ]
        else:
            model[name] = value
    check_parameters(SpamClassifier().set_params(**model))
    return replace(config, model=model, sources=tuple(sources), **run)


def _check_amount(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < np.inf:
        raise InputError(f"{name} must be a number of at least 0, not {value!r}")


def score_fold(
    train: Dataset,
    groups: Array,
    config: TrainingConfig,
    candidate: Candidate,
    fitted: Array,
    held_out: Array,
) -> npt.NDArray[np.float64]:
    """Fit on some rows as the pipeline would, and return the uncalibrated scores of others.

    Scores of one fit rank messages as the finished model would: calibration
    and thresholds do not change the order.

    Parameters
    ----------
    train : Dataset
    groups : ndarray of shape (n_texts,)
    config : TrainingConfig
    candidate : mapping
        What to change of it.
    fitted, held_out : ndarray of int
        Rows of `train`.

    Returns
    -------
    ndarray of shape (len(held_out),)
    """
    from spamsms.classifier import SpamClassifier

    texts = [train.texts[row] for row in held_out.tolist()]
    config = apply_candidate(config, candidate)
    part, part_groups = train.take(fitted.tolist()), groups[fitted]
    factors = {
        name.removeprefix(SOURCE_PREFIX): value
        for name, value in candidate.items()
        if name.startswith(SOURCE_PREFIX)
    }
    if factors:
        part = part.replaced(weights=part.weights * np.array([factors.get(file, 1.0) for file in part.files]))
    if config.augment_copies:
        from spamsms.training.augment import augment

        part, _ = augment(part, part_groups, config.augment_copies, config.augment_weight, config.seed)
    model = SpamClassifier(**config.model)
    space = FeatureSpace(model.tokenizer, model.hash_bits, model.hmm, model.userdict)
    counts, sizes = count_features(space, part.texts)
    costs = part.weights * np.where(part.labels == 0, model.wanted_weight, 1.0)
    hyperplane = fit_hyperplane(counts, sizes, part.labels, costs, model.C, model.random_state)
    return make_scorer(space, *hyperplane, model.passage_weight).log_odds(texts)
