"""What the store holds of one person, as the pages, the API and the lists all read it."""

from speciosa.web.person.crisis import route, route_of
from speciosa.web.person.record import KINDS, Kept, Record, encode, of_person, read
from speciosa.web.person.reference import add, relabel

__all__ = [
    "KINDS",
    "Kept",
    "Record",
    "add",
    "encode",
    "of_person",
    "read",
    "relabel",
    "route",
    "route_of",
]
