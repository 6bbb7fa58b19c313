"""Whose a resource is: every form of reference in R4, brought to one key for each person.

A key is the id of the person's Patient. Who has no Patient in the export, or cannot be told from
somebody else, has the reference itself as the key, so that nothing is lost and nobody is mixed up.

A reference is compared in its normal form (:func:`normal`): ``Patient/ID``, ``BASE/Patient/ID``,
``identifier:SYSTEM|VALUE``, and ``identifier:*|VALUE`` for a search in any system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec
import xxhash

from speciosa.fhir.references import without_history
from speciosa.fhir.shape import a_dict, dicts

ANY_SYSTEM = "*"

# R4's patient compartment: where a resource says whose it is; ``subject`` or ``patient`` elsewhere.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "AppointmentResponse": ("actor",),
    "Coverage": ("beneficiary",),
    "EnrollmentRequest": ("candidate",),
    "Person": ("link.target",),
    "Provenance": ("target",),
    "ResearchSubject": ("individual",),
    "Appointment": ("participant.actor",),
    "Schedule": ("actor",),
}
USUAL_FIELDS = ("subject", "patient")

# ------------------------------------------------------------------ references


def normal(reference: str, kind: str = "Patient") -> str:
    """The normal form of a reference to a Patient as written; ``""`` if it cannot mean one.

    ``kind`` for references to resources of another type.
    """
    plain = without_history(reference)
    if plain.startswith("urn:"):
        # Inside an export a UUID can only mean the Patient that has it as id.
        id_ = plain.removeprefix("urn:uuid:")
        return plain if id_ == plain else f"{kind}/{id_}"
    head, asked, query = plain.partition("?")
    if asked:
        return _of_search(head, query, kind)
    base, found, id_ = plain.rpartition(f"/{kind}/")
    if found and base.startswith(("http://", "https://")):
        return f"{base}/{kind}/{id_}" if id_ else ""
    id_ = plain.removeprefix(f"{kind}/")
    return plain if id_ and id_ != plain else ""


def by_identifier(system: str | None, value: str) -> str:
    """The normal form of an identifier; ``system=None`` for a search in any system."""
    if not value:
        return ""
    return f"identifier:{ANY_SYSTEM if system is None else system}|{value}"


def _of_search(head: str, query: str, kind: str) -> str:
    """``Patient?identifier=SYSTEM|VALUE`` and ``Patient?_id=ID``; other searches name nobody."""
    name, _, given = query.partition("=")
    if head.rpartition("/")[2] != kind or not given or "&" in given:
        return ""
    given = unquote(given)
    if name == "_id":
        return f"{kind}/{given}"
    if name != "identifier" or "," in given:
        return ""
    system, bar, value = given.partition("|")
    return by_identifier(system, value) if bar else by_identifier(None, given)


def of_element(
    element: Mapping[str, Any],
    contained: Iterable[Mapping[str, Any]] = (),
    kind: str = "Patient",
) -> str:
    """The normal form of a Reference element: its address, or else its identifier."""
    written = element.get("reference")
    if isinstance(written, str) and written:
        if written[0] == "#":
            return _of_contained(written[1:], contained, kind)
        return normal(written, kind)
    if element.get("type") not in (None, kind):
        return ""
    return of_identifier(a_dict(element.get("identifier")))


def of_identifier(identifier: Mapping[str, Any]) -> str:
    """The normal form of an Identifier element; ``""`` if it has no value."""
    system, value = identifier.get("system"), identifier.get("value")
    if not isinstance(value, str):
        return ""
    return by_identifier(system if isinstance(system, str) else "", value)


def _of_contained(id_: str, contained: Iterable[Mapping[str, Any]], kind: str) -> str:
    """A contained resource is known by its identifier: its id holds inside that resource alone."""
    for one in contained:
        if one.get("resourceType") == kind and one.get("id") == id_:
            return next(filter(None, map(of_identifier, dicts(one.get("identifier")))), "")
    return ""


def whose(resource: Mapping[str, Any]) -> str:
    """The normal form of the reference to the person a resource is about; ``""`` if to nobody.

    A Patient is about itself. Where several people are named, the first one that is a Patient.
    """
    kind = resource.get("resourceType")
    if kind == "Patient":
        id_ = resource.get("id")
        if isinstance(id_, str) and id_:
            return f"Patient/{id_}"
        return next(filter(None, map(of_identifier, dicts(resource.get("identifier")))), "")
    contained = dicts(resource.get("contained"))
    fields = FIELDS.get(kind, USUAL_FIELDS) if isinstance(kind, str) else USUAL_FIELDS
    elements = [one for field in fields for one in _elements(resource, field.split("."))]
    # An address counts before an identifier, whichever field holds it.
    elements.sort(key=lambda one: not one.get("reference"))
    return next(filter(None, (of_element(one, contained) for one in elements)), "")


def _elements(value: object, path: list[str]) -> list[dict[str, Any]]:
    found = dicts(value) if isinstance(value, list) else [a_dict(value)]
    if not path:
        return [one for one in found if one]
    return [inner for one in found for inner in _elements(one.get(path[0]), path[1:])]


# The same in SQL.
LAST = "([^/:|=]+?)(?:/_history/.*)?$"


def last(reference: str) -> str:
    """The last part of a reference: an id, or the value of an identifier.

    References to one person share it, whatever their form: so it is enough to search by.
    """
    plain = without_history(reference)
    for mark in "/:|=":
        plain = plain.rpartition(mark)[2]
    return plain


# ------------------------------------------------------------------ people


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


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Whose records are wanted, and every way in which a resource can refer to them.

    ``keys`` are sorted. ``names``: normal form -> key. ``servers``: the addresses of the server
    that made the export; empty where it is not known: then every address counts as its own.
    ``resources``: names (``Type/id``, or ``Type`` for those without an id) of resources that name
    kratom, whatever their type. ``deleted``: names of resources that the server says are gone.
    """

    keys: tuple[str, ...]
    names: dict[str, str]
    servers: tuple[str, ...] = ()
    resources: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()
    doubts: tuple[Doubt, ...] = ()

    def key_of(self, reference: str) -> str | None:
        """The key of the chosen person that a normal form means; none for anybody else."""
        return self.names.get(local(reference, self.servers))


def local(reference: str, servers: Iterable[str]) -> str:
    """``Patient/ID`` for an address on the export's own server; other forms as they are."""
    if not reference.startswith(("http://", "https://")):
        return reference
    base, _, id_ = reference.rpartition("/Patient/")
    known = tuple(servers)
    return f"Patient/{id_}" if not known or base in known else reference


def shard_of(key: str, shards: int) -> int:
    """The shard of a person: by a hash that is the same on every machine."""
    return xxhash.xxh3_64_intdigest(key.encode("utf-8", "surrogatepass")) % shards


_AMBIGUOUS = "an identifier that more than one Patient has"
_NO_ONE = "it does not say whom it is about, in a way that can be followed"
_TWO = "two Patients with this id differ in birth date or sex"
_CONTRADICTED = "a Patient said to be the same differs in birth date or sex: kept apart"
_CIRCLE = "Patients that are said to replace one another: kept apart"
_SEVERAL = "a Patient that is said to be replaced by several: kept apart"

Cards = Callable[[frozenset[str]], Iterable[Card]]


def choose(
    seen: Iterable[tuple[str, str]],
    cards: Cards,
    *,
    servers: Iterable[str] = (),
    deleted: Iterable[str] = (),
) -> Chosen:
    """Whose records are wanted: of those whom a resource that was seen is about.

    ``seen``: (name of the resource, normal form of its person). ``cards`` gives the cards of all
    Patients one of whose names, or of the names they are linked to, ends in one of the given last
    parts (:func:`last`); more does no harm. It is asked until no new person turns up, two or three
    times as a rule. ``servers``: see :class:`Chosen`.
    """
    bases, gone = tuple(sorted(servers)), frozenset(deleted)
    wanted = [(name, local(ref, bases)) for name, ref in sorted(set(seen)) if name not in gone]
    doubts = [Doubt(what=name, why=_NO_ONE) for name, ref in wanted if not ref]
    references = {ref for _, ref in wanted if ref}
    people = _Patients(_around(references, cards, gone, bases))
    keys = {ref: people.key_of(ref) or _as_key(ref) for ref in references}
    names = {name: key for key in sorted(set(keys.values())) for name in people.names_of(key)}
    names |= keys
    return Chosen(
        keys=tuple(sorted(set(keys.values()))),
        names=dict(sorted(names.items())),
        servers=bases,
        resources=frozenset(name for name, ref in wanted if ref),
        deleted=gone,
        doubts=tuple(sorted({*doubts, *people.doubts(set(keys.values()), references)})),
    )


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
