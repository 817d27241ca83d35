"""What is known of the models there are, without loading any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from spamsms.artifact import read_artifact
from spamsms.errors import SpamsmsError
from spamsms.identity import manifest_hash
from spamsms.model_store import METRICS, ModelStore
from spamsms.registry import packaged_models

# Figures of all test messages together that a list shows.
RATES = ("recall", "false_positives")


@dataclass(frozen=True)
class ModelEntry:
    """A version of a model.

    Attributes
    ----------
    name, version : str
    folder : str
    packaged : bool
        Whether it came with the library.
    current : bool
        Whether its name alone means this version.
    hash : str or None
        As verdicts bear it. This and what follows is None or empty where it is unknown.
    trained : str or None
        When, in UTC.
    rows : int or None
        Messages it was trained on.
    figures : dict of str to float
        ``auc``, ``recall`` and ``false_positives`` of all its test messages together.
    problem : str or None
        Why it cannot be loaded.
    """

    name: str
    version: str
    folder: str
    packaged: bool
    current: bool
    hash: str | None = None
    trained: str | None = None
    rows: int | None = None
    figures: dict[str, float] = field(default_factory=dict)
    problem: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)


def list_models(store: ModelStore | None) -> Iterator[ModelEntry]:
    """Yield every version of every model: the packaged ones, then the user's.

    Each is read and checked, so that a damaged one is known before it is needed.

    Parameters
    ----------
    store : ModelStore or None
        The user's own.
    """
    names = store.names() if store else []
    for name, folder in packaged_models().items():
        yield _entry(name, None, folder, packaged=True, current=name not in names)
    for name in names:
        assert store is not None
        current = store.current(name)
        versions = store.versions(name)
        for version in versions:
            yield _entry(name, version, store.home / name / version, False, version == current)
        if current is not None and current not in versions:
            gone = f"it is current, but {store.home / name / current} is gone"
            yield ModelEntry(name, current, str(store.home / name / current), False, True, problem=gone)


def _entry(name: str, version: str | None, folder: Path, packaged: bool, current: bool) -> ModelEntry:
    place = str(folder)
    try:
        manifest, _ = read_artifact(folder)
        known = version or str(manifest["version"])
        details = manifest.get("details", {})
        return ModelEntry(
            name,
            known,
            place,
            packaged,
            current,
            manifest_hash(manifest),
            details.get("trained"),
            details.get("data", {}).get("train"),
            _figures(folder),
        )
    except (SpamsmsError, KeyError, TypeError, AttributeError) as error:
        problem = str(error) if isinstance(error, SpamsmsError) else f"{folder}: the manifest lacks {error}"
        return ModelEntry(name, version or "", place, packaged, current, problem=problem)


def _figures(folder: Path) -> dict[str, float]:
    try:
        row = json.loads((folder / METRICS).read_text(encoding="utf-8"))["slices"]["all"]
        found = {name: row[name]["value"] for name in RATES if name in row}
        return found | ({"auc": row["auc"]["value"]} if "auc" in row else {})
    except (OSError, ValueError, LookupError, TypeError):
        return {}
