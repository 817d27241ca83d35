"""Write a classifier to a folder and read it back; the format is :mod:`spamsms.artifact`'s."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.artifact import read_artifact, write_artifact
from spamsms.decision import KEPT_RATES
from spamsms.errors import ModelFormatError
from spamsms.identity import SECOND_LOOK_NUMBERS, VERSIONS, manifest_hash, plain_value, scoring_entries
from spamsms.kinds import KIND_SPACE, KINDS, KindHead
from spamsms.scoring import LARGEST_WEIGHT, LinearScorer
from spamsms.second_look import SecondLook

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

# Kept in every artifact with their scores, so that anyone can check a copy.
GOLDEN_TEXTS = (
    "",
    "【优选商城】会员日全场满300减50，戳 t.cn/Ab12 领券，退订回T",
    "您的验证码是 482913，5分钟内有效，请勿告诉他人。",
    "妈，我今晚加班，不回来吃饭了",
)


def write_classifier(model: SpamClassifier, folder: str | os.PathLike[str]) -> None:
    """Write a fitted classifier; see :meth:`spamsms.SpamClassifier.save`."""
    scorer: LinearScorer = model._fitted()
    entries, arrays = scoring_entries(scorer, model.kind_head_)
    kinds: dict[str, Any] = {name: entries.pop(name) for name in ("kinds", "second_look") if name in entries}
    manifest: dict[str, Any] = {
        "name": model.name_,
        "version": model.version_,
        "labels": {"0": "wanted", "1": "marketing spam"},
        "parameters": {key: plain_value(value) for key, value in model.get_params().items()},
        **entries,
        "threshold": model.threshold,
        "review_threshold": model.review_threshold,
        "operating_points": model.operating_points_,
        "golden": [{"text": text, "log_odds": scorer.log_odds_one(text)} for text in GOLDEN_TEXTS],
        "libraries": _library_versions(),
        "details": model.details_,
        **kinds,
    }
    write_artifact(folder, manifest, arrays)


def read_classifier(kind: type[SpamClassifier], folder: str | os.PathLike[str]) -> SpamClassifier:
    """Read a classifier; see :meth:`spamsms.SpamClassifier.load`."""
    manifest, arrays = read_artifact(folder)
    try:
        for key, known in VERSIONS.items():
            if manifest[key] != known:
                raise ModelFormatError(
                    f"{folder}: {key} {manifest[key]!r} is unknown, this release has {known}; "
                    "retrain the model or install the release that made it"
                )
        model = kind(**manifest["parameters"])
        model.kind_head_ = _read_head(manifest, arrays)
        model.scorer_ = _read_scorer(model, manifest, arrays)
        model.operating_points_ = _read_operating_points(manifest)
        model.threshold, model.review_threshold = manifest["threshold"], manifest["review_threshold"]
        model.name_, model.version_ = str(manifest["name"]), str(manifest["version"])
        model.details_ = dict(manifest["details"])
        model._hashed = model.scorer_, model.kind_head_, manifest_hash(manifest)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        if isinstance(error, ModelFormatError):
            raise ModelFormatError(
                str(error) if str(folder) in str(error) else f"{folder}: {error}"
            ) from error
        raise ModelFormatError(f"{folder}: the manifest lacks or misstates {error}") from error
    model.classes_ = np.array([0, 1])
    return model


def _read_scorer(
    model: SpamClassifier, manifest: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]
) -> LinearScorer:
    space = model._feature_space()
    numbers = [float(manifest[name]) for name in ("scale", "intercept", "passage_scale")]
    _check_array(arrays["weights"], np.int16, (space.n_features,), "weights")
    if arrays["weights"].max() > LARGEST_WEIGHT or arrays["weights"].min() < -LARGEST_WEIGHT:
        raise ModelFormatError(f"the weights are not all within {LARGEST_WEIGHT} of 0")
    if arrays["weights"][0] != 0:
        raise ModelFormatError("the first weight, which is the boundary's, is not 0")
    if not np.isfinite(numbers).all():
        raise ModelFormatError("scale, intercept and passage_scale must be finite")
    scale, intercept, passage_scale = numbers
    look = _read_second_look(model.kind_head_, manifest)
    return LinearScorer(space, arrays["weights"], scale, intercept, passage_scale, look)


def _read_second_look(head: KindHead | None, manifest: dict[str, Any]) -> SecondLook | None:
    if "second_look" not in manifest:
        return None
    numbers = {name: float(manifest["second_look"][name]) for name in SECOND_LOOK_NUMBERS}
    if head is None or not np.isfinite(list(numbers.values())).all() or numbers["fading"] <= 0:
        raise ModelFormatError("second_look needs kinds, finite numbers and a fading above 0")
    return SecondLook(head, **numbers)


def _read_operating_points(manifest: dict[str, Any]) -> dict[str, list[float]]:
    points = {
        side: [float(value) for value in manifest["operating_points"][side]] for side in ("wanted", "spam")
    }
    for values in points.values():
        if len(values) != len(KEPT_RATES) or not all(0 <= value <= 1 for value in values):
            raise ModelFormatError(f"operating_points must have {len(KEPT_RATES)} probabilities a class")
    return points


def _read_head(manifest: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> KindHead | None:
    if "kinds" not in manifest:
        return None
    entry = manifest["kinds"]
    codes = tuple(str(code) for code in entry["codes"])
    if len(set(codes)) < len(codes) or not set(codes) <= KINDS.keys():
        raise ModelFormatError(f"kinds must be different ones of {', '.join(KINDS)}")
    _check_array(arrays["kinds"], np.int8, (KIND_SPACE.n_features, len(codes)), "kinds")
    if arrays["kinds"][0].any():
        raise ModelFormatError("the first weights of the kinds, which are the boundary's, are not 0")
    numbers = [np.array(entry[name], np.float64) for name in ("scales", "intercepts", "sharpness")]
    for array in numbers:
        _check_array(array, np.float64, (len(codes),), "numbers of the kinds")
        if not np.isfinite(array).all():
            raise ModelFormatError("numbers of the kinds must be finite")
    return KindHead(codes, arrays["kinds"], *numbers)


def _check_array(array: npt.NDArray[Any], dtype: Any, shape: tuple[int, ...], name: str) -> None:
    if array.dtype != np.dtype(dtype) or array.shape != shape:
        raise ModelFormatError(
            f"{name}: {array.dtype} of shape {array.shape}, expected {np.dtype(dtype)} of shape {shape}"
        )


def _library_versions() -> dict[str, str]:
    """Return what the model was made with, for information."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for package in ("numpy", "scikit-learn", "jieba"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
