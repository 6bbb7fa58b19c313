"""Who is who: the normal forms of references (:mod:`whose`) brought to one key for each person.

A key is the id of the person's Patient. Who has no Patient in the export, or cannot be told from
somebody else, has the reference itself as the key, so that nothing is lost and nobody is mixed up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
import xxhash

from speciosa.cohort.versions import moment
from speciosa.cohort.whose import by_identifier, last, local, of_element, of_identifier
from speciosa.fhir.shape import a_dict, dicts


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a Patient says of who it is. ``replaced_by`` and ``replaces``: normal forms."""

    id: str
    identifiers: frozenset[str] = frozenset()
    replaced_by: frozenset[str] = frozenset()
    replaces: frozenset[str] = frozenset()
    born: str = ""
    sex: str = ""

    def names(self) -> frozenset[str]:
        """Every normal form that can mean this Patient."""
        return self.identifiers | {f"Patient/{self.id}"}

    def ends(self) -> frozenset[str]:
        """The last parts of its names and of those it is linked to."""
        return frozenset(map(last, (*self.identifiers, self.id, *self.replaced_by, *self.replaces)))

    def contradicts(self, other: Card) -> bool:
        """True if the two cannot be the record of one person."""
        return any(
            mine and theirs and mine != theirs
            for mine, theirs in ((self.born, other.born), (self.sex, other.sex))
        )


def card(patient: Mapping[str, Any]) -> Card | None:
    """The card of a Patient resource; none if it has no id."""
    id_ = patient.get("id")
    if patient.get("resourceType") != "Patient" or not isinstance(id_, str) or not id_:
        return None
    identifiers: set[str] = set()
    for one in dicts(patient.get("identifier")):
        if name := of_identifier(one):
            identifiers |= {name, by_identifier(None, one["value"])}
    links: dict[object, set[str]] = {"replaced-by": set(), "replaces": set()}
    for link in dicts(patient.get("link")):
        kind, target = link.get("type"), of_element(a_dict(link.get("other")))
        if isinstance(kind, str) and target and kind in links:
            links[kind].add(target)
    born, sex = patient.get("birthDate"), patient.get("gender")
    return Card(
        id=id_,
        identifiers=frozenset(identifiers),
        replaced_by=frozenset(links["replaced-by"]),
        replaces=frozenset(links["replaces"]),
        born=born if isinstance(born, str) else "",
        sex=sex if isinstance(sex, str) and sex != "unknown" else "",
    )


class Doubt(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Somebody or something that could not be told; ``what``: a resource's name or a person's key.

    It holds names of people's records: it belongs to the list of problems, never to a message.
    """

    what: str
    why: str


class Mention(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A resource that was seen: its name, the normal form of its person, when it was updated.

    ``owned``: the person is that of another resource, which points to it.
    """

    name: str
    person: str
    updated: str = ""
    owned: bool = False


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Whose records are wanted, and every way in which a resource can refer to them.

    ``keys`` are sorted. ``names``: normal form -> key. ``servers``: the addresses of the server
    that made the export; empty where it is not known: then every address counts as its own.
    ``resources``: names (``Type/id``, or ``Type`` for those without an id) of resources that name
    kratom, whatever their type. ``deleted``: names of resources that the server says are gone.
    ``moved``: name of a resource whose versions are about several people -> key of the person whom
    the newest is about. ``owners``: name of a resource that says of nobody whose it is -> normal
    form of the person of what points to it.
    """

    keys: tuple[str, ...]
    names: dict[str, str]
    servers: tuple[str, ...] = ()
    resources: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()
    moved: dict[str, str] = {}
    owners: dict[str, str] = {}
    doubts: tuple[Doubt, ...] = ()

    def key_of(self, reference: str) -> str | None:
        """The key of the chosen person that a normal form means; none for anybody else."""
        return self.names.get(local(reference, self.servers))


def shard_of(key: str, shards: int) -> int:
    """The shard of a person: by a hash that is the same on every machine."""
    return xxhash.xxh3_64_intdigest(key.encode("utf-8", "surrogatepass")) % shards


_DELETED = "the server says that this Patient is deleted: left out"
_MOVED = "its newest version is about somebody else: left out of the record of the person before"
_SHARED = "versions of it are about different people, and the newest is not known: kept for each"
_AMBIGUOUS = "an identifier that more than one Patient has"
NO_ONE = "it does not say whom it is about, in a way that can be followed"
_TWO = "two Patients with this id differ in birth date or sex"
_CONTRADICTED = "a Patient said to be the same differs in birth date or sex: kept apart"
_CIRCLE = "Patients that are said to replace one another: kept apart"
_SEVERAL = "a Patient that is said to be replaced by several: kept apart"

Cards = Callable[[frozenset[str]], Iterable[Card]]


def choose(
    seen: Iterable[Mention],
    cards: Cards,
    *,
    servers: Iterable[str] = (),
    deleted: Iterable[str] = (),
) -> Chosen:
    """Whose records are wanted: of those whom a resource that was seen is about.

    ``cards`` gives the cards of all Patients one of whose names, or of the names they are linked
    to, ends in one of the given last parts (:func:`whose.last`); more does no harm. It is asked
    until no new person turns up, two or three times as a rule. ``servers``: see :class:`Chosen`.
    """
    bases, gone = tuple(sorted(servers)), frozenset(deleted)
    wanted = [
        msgspec.structs.replace(one, person=local(one.person, bases))
        for one in sorted(set(seen))
        if one.name not in gone
    ]
    # A Binary says of nobody whose it is, but what points to it may.
    owners = {one.name: one.person for one in wanted if one.owned and one.person}
    doubts = {
        Doubt(what=one.name, why=NO_ONE)
        for one in wanted
        if not one.person and one.name not in owners
    }
    wanted = [one for one in wanted if one.person]
    references = {one.person for one in wanted}
    people = _Patients(_around(references, cards, gone, bases))
    keys = {ref: people.key_of(ref) or _as_key(ref) for ref in references}
    moved, told = _moved(wanted, keys, sure=bool(bases))
    left = {key for key in keys.values() if f"Patient/{key}" in gone}
    doubts |= told | {Doubt(what=f"Patient/{key}", why=_DELETED) for key in left}
    mine = {keys[one.person] for one in wanted if moved.get(one.name, "") in ("", keys[one.person])}
    chosen = mine - left
    names = {name: key for key in sorted(chosen) for name in people.names_of(key)}
    names |= {ref: key for ref, key in keys.items() if key in chosen}
    return Chosen(
        keys=tuple(sorted(chosen)),
        names=dict(sorted(names.items())),
        servers=bases,
        resources=frozenset(one.name for one in wanted),
        deleted=gone,
        moved=moved,
        owners=owners,
        doubts=tuple(sorted({*doubts, *people.doubts(chosen, references)})),
    )


def _moved(
    wanted: Iterable[Mention], keys: Mapping[str, str], *, sure: bool
) -> tuple[dict[str, str], set[Doubt]]:
    """Whom the newest version of a resource is about, where versions are about several people.

    ``sure``: the export is of one server, so that one id is one resource.
    """
    versions: dict[str, dict[str, set[str]]] = {}
    for one in wanted:
        if "/" in one.name:
            versions.setdefault(one.name, {}).setdefault(keys[one.person], set()).add(one.updated)
    moved: dict[str, str] = {}
    doubts: set[Doubt] = set()
    for name, by_key in sorted(versions.items()):
        if len(by_key) == 1:
            continue
        moments = {key: [moment(one) for one in updated] for key, updated in by_key.items()}
        dated = sorted((max(filter(None, m)), key) for key, m in moments.items() if all(m))
        if sure and len(dated) == len(by_key) and dated[-1][0] > dated[-2][0]:
            moved[name] = dated[-1][1]
            doubts.add(Doubt(what=name, why=_MOVED))
        else:
            doubts.add(Doubt(what=name, why=_SHARED))
    return moved, doubts


def _as_key(reference: str) -> str:
    return reference.removeprefix("Patient/")


def _own(one: Card, bases: tuple[str, ...]) -> Card:
    """A card whose links are told apart from those to other servers; none to itself."""
    by, old = (
        frozenset(local(link, bases) for link in links) - one.names()
        for links in (one.replaced_by, one.replaces)
    )
    return msgspec.structs.replace(one, replaced_by=by, replaces=old)


def _around(
    references: set[str], cards: Cards, gone: frozenset[str], bases: tuple[str, ...]
) -> list[Card]:
    """The cards of the people referred to, of those linked with them, and of their namesakes."""
    asked: frozenset[str] = frozenset()
    parts = frozenset(map(last, references))
    inside = set(references)
    found: dict[Card, None] = {}
    while parts - asked:
        asked |= parts
        read = (_own(one, bases) for one in cards(asked) if f"Patient/{one.id}" not in gone)
        found = dict.fromkeys(read)
        grown = True
        while grown:
            size = len(inside)
            for one in found:
                linked = one.replaced_by | one.replaces
                # Whoever only shares an identifier is known, but not followed any further.
                if one.names() & references or (linked | {f"Patient/{one.id}"}) & inside:
                    inside |= one.names() | linked
            grown = len(inside) > size
        parts = frozenset(map(last, inside))
    return sorted(found, key=msgspec.json.encode)


class _Patients:
    """Cards put together: one key for each person."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self._by_id: dict[str, list[Card]] = {}
        self._ids: dict[str, set[str]] = {}
        for one in cards:
            self._by_id.setdefault(one.id, []).append(one)
            for name in one.names():
                self._ids.setdefault(name, set()).add(one.id)
        self._doubts: dict[str, str] = {
            id_: _TWO for id_, same in self._by_id.items() if _differ(same)
        }
        self._into = self._replacements()
        self._claims = {
            name: {self._last_of(id_) for id_ in ids} for name, ids in self._ids.items()
        }
        self._names: dict[str, set[str]] = {}
        for name, keys in self._claims.items():
            for key in keys:
                self._names.setdefault(key, set()).add(name)

    def key_of(self, reference: str) -> str | None:
        """The key of the one person whom a reference means."""
        claims = self._claims.get(reference, set())
        return next(iter(claims)) if len(claims) == 1 else None

    def names_of(self, key: str) -> list[str]:
        """The names that mean this person and nobody else."""
        return sorted(n for n in self._names.get(key, ()) if len(self._claims[n]) == 1)

    def doubts(self, keys: set[str], references: set[str]) -> Iterable[Doubt]:
        """What is doubtful about the people chosen."""
        for id_, why in self._doubts.items():
            if self._last_of(id_) in keys:
                yield Doubt(what=f"Patient/{id_}", why=why)
        for reference in references:
            if len(self._claims.get(reference, ())) > 1:
                yield Doubt(what=reference, why=_AMBIGUOUS)

    def _replacements(self) -> dict[str, str]:
        """Id -> id of the Patient that replaces it, where that is certain."""
        said: dict[str, set[str]] = {}
        for id_, same in self._by_id.items():
            for one in same:
                for new in one.replaced_by:
                    said.setdefault(id_, set()).add(self._id_of(new))
                for old in one.replaces:
                    said.setdefault(self._id_of(old), set()).add(id_)
        into: dict[str, str] = {}
        for old, targets in sorted(said.items()):
            present = targets & self._by_id.keys()
            if old not in self._by_id or not present:
                continue
            if len(targets) > 1:
                self._doubts[old] = _SEVERAL
            elif any(
                a.contradicts(b) for t in present for a in self._by_id[t] for b in self._by_id[old]
            ):
                self._doubts[old] = _CONTRADICTED
            else:
                into[old] = next(iter(present))
        return self._without_circles(into)

    def _id_of(self, link: str) -> str:
        """The id that a link means: of the one Patient here who has that name, or as it is."""
        named = self._ids.get(link, set())
        return next(iter(named)) if len(named) == 1 else link.removeprefix("Patient/")

    def _without_circles(self, into: dict[str, str]) -> dict[str, str]:
        safe: dict[str, str] = {}
        for old, new in into.items():
            passed, here = {old}, old
            while here in into and into[here] not in passed:
                here = into[here]
                passed.add(here)
            if here in into:
                self._doubts[old] = _CIRCLE
            else:
                safe[old] = new
        return safe

    def _last_of(self, id_: str) -> str:
        while id_ in self._into:
            id_ = self._into[id_]
        return id_


def _differ(cards: list[Card]) -> bool:
    return any(cards[0].contradicts(other) for other in cards[1:])


def encode(chosen: Chosen) -> bytes:
    """The same bytes for the same people."""
    return msgspec.json.encode(chosen, order="deterministic")


def decode(raw: bytes) -> Chosen:
    """What :func:`encode` wrote."""
    return msgspec.json.decode(raw, type=Chosen)
