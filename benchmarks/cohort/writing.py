"""An export written type by type, in files of a size, plain or in gzip; and its manifest."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Literal

Naming = Literal["numbered", "leading", "plain", "both", "mixed"]

SERVER = "https://hospital.example/fhir"
_BUFFER = 1 << 20
_TRANSACTION_TIME = "2026-11-01T06:00:00Z"
# The four ways in which readers of exports expect their files to be named.
_WAYS: dict[str, Callable[[str, int], str]] = {
    "numbered": lambda kind, i: f"{kind}.{i:03}.ndjson",
    "leading": lambda kind, i: f"{i + 1}.{kind}.ndjson",
    "plain": lambda kind, i: f"{kind}.ndjson" if i == 0 else f"{i + 1}.{kind}.ndjson",
    "both": lambda kind, i: f"{i + 1}.{kind}.{i:03}.ndjson",
}


class Export:
    """Files of an export, opened as they are needed."""

    def __init__(
        self, folder: Path, *, file_bytes: int, compress: bool = False, naming: Naming = "numbered"
    ) -> None:
        self.folder = folder
        self.file_bytes = file_bytes
        self.compress = compress
        self.naming = naming
        self.counts: dict[str, int] = {}
        self.bytes = 0
        self._writers: dict[str, _Writer] = {}
        folder.mkdir(parents=True)

    def write(self, kind: str, lines: bytes, count: int) -> None:
        """Lines of one type; a person's lines of a type stay in one file."""
        writer = self._writers.get(kind)
        if writer is None:
            writer = self._writers[kind] = _Writer(self, kind, len(self._writers))
        writer.write(lines, count)
        self.bytes += len(lines)

    def at(self, kind: str) -> tuple[str, int]:
        """The file that holds the line written last, and its number from 1."""
        writer = self._writers[kind]
        return writer.path.name, writer.count

    def close(self) -> None:
        """Finish the files and write the manifest."""
        for writer in self._writers.values():
            writer.close()
        output = [
            {"type": kind, "url": f"https://hospital.example/files/{path}", "count": count}
            for kind, writer in sorted(self._writers.items())
            for path, count in writer.finished
        ]
        for one in output:
            kind = str(one["type"])
            self.counts[kind] = self.counts.get(kind, 0) + int(str(one["count"]))
        manifest: dict[str, Any] = {
            "transactionTime": _TRANSACTION_TIME,
            "request": f"{SERVER}/Patient/$export",
            "requiresAccessToken": False,
            "output": output,
            "error": [],
        }
        told = json.dumps(manifest, indent=1)
        (self.folder / "manifest.json").write_text(told + "\n", encoding="utf-8")


class _Writer:
    """The files of one type, one open at a time."""

    def __init__(self, export: Export, kind: str, order: int) -> None:
        self.export = export
        self.kind = kind
        ways = list(_WAYS)
        self.way = ways[order % len(ways)] if export.naming == "mixed" else export.naming
        self.finished: list[tuple[str, int]] = []
        self.pending: list[bytes] = []
        self._open()

    def _open(self) -> None:
        suffix = ".gz" if self.export.compress else ""
        named = _WAYS[self.way](self.kind, len(self.finished)) + suffix
        self.path = self.export.folder / named
        self.raw = self.path.open("wb")
        self.out: IO[bytes] | gzip.GzipFile = self.raw
        if self.export.compress:
            # Neither a name nor a time in it: the same export is the same bytes.
            self.out = gzip.GzipFile(
                filename="", mode="wb", compresslevel=1, fileobj=self.raw, mtime=0
            )
        self.count = self.size = self.waiting = 0

    def write(self, lines: bytes, count: int) -> None:
        if self.size and self.size + len(lines) > self.export.file_bytes:
            self.close()
            self._open()
        self.pending.append(lines)
        self.size += len(lines)
        self.waiting += len(lines)
        self.count += count
        if self.waiting > _BUFFER:
            self._flush()

    def _flush(self) -> None:
        self.out.write(b"".join(self.pending))
        self.pending.clear()
        self.waiting = 0

    def close(self) -> None:
        self._flush()
        if self.out is not self.raw:
            self.out.close()
        self.raw.close()
        self.finished.append((self.path.name, self.count))
