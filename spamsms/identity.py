"""A model's hash: short, and another one whenever the model may score otherwise."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.artifact import encode_array
from spamsms.features import FEATURES_VERSION
from spamsms.kinds import KindHead
from spamsms.normalize import NORMALIZER_VERSION
from spamsms.scoring import LinearScorer

VERSIONS = {"normalizer_version": NORMALIZER_VERSION, "features_version": FEATURES_VERSION}
# What scores depend on. Thresholds do not count: they can be set, and every verdict bears its own.
_PARAMETERS = ("tokenizer", "hash_bits", "hmm", "userdict")
_ENTRIES = (*VERSIONS, "scale", "passage_scale", "intercept", "kinds", "second_look")
SECOND_LOOK_NUMBERS = ("scale", "low", "high", "fading")
# As many digits as the names of an artifact's arrays have.
DIGITS = 12


def scoring_entries(
    scorer: LinearScorer, head: KindHead | None
) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Return what an artifact holds of how a model scores: manifest entries, and arrays by name."""
    entries: dict[str, Any] = {
        **VERSIONS,
        "scale": scorer.scale,
        "passage_scale": scorer.passage_scale,
        "intercept": scorer.intercept,
    }
    arrays: dict[str, npt.NDArray[Any]] = {"weights": scorer.weights}
    if head is not None:
        arrays["kinds"] = head.weights
        entries["kinds"] = {
            "codes": list(head.codes),
            "scales": head.scales.tolist(),
            "intercepts": head.intercepts.tolist(),
            "sharpness": head.sharpness.tolist(),
        }
    look = scorer.second_look
    if look is not None:
        entries["second_look"] = {name: float(getattr(look, name)) for name in SECOND_LOOK_NUMBERS}
    return entries, arrays


def plain_value(value: Any) -> Any:
    """Return a constructor's parameter as the JSON value that a manifest holds."""
    if isinstance(value, np.generic):
        return value.item()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def manifest_hash(manifest: Mapping[str, Any]) -> str:
    """Return the hash of the model that a manifest describes; no array is read.

    Raises
    ------
    KeyError, TypeError
        If the manifest lacks or misstates an entry.
    """
    digests = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    return _hash(manifest, manifest["parameters"], digests)


def model_hash(scorer: LinearScorer, head: KindHead | None) -> str:
    """Return the hash of a model in memory: the one that its manifest would have."""
    entries, arrays = scoring_entries(scorer, head)
    parameters = {name: getattr(scorer.space, name) for name in _PARAMETERS}
    return _hash(entries, parameters, {name: encode_array(array)[1] for name, array in arrays.items()})


def _hash(entries: Mapping[str, Any], parameters: Mapping[str, Any], digests: Mapping[str, str]) -> str:
    hashed = {
        "entries": {name: entries[name] for name in _ENTRIES if name in entries},
        "parameters": {name: plain_value(parameters[name]) for name in _PARAMETERS},
        "files": dict(digests),
    }
    return hashlib.sha256(json.dumps(hashed, sort_keys=True).encode()).hexdigest()[:DIGITS]
