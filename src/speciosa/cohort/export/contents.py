"""What a file of an export holds, told by its beginning."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import msgspec

from speciosa.cohort.export.blocks import beginning
from speciosa.cohort.export.manifest import server_of

# Patient.ndjson, 1.Patient.ndjson, Patient.000.ndjson, 1.Patient.000.ndjson; each also .gz.
_TYPED = re.compile(r"(?:\d+\.)?[A-Z][A-Za-z]{2,60}(?:\.\d+)?\.ndjson(?:\.gz)?")
_RESOURCE = re.compile(rb'"resourceType"\s*:')
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PACKED = re.compile(r".*\.(?:bz2|zst|xz|lz4|zip|7z|br|tar|tgz)", re.IGNORECASE | re.DOTALL)
_PEEK = 1 << 20
_FIRST_LINES = 100
_LARGEST_LOG = 64 << 20

LOG = "a log of the export"


def not_resources(file: Path) -> str:
    """Why a file of lines is not read; "" when it is."""
    head = beginning(file, _PEEK)
    if head is None:  # damaged: it is read, so that this is told where damage is told
        return ""
    if head.startswith(_UTF16):
        return "it is not UTF-8"
    if _is_log(head):
        return LOG
    blank = not head.strip()
    if blank and len(head) < _PEEK:
        return "it is empty"
    if blank or _RESOURCE.search(head) or _TYPED.fullmatch(file.name):
        return ""
    return "it holds no resource" if len(head) < _PEEK else "no resource in its beginning"


def not_lines(file: Path) -> str:
    """Why a file is not read whose name is not that of a file of lines."""
    if _PACKED.fullmatch(file.name):
        return "packed in a form that is not read (gzip is)"
    head = beginning(file, _PEEK)
    if head and _RESOURCE.search(head):
        return "it holds resources, but its name does not end in .ndjson or .jsonl"
    return "not a file of lines (.ndjson, .jsonl)"


class _Line(msgspec.Struct, rename="camel"):
    event_id: msgspec.Raw = msgspec.Raw(b"")
    resource_type: msgspec.Raw = msgspec.Raw(b"")


def _is_log(head: bytes) -> bool:
    """Whether the lines are events. An event can tell the type of the resources of a file."""
    events = False
    for line in islice(head.splitlines(), _FIRST_LINES):
        try:
            found = msgspec.json.decode(line, type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if found.resource_type:
            return False
        events |= bool(found.event_id)
    return events


class _Detail(msgspec.Struct, rename="camel"):
    transaction_time: str = ""
    export_url: str = ""


class _Event(msgspec.Struct, rename="camel"):
    event_detail: _Detail | str | None = None


def read_log(file: Path) -> tuple[list[str], list[str]]:
    """The times up to which was exported, and the servers, that a log tells; "" for each other."""
    times: list[str] = []
    servers: list[str] = []
    for line in (beginning(file, _LARGEST_LOG) or b"").splitlines():
        try:
            event = msgspec.json.decode(line, type=_Event)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if isinstance(event.event_detail, _Detail):
            times.append(event.event_detail.transaction_time)
            servers.append(server_of(event.event_detail.export_url))
    return times, servers
