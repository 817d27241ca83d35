"""Models on disk: a manifest and plain arrays, checked before use.

A folder holds ``manifest.json`` and the arrays it names, each with its size and
SHA-256. Nothing in it is ever executed. An array's name carries its hash, and
the manifest is moved into place last: a reader sees the old model or the new
one, never a mixture.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import math
import mmap
import os
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from spamsms.errors import InputError, ModelFormatError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "spamsms-model"
FORMAT_VERSION = 2
MANIFEST = "manifest.json"
# A table of 2 ** 24 weights is 34 MB; anything beyond this is no model of ours.
LARGEST_FILE = 64 * 1024 * 1024
LARGEST_MANIFEST = 1024 * 1024


def write_artifact(
    folder: str | os.PathLike[str], manifest: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]
) -> None:
    """Write a model into a folder, which may hold an older one.

    Parameters
    ----------
    folder : path
        Made where it does not exist.
    manifest : dict
        JSON values; the format and the list of files are added.
    arrays : dict of str to ndarray

    Raises
    ------
    InputError
        If the manifest holds something that is no JSON value.
    ModelFormatError
        If `folder` is a file.
    """
    from pathlib import Path

    from spamsms.atomic_file import open_atomically

    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise ModelFormatError(f"{folder}: a model is saved to a folder, and this is a file")
    files, contents = {}, {}
    for name, array in arrays.items():
        data, digest = encode_array(array)
        file = f"{name}-{digest[:12]}.npy"
        contents[file] = data
        files[name] = {"file": file, "bytes": len(data), "sha256": digest}
    whole = {"format": FORMAT, "format_version": FORMAT_VERSION, **manifest, "files": files}
    encoded = encode_manifest(whole, folder)
    folder.mkdir(parents=True, exist_ok=True)
    for file, data in contents.items():
        with open_atomically(folder / file) as stream:
            stream.write(data)
    with open_atomically(folder / MANIFEST) as stream:
        stream.write(encoded)
    for name in arrays:
        for old in folder.glob(f"{name}-{'[0-9a-f]' * 12}.npy"):
            if old.name not in contents:
                # Windows keeps a file that a process has mapped; the next save removes it.
                with contextlib.suppress(PermissionError):
                    old.unlink()


def encode_manifest(manifest: dict[str, Any], folder: Path) -> bytes:
    """Return a whole manifest as the bytes of its file.

    Raises
    ------
    InputError
        If it holds something that is no JSON value; names `folder`.
    """
    try:
        text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=False, allow_nan=False) + "\n"
        return text.encode("utf-8")
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{folder}: the manifest takes JSON values only ({error}); nothing was written"
        ) from error


def encode_array(array: npt.NDArray[Any]) -> tuple[bytes, str]:
    """Return an array as the bytes of a ``.npy`` file, and their SHA-256."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    data = buffer.getvalue()
    return data, hashlib.sha256(data).hexdigest()


def read_artifact(
    folder: str | os.PathLike[str],
) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Read and check a model.

    Returns
    -------
    manifest : dict
    arrays : dict of str to ndarray
        Mapped into memory, read-only.

    Raises
    ------
    ModelFormatError
        If anything is missing, damaged, too large or of another version.
    """
    folder = os.fspath(folder)
    path = os.path.join(folder, MANIFEST)
    encoded = _read_manifest(path)
    while True:
        manifest = _parse_manifest(path, encoded)
        try:
            return manifest, {
                name: _read_array(folder, name, entry) for name, entry in manifest["files"].items()
            }
        except ModelFormatError:
            # A save in between takes the arrays of the older manifest away.
            older, encoded = encoded, _read_manifest(path)
            if encoded == older:
                raise


def read_manifest(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a model's manifest alone; the arrays are not looked at.

    Raises
    ------
    ModelFormatError
        If it is missing, no manifest, or of another version.
    """
    path = os.path.join(folder, MANIFEST)
    return _parse_manifest(path, _read_manifest(path))


def _read_manifest(path: str) -> bytes:
    try:
        if os.stat(path).st_size > LARGEST_MANIFEST:
            raise ModelFormatError(f"{path}: larger than {LARGEST_MANIFEST} bytes, so not a manifest")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise ModelFormatError(
            f"{path}: cannot be read ({error.strerror or error}); is the folder a spamsms model?"
        ) from error


def _parse_manifest(path: str, encoded: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(encoded.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelFormatError(f"{path}: not JSON in UTF-8 ({error}); copy the model anew") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ModelFormatError(f'{path}: "format" is not "{FORMAT}"; this is no spamsms model')
    version = manifest.get("format_version")
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise ModelFormatError(
            f"{path}: format version {version!r} is unknown, this release reads {FORMAT_VERSION}; "
            "install a release of spamsms that matches the model"
        )
    if not isinstance(manifest.get("files"), dict):
        raise ModelFormatError(f'{path}: "files" is missing or no object')
    return manifest


def _read_array(folder: str, name: str, entry: Any) -> npt.NDArray[Any]:
    manifest = os.path.join(folder, MANIFEST)
    if not isinstance(entry, dict) or not {"file", "bytes", "sha256"} <= entry.keys():
        raise ModelFormatError(f"{manifest}: the entry of {name!r} lacks file, bytes or sha256")
    if not isinstance(entry["file"], str) or os.path.basename(entry["file"]) != entry["file"]:
        raise ModelFormatError(f"{manifest}: the file of {name!r} is not a plain file name")
    path = os.path.join(folder, entry["file"])
    try:
        size = os.stat(path).st_size
        if size > LARGEST_FILE:
            raise ModelFormatError(f"{path}: {size} bytes, more than the {LARGEST_FILE} a model may have")
        if size != entry["bytes"]:
            raise ModelFormatError(
                f"{path}: {size} bytes where the manifest says {entry['bytes']}; copy the model anew"
            )
        with open(path, "rb") as file:
            return _map_array(file, path, entry["sha256"])
    except ModelFormatError:
        raise
    except OSError as error:
        raise ModelFormatError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:  # NumPy reads the header as Python and raises what that raises
        raise ModelFormatError(f"{path}: not a plain NumPy array ({error})") from error


def _map_array(file: BinaryIO, path: str, sha256: str) -> npt.NDArray[Any]:
    """Map a ``.npy`` file into memory, and check the very bytes that will be used."""
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if hashlib.sha256(mapped).hexdigest() != sha256:
        raise ModelFormatError(f"{path}: damaged, its SHA-256 differs from the manifest's; copy it anew")
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("of another version")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    # Of objects, which would have to be unpickled, it makes no array.
    flat = np.frombuffer(mapped, dtype, math.prod(shape), file.tell())
    return flat.reshape(shape, order="F" if by_columns else "C")
