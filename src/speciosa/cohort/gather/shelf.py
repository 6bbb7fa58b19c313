"""Lines of the chosen by shard, held compressed: a file may be all of theirs, and large."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

_OPEN = 1 << 17  # bytes of a shard's lines that wait to be compressed together
_FAST = 1


class Shelf:
    """Takes lines in any order and gives those of a shard sorted."""

    def __init__(self) -> None:
        self._closed: dict[int, list[bytes]] = {}
        self._open: dict[int, list[bytes]] = {}
        self._waiting: dict[int, int] = {}

    def add(self, shard: int, line: bytes) -> None:
        """Take a line, with its end."""
        self._open.setdefault(shard, []).append(line)
        self._waiting[shard] = self._waiting.get(shard, 0) + len(line)
        if self._waiting[shard] > _OPEN:
            block = zlib.compress(b"".join(self._open.pop(shard)), _FAST)
            self._closed.setdefault(shard, []).append(block)
            self._waiting[shard] = 0

    def shards(self) -> list[int]:
        """The shards that have lines."""
        return sorted(self._closed.keys() | self._open.keys())

    def lines(self, shard: int) -> bytes:
        """All lines of a shard, sorted."""
        lines = list(self._open.get(shard, ()))
        for block in self._closed.get(shard, ()):
            lines += _split(zlib.decompress(block))
        return b"".join(sorted(lines))


def _split(lines: bytes) -> list[bytes]:
    # bytes.splitlines ends lines at a carriage return too.
    return [line + b"\n" for line in lines.split(b"\n")[:-1]]


class Shelved(Mapping[str, bytes]):
    """Pieces, of which those of the shards are made when they are asked for."""

    def __init__(
        self, pieces: Mapping[str, bytes], shelf: Shelf, shards: Mapping[str, int]
    ) -> None:
        self._pieces, self._shelf, self._shards = pieces, shelf, shards

    def __getitem__(self, name: str) -> bytes:
        if name in self._shards:
            return self._shelf.lines(self._shards[name])
        return self._pieces[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._pieces
        yield from self._shards

    def __len__(self) -> int:
        return len(self._pieces) + len(self._shards)
