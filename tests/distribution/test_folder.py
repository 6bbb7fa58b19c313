"""Kept work: whole or not at all, under its key, as it was written."""

from __future__ import annotations

import pickle
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.distribution.jobs_for_tests import squares, squares_job

from speciosa.distribution import Folder, Job, KeptError

PIECES = {"b": b"second", "a": b"first\nline\n", "": b""}


def job(name: str = "one", key: str = "key") -> Job:
    return Job(name=name, key=key, run=squares, arguments=(0, 1))


@given(pieces=st.dictionaries(st.text(max_size=8), st.binary(max_size=64), max_size=5))
def test_what_is_kept_comes_back(pieces: dict[str, bytes], tmp_path_factory) -> None:
    folder = Folder(tmp_path_factory.mktemp("work"))
    folder.keep(job(), pieces)
    again = pickle.loads(pickle.dumps(folder))  # noqa: S301  # what a worker gets
    assert again.done(job())
    assert again.names(job()) == tuple(sorted(pieces))
    assert {name: again.piece(job(), name) for name in pieces} == pieces


def test_the_file_depends_on_the_pieces_alone(tmp_path: Path) -> None:
    one, two = Folder(tmp_path / "1"), Folder(tmp_path / "2")
    one.keep(job(), PIECES)
    two.keep(job(), dict(reversed(PIECES.items())))
    assert one.file(job()).read_bytes() == two.file(job()).read_bytes()
    assert one.hash(job()) == two.hash(job())


def test_another_key_is_other_work(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert not folder.done(job())
    folder.keep(job(), PIECES)
    assert folder.done(job())
    assert not folder.done(job(key="other"))


def test_a_file_torn_at_any_byte_does_not_count(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.keep(job(), PIECES)
    whole = folder.file(job()).read_bytes()
    for length in range(len(whole)):
        folder.file(job()).write_bytes(whole[:length])
        assert not Folder(tmp_path).done(job()), length
    folder.file(job()).write_bytes(whole)
    assert Folder(tmp_path).done(job())


def test_a_file_altered_at_any_byte_does_not_count(tmp_path: Path) -> None:
    Folder(tmp_path).keep(job(), PIECES)
    file = Folder(tmp_path).file(job())
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert not Folder(tmp_path).done(job()), place
    file.write_bytes(whole + b"x")
    assert not Folder(tmp_path).done(job())


def test_a_change_after_the_first_look_is_seen(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.keep(job(), PIECES)
    assert folder.done(job())
    whole = folder.file(job()).read_bytes()
    folder.file(job()).write_bytes(whole[:-1] + b"?" + b"longer")
    assert not folder.done(job())


def test_a_piece_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with pytest.raises(KeptError, match="no work is kept of one"):
        folder.piece(job(), "a")
    folder.keep(job(), PIECES)
    with pytest.raises(KeptError, match="no part named z"):
        folder.piece(job(), "z")
    assert folder.hash(job(), "z") == ""


def test_lines_are_split_at_line_feeds_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.keep(job(), {"x": b"a\rb\n\nc\x0bd\n", "empty": b"", "open": b"a\nb"})
    assert list(folder.lines(job(), "x")) == [b"a\rb", b"", b"c\x0bd"]
    assert list(folder.lines(job(), "open")) == [b"a", b"b"]
    assert list(folder.lines(job(), "empty")) == list(folder.lines(job(), "none")) == []


@pytest.mark.parametrize("name", ["../out", "a/b", ".", "..", "", "é/ü", "x" * 900, "A b\n"])
def test_any_name_stays_in_the_folder(name: str, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "work")
    folder.keep(job(name), PIECES)
    assert folder.done(job(name))
    assert [file.parent for file in tmp_path.rglob("*.pieces")] == [tmp_path / "work"]


def test_long_names_are_told_apart(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.file(job("x" * 900)) != folder.file(job("x" * 901))


def test_only_the_owner_can_read(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new" / "work")
    folder.keep(job(), PIECES)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.file(job()).stat().st_mode) == 0o600


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with pytest.raises(TypeError):
        folder.keep(squares_job(1), {"a": "not bytes"})  # type: ignore[dict-item]
    assert list(tmp_path.iterdir()) == []


def test_sweeping_leaves_what_is_whole(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.keep(job(), PIECES)
    (tmp_path / "0123.half").write_bytes(b"torn")
    folder.sweep()
    assert list(tmp_path.iterdir()) == [folder.file(job())]


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1 << 17])
def test_lines_are_whole_whatever_the_blocks(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("speciosa.distribution.folder._LINES_BLOCK", block)
    folder = Folder(tmp_path)
    folder.keep(job(), {"x": b"one\n\ntwo three\nfour", "y": b"\n"})
    assert list(folder.lines(job(), "x")) == [b"one", b"", b"two three", b"four"]
    assert list(folder.lines(job(), "y")) == [b""]
    file = folder.file(job())
    file.write_bytes(file.read_bytes().replace(b"two", b"owt"))
    with pytest.raises(KeptError, match="was altered"):
        list(Folder(tmp_path).lines(job(), "x"))
