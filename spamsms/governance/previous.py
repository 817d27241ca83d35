"""Campaigns of earlier runs, as ``campaigns.jsonl`` keeps them: ids and sketches."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spamsms.errors import DatasetError
from spamsms.governance.campaigns import KnownCampaigns
from spamsms.governance.sketches import PLACES, SKETCH_VERSION

CAMPAIGNS_FILE = "campaigns.jsonl"
Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def encode_sketch(values: npt.NDArray[np.uint16]) -> str:
    """Return a sketch as text."""
    return base64.b64encode(values.astype("<u2").tobytes()).decode("ascii")


def read_previous(folders: Paths) -> KnownCampaigns:
    """Read the campaigns that earlier runs found.

    Parameters
    ----------
    folders : path or sequence of path
        Folders that triage wrote.

    Returns
    -------
    KnownCampaigns
        Each id once.

    Raises
    ------
    DatasetError
        If a folder holds no campaigns, or they are damaged or of another version.
    """
    paths = [folders] if isinstance(folders, (str, os.PathLike)) else folders
    found: dict[str, tuple[bytes, int]] = {}
    for folder in paths:
        path = Path(folder) / CAMPAIGNS_FILE
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise DatasetError(
                f"{path}: cannot be read ({error}); name a folder that spamsms triage wrote"
            ) from error
        for number, line in enumerate(lines, 1):
            if line.strip():
                name, sketch, runs = _campaign(line, f"{path}:{number}")
                found.setdefault(name, (sketch, runs))
    sketches = np.frombuffer(b"".join(sketch for sketch, _ in found.values()), "<u2").astype(np.uint16)
    counts = np.array([runs for _, runs in found.values()], np.int32)
    return KnownCampaigns(list(found), sketches.reshape(-1, PLACES), counts)


def _campaign(line: str, where: str) -> tuple[str, bytes, int]:
    try:
        values = json.loads(line)
        name, version = values["id"], values["sketch_version"]
        sketch, runs = base64.b64decode(values["sketch"], validate=True), int(values["runs"])
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise DatasetError(
            f"{where}: is no campaign ({type(error).__name__}: {error}); run the triage before anew"
        ) from error
    if version != SKETCH_VERSION:
        raise DatasetError(
            f"{where}: sketches of version {version}, this release makes {SKETCH_VERSION}; "
            "run the triage before anew"
        )
    if not isinstance(name, str) or len(sketch) != 2 * PLACES:
        raise DatasetError(f"{where}: the campaign's sketch is damaged; run the triage before anew")
    return name, sketch, runs
