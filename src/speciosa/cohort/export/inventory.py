"""Which files of a folder, or of a manifest, are read. Every entry is read or told as skipped."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speciosa.cohort.export.blocks import is_gzip
from speciosa.cohort.export.contents import LOG, not_lines, not_resources, read_log
from speciosa.cohort.export.manifest import Listed, glance, read_manifest
from speciosa.cohort.export.result import Export, Part, Skipped
from speciosa.errors import InputError, InputProblem

_LINES = re.compile(r".*\.(?:ndjson|jsonl)(?:\.gz)?", re.IGNORECASE | re.DOTALL)
_MANIFEST = re.compile(r".*\.json", re.IGNORECASE | re.DOTALL)
_EDGE = 1 << 16
_LARGEST_MANIFEST = 64 << 20


def read_export(path: Path) -> Export:
    """The export at a folder or manifest.

    Raises ``InputError`` where there is neither, where the manifest is none or names a file that
    does not lie beside it, where a file cannot be read, and where nothing holds a resource.
    """
    with _readable(path, _ACCEPTED):
        export = _of_folder(path) if path.is_dir() else _of_manifest(path)
    if not export.parts:
        raise InputError([InputProblem(str(path), "no file that holds resources", _ACCEPTED)])
    return export


_ACCEPTED = "a folder of FHIR R4 NDJSON files, or the manifest of a bulk export beside them"


def shown(name: str) -> str:
    """A name as it can be written anywhere: bytes of it that are not UTF-8 as escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@contextmanager
def _readable(path: Path, accepted: str) -> Iterator[None]:
    """Say which file it is that cannot be read."""
    try:
        yield
    except OSError as error:
        told = error.strerror or "it cannot be read"
        raise InputError([InputProblem(shown(str(path)), told, accepted)]) from None


class _Found:
    """What the entries of a folder are, one after the other."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.skipped: list[Skipped] = []
        self.told: list[str] = []
        self.times: list[str] = []
        self.servers: list[str] = []

    def add(self, file: Path) -> None:
        lines = _LINES.fullmatch(file.name) is not None
        if file.is_dir():
            self._skip(file, "a folder within the folder")
        elif not file.exists():
            if lines:
                raise FileNotFoundError(2, "a link to a file that is not there")
            self._skip(file, "a link to a file that is not there")
        elif not file.is_file():
            self._skip(file, "it is no file")
        elif lines:
            self._lines(file)
        elif not self._is_manifest(file):
            self._skip(file, not_lines(file))

    def _lines(self, file: Path) -> None:
        why = not_resources(file)
        if why == LOG:
            times, servers = read_log(file)
            self.times += times
            self.servers += servers
        if why:
            self._skip(file, why)
        else:
            self.parts.append(_part(file, file.name))

    def _is_manifest(self, file: Path) -> bool:
        if not _MANIFEST.fullmatch(file.name) or file.stat().st_size > _LARGEST_MANIFEST:
            return False
        found = glance(file)
        if found is None:
            return False
        self.times.append(found[0])
        self.servers.append(found[1])
        self.told.append(
            f"{shown(file.name)} is a manifest: give it instead of the folder to have its list of"
            " files and their counts checked."
        )
        return True

    def _skip(self, file: Path, why: str) -> None:
        self.skipped.append(Skipped(name=shown(file.name), why=why))


def _of_folder(folder: Path) -> Export:
    found = _Found()
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        with _readable(file, "a file that can be read, or none"):
            found.add(file)
    return Export(
        parts=tuple(found.parts),
        skipped=tuple(found.skipped),
        told=tuple(found.told),
        transaction_time=max(filter(None, found.times), default=""),
        server=next(filter(None, found.servers), ""),
    )


def _of_manifest(path: Path) -> Export:
    manifest = read_manifest(path)
    parts: list[Part] = []
    skipped: list[Skipped] = []
    for one in manifest.files:
        name = one.path.relative_to(manifest.folder).as_posix()
        with _readable(one.path, "a file that can be read"):
            if one.path.stat().st_size == 0 and not one.count:
                skipped.append(Skipped(name=shown(name), why="it is empty"))
            else:
                parts.append(_part(one.path, name, one))
    return Export(
        parts=tuple(sorted(parts, key=lambda part: part.name)),
        skipped=tuple(sorted(skipped, key=lambda one: one.name)),
        told=manifest.told,
        transaction_time=manifest.transaction_time,
        server=manifest.server,
    )


def is_as_it_was(part: Part) -> bool:
    """Whether the file of a part is still the one that was found, as far as its stamp tells."""
    try:
        return _stamped(Path(part.path))[2] == part.stamp
    except OSError:
        return False


def _stamped(file: Path) -> tuple[os.stat_result, bytes, str]:
    """What the system says of a file, its first bytes, and its stamp."""
    import xxhash  # noqa: PLC0415 - of an extra; whoever reads no export needs none

    status = file.stat()
    with file.open("rb") as opened:
        first = opened.read(_EDGE)
        opened.seek(max(0, status.st_size - _EDGE))
        edges = first + opened.read(_EDGE)
    stamp = xxhash.xxh3_128(edges)
    stamp.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return status, first, stamp.hexdigest()


def _part(file: Path, name: str, listed: Listed | None = None) -> Part:
    import xxhash  # noqa: PLC0415 - see above

    status, first, stamp = _stamped(file)
    return Part(
        path=str(file.resolve()),
        name=shown(name),
        id=xxhash.xxh3_64_hexdigest(name.encode("utf-8", "surrogatepass")),
        stamp=stamp,
        size=status.st_size,
        gzip=is_gzip(first),
        role=listed.role if listed is not None else "output",
        count=listed.count if listed is not None else None,
    )
