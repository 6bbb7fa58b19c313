"""Whole lines of a file in blocks, plain or gzip, in memory that does not grow with the file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.cohort.export.result import Part

# A longer line is read over and told: no memory is enough for a line that never ends.
LONGEST_LINE = 32 << 20
BLOCK = 1 << 20
_COMPRESSED = 1 << 16
_NEWLINE = 0x0A
_GZIP = 31  # zlib: the gzip format, with the largest window
_GZIP_BEGINS = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


class Block(msgspec.Struct, frozen=True):
    """Whole lines, each with its newline but perhaps the last of a file.

    They are ``buffer[:end]``, until the next block is asked for. ``line`` is the number of
    the first line, from 1; ``newlines`` are places in ``data``.
    """

    buffer: bytearray
    end: int
    line: int
    newlines: NDArray[np.intp]

    @property
    def data(self) -> memoryview:
        """The lines without a copy."""
        return memoryview(self.buffer)[: self.end]


class Hash(Protocol):
    """What takes the bytes of a file as they are stored."""

    def update(self, data: memoryview, /) -> None:
        """Take the next bytes."""


def is_gzip(first: bytes) -> bool:
    """Whether a file is packed, by its first bytes; its name decides nothing."""
    return first.startswith(_GZIP_BEGINS)


def beginning(path: Path, most: int) -> bytes | None:
    """The first bytes that a file holds, unpacked, through all members of gzip.

    Fewer than ``most`` only where there are no more; ``None`` where damage ends them before.
    """
    with path.open("rb", buffering=0) as file:
        packed = is_gzip(file.read(len(_GZIP_BEGINS)))
        file.seek(0)
        source = _Compressed(file, None) if packed else _Plain(file, None)
        # No more than there is: a file can be much smaller than what is asked for.
        buffer = bytearray(min(most, _COMPRESSED))
        held = 0
        while got := source.readinto(memoryview(buffer)[held:]):
            held += got
            if held == len(buffer):
                if held == most:
                    break
                buffer += bytes(min(held, most - held))
    return None if source.damage else bytes(buffer[:held])


class Blocks:
    """The lines of a part, once, and what there was to tell of them.

    Known after the iteration: ``lines``, how many there were, empty ones included; ``too_long``,
    the numbers of lines longer than ``limit``, which are in no block; ``longest``, the bytes of
    the longest other one; ``damage``, "" or what ended the file before its end.
    """

    def __init__(
        self,
        part: Part,
        size: int = BLOCK,
        *,
        limit: int = LONGEST_LINE,
        hash_: Hash | None = None,
    ) -> None:
        self._part, self._size, self._limit, self._hash = part, size, limit, hash_
        self.lines = 0
        self.longest = 0
        self.too_long: list[int] = []
        self.damage = ""

    def __iter__(self) -> Iterator[Block]:
        with Path(self._part.path).open("rb", buffering=0) as file:
            source = _Compressed(file, self._hash) if self._part.gzip else _Plain(file, self._hash)
            yield from self._blocks(source)
            self.damage = source.damage

    def _blocks(self, source: _Plain | _Compressed) -> Iterator[Block]:
        buffer = bytearray(self._size)
        held, first = 0, True
        while True:
            if held == len(buffer):
                if held >= self._limit:
                    held = self._skip(source, buffer)
                    if held < 0:
                        return
                    continue
                buffer = buffer + bytearray(min(held, self._limit - held))
            got = source.readinto(memoryview(buffer)[held:])
            if got == 0:
                break
            held += got
            if first and held >= len(_BOM):
                first = False
                if buffer.startswith(_BOM):
                    held -= len(_BOM)
                    buffer[:held] = buffer[len(_BOM) : held + len(_BOM)]
            end = buffer.rfind(b"\n", 0, held) + 1
            if end:
                first = False
                yield self._block(buffer, end)
                buffer[: held - end] = buffer[end:held]
                held -= end
        if held:
            yield self._block(buffer, held)

    def _block(self, buffer: bytearray, end: int) -> Block:
        places = np.flatnonzero(np.frombuffer(buffer, np.uint8, end) == _NEWLINE)
        block = Block(buffer, end, self.lines + 1, places)
        whole = int(places[-1]) + 1 if places.size else 0
        self.lines += places.size + (whole < end)
        if places.size:
            longest = max(int(places[0]), int(np.diff(places).max(initial=1)) - 1)
            self.longest = max(self.longest, longest)
        self.longest = max(self.longest, end - whole)
        return block

    def _skip(self, source: _Plain | _Compressed, buffer: bytearray) -> int:
        """Read over the rest of a line that is too long; what is held then, or -1 at the end."""
        self.lines += 1
        self.too_long.append(self.lines)
        while got := source.readinto(memoryview(buffer)):
            end = buffer.find(b"\n", 0, got) + 1
            if end:
                buffer[: got - end] = buffer[end:got]
                return got - end
        return -1


class _Plain:
    """The bytes of a file."""

    damage = ""

    def __init__(self, file: BinaryIO, hash_: Hash | None) -> None:
        self._file, self._hash = file, hash_

    def readinto(self, into: memoryview) -> int:
        got: int = self._file.readinto(into)  # type: ignore[attr-defined]
        if self._hash is not None:
            self._hash.update(into[:got])
        return got


class _Compressed:
    """The bytes in a gzip file of one or more members; what precedes damage is kept."""

    def __init__(self, file: BinaryIO, hash_: Hash | None) -> None:
        self._file, self._hash = file, hash_
        self._inflate = zlib.decompressobj(_GZIP)
        self._left = b""
        self._in_member = False
        self.damage = ""

    def readinto(self, into: memoryview) -> int:
        while not self.damage:
            at_end = not self._left and not self._more()
            if at_end and not self._in_member:
                return 0
            try:
                # At most as much as there is room for: a small file can hold a huge one.
                out = self._inflate.decompress(self._left, len(into))
            except zlib.error:
                self.damage = "the compressed data are damaged"
                return 0
            self._left, self._in_member = self._inflate.unconsumed_tail, True
            if self._inflate.eof:
                # Zeros may pad a file; anything else after a member is the next one.
                self._left = self._inflate.unused_data.lstrip(b"\0")
                self._inflate, self._in_member = zlib.decompressobj(_GZIP), False
            if out:
                into[: len(out)] = out
                return len(out)
            if at_end and self._in_member:
                self.damage = "the compressed file ends too early"
        return 0

    def _more(self) -> bool:
        while data := self._file.read(_COMPRESSED):
            if self._hash is not None:
                self._hash.update(memoryview(data))
            self._left = data if self._in_member else data.lstrip(b"\0")
            if self._left:
                return True
        return False
