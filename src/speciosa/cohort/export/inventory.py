"""Which files of a folder, or of a manifest, are read."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from speciosa.cohort.export.manifest import Listed, glance, read_manifest, server_of
from speciosa.cohort.export.result import Export, Part, Skipped
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    pass

# Patient.ndjson, 1.Patient.ndjson, Patient.000.ndjson, 1.Patient.000.ndjson; each also .gz.
_TYPED = re.compile(r"(?:\d+\.)?[A-Z][A-Za-z]{2,60}(?:\.\d+)?\.ndjson(?:\.gz)?")
_LINES = re.compile(r".*\.(?:ndjson|jsonl)(?:\.gz)?", re.IGNORECASE | re.DOTALL)
_RESOURCE = re.compile(rb'"resourceType"\s*:')
_MANIFEST = re.compile(r".*\.json", re.IGNORECASE | re.DOTALL)
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PEEK = 1 << 20
_EDGE = 1 << 16
_LARGEST_MANIFEST = 64 << 20
_LARGEST_LOG = 64 << 20


def read_export(path: Path) -> Export:
    """The export at a folder or manifest.

    Raises ``InputError`` where there is neither, where the manifest is none or names a file that
    does not lie beside it, and where nothing holds a resource.
    """
    try:
        export = _of_folder(path) if path.is_dir() else _of_manifest(path)
    except OSError as error:
        told = error.strerror or "it cannot be read"
        raise InputError([InputProblem(str(path), told, _ACCEPTED)]) from None
    if not export.parts:
        raise InputError([InputProblem(str(path), "no file that holds resources", _ACCEPTED)])
    return export


_ACCEPTED = "a folder of FHIR R4 NDJSON files, or the manifest of a bulk export beside them"


def _of_folder(folder: Path) -> Export:
    parts: list[Part] = []
    skipped: list[Skipped] = []
    told: list[str] = []
    times: list[str] = []
    servers: list[str] = []
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.is_dir():
            if any(_LINES.fullmatch(one.name) for one in file.iterdir() if one.is_file()):
                skipped.append(Skipped(name=file.name, why="a folder within the folder"))
        elif not file.is_file():
            continue
        elif _LINES.fullmatch(file.name):
            head = _head(file)
            why = _not_resources(file.name, head)
            if why == _LOG:
                _read_log(file, times, servers)
            if why:
                skipped.append(Skipped(name=file.name, why=why))
            else:
                parts.append(_part(file, file.name))
        elif _MANIFEST.fullmatch(file.name) and file.stat().st_size <= _LARGEST_MANIFEST:
            found = glance(file)
            if found is not None:
                times.append(found[0])
                servers.append(found[1])
                told.append(
                    f"{file.name} is a manifest: give it instead of the folder to have its"
                    " list of files and their counts checked."
                )
    return Export(
        parts=tuple(parts),
        skipped=tuple(skipped),
        told=tuple(told),
        transaction_time=max(filter(None, times), default=""),
        server=next(filter(None, servers), ""),
    )


def _of_manifest(path: Path) -> Export:
    manifest = read_manifest(path)
    parts: list[Part] = []
    skipped: list[Skipped] = []
    for one in manifest.files:
        name = one.path.relative_to(manifest.folder).as_posix()
        if one.path.stat().st_size == 0 and not one.count:
            skipped.append(Skipped(name=name, why="it is empty"))
        else:
            parts.append(_part(one.path, name, one))
    return Export(
        parts=tuple(sorted(parts, key=lambda part: part.name)),
        skipped=tuple(sorted(skipped, key=lambda one: one.name)),
        told=manifest.told,
        transaction_time=manifest.transaction_time,
        server=manifest.server,
    )


def _part(file: Path, name: str, listed: Listed | None = None) -> Part:
    import xxhash  # noqa: PLC0415 - of an extra; whoever reads no export needs none

    status = file.stat()
    with file.open("rb") as opened:
        first = opened.read(_EDGE)
        opened.seek(max(0, status.st_size - _EDGE))
        edges = first + opened.read(_EDGE)
    stamp = xxhash.xxh3_128(edges)
    stamp.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return Part(
        path=str(file.resolve()),
        name=name,
        id=xxhash.xxh3_64_hexdigest(name.encode("utf-8", "surrogatepass")),
        stamp=stamp.hexdigest(),
        size=status.st_size,
        gzip=first.startswith(_GZIP),
        role=listed.role if listed is not None else "output",
        count=listed.count if listed is not None else None,
    )


# ------------------------------------------------------------------ what a file holds

_LOG = "a log of the export"


def _not_resources(name: str, head: bytes) -> str:
    """Why a file of lines is not read; "" when it is."""
    if head.startswith(_UTF16):
        return "it is not UTF-8"
    if _RESOURCE.search(head) or (_TYPED.fullmatch(name) and head.strip()):
        return ""
    if not head.strip():
        return "it is empty"
    if b'"eventId"' in head:
        return _LOG
    return "it holds no resource" if len(head) < _PEEK else "no resource in its beginning"


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        head = opened.read(_PEEK)
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(31).decompress(head, _PEEK)
    except zlib.error:
        # It is read, so that its damage is told where damage is told.
        return b'"resourceType":'


class _Detail(msgspec.Struct, rename="camel"):
    transaction_time: str = ""
    export_url: str = ""


class _Event(msgspec.Struct, rename="camel"):
    event_detail: _Detail | str | None = None


def _read_log(file: Path, times: list[str], servers: list[str]) -> None:
    with file.open("rb") as opened:
        for line in opened.read(_LARGEST_LOG).splitlines():
            try:
                event = msgspec.json.decode(line, type=_Event)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            if isinstance(event.event_detail, _Detail):
                times.append(event.event_detail.transaction_time)
                servers.append(server_of(event.event_detail.export_url))
