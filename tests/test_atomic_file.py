from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from spamsms.atomic_file import open_atomically


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def test_a_file_is_replaced_only_when_the_block_ends_well(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")

    def fail_halfway() -> None:
        with open_atomically(target) as file:
            file.write(b"new")
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail_halfway()
    assert target.read_text() == "old"
    with open_atomically(target) as file:
        file.write(b"new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions and links of POSIX")
def test_a_file_keeps_its_permissions_and_a_link_its_target(tmp_path: Path, umask: int) -> None:
    target, link = tmp_path / "out.csv", tmp_path / "link.csv"
    with open_atomically(target) as file:
        file.write(b"one")
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~umask
    target.chmod(0o604)
    link.symlink_to(target)
    with open_atomically(link) as file:
        file.write(b"two")
    assert (link.is_symlink(), target.read_bytes()) == (True, b"two")
    assert stat.S_IMODE(target.stat().st_mode) == 0o604


@pytest.mark.skipif(sys.platform == "win32", reason="devices of POSIX")
def test_a_device_is_written_to_and_not_replaced() -> None:
    with open_atomically(os.devnull) as file:
        file.write(b"nowhere")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_folder_that_does_not_exist_is_named_in_the_error(tmp_path: Path) -> None:
    wanted = tmp_path / "missing" / "out.csv"
    with pytest.raises(FileNotFoundError, match="No such file") as caught, open_atomically(wanted):
        pass
    assert caught.value.filename == str(wanted)
