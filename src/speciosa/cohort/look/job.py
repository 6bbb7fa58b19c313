"""Looking through one file as a piece of work."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

import speciosa
from speciosa.cohort.export import Blocks, Part
from speciosa.cohort.look import judged
from speciosa.cohort.look.lines import Searched, holding, may_name, worth_reading
from speciosa.cohort.look.listed import Listed
from speciosa.cohort.look.patterns import Hit, literals
from speciosa.cohort.look.pointing import Pointing
from speciosa.cohort.look.result import KratomMedication, Looked, Seen
from speciosa.distribution.job import Job
from speciosa.fhir.kratom import notes
from speciosa.knowledge import load

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speciosa.cohort.options import Options
    from speciosa.distribution.folder import Folder

_PIECE = "looked"


def job(part: Part, options: Options) -> Job:
    """Look through a file for everybody whose record names kratom (or GAD, where asked)."""
    return Job(
        name=part.id,
        key=_key("look", part, options),
        run=_look,
        arguments=(part, options.date, options.gad),
        size=part.size,
    )


def result(folder: Folder, job: Job) -> Looked:
    """What a finished job found."""
    return msgspec.json.decode(folder.piece(job, _PIECE), type=Looked)


def _key(step: str, part: Part, options: Options, more: object = ()) -> str:
    import xxhash  # noqa: PLC0415 - of an extra; whoever screens nobody needs none

    told = (step, speciosa.__version__, load().release.number, part.name, part.stamp, part.gzip)
    asked = (options.date.isoformat(), options.gad, more)
    return xxhash.xxh3_128_hexdigest(msgspec.json.encode((told, asked)))


class _Found(msgspec.Struct):
    seen: list[Seen] = msgspec.field(default_factory=list)
    medications: list[KratomMedication] = msgspec.field(default_factory=list)
    deleted: list[str] = msgspec.field(default_factory=list)
    outcomes: dict[str, int] = msgspec.field(default_factory=dict)
    notes: dict[str, int] = msgspec.field(default_factory=dict)
    look_alikes: int = 0
    unread: list[int] = msgspec.field(default_factory=list)


def _look(part: Part, today: dt.date, gad: bool) -> dict[str, bytes]:
    import xxhash  # noqa: PLC0415 - see above

    content = xxhash.xxh3_128()
    blocks = Blocks(part, hash_=content)
    searched, found = Searched(), _Found()
    for block in blocks:
        for line in worth_reading(block, searched, gad=gad):
            resource = judged.parsed(line.data)
            if resource is None:
                found.unread.append(line.number)
                continue
            if Hit.SERVER in line.hits:
                _server(resource, found)
            named = Hit.NAME in line.hits
            if Hit.NOTE in line.hits:
                named |= _notes(resource, found)
            if named or Hit.GAD in line.hits:
                before = len(found.seen)
                matched = _person(resource, line.number, today, gad, found)
                # What the fast reading of files could take for another person's is read slowly.
                searched.doubtful |= len(found.seen) > before and judged.is_odd(line.data)
                found.look_alikes += named and not matched
    looked = Looked(
        lines=blocks.lines,
        longest=blocks.longest,
        content=content.hexdigest(),
        seen=tuple(found.seen),
        medications=tuple(found.medications),
        patients=searched.patients,
        refers_to_medications=searched.refers,
        refers_to_binaries=searched.points,
        doubtful=searched.doubtful,
        deleted=tuple(found.deleted),
        outcomes=dict(sorted(found.outcomes.items())),
        look_alikes=found.look_alikes,
        notes=dict(sorted(found.notes.items())),
        unread=tuple(found.unread),
        too_long=tuple(blocks.too_long),
        damage=blocks.damage,
    )
    return {_PIECE: msgspec.json.encode(looked)}


def _notes(resource: dict[str, Any], found: _Found) -> bool:
    """Count the attached notes of a resource; whether its notes or narrative may name kratom."""
    named = may_name(notes.narrative(resource))
    for became, words in judged.attached(resource):
        found.notes[became] = found.notes.get(became, 0) + 1
        named = named or (became == judged.READ and may_name(words))
    return named


def _server(resource: dict[str, Any], found: _Found) -> None:
    found.deleted.extend(judged.deleted(resource))
    for issue in judged.reported(resource):
        found.outcomes[issue] = found.outcomes.get(issue, 0) + 1


def _person(resource: dict[str, Any], line: int, today: dt.date, gad: bool, found: _Found) -> bool:
    """Keep what a resource says; whether it names kratom."""
    seen = judged.seen(resource, line, today=today, gad=gad)
    if seen is not None:
        found.seen.append(seen)
    by_reference = judged.names_kratom(resource)
    if by_reference:
        found.medications.append(judged.medication(resource))
    return by_reference or (seen is not None and bool(seen.matches))


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Medications and Binaries that name kratom, and the addresses of the export's own server."""

    medications: tuple[KratomMedication, ...] = ()
    binaries: tuple[Seen, ...] = ()
    servers: tuple[str, ...] = ()

    def is_meant_in(self, looked: Looked) -> bool:
        """Whether a file may refer to any of them."""
        return bool(
            (self.medications and looked.refers_to_medications)
            or (self.binaries and looked.refers_to_binaries)
        )


def wanted(looked: Iterable[Looked], server: str) -> Wanted:
    """What has to be looked for again, of all files; ``server``: the export's own, if known."""
    medications: set[KratomMedication] = set()
    binaries: dict[str, Seen] = {}
    for one in looked:
        medications.update(one.medications)
        for seen in one.seen:
            if seen.kind == "Binary" and seen.matches and seen.id and not seen.person:
                binaries[seen.id] = seen
    return Wanted(
        medications=tuple(sorted(medications, key=lambda m: (m.id, m.identifiers, m.raw))),
        binaries=tuple(binaries[id_] for id_ in sorted(binaries)),
        servers=(server,) if server else (),
    )


def again(part: Part, options: Options, wanted: Wanted) -> Job:
    """Look through a file for what refers to Medications and Binaries that name kratom."""
    return Job(
        name=part.id,
        key=_key("again", part, options, wanted),
        run=_look_again,
        arguments=(part, options.date, wanted),
        size=part.size,
    )


def _look_again(part: Part, today: dt.date, wanted: Wanted) -> dict[str, bytes]:
    listed = Listed(wanted.medications, wanted.servers)
    pointing = Pointing(wanted.binaries, wanted.servers)
    scan = literals(listed.values | {one.id for one in wanted.binaries})
    blocks, found = Blocks(part), _Found()
    for block in blocks:
        for line in holding(block, scan):
            resource = judged.parsed(line.data)
            if resource is None:
                found.unread.append(line.number)
                continue
            found.seen.extend(pointing.to(resource))
            referring = listed.referring(resource)
            if referring is None:
                continue
            seen = judged.seen(
                referring, line.number, today=today, gad=False, medications=listed.by_reference
            )
            if seen is not None:
                found.seen.append(seen)
    looked = Looked(lines=blocks.lines, seen=tuple(found.seen), unread=tuple(found.unread))
    return {_PIECE: msgspec.json.encode(looked)}
