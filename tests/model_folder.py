"""Look into a saved model's folder, and tamper with it."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from spamsms.artifact import MANIFEST


def read_manifest(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return loaded


def change_manifest(folder: Path, **changes: Any) -> None:
    """Set keys of the manifest, or take those away that are set to ``...``."""
    manifest = {**read_manifest(folder), **changes}
    kept = {key: value for key, value in manifest.items() if value is not ...}
    (folder / MANIFEST).write_text(json.dumps(kept), "utf-8")


def weights_file(folder: Path) -> Path:
    return folder / read_manifest(folder)["files"]["weights"]["file"]


def put_weights(folder: Path, data: bytes) -> None:
    """Put other bytes in place of the weights, with the right size and hash."""
    weights_file(folder).write_bytes(data)
    files = read_manifest(folder)["files"]
    files["weights"].update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    change_manifest(folder, files=files)


def saved(array: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()
