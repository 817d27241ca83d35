"""Named versions of models in a folder: which there are, which is current, since when and why.

``<models>/<name>/<version>/`` holds a model and is never changed once it is
there; ``<models>/<name>/current`` names the version that goes by the name alone;
``<models>/<name>/history.jsonl`` is appended to and says who changed that, when
and why.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spamsms.artifact import LARGEST_FILE, MANIFEST, encode_manifest, read_artifact, read_manifest
from spamsms.atomic_file import open_atomically
from spamsms.errors import InputError
from spamsms.file_lock import exclusive_lock
from spamsms.identity import manifest_hash
from spamsms.journal import append_record, time_now

VARIABLE = "SPAMSMS_MODELS"
CURRENT = "current"
HISTORY = "history.jsonl"
METRICS = "metrics.json"
LOCK = ".lock"
# Figures, card, configuration and what else belongs to a model; not the data that may lie beside it.
COMPANIONS = (".json", ".md", ".toml", ".npy")
FIRST_VERSION = "1"
ANY = "*"
_WORD = re.compile(r"\w[\w.+-]{0,99}")
_DIGITS = re.compile(r"\d+")


def models_directory(given: str | os.PathLike[str] | None = None) -> Path | None:
    """Return the folder of this user's models, or None if there is no place for one.

    Parameters
    ----------
    given : path, optional
        Decides; then ``SPAMSMS_MODELS`` does. Otherwise it is ``spamsms/models``
        in ``$XDG_DATA_HOME`` or ``~/.local/share``, in ``~/Library/Application
        Support`` on macOS and in ``%LOCALAPPDATA%`` on Windows.
    """
    chosen = given or os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen)
    base = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_DATA_HOME", "")
    if os.path.isabs(base):  # a relative one is to be ignored, says the XDG specification
        return Path(base) / "spamsms" / "models"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    places = {"darwin": home / "Library" / "Application Support", "win32": home / "AppData" / "Local"}
    return places.get(sys.platform, home / ".local" / "share") / "spamsms" / "models"


def check_word(what: str, value: str) -> str:
    """Return a model's name or version that can be the name of a folder.

    Raises
    ------
    InputError
        If it cannot.
    """
    if not _WORD.fullmatch(value) or value in (CURRENT, HISTORY):
        raise InputError(
            f"{what} {value[:100]!r}: takes letters, digits and . _ + -, begins with a letter or digit, "
            f"and is at most 100 long"
        )
    return value


def next_version(version: str) -> str:
    """Return the version after one: its last number plus one, such as 1.0.1 after 1.0.0."""
    found = list(_DIGITS.finditer(version))
    if not found:
        return f"{version}.1" if version else FIRST_VERSION
    last = found[-1]
    return f"{version[: last.start()]}{int(last[0]) + 1:0{len(last[0])}d}{version[last.end() :]}"


def version_order(version: str) -> list[tuple[int, str]]:
    """Return a key that sorts 1.10 after 1.9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", version)]


class ModelStore:
    """A folder of named versions.

    Parameters
    ----------
    home : path
        Need not be there yet.
    """

    def __init__(self, home: str | os.PathLike[str]) -> None:
        self.home = Path(home)

    def names(self) -> list[str]:
        """Return the names under which versions are installed."""
        try:
            inside = sorted(item.name for item in self.home.iterdir() if item.is_dir())
        except OSError:
            return []
        return [name for name in inside if _WORD.fullmatch(name) and self.versions(name)]

    def versions(self, name: str) -> list[str]:
        """Return the versions of a name, the oldest number first; damaged ones too."""
        try:
            inside = [item.name for item in (self.home / name).iterdir() if item.is_dir()]
        except (OSError, ValueError):
            return []
        return sorted(filter(_WORD.fullmatch, inside), key=version_order)

    def current(self, name: str) -> str | None:
        """Return the current version of a name; None where none is named."""
        try:
            version = (self.home / name / CURRENT).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            return None
        return version if _WORD.fullmatch(version) else None

    def folder(self, name: str, version: str | None = None) -> Path | None:
        """Return the folder of a version, by default the current one; None where the name is unknown.

        Raises
        ------
        InputError
            If there is no such version, or the current one is gone.
        """
        if not _WORD.fullmatch(name):
            return None
        wanted = version or self.current(name)
        if wanted is not None and _WORD.fullmatch(wanted) and (self.home / name / wanted).is_dir():
            return self.home / name / wanted
        known = self.versions(name)
        if not known:
            return None
        there = f"{self.home / name} holds {', '.join(known)}"
        if version is not None:
            raise InputError(f"no version {version[:100]!r} of model {name!r}: {there}")
        missing = "no version is current" if wanted is None else f"the current version {wanted} is gone"
        raise InputError(
            f"model {name!r}: {missing}; {there}; `spamsms rollback {name} --to VERSION` picks one"
        )

    def install(
        self,
        folder: str | os.PathLike[str],
        name: str,
        version: str | None = None,
        record: Mapping[str, Any] | None = None,
        replaces: str | None = ANY,
    ) -> Path:
        """Copy a saved model in as a version and make it current.

        Parameters
        ----------
        folder : path
            As :meth:`spamsms.SpamClassifier.save` wrote it. What ends in `COMPANIONS` is copied.
        name : str
        version : str, optional
            By default the model's own, or the next one that is free.
        record : mapping, optional
            JSON values for the history: who, why, what was compared.
        replaces : str or None, default=`ANY`
            The version that must still be the current one, None for none: what
            somebody else has promoted meanwhile was not compared.

        Returns
        -------
        Path
            Where it is now.

        Raises
        ------
        InputError
            If the name or version cannot be used, the version is there already,
            or another one has become current.
        ModelFormatError
            If the model is damaged.
        """
        check_word("name", name)
        manifest = read_manifest(folder)
        with self._locked(name):
            current = self.current(name)
            if replaces not in (ANY, current):
                raise InputError(f"model {name!r}: {current} has become current meanwhile; compare with it")
            taken = self.versions(name)
            if version is None:
                version = str(manifest.get("version") or FIRST_VERSION)
                while version in taken:
                    version = next_version(version)
            target = self.home / name / check_word("version", version)
            if target.exists():
                raise InputError(f"version {version!r} of model {name!r} is installed already; name another")
            self._copy(Path(folder), target, {**manifest, "name": name, "version": version})
            self._make_current(name, version, "promote", record or {})
        return target

    def make_current(self, name: str, version: str, record: Mapping[str, Any] | None = None) -> Path:
        """Make an installed version the current one.

        Raises
        ------
        InputError
            If there is no such version.
        ModelFormatError
            If it is damaged.
        """
        folder = self.folder(name, version)
        if folder is None:
            raise InputError(f"no model {name!r} is installed in {self.home}")
        with self._locked(name):
            read_artifact(folder)
            self._make_current(name, version, "rollback", record or {})
        return folder

    def history(self, name: str) -> list[dict[str, Any]]:
        """Return what was done with a name, the oldest first; lines that cannot be read are left out."""
        from spamsms.message_files import Record, read_table

        path = self.home / name / HISTORY
        if not path.exists():
            return []
        rows: Iterator[Any] = read_table(path, encoding="utf-8")
        return [row.values for row in rows if isinstance(row, Record)]

    def version_before(self, name: str) -> str:
        """Return the version that the current one took the place of.

        Raises
        ------
        InputError
            If none is known.
        """
        if not self.versions(name):
            raise InputError(f"no model {name!r} is installed in {self.home}")
        current = self.current(name)
        for entry in reversed(self.history(name)):
            if entry.get("action") == "promote" and entry.get("version") == current and "previous" in entry:
                return str(entry["previous"])
        known = ", ".join(self.versions(name))
        raise InputError(
            f"no version of model {name!r} came before {current}; installed are {known}: name one with --to"
        )

    def _make_current(self, name: str, version: str, action: str, record: Mapping[str, Any]) -> None:
        """Write the history, then the pointer: no change of it goes unrecorded."""
        entry = {
            "time": time_now(),
            "action": action,
            "name": name,
            "version": version,
            "hash": manifest_hash(read_manifest(self.home / name / version)),
            "previous": self.current(name),
            **record,
        }
        append_record(self.home / name / HISTORY, entry)
        with open_atomically(self.home / name / CURRENT) as file:
            file.write(f"{version}\n".encode())

    def _copy(self, source: Path, target: Path, manifest: dict[str, Any]) -> None:
        """Copy a model to where nobody looks, check it, and move it into place."""
        part = target.with_name(f".{target.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        try:
            for item in sorted(source.iterdir()):
                ours = item.suffix in COMPANIONS and not item.name.startswith(".") and item.name != MANIFEST
                if ours and item.is_file() and item.stat().st_size <= LARGEST_FILE:
                    shutil.copyfile(item, part / item.name)
            (part / MANIFEST).write_bytes(encode_manifest(manifest, source))
            read_artifact(part)
            part.rename(target)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        (self.home / name).mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.home / name / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            with exclusive_lock(descriptor):
                yield
        finally:
            os.close(descriptor)
