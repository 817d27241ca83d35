"""A model folder that is damaged, incomplete or crafted is refused with the file and the reason."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_folder import change_manifest, put_weights, saved, weights_file

from spamsms import ModelFormatError, SpamClassifier
from spamsms.artifact import LARGEST_FILE, LARGEST_MANIFEST, MANIFEST

MANIFESTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not JSON in UTF-8"),
    "no JSON": (b"weights = 1", "not JSON in UTF-8"),
    "half of it": (b'{"format": "spamsms-model", "form', "not JSON in UTF-8"),
    "not UTF-8": ('{"format": "垃圾"}'.encode("gb18030"), "not JSON in UTF-8"),
    "deep nesting": (b"[" * 500_000, "not JSON in UTF-8"),
    "an endless number": (b'{"format": ' + b"9" * 5000 + b"}", "not JSON in UTF-8"),
    "a list": (b"[1, 2]", '"format" is not "spamsms-model"; this is no spamsms model'),
    "a string": (b'"spamsms-model"', '"format" is not "spamsms-model"'),
    "null": (b"null", '"format" is not "spamsms-model"'),
    "another format": (b'{"format": "model2vec", "format_version": 1}', '"format" is not "spamsms-model"'),
    "no version": (b'{"format": "spamsms-model"}', "format version None is unknown, this release reads 2"),
    "no files": (b'{"format": "spamsms-model", "format_version": 2}', '"files" is missing or no object'),
    "too large": (b" " * (LARGEST_MANIFEST + 1), f"larger than {LARGEST_MANIFEST} bytes, so not a manifest"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_what_is_no_manifest_is_refused(folder: Path, name: str) -> None:
    content, message = MANIFESTS[name]
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(ModelFormatError, match=message) as caught:
        SpamClassifier.load(folder)
    assert str(caught.value).startswith(str(folder / MANIFEST))


@pytest.mark.parametrize("version", [0, 1, 3, "2", True, None, 2.5])
def test_an_unknown_format_version_is_refused_with_the_remedy(folder: Path, version: Any) -> None:
    change_manifest(folder, format_version=version)
    with pytest.raises(
        ModelFormatError, match=r"manifest\.json: format version .* is unknown.*install a release"
    ):
        SpamClassifier.load(folder)


@pytest.mark.parametrize("key", ["normalizer_version", "features_version"])
def test_a_model_of_other_features_is_refused_with_the_remedy(folder: Path, key: str) -> None:
    change_manifest(folder, **{key: 999})
    with pytest.raises(
        ModelFormatError, match=f"{key} 999 is unknown, this release has 2; retrain the model"
    ):
        SpamClassifier.load(folder)


KEYS = [
    "parameters", "normalizer_version", "features_version", "scale", "passage_scale", "intercept",
    "threshold", "review_threshold", "operating_points", "name", "version", "details",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_key_is_named(folder: Path, key: str) -> None:
    change_manifest(folder, **{key: ...})
    with pytest.raises(ModelFormatError, match=f"{folder.name}: .*{key}"):
        SpamClassifier.load(folder)


VALUES: dict[str, tuple[dict[str, Any], str]] = {
    "NaN as scale": ({"scale": float("nan")}, "must be finite"),
    "infinity as intercept": ({"intercept": float("inf")}, "must be finite"),
    "text as scale": ({"scale": "wide"}, "lacks or misstates"),
    "null as scale": ({"scale": None}, "lacks or misstates"),
    "a number beyond floats": ({"scale": 10**400}, "lacks or misstates"),
    "NaN as threshold": ({"threshold": float("nan")}, "threshold must be a number from 0 to 1, not nan"),
    "threshold above 1": ({"threshold": 1.5}, "threshold must be a number from 0 to 1, not 1.5"),
    "text as threshold": ({"review_threshold": "0.5"}, "review_threshold must be a number from 0 to 1"),
    "parameters that are none": ({"parameters": [1]}, "lacks or misstates"),
    "an unknown parameter": ({"parameters": {"alpha": 1}}, "lacks or misstates.*alpha"),
    "an unknown tokenizer": ({"parameters": {"tokenizer": "bert"}}, "tokenizer must be one of"),
    "an unknown kind of bits": ({"parameters": {"hash_bits": "12"}}, "hash_bits must be a whole number"),
    "more bits than weights": ({"parameters": {"hash_bits": 13}}, "weights"),
    "no hmm": ({"parameters": {"hash_bits": 12, "hmm": "yes"}}, "hmm must be True or False"),
    "details that are none": ({"details": 5}, "lacks or misstates"),
    "too few operating points": (
        {"operating_points": {"wanted": [0.5], "spam": [0.5]}},
        "operating_points must have",
    ),
    "kinds without weights": (
        {"kinds": {"codes": ["R", "c"], "scales": [1, 1], "intercepts": [0, 0]}},
        "lacks or misstates 'kinds'",
    ),
    "unknown kinds": (
        {"kinds": {"codes": ["?"], "scales": [1], "intercepts": [0]}},
        "kinds must be different ones of",
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_makes_no_sense_is_refused(folder: Path, name: str) -> None:
    changes, message = VALUES[name]
    change_manifest(folder, **changes)
    with pytest.raises(ModelFormatError, match=message) as caught:
        SpamClassifier.load(folder)
    assert str(caught.value).startswith(str(folder))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (5, "the entry of 'weights' lacks file, bytes or sha256"),
        ({"file": "weights.npy"}, "the entry of 'weights' lacks file, bytes or sha256"),
        (
            {"file": "../weights.npy", "bytes": 1, "sha256": ""},
            "the file of 'weights' is not a plain file name",
        ),
        (
            {"file": "/etc/hostname", "bytes": 1, "sha256": ""},
            "the file of 'weights' is not a plain file name",
        ),
        ({"file": "a/b.npy", "bytes": 1, "sha256": ""}, "the file of 'weights' is not a plain file name"),
        ({"file": 3, "bytes": 1, "sha256": ""}, "the file of 'weights' is not a plain file name"),
        ({"file": "..", "bytes": 1, "sha256": ""}, r"\.\.: "),
        ({"file": "", "bytes": 1, "sha256": ""}, ": "),
        ({"file": "no\0name", "bytes": 1, "sha256": ""}, "no\0name: not a plain NumPy array"),
        ({"file": "gone.npy", "bytes": 1, "sha256": ""}, r"gone\.npy: cannot be read \(No such file"),
    ],
)
def test_an_entry_that_leads_elsewhere_is_refused(folder: Path, entry: Any, message: str) -> None:
    change_manifest(folder, files={"weights": entry})
    with pytest.raises(ModelFormatError, match=message):
        SpamClassifier.load(folder)


def test_a_model_without_weights_is_refused(folder: Path) -> None:
    change_manifest(folder, files={})
    with pytest.raises(ModelFormatError, match="lacks or misstates 'weights'"):
        SpamClassifier.load(folder)


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_damaged_bit_is_noticed(folder: Path, place: float, bit: int) -> None:
    path = weights_file(folder)
    intact = path.read_bytes()
    damaged = bytearray(intact)
    damaged[int(place * len(damaged))] ^= 1 << bit
    path.write_bytes(damaged)
    try:
        with pytest.raises(
            ModelFormatError, match=rf"{path.name}: damaged, its SHA-256 differs.*copy it anew"
        ):
            SpamClassifier.load(folder)
    finally:
        path.write_bytes(intact)


@pytest.mark.parametrize("size", [0, 1, 100, -1])
def test_a_truncated_file_is_noticed(folder: Path, size: int) -> None:
    path = weights_file(folder)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(
        ModelFormatError, match=rf"{path.name}: \d+ bytes where the manifest says \d+; copy the model"
    ):
        SpamClassifier.load(folder)


def test_an_oversized_file_is_refused_before_it_is_read(folder: Path) -> None:
    os.truncate(weights_file(folder), LARGEST_FILE + 1)
    with pytest.raises(
        ModelFormatError, match=rf"{LARGEST_FILE + 1} bytes, more than the {LARGEST_FILE} a model may"
    ):
        SpamClassifier.load(folder)


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("weights.npy", saved(np.zeros(3)))
    return buffer.getvalue()


def _header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + text.encode().ljust(117) + b"\n" + bytes(1000)


NO_ARRAY = "not a plain NumPy array"
CONTENTS: dict[str, tuple[Callable[[np.ndarray[Any, Any]], bytes], str]] = {
    "a pickled object array": (lambda w: saved(np.array([w, None], object), allow_pickle=True), NO_ARRAY),
    "a pickle": (lambda w: b"\x80\x04K\x01.", NO_ARRAY),
    "nothing": (lambda w: b"", NO_ARRAY),
    "text": (lambda w: b"weights", NO_ARRAY),
    "an archive": (lambda w: _archive(), NO_ARRAY),
    "half a header": (lambda w: b"\x93NUMPY", NO_ARRAY),
    "a header of brackets": (lambda w: _header("(" * 100), NO_ARRAY),
    "a shape beyond the file": (
        lambda w: _header("{'descr': '<i2', 'fortran_order': False, 'shape': (1000000000000000,)}"),
        NO_ARRAY,
    ),
    "floating-point weights": (lambda w: saved(w.astype(np.float32)), "weights: float32 of shape"),
    "weights of 8 bits": (lambda w: saved((w % 100).astype(np.int8)), "weights: int8 of shape"),
    "weights of another byte order": (lambda w: saved(w.astype(">i2")), "weights: >i2 of shape"),
    "too few weights": (lambda w: saved(w[:-1]), "weights: int16 of shape"),
    "weights in a square": (lambda w: saved(w.reshape(2, -1)), "weights: int16 of shape"),
    "weights whose sums overflow": (lambda w: saved(np.full_like(w, 8192)), "not all within 8191 of 0"),
    "the most negative weights": (lambda w: saved(np.full_like(w, -32768)), "not all within 8191 of 0"),
    "a weight of the boundary": (
        lambda w: saved(np.full_like(w, 1)),
        "the first weight, which is the boundary's",
    ),
}


@pytest.mark.filterwarnings("ignore:Reading `.npy`")
@pytest.mark.parametrize("name", CONTENTS)
def test_an_array_of_another_kind_is_refused_although_its_hash_is_right(folder: Path, name: str) -> None:
    make, message = CONTENTS[name]
    put_weights(folder, make(np.load(weights_file(folder))))
    with pytest.raises(ModelFormatError, match=message):
        SpamClassifier.load(folder)


@given(
    st.lists(
        st.tuples(st.integers(8, 127), st.sampled_from(b"(){}[]'\",:\\\n\0 #L10-_x<>")),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.filterwarnings("ignore")
def test_no_header_raises_anything_but_a_model_format_error(
    folder: Path, edits: list[tuple[int, int]]
) -> None:
    path = weights_file(folder)
    intact, manifest = path.read_bytes(), (folder / MANIFEST).read_bytes()
    changed = bytearray(intact)
    for place, byte in edits:
        changed[place] = byte
    put_weights(folder, bytes(changed))
    try:
        with contextlib.suppress(ModelFormatError):
            assert SpamClassifier.load(folder).scorer_.weights.tobytes() == intact[128:]
    finally:
        path.write_bytes(intact)
        (folder / MANIFEST).write_bytes(manifest)


@pytest.mark.parametrize(
    "make",
    [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"x")],
    ids=["no folder", "an empty folder", "a file"],
)
def test_what_is_no_model_folder_is_refused(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    make(tmp_path / "model")
    with pytest.raises(
        ModelFormatError, match=r"manifest\.json: cannot be read .*; is the folder a spamsms model\?"
    ):
        SpamClassifier.load(tmp_path / "model")
