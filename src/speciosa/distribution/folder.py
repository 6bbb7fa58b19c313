"""Where the results of jobs are kept, so that no finished work is done twice.

One file a job: a header (the job's key, and name, place, length and hash of each piece), then the
pieces. A file appears whole or not at all; one that was torn, altered or made under another key
counts as not there.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

import msgspec
import xxhash

from speciosa.errors import SpeciosaError

if TYPE_CHECKING:
    from speciosa.distribution.job import Job, Pieces

_State = tuple[int, int, int]  # inode, size, time of change

_MAGIC = b"speciosa pieces 1\n"
_LENGTH = 8  # bytes of the header's length
_HASH = 16  # bytes of an XXH3 hash of 128 bits
_LONGEST_NAME = 200  # most file systems take 255 bytes
_BLOCK = 1 << 20
_LINES_BLOCK = 1 << 17
_LONGEST_HEADER = 1 << 28
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700


class KeptError(SpeciosaError):
    """A piece was asked for that is not kept, or no longer as it was written."""


class _Piece(msgspec.Struct, frozen=True, array_like=True):
    name: str
    start: int
    length: int
    hash: str


class _Header(msgspec.Struct, frozen=True):
    key: str
    pieces: tuple[_Piece, ...]


class Folder:
    """Kept pieces of one step of the work. Any number of processes may use it at once."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._heads: dict[str, tuple[_State, _Header]] = {}
        self._whole: dict[str, _State] = {}  # whose content was compared with its hashes

    def __reduce__(self) -> tuple[type[Folder], tuple[str]]:
        return (Folder, (str(self.path),))

    def create(self) -> None:
        """Make the folder, readable by its owner alone."""
        for path in (*reversed(self.path.parents), self.path):  # mkdir gives a mode to the last one
            path.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)

    def done(self, job: Job) -> bool:
        """True if the job's pieces are kept, under its key and as they were written."""
        try:
            if self._header(job).key != job.key:
                return False
            state = self._state(job)
            if self._whole.get(job.name) != state:
                self._compare(job)
                self._whole[job.name] = state
        except (OSError, KeptError):
            return False
        return True

    def outdated(self, job: Job) -> bool:
        """True if whole pieces of the job are kept under another key: of another input."""
        try:
            return self._header(job).key != job.key
        except KeptError:
            return False

    def keep(self, job: Job, pieces: Pieces) -> None:
        """Write the pieces of a job, all or none of them."""
        self.create()
        try:
            self._write(job, pieces)
        except FileNotFoundError:  # somebody finished and swept up
            self._write(job, pieces)

    def names(self, job: Job) -> tuple[str, ...]:
        """The names of a job's pieces, sorted."""
        return tuple(piece.name for piece in self._header(job).pieces)

    def hash(self, job: Job, name: str | None = None) -> str:
        """The hash of one piece, or of all (with their names); reads the header alone.

        It is what a later job's key is made of. A piece that the job did not make has the hash "".
        """
        pieces = self._header(job).pieces
        if name is None:
            return xxhash.xxh3_128_hexdigest(msgspec.json.encode(pieces))
        return next((piece.hash for piece in pieces if piece.name == name), "")

    def piece(self, job: Job, name: str) -> bytes:
        """One piece, without reading the others. Raises :class:`KeptError` if it is not there."""
        found = self._found(job, name)
        with self.file(job).open("rb") as file:
            file.seek(found.start)
            raw = file.read(found.length)
        if xxhash.xxh3_128_hexdigest(raw) != found.hash:
            raise KeptError(f"the work kept of {job.name} was altered; run again")
        return raw

    def has(self, job: Job, name: str) -> bool:
        """True if the job kept a piece of this name."""
        return name in self.names(job)

    def lines(self, job: Job, name: str) -> Iterator[bytes]:
        """The lines of one piece, without their ends; none if the job kept no such piece.

        Holds a block at a time, and no file open between blocks: many pieces can be read at once.
        Raises :class:`KeptError` at the end if the piece was altered.
        """
        if not self.has(job, name):
            return
        found = self._found(job, name)
        hashed, read = xxhash.xxh3_128(), 0
        held: list[bytes] = []  # of a line whose end is still to come
        while read < found.length:
            with self.file(job).open("rb") as file:
                file.seek(found.start + read)
                block = file.read(min(_LINES_BLOCK, found.length - read))
            if not block:
                break
            hashed.update(block)
            read += len(block)
            first, *more = block.split(b"\n")
            held.append(first)
            for line in more:
                yield b"".join(held)
                held = [line]
        if hashed.hexdigest() != found.hash:
            raise KeptError(f"the work kept of {job.name} was altered; run again")
        if last := b"".join(held):
            yield last

    def file(self, job: Job) -> Path:
        """Where the pieces of a job are kept."""
        safe = quote(job.name, safe="")
        if len(safe) > _LONGEST_NAME:
            safe = f"{safe[: _LONGEST_NAME - 40]}-{xxhash.xxh3_128_hexdigest(job.name.encode())}"
        return self.path / f"{safe}.pieces"

    def sweep(self) -> None:
        """Remove what a killed process left half written. Only when all the work is done."""
        for left in self.path.glob("*.half"):
            left.unlink(missing_ok=True)

    # ------------------------------------------------------------------ inside a file

    def _found(self, job: Job, name: str) -> _Piece:
        found = next((piece for piece in self._header(job).pieces if piece.name == name), None)
        if found is None:
            raise KeptError(f"the work kept of {job.name} has no part named {name}")
        return found

    def _write(self, job: Job, pieces: Pieces) -> None:
        file = self.file(job)
        half = file.with_name(f"{secrets.token_hex(8)}.half")
        try:
            with open(half, "xb", opener=_private) as opened:  # Path has no opener
                opened.write(_head(job.key, pieces))
                for name in sorted(pieces):
                    opened.write(pieces[name])
                opened.flush()
                os.fsync(opened.fileno())
            half.replace(file)
            _settle(self.path)
        finally:
            half.unlink(missing_ok=True)

    def _state(self, job: Job) -> _State:
        found = self.file(job).stat()
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _header(self, job: Job) -> _Header:
        try:
            state = self._state(job)
            seen = self._heads.get(job.name)
            if seen is None or seen[0] != state:
                with self.file(job).open("rb") as file:
                    seen = (state, _read_header(file, job.name))
                self._heads[job.name] = seen
        except OSError:
            raise KeptError(f"no work is kept of {job.name}; run again") from None
        return seen[1]

    def _compare(self, job: Job) -> None:
        with self.file(job).open("rb") as file:
            header = _read_header(file, job.name)
            for piece in header.pieces:
                hashed, left = xxhash.xxh3_128(), piece.length
                while left and (block := file.read(min(left, _BLOCK))):
                    hashed.update(block)
                    left -= len(block)
                if hashed.hexdigest() != piece.hash:
                    raise KeptError(f"the work kept of {job.name} was altered; run again")
            if file.read(1):
                raise KeptError(f"the work kept of {job.name} was altered; run again")


def _head(key: str, pieces: Pieces) -> bytes:
    """The header; places are counted from its end and then moved by its own length."""
    names = sorted(pieces)
    # A mapping may make a piece anew whenever it is asked for: here once.
    told = [(len(raw), xxhash.xxh3_128_hexdigest(raw)) for raw in map(pieces.__getitem__, names)]
    start, before = 0, -1
    while start != before:  # the header's length depends on the places written in it
        before, place, entries = start, start, []
        for name, (length, hashed) in zip(names, told, strict=True):
            entries.append(_Piece(name, place, length, hashed))
            place += length
        body = msgspec.json.encode(_Header(key, tuple(entries)))
        start = len(_MAGIC) + _LENGTH + len(body) + _HASH
    return b"".join(
        (_MAGIC, len(body).to_bytes(_LENGTH, "little"), body, xxhash.xxh3_128_digest(body))
    )


def _read_header(file: BinaryIO, name: str) -> _Header:
    torn = KeptError(f"the work kept of {name} was altered; run again")
    if file.read(len(_MAGIC)) != _MAGIC:
        raise torn
    length = int.from_bytes(file.read(_LENGTH), "little")
    body, hashed = file.read(min(length, _LONGEST_HEADER)), file.read(_HASH)
    if xxhash.xxh3_128_digest(body) != hashed:
        raise torn
    try:
        return msgspec.json.decode(body, type=_Header)
    except msgspec.MsgspecError:
        raise torn from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _PRIVATE_FILE)


def _settle(folder: Path) -> None:
    """Have the new name on the disk as well, where the system can do that for a folder."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
